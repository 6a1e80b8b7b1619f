//! Documents into Parse's JSON (the `R` vectors of `mongo-vectors.txt`, and what aggregation adds), and objects into documents.

use super::{distinct, results};
use crate::model::{Acl, ClassSchema, Date, Field, FieldType, Map, ParseObject, Path, Pointer, Value, wire};
use crate::storage::pipeline::document::to_document;
use crate::storage::pipeline::ejson;
use crate::storage::pipeline::translate::Style;

fn schema(name: &str) -> ClassSchema {
    let mut schema = ClassSchema::new(name);
    let fields = [
        ("p", FieldType::Pointer("A".into())),
        ("f", FieldType::File),
        ("g", FieldType::GeoPoint),
        ("pg", FieldType::Polygon),
        ("d", FieldType::Date),
        ("n", FieldType::Number),
    ];
    for (name, ty) in fields {
        schema.fields.insert(name.into(), Field { ty, options: Map::new() });
    }
    schema
}

fn extended(text: &str) -> Map {
    match ejson::read(wire::parse(text.as_bytes(), 99).unwrap()).unwrap() {
        Value::Object(map) => map,
        other => panic!("{other:?}"),
    }
}

fn shown(document: &str, schema: &ClassSchema, style: Style, pointer_key: bool) -> Result<String, String> {
    let found = results(vec![extended(document)], schema, style, pointer_key);
    found.map(|rows| wire::to_string(&rows[0])).map_err(|e| e.to_string())
}

