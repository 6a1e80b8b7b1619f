//! A document written straight to JSON is what its object is in JSON, whatever lies in the database.

use std::sync::Arc;

use mongodb::bson::{
    Bson, DateTime, Document, RawDocumentBuf, Regex, Timestamp, doc, oid::ObjectId, spec::BinarySubtype,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};

use crate::access::Read;
use crate::model::{ClassSchema, Value, wire};
use crate::storage::contract::{json::views, kit};
use crate::storage::mongo::{decode, json};

/// Names as they lie in databases of any age, and such as never should.
const KEYS: [&str; 36] = [
    "_id",
    "_created_at",
    "_updated_at",
    "createdAt",
    "updatedAt",
    "_rperm",
    "_wperm",
    "_acl",
    "s",
    "n",
    "b",
    "d",
    "by",
    "f",
    "p",
    "_p_p",
    "_p_q",
    "g",
    "pg",
    "o",
    "arr",
    "r",
    "x",
    "zz",
    "7",
    "objectId",
    "_tombstone",
    "_hashed_password",
    "_session_token",
    "sessionToken",
    "_last_used",
    "times_used",
    "_expiresAt",
    "_auth_data_fb",
    "authData",
    "_odd",
];
const COLUMNS: &str = "s String, n Number, b Boolean, d Date, by Bytes, f File, p Pointer A, g GeoPoint, pg Polygon, o Object, arr Array, r Relation A";

fn scalar() -> impl Strategy<Value = Bson> {
    let binary = mongodb::bson::Binary { subtype: BinarySubtype::Generic, bytes: vec![1, 2, 255] };
    let regex = Regex { pattern: "^a".try_into().unwrap(), options: "i".try_into().unwrap() };
    let list = vec![
        Bson::Null,
        Bson::Undefined,
        Bson::Boolean(true),
        Bson::Int32(-7),
        Bson::Int64(1 << 60),
        Bson::Int64(5),
        Bson::Double(-0.0),
        Bson::Double(1.5),
        Bson::Double(1e21),
        Bson::Double(f64::NAN),
        Bson::Decimal128("12.50".parse().unwrap()),
        Bson::DateTime(DateTime::from_millis(1_577_836_800_123)),
        Bson::DateTime(DateTime::from_millis(-62_200_000_000_000)),
        Bson::DateTime(DateTime::MAX),
        Bson::Binary(binary),
        Bson::ObjectId(ObjectId::from_bytes([7; 12])),
        Bson::RegularExpression(regex),
        Bson::Timestamp(Timestamp { time: 5, increment: 1 }),
        Bson::JavaScriptCode("f()".into()),
        Bson::Symbol("sym".into()),
        Bson::MinKey,
        Bson::MaxKey,
    ];
    let texts = ["", "a", "A$x", "A$", "B$x", "aGk=", "\"\\\n\u{1}é😀", "http://x/y", "*", "role:a", "u1"];
    prop_oneof![1 => select(list), 1 => select(texts.to_vec()).prop_map(Bson::from)]
}

/// Objects that look as if they had a type, and lists that look like places.
fn odd() -> impl Strategy<Value = Bson> {
    let ring = |close: f64| vec![vec![0.0, 0.0], vec![0.0, 1.0], vec![1.0, close]];
    select(vec![
        Bson::from(doc! { "__type": "Pointer", "className": "A", "objectId": "x" }),
        Bson::from(doc! { "__type": "Pointer", "className": "A", "objectId": "x", "more": 1 }),
        Bson::from(doc! { "className": "A", "__type": "Pointer", "objectId": "x" }),
        Bson::from(doc! { "__type": "Pointer", "className": 1, "objectId": "x" }),
        Bson::from(doc! { "__type": "Date", "iso": "2020-01-01T00:00:00Z" }),
        Bson::from(doc! { "__type": "Bytes", "base64": "aGk=" }),
        Bson::from(doc! { "__type": "File", "name": "a", "url": "u" }),
        Bson::from(doc! { "__type": 5 }),
        Bson::from(doc! { "b": 1, "10": 2, "9": 3, "01": 4 }),
        Bson::from(doc! { "type": "Polygon", "coordinates": [ring(1.0)] }),
        Bson::from(doc! { "type": "Polygon", "coordinates": [[1, 2]] }),
        Bson::from(vec![1.5, 2.0]),
        Bson::from(vec![Bson::Int32(1), Bson::Int64(2)]),
        Bson::from(vec![1.5, 2.0, 3.0]),
        Bson::from(vec!["*", "u1", "role:a"]),
        Bson::from(vec!["u1", "u1"]),
        Bson::Array(Vec::new()),
        Bson::from(Document::new()),
    ])
}

