//! What it costs to find 100 rows of MongoDB as Parse JSON, in CPU time of this process: ours, beside the bare driver that reads
//! the same raw batches, and our encoder on those rows.
//!
//! `TEST_MONGO_URI=$(tests/support/mongo-up) cargo bench --bench find100`

#![allow(clippy::panic, reason = "a benchmark that cannot be made reports by panicking")]

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::future::join_all;
use mongodb::Client;
use mongodb::bson::{RawDocumentBuf, doc};
use parsimony::access::{Limits, Read, Write, internal};
use parsimony::config::MongoConfig;
use parsimony::model::{ClassSchema, Date, Field, FieldType, Filter, Map, ParseObject, Pointer, Value};
use parsimony::storage::Storage;
use parsimony::storage::mongo::Mongo;

const ROWS: usize = 100;
const AT_ONCE: usize = 16;
const ROUNDS: usize = 60;

fn schema() -> Arc<ClassSchema> {
    let mut schema = ClassSchema::new("GameScore");
    let columns = [
        ("score", FieldType::Number),
        ("playerName", FieldType::String),
        ("cheatMode", FieldType::Boolean),
        ("tags", FieldType::Array),
        ("stats", FieldType::Object),
        ("player", FieldType::Pointer("_User".into())),
        ("playedAt", FieldType::Date),
    ];
    schema.fields.extend(columns.map(|(name, ty)| (name.to_owned(), Field::new(ty))));
    Arc::new(schema)
}

fn object(i: usize) -> ParseObject {
    let at = Value::Date(Date(1_577_836_800_000 + i as i64));
    let stats = Map::from([("wins", Value::Number(i as f64)), ("ratio", Value::Number(i as f64 / 7.0))]);
    let fields = Map::from([
        ("score", Value::Number(i as f64)),
        ("playerName", Value::from(format!("Player {i} of the game"))),
        ("cheatMode", Value::Bool(i.is_multiple_of(2))),
        ("tags", Value::Array(vec![Value::from("a"), Value::from("tag"), Value::from("of a row")])),
        ("stats", Value::Object(stats)),
        ("player", Value::Pointer(Pointer { class: "_User".into(), id: format!("user{i}") })),
        ("playedAt", at.clone()),
        ("createdAt", at.clone()),
        ("updatedAt", at),
    ]);
    ParseObject { id: format!("object{i:04}"), fields, ..ParseObject::default() }
}

/// CPU time of this process so far.
fn cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let ticks = |at: usize| fields.get(at).and_then(|n| n.parse::<u64>().ok()).unwrap_or_default();
    Duration::from_millis((ticks(11) + ticks(12)) * 10)
}

async fn measured<F: Future<Output = usize>>(what: &str, run: impl Fn() -> F) {
    run().await;
    let (cpu_before, before, mut bytes) = (cpu(), Instant::now(), 0);
    for _ in 0..ROUNDS {
        bytes = join_all((0..AT_ONCE).map(|_| run())).await.into_iter().sum::<usize>() / AT_ONCE;
    }
    let number = (ROUNDS * AT_ONCE) as u32;
    println!(
        "{what:<48} {:>8.1?} CPU {:>8.1?} clock {bytes:>8} bytes",
        (cpu() - cpu_before) / number,
        before.elapsed() / number
    );
}

async fn json(mongo: &Mongo, plan: &Read) -> usize {
    let Ok(rows) = mongo.find(plan).await else { return 0 };
    let mut out = Vec::with_capacity(32 << 10);
    for row in 0..rows.len() {
        let _ = rows.write_json(row, plan.render(), &mut out);
    }
    out.len()
}

#[tokio::main]
async fn main() {
    let Ok(uri) = std::env::var("TEST_MONGO_URI") else { return println!("left out: TEST_MONGO_URI is not set") };
    let (schema, uri) = (schema(), format!("{}/mh_find100", uri.trim_end_matches('/')));
    let client = Client::with_uri_str(&uri).await.unwrap_or_else(|e| panic!("{e}"));
    let db = client.database("mh_find100");
    db.drop().await.unwrap_or_else(|e| panic!("{e}"));
    let config = MongoConfig::at(&uri).unwrap_or_else(|e| panic!("{e}"));
    let mongo = Mongo::open(&config).await.unwrap_or_else(|e| panic!("{e}"));
    let why = internal("a benchmark");
    let creates = (0..ROWS).map(|i| Write::Create(why.create(schema.clone(), object(i), Vec::new())));
    let done = mongo.write(creates.collect(), false).await.unwrap_or_else(|e| panic!("{e}"));
    assert!(done.iter().all(Result::is_ok));
    let plan = why.read(schema, Filter::all(), Limits::default()).window(0, Some(ROWS as u64));
    let collection = db.collection::<RawDocumentBuf>("GameScore");
    let bare = || async {
        let mut bytes = 0;
        let Ok(mut cursor) = collection.find(doc! {}).limit(ROWS as i64).batch_size(1000).batch().await else {
            return 0;
        };
        while let Some(Ok(batch)) = cursor.next().await {
            bytes += batch.as_raw_document().as_bytes().len();
        }
        bytes
    };
    let rows = mongo.find(&plan).await.unwrap_or_else(|e| panic!("{e}"));
    let encoded = || async {
        let mut out = Vec::with_capacity(32 << 10);
        (0..rows.len()).for_each(|row| drop(rows.write_json(row, plan.render(), &mut out)));
        out.len()
    };
    let by_object = || async {
        let mut out = Vec::with_capacity(32 << 10);
        for row in 0..rows.len() {
            if let Ok(object) = rows.object(row) {
                parsimony::model::wire::write(&Value::Object(plan.render().object(object)), &mut out);
            }
        }
        out.len()
    };
    for _ in 0..2 {
        measured("the bare driver, raw batches", bare).await;
        measured("our encoder on those rows", encoded).await;
        measured("the same rows by way of objects", by_object).await;
        measured("ours: find and JSON", || json(&mongo, &plan)).await;
    }
    db.drop().await.unwrap_or_else(|e| panic!("{e}"));
}