#[test]
fn documents_become_objects() {
    for (document, expected) in [
        (
            r#"{"_id":"a","_created_at":{"$date":"1970-01-01T00:00:00Z"},"n":1,"_p_p":"A$x1","_rperm":["*"],"_wperm":["u"],"_acl":{}}"#,
            r#"{"createdAt":"1970-01-01T00:00:00.000Z","n":1,"p":{"__type":"Pointer","className":"A","objectId":"x1"},"objectId":"a"}"#,
        ),
        (r#"{"_id":"a","_p_zz":"A$x"}"#, r#"{"objectId":"a"}"#),
        (r#"{"_id":"a","_p_p":null}"#, r#"{"objectId":"a"}"#),
        (
            r#"{"g":[2,1],"f":"a.txt","pg":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}}"#,
            r#"{"g":{"__type":"GeoPoint","latitude":1,"longitude":2},"f":{"__type":"File","name":"a.txt"},"pg":{"__type":"Polygon","coordinates":[[0,0],[0,1],[1,1],[0,0]]}}"#,
        ),
        (r#"{"g":"bad","f":5}"#, r#"{"g":"bad","f":5}"#),
        (
            r#"{"d":{"$date":"1970-01-01T00:00:00Z"},"o":{"d":{"$date":"1970-01-01T00:00:00Z"}},"by":{"$binary":{"base64":"aGk=","subType":"00"}}}"#,
            r#"{"d":{"__type":"Date","iso":"1970-01-01T00:00:00.000Z"},"o":{"d":{"__type":"Date","iso":"1970-01-01T00:00:00.000Z"}},"by":{"__type":"Bytes","base64":"aGk="}}"#,
        ),
        (r#"{"_hashed_password":"h","_email_verify_token":"t","n":1}"#, r#"{"n":1}"#),
        (r#"{"a-b":1,"1a":2,"ok_1":3}"#, r#"{"ok_1":3}"#),
        // Group keys: what is empty becomes null, a date too.
        (r#"{"_id":null,"n":1}"#, r#"{"n":1,"objectId":null}"#),
        (r#"{"_id":"","n":1}"#, r#"{"n":1,"objectId":null}"#),
        (r#"{"_id":{}}"#, r#"{"objectId":null}"#),
        (r#"{"_id":{"$date":"1970-01-01T00:00:00Z"}}"#, r#"{"objectId":null}"#),
        (r#"{"_id":{"a":1}}"#, r#"{"objectId":{"a":1}}"#),
        (r#"{"_id":0}"#, r#"{"objectId":0}"#),
        (r#"{"_id":false}"#, r#"{"objectId":false}"#),
    ] {
        let found = shown(document, &schema("C"), Style::default(), false);
        assert_eq!(found, Ok(expected.to_owned()), "{document}");
    }
}

#[test]
fn some_documents_are_no_objects() {
    for (document, why) in [
        (r#"{"_p_p":"B$x"}"#, "pointer to incorrect className"),
        (r#"{"_foo":1}"#, "bad key in untransform: _foo"),
        (r#"{"_created_at":"x"}"#, "invalid date"),
    ] {
        let error = shown(document, &schema("C"), Style::default(), false).unwrap_err();
        assert!(error.starts_with("102: ") && error.contains(why), "{document}: {error}");
    }
}

#[test]
fn pointers_as_keys_are_bare_ids() {
    let found = |document| shown(document, &schema("C"), Style::default(), true);
    assert_eq!(found(r#"{"_id":"A$x1"}"#), Ok(r#"{"objectId":"x1"}"#.to_owned()));
    assert_eq!(found(r#"{"_id":null}"#), Ok(r#"{"objectId":null}"#.to_owned()));
}

#[test]
fn users_and_relations() {
    let user = schema("_User");
    assert_eq!(
        shown(
            r#"{"_id":"u","_auth_data_x":{"id":"1"},"_auth_data_y":{"id":"2"},"authData":1,"_session_token":"r:1"}"#,
            &user,
            Style::default(),
            false
        ),
        Ok(r#"{"authData":{"x":{"id":"1"},"y":{"id":"2"}},"sessionToken":"r:1","objectId":"u"}"#.to_owned())
    );
    let mut related = schema("C");
    related.fields.insert("rel".into(), Field { ty: FieldType::Relation("A".into()), options: Map::new() });
    let expected = r#"{"n":1,"rel":{"__type":"Relation","className":"A"}}"#;
    assert_eq!(shown(r#"{"n":1}"#, &related, Style::default(), false), Ok(expected.to_owned()));
}

#[test]
fn raw_styles() {
    let document =
        r#"{"_id":"a","_p_p":"A$x","d":{"$date":"1970-01-01T00:00:00Z"},"n":{"$numberDouble":"NaN"},"a-b":1}"#;
    let found = |raw_values, raw_field_names| {
        shown(document, &schema("C"), Style { raw_values, raw_field_names }, false).unwrap()
    };
    let number = r#"{"$numberDouble":"NaN"}"#;
    assert_eq!(
        found(true, true),
        format!(r#"{{"_id":"a","_p_p":"A$x","d":{{"$date":"1970-01-01T00:00:00Z"}},"n":{number},"a-b":1}}"#)
    );
    assert_eq!(
        found(true, false),
        format!(r#"{{"_p_p":"A$x","d":{{"$date":"1970-01-01T00:00:00Z"}},"n":{number},"a-b":1,"objectId":"a"}}"#)
    );
    assert_eq!(found(false, true), r#"{"_id":"a","_p_p":"A$x","d":"1970-01-01T00:00:00.000Z","n":null,"a-b":1}"#);
}

#[test]
fn distinct_values() {
    let pointer = Value::Pointer(Pointer { class: "A".into(), id: "x".into() });
    let at = |path: &str, values: Vec<Value>| {
        wire::to_string(&Value::Array(distinct(values, &schema("C"), &Path::from(path)).unwrap()))
    };
    let wire_pointer = r#"[{"__type":"Pointer","className":"A","objectId":"x"}]"#;
    assert_eq!(at("p", vec![pointer.clone(), Value::Null]), wire_pointer);
    assert_eq!(at("list", vec![pointer]), wire_pointer);
    assert_eq!(at("d", vec![Value::Date(Date(0))]), r#"[{"__type":"Date","iso":"1970-01-01T00:00:00.000Z"}]"#);
    assert_eq!(at("o", vec![Value::Object(extended(r#"{"a-b":1,"k":[1]}"#))]), r#"[{"k":[1]}]"#);
}

#[test]
fn objects_become_documents() {
    let wire_fields = r#"{"s":"x","p":{"__type":"Pointer","className":"A","objectId":"x1"},"g":{"__type":"GeoPoint","latitude":1,"longitude":2},
        "f":{"__type":"File","name":"a.txt"},"l":[{"__type":"Pointer","className":"A","objectId":"x1"}],
        "createdAt":{"__type":"Date","iso":"1970-01-01T00:00:00.000Z"},"late":1}"#;
    let fields = wire::parse(wire_fields.as_bytes(), 9).unwrap().as_object().cloned().unwrap();
    let object = ParseObject {
        id: "a".into(),
        fields: fields.into_iter().map(|(k, v)| (k, wire::field(v).unwrap())).collect(),
        acl: Some(Acl { read: vec!["*".into(), "u".into()], write: vec!["u".into()] }),
        internal: Map::from([("_hashed_password", Value::from("secret")), ("_tombstone", Value::Bool(true))]),
    };
    let document = to_document(object, &schema("C"));
    assert_eq!(
        wire::to_string(&ejson::write(Value::Object(document))),
        concat!(
            r#"{"_id":"a","s":"x","_p_p":"A$x1","g":[2,1],"f":"a.txt","l":[{"__type":"Pointer","className":"A","objectId":"x1"}],"#,
            r#""_wperm":["u"],"_rperm":["*","u"],"_acl":{"*":{"r":true},"u":{"r":true,"w":true}},"#,
            r#""_created_at":{"$date":"1970-01-01T00:00:00Z"},"late":1,"_tombstone":true}"#
        )
    );
}

#[test]
fn auth_data_and_tokens_have_columns_of_their_own() {
    let auth = Value::Object(extended(r#"{"x":{"id":"1"}}"#));
    let fields = Map::from([("authData", auth), ("sessionToken", Value::from("r:1"))]);
    let object = ParseObject { id: "u".into(), fields, ..ParseObject::default() };
    let document = to_document(object, &ClassSchema::new("_User"));
    assert_eq!(document.keys().collect::<Vec<_>>(), ["_id", "_auth_data_x", "_session_token"]);
}
