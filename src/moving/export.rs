//! A folder of export files as a sink, in the form that Parse.com had. A file that is not finished ends in `.part`, and a second run
//! goes on behind its last whole row.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::{Entries, Item, Report, Rows, Sink, class, folder::SCHEMA, row};
use crate::error::{Error, Result};
use crate::model::{ClassSchema, wire};
use crate::storage::Answer;

const BEGIN: &[u8] = b"{ \"results\": [\n";
const END: &[u8] = b"\n] }\n";
/// The note that an export of this folder is under way.
const UNDER_WAY: &str = ".parsimony-export";

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
        fs::create_dir_all(folder).map_err(failed)?;
        let note = folder.join(UNDER_WAY);
        match fs::read_to_string(&note) {
            Ok(text) if text == of => {}
            Ok(_) => {
                let text = format!("{} holds an unfinished export of another database", folder.display());
                return Err(Error::internal(text));
            }
            Err(_) if fs::read_dir(folder).map_err(failed)?.next().is_some() => {
                return Err(Error::internal(format!("{} is not empty", folder.display())));
            }
            Err(_) => fs::write(&note, of).map_err(failed)?,
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
        let schema = self.schemas.get(&name).cloned().unwrap_or_else(|| ClassSchema::new(&name));
        let part = self.part(&name)?;
        for (number, object) in rows.rows {
            let tally = report.tally(&name);
            tally.rows += 1;
            match object {
                Ok(object) if part.has(&object.id) => tally.there += 1,
                Ok(object) => {
                    tally.stored += 1;
                    part.put(&name, |out| row::write(&schema, object, out))?;
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
        let part = self.part(&name)?;
        for (_, entry) in entries.entries {
            let Ok((owning, related)) = entry else { continue };
            let tally = report.tally(&name);
            (tally.rows, tally.stored) = (tally.rows + 1, tally.stored + 1);
            part.put(&name, |out| {
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
        self.part(SCHEMA)?.put(SCHEMA, |out| wire::write(&class::write(&schema), out))?;
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

/// A file that is being written.
struct Part {
    name: String,
    /// `None` for a file that an earlier run has finished.
    file: Option<BufWriter<File>>,
    /// The last row that an earlier run has written, until it comes by: rows come in the order in which they lie.
    last: Option<String>,
    is_empty: bool,
    row: Vec<u8>,
}

impl Part {
    fn open(folder: &Path, name: &str) -> io::Result<Self> {
        let (row, name) = (Vec::new(), name.to_owned());
        if folder.join(format!("{name}.json")).exists() {
            return Ok(Self { name, file: None, last: None, is_empty: false, row });
        }
        let path = folder.join(format!("{name}.json.part"));
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)?;
        // What has no ids to go on from is short enough to begin anew.
        let resumes = name != SCHEMA && !name.starts_with("_Join:");
        let (end, last) = if resumes { whole_rows(&file)? } else { (0, None) };
        file.set_len(end)?;
        file.seek(SeekFrom::Start(end))?;
        let mut file = BufWriter::new(file);
        if end == 0 {
            file.write_all(BEGIN)?;
        }
        Ok(Self { name, file: Some(file), is_empty: last.is_none(), last, row })
    }

    /// Has an earlier run written this row?
    fn has(&mut self, id: &str) -> bool {
        if self.file.is_none() {
            return true;
        }
        let is_behind = self.last.is_some();
        self.last.take_if(|last| last == id);
        is_behind
    }

    fn put(&mut self, name: &str, write: impl FnOnce(&mut Vec<u8>)) -> Result<()> {
        let Some(file) = &mut self.file else { return Ok(()) };
        self.row.clear();
        if !std::mem::take(&mut self.is_empty) {
            self.row.extend_from_slice(b",\n");
        }
        write(&mut self.row);
        file.write_all(&self.row).map_err(|e| Error::caused(format!("writing {name}.json"), e))
    }

    fn finish(self, folder: &Path) -> io::Result<()> {
        let Some(mut file) = self.file else { return Ok(()) };
        if let Some(last) = self.last {
            let text = format!("the row {last}, with which an earlier run ended, is gone: remove the .part file");
            return Err(io::Error::other(text));
        }
        file.write_all(END)?;
        file.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()?;
        let path = folder.join(format!("{}.json", self.name));
        fs::rename(path.with_extension("json.part"), path)
    }
}

/// Where the last row ends that an earlier run has written to its end, and its id.
fn whole_rows(file: &File) -> io::Result<(u64, Option<String>)> {
    let mut lines = BufReader::new(file);
    let (mut line, mut at, mut end, mut last) = (Vec::new(), 0, 0, None);
    loop {
        line.clear();
        let read = lines.read_until(b'\n', &mut line)?;
        // A row is whole when the comma behind it is there.
        let Some(row) = line.strip_suffix(b",\n") else {
            if at == 0 && line == BEGIN {
                (at, end) = (read as u64, read as u64);
                continue;
            }
            return Ok((end, last));
        };
        let id = row::parse(row).ok().and_then(|mut row| row.take("objectId"));
        let Some(crate::model::Value::String(id)) = id else { return Ok((end, last)) };
        at += read as u64;
        (end, last) = (at - 2, Some(id));
    }
}
