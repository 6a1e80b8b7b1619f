//! Objects as the documents that MongoDB would hold (`storage.md` A2 and A3).

use crate::access::Aggregate;
use crate::model::value::GeoPoint;
use crate::model::{Acl, ClassSchema, FieldType, Key, Map, ParseObject, Value};

/// The document of an object, in the database's names: what a pipeline runs over. Permissions stand where those of a new
/// object do, before the times.
pub fn to_document(object: ParseObject, schema: &ClassSchema) -> Map {
    let ParseObject { id, fields, mut acl, internal } = object;
    let mut out = Map::with_capacity(fields.len() + 4);
    out.set("_id", Value::String(id));
    for (name, value) in fields {
        if name == "createdAt" {
            permissions(&mut out, acl.take());
        }
        column(&mut out, name, value, schema);
    }
    permissions(&mut out, acl);
    for (name, value) in internal.into_iter().filter(|(name, _)| Aggregate::sees(name)) {
        out.set(name, interior(value));
    }
    out
}

fn column(out: &mut Map, name: Key, value: Value, schema: &ClassSchema) {
    let stored = match (name.as_str(), &value) {
        ("authData", Value::Object(_)) if schema.name == "_User" => return providers(out, value),
        ("createdAt", _) => "_created_at".into(),
        ("updatedAt", _) => "_updated_at".into(),
        ("sessionToken", _) if matches!(schema.name.as_str(), "_Session" | "_User") => "_session_token".into(),
        ("lastUsed", _) if schema.name == "_Audience" => "_last_used".into(),
        ("timesUsed", _) if schema.name == "_Audience" => "times_used".into(),
        (field, Value::Pointer(pointer)) if matches!(schema.field_type(field), None | Some(FieldType::Pointer(_))) => {
            out.set(format!("_p_{field}"), Value::String(format!("{}${}", pointer.class, pointer.id)));
            return;
        }
        (_, Value::Relation(_)) => return,
        _ => name,
    };
    out.set(stored, interior(value));
}

fn providers(out: &mut Map, auth_data: Value) {
    let Value::Object(map) = auth_data else { return };
    for (provider, data) in map {
        out.set(format!("_auth_data_{provider}"), interior(data));
    }
}

fn permissions(out: &mut Map, acl: Option<Acl>) {
    let Some(acl) = acl else { return };
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
pub fn interior(value: Value) -> Value {
    let pair = |p: GeoPoint| Value::Array(vec![Value::Number(p.longitude), Value::Number(p.latitude)]);
    match value {
        Value::GeoPoint(point) => pair(point),
        Value::Polygon(points) => {
            let ring = Value::Array(points.into_iter().map(pair).collect());
            Value::Object(Map::from([("type", Value::from("Polygon")), ("coordinates", Value::Array(vec![ring]))]))
        }
        Value::File(name) => Value::String(name),
        Value::Pointer(pointer) => Value::Object(Map::from([
            ("__type", Value::from("Pointer")),
            ("className", Value::String(pointer.class)),
            ("objectId", Value::String(pointer.id)),
        ])),
        Value::Relation(class) => {
            Value::Object(Map::from([("__type", Value::from("Relation")), ("className", Value::String(class))]))
        }
        Value::Array(list) => Value::Array(list.into_iter().map(interior).collect()),
        Value::Object(mut map) => {
            map.values_mut().for_each(|v| *v = interior(std::mem::take(v)));
            Value::Object(map)
        }
        other => other,
    }
}
