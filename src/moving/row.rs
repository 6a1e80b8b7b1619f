//! One row of an export file: its JSON, as Parse.com wrote it, and the object.

use crate::model::wire::{self, MAX_DEPTH};
use crate::model::{Acl, ClassSchema, Date, Map, ParseObject, Value, names};
use crate::storage::Entry;

/// Columns of users that exports know by other names.
const RENAMED: [(&str, &str); 2] = [("bcryptPassword", "_hashed_password"), ("sessionToken", "_session_token")];

/// The object of a row.
///
/// # Errors
/// What is wrong with it, in words.
pub fn object(class: &str, row: &[u8]) -> Result<ParseObject, String> {
    object_of(class, parse(row)?)
}

/// The object of the keys and values of a row.
///
/// # Errors
/// What is wrong with it, in words.
pub fn object_of(class: &str, mut map: Map) -> Result<ParseObject, String> {
    // As the dashboard exports rows.
    if map.get("__type").and_then(Value::as_str) == Some("Object") {
        map.take("__type");
        map.take("className");
    }
    let id = match map.take("objectId") {
        Some(Value::String(id)) if !id.is_empty() => id,
        Some(_) => return Err("objectId is no text".into()),
        None => return Err("there is no objectId".into()),
    };
    let mut object = ParseObject { id, ..ParseObject::default() };
    for (key, value) in map {
        put(class, &mut object, key.as_str(), value).map_err(|why| format!("{key}: {why}"))?;
    }
    Ok(object)
}

/// The entry of a row of a relation.
///
/// # Errors
/// What is wrong with it, in words.
pub fn entry(row: &[u8]) -> Result<Entry, String> {
    let mut map = parse(row)?;
    let mut id = |name: &str| match map.take(name) {
        Some(Value::String(id)) if !id.is_empty() => Ok(id),
        _ => Err(format!("there is no {name}")),
    };
    Ok((id("owningId")?, id("relatedId")?))
}

/// The keys and values of a row.
///
/// # Errors
/// What is wrong with it, in words.
pub fn parse(row: &[u8]) -> Result<Map, String> {
    match wire::parse(row, MAX_DEPTH) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err("it is no object".into()),
        Err(syntax) => Err(format!("it is no JSON: {}", syntax.0)),
    }
}

fn put(class: &str, object: &mut ParseObject, key: &str, value: Value) -> Result<(), String> {
    let told = |error: crate::error::Error| error.to_string();
    let renamed = RENAMED.iter().find(|(export, _)| class == "_User" && *export == key).map(|(_, own)| *own);
    match key {
        "ACL" if value.is_null() => {}
        "ACL" if value.as_object().is_none() => return Err("it is no object".into()),
        "ACL" => object.acl = Some(Acl::from_wire(&value)),
        "createdAt" | "updatedAt" => drop(object.fields.set(key, Value::Date(date(value)?))),
        "password" if class == "_User" => {
            return Err("a password in clear is not taken: its bcrypt hash goes into bcryptPassword".into());
        }
        key if renamed.is_some() || names::INTERNAL_COLUMNS.contains(&key) => {
            object.internal.set(renamed.unwrap_or(key), typed(value).map_err(told)?);
        }
        _ if is_operation(&value) => return Err("it is an operation, and no value".into()),
        key => drop(object.fields.set(key, typed(value).map_err(told)?)),
    }
    Ok(())
}

/// The value of a column. Databases hold empty bytes, and files without a name, that no request may bring.
fn typed(value: Value) -> crate::error::Result<Value> {
    let text = |key: &str| value.as_object().and_then(|map| map.get(key)).and_then(Value::as_str);
    match text("__type") {
        Some("Bytes") if text("base64") == Some("") => Ok(Value::Bytes(Vec::new())),
        Some("File") if text("name") == Some("") => Ok(Value::File(String::new())),
        _ => wire::field(value),
    }
}

fn is_operation(value: &Value) -> bool {
    value.as_object().is_some_and(|map| map.contains_key("__op"))
}

