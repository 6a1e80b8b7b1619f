//! The contract on random rows: nothing is lost, and every answer is the one that `matching/` gives.
//!
//! `TEST_CASES` says how many sets of rows are tried, `PROPTEST_RNG_SEED` repeats a run.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};
use tokio::runtime::Runtime;

use super::kit::{Bed, Class, keys};
use super::{generate, json, wild};
use crate::access::{Write, internal};
use crate::matching::{self, Work};
use crate::model::query::OrderKey;
use crate::model::{Acl, Constraint, Date, FieldType, Filter, Map, ParseObject, Path, Value, wire};
use crate::storage::Outcome;

/// Runs a test on random cases; the rows of the smallest case that fails are shown.
fn run<S: Strategy>(cases: u32, strategy: S, show: fn(&S::Value) -> &[Map], test: impl Fn(S::Value) -> Tested) {
    let cases = std::env::var("TEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(cases);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 2000, ..Config::default() };
    match TestRunner::new(config).run(&strategy, test) {
        Ok(()) => {}
        Err(TestError::Fail(why, case)) => {
            let rows: Vec<String> =
                show(&case).iter().map(|row| wire::to_string(&Value::Object(row.clone()))).collect();
            panic!("{why}\nrows:\n{}", rows.join("\n"));
        }
        Err(aborted) => panic!("{aborted}"),
    }
}

type Tested = Result<(), TestCaseError>;

async fn table(db: &Bed) -> Class<'_> {
    let columns = generate::columns().into_iter().filter_map(|(name, ty)| {
        let ty = ty?;
        Some([name, ty.name(), ty.target().unwrap_or_default()].join(" ").trim_end().to_owned())
    });
    db.class("T", &columns.collect::<Vec<_>>().join(", ")).await
}

/// Stores these objects and no others.
async fn replace(t: &Class<'_>, objects: &[ParseObject]) -> Tested {
    let create =
        |object: &ParseObject| Write::Create(internal("a test").create(Arc::clone(&t.schema), object.clone(), vec![]));
    let writes = std::iter::once(Write::Delete(t.delete("{}"))).chain(objects.iter().map(create));
    let done = t.db.write(writes.collect(), false).await.unwrap();
    prop_assert!(done[1..].iter().all(|outcome| matches!(outcome, Ok(Outcome::Created))), "{:?}", done);
    Ok(())
}

fn object(id: String, fields: &Map, acl: Option<Acl>) -> ParseObject {
    let mut fields = fields.clone();
    for key in ["createdAt", "updatedAt"] {
        fields.set(key, Value::Date(Date(id.len() as i64)));
    }
    ParseObject { id, fields, acl, internal: Map::new() }
}

/// From the wire to values, to the database, and back again.
pub fn round_trips(runtime: &Runtime, db: &Bed) {
    let t = runtime.block_on(table(db));
    let strategy = (vec(wild::row(), 1..6), vec((wild::text(), wild::acl()), 6), wild::row());
    run(
        300,
        strategy,
        |case| &case.0,
        |(rows, extras, update)| {
            let mut objects = Vec::new();
            for (i, (row, (id, acl))) in rows.iter().zip(extras).enumerate() {
                let text = wire::to_string(&Value::Object(row.clone()));
                let Ok(Value::Object(read)) = wire::parse(text.as_bytes(), 100) else { panic!("{text}") };
                let read: Map = read.into_iter().map(|(key, value)| (key, wire::field(value).unwrap())).collect();
                prop_assert_eq!(&read, row, "read from {}", text);
                objects.push(object(format!("{i}{id}"), &read, acl));
            }
            runtime.block_on(async {
                replace(&t, &objects).await?;
                for object in &objects {
                    let kept = t.get(&object.id).await;
                    prop_assert_eq!(kept.as_ref(), Some(object));
                }
                let first = &objects[0];
                // MongoDB's layout keeps the null of an update apart, so that a pointer is then missing.
                let is_pointer = |name: &str| matches!(t.schema.field_type(name), Some(FieldType::Pointer(_)));
                let update: Map = update.into_iter().filter(|(k, v)| !(v.is_null() && is_pointer(k))).collect();
                let ops = update
                    .iter()
                    .map(|(name, value)| (Path::from(name.as_str()), crate::model::Op::Set(value.clone())));
                let own = Filter::eq("objectId", first.id.as_str());
                let plan = internal("a test").update(Arc::clone(&t.schema), own, ops.collect(), Date(7));
                let mut expected = first.clone();
                for (name, value) in update {
                    expected.fields.set(name, value);
                }
                expected.fields.set("updatedAt", Value::Date(Date(7)));
                let Ok(Outcome::Updated(Some(after))) = t.write(Write::Update(plan)).await else { panic!("no update") };
                prop_assert_eq!(&after, &expected);
                let kept = t.get(&first.id).await;
                prop_assert_eq!(kept.as_ref(), Some(&expected));
                objects[0] = expected;
                finds_itself(&t, &objects).await
            })
        },
    );
}

