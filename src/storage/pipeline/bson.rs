//! Values as MongoDB orders, equates, names and measures them.
//!
//! Documents here hold null, booleans, numbers, texts, dates, bytes, lists and objects; nothing of Parse's own types.

use std::cmp::Ordering;

use crate::model::{Map, Value};

/// The place of a value's type in MongoDB's order of types.
pub fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 1,
        Value::Number(_) => 2,
        Value::String(_) | Value::File(_) => 3,
        Value::Array(_) => 5,
        Value::Bytes(_) => 6,
        Value::Bool(_) => 8,
        Value::Date(_) => 9,
        _ => 4,
    }
}

/// MongoDB's total order of values.
pub fn compare(a: &Value, b: &Value) -> Ordering {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => numbers(*a, *b),
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::Bytes(a), Value::Bytes(b)) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
        (Value::Array(a), Value::Array(b)) => lists(a, b),
        (Value::Object(a), Value::Object(b)) => objects(a, b),
        _ => rank(a).cmp(&rank(b)),
    }
}

/// [`compare`] with what is missing before everything else.
pub fn compare_missing(a: Option<&Value>, b: Option<&Value>) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => compare(a, b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

fn numbers(a: f64, b: f64) -> Ordering {
    a.partial_cmp(&b).unwrap_or_else(|| b.is_nan().cmp(&a.is_nan()))
}

fn lists(a: &[Value], b: &[Value]) -> Ordering {
    let first = a.iter().zip(b).map(|(a, b)| compare(a, b)).find(|o| o.is_ne());
    first.unwrap_or_else(|| a.len().cmp(&b.len()))
}

fn objects(a: &Map, b: &Map) -> Ordering {
    let pairs = a
        .iter()
        .zip(b.iter())
        .map(|((ka, va), (kb, vb))| rank(va).cmp(&rank(vb)).then_with(|| ka.cmp(kb)).then_with(|| compare(va, vb)));
    pairs.into_iter().find(|o| o.is_ne()).unwrap_or_else(|| a.len().cmp(&b.len()))
}

/// Appends bytes that are the same for two values exactly if [`compare`] calls them equal.
pub fn key(value: &Value, out: &mut Vec<u8>) {
    out.push(rank(value));
    match value {
        Value::Bool(b) => out.push(u8::from(*b)),
        Value::Number(n) => {
            let n = if *n == 0.0 { 0.0 } else { *n };
            let bits = if n.is_nan() { f64::NAN.to_bits() } else { n.to_bits() };
            out.extend_from_slice(&bits.to_be_bytes());
        }
        Value::String(s) | Value::File(s) => text(s.as_bytes(), out),
        Value::Date(d) => out.extend_from_slice(&d.0.to_be_bytes()),
        Value::Bytes(b) => text(b, out),
        Value::Array(list) => {
            out.extend_from_slice(&list.len().to_be_bytes());
            list.iter().for_each(|v| key(v, out));
        }
        Value::Object(map) => {
            out.extend_from_slice(&map.len().to_be_bytes());
            for (name, value) in map {
                text(name.as_bytes(), out);
                key(value, out);
            }
        }
        _ => {}
    }
}

/// [`key`] in a buffer of its own.
pub fn key_of(value: &Value) -> Vec<u8> {
    let mut out = Vec::with_capacity(16);
    key(value, &mut out);
    out
}

fn text(bytes: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&bytes.len().to_be_bytes());
    out.extend_from_slice(bytes);
}

/// About how many bytes a value takes in memory.
pub fn size(value: &Value) -> usize {
    const SLOT: usize = size_of::<Value>();
    SLOT + match value {
        Value::String(s) | Value::File(s) => s.len(),
        Value::Bytes(b) => b.len(),
        Value::Array(list) => list.iter().map(size).sum(),
        Value::Object(map) => size_of_map(map),
        _ => 0,
    }
}

/// About how many bytes a document takes in memory.
pub fn size_of_map(map: &Map) -> usize {
    const ENTRY: usize = 48;
    map.iter().map(|(k, v)| ENTRY + k.len() + size(v)).sum()
}

/// How deep lists and objects lie in each other.
pub fn depth(value: &Value) -> usize {
    match value {
        Value::Array(list) => 1 + list.iter().map(depth).max().unwrap_or(0),
        Value::Object(map) => 1 + map.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// The type's name as `$type` tells it. A number without a fraction that fits 32 bits is an `int`, as Parse stores it.
pub fn type_name(value: Option<&Value>) -> &'static str {
    match value {
        None => "missing",
        Some(Value::Null) => "null",
        Some(Value::Bool(_)) => "bool",
        Some(Value::Number(n)) if is_int(*n) => "int",
        Some(Value::Number(_)) => "double",
        Some(Value::String(_) | Value::File(_)) => "string",
        Some(Value::Date(_)) => "date",
        Some(Value::Bytes(_)) => "binData",
        Some(Value::Array(_)) => "array",
        Some(_) => "object",
    }
}

/// Would Parse store the number as a 32-bit integer?
pub fn is_int(n: f64) -> bool {
    n.trunc() == n && n.abs() <= 2_147_483_648.0 && n != 2_147_483_648.0 && !(n == 0.0 && n.is_sign_negative())
}

/// Does an expression count it as true? Only false, null, zero and what is missing do not.
pub fn truthy(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => false,
        Some(Value::Bool(b)) => *b,
        Some(Value::Number(n)) => *n != 0.0,
        Some(_) => true,
    }
}

/// Is it null or missing?
pub fn nullish(value: Option<&Value>) -> bool {
    value.is_none_or(Value::is_null)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::wire::parse;

    #[test]
    fn orders_types_and_values() {
        let list = br#"[null,-1,0,2.5,"","a","b",{},{"a":1},{"b":1},{"a":"x"},[],[1],[1,2],[2],false,true]"#;
        let Value::Array(list) = parse(list, 9).unwrap() else { unreachable!() };
        for (i, a) in list.iter().enumerate() {
            for (j, b) in list.iter().enumerate() {
                assert_eq!(compare(a, b), i.cmp(&j), "{a:?} {b:?}");
                assert_eq!(key_of(a) == key_of(b), i == j, "{a:?} {b:?}");
            }
        }
        assert_eq!(compare(&Value::Number(f64::NAN), &Value::Number(f64::NEG_INFINITY)), Ordering::Less);
        assert_eq!(key_of(&Value::Number(-0.0)), key_of(&Value::Number(0.0)));
    }
}
