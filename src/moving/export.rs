//! A folder of export files as a sink, in the form that Parse.com had. A file that is not finished ends in `.part`, and a second run
//! goes on behind its last whole row, with those rows that are not in it.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_64;

use super::{Entries, From, Item, Report, Rows, Sink, class, folder::SCHEMA, row};
use crate::config::private;
use crate::error::{Error, Result};
use crate::model::{ClassSchema, wire};
use crate::storage::Answer;

const BEGIN: &[u8] = b"{ \"results\": [\n";
const END: &[u8] = b"\n] }\n";
/// The note that an export of this folder is under way.
pub const UNDER_WAY: &str = ".parsimony-export";

/// A folder to export into.
pub struct Export {
    folder: PathBuf,
    schemas: HashMap<String, ClassSchema>,
    open: Option<Part>,
}

impl Export {
    /// Into a folder, which is made; one that holds anything else than an export of the same database under way is refused.
    ///
    /// # Errors
    /// 1 for such a folder, and for one that cannot be written to.
    pub fn new(folder: &Path, of: &str) -> Result<Self> {
        let failed = |e| Error::caused(format!("writing to {}", folder.display()), e);
        private::folder(folder).map_err(failed)?;
        let note = folder.join(UNDER_WAY);
        match fs::read_to_string(&note) {
            Ok(text) if text == of => {}
            Ok(text) if !text.is_empty() => {
                let text = format!("{} holds an unfinished export of another database", folder.display());
                return Err(Error::internal(text));
            }
            Err(_) if fs::read_dir(folder).map_err(failed)?.next().is_some() => {
                return Err(Error::internal(format!("{} is not empty", folder.display())));
            }
            // One that is empty is of a run that ended at once, on a full disk, say.
            _ => {
                let mut file = private::options().create(true).truncate(true).open(&note).map_err(failed)?;
                file.write_all(of.as_bytes()).map_err(failed)?;
            }
        }
        Ok(Self { folder: folder.to_owned(), schemas: HashMap::new(), open: None })
    }

    /// The file of a class, the one before it being finished then.
    fn part(&mut self, name: &str) -> Result<&mut Part> {
        if self.open.as_ref().is_none_or(|part| part.name != name) {
            self.close()?;
            let failed = |e| Error::caused(format!("writing {name}.json in {}", self.folder.display()), e);
            self.open = Some(Part::open(&self.folder, name).map_err(failed)?);
        }
        self.open.as_mut().ok_or_else(|| Error::internal("no file is open"))
    }

    fn close(&mut self) -> Result<()> {
        let Some(part) = self.open.take() else { return Ok(()) };
        let name = part.name.clone();
        part.finish(&self.folder).map_err(|e| Error::caused(format!("writing {name}.json"), e))
    }

    fn rows(&mut self, rows: Rows, report: &mut Report) -> Result<()> {
        let name = rows.from.class.to_string();
        if !is_name(&rows.from, rows.rows.len(), report) {
            return Ok(());
        }
        let schema = self.schemas.get(&name).cloned().unwrap_or_else(|| ClassSchema::new(&name));
        let part = self.part(&name)?;
        for (number, object) in rows.rows {
            let tally = report.tally(&name);
            tally.rows += 1;
            match object {
                Ok(object) if part.has(&object.id) => tally.there += 1,
                Ok(object) => {
                    tally.stored += 1;
                    part.put(|out| row::write(&schema, object, out))?;
                }
                Err(why) => {
                    tally.left_out += 1;
                    report.fault(rows.from.fault(number, None, why));
                }
            }
        }
        Ok(())
    }

    fn entries(&mut self, entries: Entries, report: &mut Report) -> Result<()> {
        let name = entries.from.class.to_string();
        if !is_name(&entries.from, entries.entries.len(), report) {
            return Ok(());
        }
        let part = self.part(&name)?;
        for (_, entry) in entries.entries {
            let Ok((owning, related)) = entry else { continue };
            let tally = report.tally(&name);
            (tally.rows, tally.stored) = (tally.rows + 1, tally.stored + 1);
            part.put(|out| {
                out.extend_from_slice(b"{\"owningId\":");
                wire::string(&owning, out);
                out.extend_from_slice(b",\"relatedId\":");
                wire::string(&related, out);
                out.push(b'}');
            })?;
        }
        Ok(())
    }

