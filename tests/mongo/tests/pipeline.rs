//! `storage::pipeline` against a database that speaks MongoDB's protocol, on random rows and pipelines.
//!
//! Runs when `TEST_MONGO_URI` is set. `TEST_CASES` says how many sets of rows are tried (250); each is
//! asked eight pipelines.

use std::cell::Cell;

use mongodb::bson::{Binary, Bson, DateTime, Document, spec::BinarySubtype};
use mongodb::{Collection, Database};
use parsimony::error::Result;
use parsimony::matching;
use parsimony::model::{self, Date, Map, Value, wire};
use parsimony::storage::pipeline::{Context, DEFAULT_MEMORY, RawStage, Source, document, run};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

mod pipelines;
mod support;
use support::{failed, generate};

#[test]
fn agrees_with_a_mongodb_engine() {
    let Some((runtime, database, cases)) = support::database("pipeline", 250) else { return };
    let mut runner =
        TestRunner::new(Config { cases, failure_persistence: None, max_shrink_iters: 2000, ..Config::default() });
    let strategy = (vec(generate::row(true), 1..8), vec(pipelines::pipeline(), 8));
    let ran = Cell::new(0);
    let outcome = runner.run(&strategy, |(rows, pipelines)| {
        runtime.block_on(async {
            let rows = Rows::store(&database, rows).await?;
            for pipeline in &pipelines {
                ran.set(ran.get() + u32::from(rows.agree(pipeline).await?));
            }
            Ok(())
        })
    });
    runtime.block_on(async { database.drop().await }).unwrap();
    match outcome {
        Ok(()) => assert!(ran.get() > cases * 3, "only {} pipelines ran on both", ran.get()),
        Err(TestError::Fail(why, (rows, _))) => {
            let rows: Vec<String> = rows.into_iter().map(|row| wire::to_string(&Value::Object(row))).collect();
            panic!("{why}\nrows:\n{}", rows.join("\n"));
        }
        Err(aborted) => panic!("{aborted}"),
    }
}

/// The rows of a case, here and there; their ids are their places.
struct Rows {
    here: Vec<Map>,
    there: Collection<Document>,
}

impl Source for Rows {
    fn documents(&self, _: &str, visit: &mut dyn FnMut(Map) -> Result<()>) -> Result<()> {
        self.here.iter().try_for_each(|row| visit(row.clone()))
    }
}

impl Rows {
    async fn store(database: &Database, rows: Vec<Map>) -> std::result::Result<Self, TestCaseError> {
        let there = database.collection("rows");
        // Anew each time, so that the natural order is that of insertion.
        there.drop().await.map_err(failed)?;
        let here: Vec<Map> = rows.into_iter().enumerate().map(|(i, row)| numbered(i, row)).collect();
        there.insert_many(here.iter().map(to_document)).await.map_err(failed)?;
        Ok(Self { here, there })
    }

    /// Do both refuse a pipeline, or answer it alike? Says whether they answered.
    async fn agree(&self, pipeline: &[Value]) -> std::result::Result<bool, TestCaseError> {
        let stages: Vec<RawStage> = pipeline.iter().map(|s| RawStage::of_value(s).unwrap()).collect();
        let check = || Ok(());
        let context = Context { now: Date(0), seed: 1, source: self, memory: DEFAULT_MEMORY, check: &check };
        let here = run(&stages, self.here.iter().cloned().map(Ok), &context);
        let there = self.ask(pipeline).await;
        let asked = wire::to_string(&Value::Array(pipeline.to_vec()));
        match (here, there) {
            (Ok(here), Ok(there)) => {
                // The engine pushes in any order.
                let sets = asked.contains("$push");
                let mut here: Vec<String> =
                    here.iter().map(|row| shown(&Bson::Document(to_document(row)), sets)).collect();
                let mut there: Vec<String> = there.into_iter().map(|row| shown(&Bson::Document(row), sets)).collect();
                // In order only where a part was cut off by it.
                if !asked.contains("$limit") {
                    here.sort();
                    there.sort();
                }
                prop_assert_eq!(here, there, "the answers differ on {}", asked);
                Ok(true)
            }
            (Err(_), Err(_)) => Ok(false),
            // The engine does not work out what later stages do not use.
            (Err(_), Ok(_)) if pipeline.len() > 2 => Ok(false),
            (Err(here), Ok(_)) => Err(failed(format!("only here an error, {here}, on {asked}"))),
            (Ok(_), Err(there)) => Err(failed(format!("only there an error, {there}, on {asked}"))),
        }
    }

    async fn ask(&self, pipeline: &[Value]) -> mongodb::error::Result<Vec<Document>> {
        let stages = pipeline.iter().map(|stage| match interior(stage) {
            Bson::Document(stage) => stage,
            other => panic!("{other} is no stage"),
        });
        let mut cursor = self.there.aggregate(stages).await?;
        let mut found = Vec::new();
        while cursor.advance().await? {
            found.push(cursor.deserialize_current()?);
        }
        Ok(found)
    }
}

/// A row as the document that it is stored as.
fn numbered(id: usize, row: Map) -> Map {
    let mut out = Map::from([("_id", Value::Number(id as f64))]);
    for (name, value) in row {
        out.set(name, document::interior(value));
    }
    out
}

fn to_document(map: &Map) -> Document {
    map.iter().map(|(k, v)| (k.to_string(), interior(v))).collect()
}

/// A plain value in the type that Parse stores it in.
fn interior(value: &Value) -> Bson {
    match value {
        Value::Null => Bson::Null,
        Value::Bool(b) => Bson::Boolean(*b),
        Value::Number(n) if n.trunc() == *n && n.abs() < 2e9 && !(*n == 0.0 && n.is_sign_negative()) => {
            Bson::Int32(*n as i32)
        }
        Value::Number(n) => Bson::Double(*n),
        Value::String(s) => Bson::String(s.clone()),
        Value::Date(date) => Bson::DateTime(DateTime::from_millis(date.0)),
        Value::Bytes(bytes) => Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes: bytes.clone() }),
        Value::Array(list) => Bson::Array(list.iter().map(interior).collect()),
        Value::Object(map) => Bson::Document(to_document(map)),
        other => interior(&document::interior(other.clone())),
    }
}

/// A text that is equal for values held equal: numbers by what they are, not by their type, and to twelve digits; fields in
/// any order, for the engine puts fields that are set anew at the end where MongoDB leaves them in their place.
fn shown(value: &Bson, sets: bool) -> String {
    let number = |n: f64| if n == 0.0 { "0".to_owned() } else { format!("{n:.11e}") };
    match value {
        Bson::Int32(n) => number(f64::from(*n)),
        Bson::Int64(n) => number(*n as f64),
        Bson::Double(n) => number(*n),
        Bson::Array(list) => {
            let mut list: Vec<String> = list.iter().map(|v| shown(v, sets)).collect();
            if sets {
                list.sort();
            }
            format!("[{}]", list.join(","))
        }
        Bson::Document(map) => {
            let mut fields: Vec<String> = map.iter().map(|(k, v)| format!("{k:?}:{}", shown(v, sets))).collect();
            fields.sort();
            format!("{{{}}}", fields.join(","))
        }
        other => other.to_string(),
    }
}
