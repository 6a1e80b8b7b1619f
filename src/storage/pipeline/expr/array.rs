//! Lists, and the accumulators used as expressions over them.

use std::cmp::Ordering;

use super::{Call, MANY, Op, built, named, op};
use crate::error::{Error, Result};
use crate::model::{Map, Value};
use crate::storage::pipeline::bson;
use crate::storage::pipeline::budget::MAX_DOCUMENT;

/// The operators.
pub const TABLE: &[Op] = &[
    op("$size", 1, 1, |c| match c.get(0) {
        Some(Value::Array(list)) => Ok(Some(Value::Number(list.len() as f64))),
        other => Err(Error::query(format!(
            "The argument to $size must be an array, but was of type: {}",
            bson::type_name(other)
        ))),
    }),
    op("$arrayElemAt", 2, 2, |c| if c.any_null() { null() } else { Ok(at(c.list(0)?, c.integer(1)?).cloned()) }),
    op("$first", 1, 1, |c| if c.null(0) { null() } else { Ok(c.list(0)?.first().cloned()) }),
    op("$last", 1, 1, |c| if c.null(0) { null() } else { Ok(c.list(0)?.last().cloned()) }),
    op("$slice", 2, 3, slice),
    op("$concatArrays", 0, MANY, concat),
    op("$in", 2, 2, |c| match c.get(1) {
        Some(Value::Array(list)) => {
            Ok(Some(Value::Bool(list.iter().any(|v| bson::compare_missing(Some(v), c.get(0)).is_eq()))))
        }
        other => {
            Err(Error::query(format!("$in requires an array as a second argument, found: {}", bson::type_name(other))))
        }
    }),
    op("$indexOfArray", 2, 4, index_of),
    op("$isArray", 1, 1, |c| Ok(Some(Value::Bool(matches!(c.get(0), Some(Value::Array(_))))))),
    op("$reverseArray", 1, 1, |c| {
        if c.null(0) { null() } else { Ok(Some(Value::Array(c.list(0)?.iter().rev().cloned().collect()))) }
    }),
    op("$range", 2, 3, range),
    named("$zip", &["inputs", "useLongestLength", "defaults"], 1, zip),
    op("$sum", 0, MANY, |c| Ok(Some(reduce_numbers("$sum", &flat(c))))),
    op("$avg", 0, MANY, |c| Ok(Some(reduce_numbers("$avg", &flat(c))))),
    op("$stdDevPop", 0, MANY, |c| Ok(Some(reduce_numbers("$stdDevPop", &flat(c))))),
    op("$stdDevSamp", 0, MANY, |c| Ok(Some(reduce_numbers("$stdDevSamp", &flat(c))))),
    op("$min", 0, MANY, |c| Ok(Some(extreme(&flat(c), Ordering::Less)))),
    op("$max", 0, MANY, |c| Ok(Some(extreme(&flat(c), Ordering::Greater)))),
    named("$sortArray", &["input", "sortBy"], 2, sort_array),
];

fn null() -> Result<Option<Value>> {
    Ok(Some(Value::Null))
}

fn at(list: &[Value], i: i64) -> Option<&Value> {
    let i = if i < 0 { i + list.len() as i64 } else { i };
    usize::try_from(i).ok().and_then(|i| list.get(i))
}

fn slice(c: &Call<'_>) -> Result<Option<Value>> {
    if c.any_null() {
        return null();
    }
    let list = c.list(0)?;
    let len = list.len() as i64;
    let (from, n) = if c.args.len() == 3 {
        let from = c.integer(1)?;
        let n = c.integer(2)?;
        if n <= 0 {
            return Err(Error::query(format!("Third argument to $slice must be positive: {n}")));
        }
        (if from < 0 { (len + from).max(0) } else { from.min(len) }, n)
    } else {
        let n = c.integer(1)?;
        if n < 0 { ((len + n).max(0), -n) } else { (0, n) }
    };
    let to = from.saturating_add(n).min(len);
    Ok(Some(Value::Array(list.get(from as usize..to as usize).unwrap_or_default().to_vec())))
}

fn concat(c: &Call<'_>) -> Result<Option<Value>> {
    let mut out = Vec::new();
    for i in 0..c.args.len() {
        match c.get(i) {
            None | Some(Value::Null) => return null(),
            Some(Value::Array(list)) => out.extend_from_slice(list),
            other => return Err(c.error(format_args!("only supports arrays, not {}", bson::type_name(other)))),
        }
    }
    built(Value::Array(out), c.env).map(Some)
}

