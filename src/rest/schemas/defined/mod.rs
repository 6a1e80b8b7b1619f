//! The option `schema`: classes that the configuration defines, brought into the database at the start (`admin.md` section 2).

mod definition;
mod difference;

use std::sync::Arc;
use std::time::Duration;

use self::definition::Definition;
use self::difference::Difference;
use super::{change, clp};
use crate::config::SchemaConfig;
use crate::error::{Error, Result};
use crate::model::{ClassSchema, Map, Value, names};
use crate::rest::Engine;
use crate::schema::Snapshot;
use crate::storage::SchemaChange;

/// How often a failed migration is tried again: another server may be migrating the same database.
const RETRIES: u64 = 3;
/// How long a server that must succeed waits for its classes to be read.
const READ_LIMIT: Duration = Duration::from_secs(20);
/// Classes that are there before any definition is looked at.
const ALWAYS: [&str; 3] = ["_User", "_Role", "_Session"];

/// Brings the classes of the database to what the configuration defines, if it defines any. A failure is logged, and ends the
/// start only where `NODE_ENV` is `production`, as in Parse Server.
///
/// # Errors
/// 1 for a migration that must succeed and did not.
pub async fn migrate(engine: &Engine) -> Result<()> {
    let Some(options) = &engine.config.schema else { return Ok(()) };
    tracing::info!(app = engine.config.app_id, "Running Migrations");
    let mut tried = 0;
    let failed = loop {
        match attempt(engine, options).await {
            Ok(()) => {
                tracing::info!(app = engine.config.app_id, "Running Migrations Completed");
                return Ok(());
            }
            Err(error) if tried == RETRIES => break error,
            Err(error) => {
                tried += 1;
                tracing::warn!("{error}; trying again in {tried} s");
                tokio::time::sleep(Duration::from_secs(tried)).await;
            }
        }
    };
    let text = format!("Failed to run migrations: {failed}");
    if options.must_succeed {
        return Err(Error::internal(text));
    }
    tracing::error!(app = engine.config.app_id, "{text}");
    Ok(())
}

/// One pass over all definitions. One that fails does not keep the others from being carried out.
async fn attempt(engine: &Engine, options: &SchemaConfig) -> Result<()> {
    let before = tokio::time::timeout(if options.must_succeed { READ_LIMIT } else { Duration::MAX }, begin(engine));
    let before = before.await.map_err(|_| Error::internal("the classes could not be read in time"))??;
    let definitions: Vec<Definition> = options.definitions.iter().map(Definition::read).collect::<Result<_>>()?;
    let mut first = Ok(());
    for definition in &definitions {
        let (done, what) = match before.get(&definition.class) {
            Some(_) => (update(engine, definition, options).await, "during update of schema"),
            None => (create(engine, definition).await, "while saving Schema"),
        };
        let told = done.map_err(|e| Error::internal(format!("Error {what} for type {}: {e}", definition.class)));
        first = first.and(told);
    }
    first?;
    if options.strict {
        warn_of_undefined(&before, &definitions);
    }
    close_others(engine, &before, &definitions).await
}

/// The classes before the migration, those that every app has among them.
async fn begin(engine: &Engine) -> Result<Arc<Snapshot>> {
    engine.schemas.reload().await?;
    let absent = ALWAYS.into_iter().filter(|class| engine.schemas.get(class).is_none());
    let changes: Vec<_> = absent.map(|class| SchemaChange::CreateClass(ClassSchema::new(class))).collect();
    if !changes.is_empty() {
        engine.schemas.alter(changes).await?;
    }
    Ok(engine.schemas.snapshot())
}

async fn create(engine: &Engine, definition: &Definition) -> Result<()> {
    if definition.clp.is_none() {
        warn_of_no_permissions(&definition.class);
    }
    let body = Map::from([
        ("fields", Value::Object(definition.fields.clone())),
        ("indexes", Value::Object(definition.indexes.clone())),
        ("classLevelPermissions", closed(definition.clp.clone())),
    ]);
    change::create(engine, &definition.class, &body).await.map(drop)
}

async fn update(engine: &Engine, definition: &Definition, options: &SchemaConfig) -> Result<()> {
    let class = definition.class.as_str();
    let difference = Difference { definition, options };
    let stored = change::existing(engine, class)?;
    difference.warnings(&stored).iter().for_each(|text| tracing::warn!("{text}"));
    let away = difference.fields_away(&stored);
    if !away.is_empty() {
        change::update(engine, class, &Map::from([("fields", Value::Object(away))])).await?;
    }
    let stored = change::existing(engine, class)?;
    let body = Map::from([
        ("fields", Value::Object(difference.fields(&stored))),
        ("indexes", Value::Object(difference.indexes(&stored))),
        ("classLevelPermissions", closed(definition.clp.clone())),
    ]);
    let stored = change::update(engine, class, &body).await?;
    // An index that changed has gone now, and is made as it is defined.
    let anew = difference.indexes(&stored);
    if !anew.is_empty() {
        change::update(engine, class, &Map::from([("indexes", Value::Object(anew))])).await?;
    }
    Ok(())
}

/// Classes that are not defined keep their permissions, but clients add no columns to them any more.
async fn close_others(engine: &Engine, before: &Snapshot, definitions: &[Definition]) -> Result<()> {
    for schema in before.values().filter(|schema| !is_defined(definitions, &schema.name)) {
        let body = Map::from([
            ("indexes", Value::Object(Map::new())),
            ("classLevelPermissions", closed(Some(clp::shown(schema.clp.as_ref())))),
        ]);
        change::update(engine, &schema.name, &body).await?;
    }
    Ok(())
}

/// Permissions under which no client adds a column; without any, everything is closed to clients.
fn closed(clp: Option<Map>) -> Value {
    let mut clp = clp.unwrap_or_default();
    clp.set("addField", Value::Object(Map::new()));
    Value::Object(clp)
}

fn is_defined(definitions: &[Definition], class: &str) -> bool {
    definitions.iter().any(|definition| definition.class == class)
}

fn warn_of_no_permissions(class: &str) {
    tracing::warn!("classLevelPermissions not provided for {class}.");
}

fn warn_of_undefined(before: &Snapshot, definitions: &[Definition]) {
    let undefined = before.keys().filter(|class| !names::is_system_class(class) && !is_defined(definitions, class));
    let undefined: Vec<&str> = undefined.map(String::as_str).collect();
    if !undefined.is_empty() {
        tracing::warn!(
            "The following schemas are currently present in the database, but not explicitly defined in a schema: \"{}\"",
            undefined.join("\", \"")
        );
    }
}
