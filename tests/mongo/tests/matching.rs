//! `matching/` against a database that speaks MongoDB's protocol, on random rows, filters and orders.
//!
//! Runs when `TEST_MONGO_URI` is set. `TEST_CASES` says how many sets of rows are tried (250); each is
//! asked eight filters, two orders and two paths for distinct values.

use std::cell::Cell;
use std::cmp::Ordering;

use mongodb::Collection;
use mongodb::bson::{Bson, Document, doc};
use parsimony::matching::{self, Work};
use parsimony::model::query::{OrderBy, OrderKey, Regex};
use parsimony::model::{self, Constraint, Filter, Map, Path, Pointer, Value, wire};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

mod support;
use support::{failed, generate, interior, pair};

#[test]
fn agrees_with_a_mongodb_engine() {
    let Some((runtime, database, cases)) = support::database("matching", 250) else { return };
    let mut runner =
        TestRunner::new(Config { cases, failure_persistence: None, max_shrink_iters: 1000, ..Config::default() });
    let strategy = (
        vec(generate::row(true), 1..16),
        vec(generate::filter(true), 8),
        vec(generate::order(true), 2),
        // Left out: `arr.0` on an array in an array, of which FerretDB's `distinct` makes nothing and MongoDB its elements.
        vec(proptest::sample::select(vec!["s", "p", "arr", "o.k", "arr.k", "x.a.b", "g"]), 2),
    );
    let told_apart = Cell::new(0);
    let outcome = runner.run(&strategy, |(rows, filters, orders, paths)| {
        runtime.block_on(async {
            let rows = Rows::store(database.collection("rows"), rows).await?;
            for filter in &filters {
                let found = rows.find(filter).await?;
                told_apart.set(told_apart.get() + u32::from(found > 0 && found < rows.here.len()));
            }
            for order in &orders {
                rows.sort(order).await?;
            }
            for path in paths {
                rows.distinct(&Path::from(path)).await?;
            }
            Ok(())
        })
    });
    runtime.block_on(async { database.drop().await }).unwrap();
    match outcome {
        Ok(()) => assert!(told_apart.get() > cases, "only {} filters told rows apart", told_apart.get()),
        Err(TestError::Fail(why, (rows, ..))) => {
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

impl Rows {
    async fn store(there: Collection<Document>, here: Vec<Map>) -> Result<Self, TestCaseError> {
        there.delete_many(doc! {}).await.map_err(failed)?;
        let documents = here.iter().enumerate().map(|(i, row)| {
            let mut document = doc! { "_id": i as i32 };
            document.extend(row.iter().map(|(k, v)| (k.to_string(), column(v))));
            document
        });
        there.insert_many(documents).await.map_err(failed)?;
        Ok(Self { here, there })
    }

    async fn ids(&self, filter: Document, sort: Document) -> Result<Vec<usize>, TestCaseError> {
        let found = self.there.find(filter.clone()).sort(sort).projection(doc! { "_id": 1 }).await;
        let mut found = found.map_err(|e| failed(format!("{filter}: {e}")))?;
        let mut ids = Vec::new();
        while found.advance().await.map_err(|e| failed(format!("{filter}: {e}")))? {
            ids.push(found.current().get_i32("_id").map_err(failed)? as usize);
        }
        Ok(ids)
    }

    /// How many rows both find.
    async fn find(&self, filter: &Filter) -> Result<usize, TestCaseError> {
        let mut here = Vec::new();
        for (i, row) in self.here.iter().enumerate() {
            if matching::matches(filter, row, &mut Work::unlimited()).map_err(failed)? {
                here.push(i);
            }
        }
        let asked = document(filter);
        let there = self.ids(asked.clone(), doc! { "_id": 1 }).await?;
        prop_assert_eq!(&here, &there, "matching and the database differ on {}", asked);
        Ok(here.len())
    }

    async fn sort(&self, keys: &[OrderKey]) -> Result<(), TestCaseError> {
        let mut sort = Document::new();
        for key in keys {
            let OrderBy::Path(path) = &key.by else { continue };
            sort.insert(path.as_str(), if key.descending { -1 } else { 1 });
            // An empty array sorts before null in MongoDB, beside it in FerretDB.
            let key = |row: &Map| matching::sort_key(row.get(path.root()), path.rest(), key.descending);
            let empty = matching::sort_key(Some(&Value::Array(Vec::new())), std::iter::empty(), false);
            if self.here.iter().any(|row| key(row) == empty) {
                return Ok(());
            }
        }
        sort.insert("_id", 1);
        let mut here: Vec<usize> = (0..self.here.len()).collect();
        here.sort_by(|&a, &b| matching::order(keys, &self.here[a], &self.here[b]));
        let there = self.ids(doc! {}, sort.clone()).await?;
        prop_assert_eq!(here, there, "the order differs by {}", sort);
        Ok(())
    }

    async fn distinct(&self, path: &Path) -> Result<(), TestCaseError> {
        let mut here: Vec<Value> = Vec::new();
        for row in &self.here {
            let values = row.get(path.root()).map(|v| matching::values_at(v, path.rest())).unwrap_or_default();
            here.extend(values.into_iter().filter(|v| !v.is_null()));
        }
        // Pointers of a column come out as pointers, which the database knows as texts.
        let form = if path.as_str() == "p" { column } else { interior };
        let mut here: Vec<Bson> = here.iter().map(form).collect();
        let mut there = self.there.distinct(path.as_str(), doc! {}).await.map_err(failed)?;
        there.retain(|v| *v != Bson::Null);
        let whole = |v: &Bson| format!("{v:?}").replace("-0.0", "0.0");
        let tidy = |list: &mut Vec<Bson>| {
            list.sort_by_key(whole);
            list.dedup_by_key(|v| whole(v));
        };
        tidy(&mut here);
        tidy(&mut there);
        let here: Vec<String> = here.iter().map(whole).collect();
        let there: Vec<String> = there.iter().map(whole).collect();
        prop_assert_eq!(here, there, "distinct values differ at {}", path);
        Ok(())
    }
}

/// A value of a column as MongoDB stores it.
fn column(value: &Value) -> Bson {
    match value {
        Value::Pointer(Pointer { class, id }) => Bson::String(format!("{class}${id}")),
        other => interior(other),
    }
}

fn document(filter: &Filter) -> Document {
    let all = |list: &[Filter]| list.iter().map(|f| Bson::Document(document(f))).collect::<Vec<_>>();
    match filter {
        Filter::And(list) => doc! { "$and": all(list) },
        Filter::Or(list) => doc! { "$or": all(list) },
        Filter::Nor(list) => doc! { "$nor": all(list) },
        Filter::Field(path, constraints) => {
            let each = constraints.iter().map(|c| Bson::Document(condition(path, c)));
            doc! { "$and": each.collect::<Vec<_>>() }
        }
        Filter::Text(_) => panic!("text is tested elsewhere"),
    }
}

fn condition(path: &Path, constraint: &Constraint) -> Document {
    let name = path.as_str();
    let form = if path.is_dotted() || name == "arr" { interior } else { column };
    let list = |values: &[Value]| values.iter().map(form).collect::<Vec<_>>();
    let operator = match constraint {
        Constraint::Eq(v) => doc! { "$eq": form(v) },
        Constraint::Ne(v) => doc! { "$ne": form(v) },
        Constraint::Lt(v) => doc! { "$lt": form(v) },
        Constraint::Lte(v) => doc! { "$lte": form(v) },
        Constraint::Gt(v) => doc! { "$gt": form(v) },
        Constraint::Gte(v) => doc! { "$gte": form(v) },
        Constraint::In(values) => doc! { "$in": list(values) },
        Constraint::Nin(values) => doc! { "$nin": list(values) },
        Constraint::All(values) => doc! { "$all": list(values) },
        Constraint::AllMatch(patterns) => doc! { "$all": patterns.iter().map(expression).collect::<Vec<_>>() },
        Constraint::ContainedBy(values) => {
            return doc! { "$nor": [{ name: { "$elemMatch": { "$nin": list(values) } } }] };
        }
        Constraint::Exists(wanted) => doc! { "$exists": wanted },
        Constraint::Regex(Regex { pattern, options }) => doc! { "$regex": pattern, "$options": options },
        Constraint::WithinBox { southwest, northeast } => {
            doc! { "$geoWithin": { "$box": [pair(*southwest), pair(*northeast)] } }
        }
        Constraint::WithinPolygon(points) => {
            doc! { "$geoWithin": { "$polygon": points.iter().map(|p| pair(*p)).collect::<Vec<_>>() } }
        }
        Constraint::WithinSphere { center, radians } => {
            doc! { "$geoWithin": { "$centerSphere": [pair(*center), *radians] } }
        }
        Constraint::Intersects(point) => {
            doc! { "$geoIntersects": { "$geometry": { "type": "Point", "coordinates": pair(*point) } } }
        }
        Constraint::Near { .. } | Constraint::Never => panic!("not generated"),
    };
    doc! { name: operator }
}

fn expression(regex: &Regex) -> Bson {
    Bson::RegularExpression(mongodb::bson::Regex {
        pattern: regex.pattern.as_str().try_into().unwrap(),
        options: regex.options.as_str().try_into().unwrap(),
    })
}

/// The bytes of sort keys compare as values do.
#[test]
fn sort_keys_compare_as_values_do() {
    proptest!(|(a in generate::interior(), b in generate::interior())| {
        let key = |v: &Value| matching::sort_key(Some(&Value::Array(vec![v.clone()])), std::iter::empty(), false);
        // The one element of an array stands inside it, so pointers are objects on both sides.
        let boxed = |v: &Value| Value::Array(vec![v.clone()]);
        let order: Ordering = matching::compare(&boxed(&a), &boxed(&b));
        prop_assert_eq!(key(&a).cmp(&key(&b)), order);
        prop_assert_eq!(matching::equal(&boxed(&a), &boxed(&b)), order.is_eq());
    });
}
