//! What Parse Server's own translation functions make of requests and documents, line by line (`vectors.txt`).

use std::sync::Arc;

use mongodb::bson::{Binary, Bson, DateTime, Document, RawDocumentBuf, Regex, oid::ObjectId, spec::BinarySubtype};
use serde_json::Value as Json;

use super::filter::{self, Near};
use super::{decode, encode, update};
use crate::access::internal;
use crate::access::render::is_bare_date;
use crate::model::query::{self, Context};
use crate::model::{Acl, ClassSchema, Date, Filter, Map, Op, ParseObject, Path, Value, wire};
use crate::storage::contract::kit::{fields, json};

fn schema(line: &str) -> Arc<ClassSchema> {
    let mut schema = ClassSchema::new(if line.contains("_auth_data_") { "_User" } else { "T" });
    let columns = "s String, n Number, b Boolean, d Date, p Pointer A, arr Array, o Object, f File, g GeoPoint, poly Polygon, \
                   by Bytes, rel Relation A, newp Pointer A, expiresAt Date";
    schema.fields.extend(fields(columns));
    Arc::new(schema)
}

/// Extended JSON as BSON; a number is a 32-bit one if JavaScript would send it so.
fn bson(json: &Json) -> Bson {
    let text = |key: &str| json.get(key).and_then(Json::as_str);
    match json {
        Json::Null => Bson::Null,
        Json::Bool(b) => Bson::Boolean(*b),
        Json::Number(n) => encode::number(n.as_f64().unwrap()),
        Json::String(text) => Bson::String(text.clone()),
        Json::Array(list) => Bson::Array(list.iter().map(bson).collect()),
        Json::Object(map) => {
            if let Some(date) = text("$date") {
                return Bson::DateTime(DateTime::from_millis(Date::parse(date).unwrap().0));
            }
            if let Some(id) = text("$oid") {
                return Bson::ObjectId(ObjectId::parse_str(id).unwrap());
            }
            if let Some(regex) = map.get("$regularExpression") {
                let part = |key: &str| regex[key].as_str().unwrap();
                let (pattern, options) = (part("pattern").to_owned(), part("options").to_owned());
                return Bson::RegularExpression(Regex {
                    pattern: pattern.try_into().unwrap(),
                    options: options.try_into().unwrap(),
                });
            }
            if let Some(binary) = map.get("$binary") {
                assert_eq!(binary["base64"], "aGk=");
                return Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes: b"hi".to_vec() });
            }
            // Parse Server mangles bytes in lists; here they are stored as bytes (COMPAT.md).
            if map.contains_key("buffer") {
                return Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes: b"hi".to_vec() });
            }
            Bson::Document(map.iter().map(|(k, v)| (k.clone(), bson(v))).collect())
        }
    }
}

fn document(text: &str) -> Document {
    match bson(&serde_json::from_str(text).unwrap()) {
        Bson::Document(document) => document,
        other => panic!("{other}"),
    }
}

fn clause(schema: &ClassSchema, text: &str) -> Filter {
    let context = Context { schema, internals: true, allow_regex: true, max_depth: None, count: false, now: Date(0) };
    query::parse(&json(text), &context).unwrap()
}

fn entries(value: Option<Value>) -> Vec<String> {
    let list = value.and_then(|v| v.as_array().map(<[Value]>::to_vec)).unwrap_or_default();
    list.iter().map(|entry| entry.as_str().unwrap().to_owned()).collect()
}

fn acl(body: &mut Map) -> Option<Acl> {
    let (read, write) = (body.take("_rperm"), body.take("_wperm"));
    (read.is_some() || write.is_some()).then(|| Acl { read: entries(read), write: entries(write) })
}

fn created(schema: &ClassSchema, text: &str) -> Document {
    let mut body = json(text);
    let mut object = ParseObject { acl: acl(&mut body), ..ParseObject::default() };
    for (key, value) in body {
        match key.as_str() {
            "objectId" => object.id = value.as_str().unwrap().to_owned(),
            _ => drop(object.fields.set(key, wire::field(value).unwrap())),
        }
    }
    let mut made = encode::object(schema, &object);
    if object.id.is_empty() {
        made.remove("_id");
    }
    made
}

