//! The row's Parse JSON: looked into without a tree, and read into values.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::{Error, Result};
use crate::model::value::GeoPoint;
pub use crate::model::wire::raw::{find, pairs, without};
use crate::model::{Date, Map, Pointer, Value, wire};

/// The value of a column from its raw text.
///
/// # Errors
/// 1 for a text that is no JSON.
pub fn value(raw: &[u8]) -> Result<Value> {
    Ok(column(wire::reread(raw).map_err(|e| broken(&e.0))?))
}

/// All fields from the document of a row.
///
/// # Errors
/// As [`value`].
pub fn fields(doc: &[u8]) -> Result<Map> {
    let Value::Object(mut map) = wire::reread(doc).map_err(|e| broken(&e.0))? else {
        return Err(broken("not an object"));
    };
    for (name, value) in map.iter_mut() {
        *value = named(name, std::mem::take(value));
    }
    Ok(map)
}

/// The value of the field with this name: `createdAt` and `updatedAt` are plain texts on the wire.
pub fn named(name: &str, value: Value) -> Value {
    match value {
        Value::String(text) if matches!(name, "createdAt" | "updatedAt") => {
            Date::parse(&text).map_or(Value::String(text), Value::Date)
        }
        other => column(other),
    }
}

fn broken(why: &str) -> Error {
    Error::internal(format!("a stored object cannot be read: {why}"))
}

fn column(value: Value) -> Value {
    let Value::Object(map) = &value else { return interior(value) };
    let number = |key: &str| map.get(key).and_then(Value::as_number);
    let typed = match value.wire_type() {
        Some("File") => map.get("name").and_then(Value::as_str).map(|name| Value::File(name.to_owned())),
        Some("GeoPoint") => match (number("latitude"), number("longitude")) {
            (Some(latitude), Some(longitude)) => Some(Value::GeoPoint(GeoPoint { latitude, longitude })),
            _ => None,
        },
        Some("Polygon") => map.get("coordinates").and_then(polygon),
        _ => None,
    };
    typed.unwrap_or_else(|| interior(value))
}

fn polygon(coordinates: &Value) -> Option<Value> {
    let point = |pair: &Value| match pair.as_array()? {
        [Value::Number(latitude), Value::Number(longitude)] => {
            Some(GeoPoint { latitude: *latitude, longitude: *longitude })
        }
        _ => None,
    };
    coordinates.as_array()?.iter().map(point).collect::<Option<_>>().map(Value::Polygon)
}

fn interior(value: Value) -> Value {
    match value {
        Value::Array(list) => Value::Array(list.into_iter().map(interior).collect()),
        Value::Object(mut map) => {
            let text = |key: &str| map.get(key).and_then(Value::as_str);
            let typed = match text("__type") {
                Some("Date") => text("iso").and_then(Date::parse).map(Value::Date),
                Some("Pointer") => Pointer::from_keys(&map).map(Value::Pointer),
                Some("Bytes") => text("base64").and_then(|b| STANDARD.decode(b).ok()).map(Value::Bytes),
                _ => None,
            };
            typed.unwrap_or_else(|| {
                map.values_mut().for_each(|v| *v = interior(std::mem::take(v)));
                Value::Object(map)
            })
        }
        other => other,
    }
}