fn date(value: Value) -> Result<Date, String> {
    let date = match &value {
        Value::String(text) => Date::parse(text),
        Value::Object(map) => map.get("iso").and_then(Value::as_str).and_then(Date::parse),
        _ => None,
    };
    date.ok_or_else(|| format!("{} is no date", wire::to_string(&value)))
}

/// Appends an object in the form of a row.
pub fn write(schema: &ClassSchema, object: ParseObject, out: &mut Vec<u8>) {
    let mut map = Map::with_capacity(object.fields.len() + 4);
    map.set("objectId", Value::String(object.id));
    for (key, value) in object.fields {
        let plain = matches!(key.as_str(), "createdAt" | "updatedAt");
        let value = match value {
            Value::Date(date) if plain => Value::String(date.iso()),
            other => other,
        };
        map.set(key, value);
    }
    for (field, target) in schema.relations() {
        map.set(field, Value::Relation(target.to_owned()));
    }
    if let Some(acl) = object.acl {
        map.set("ACL", acl.to_wire());
    }
    for (key, value) in object.internal {
        let renamed = RENAMED.iter().find(|(_, own)| schema.name == "_User" && *own == key.as_str());
        map.set(renamed.map_or(key.as_str(), |(export, _)| *export), value);
    }
    wire::write(&Value::Object(map), out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_parse_com_comes_back_as_it_was() {
        let row = r#"{"objectId":"a","authData":{"facebook":{"id":"1"}},"createdAt":"2014-01-02T03:04:05.678Z","email":"a@b.c","roles":{"__type":"Relation","className":"_Role"},"ACL":{"*":{"read":true}},"bcryptPassword":"$2a$10$x","sessionToken":"t"}"#;
        let mut object = object("_User", row.as_bytes()).unwrap();
        assert_eq!(object.internal.get("_hashed_password").and_then(Value::as_str), Some("$2a$10$x"));
        assert_eq!(object.internal.get("_session_token").and_then(Value::as_str), Some("t"));
        let mut schema = ClassSchema::new("_User");
        let relation = crate::model::Field::new(crate::model::FieldType::Relation("_Role".into()));
        schema.fields.insert("roles".into(), relation);
        object.fields.take("roles");
        let mut out = Vec::new();
        write(&schema, object, &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), row);
    }

    #[test]
    fn what_only_a_database_holds_comes_back() {
        let row = r#"{"objectId":"a","b":{"__type":"Bytes","base64":""},"f":{"__type":"File","name":""}}"#;
        let object = object("A", row.as_bytes()).unwrap();
        assert_eq!(object.fields.get("b"), Some(&Value::Bytes(Vec::new())));
        let mut out = Vec::new();
        write(&ClassSchema::new("A"), object, &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), row);
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (class, row, why) in [
            ("A", "[]", "it is no object"),
            ("A", r#"{"a":1}"#, "there is no objectId"),
            ("A", r#"{"objectId":1}"#, "objectId is no text"),
            ("A", r#"{"objectId":"a","createdAt":"soon"}"#, r#"createdAt: "soon" is no date"#),
            ("A", r#"{"objectId":"a","ACL":1}"#, "ACL: it is no object"),
            ("A", r#"{"objectId":"a","n":{"__op":"Increment","amount":1}}"#, "n: it is an operation, and no value"),
            ("A", r#"{"objectId":"a","n":{"__type":"Foo"}}"#, "n: 111: This is not a valid Foo"),
            (
                "A",
                r#"{"objectId":"a","n":{"a.b":1}}"#,
                "n: 121: Nested keys should not contain the '$' or '.' characters",
            ),
            (
                "_User",
                r#"{"objectId":"a","password":"x"}"#,
                "password: a password in clear is not taken: its bcrypt hash goes into bcryptPassword",
            ),
        ] {
            assert_eq!(object(class, row.as_bytes()).unwrap_err(), why, "{row}");
        }
        assert!(object("A", b"{\"objectId\":\"\xff\"}").unwrap_err().starts_with("it is no JSON: "));
        assert_eq!(entry(br#"{"owningId":"a"}"#).unwrap_err(), "there is no relatedId");
        assert_eq!(entry(br#"{"objectId":"x","owningId":"a","relatedId":"b"}"#).unwrap(), ("a".into(), "b".into()));
    }
}
