//! Objects.

use super::{Call, MANY, Op, Shape, built, named, op};
use crate::error::{Error, Result};
use crate::model::{Key, Map, Value};
use crate::storage::pipeline::bson;

/// The operators.
pub const TABLE: &[Op] = &[
    op("$mergeObjects", 0, MANY, |c| {
        let mut out = Map::new();
        let single = match (c.args.len(), c.get(0)) {
            (1, Some(Value::Array(list))) => Some(list),
            _ => None,
        };
        match single {
            Some(list) => list.iter().try_for_each(|v| merge_into(&mut out, Some(v)))?,
            None => (0..c.args.len()).try_for_each(|i| merge_into(&mut out, c.get(i)))?,
        }
        built(Value::Object(out), c.env).map(Some)
    }),
    op("$objectToArray", 1, 1, |c| match c.get(0) {
        None | Some(Value::Null) => Ok(Some(Value::Null)),
        Some(Value::Object(map)) => {
            let pair =
                |(k, v): (&Key, &Value)| Value::Object(Map::from([("k", Value::from(k.as_str())), ("v", v.clone())]));
            Ok(Some(Value::Array(map.iter().map(pair).collect())))
        }
        other => Err(c.error(format_args!("requires a document input, found: {}", bson::type_name(other)))),
    }),
    op("$arrayToObject", 1, 1, array_to_object),
    Op { name: "$getField", shape: Shape::Either(&["field", "input"], 1), run: get_field },
    named("$setField", &["field", "input", "value"], 3, |c| {
        let field = c.text(0)?;
        match c.get(1) {
            None | Some(Value::Null) => Ok(Some(Value::Null)),
            Some(Value::Object(map)) => {
                let mut map = map.clone();
                match c.get(2) {
                    Some(value) => map.set(field, value.clone()),
                    None => map.take(field),
                };
                built(Value::Object(map), c.env).map(Some)
            }
            other => Err(c.error(format_args!("requires 'input' to be an object, found {}", bson::type_name(other)))),
        }
    }),
];

/// Adds the fields of an object to another, later ones win; null and missing add nothing.
///
/// # Errors
/// 102 for anything else.
pub fn merge_into(out: &mut Map, value: Option<&Value>) -> Result<()> {
    match value {
        None | Some(Value::Null) => {}
        Some(Value::Object(map)) => {
            for (key, value) in map {
                out.set(key.as_str(), value.clone());
            }
        }
        other => {
            let ty = bson::type_name(other);
            return Err(Error::query(format!("$mergeObjects requires object inputs, but input is of type {ty}")));
        }
    }
    Ok(())
}

fn array_to_object(c: &Call<'_>) -> Result<Option<Value>> {
    if c.null(0) {
        return Ok(Some(Value::Null));
    }
    let mut out = Map::new();
    for item in c.list(0)? {
        let pair = match item {
            Value::Array(pair) => match pair.as_slice() {
                [Value::String(k), v] => Some((k, v)),
                _ => None,
            },
            Value::Object(map) if map.len() == 2 => match (map.get("k"), map.get("v")) {
                (Some(Value::String(k)), Some(v)) => Some((k, v)),
                _ => None,
            },
            _ => None,
        };
        let bad = || c.error("requires pairs: either [key, value] or {k: key, v: value}, keys being strings");
        let (key, value) = pair.ok_or_else(bad)?;
        out.set(key.as_str(), value.clone());
    }
    built(Value::Object(out), c.env).map(Some)
}

/// Without `input` the document itself is looked at.
fn get_field(c: &Call<'_>) -> Result<Option<Value>> {
    let field = c.text(0)?;
    if c.args.len() < 2 {
        return Ok(c.env.root.get(field).cloned());
    }
    match c.get(1) {
        Some(Value::Object(map)) => Ok(map.get(field).cloned()),
        Some(Value::Null) => Ok(Some(Value::Null)),
        _ => Ok(None),
    }
}
