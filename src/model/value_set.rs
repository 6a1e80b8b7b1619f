//! Many values of which none is twice there, found without comparing each with each.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, Hasher};

use super::{Map, Value};

/// A set of values, borrowed from the lists that they stand in.
#[derive(Default)]
pub struct ValueSet<'a> {
    random: foldhash::fast::RandomState,
    by_digest: HashMap<u64, Vec<&'a Value>, foldhash::fast::RandomState>,
}

impl<'a> ValueSet<'a> {
    /// The set of these values.
    pub fn of(values: impl IntoIterator<Item = &'a Value>) -> Self {
        let mut set = Self::default();
        for value in values {
            set.insert(value);
        }
        set
    }

    /// Puts a value in; `false` if an equal one was there.
    pub fn insert(&mut self, value: &'a Value) -> bool {
        let same = self.by_digest.entry(digest_by(&self.random, value)).or_default();
        let new = !same.contains(&value);
        if new {
            same.push(value);
        }
        new
    }

    /// Is an equal value in the set?
    pub fn contains(&self, value: &Value) -> bool {
        self.by_digest.get(&digest_by(&self.random, value)).is_some_and(|same| same.contains(&value))
    }
}

/// The same number for equal values.
fn digest_by(random: &foldhash::fast::RandomState, value: &Value) -> u64 {
    let mut hasher = random.build_hasher();
    digest(value, &mut hasher);
    hasher.finish()
}

fn digest(value: &Value, into: &mut impl Hasher) {
    std::mem::discriminant(value).hash(into);
    match value {
        Value::Null => {}
        Value::Bool(b) => b.hash(into),
        Value::Number(n) => number(*n, into),
        Value::String(text) | Value::File(text) | Value::Relation(text) => text.hash(into),
        Value::Date(date) => date.hash(into),
        Value::Pointer(pointer) => pointer.hash(into),
        Value::GeoPoint(point) => [point.latitude, point.longitude].into_iter().for_each(|n| number(n, into)),
        Value::Polygon(points) => points.len().hash(into),
        Value::Bytes(bytes) => bytes.hash(into),
        Value::Array(list) => list.iter().for_each(|value| digest(value, into)),
        Value::Object(map) => entries(map, into),
    }
}

fn entries(map: &Map, into: &mut impl Hasher) {
    for (key, value) in map {
        key.hash(into);
        digest(value, into);
    }
}

/// Both zeros are equal.
fn number(n: f64, into: &mut impl Hasher) {
    (n + 0.0).to_bits().hash(into);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::wire;

    #[test]
    fn knows_equal_values() {
        let list = wire::parse(br#"[0,"0",[1,{"a":null}],{"a":1,"b":2},true]"#, 10).unwrap();
        let set = ValueSet::of(list.as_array().unwrap());
        for there in ["-0", "\"0\"", "[1,{\"a\":null}]", "{\"a\":1,\"b\":2}", "true"] {
            assert!(set.contains(&wire::parse(there.as_bytes(), 10).unwrap()), "{there}");
        }
        for other in ["1", "\"\"", "[1,{\"a\":0}]", "{\"b\":2,\"a\":1}", "false", "null", "[]"] {
            assert!(!set.contains(&wire::parse(other.as_bytes(), 10).unwrap()), "{other}");
        }
    }
}
