//! A table of comma-separated values: one class, a line a row, the names of columns in the first line. Columns that the class has are
//! read in their types; what those of others are, all their cells say together. Semicolons and tabs separate as well.

mod cell;
mod table;

use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_64;

use self::cell::Shape;
use super::{From, Item, Pipe, Rows, Source, row};
use crate::error::{Error, Result};
use crate::model::id::ALPHABET;
use crate::model::{ClassSchema, FieldType, Map, Value, names};
use crate::storage::Answer;

pub use table::Table;

/// Rows go on when they are so many bytes together.
const ENOUGH: usize = 2 << 20;

/// A file to take from.
pub struct Csv {
    path: PathBuf,
    class: ClassSchema,
    columns: Vec<(String, Shape)>,
    /// The row that takes all behind it into a cell.
    unclosed: Option<u64>,
    batch: usize,
}

impl Csv {
    /// A file with rows of a class, as it is in the target.
    ///
    /// # Errors
    /// 1 for a file that cannot be read, and for columns with names that no field may have.
    pub fn open(path: &Path, class: ClassSchema, batch: u32) -> Result<Self> {
        let mut input = reader(path)?;
        let header = input.headers().map_err(|e| failed(path, &e))?.clone();
        let mut columns: Vec<(String, Shape)> = Vec::new();
        for name in header.iter().map(str::trim) {
            let is_valid = matches!(name, "objectId" | "ACL") || names::is_valid_field(name) || is_hidden(name);
            if !is_valid || columns.iter().any(|(other, _)| other == name) {
                let what = if is_valid { "stands twice" } else { "is no name of a field" };
                return Err(Error::internal(format!("{}: the column {name:?} {what}", path.display())));
            }
            columns.push((name.to_owned(), Shape::of(name, class.field_type(name))));
        }
        if columns.is_empty() {
            return Err(Error::internal(format!("{} has no columns", path.display())));
        }
        let unclosed = see_all(input, &mut columns).map_err(|e| failed(path, &e))?;
        let unclosed = unclosed.filter(|_| !ends_in_quote(path).unwrap_or(true));
        Ok(Self { path: path.to_owned(), class, columns, unclosed, batch: batch.max(1) as usize })
    }

    fn row(&self, number: u64, record: &csv::StringRecord) -> Result<crate::model::ParseObject, String> {
        if self.unclosed == Some(number) {
            return Err("a quote in it has no end: all that stands behind it is taken for one cell".to_owned());
        }
        if record.len() > self.columns.len() {
            return Err(format!("it has {} cells, more than there are columns", record.len()));
        }
        let mut map = Map::new();
        for ((name, shape), cell) in self.columns.iter().zip(record) {
            if let Some(value) = shape.read(cell).map_err(|why| format!("{name}: {why}"))? {
                map.set(name.as_str(), value);
            }
        }
        if !map.contains_key("objectId") {
            map.set("objectId", Value::String(self.id(number, record)));
        }
        row::object_of(&self.class.name, map)
    }

    /// An id for a row that has none: the same whenever the same file is read.
    fn id(&self, number: u64, record: &csv::StringRecord) -> String {
        let text = format!("{}\0{number}\0{}", self.class.name, record.as_slice());
        let mut left = xxh3_64(text.as_bytes());
        let letter = || {
            let letter = ALPHABET[(left % 62) as usize];
            left /= 62;
            char::from(letter)
        };
        std::iter::repeat_with(letter).take(10).collect()
    }
}

fn is_hidden(name: &str) -> bool {
    matches!(name, "bcryptPassword") || names::INTERNAL_COLUMNS.contains(&name)
}

