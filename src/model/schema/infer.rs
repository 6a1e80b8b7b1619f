//! The type of a column, read off the first value it gets (`objects.md` sections 1 and 2).

use super::FieldType;
use crate::error::{Code, Error, Result};
use crate::model::{Map, Value};

/// The column type for a value in wire form; `None` for null and for operations that say nothing of the type.
///
/// # Errors
/// 111 for a `__type` that is unknown or lacks its parts, 108 for an unknown `__op`.
pub fn infer(value: &Value) -> Result<Option<FieldType>> {
    Ok(Some(match value {
        Value::Null => return Ok(None),
        Value::Bool(_) => FieldType::Boolean,
        Value::Number(_) => FieldType::Number,
        Value::String(_) => FieldType::String,
        Value::Array(_) => FieldType::Array,
        Value::Date(_) => FieldType::Date,
        Value::Pointer(p) => FieldType::Pointer(p.class.clone()),
        Value::GeoPoint(_) => FieldType::GeoPoint,
        Value::Polygon(_) => FieldType::Polygon,
        Value::File(_) => FieldType::File,
        Value::Bytes(_) => FieldType::Bytes,
        Value::Relation(class) => FieldType::Relation(class.clone()),
        Value::Object(map) => return of_object(map),
    }))
}

/// The column that a key of a body touches, and its type: for a dotted key an object, or an array where an index follows,
/// unless the value says nothing of a type (null, a deletion).
///
/// # Errors
/// As [`infer`].
pub fn infer_path<'a>(key: &'a str, value: &Value) -> Result<(&'a str, Option<FieldType>)> {
    let dot = key.bytes().position(|b| b == b'.');
    let Some((root, rest)) = dot.map(|at| (&key[..at], &key[at + 1..])) else { return Ok((key, infer(value)?)) };
    if matches!(infer(value), Ok(None)) {
        return Ok((root, None));
    }
    let second = rest.split('.').next().unwrap_or_default();
    // A name without letters counts as an index, also the empty one.
    let indexed = second.bytes().all(|b| b.is_ascii_digit());
    let counted = matches!(root, "sentPerUTCOffset" | "failedPerUTCOffset");
    let ty = if indexed && !counted { FieldType::Array } else { FieldType::Object };
    Ok((root, Some(ty)))
}

fn of_object(map: &Map) -> Result<Option<FieldType>> {
    if let Some(ty) = map.get("__type").filter(|ty| ty.truthy()) {
        return typed(map, ty).map(Some);
    }
    if let Some(ne) = map.get("$ne") {
        return infer(ne);
    }
    match map.get("__op") {
        Some(op) if op.truthy() => of_op(map, op),
        _ => Ok(Some(FieldType::Object)),
    }
}

fn typed(map: &Map, ty: &Value) -> Result<FieldType> {
    let has = |key: &str| map.get(key).is_some_and(Value::truthy);
    let present = |key: &str| map.get(key).is_some_and(|v| !v.is_null());
    let class = || map.get("className").and_then(Value::as_str).filter(|s| !s.is_empty());
    let found = match ty.as_str().unwrap_or_default() {
        "Pointer" => class().map(|c| FieldType::Pointer(c.to_owned())),
        "Relation" => class().map(|c| FieldType::Relation(c.to_owned())),
        "File" => has("name").then_some(FieldType::File),
        "Date" => has("iso").then_some(FieldType::Date),
        "GeoPoint" => (present("latitude") && present("longitude")).then_some(FieldType::GeoPoint),
        "Bytes" => has("base64").then_some(FieldType::Bytes),
        "Polygon" => has("coordinates").then_some(FieldType::Polygon),
        _ => None,
    };
    found.ok_or_else(|| invalid(ty))
}

fn of_op(map: &Map, op: &Value) -> Result<Option<FieldType>> {
    Ok(Some(match op.as_str().unwrap_or_default() {
        "Increment" => FieldType::Number,
        "Delete" => return Ok(None),
        "Add" | "AddUnique" | "Remove" => FieldType::Array,
        "AddRelation" | "RemoveRelation" => {
            let first = match map.get("objects") {
                Some(Value::Array(list)) => list.first().filter(|first| !first.is_null()),
                Some(Value::String(text)) if !text.is_empty() => map.get("objects"),
                _ => None,
            };
            let first = first.ok_or_else(|| Error::json("objects of a relation must be pointers"))?;
            let class = first.as_object().and_then(|o| o.get("className")).and_then(Value::as_str);
            // Without a class it is a relation all the same, that fits no column and makes none.
            FieldType::Relation(class.unwrap_or_default().to_owned())
        }
        "Batch" => {
            let first = map.get("ops").and_then(Value::as_array).ok_or_else(|| unsupported(op))?.first();
            return infer(first.ok_or_else(|| Error::json("ops must be a non-empty array"))?);
        }
        _ => return Err(unsupported(op)),
    }))
}

/// 108 for an operation that Parse does not have.
pub(crate) fn unsupported(op: &Value) -> Error {
    let name = op.as_str().map_or_else(|| crate::model::wire::to_string(op), str::to_owned);
    Error::new(Code::CommandUnavailable, format!("The {name} operator is not supported yet."))
}

/// 111 for a value that is not what its `__type` says.
pub(crate) fn invalid(ty: &Value) -> Error {
    Error::new(Code::IncorrectType, format!("This is not a valid {}", crate::model::js::text(ty)))
}
