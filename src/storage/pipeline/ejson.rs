//! MongoDB's Extended JSON: read in both forms, written relaxed (specification "Extended JSON", version 2).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::expr::zone::bounded;
use crate::error::{Error, Result};
use crate::model::{Date, Map, Value, number};

/// The first millisecond of the year 10000, from which on dates are written as numbers.
const YEAR_10000: i64 = 253_402_318_800_000;

/// Values from their Extended JSON. Regular expressions stay in that form, which conditions and expressions understand.
///
/// # Errors
/// 102 for a wrapper whose content does not fit, or for a type that Parse does not store.
pub fn read(value: Value) -> Result<Value> {
    match value {
        Value::Array(list) => Ok(Value::Array(list.into_iter().map(read).collect::<Result<_>>()?)),
        Value::Object(map) => match wrapped(&map) {
            Some(value) => value,
            None => Ok(Value::Object(map.into_iter().map(|(k, v)| Ok((k, read(v)?))).collect::<Result<_>>()?)),
        },
        other => Ok(other),
    }
}

fn wrapped(map: &Map) -> Option<Result<Value>> {
    let (key, inner) = map.iter().next()?;
    let bad = || Error::query(format!("Invalid Extended JSON: {}", crate::model::wire::to_string(inner)));
    let value = match key.as_str() {
        "$regularExpression" => return Some(Ok(Value::Object(map.clone()))),
        "$date" => date(inner),
        "$numberInt" | "$numberLong" | "$numberDouble" | "$numberDecimal" => numeric(inner),
        "$oid" | "$symbol" => inner.as_str().map(Value::from),
        "$uuid" => inner.as_str().and_then(uuid),
        "$binary" => binary(inner),
        "$undefined" => Some(Value::Null),
        "$minKey" | "$maxKey" | "$timestamp" | "$code" | "$dbPointer" if map.len() == 1 => {
            return Some(Err(Error::query(format!("Extended JSON type {key} is not supported here"))));
        }
        _ => return None,
    };
    Some(value.ok_or_else(bad))
}

fn numeric(inner: &Value) -> Option<Value> {
    match inner {
        Value::Number(n) => Some(Value::Number(*n)),
        Value::String(text) => match text.as_str() {
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            "NaN" => Some(f64::NAN),
            digits => digits.parse().ok(),
        }
        .map(Value::Number),
        _ => None,
    }
}

fn date(inner: &Value) -> Option<Value> {
    let ms = match inner {
        Value::String(text) => return Date::parse(text).map(Value::Date),
        Value::Number(n) => *n,
        Value::Object(map) => numeric(map.get("$numberLong")?)?.as_number()?,
        _ => return None,
    };
    Some(Value::Date(bounded(ms as i64)))
}

fn binary(inner: &Value) -> Option<Value> {
    let text = match inner {
        Value::Object(map) => map.get("base64")?.as_str()?,
        other => other.as_str()?,
    };
    STANDARD.decode(text).ok().map(Value::Bytes)
}

fn uuid(text: &str) -> Option<Value> {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    if digits.len() != 32 || !digits.is_ascii() {
        return None;
    }
    let byte = |i: usize| u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).ok();
    (0..16).map(byte).collect::<Option<Vec<u8>>>().map(Value::Bytes)
}

/// A value in relaxed Extended JSON.
pub fn write(value: Value) -> Value {
    let one = |key: &str, value: Value| Value::Object(Map::from([(key, value)]));
    match value {
        Value::Number(n) if !n.is_finite() || (n == 0.0 && n.is_sign_negative()) => {
            one("$numberDouble", Value::String(if n == 0.0 { "-0.0".into() } else { number::text(n) }))
        }
        Value::Date(date) if (0..YEAR_10000).contains(&date.0) => {
            let iso = date.iso();
            one("$date", Value::String(iso.strip_suffix(".000Z").map_or(iso.clone(), |head| format!("{head}Z"))))
        }
        Value::Date(date) => one("$date", one("$numberLong", Value::String(date.0.to_string()))),
        Value::Bytes(bytes) => {
            let body = [("base64", Value::String(STANDARD.encode(bytes))), ("subType", Value::from("00"))];
            one("$binary", Value::Object(Map::from(body)))
        }
        Value::Array(list) => Value::Array(list.into_iter().map(write).collect()),
        Value::Object(map) => Value::Object(map.into_iter().map(|(k, v)| (k, write(v))).collect()),
        other => other,
    }
}
