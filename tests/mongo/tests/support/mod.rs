//! What these tests share: the engine, the random rows of the contract of the back ends, and values as MongoDB stores them.
#![allow(dead_code, reason = "each test takes its part")]

use mongodb::Database;
use mongodb::bson::{Binary, Bson, DateTime, doc, spec::BinarySubtype};
use parsimony::model::Value;
use parsimony::model::value::GeoPoint;
use proptest::test_runner::TestCaseError;
use tokio::runtime::{Builder, Runtime};

// It names `crate::model` and `crate::matching`, which each test takes from `parsimony`.
#[path = "../../../../src/storage/contract/generate.rs"]
pub mod generate;

/// A database of its own, and how many cases are to be tried; `None`, and a line that says so, without an engine.
pub fn database(name: &str, cases: u32) -> Option<(Runtime, Database, u32)> {
    let Ok(uri) = std::env::var("TEST_MONGO_URI") else {
        assert!(std::env::var_os("CI").is_none(), "CI is set, but TEST_MONGO_URI is not");
        eprintln!("left out: TEST_MONGO_URI is not set");
        return None;
    };
    let cases = std::env::var("TEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(cases);
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let client = runtime.block_on(mongodb::Client::with_uri_str(uri)).unwrap();
    let database = client.database(&format!("parsimony_{name}_{}", std::process::id()));
    Some((runtime, database, cases))
}

/// An error of the engine or of a conversion as the failure of a case.
pub fn failed(e: impl std::fmt::Display) -> TestCaseError {
    TestCaseError::fail(e.to_string())
}

/// A value inside an array or object as MongoDB stores it.
pub fn interior(value: &Value) -> Bson {
    match value {
        Value::Null => Bson::Null,
        Value::Bool(b) => Bson::Boolean(*b),
        Value::Number(n) => Bson::Double(*n),
        Value::String(s) | Value::File(s) => Bson::String(s.clone()),
        Value::Date(date) => Bson::DateTime(DateTime::from_millis(date.0)),
        Value::Bytes(bytes) => Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes: bytes.clone() }),
        Value::Pointer(p) => Bson::Document(doc! { "__type": "Pointer", "className": &p.class, "objectId": &p.id }),
        Value::GeoPoint(point) => pair(*point),
        Value::Polygon(points) => {
            let ring: Vec<Bson> = points.iter().map(|p| pair(*p)).collect();
            Bson::Document(doc! { "type": "Polygon", "coordinates": [ring] })
        }
        Value::Array(list) => Bson::Array(list.iter().map(interior).collect()),
        Value::Object(map) => Bson::Document(map.iter().map(|(k, v)| (k.to_string(), interior(v))).collect()),
        Value::Relation(_) => panic!("a relation is not stored"),
    }
}

/// A place as MongoDB stores it.
pub fn pair(point: GeoPoint) -> Bson {
    Bson::Array(vec![Bson::Double(point.longitude), Bson::Double(point.latitude)])
}
