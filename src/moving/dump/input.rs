//! A file of a dump, unpacked if it is packed, cut into documents.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

/// What ends a part of an archive, where a document would begin.
const END: i32 = -1;
/// The greatest document, bytes: MongoDB's 16 MB and what it allows itself beyond.
const LARGEST: i32 = 17 << 20;
const BUFFER: usize = 256 << 10;

/// What comes next in a file.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// A document with its length in front, as BSON has it.
    Document(Vec<u8>),
    /// The end of a part of an archive.
    End,
    /// The end of the file.
    Eof,
    /// What is no document; nothing behind it can be found.
    Broken(&'static str),
}

/// A file in the middle of its documents.
pub struct Input {
    unpacked: Box<dyn BufRead + Send>,
    read: Arc<AtomicU64>,
}

/// Counts what is read of a file.
struct Counted(File, Arc<AtomicU64>);

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.0.read(buffer)?;
        self.1.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

impl Input {
    /// Opens a file.
    pub fn open(path: &Path) -> io::Result<Self> {
        let read = Arc::default();
        let mut file = BufReader::with_capacity(BUFFER, Counted(File::open(path)?, Arc::clone(&read)));
        let is_packed = file.fill_buf()?.starts_with(&[0x1f, 0x8b]);
        let unpacked: Box<dyn BufRead + Send> = match is_packed {
            true => Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(file))),
            false => Box::new(file),
        };
        Ok(Self { unpacked, read })
    }

    /// Bytes of the file that have been read.
    pub fn at(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }

    /// Does it go on with these bytes? They are passed over.
    pub fn begins_with(&mut self, bytes: [u8; 4]) -> bool {
        let mut own = [0; 4];
        self.unpacked.read_exact(&mut own).is_ok() && own == bytes
    }

    /// The next document.
    pub fn document(&mut self) -> Next {
        let mut length = [0; 4];
        match self.unpacked.fill_buf() {
            Ok([]) => return Next::Eof,
            Ok(_) => {}
            Err(_) => return Next::Broken("the packed file is damaged or cut off"),
        }
        if self.unpacked.read_exact(&mut length).is_err() {
            return Next::Broken("the file ends in the middle of it");
        }
        match i32::from_le_bytes(length) {
            END => Next::End,
            bytes @ 5..=LARGEST => {
                let mut document = vec![0; bytes.unsigned_abs() as usize];
                document[..4].copy_from_slice(&length);
                match self.unpacked.read_exact(&mut document[4..]) {
                    Ok(()) => Next::Document(document),
                    Err(_) => Next::Broken("the file ends in the middle of it"),
                }
            }
            _ => Next::Broken("it is no BSON"),
        }
    }
}
