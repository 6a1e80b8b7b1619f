//! Documents as objects, the legacy shapes among them (`storage.md` A2 and A3). Read straight from the bytes that came.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mongodb::bson::{RawBsonRef, RawDocument};

use super::names::{POINTER, PROVIDER};
use crate::error::{Error, Result};
use crate::model::names::INTERNAL_COLUMNS;
use crate::model::value::GeoPoint;
use crate::model::{Acl, ClassSchema, Date, FieldType, Map, ParseObject, Pointer, Value};

/// The object of a document.
///
/// # Errors
/// 1 for a document with a key that Parse does not know, or with a pointer to another class than its column says.
pub fn object(document: &RawDocument, schema: &ClassSchema, internals: bool) -> Result<ParseObject> {
    let mut object = ParseObject::default();
    for entry in document {
        let (key, value) = entry.map_err(broken)?;
        let key = key.as_str();
        match key {
            "_id" => object.id = id(value)?,
            "_rperm" => object.acl.get_or_insert_with(Acl::default).read = entries(value)?,
            "_wperm" => object.acl.get_or_insert_with(Acl::default).write = entries(value)?,
            "_acl" => {}
            "_session_token" if schema.name == "_User" => internal(&mut object, key, value, internals)?,
            key if INTERNAL_COLUMNS.contains(&key) => internal(&mut object, key, value, internals)?,
            key => field(&mut object.fields, key, value, schema)?,
        }
    }
    Ok(object)
}

/// What stands in one column of a document; `None` also where it cannot be read.
pub fn value(document: &RawDocument, schema: &ClassSchema, column: &str) -> Option<Value> {
    let mut fields = Map::new();
    for key in [super::names::column(schema, column), column.to_owned()] {
        if let Ok(Some(value)) = document.get(&key) {
            field(&mut fields, &key, value, schema).ok()?;
        }
    }
    fields.take(column)
}

fn internal(object: &mut ParseObject, key: &str, value: RawBsonRef<'_>, wanted: bool) -> Result<()> {
    if wanted {
        object.internal.set(key, plain(value)?);
    }
    Ok(())
}

fn field(fields: &mut Map, key: &str, value: RawBsonRef<'_>, schema: &ClassSchema) -> Result<()> {
    let known = match key {
        "_created_at" => "createdAt",
        "_updated_at" => "updatedAt",
        "_session_token" => "sessionToken",
        "_last_used" => "lastUsed",
        "times_used" => "timesUsed",
        "_expiresAt" => "expiresAt",
        "authData" if schema.name == "_User" => return Ok(()),
        other => other,
    };
    if let Some(name) = known.strip_prefix(POINTER) {
        return pointer(fields, name, value, schema);
    }
    if let Some(provider) = known.strip_prefix(PROVIDER).filter(|_| schema.name == "_User") {
        let value = plain(value)?;
        match fields.get_mut("authData") {
            Some(Value::Object(all)) => drop(all.set(provider, value)),
            _ => drop(fields.set("authData", Value::Object(Map::from([(provider, value)])))),
        }
        return Ok(());
    }
    if known.starts_with('_') && known != "__type" {
        return Err(Error::internal(format!("bad key in untransform: {key}")));
    }
    match (schema.field_type(known), value) {
        (Some(FieldType::Relation(_)), _) => {}
        // It says nothing beside the pointer that was set later.
        (Some(FieldType::Pointer(_)), RawBsonRef::Null) if fields.contains_key(known) => {}
        (ty, value) => drop(fields.set(known, column(plain(value)?, ty))),
    }
    Ok(())
}

fn pointer(fields: &mut Map, name: &str, value: RawBsonRef<'_>, schema: &ClassSchema) -> Result<()> {
    let Some(FieldType::Pointer(class)) = schema.field_type(name) else { return Ok(()) };
    match value {
        // What an update to null leaves behind: no field, as Parse Server reads it.
        RawBsonRef::Null => Ok(()),
        RawBsonRef::String(text) => match text.split_once('$') {
            Some((found, id)) if found == class => {
                fields.set(name, Value::Pointer(Pointer { class: class.clone(), id: id.to_owned() }));
                Ok(())
            }
            _ => Err(Error::internal("pointer to incorrect className")),
        },
        _ => Err(Error::internal(format!("the pointer {name} is stored as no text"))),
    }
}

fn id(value: RawBsonRef<'_>) -> Result<String> {
    Ok(match plain(value)? {
        Value::String(text) => text,
        Value::Number(n) => crate::model::number::text(n),
        other => crate::model::wire::to_string(&other),
    })
}