    fn class(&mut self, schema: ClassSchema) -> Result<()> {
        // A database has them in an order of its own, and all before any row.
        let name = schema.name.clone();
        self.part(SCHEMA)?.put(|out| wire::write(&class::write(&schema), out))?;
        self.schemas.insert(name, schema);
        Ok(())
    }
}

impl Sink for Export {
    fn take<'a>(&'a mut self, item: Item, report: &'a mut Report) -> Answer<'a, ()> {
        Box::pin(async move {
            match item {
                Item::Class(schema) => self.class(schema),
                Item::Rows(rows) => self.rows(rows, report),
                Item::Entries(entries) => self.entries(entries, report),
                Item::Fault(fault) => {
                    report.fault(fault);
                    Ok(())
                }
            }
        })
    }

    fn finish<'a>(&'a mut self, _: &'a mut Report) -> Answer<'a, ()> {
        Box::pin(async move {
            self.close()?;
            let note = self.folder.join(UNDER_WAY);
            fs::remove_file(&note).map_err(|e| Error::caused(format!("removing {}", note.display()), e))
        })
    }
}

/// Tells of rows whose class can have no file.
fn is_name(from: &From, rows: usize, report: &mut Report) -> bool {
    let is_name = is_file_name(&from.class);
    if !is_name {
        let tally = report.tally(&from.class);
        (tally.rows, tally.left_out) = (tally.rows + rows as u64, tally.left_out + rows as u64);
        report.fault(from.fault_of_all("no file can have this name: its rows are left out"));
    }
    is_name
}

/// May the rows of a class, or the entries of a relation, lie in a file of this name? A database may hold any names.
pub fn is_file_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':'))
}

/// A file that is being written.
struct Part {
    name: String,
    file: BufWriter<File>,
    /// The ids of rows that an earlier run has written, by their digests.
    written: HashSet<u64>,
    is_empty: bool,
    row: Vec<u8>,
}

impl Part {
    fn open(folder: &Path, name: &str) -> io::Result<Self> {
        let path = folder.join(format!("{name}.json.part"));
        let finished = path.with_extension("");
        if finished.exists() {
            // By an earlier run; rows may have come since.
            fs::rename(finished, &path)?;
        }
        let mut file = private::options().read(true).create(true).truncate(false).open(path)?;
        // What has no ids to go on from is short enough to begin anew.
        let resumes = name != SCHEMA && !name.starts_with("_Join:");
        let (end, written) = if resumes { whole_rows(&file)? } else { (0, HashSet::new()) };
        file.set_len(end)?;
        file.seek(SeekFrom::Start(end))?;
        let mut file = BufWriter::new(file);
        if end == 0 {
            file.write_all(BEGIN)?;
        }
        Ok(Self { name: name.to_owned(), file, is_empty: written.is_empty(), written, row: Vec::new() })
    }

    /// Has an earlier run written this row?
    fn has(&self, id: &str) -> bool {
        !self.written.is_empty() && self.written.contains(&xxh3_64(id.as_bytes()))
    }

    fn put(&mut self, write: impl FnOnce(&mut Vec<u8>)) -> Result<()> {
        self.row.clear();
        if !std::mem::take(&mut self.is_empty) {
            self.row.extend_from_slice(b",\n");
        }
        write(&mut self.row);
        self.file.write_all(&self.row).map_err(|e| Error::caused(format!("writing {}.json", self.name), e))
    }

    fn finish(mut self, folder: &Path) -> io::Result<()> {
        self.file.write_all(END)?;
        self.file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        let path = folder.join(format!("{}.json", self.name));
        fs::rename(path.with_extension("json.part"), path)
    }
}

/// Where the last row ends that an earlier run has written to its end, and the ids of all up to it.
fn whole_rows(file: &File) -> io::Result<(u64, HashSet<u64>)> {
    let mut lines = BufReader::new(file);
    let (mut line, mut at, mut end, mut written) = (Vec::new(), 0, 0, HashSet::new());
    loop {
        line.clear();
        let read = lines.read_until(b'\n', &mut line)?;
        // A row is whole when the comma behind it is there.
        let Some(row) = line.strip_suffix(b",\n") else {
            if at == 0 && line == BEGIN {
                (at, end) = (read as u64, read as u64);
                continue;
            }
            return Ok((end, written));
        };
        let id = row::parse(row).ok().and_then(|mut row| row.take("objectId"));
        let Some(crate::model::Value::String(id)) = id else { return Ok((end, written)) };
        at += read as u64;
        end = at - 2;
        written.insert(xxh3_64(id.as_bytes()));
    }
}
