//! Objects as the documents that MongoDB would hold (`storage.md` A2 and A3).

use crate::model::value::GeoPoint;
use crate::model::{Acl, ClassSchema, FieldType, Map, ParseObject, Value};

/// The document of an object, in the database's names: what a pipeline runs over.
pub fn to_document(object: &ParseObject, schema: &ClassSchema) -> Map {
    let mut out = Map::with_capacity(object.fields.len() + 4);
    out.set("_id", Value::from(object.id.as_str()));
    for (name, value) in &object.fields {
        if !matches!(name.as_str(), "createdAt" | "updatedAt") {
            column(&mut out, name, value, schema);
        }
    }
    if let Some(acl) = &object.acl {
        permissions(&mut out, acl);
    }
    for (name, stored) in [("createdAt", "_created_at"), ("updatedAt", "_updated_at")] {
        if let Some(value) = object.fields.get(name) {
            out.set(stored, value.clone());
        }
    }
    for (name, value) in &object.internal {
        out.set(name.as_str(), interior(value));
    }
    out
}

fn column(out: &mut Map, name: &str, value: &Value, schema: &ClassSchema) {
    match (name, value) {
        ("authData", Value::Object(map)) if schema.name == "_User" => {
            for (provider, data) in map {
                out.set(format!("_auth_data_{provider}"), interior(data));
            }
        }
        ("sessionToken", _) if matches!(schema.name.as_str(), "_Session" | "_User") => {
            out.set("_session_token", interior(value));
        }
        ("lastUsed", _) if schema.name == "_Audience" => {
            out.set("_last_used", interior(value));
        }
        ("timesUsed", _) if schema.name == "_Audience" => {
            out.set("times_used", interior(value));
        }
        (_, Value::Pointer(pointer)) if matches!(schema.field_type(name), None | Some(FieldType::Pointer(_))) => {
            out.set(format!("_p_{name}"), Value::String(format!("{}${}", pointer.class, pointer.id)));
        }
        (_, Value::Relation(_)) => {}
        _ => {
            out.set(name, interior(value));
        }
    }
}

fn permissions(out: &mut Map, acl: &Acl) {
    let list = |entries: &[String]| Value::Array(entries.iter().map(|e| Value::from(e.as_str())).collect());
    out.set("_wperm", list(&acl.write));
    out.set("_rperm", list(&acl.read));
    let mut both = Map::new();
    for entry in acl.read.iter().chain(acl.write.iter().filter(|w| !acl.read.contains(w))) {
        let flag = |list: &[String], key: &'static str| list.contains(entry).then_some((key, Value::Bool(true)));
        let flags = flag(&acl.read, "r").into_iter().chain(flag(&acl.write, "w")).collect();
        both.set(entry.as_str(), Value::Object(flags));
    }
    out.set("_acl", Value::Object(both));
}

/// A value in plain types: a place is a pair, a file its name, a pointer an object.
fn interior(value: &Value) -> Value {
    let pair = |p: &GeoPoint| Value::Array(vec![Value::Number(p.longitude), Value::Number(p.latitude)]);
    match value {
        Value::GeoPoint(point) => pair(point),
        Value::Polygon(points) => {
            let ring = Value::Array(points.iter().map(pair).collect());
            Value::Object(Map::from([("type", Value::from("Polygon")), ("coordinates", Value::Array(vec![ring]))]))
        }
        Value::File(name) => Value::from(name.as_str()),
        Value::Pointer(pointer) => Value::Object(Map::from([
            ("__type", Value::from("Pointer")),
            ("className", Value::from(pointer.class.as_str())),
            ("objectId", Value::from(pointer.id.as_str())),
        ])),
        Value::Relation(class) => {
            Value::Object(Map::from([("__type", Value::from("Relation")), ("className", Value::from(class.as_str()))]))
        }
        Value::Array(list) => Value::Array(list.iter().map(interior).collect()),
        Value::Object(map) => Value::Object(map.iter().map(|(k, v)| (k.as_str(), interior(v))).collect()),
        other => other.clone(),
    }
}
