//! One entry of `schema.definitions`, read as the SDK's `Parse.Schema` reads it.

use crate::error::{Error, Result};
use crate::model::schema::default_fields;
use crate::model::{Date, Map, Value, wire};
use crate::rest::schemas::change::object;

/// Indexes that the server makes itself, which no definition adds or takes away.
const PROTECTED: [(&str, &str); 7] = [
    ("", "_id_"),
    ("_User", "case_insensitive_username"),
    ("_User", "case_insensitive_email"),
    ("_User", "username_1"),
    ("_User", "email_1"),
    ("_Role", "name_1"),
    ("_Idempotency", "reqId_1"),
];

/// A class as the configuration defines it.
#[derive(Debug, PartialEq)]
pub(super) struct Definition {
    /// Its name.
    pub(super) class: String,
    /// Its columns as a body of `/schemas` has them, without those that the class has anyway.
    pub(super) fields: Map,
    /// Its indexes, without the protected ones.
    pub(super) indexes: Map,
    /// Its class level permissions, if there are any.
    pub(super) clp: Option<Map>,
}

impl Definition {
    /// Reads an entry.
    ///
    /// # Errors
    /// 107 for one that is no object.
    pub(super) fn read(entry: &serde_json::Value) -> Result<Self> {
        let Ok(Value::Object(entry)) = wire::parse(entry.to_string().as_bytes(), usize::MAX) else {
            return Err(Error::json("schema.definitions holds something that is no schema"));
        };
        let class = entry.get("className").and_then(Value::as_str).unwrap_or_default().to_owned();
        let own = default_fields(&class);
        let fields = object(&entry, "fields")?.into_iter();
        let indexes = object(&entry, "indexes")?.into_iter();
        Ok(Self {
            fields: fields
                .filter(|(name, _)| !own.contains_key(name.as_str()))
                .map(|(name, wish)| (name, column(wish)))
                .collect(),
            indexes: indexes.filter(|(name, _)| !is_protected(&class, name)).collect(),
            clp: entry.get("classLevelPermissions").and_then(Value::as_object).cloned(),
            class,
        })
    }
}

/// Is it an index of the server's own?
pub(super) fn is_protected(class: &str, index: &str) -> bool {
    PROTECTED.iter().any(|(own, name)| *name == index && (own.is_empty() || *own == class))
}

/// A column with the options that the SDK knows; others are dropped, and a relation has none.
fn column(wish: Value) -> Value {
    let Value::Object(mut wish) = wish else { return wish };
    let ty = wish.take("type").filter(Value::truthy).unwrap_or_else(|| Value::from("String"));
    let name = ty.as_str().unwrap_or_default().to_owned();
    let mut out = Map::from([("type", ty)]);
    if matches!(name.as_str(), "Pointer" | "Relation")
        && let Some(target) = wish.take("targetClass")
    {
        out.set("targetClass", target);
    }
    if name != "Relation" {
        if let Some(required @ Value::Bool(_)) = wish.take("required") {
            out.set("required", required);
        }
        if let Some(default) = wish.take("defaultValue") {
            out.set("defaultValue", default_value(&name, default));
        }
    }
    Value::Object(out)
}

/// In a definition the default of a date or of bytes may be a plain text.
fn default_value(ty: &str, value: Value) -> Value {
    let typed = |key: &str, text: String| Value::Object(Map::from([("__type", ty.into()), (key, text.into())]));
    match (ty, &value) {
        ("Date", Value::String(text)) => match Date::parse(text) {
            Some(date) => typed("iso", date.iso()),
            None => value,
        },
        ("Bytes", Value::String(text)) => typed("base64", text.clone()),
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(entry: &serde_json::Value) -> serde_json::Value {
        let read = Definition::read(entry).unwrap();
        serde_json::from_str(&wire::to_string(&Value::Object(read.fields))).unwrap()
    }

    #[test]
    fn columns_keep_what_the_sdk_keeps() {
        let fields = json!({
            "plain": {}, "odd": {"type": "String", "required": "yes", "more": 1},
            "all": {"type": "Number", "required": true, "defaultValue": 3, "targetClass": "B"},
            "to": {"type": "Pointer", "targetClass": "B", "required": true},
            "many": {"type": "Relation", "targetClass": "B", "required": true},
            "when": {"type": "Date", "defaultValue": "2020-01-01"},
            "then": {"type": "Date", "defaultValue": {"__type": "Date", "iso": "2020-01-01T00:00:00.000Z"}},
            "raw": {"type": "Bytes", "defaultValue": "YWI="},
        });
        let date = json!({"type": "Date", "defaultValue": {"__type": "Date", "iso": "2020-01-01T00:00:00.000Z"}});
        assert_eq!(
            read(&json!({"className": "A", "fields": fields})),
            json!({
                "plain": {"type": "String"}, "odd": {"type": "String"},
                "all": {"type": "Number", "required": true, "defaultValue": 3},
                "to": {"type": "Pointer", "targetClass": "B", "required": true},
                "many": {"type": "Relation", "targetClass": "B"},
                "when": date, "then": date,
                "raw": {"type": "Bytes", "defaultValue": {"__type": "Bytes", "base64": "YWI="}},
            })
        );
    }

    #[test]
    fn what_the_server_has_itself_is_left_alone() {
        let entry = json!({"className": "_User", "fields": {"username": {"type": "Number"}, "nick": {"type": "String"}},
            "indexes": {"_id_": {"_id": 1}, "username_1": {"username": -1}, "nick_1": {"nick": 1}}});
        let read = Definition::read(&entry).unwrap();
        assert_eq!(read.fields.keys().collect::<Vec<_>>(), ["nick"]);
        assert_eq!(read.indexes.keys().collect::<Vec<_>>(), ["nick_1"]);
        assert!(!is_protected("A", "username_1") && is_protected("A", "_id_") && is_protected("_Role", "name_1"));
    }
}
