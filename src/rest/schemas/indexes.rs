//! The indexes in a body of `/schemas`.

use crate::config::DatabaseOptions;
use crate::error::{Error, Result};
use crate::model::wire::is_delete;
use crate::model::{ClassSchema, Map, Value};
use crate::storage::SchemaChange;

/// The changes that a body makes to the indexes of a class, if it speaks of them.
///
/// # Errors
/// 102 for an index that is there already or not there, and for one over a column that the class does not have.
pub(super) fn plan(
    schema: &ClassSchema,
    given: Option<&Value>,
    options: &DatabaseOptions,
    created: bool,
) -> Result<Vec<SchemaChange>> {
    let Some(given) = given.and_then(Value::as_object) else { return Ok(Vec::new()) };
    let class = &schema.name;
    let (mut names, mut indexes) = (Vec::new(), Map::new());
    for (name, wish) in given {
        let there = schema.indexes.contains_key(name);
        match (is_delete(wish), there) {
            (true, false) => return Err(Error::query(format!("Index {name} does not exist, cannot delete."))),
            (false, true) => return Err(Error::query(format!("Index {name} exists, cannot update."))),
            (true, true) => names.push(name.to_string()),
            (false, false) => {
                let keys = wish.as_object().ok_or_else(|| Error::json("invalid JSON"))?;
                if keys.is_empty() {
                    return Err(Error::query("Index keys cannot be empty."));
                }
                if !options.disable_index_field_validation {
                    check(schema, keys)?;
                }
                indexes.set(name.as_str(), wish.clone());
            }
        }
    }
    let mut changes = Vec::new();
    if !names.is_empty() {
        changes.push(SchemaChange::DropIndexes { class: class.clone(), names });
    }
    let indexes = if created { indexes } else { with_id(schema, indexes) };
    if !indexes.is_empty() {
        changes.push(SchemaChange::CreateIndexes { class: class.clone(), indexes });
    }
    Ok(changes)
}

/// The first word about indexes of a class that is there brings that of the ids to light.
pub(in crate::rest) fn with_id(schema: &ClassSchema, indexes: Map) -> Map {
    let id = Map::from([("_id_", Value::Object(Map::from([("_id", Value::Number(1.0))])))]);
    let first = if schema.indexes.is_empty() { id } else { Map::new() };
    first.into_iter().chain(indexes).collect()
}

fn check(schema: &ClassSchema, keys: &Map) -> Result<()> {
    for key in keys.keys() {
        let column = key.strip_prefix("_p_").unwrap_or(key);
        if !schema.fields.contains_key(column) {
            return Err(Error::query(format!("Field {key} does not exist, cannot add index.")));
        }
    }
    if keys.values().any(|direction| matches!(direction, Value::Object(_) | Value::Array(_))) {
        return Err(Error::query("an index has a direction or a kind for each field"));
    }
    Ok(())
}
