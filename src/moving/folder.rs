//! An export of Parse.com, of the dashboard or of ours as a source: a JSON file a class, `_Join:<field>:<class>.json` for relations, and
//! `_SCHEMA.json` if it is ours.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use super::export::UNDER_WAY;
use super::split::{Piece, Split};
use super::{Entries, Fault, From, Item, Pipe, Rows, Source, class, relation_of, row};
use crate::error::{Error, Result};
use crate::model::{ClassSchema, names, wire};
use crate::storage::{Answer, Relation};

/// The file with the classes themselves.
pub const SCHEMA: &str = "_SCHEMA";
/// What is read of a file at once, bytes.
const BUFFER: usize = 256 << 10;
/// Rows go on when they are so many bytes together.
const ENOUGH: usize = 2 << 20;

/// A folder to take from.
pub struct Folder {
    /// In the order in which they are read, with what stands before `.json`, and their sizes.
    files: Vec<(PathBuf, String, u64)>,
    others: Vec<String>,
    batch: usize,
}

impl Folder {
    /// All files of a folder; so many rows at a time.
    ///
    /// # Errors
    /// 1 for a folder that cannot be read, or that has no export in it.
    pub fn open(folder: &Path, batch: u32) -> Result<Self> {
        let failed = |e| Error::caused(format!("reading {}", folder.display()), e);
        let (mut files, mut others) = (Vec::new(), Vec::new());
        for entry in std::fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let meta = std::fs::metadata(entry.path()).map_err(failed)?;
            match name.strip_suffix(".json") {
                Some(class) if meta.is_file() => files.push((entry.path(), class.to_owned(), meta.len())),
                _ => others.push(name),
            }
        }
        if files.is_empty() {
            return Err(Error::internal(format!("{} holds no export: there is no .json file", folder.display())));
        }
        let rank = |class: &str| (class != SCHEMA, names::is_join_class(class));
        files.sort_by(|(_, a, _), (_, b, _)| (rank(a), a).cmp(&(rank(b), b)));
        others.sort();
        Ok(Self { files, others, batch: batch.max(1) as usize })
    }

    async fn file(&self, path: &Path, name: &str, before: u64, pipe: &mut Pipe) -> Result<()> {
        let failed = |e| Error::caused(format!("reading {}", path.display()), e);
        let file = File::open(path).map_err(failed)?;
        let mut reader = Reader {
            split: Split::new(BufReader::with_capacity(BUFFER, file)),
            kind: Kind::of(name),
            from: From { class: name.into(), file: Some(format!("{name}.json").into()) },
            number: 0,
        };
        if let Kind::Rows = reader.kind {
            pipe.send(Item::Class(ClassSchema::new(name))).await?;
        }
        loop {
            let (items, is_over) = reader.some(self.batch).map_err(failed)?;
            pipe.at(before + reader.split.at());
            for item in items {
                pipe.send(item).await?;
            }
            if is_over {
                return Ok(());
            }
        }
    }
}

impl Source for Folder {
    fn total(&self) -> u64 {
        self.files.iter().map(|(_, _, bytes)| bytes).sum()
    }

    fn run<'a>(&'a self, pipe: &'a mut Pipe) -> Answer<'a, ()> {
        Box::pin(async move {
            for name in &self.others {
                pipe.send(Item::Fault(not_taken(name))).await?;
            }
            let mut before = 0;
            for (path, name, bytes) in &self.files {
                if name == SCHEMA || names::is_valid_class(name) {
                    self.file(path, name, before, pipe).await?;
                } else {
                    let what = format!("{name} is no name of a class: the file is left out");
                    let file = Some(format!("{name}.json"));
                    pipe.send(Item::Fault(Fault { file, what, ..Fault::default() })).await?;
                }
                before += bytes;
            }
            Ok(())
        })
    }
}

/// What is told of a file that is not read: rows may be in it if its name is nearly that of a class.
fn not_taken(name: &str) -> Fault {
    let what = match name {
        UNDER_WAY => "the export in this folder was not finished: the same `export` goes on with it",
        _ => "it is no .json file of an export, and is not taken",
    };
    let is_note = name != UNDER_WAY && !name.contains(".json.");
    Fault { file: Some(name.to_owned()), what: what.to_owned(), is_note, ..Fault::default() }
}

/// What the rows of a file are.
enum Kind {
    Schemas,
    Rows,
    Entries(Relation),
}

impl Kind {
    fn of(class: &str) -> Self {
        match relation_of(class) {
            Some(relation) => Self::Entries(relation),
            None if class == SCHEMA => Self::Schemas,
            None => Self::Rows,
        }
    }
}

/// One file in the middle of its rows.
struct Reader {
    split: Split<BufReader<File>>,
    kind: Kind,
    from: From,
    number: u64,
}

impl Reader {
    /// The next rows, and whether they are the last.
    fn some(&mut self, most: usize) -> std::io::Result<(Vec<Item>, bool)> {
        let (mut raw, mut bytes, mut is_over) = (Vec::new(), 0, false);
        while raw.len() < most && bytes < ENOUGH && !is_over {
            match self.split.next()? {
                Some(Piece::Row(row)) => {
                    bytes += row.len();
                    raw.push(Ok(row));
                }
                Some(Piece::Damaged(why)) => raw.push(Err(why.to_owned())),
                None => is_over = true,
            }
        }
        let numbered = raw.into_iter().map(|row| {
            self.number += 1;
            (self.number, row)
        });
        let from = self.from.clone();
        let items = match &self.kind {
            Kind::Rows => {
                let read = |(number, row): (u64, Result<Vec<u8>, String>)| {
                    (number, row.and_then(|row| row::object(&from.class, &row)))
                };
                vec![Item::Rows(Rows { rows: numbered.map(read).collect(), from: self.from.clone() })]
            }
            Kind::Entries(relation) => {
                let read =
                    |(number, row): (u64, Result<Vec<u8>, String>)| (number, row.and_then(|row| row::entry(&row)));
                let (relation, entries) = (relation.clone(), numbered.map(read).collect());
                vec![Item::Entries(Entries { relation, entries, from })]
            }
            Kind::Schemas => numbered.map(|(number, row)| schema(&from, number, row)).collect(),
        };
        Ok((items, is_over))
    }
}

fn schema(from: &From, number: u64, row: Result<Vec<u8>, String>) -> Item {
    let read = row.and_then(|row| {
        let value = wire::parse(&row, wire::MAX_DEPTH).map_err(|syntax| format!("it is no JSON: {}", syntax.0))?;
        class::read(value).ok_or_else(|| "it is no schema of a class".to_owned())
    });
    match read {
        Ok(schema) => Item::Class(schema),
        Err(why) => Item::Fault(from.fault(number, None, why)),
    }
}
