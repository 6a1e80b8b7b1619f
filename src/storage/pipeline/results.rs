//! Documents that a pipeline has made, as Parse's JSON (`queries.md` section 6). MongoDB's too.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::document::interior;
use super::ejson;
use super::translate::Style;
use crate::error::{Error, Result};
use crate::model::value::GeoPoint;
use crate::model::{ClassSchema, Date, FieldType, Map, Path, Pointer, Value, names};

/// The results of a request. Typed values among them are still to be written in wire form (a [`Value::File`] wants its URL).
///
/// # Errors
/// 102 for a document that no object can be made of.
pub fn results(documents: Vec<Map>, schema: &ClassSchema, style: Style, pointer_key: bool) -> Result<Vec<Value>> {
    let one = |mut document: Map| {
        if !style.raw_field_names {
            name_id(&mut document, pointer_key)?;
        }
        Ok(Value::Object(match style {
            Style { raw_values: true, .. } => return Ok(ejson::write(Value::Object(document))),
            Style { raw_field_names: true, .. } => return Ok(plain(Value::Object(document))),
            _ => object(document, schema)?,
        }))
    };
    documents.into_iter().map(one).collect()
}

/// The values at a path in Parse's form: a pointer of a column is one, objects are read as documents are.
///
/// # Errors
/// As [`results`].
pub fn distinct(values: Vec<Value>, schema: &ClassSchema, path: &Path) -> Result<Vec<Value>> {
    let column = !path.is_dotted() && matches!(schema.field_type(path.root()), Some(FieldType::Pointer(_)));
    let one = |value: Value| match if column { value } else { interior(value) } {
        Value::Object(map) => object(map, schema).map(Value::Object),
        other => Ok(other),
    };
    values.into_iter().filter(|v| !v.is_null()).map(one).collect()
}

/// `_id` becomes `objectId`, at the end. What is empty becomes null, a date too: lodash finds no keys in it.
fn name_id(document: &mut Map, pointer_key: bool) -> Result<()> {
    let Some(mut id) = document.take("_id") else { return Ok(()) };
    if pointer_key && id.truthy() {
        let text = id.as_str().ok_or_else(|| Error::query("result._id.split is not a function"))?;
        id = text.split('$').nth(1).map_or(Value::Null, Value::from);
    }
    let empty = match &id {
        Value::Null | Value::Date(_) => true,
        Value::String(s) => s.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    };
    document.set("objectId", if empty { Value::Null } else { id });
    Ok(())
}

/// What `JSON.stringify` makes of the database's values.
fn plain(value: Value) -> Value {
    match value {
        Value::Date(date) => Value::String(date.iso()),
        Value::Bytes(bytes) => Value::String(STANDARD.encode(bytes)),
        Value::Array(list) => Value::Array(list.into_iter().map(plain).collect()),
        Value::Object(map) => Value::Object(map.into_iter().map(|(k, v)| (k, plain(v))).collect()),
        other => other,
    }
}

fn object(document: Map, schema: &ClassSchema) -> Result<Map> {
    let mut out = Map::with_capacity(document.len());
    for (key, value) in document {
        field(&mut out, &key, value, schema)?;
    }
    for (name, class) in schema.relations() {
        out.set(name, Value::Relation(class.to_owned()));
    }
    out.retain(|key, _| key == "__type" || names::is_identifier(key));
    Ok(out)
}

/// Internal columns that are read and then hidden.
const HIDDEN: [&str; 13] = [
    "_rperm",
    "_wperm",
    "_acl",
    "_hashed_password",
    "_email_verify_token",
    "_email_verify_token_expires_at",
    "_perishable_token",
    "_perishable_token_expires_at",
    "_password_changed_at",
    "_tombstone",
    "_account_lockout_expires_at",
    "_failed_login_count",
    "_password_history",
];