/// Every value of a row finds that row, and those that are equal to it.
async fn finds_itself(t: &Class<'_>, objects: &[ParseObject]) -> Tested {
    for (name, value) in objects.iter().flat_map(|object| &object.fields) {
        // Queries do not compare with these.
        if matches!(value, Value::GeoPoint(_) | Value::Polygon(_) | Value::Bytes(_)) {
            continue;
        }
        asks(t, objects, &Filter::Field(name.as_str().into(), vec![Constraint::Eq(value.clone())])).await?;
    }
    Ok(())
}

/// The answer to a filter is that of `matching/`; how many rows it has.
async fn asks(t: &Class<'_>, objects: &[ParseObject], filter: &Filter) -> Result<usize, TestCaseError> {
    let hit = |object: &&ParseObject| matching::matches(filter, *object, &mut Work::unlimited()).unwrap();
    let mut expected: Vec<&str> = objects.iter().filter(hit).map(|o| o.id.as_str()).collect();
    expected.sort_unstable();
    let plan = t.read_by(filter.clone());
    let rows = t.db.find(&plan).await.map_err(|e| TestCaseError::fail(format!("{e} on {filter:?}")))?;
    let mut found: Vec<String> = (0..rows.len()).map(|row| rows.object(row).unwrap().id).collect();
    found.sort_unstable();
    prop_assert_eq!(&found, &expected, "found and expected differ on {:?}", filter);
    prop_assert_eq!(t.db.count(&plan).await.unwrap(), expected.len() as u64, "counted wrongly: {:?}", filter);
    Ok(found.len())
}

/// Filters, orders and distinct values on rows that are much alike.
pub fn agrees_with_matching(runtime: &Runtime, db: &Bed) {
    let t = runtime.block_on(table(db));
    let told_apart = std::cell::Cell::new(0);
    let paths = select(vec!["s", "n", "b", "d", "f", "p", "g", "arr", "o.k", "arr.k", "arr.a.b", "arr.0", "o"]);
    let strategy = (
        vec(generate::row(false), 1..16),
        vec(generate::filter(false), 10),
        vec(generate::order(false), 3),
        vec(paths, 2),
    );
    run(
        400,
        strategy,
        |case| &case.0,
        |(rows, filters, orders, paths)| {
            let objects: Vec<_> =
                rows.iter().enumerate().map(|(i, row)| object(format!("{i:02}"), row, None)).collect();
            runtime.block_on(async {
                replace(&t, &objects).await?;
                for filter in &filters {
                    let found = asks(&t, &objects, filter).await?;
                    told_apart.set(told_apart.get() + u32::from(found > 0 && found < rows.len()));
                }
                for order in orders {
                    sorts(&t, &objects, order).await?;
                }
                for path in paths {
                    has_values(&t, &objects, &Path::from(path)).await?;
                }
                Ok(())
            })
        },
    );
    assert!(told_apart.get() > 400 || std::env::var_os("TEST_CASES").is_some(), "{}", told_apart.get());
}

async fn sorts(t: &Class<'_>, objects: &[ParseObject], mut order: Vec<OrderKey>) -> Tested {
    order.extend(keys("objectId"));
    let mut expected: Vec<&ParseObject> = objects.iter().collect();
    expected.sort_by(|a, b| matching::order(&order, *a, *b));
    let expected: Vec<&str> = expected.iter().map(|o| o.id.as_str()).collect();
    let found = t.ids(&t.read("{}").ordered(order.clone())).await;
    prop_assert_eq!(found, expected.join(" "), "the order differs by {:?}", order);
    Ok(())
}

async fn has_values(t: &Class<'_>, objects: &[ParseObject], path: &Path) -> Tested {
    let set = |values: Vec<Value>| -> BTreeSet<String> {
        values.iter().filter(|v| !v.is_null()).map(wire::to_string).collect()
    };
    let fields = objects.iter().filter_map(|object| object.fields.get(path.root()));
    let expected = set(fields.flat_map(|value| matching::values_at(value, path.rest())).collect());
    let found = t.db.distinct(&t.read("{}"), path).await.unwrap();
    let number = found.iter().filter(|v| !v.is_null()).count();
    prop_assert_eq!(set(found), expected.clone(), "distinct values differ at {}", path);
    prop_assert_eq!(number, expected.len(), "a value twice at {}", path);
    Ok(())
}

/// Rows written straight to JSON are the objects that a plan shows.
pub fn json_agrees_with_objects(runtime: &Runtime, db: &Bed) {
    let t = runtime.block_on(table(db));
    let views = json::views(&t.schema);
    run(
        100,
        (vec(wild::row(), 1..6), vec(wild::acl(), 6)),
        |case| &case.0,
        |(rows, acls)| {
            let with = rows.iter().zip(acls).enumerate();
            let objects: Vec<_> = with.map(|(i, (row, acl))| object(i.to_string(), row, acl)).collect();
            runtime.block_on(async {
                replace(&t, &objects).await?;
                for plan in &views {
                    let (written, shown) = json::as_objects(db, plan).await;
                    prop_assert_eq!(written, shown, "{:?}", plan.render());
                }
                Ok(())
            })
        },
    );
}