fn index_of(c: &Call<'_>) -> Result<Option<Value>> {
    if c.null(0) {
        return null();
    }
    let list = c.list(0)?;
    let bound = |i: usize, default: usize| -> Result<usize> {
        if c.args.len() <= i {
            return Ok(default);
        }
        usize::try_from(c.integer(i)?).map_err(|_| c.error("requires a nonnegative index"))
    };
    let (from, to) = (bound(2, 0)?, bound(3, list.len())?.min(list.len()));
    let found = (from..to).find(|i| bson::compare_missing(list.get(*i), c.get(1)).is_eq());
    Ok(Some(Value::Number(found.map_or(-1.0, |i| i as f64))))
}

fn range(c: &Call<'_>) -> Result<Option<Value>> {
    let (from, to) = (c.integer(0)?, c.integer(1)?);
    let step = if c.args.len() > 2 { c.integer(2)? } else { 1 };
    if step == 0 {
        return Err(c.error("requires a non-zero step value"));
    }
    let n = ((to - from) as f64 / step as f64).ceil().max(0.0) as usize;
    if n > MAX_DOCUMENT / 8 {
        return Err(Error::query("$range would use too much memory"));
    }
    c.env.shared.budget.step(n)?;
    Ok(Some(Value::Array((0..n as i64).map(|i| Value::Number((from + i * step) as f64)).collect())))
}

fn zip(c: &Call<'_>) -> Result<Option<Value>> {
    if c.null(0) {
        return null();
    }
    let mut inputs = Vec::new();
    for input in c.list(0)? {
        match input {
            Value::Null => return null(),
            Value::Array(list) => inputs.push(list),
            other => {
                let ty = bson::type_name(Some(other));
                return Err(c.error(format_args!("found a non-array expression in input: {ty}")));
            }
        }
    }
    let longest = bson::truthy(c.get(1));
    let defaults = if c.null(2) { &[] } else { c.list(2)? };
    let lengths = inputs.iter().map(|l| l.len());
    let n = if longest { lengths.max() } else { lengths.min() }.unwrap_or(0);
    let row = |i: usize| {
        let cells = inputs.iter().enumerate();
        cells.map(|(k, list)| list.get(i).or_else(|| defaults.get(k)).cloned().unwrap_or_default()).collect()
    };
    built(Value::Array((0..n).map(|i| Value::Array(row(i))).collect()), c.env).map(Some)
}

/// The values an accumulator sees as an expression: a single list is opened, several arguments are taken as they are.
fn flat(c: &Call<'_>) -> Vec<Value> {
    match (c.args.len(), c.get(0)) {
        (1, Some(Value::Array(list))) => list.clone(),
        _ => (0..c.args.len()).filter_map(|i| c.get(i).cloned()).collect(),
    }
}

fn extreme(values: &[Value], wanted: Ordering) -> Value {
    let mut best: Option<&Value> = None;
    for value in values.iter().filter(|v| !v.is_null()) {
        if best.is_none_or(|b| bson::compare(value, b) == wanted) {
            best = Some(value);
        }
    }
    best.cloned().unwrap_or_default()
}

/// `$sum`, `$avg`, `$stdDevPop`, `$stdDevSamp` of the numbers among some values.
fn reduce_numbers(name: &str, values: &[Value]) -> Value {
    let numbers: Vec<f64> = values.iter().filter_map(Value::as_number).collect();
    let (n, sum) = (numbers.len() as f64, sum(&numbers));
    let deviation = |less: f64| {
        let mean = sum / n;
        let square: f64 = numbers.iter().map(|x| (x - mean).powi(2)).sum();
        Value::Number((square / (n - less)).sqrt())
    };
    match name {
        "$sum" => Value::Number(sum),
        "$avg" if n > 0.0 => Value::Number(sum / n),
        "$stdDevPop" if n > 0.0 => deviation(0.0),
        "$stdDevSamp" if n > 1.0 => deviation(1.0),
        _ => Value::Null,
    }
}

/// A sum that keeps what rounding would lose (Neumaier), as MongoDB's does.
fn sum(numbers: &[f64]) -> f64 {
    let mut sum = crate::storage::pipeline::group::Sum::default();
    numbers.iter().for_each(|n| sum.add(*n));
    sum.value()
}

fn sort_array(c: &Call<'_>) -> Result<Option<Value>> {
    if c.null(0) {
        return null();
    }
    let mut list = c.list(0)?.to_vec();
    match c.get(1) {
        Some(Value::Number(n)) if *n == 1.0 => list.sort_by(bson::compare),
        Some(Value::Number(n)) if *n == -1.0 => list.sort_by(|a, b| bson::compare(b, a)),
        Some(Value::Object(by)) => {
            let order = crate::storage::pipeline::sort::Order::parse(by)?;
            let empty = Map::new();
            list.sort_by_cached_key(|v| order.key(v.as_object().unwrap_or(&empty)));
        }
        _ => return Err(c.error("requires 'sortBy' to be 1, -1 or an object")),
    }
    Ok(Some(Value::Array(list)))
}