fn reader(path: &Path) -> Result<csv::Reader<impl Read>> {
    let file = std::fs::File::open(path).map_err(|e| Error::caused(format!("reading {}", path.display()), e))?;
    // A mark that spreadsheets write in front.
    let mut file = std::io::BufReader::new(file);
    let begin = std::io::BufRead::fill_buf(&mut file).map_err(|e| Error::caused("reading", e))?;
    if begin.starts_with(b"\xef\xbb\xbf") {
        std::io::BufRead::consume(&mut file, 3);
    }
    // No name of a column has any of these in it.
    let head = std::io::BufRead::fill_buf(&mut file).map_err(|e| Error::caused("reading", e))?;
    let separator = head.iter().copied().find(|byte| matches!(byte, b',' | b';' | b'\t' | b'\n' | b'\r'));
    let separator = separator.filter(|byte| !matches!(byte, b'\n' | b'\r')).unwrap_or(b',');
    Ok(csv::ReaderBuilder::new().flexible(true).delimiter(separator).from_reader(file))
}

/// What columns are that are not known all their cells say together. The number of the last row, if its last cell has several lines.
fn see_all(
    mut input: csv::Reader<impl Read>,
    columns: &mut [(String, Shape)],
) -> std::result::Result<Option<u64>, csv::Error> {
    let (mut record, mut rows, mut has_lines) = (csv::StringRecord::new(), 0, false);
    loop {
        match input.read_record(&mut record) {
            Ok(true) => columns.iter_mut().zip(&record).for_each(|((_, shape), cell)| shape.see(cell)),
            Ok(false) => return Ok(Some(rows).filter(|_| has_lines)),
            Err(error) if error.is_io_error() => return Err(error),
            Err(_) => record.clear(),
        }
        rows += 1;
        has_lines = record.iter().next_back().is_some_and(|cell| cell.contains('\n'));
    }
}

/// Is a quote the last thing in a file? It is where a cell with several lines is.
fn ends_in_quote(path: &Path) -> std::io::Result<bool> {
    let mut file = std::fs::File::open(path)?;
    let (bytes, mut last) = (file.metadata()?.len(), Vec::new());
    // Empty lines may follow.
    file.seek(SeekFrom::Start(bytes.saturating_sub(4096)))?;
    file.read_to_end(&mut last)?;
    Ok(last.trim_ascii_end().ends_with(b"\""))
}

fn failed(path: &Path, error: &csv::Error) -> Error {
    Error::internal(format!("reading {}: {error}", path.display()))
}

impl Source for Csv {
    fn total(&self) -> u64 {
        std::fs::metadata(&self.path).map_or(0, |meta| meta.len())
    }

    fn run<'a>(&'a self, pipe: &'a mut Pipe) -> Answer<'a, ()> {
        Box::pin(async move {
            let mut class = ClassSchema::new(&self.class.name);
            let typed = self.columns.iter().filter_map(|(name, shape)| Some((name.clone(), shape.field()?)));
            class.fields.extend(typed.filter(|(name, _)| !self.class.fields.contains_key(name)));
            pipe.send(Item::Class(class)).await?;
            let file = self.path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let from = From { class: self.class.name.as_str().into(), file: Some(file.into()) };
            let mut input = reader(&self.path)?;
            let (mut record, mut number, mut is_over) = (csv::StringRecord::new(), 0, false);
            while !is_over {
                let (mut rows, mut bytes) = (Vec::new(), 0);
                while rows.len() < self.batch && bytes < ENOUGH && !is_over {
                    match input.read_record(&mut record) {
                        Ok(true) => {
                            number += 1;
                            bytes += record.as_slice().len();
                            rows.push((number, self.row(number, &record)));
                        }
                        Ok(false) => is_over = true,
                        Err(error) => {
                            number += 1;
                            is_over = error.is_io_error();
                            rows.push((number, Err(error.to_string())));
                        }
                    }
                }
                pipe.at(input.position().byte());
                pipe.send(Item::Rows(Rows { from: from.clone(), rows })).await?;
            }
            Ok(())
        })
    }
}

/// Is it a column that a table shows? Relations have no values, and passwords are never seen in a spreadsheet.
fn is_shown(name: &str, ty: &FieldType) -> bool {
    !matches!(ty, FieldType::Relation(_)) && name != "password"
}
