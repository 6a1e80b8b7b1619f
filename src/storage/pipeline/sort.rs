//! Sorting.

use std::cmp::Ordering;

use super::bson;
use super::path;
use crate::error::{Error, Result};
use crate::model::{Map, Value};

/// What rows are sorted by.
#[derive(Debug)]
pub struct Order(Vec<(Vec<String>, bool)>);

/// The values that decide the place of a row.
pub struct Key<'o>(Vec<Value>, &'o Order);

impl Order {
    /// Reads `{path: 1, other: -1}`.
    ///
    /// # Errors
    /// 102 for a direction that is none.
    pub fn parse(spec: &Map) -> Result<Self> {
        if spec.is_empty() {
            return Err(Error::query("$sort stage must have at least one sort key"));
        }
        let keys = spec.iter().map(|(name, direction)| match direction {
            Value::Number(n) if *n == 1.0 || *n == -1.0 => Ok((path::split(name), *n < 0.0)),
            Value::Object(_) => Err(Error::query("$meta sort is not supported in an aggregation here")),
            _ => Err(Error::query("$sort key ordering must be 1 (for ascending) or -1 (for descending)")),
        });
        keys.collect::<Result<_>>().map(Self)
    }

    /// The key of a document: of a list its least element, or its greatest when descending.
    pub fn key(&self, map: &Map) -> Key<'_> {
        Key(self.0.iter().map(|(path, descending)| pick(map, path, *descending)).collect(), self)
    }
}

fn pick(map: &Map, path: &[String], descending: bool) -> Value {
    let wanted = if descending { Ordering::Greater } else { Ordering::Less };
    let mut best: Option<&Value> = None;
    path::walk(map, path, &mut |found, _| {
        let found = found.unwrap_or(&Value::Null);
        let candidates = match found {
            Value::Array(list) => list.as_slice(),
            one => std::slice::from_ref(one),
        };
        for value in candidates {
            if best.is_none_or(|b| bson::compare(value, b) == wanted) {
                best = Some(value);
            }
        }
        false
    });
    best.cloned().unwrap_or_default()
}

impl Key<'_> {
    /// About how many bytes the key takes.
    pub fn size(&self) -> usize {
        self.0.iter().map(bson::size).sum()
    }
}

impl Ord for Key<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let pairs = self.0.iter().zip(&other.0).zip(&self.1.0);
        let mut orders = pairs.map(|((a, b), (_, descending))| {
            let order = bson::compare(a, b);
            if *descending { order.reverse() } else { order }
        });
        orders.find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
    }
}

impl PartialOrd for Key<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Key<'_> {}
