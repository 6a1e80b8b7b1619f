//! Class level permissions in a body of `/schemas`: checked, and shown (`admin.md` section 1).

use crate::error::{Error, Result};
use crate::model::schema::default_fields;
use crate::model::{ClassSchema, FieldType, Map, Value, number, wire};

const OPERATIONS: [&str; 7] = ["find", "count", "get", "create", "update", "delete", "addField"];

/// Permissions as they are stored.
///
/// # Errors
/// 107 for what they cannot say.
pub(super) fn checked(schema: &ClassSchema, rules: &Value, custom_ids: bool) -> Result<Map> {
    // What has no keys closes everything.
    let none = Map::new();
    let rules = match rules {
        Value::Object(rules) => rules,
        Value::Array(list) if !list.is_empty() => return Err(Error::json("invalid JSON")),
        Value::String(_) => return Err(Error::json("invalid JSON")),
        _ => &none,
    };
    for (operation, value) in rules {
        let op = operation.as_str();
        match op {
            "readUserFields" | "writeUserFields" => user_fields(schema, op, value)?,
            "protectedFields" => protected(schema, object(op, value)?, custom_ids)?,
            "ACL" => acl(object(op, value)?, custom_ids)?,
            _ if OPERATIONS.contains(&op) => entries(schema, op, object(op, value)?, custom_ids)?,
            _ => {
                let text = format!("{op} is not a valid operation for class level permissions");
                return Err(Error::json(text));
            }
        }
    }
    Ok(rules.clone())
}

/// Permissions as `/schemas` answers them: the open default, or what is stored with every missing operation closed.
pub(super) fn shown(stored: Option<&Map>) -> Map {
    let everybody = || Value::Object(Map::from([("*", Value::Bool(true))]));
    let mut out = Map::new();
    let Some(stored) = stored else {
        let both = Map::from([("read", Value::Bool(true)), ("write", Value::Bool(true))]);
        out.set("ACL", Value::Object(Map::from([("*", Value::Object(both))])));
        OPERATIONS.iter().for_each(|op| drop(out.set(*op, everybody())));
        out.set("protectedFields", Value::Object(Map::from([("*", Value::Array(Vec::new()))])));
        return out;
    };
    for op in OPERATIONS.iter().chain(&["protectedFields"]) {
        out.set(*op, stored.get(op).cloned().unwrap_or_else(|| Value::Object(Map::new())));
    }
    for (key, value) in stored {
        out.set(key.as_str(), value.clone());
    }
    out
}

fn object<'a>(operation: &str, value: &'a Value) -> Result<&'a Map> {
    value.as_object().ok_or_else(|| {
        let shown = text(value);
        Error::json(format!(
            "'{shown}' is not a valid value for class level permissions {operation} - must be an object"
        ))
    })
}

fn entries(schema: &ClassSchema, operation: &str, map: &Map, custom_ids: bool) -> Result<()> {
    for (entity, value) in map {
        if entity == "pointerFields" {
            let fields = value.as_array().ok_or_else(|| {
                let shown = text(value);
                Error::json(format!(
                    "'{shown}' is not a valid value for {operation}[pointerFields] - expected an array."
                ))
            })?;
            fields.iter().try_for_each(|field| pointer_field(schema, field, "[object Object]"))?;
            continue;
        }
        let known = entity == "requiresAuthentication" || is_entity(entity, custom_ids);
        if !known {
            return Err(bad_key(entity));
        }
        if *value != Value::Bool(true) {
            let shown = text(value);
            let message =
                format!("'{shown}' is not a valid value for class level permissions acl {operation}:{entity}");
            return Err(Error::json(message));
        }
    }
    Ok(())
}

fn user_fields(schema: &ClassSchema, operation: &str, value: &Value) -> Result<()> {
    let fields = value.as_array().ok_or_else(|| {
        let shown = text(value);
        Error::json(format!(
            "'{shown}' is not a valid value for class level permissions {operation} - must be an array"
        ))
    })?;
    fields.iter().try_for_each(|field| pointer_field(schema, field, operation))
}

fn pointer_field(schema: &ClassSchema, field: &Value, operation: &str) -> Result<()> {
    let ty = field.as_str().and_then(|name| schema.field_type(name));
    let points = match ty {
        Some(FieldType::Array) => true,
        Some(FieldType::Pointer(target)) => target == "_User",
        _ => false,
    };
    if points {
        return Ok(());
    }
    let shown = text(field);
    Err(Error::json(format!("'{shown}' is not a valid column for class level pointer permissions {operation}")))
}

fn protected(schema: &ClassSchema, map: &Map, custom_ids: bool) -> Result<()> {
    for (entity, value) in map {
        let known = entity == "authenticated" || entity.starts_with("userField:") || is_entity(entity, custom_ids);
        if !known {
            return Err(bad_key(entity));
        }
        let fields = value.as_array().ok_or_else(|| {
            let shown = text(value);
            Error::json(format!("'{shown}' is not a valid value for protectedFields[{entity}] - expected an array."))
        })?;
        for field in fields.iter().map(text) {
            if default_fields("").contains_key(&field) {
                return Err(Error::json(format!("Default field '{field}' can not be protected")));
            }
            if !schema.fields.contains_key(&field) {
                return Err(Error::json(format!("Field '{field}' in protectedFields:{entity} does not exist")));
            }
        }
    }
    Ok(())
}

fn acl(map: &Map, custom_ids: bool) -> Result<()> {
    for (entity, flags) in map {
        if entity != "currentUser" && !is_entity(entity, custom_ids) {
            return Err(Error::json(format!("'{entity}' is not a valid key for class level permissions acl")));
        }
        let bad = || Error::json(format!("'{}' is not a valid value for class level permissions acl", text(flags)));
        let flags = flags.as_object().ok_or_else(bad)?;
        for (flag, value) in flags {
            if !matches!(flag.as_str(), "read" | "write") {
                return Err(Error::json(format!("'{flag}' is not a valid key for class level permissions acl")));
            }
            if !matches!(value, Value::Bool(_)) {
                return Err(bad());
            }
        }
    }
    Ok(())
}

/// `*`, a role, or a user id.
fn is_entity(entity: &str, custom_ids: bool) -> bool {
    let id = !entity.is_empty() && (custom_ids || entity.bytes().all(|b| b.is_ascii_alphanumeric()));
    entity == "*" || entity.strip_prefix("role:").is_some_and(|role| !role.is_empty()) || id
}

fn bad_key(entity: &str) -> Error {
    Error::json(format!("'{entity}' is not a valid key for class level permissions"))
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(n) => number::text(*n),
        Value::Object(_) => "[object Object]".to_owned(),
        other => wire::to_string(other),
    }
}
