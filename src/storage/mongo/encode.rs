//! Values and objects as the documents that Parse Server would store (`storage.md` A3).

use mongodb::bson::{Binary, Bson, DateTime, Document, doc, spec::BinarySubtype};

use super::names;
use crate::model::value::GeoPoint;
use crate::model::{Acl, ClassSchema, Map, ParseObject, Pointer, Value, wire};

/// A number as the JavaScript driver sends it: whole ones that fit as 32 bits, the others as doubles.
pub fn number(n: f64) -> Bson {
    let whole = n as i32;
    match f64::from(whole) == n && !(n == 0.0 && n.is_sign_negative()) {
        true => Bson::Int32(whole),
        false => Bson::Double(n),
    }
}

/// A value at the top of a column.
pub fn column(value: &Value) -> Bson {
    match value {
        Value::Pointer(pointer) => Bson::String(reference(pointer)),
        Value::GeoPoint(point) => pair(*point),
        Value::Polygon(points) => {
            let ring: Vec<Bson> = points.iter().map(|p| pair(*p)).collect();
            Bson::Document(doc! { "type": "Polygon", "coordinates": [ring] })
        }
        Value::File(name) => Bson::String(name.clone()),
        other => interior(other),
    }
}

/// A value inside an array or an object.
pub fn interior(value: &Value) -> Bson {
    match value {
        Value::Null => Bson::Null,
        Value::Bool(b) => Bson::Boolean(*b),
        Value::Number(n) => number(*n),
        Value::String(text) => Bson::String(text.clone()),
        Value::Date(date) => Bson::DateTime(DateTime::from_millis(date.0)),
        Value::Bytes(bytes) => Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes: bytes.clone() }),
        Value::Pointer(p) => Bson::Document(doc! { "__type": "Pointer", "className": &p.class, "objectId": &p.id }),
        Value::Array(list) => Bson::Array(list.iter().map(interior).collect()),
        Value::Object(map) => Bson::Document(document(map)),
        // These have their own form in a column alone.
        Value::GeoPoint(_) | Value::Polygon(_) | Value::File(_) | Value::Relation(_) => as_sent(value),
    }
}

/// A value in its wire form: what an update of a path below a column stores.
pub fn as_sent(value: &Value) -> Bson {
    interior(&wire::untyped(value.clone()))
}

/// Keys and values as a document.
pub fn document(map: &Map) -> Document {
    map.iter().map(|(key, value)| (key.to_string(), interior(value))).collect()
}

/// `Class$id`
pub fn reference(pointer: &Pointer) -> String {
    format!("{}${}", pointer.class, pointer.id)
}

/// A place: longitude comes first.
pub fn pair(point: GeoPoint) -> Bson {
    Bson::Array(vec![number(point.longitude), number(point.latitude)])
}

/// The list of who may, and both lists as the map that nobody reads but Parse Server always writes.
pub fn permissions(acl: &Acl) -> [(&'static str, Bson); 3] {
    let list = |entries: &[String]| Bson::Array(entries.iter().map(|e| Bson::String(e.clone())).collect());
    let mut both = Document::new();
    for (entries, flag) in [(&acl.write, "w"), (&acl.read, "r")] {
        for entry in entries {
            match both.get_mut(entry) {
                Some(Bson::Document(flags)) => drop(flags.insert(flag, true)),
                _ => drop(both.insert(entry.clone(), doc! { flag: true })),
            }
        }
    }
    [("_wperm", list(&acl.write)), ("_rperm", list(&acl.read)), ("_acl", Bson::Document(both))]
}

/// A new object.
pub fn object(schema: &ClassSchema, object: &ParseObject) -> Document {
    let mut out = Document::new();
    // The database numbers webhooks itself, unless they come with such a number.
    let id = names::id(&schema.name, &object.id);
    if schema.name != "_Hooks" || matches!(id, Bson::ObjectId(_)) {
        out.insert("_id", id);
    }
    let (mut times, mut providers) = (Vec::new(), Document::new());
    for (name, value) in &object.fields {
        match (name.as_str(), value) {
            ("createdAt" | "updatedAt", value) => times.push((names::column(schema, name), column(value))),
            ("authData", Value::Object(all)) if schema.name == "_User" => {
                providers.extend(all.iter().map(|(name, data)| (format!("{}{name}", names::PROVIDER), interior(data))));
            }
            (field, _) if names::is_relation(schema, field) => {}
            // A null stands under the plain name.
            (field, Value::Null) if names::is_pointer(schema, field) => drop(out.insert(field, Bson::Null)),
            (field, value) => drop(out.insert(names::column(schema, field), column(value))),
        }
    }
    out.extend(object.internal.iter().map(|(name, value)| (name.to_string(), column(value))));
    match &object.acl {
        Some(acl) => {
            let [write, read, both] = permissions(acl).map(|(name, list)| (name.to_owned(), list));
            out.extend([write, read]);
            out.extend(providers);
            out.extend([both]);
        }
        None => out.extend(providers),
    }
    times.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
    out.extend(times);
    out
}
