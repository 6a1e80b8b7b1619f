//! The contract of all back ends, on SQLite.

use super::Sqlite;
use crate::storage::contract::{contract, kit::Bed};

/// A file of its own for each test.
async fn open() -> Option<Bed> {
    let dir = tempfile::tempdir().unwrap();
    let storage = Sqlite::open(&dir.path().join("test.db")).unwrap();
    Some(Bed::new(storage, dir))
}

contract!(open);