fn updated(schema: &Arc<ClassSchema>, text: &str) -> Document {
    let mut body = json(text);
    let acl = acl(&mut body);
    let date = body.take("updatedAt").map(|date| Date::parse(date.as_str().unwrap()).unwrap());
    let ops = body.into_iter().map(|(key, value)| {
        let op = wire::op(value, false, key.contains('.')).unwrap();
        (Path::from(key.as_str()), op)
    });
    let ops: Vec<(Path, Op)> = ops.collect();
    let plan = internal("a vector").update(Arc::clone(schema), Filter::all(), ops, date.unwrap_or_default());
    let plan = if date.is_none() { plan.silently() } else { plan };
    update::document(&if let Some(acl) = acl { plan.with_acl(acl) } else { plan })
}

/// The object as the adapter of Parse Server gives it: permissions as lists, what is internal beside the fields.
fn read(schema: &ClassSchema, text: &str) -> Result<Json, String> {
    let document = RawDocumentBuf::try_from(&document(text)).unwrap();
    let object = decode::object(&document, schema, true).map_err(|e| e.to_string())?;
    let mut out = Map::new();
    for (name, list) in object.acl.iter().flat_map(|acl| [("_rperm", &acl.read), ("_wperm", &acl.write)]) {
        out.set(name, Value::Array(list.iter().map(|e| Value::from(e.as_str())).collect()));
    }
    out.set("objectId", object.id.into());
    for (name, value) in object.fields.into_iter().chain(object.internal) {
        let value = match value {
            Value::Date(date) if is_bare_date(&name) => date.iso().into(),
            other => other,
        };
        out.set(name, value);
    }
    for (name, target) in schema.relations().filter(|(name, _)| *name == "rel") {
        out.set(name, Value::Relation(target.to_owned()));
    }
    Ok(serde_json::from_str(&wire::to_string(&Value::Object(out))).unwrap())
}

/// Lines that differ, as COMPAT.md has it or because the caller has seen to it before.
const OTHERWISE: [&str; 7] = [
    // Equality with an element needs no list of one.
    r#"W {"arr":1}"#,
    r#"W {"arr":{"__type":"Pointer""#,
    // Never holds, or is refused before.
    r#"W {"p":"x1"}"#,
    r#"W {"$or":[]}"#,
    // The id, and when an object was made, never change.
    r#"U {"objectId":"#,
    r#"U {"createdAt":"#,
    // No request has it.
    r#"U {"s":{"__op":"SetOnInsert""#,
];

#[test]
fn translates_as_parse_server_does() {
    let mut wrong = Vec::new();
    for line in include_str!("vectors.txt").lines().filter(|line| !OTHERWISE.iter().any(|o| line.starts_with(o))) {
        let (kind, rest) = line.split_once(' ').unwrap();
        let (given, expected) = rest.split_once(" => ").unwrap();
        let schema = schema(line);
        if kind == "R" {
            let read = read(&schema, given);
            let same = match expected.strip_prefix("THROWS  ") {
                Some(text) => read.as_ref().is_err_and(|told| told.contains(text)),
                None => read.as_ref().is_ok_and(|read| *read == serde_json::from_str::<Json>(expected).unwrap()),
            };
            if !same {
                wrong.push(format!("{line}\n  but {read:?}"));
            }
            continue;
        }
        let made = match kind {
            "W" => filter::condition(&schema, &clause(&schema, given), "_rperm", None, Near::Sorted).unwrap(),
            "C" => created(&schema, given),
            _ => updated(&schema, given),
        };
        let expected = document(expected);
        // The order of operators says nothing.
        let same = if kind == "C" { made == expected } else { sorted(&made) == sorted(&expected) };
        if !same {
            wrong.push(format!("{line}\n  but {made}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn sorted(document: &Document) -> Vec<(String, String)> {
    let inner = |value: &Bson| match value {
        Bson::Document(inner) => format!("{:?}", sorted(inner)),
        other => other.to_string(),
    };
    let mut all: Vec<_> = document.iter().map(|(k, v)| (k.clone(), inner(v))).collect();
    all.sort();
    all
}
