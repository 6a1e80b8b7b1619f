//! What SQLite's errors mean to the house.

use rusqlite::ErrorCode;

use super::catalog::Class;
use crate::error::{Code, Error, Result};

/// The error for one of SQLite's.
pub fn db(error: rusqlite::Error) -> Error {
    let rusqlite::Error::SqliteFailure(failure, _) = &error else {
        return Error::caused("the database answered with an error", error);
    };
    let context = match failure.code {
        ErrorCode::ConstraintViolation if is_unique(failure.extended_code) => return Error::duplicate(None),
        ErrorCode::OperationInterrupted => return timeout(),
        ErrorCode::DiskFull => "the disk of the database is full; nothing was stored",
        ErrorCode::ReadOnly => "the database cannot be written to: the file or its folder is read-only",
        ErrorCode::CannotOpen => "the database cannot be opened; is its folder there, and writable?",
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => "the database is held by another process",
        ErrorCode::DatabaseCorrupt => "the database is damaged; restore a backup",
        ErrorCode::NotADatabase => "the file is no SQLite database",
        ErrorCode::SystemIoFailure => "the database cannot be read or written",
        ErrorCode::OutOfMemory => "not enough memory for the database",
        _ => "the database answered with an error",
    };
    Error::caused(context, error)
}

fn is_unique(extended: i32) -> bool {
    matches!(
        extended,
        rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE
            | rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY
            | rusqlite::ffi::SQLITE_CONSTRAINT_ROWID
    )
}

/// The error for one of SQLite's that a write to a class met: one about a value that must be unique names the field.
pub fn of_write(class: &Class, error: rusqlite::Error) -> Error {
    // `UNIQUE constraint failed: t3.c2`, and of an index over an expression `UNIQUE constraint failed: index 'i7'`.
    let taken = match &error {
        rusqlite::Error::SqliteFailure(failure, Some(text)) if is_unique(failure.extended_code) => {
            text.rsplit([' ', '.']).next().map(|name| name.trim_matches('\'').to_owned())
        }
        _ => None,
    };
    taken.map_or_else(|| db(error), |name| Error::duplicate(class.named(&name).map(str::to_owned)))
}

/// 124 for a deadline that has passed.
pub fn timeout() -> Error {
    Error::new(Code::Timeout, "The request took too long.")
}

/// Turns SQLite's results into the house's.
pub trait Db<T> {
    /// The same with the house's error.
    fn or_db(self) -> Result<T>;
}

impl<T> Db<T> for rusqlite::Result<T> {
    fn or_db(self) -> Result<T> {
        self.map_err(db)
    }
}
