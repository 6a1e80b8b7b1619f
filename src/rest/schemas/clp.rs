//! Class level permissions in a body of `/schemas`: checked, and shown (`admin.md` section 1).

use crate::access::protected::Groups;
use crate::error::{Error, Result};
use crate::model::schema::default_fields;
use crate::model::{ClassSchema, FieldType, Key, Map, Value, js};

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
        Value::Array(list) if list.is_empty() => &none,
        Value::Array(_) | Value::String(_) => return Err(not_an_operation("0")),
        _ => &none,
    };
    for (operation, value) in rules {
        let op = operation.as_str();
        match op {
            "readUserFields" | "writeUserFields" => user_fields(schema, op, value)?,
            "protectedFields" => protected(schema, &object(op, value)?, custom_ids)?,
            _ if op == "ACL" || OPERATIONS.contains(&op) => entries(schema, op, &object(op, value)?, custom_ids)?,
            _ => return Err(not_an_operation(op)),
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

/// Permissions as the answer to a change shows them: with the fields that the option `protectedFields` protects.
pub(super) fn merged(mut shown: Map, option: Option<&Groups>) -> Map {
    if let Some(Value::Object(groups)) = shown.get_mut("protectedFields") {
        for (group, fields) in option.into_iter().flatten() {
            let mut list = groups.get(group).and_then(Value::as_array).map(<[Value]>::to_vec).unwrap_or_default();
            for field in fields.iter().map(|field| Value::from(field.as_str())) {
                if !list.contains(&field) {
                    list.push(field);
                }
            }
            groups.set(group.as_str(), Value::Array(list));
        }
    }
    shown
}

/// The entries of an operation. A list counts as an object too, whose keys are numbers.
fn object(operation: &str, value: &Value) -> Result<Map> {
    match value {
        Value::Object(map) => Ok(map.clone()),
        Value::Array(list) => Ok(list.iter().enumerate().map(|(i, value)| (i.to_string(), value.clone())).collect()),
        _ => {
            let shown = js::text(value);
            Err(Error::json(format!(
                "'{shown}' is not a valid value for class level permissions {operation} - must be an object"
            )))
        }
    }
}

fn entries(schema: &ClassSchema, operation: &str, map: &Map, custom_ids: bool) -> Result<()> {
    for (entity, value) in map {
        if entity == "pointerFields" {
            let fields = value.as_array().ok_or_else(|| {
                let shown = js::text(value);
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
        if operation == "ACL" {
            flags(value)?;
        } else if *value != Value::Bool(true) {
            let shown = js::text(value);
            let message =
                format!("'{shown}' is not a valid value for class level permissions acl {operation}:{entity}");
            return Err(Error::json(message));
        }
    }
    Ok(())
}

fn user_fields(schema: &ClassSchema, operation: &str, value: &Value) -> Result<()> {
    let fields = value.as_array().ok_or_else(|| {
        let shown = js::text(value);
        Error::json(format!(
            "'{shown}' is not a valid value for class level permissions {operation} - must be an array"
        ))
    })?;
    fields.iter().try_for_each(|field| pointer_field(schema, field, operation))
}

fn pointer_field(schema: &ClassSchema, field: &Value, operation: &str) -> Result<()> {
    let shown = js::text(field);
    let points = match schema.field_type(&shown) {
        Some(FieldType::Array) => true,
        Some(FieldType::Pointer(target)) => target == "_User",
        _ => false,
    };
    if points {
        return Ok(());
    }
    Err(Error::json(format!("'{shown}' is not a valid column for class level pointer permissions {operation}")))
}

fn protected(schema: &ClassSchema, map: &Map, custom_ids: bool) -> Result<()> {
    for (entity, value) in map {
        let known = entity == "authenticated" || entity.starts_with("userField:") || is_entity(entity, custom_ids);
        if !known {
            return Err(bad_key(entity));
        }
        let fields = value.as_array().ok_or_else(|| {
            let shown = js::text(value);
            Error::json(format!("'{shown}' is not a valid value for protectedFields[{entity}] - expected an array."))
        })?;
        for field in fields.iter().map(js::text) {
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

/// What an entry of the default ACL may do.
fn flags(value: &Value) -> Result<()> {
    let bad = |text: String| Error::json(format!("'{text}' is not a valid value for class level permissions acl"));
    let flags = value.as_object().ok_or_else(|| bad(js::text(value)))?;
    let unknown: Vec<&str> = flags.keys().map(Key::as_str).filter(|key| !matches!(*key, "read" | "write")).collect();
    if !unknown.is_empty() {
        let text = format!("'{}' is not a valid key for class level permissions acl", unknown.join(","));
        return Err(Error::json(text));
    }
    let wrong: Vec<Value> = flags.values().filter(|value| !matches!(value, Value::Bool(_))).cloned().collect();
    if wrong.is_empty() { Ok(()) } else { Err(bad(js::text(&Value::Array(wrong)))) }
}

/// `*`, a role, or a user id.
fn is_entity(entity: &str, custom_ids: bool) -> bool {
    let id = !entity.is_empty() && (custom_ids || entity.bytes().all(|b| b.is_ascii_alphanumeric()));
    entity == "*" || entity.starts_with("role:") || id
}

fn not_an_operation(name: &str) -> Error {
    Error::json(format!("{name} is not a valid operation for class level permissions"))
}

fn bad_key(entity: &str) -> Error {
    Error::json(format!("'{entity}' is not a valid key for class level permissions"))
}