fn value() -> impl Strategy<Value = Bson> {
    prop_oneof![3 => scalar(), 2 => odd()].prop_recursive(2, 8, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Bson::Array),
            vec((select(vec!["a", "b c", "0", "\"", "__type", "_x"]), inner), 0..3)
                .prop_map(|pairs| Bson::Document(pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())),
        ]
    })
}

fn document() -> impl Strategy<Value = Document> {
    let rest = vec((select(KEYS.to_vec()), value()), 0..9);
    (any::<bool>(), rest).prop_map(|(plain, rest)| {
        let mut out = if plain {
            doc! { "_id": "abc" }
        } else {
            Document::new()
        };
        rest.into_iter().for_each(|(key, value)| drop(out.insert(key, value)));
        out
    })
}

fn schema(class: &str) -> Arc<ClassSchema> {
    let mut schema = ClassSchema::new(class);
    schema.fields.extend(kit::fields(COLUMNS));
    Arc::new(schema)
}

/// What a plan shows of a document, made by way of its object.
fn by_object(document: &RawDocumentBuf, plan: &Read) -> Result<String, String> {
    let object = decode::object(document, plan.schema(), plan.render().shows_internals()).map_err(|e| e.to_string())?;
    Ok(wire::to_string(&Value::Object(plan.render().object(object))))
}

#[test]
fn the_two_ways_agree() {
    let plans: Vec<Read> = ["T", "_User"].into_iter().flat_map(|class| views(&schema(class))).collect();
    let config = Config { cases: 2000, failure_persistence: None, ..Config::default() };
    let written = std::cell::Cell::new(0);
    let test = |document: Document| {
        let raw = RawDocumentBuf::try_from(&document).unwrap();
        for plan in &plans {
            let mut out = Vec::new();
            match json::row(&raw, plan.schema(), plan.render(), &mut out) {
                Ok(true) => {
                    written.set(written.get() + 1);
                    prop_assert_eq!(Ok(String::from_utf8(out).unwrap()), by_object(&raw, plan));
                }
                Ok(false) => {}
                Err(error) => prop_assert_eq!(Err(error.to_string()), by_object(&raw, plan)),
            }
        }
        Ok(())
    };
    TestRunner::new(config).run(&document(), test).unwrap();
    assert!(written.get() > 5000, "only {} rows were written without an object", written.get());
}

#[test]
fn rows_as_parse_writes_them_need_no_object() {
    let at = DateTime::from_millis(1_577_836_800_000);
    let row = doc! { "_id": "abc", "s": "text", "n": 1.5, "b": true, "d": at, "f": "a.txt", "_p_p": "A$x", "g": [1, 2.5],
    "o": { "k": [1, { "__type": "Pointer", "className": "A", "objectId": "x" }] }, "arr": [at, null], "_wperm": ["u1"],
    "_rperm": ["*", "u1"], "_acl": { "u1": { "w": true, "r": true }, "*": { "r": true } }, "_created_at": at, "_updated_at": at };
    let raw = RawDocumentBuf::try_from(&row).unwrap();
    let plans = views(&schema("T"));
    for plan in plans.iter().filter(|plan| !plan.render().shows_internals()) {
        let mut out = Vec::new();
        assert!(json::row(&raw, plan.schema(), plan.render(), &mut out).unwrap());
        assert_eq!(String::from_utf8(out).unwrap(), by_object(&raw, plan).unwrap());
    }
    let mut out = Vec::new();
    json::row(&raw, plans[0].schema(), plans[0].render(), &mut out).unwrap();
    let pointer = r#"{"__type":"Pointer","className":"A","objectId":"x"}"#;
    let date = r#"{"__type":"Date","iso":"2020-01-01T00:00:00.000Z"}"#;
    let expected = format!(
        r#"{{"objectId":"abc","s":"text","n":1.5,"b":true,"d":{date},"f":{{"__type":"File","name":"a.txt","url":"http://x/files/app/a.txt"}},"p":{pointer},"g":{{"__type":"GeoPoint","latitude":2.5,"longitude":1}},"o":{{"k":[1,{pointer}]}},"arr":[{date},null],"createdAt":"2020-01-01T00:00:00.000Z","updatedAt":"2020-01-01T00:00:00.000Z","r":{{"__type":"Relation","className":"A"}},"ACL":{{"*":{{"read":true}},"u1":{{"read":true,"write":true}}}}}}"#
    );
    assert_eq!(String::from_utf8(out).unwrap(), expected);
}
