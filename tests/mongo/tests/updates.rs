//! Updates as `storage/sql/apply.rs` carries them out against a database that speaks MongoDB's protocol, on random objects.
//!
//! Runs when `TEST_MONGO_URI` is set; `TEST_CASES` says how many objects are tried (500), each with four
//! operations in a row.

use mongodb::bson::{Bson, Document, doc};
use mongodb::{Collection, options::ReturnDocument};
use parsimony::matching;
use parsimony::model::{self, Date, Map, Op, ParseObject, Path, Pointer, Value, wire};
use parsimony::storage::sql::apply::apply;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

mod support;
use support::{failed, generate, interior};

const PATHS: [&str; 18] = [
    "o",
    "o.k",
    "o.a",
    "o.a.b",
    "o.0",
    "o.k.0",
    "o.k.1.a",
    "arr",
    "arr.0",
    "arr.2",
    "arr.1.k",
    "arr.0.a.b",
    "arr.k",
    "new",
    "new.k",
    "new.0",
    "n",
    "n.k",
];

fn op() -> impl Strategy<Value = Op> {
    let value = generate::interior;
    // Adding nothing to what is missing makes an empty list in MongoDB, and nothing in DocumentDB.
    let list = || vec(generate::interior(), 1..4);
    prop_oneof![
        3 => value().prop_map(Op::Set),
        3 => select(vec![1.0, -0.5, 1e20]).prop_map(Op::Increment),
        2 => list().prop_map(Op::Add),
        2 => list().prop_map(Op::AddUnique),
        2 => list().prop_map(Op::Remove),
        2 => Just(Op::Delete),
    ]
}

/// Objects that have lists and numbers where the paths lead, as a rule.
fn fields() -> impl Strategy<Value = Map> {
    let some = || prop_oneof![generate::interior(), vec(generate::interior(), 0..4).prop_map(Value::Array)];
    let number = select(vec![Value::Null, Value::Number(1.0), Value::from("x")]);
    (some(), some(), some(), number).prop_map(|(k, a, arr, n)| {
        let o = Value::Object(Map::from([("k", k), ("a", a)]));
        // A pointer in a column is a text, which no operation but the plain ones meets.
        let arr = if matches!(arr, Value::Pointer(_)) { Value::Null } else { arr };
        Map::from([("o", o), ("arr", arr), ("n", n)])
    })
}

#[test]
fn updates_agree_with_a_mongodb_engine() {
    let Some((runtime, database, cases)) = support::database("updates", 500) else { return };
    let rows = database.collection("rows");
    let mut runner =
        TestRunner::new(Config { cases, failure_persistence: None, max_shrink_iters: 2000, ..Config::default() });
    let strategy = (fields(), vec((select(&PATHS[..]), op()), 4));
    let outcome = runner.run(&strategy, |(fields, ops)| runtime.block_on(play(&rows, fields, ops)));
    runtime.block_on(async { database.drop().await }).unwrap();
    if let Err(TestError::Fail(why, _)) = outcome {
        panic!("{why}");
    }
}

async fn play(rows: &Collection<Document>, mut here: Map, ops: Vec<(&str, Op)>) -> Result<(), TestCaseError> {
    rows.delete_many(doc! {}).await.map_err(failed)?;
    let mut document = doc! { "_id": 1 };
    document.extend(here.iter().map(|(name, value)| (name.to_string(), interior(value))));
    rows.insert_one(document).await.map_err(failed)?;
    for (path, op) in ops {
        let before = wire::to_string(&Value::Object(here.clone()));
        let mut object = ParseObject { fields: here.clone(), ..ParseObject::default() };
        let ours = apply(&mut object, &[(Path::from(path), op.clone())], Date(0));
        object.fields.take("updatedAt");
        // MongoDB takes nothing away behind a path that leads nowhere; DocumentDB complains of some, and pads lists for others.
        if ours.is_ok() && matches!(op, Op::Delete | Op::Remove(_)) && at(&here, path).is_none() {
            prop_assert_eq!(&object.fields, &here, "{} of {:?} on {}", path, op, before);
            continue;
        }
        // DocumentDB counts on from true and false, MongoDB does not.
        if matches!((&op, at(&here, path)), (Op::Increment(_), Some(Value::Bool(_)))) {
            prop_assert!(ours.is_err(), "{} of {:?} on {}", path, op, before);
            continue;
        }
        let asked = update(path, &op);
        let theirs = rows.find_one_and_update(doc! {}, asked.clone()).return_document(ReturnDocument::After).await;
        match (&ours, &theirs) {
            (Ok(()), Ok(Some(document))) => {
                let there: Map = document.iter().filter(|(key, _)| *key != "_id").map(|(k, v)| (k, value(v))).collect();
                prop_assert_eq!(&object.fields, &there, "{} on {}", asked, before);
                here = there;
            }
            (Err(_), Err(_)) => {}
            _ => prop_assert!(false, "ours {:?}, theirs {:?}: {} on {}", ours, theirs, asked, before),
        }
    }
    Ok(())
}

fn at(fields: &Map, path: &str) -> Option<Value> {
    let step = |value: &Value, key: &str| match value {
        Value::Object(map) => map.get(key).cloned(),
        Value::Array(list) => list.get(key.parse::<usize>().ok()?).cloned(),
        _ => None,
    };
    path.split('.').try_fold(Value::Object(fields.clone()), |value, key| step(&value, key))
}

fn update(path: &str, op: &Op) -> Document {
    let each = |list: &[Value]| list.iter().map(interior).collect::<Vec<_>>();
    match op {
        Op::Set(value) => doc! { "$set": { path: interior(value) } },
        Op::Increment(by) => doc! { "$inc": { path: *by } },
        Op::Add(list) => doc! { "$push": { path: { "$each": each(list) } } },
        Op::AddUnique(list) => doc! { "$addToSet": { path: { "$each": each(list) } } },
        Op::Remove(list) => doc! { "$pullAll": { path: each(list) } },
        Op::Delete => doc! { "$unset": { path: "" } },
        Op::Relate { .. } => panic!("not generated"),
    }
}

/// What is stored, as a value; keys in JavaScript's order.
fn value(bson: &Bson) -> Value {
    match bson {
        Bson::Null => Value::Null,
        Bson::Boolean(b) => Value::Bool(*b),
        Bson::Double(n) => Value::Number(*n),
        Bson::Int32(n) => Value::Number(f64::from(*n)),
        Bson::String(text) => Value::from(text.as_str()),
        Bson::DateTime(date) => Value::Date(Date(date.timestamp_millis())),
        Bson::Binary(binary) => Value::Bytes(binary.bytes.clone()),
        Bson::Array(list) => Value::Array(list.iter().map(value).collect()),
        Bson::Document(document) => match (document.get_str("className"), document.get_str("objectId")) {
            (Ok(class), Ok(id)) if document.len() == 3 => {
                Value::Pointer(Pointer { class: class.to_owned(), id: id.to_owned() })
            }
            _ => Value::Object(document.iter().map(|(key, v)| (key.as_str(), value(v))).collect()),
        },
        other => panic!("{other}"),
    }
}
