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

#[tokio::test]
async fn classes_come_in_the_order_they_were_made() {
    let db = open().await.unwrap();
    for name in ["B", "A", "_User", "B"] {
        db.class(name, "").await;
    }
    let names: Vec<String> = db.schemas().await.unwrap().into_iter().map(|schema| schema.name).collect();
    assert_eq!(names, ["B", "A", "_User"]);
}