/// The entries of a permission list; what is no list has none.
///
/// # Errors
/// 1 for bytes that are no BSON.
pub fn entries(value: RawBsonRef<'_>) -> Result<Vec<String>> {
    let RawBsonRef::Array(list) = value else { return Ok(Vec::new()) };
    let texts = list.into_iter().map(|entry| match entry.map_err(broken)? {
        RawBsonRef::String(text) => Ok(Some(text.to_owned())),
        _ => Ok(None),
    });
    texts.filter_map(Result::transpose).collect()
}

/// A value, typed as it says itself.
///
/// # Errors
/// 1 for bytes that are no BSON.
pub fn plain(value: RawBsonRef<'_>) -> Result<Value> {
    Ok(match value {
        RawBsonRef::Null | RawBsonRef::Undefined => Value::Null,
        RawBsonRef::Boolean(b) => Value::Bool(b),
        RawBsonRef::Int32(n) => Value::Number(f64::from(n)),
        RawBsonRef::Int64(n) => Value::Number(n as f64),
        RawBsonRef::Double(n) => Value::Number(n),
        RawBsonRef::Decimal128(n) => n.to_string().parse().map_or(Value::Null, Value::Number),
        RawBsonRef::String(text) | RawBsonRef::Symbol(text) | RawBsonRef::JavaScriptCode(text) => Value::from(text),
        RawBsonRef::DateTime(date) => Value::Date(Date(date.timestamp_millis())),
        RawBsonRef::Binary(binary) => Value::Bytes(binary.bytes.to_vec()),
        RawBsonRef::ObjectId(id) => Value::String(id.to_hex()),
        RawBsonRef::Array(list) => {
            Value::Array(list.into_iter().map(|v| plain(v.map_err(broken)?)).collect::<Result<_>>()?)
        }
        RawBsonRef::Document(document) => typed(map(document)?),
        RawBsonRef::RegularExpression(regex) => Value::String(format!("/{}/{}", regex.pattern, regex.options)),
        RawBsonRef::Timestamp(stamp) => Value::Number(f64::from(stamp.time)),
        RawBsonRef::JavaScriptCodeWithScope(_) | RawBsonRef::MinKey | RawBsonRef::MaxKey | RawBsonRef::DbPointer(_) => {
            Value::Object(Map::new())
        }
    })
}

/// The keys and values of a document.
///
/// # Errors
/// As [`plain`].
pub fn map(document: &RawDocument) -> Result<Map> {
    let pairs = document.into_iter().map(|entry| {
        let (key, value) = entry.map_err(broken)?;
        Ok((key.as_str(), plain(value)?))
    });
    pairs.collect()
}

/// What stands in an object in its wire form is read as it would be from the wire.
fn typed(map: Map) -> Value {
    let text = |key: &str| map.get(key).and_then(Value::as_str);
    let value = match text("__type") {
        Some("Date") if map.len() == 2 => text("iso").and_then(Date::parse).map(Value::Date),
        Some("Pointer") => Pointer::from_keys(&map).map(Value::Pointer),
        Some("Bytes") if map.len() == 2 => text("base64").and_then(|b| STANDARD.decode(b).ok()).map(Value::Bytes),
        _ => None,
    };
    value.unwrap_or(Value::Object(map))
}

/// A value in the type of its column, where it fits.
pub fn column(value: Value, ty: Option<&FieldType>) -> Value {
    match (ty, value) {
        (Some(FieldType::File), Value::String(name)) => Value::File(name),
        (Some(FieldType::GeoPoint), Value::Array(list)) => match place(&list) {
            Some(point) => Value::GeoPoint(point),
            None => Value::Array(list),
        },
        (Some(FieldType::Polygon), Value::Object(map)) => polygon(&map).map_or(Value::Object(map), Value::Polygon),
        (Some(FieldType::Bytes), Value::String(text)) => {
            STANDARD.decode(&text).map_or(Value::String(text), Value::Bytes)
        }
        (_, other) => other,
    }
}

fn place(pair: &[Value]) -> Option<GeoPoint> {
    match pair {
        [Value::Number(longitude), Value::Number(latitude)] => {
            Some(GeoPoint { longitude: *longitude, latitude: *latitude })
        }
        _ => None,
    }
}

fn polygon(map: &Map) -> Option<Vec<GeoPoint>> {
    let [Value::Array(ring)] = map.get("coordinates")?.as_array()? else { return None };
    ring.iter().map(|pair| place(pair.as_array()?)).collect()
}

/// The error for bytes that are no BSON.
pub fn broken(error: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::caused("a stored object cannot be read", error)
}
