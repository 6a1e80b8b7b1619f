//! Lists as sets.

use std::collections::HashSet;

use super::{Call, MANY, Op, op};
use crate::error::{Error, Result};
use crate::model::Value;
use crate::storage::pipeline::bson;

/// The operators.
pub const TABLE: &[Op] = &[
    op("$setUnion", 0, MANY, |c| {
        if c.any_null() {
            return Ok(Some(Value::Null));
        }
        let mut all = Vec::new();
        for i in 0..c.args.len() {
            all.extend(list(c, i)?.iter());
        }
        Ok(Some(distinct(all)))
    }),
    op("$setIntersection", 0, MANY, |c| {
        if c.any_null() {
            return Ok(Some(Value::Null));
        }
        if c.args.is_empty() {
            return Ok(Some(Value::Array(Vec::new())));
        }
        let mut kept: Vec<&Value> = list(c, 0)?.iter().collect();
        for i in 1..c.args.len() {
            let other = keys(list(c, i)?);
            kept.retain(|v| other.contains(&bson::key_of(v)));
        }
        Ok(Some(distinct(kept)))
    }),
    op("$setDifference", 2, 2, |c| {
        if c.any_null() {
            return Ok(Some(Value::Null));
        }
        let (a, mut gone) = (list(c, 0)?, keys(list(c, 1)?));
        // MongoDB keeps the first of equal elements, in the order of the list.
        Ok(Some(Value::Array(a.iter().filter(|v| gone.insert(bson::key_of(v))).cloned().collect())))
    }),
    op("$setIsSubset", 2, 2, |c| {
        let (a, b) = (list(c, 0)?, keys(list(c, 1)?));
        Ok(Some(Value::Bool(a.iter().all(|v| b.contains(&bson::key_of(v))))))
    }),
    op("$setEquals", 2, MANY, |c| {
        let first = keys(list(c, 0)?);
        for i in 1..c.args.len() {
            if keys(list(c, i)?) != first {
                return Ok(Some(Value::Bool(false)));
            }
        }
        Ok(Some(Value::Bool(true)))
    }),
    op("$allElementsTrue", 1, 1, |c| Ok(Some(Value::Bool(list(c, 0)?.iter().all(|v| bson::truthy(Some(v))))))),
    op("$anyElementTrue", 1, 1, |c| Ok(Some(Value::Bool(list(c, 0)?.iter().any(|v| bson::truthy(Some(v))))))),
];

fn list<'c>(c: &'c Call<'_>, i: usize) -> Result<&'c [Value]> {
    match c.get(i) {
        Some(Value::Array(list)) => Ok(list),
        other => {
            let ty = bson::type_name(other);
            Err(Error::query(format!("All operands of {} must be arrays. One argument is of type: {ty}", c.name)))
        }
    }
}

fn keys(list: &[Value]) -> HashSet<Vec<u8>> {
    list.iter().map(bson::key_of).collect()
}

/// The distinct values in MongoDB's order of values, as its sets come out.
fn distinct(mut list: Vec<&Value>) -> Value {
    list.sort_by(|a, b| bson::compare(a, b));
    list.dedup_by(|a, b| bson::compare(a, b).is_eq());
    Value::Array(list.into_iter().cloned().collect())
}
