//! The file that a database lies in, and the lock beside it: made so that only their owner reads them.

use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::config::private;
use crate::error::{Error, Result};

/// Held as long as the database is open, so that no other process opens it. SQLite's own locks are for one statement; this
/// one is for the life of the process, and the system drops it with it.
pub struct Lock {
    _file: File,
    path: PathBuf,
}

impl Lock {
    /// Takes the lock of a database.
    ///
    /// # Errors
    /// 1 if another process holds it, or if it cannot be made.
    pub fn take(database: &Path) -> Result<Self> {
        let mut path = database.as_os_str().to_owned();
        path.push(".lock");
        let path = PathBuf::from(path);
        loop {
            let file = private::options()
                .create(true)
                .truncate(false)
                .open(&path)
                .map_err(|e| Error::caused(format!("its lock {} cannot be made", path.display()), e))?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err(Error::internal("the database is held by another process"));
                }
                Err(TryLockError::Error(e)) => return Err(Error::caused("the database cannot be locked", e)),
            }
            // Between the two steps another process may have given the file up, and a third one made a new one.
            if is_still_there(&file, &path) {
                return Ok(Self { _file: file, path });
            }
        }
    }

    /// Gives the lock up with its file: the database is none that could be opened.
    pub fn give_up(self) {
        drop(fs::remove_file(&self.path));
    }
}

/// Makes the file of a database, empty and for its owner alone; SQLite gives the files that it lays beside it the same rights.
///
/// # Errors
/// Those of the system; one is that the file is there already.
pub fn make(path: &Path) -> io::Result<()> {
    private::options().create_new(true).open(path).map(drop)
}

/// Makes the file if it is not there. SQLite opens one that is read-only without a word, and fails at the first write.
///
/// # Errors
/// 1 for a file that cannot be written to. What else is wrong, SQLite says better.
pub fn make_or_check(path: &Path) -> Result<()> {
    let opened = match make(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => File::options().write(true).open(path).map(drop),
        made => made,
    };
    match opened {
        Err(error) if path.exists() => Err(Error::caused("the database cannot be written to", error)),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn is_still_there(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let number = |data: &fs::Metadata| (data.dev(), data.ino());
    matches!((file.metadata(), fs::metadata(path)), (Ok(held), Ok(there)) if number(&held) == number(&there))
}

/// A file that is open cannot be removed there.
#[cfg(not(unix))]
fn is_still_there(_: &File, _: &Path) -> bool {
    true
}
