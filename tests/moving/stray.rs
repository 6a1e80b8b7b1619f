//! What lies in a database of MongoDB and no server reads: a copy tells what it leaves out.

use super::kit::moved;
use crate::support::Backend;
use crate::support::backend::Place;
use mongodb::bson::{Document, doc};
use std::fs;
use tempfile::TempDir;

#[test]
fn a_copy_tells_what_nobody_reads() {
    if !Backend::has_mongo("stray rows and entries") {
        return;
    }
    let dir = TempDir::new().unwrap();
    let at = dir.path();
    fs::create_dir(at.join("in")).unwrap();
    fs::write(at.join("in/A.json"), r#"[{"objectId":"a","r":{"__type":"Relation","className":"A"}}]"#).unwrap();
    fs::write(at.join("in/_Join:r:A.json"), r#"[{"owningId":"a","relatedId":"a"}]"#).unwrap();
    let mongo = Place::new(Backend::Mongo, at);
    assert_eq!(moved(at, &["import", "in", "--to", mongo.uri()]).status, Some(0));
    put(
        mongo.uri(),
        &[
            ("A", doc! { "_id": "b", "_p_lost": "A$a" }),
            ("Lost", doc! { "_id": "l" }),
            ("_Join:old:A", doc! { "owningId": "a", "relatedId": "a" }),
            // Of an app with a prefix of its own, which has lost nothing.
            ("other_Lost", doc! { "_id": "l" }),
            ("other__SCHEMA", doc! { "_id": "Lost" }),
            // The same entry twice, as a race in Parse Server leaves it.
            ("_Join:r:A", doc! { "owningId": "a", "relatedId": "a" }),
        ],
    );
    let run = moved(at, &["copy", "--from", mongo.uri(), "--to", "sqlite:x.db"]);
    let no_server = "and no server reads them either";
    let faults = [
        format!("_Join:old:A: its class or column is not there: its entries are left out, {no_server}"),
        "A: its pointers _p_lost are left out: the schema has no such column, and Parse Server does not read them either"
            .to_owned(),
    ];
    assert_eq!((run.status, run.faults()), (Some(1), faults.to_vec()), "{}", run.err);
    let notes: Vec<&str> =
        run.lines.iter().filter(|line| line["note"] == true).map(|line| line["class"].as_str().unwrap()).collect();
    assert_eq!(notes, ["Lost"]);
    // What is there twice is there: a relation is a set.
    let verified = moved(at, &["verify", mongo.uri(), "sqlite:x.db"]);
    assert_eq!(verified.status, Some(0), "{:?}", verified.faults());
    let told: Vec<&str> = verified.lines.iter().filter_map(|line| line["what"].as_str()).collect();
    assert!(told.contains(&"entries that stand twice in the first database: 1"), "{told:?}");
}

fn put(uri: &str, rows: &[(&str, Document)]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let database = mongodb::Client::with_uri_str(uri).await.unwrap().default_database().unwrap();
        for (class, row) in rows {
            database.collection::<Document>(class).insert_one(row).await.unwrap();
        }
    });
}
