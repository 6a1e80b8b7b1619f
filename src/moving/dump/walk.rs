//! All documents of a dump, one after the other, with the collections that they are of.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::Files;
use super::input::{Input, Next};
use crate::error::{Error, Result};
use crate::storage::dump::{self, Segment};

/// What an archive begins with.
const MAGIC: [u8; 4] = [0x6d, 0xe2, 0x99, 0x81];

/// A document, or why there are no more of its collection.
pub type Document = std::result::Result<Vec<u8>, String>;

/// A dump in the middle.
pub struct Walk<'d> {
    files: &'d [PathBuf],
    is_archive: bool,
    input: Option<Input>,
    /// The collection whose documents are being read.
    segment: Option<Segment>,
    /// Databases and collections of an archive that are not over yet.
    open: BTreeSet<(String, String)>,
    before: u64,
}

impl<'d> Walk<'d> {
    /// From the beginning.
    pub fn new(files: &'d Files) -> Self {
        let (files, is_archive) = match files {
            Files::Archive(path) => (std::slice::from_ref(path), true),
            Files::Collections(paths) => (paths.as_slice(), false),
        };
        Self { files, is_archive, input: None, segment: None, open: BTreeSet::new(), before: 0 }
    }

    /// Bytes of all files that have been read.
    pub fn at(&self) -> u64 {
        self.before + self.input.as_ref().map_or(0, Input::at)
    }

    /// The next document.
    ///
    /// # Errors
    /// 1 for files that cannot be read, and for an archive that is none.
    pub fn next(&mut self) -> Result<Option<(Segment, Document)>> {
        loop {
            let Some(input) = &mut self.input else {
                if !self.begin()? {
                    return Ok(self.unfinished());
                }
                continue;
            };
            let next = input.document();
            match (&self.segment, next) {
                (Some(segment), Next::Document(document)) => return Ok(Some((segment.clone(), Ok(document)))),
                (Some(segment), Next::Broken(why)) => {
                    let told = format!("{why}; what stands behind it cannot be read");
                    let broken = (segment.clone(), Err(told));
                    self.over();
                    return Ok(Some(broken));
                }
                (Some(_), Next::End) if self.is_archive => self.segment = None,
                (Some(_), Next::Eof) => self.over(),
                (Some(segment), Next::End) => {
                    let broken =
                        (segment.clone(), Err("it is no BSON; what stands behind it cannot be read".to_owned()));
                    self.over();
                    return Ok(Some(broken));
                }
                (None, Next::Document(header)) => {
                    let segment = dump::segment(&header)?;
                    let place = (segment.database.clone(), segment.collection.clone());
                    match segment.is_end {
                        true => self.open.remove(&place),
                        false => self.open.insert(place),
                    };
                    self.segment = Some(segment);
                }
                (None, Next::Eof) => self.over(),
                (None, Next::End | Next::Broken(_)) => {
                    return Err(Error::internal("the archive is damaged: a part of it names no collection"));
                }
            }
        }
    }

    /// Opens the next file; `false` if there is none.
    fn begin(&mut self) -> Result<bool> {
        let Some((path, rest)) = self.files.split_first() else { return Ok(false) };
        self.files = rest;
        let failed = |e| Error::caused(format!("reading {}", path.display()), e);
        let mut input = Input::open(path).map_err(failed)?;
        self.segment = None;
        if self.is_archive {
            if !input.begins_with(MAGIC) {
                return Err(Error::internal(format!("{} is no archive of mongodump", path.display())));
            }
            // The header of the whole, and what is known of each collection.
            loop {
                match input.document() {
                    Next::Document(header) => self.open.extend(dump::announced(&header)),
                    Next::End => break,
                    Next::Eof | Next::Broken(_) => return Err(Error::internal("the archive ends in its header")),
                }
            }
        } else {
            self.segment = Some(Segment { collection: collection(path), ..Segment::default() });
        }
        self.input = Some(input);
        Ok(true)
    }

    fn over(&mut self) {
        self.before = self.at();
        (self.input, self.segment) = (None, None);
    }

    /// A collection of an archive of which the end is missing.
    fn unfinished(&mut self) -> Option<(Segment, Document)> {
        let (database, collection) = self.open.pop_first()?;
        Some((
            Segment { database, collection, ..Segment::default() },
            Err("the archive ends before this collection does".to_owned()),
        ))
    }
}

/// The collection of a file: the tools write what may not stand in its name as `%3A`.
fn collection(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    let name = name.strip_suffix(".bson").unwrap_or(name);
    let (mut bytes, mut rest) = (Vec::with_capacity(name.len()), name.as_bytes());
    while let Some((first, behind)) = rest.split_first() {
        let escaped = behind.get(..2).and_then(|hex| u8::from_str_radix(str::from_utf8(hex).ok()?, 16).ok());
        let escaped = escaped.filter(|_| *first == b'%');
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &behind[2..] } else { behind };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_name_their_collections() {
        for (file, name) in [
            ("a/_User.bson", "_User"),
            ("_Join%3Ausers%3A_Role.bson.gz", "_Join:users:_Role"),
            ("_Join:users:_Role.bson", "_Join:users:_Role"),
            ("100%.bson", "100%"),
        ] {
            assert_eq!(collection(Path::new(file)), name);
        }
    }
}
