//! The row's Parse JSON: looked into without a tree, and read into values.
//!
//! The text was written by this module's neighbours through [`wire::write`], so that it is taken as well-formed; a broken one
//! ends early, it never panics.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::{Error, Result};
use crate::model::value::GeoPoint;
use crate::model::{Date, Map, Pointer, Value, wire};

/// The keys (raw, without quotes) and values (raw) at the top of a JSON object.
pub struct Pairs<'a>(&'a [u8]);

/// Walks the top of a JSON object.
pub fn pairs(doc: &[u8]) -> Pairs<'_> {
    Pairs(doc.get(1..).unwrap_or_default())
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.0;
        if rest.first() != Some(&b'"') {
            return None;
        }
        let key_end = string_end(rest, 1)?;
        let value_start = key_end + 1;
        let value_end = value_end(rest, value_start)?;
        self.0 = rest.get(value_end + 1..).unwrap_or_default();
        Some((&rest[1..key_end - 1], &rest[value_start..value_end]))
    }
}

/// The raw value of a field.
pub fn find<'a>(doc: &'a [u8], field: &str) -> Option<&'a [u8]> {
    pairs(doc).find(|(key, _)| *key == field.as_bytes()).map(|(_, value)| value)
}

/// The document but for a field.
pub fn without(doc: &[u8], field: &str) -> Vec<u8> {
    let mut out = vec![b'{'];
    for (key, value) in pairs(doc).filter(|(key, _)| *key != field.as_bytes()) {
        out.extend_from_slice(if out.len() > 1 { b",\"" } else { b"\"" });
        out.extend_from_slice(key);
        out.extend_from_slice(b"\":");
        out.extend_from_slice(value);
    }
    out.push(b'}');
    out
}

/// Where a string ends that began before `at`: behind its closing quote.
fn string_end(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match text.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

/// Where the value ends that begins at `at`.
fn value_end(text: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    loop {
        match text.get(at)? {
            b'"' => {
                at = string_end(text, at + 1)?;
                if depth == 0 {
                    return Some(at);
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return Some(at),
            b'}' | b']' if depth == 1 => return Some(at + 1),
            b'}' | b']' => depth -= 1,
            b',' if depth == 0 => return Some(at),
            _ => {}
        }
        at += 1;
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_the_top() {
        let doc = br#"{"a":1,"b":"x\"},{","c":{"d":[1,{"e":"]"}]},"f":[],"g":null}"#;
        let seen: Vec<_> = pairs(doc).map(|(k, v)| (str::from_utf8(k).unwrap(), str::from_utf8(v).unwrap())).collect();
        assert_eq!(
            seen,
            [("a", "1"), ("b", r#""x\"},{""#), ("c", r#"{"d":[1,{"e":"]"}]}"#), ("f", "[]"), ("g", "null")]
        );
        assert_eq!(find(doc, "f"), Some(&b"[]"[..]));
        assert_eq!(find(doc, "d"), None);
        assert_eq!(pairs(b"{}").count(), 0);
        assert_eq!(without(br#"{"a":1,"b":[2],"c":"x"}"#, "b"), br#"{"a":1,"c":"x"}"#);
        assert_eq!(without(br#"{"a":1}"#, "a"), b"{}");
    }

    #[test]
    fn ends_early_on_what_is_broken() {
        for doc in
            [&b""[..], b"{", b"{\"a", b"{\"a\"", b"{\"a\":", b"{\"a\":\"x", b"{\"a\":[1", b"null", b"{\"a\":\"\\"]
        {
            assert_eq!(pairs(doc).count(), 0, "{}", String::from_utf8_lossy(doc));
        }
    }
}
