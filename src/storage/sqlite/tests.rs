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

/// Connections at rest stay where they last read; a commit moves them on, or the log of the file would grow for ever.
#[tokio::test]
async fn connections_at_rest_do_not_keep_the_log() {
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("test.db-wal");
    let db = Bed::new(Sqlite::open(&dir.path().join("test.db")).unwrap(), dir);
    let t = db.class("T", "s String").await;
    let body = format!(r#"{{"s":"{}"}}"#, "x".repeat(400_000));
    let mut largest = 0;
    for i in 0..200 {
        let id = format!("i{i}");
        t.finds(&[(&format!(r#"{{"objectId":"{id}"}}"#), "")]).await;
        t.write(t.create(&id, &body)).await.unwrap();
        t.finds(&[(&format!(r#"{{"objectId":"{id}"}}"#), &id)]).await;
        largest = largest.max(std::fs::metadata(&log).unwrap().len());
    }
    assert!(largest < 40 << 20, "{largest}");
}

#[tokio::test]
async fn a_write_is_seen_by_every_look_up_after_it() {
    let dir = tempfile::tempdir().unwrap();
    let db = Bed::new(Sqlite::open(&dir.path().join("test.db")).unwrap(), dir);
    let t = db.class("T", "n Number").await;
    for i in 0..300 {
        let id = format!("i{i}");
        t.write(t.create(&id, r#"{"n":1}"#)).await.unwrap();
        let clause = format!(r#"{{"objectId":"{id}"}}"#);
        let clauses = [(clause.as_str(), id.as_str())];
        let looks = (0..4).map(|_| t.finds(&clauses));
        futures_util::future::join_all(looks).await;
    }
}