fn field(out: &mut Map, key: &str, value: Value, schema: &ClassSchema) -> Result<()> {
    let user = schema.name == "_User";
    match key {
        "_id" => out.set("objectId", value),
        _ if HIDDEN.contains(&key) => None,
        "_session_token" => out.set("sessionToken", value),
        "updatedAt" | "_updated_at" => out.set("updatedAt", Value::String(instant(&value)?.iso())),
        "createdAt" | "_created_at" => out.set("createdAt", Value::String(instant(&value)?.iso())),
        "lastUsed" | "_last_used" => out.set("lastUsed", Value::String(instant(&value)?.iso())),
        "expiresAt" | "_expiresAt" => out.set("expiresAt", Value::Date(instant(&value)?)),
        "timesUsed" | "times_used" => out.set("timesUsed", value),
        "authData" if user => None,
        _ => {
            if let Some(provider) = key.strip_prefix("_auth_data_").filter(|_| user) {
                let mut all = match out.take("authData") {
                    Some(Value::Object(map)) => map,
                    _ => Map::new(),
                };
                all.set(provider, value);
                out.set("authData", Value::Object(all))
            } else if let Some(name) = key.strip_prefix("_p_") {
                let Some(FieldType::Pointer(class)) = schema.field_type(name) else { return Ok(()) };
                match value {
                    Value::Null => None,
                    value => out.set(name, Value::Pointer(pointer(&value, class)?)),
                }
            } else if key.starts_with('_') && key != "__type" {
                return Err(Error::query(format!("bad key in untransform: {key}")));
            } else {
                out.set(key, column(value, schema.field_type(key)))
            }
        }
    };
    Ok(())
}

fn pointer(value: &Value, class: &str) -> Result<Pointer> {
    let text = value.as_str().ok_or_else(|| Error::query("pointerString.split is not a function"))?;
    let mut parts = text.split('$');
    match (parts.next(), parts.next()) {
        (Some(found), Some(id)) if found == class => Ok(Pointer { class: class.to_owned(), id: id.to_owned() }),
        _ => Err(Error::query("pointer to incorrect className")),
    }
}

/// JavaScript's `new Date(value)`.
fn instant(value: &Value) -> Result<Date> {
    let ms = match value {
        Value::Date(date) => return Ok(*date),
        Value::Null => Some(0.0),
        Value::Bool(b) => Some(f64::from(u8::from(*b))),
        Value::Number(n) => Some(*n),
        Value::String(text) => Date::parse(text).map(|d| d.0 as f64),
        _ => None,
    };
    let ms = ms.filter(|ms| ms.abs() <= 8.64e15);
    ms.map(|ms| Date(ms as i64)).ok_or_else(|| Error::query("Tried to encode an invalid date."))
}

/// A value in the type of its column, where it fits.
fn column(value: Value, ty: Option<&FieldType>) -> Value {
    match (ty, value) {
        (Some(FieldType::File), Value::String(name)) => Value::File(name),
        (Some(FieldType::GeoPoint), Value::Array(list)) => match place(&list) {
            Some(point) if list.len() == 2 => Value::GeoPoint(point),
            _ => Value::Array(list),
        },
        (Some(FieldType::Polygon), Value::Object(map)) => match polygon(&map) {
            Some(points) => Value::Polygon(points),
            None => Value::Object(map),
        },
        (Some(FieldType::Bytes), Value::String(text)) => match STANDARD.decode(&text) {
            Ok(bytes) => Value::Bytes(bytes),
            Err(_) => Value::String(text),
        },
        (_, other) => other,
    }
}

fn place(pair: &[Value]) -> Option<GeoPoint> {
    let number = |i: usize| pair.get(i).and_then(Value::as_number);
    Some(GeoPoint { longitude: number(0)?, latitude: number(1)? })
}

fn polygon(map: &Map) -> Option<Vec<GeoPoint>> {
    let ring = map.get("type")?.as_str().filter(|t| *t == "Polygon").and(map.get("coordinates")?.as_array()?.first());
    ring?.as_array()?.iter().map(|p| place(p.as_array()?)).collect()
}

#[cfg(test)]
mod tests;
