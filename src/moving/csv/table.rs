//! A table as a sink: the rows of one class.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use super::cell::text;
use super::is_shown;
use crate::config::private;
use crate::error::{Error, Result};
use crate::model::{ClassSchema, Value};
use crate::moving::export::is_file_name;
use crate::moving::{Item, Report, Rows, Sink};
use crate::storage::Answer;

/// A file to write; until all is in it, its name ends in `.part`.
pub struct Table {
    path: PathBuf,
    part: PathBuf,
    columns: Vec<String>,
    out: csv::Writer<BufWriter<File>>,
}

impl Table {
    /// A new file for the rows of a class, `CLASS.csv` in a folder, which is made.
    ///
    /// # Errors
    /// 1 for a file that is there already, and for one that cannot be written.
    pub fn new(folder: &Path, class: &ClassSchema) -> Result<Self> {
        let path = folder.join(format!("{}.csv", class.name));
        let failed = |e| Error::caused(format!("writing {}", path.display()), e);
        if !is_file_name(&class.name) {
            return Err(Error::internal(format!("no file can have the name {}", class.name)));
        }
        private::folder(folder).map_err(failed)?;
        if path.exists() {
            return Err(Error::internal(format!("{} is there already", path.display())));
        }
        let part = path.with_extension("csv.part");
        // Of one that was left, neither its owner nor what it leads to is to be trusted.
        match std::fs::remove_file(&part) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(failed(e)),
            _ => {}
        }
        let file = private::options().create_new(true).open(&part).map_err(failed)?;
        let mut out = csv::Writer::from_writer(BufWriter::new(file));
        let columns: Vec<String> = class
            .fields
            .iter()
            .filter(|(name, field)| is_shown(name, &field.ty))
            .map(|(name, _)| name.clone())
            .collect();
        out.write_record(&columns).map_err(|e| Error::internal(format!("writing {}: {e}", path.display())))?;
        Ok(Self { path, part, columns, out })
    }

    fn rows(&mut self, rows: Rows, report: &mut Report) -> Result<()> {
        for (number, object) in rows.rows {
            let tally = report.tally(&rows.from.class);
            tally.rows += 1;
            let object = match object {
                Ok(object) => object,
                Err(why) => {
                    tally.left_out += 1;
                    report.fault(rows.from.fault(number, None, why));
                    continue;
                }
            };
            tally.stored += 1;
            let acl = object.acl.as_ref().map(|acl| text(&acl.to_wire())).unwrap_or_default();
            let cells = self.columns.iter().map(|column| match column.as_str() {
                "ACL" => acl.clone(),
                column => object.get(column).map(|value| shown(&value)).unwrap_or_default(),
            });
            let written = self.out.write_record(cells);
            written.map_err(|e| Error::internal(format!("writing {}: {e}", self.path.display())))?;
        }
        Ok(())
    }

    /// All is in it.
    fn kept(&mut self) -> io::Result<()> {
        self.out.flush()?;
        self.out.get_ref().get_ref().sync_all()?;
        fs::rename(&self.part, &self.path)
    }
}

fn shown(value: &Value) -> String {
    if value.is_null() { String::new() } else { text(value) }
}

impl Sink for Table {
    fn take<'a>(&'a mut self, item: Item, report: &'a mut Report) -> Answer<'a, ()> {
        Box::pin(async move {
            match item {
                Item::Rows(rows) => self.rows(rows, report),
                Item::Fault(fault) => {
                    report.fault(fault);
                    Ok(())
                }
                Item::Class(_) | Item::Entries(_) => Ok(()),
            }
        })
    }

    fn finish<'a>(&'a mut self, _: &'a mut Report) -> Answer<'a, ()> {
        Box::pin(async move { self.kept().map_err(|e| Error::caused(format!("writing {}", self.path.display()), e)) })
    }
}
