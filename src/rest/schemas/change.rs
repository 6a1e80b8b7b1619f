//! A body of `/schemas` carried out: for the routes, and for the definitions of the configuration.

use std::sync::Arc;

use super::{clp, fields, indexes};
use crate::error::{Code, Error, Result};
use crate::model::{ClassSchema, Map, Value, names};
use crate::rest::Engine;
use crate::schema::check::invalid_class;
use crate::storage::SchemaChange;

/// Makes a class with its columns, permissions and indexes.
///
/// # Errors
/// As `admin.md` section 1 has them.
pub(super) async fn create(engine: &Engine, class: &str, body: &Map) -> Result<Arc<ClassSchema>> {
    engine.schemas.reload().await?;
    if engine.schemas.get(class).is_some() || names::VOLATILE_CLASSES.contains(&class) {
        return Err(Error::new(Code::InvalidClassName, format!("Class {class} already exists.")));
    }
    if !names::is_valid_class(class) {
        return Err(Error::new(Code::InvalidClassName, invalid_class(class)));
    }
    let mut schema = ClassSchema::new(class);
    let added = fields::additions(&schema, &object(body, "fields")?, true)?;
    schema.fields.extend(added);
    schema.clp = permissions(engine, &schema, body)?.flatten();
    let plan = indexes::plan(&schema, body.get("indexes"), &engine.config.database_options, true)?;
    let mut changes = vec![SchemaChange::CreateClass(schema)];
    changes.extend(plan);
    engine.schemas.alter(changes).await?;
    existing(engine, class)
}

/// Changes a class: columns away, columns added, permissions, indexes.
///
/// # Errors
/// As `admin.md` section 1 has them.
pub(super) async fn update(engine: &Engine, class: &str, body: &Map) -> Result<Arc<ClassSchema>> {
    engine.schemas.reload().await?;
    let schema = existing(engine, class)?;
    let mut changes = fields::changes(&schema, &object(body, "fields")?)?;
    let mut after = (*schema).clone();
    fields::apply(&mut after, &changes);
    if let Some(clp) = permissions(engine, &after, body)? {
        changes.push(SchemaChange::SetClp { class: class.to_owned(), clp });
    }
    changes.extend(indexes::plan(&after, body.get("indexes"), &engine.config.database_options, false)?);
    engine.schemas.alter(changes).await?;
    existing(engine, class)
}

/// A class that is there.
///
/// # Errors
/// 103 for one that is not.
pub(super) fn existing(engine: &Engine, class: &str) -> Result<Arc<ClassSchema>> {
    let missing = || Error::new(Code::InvalidClassName, format!("Class {class} does not exist."));
    engine.schemas.get(class).ok_or_else(missing)
}

/// The object at a key of a body; anything else has no keys, but null is none at all.
///
/// # Errors
/// 107 for null.
pub(super) fn object(body: &Map, key: &str) -> Result<Map> {
    match body.get(key) {
        Some(Value::Object(map)) => Ok(map.clone()),
        Some(Value::Null) => Err(Error::json("invalid JSON")),
        _ => Ok(Map::new()),
    }
}

/// The permissions in a body, if it says anything of them; what JavaScript counts as false is the open default.
fn permissions(engine: &Engine, schema: &ClassSchema, body: &Map) -> Result<Option<Option<Map>>> {
    let Some(rules) = body.get("classLevelPermissions") else { return Ok(None) };
    let given = Some(rules).filter(|rules| rules.truthy());
    given.map(|rules| clp::checked(schema, rules, engine.config.allow_custom_object_id)).transpose().map(Some)
}
