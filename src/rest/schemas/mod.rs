//! `/schemas` and `/purge`: classes as an administrator sees and changes them (`admin.md` section 1).

mod change;
mod clp;
pub mod defined;
mod fields;
pub(super) mod indexes;

use super::{Answer, Call};
use crate::access::protected::Groups;
use crate::access::{Subject, Write, authorise};
use crate::error::{Code, Error, Result};
use crate::model::{ClassSchema, Filter, Map, Value, js, names};
use crate::schema::check::invalid_class;
use crate::storage::SchemaChange;

/// `GET /schemas`
///
/// # Errors
/// 403 without the master key; those of the database.
pub async fn list(call: &Call) -> Result<Answer> {
    master(call)?;
    call.engine.schemas.reload().await?;
    let all = call.engine.schemas.snapshot();
    let results = all.values().map(|schema| to_wire(schema, For::Reader)).collect();
    Ok(Answer::ok(&Value::Object(Map::from([("results", Value::Array(results))]))))
}

/// `GET /schemas/:className`
///
/// # Errors
/// 403 without the master key, 103 for a class that is not there.
pub async fn get(call: &Call, class: &str) -> Result<Answer> {
    master(call)?;
    if names::VOLATILE_CLASSES.contains(&class) {
        let mut shown = to_wire(&ClassSchema::new(class), For::Reader);
        // Their permissions are none that could be changed.
        if let Value::Object(shown) = &mut shown {
            shown.set("classLevelPermissions", Value::Object(Map::new()));
        }
        return Ok(Answer::ok(&shown));
    }
    call.engine.schemas.reload().await?;
    change::existing(&call.engine, class).map(|schema| Answer::ok(&to_wire(&schema, For::Reader)))
}

/// `POST /schemas` and `POST /schemas/:className`
///
/// # Errors
/// As `admin.md` section 1 has them.
pub async fn create(call: &Call, path_class: Option<&str>, body: Map) -> Result<Answer> {
    unlocked(call)?;
    writer(call, "create")?;
    let class = class_name(path_class, &body)?;
    change::create(&call.engine, &class, &body).await.map(|schema| Answer::ok(&to_wire(&schema, For::Creator)))
}

/// `PUT /schemas/:className`
///
/// # Errors
/// As `admin.md` section 1 has them.
pub async fn update(call: &Call, path_class: &str, body: Map) -> Result<Answer> {
    unlocked(call)?;
    writer(call, "update")?;
    let class = class_name(Some(path_class), &body)?;
    let schema = change::update(&call.engine, &class, &body).await?;
    let protected = call.engine.config.protected_fields.fields.get(&class);
    Ok(Answer::ok(&to_wire(&schema, For::Changer(protected))))
}

/// `DELETE /schemas/:className`
///
/// # Errors
/// 103 for a name that no class can have, 255 for a class with objects.
pub async fn delete(call: &Call, class: &str) -> Result<Answer> {
    writer(call, "delete")?;
    if !names::is_in_schemas(class) {
        return Err(Error::new(Code::InvalidClassName, invalid_class(class)));
    }
    call.engine.schemas.reload().await?;
    let Some(schema) = call.engine.schemas.get(class) else { return Ok(Answer::empty()) };
    let all =
        crate::access::internal("a class is dropped only when it is empty").read(schema, Filter::all(), call.limits);
    let count = call.engine.storage.count(&all).await?;
    if count > 0 {
        let text = format!("Class {class} is not empty, contains {count} objects, cannot drop schema.");
        return Err(Error::new(Code::InvalidSchemaOperation, text));
    }
    call.engine.schemas.alter(vec![SchemaChange::DropClass(class.to_owned())]).await?;
    Ok(Answer::empty())
}

/// `DELETE /purge/:className`
///
/// # Errors
/// 403 without the master key, 119 with the read-only one.
pub async fn purge(call: &Call, class: &str) -> Result<Answer> {
    let plan = authorise::purge(call.subject(), call.engine.schemas.get_or_new(class))?;
    call.engine.write(Write::Delete(plan)).await?;
    Ok(Answer::empty())
}

/// Whom a class is shown to.
#[derive(Clone, Copy)]
enum For<'a> {
    /// Who asks for it.
    Reader,
    /// Who made it: the columns of every class stand in another order.
    Creator,
    /// Who changed it: what the option `protectedFields` protects is part of the permissions.
    Changer(Option<&'a Groups>),
}

/// A class in wire form.
fn to_wire(schema: &ClassSchema, shown: For<'_>) -> Value {
    let created = matches!(shown, For::Creator);
    let mut permissions = clp::shown(schema.clp.as_ref());
    if let For::Changer(protected) = shown {
        permissions = clp::merged(permissions, protected);
    }
    let mut fields = Map::new();
    let mut columns: Vec<_> = schema.fields.iter().collect();
    if created {
        columns.sort_by_key(|(name, _)| match name.as_str() {
            "objectId" => 0,
            "updatedAt" => 1,
            "createdAt" => 2,
            "ACL" => 4,
            _ => 3,
        });
    }
    for (name, field) in columns {
        fields.set(name.as_str(), field.to_wire());
    }
    let mut out = Map::from([
        ("className", Value::from(schema.name.as_str())),
        ("fields", Value::Object(fields)),
        ("classLevelPermissions", Value::Object(permissions)),
    ]);
    if !schema.indexes.is_empty() {
        out.set("indexes", Value::Object(schema.indexes.clone()));
    }
    Value::Object(out)
}

fn class_name(path: Option<&str>, body: &Map) -> Result<String> {
    let given = body.get("className").filter(|name| name.truthy()).map(js::text);
    match (given.as_deref(), path) {
        (Some(body), Some(path)) if body != path => {
            let text = format!("Class name mismatch between {body} and {path}.");
            Err(Error::new(Code::InvalidClassName, text))
        }
        (Some(name), _) | (None, Some(name)) => Ok(name.to_owned()),
        (None, None) => Err(Error::new(Code::MissingRequiredField, "POST /schemas needs a class name.")),
    }
}

fn master(call: &Call) -> Result<()> {
    if call.subject().is_master() { Ok(()) } else { Err(Error::forbidden("unauthorized: master key is required")) }
}

/// May the caller change classes at all?
fn writer(call: &Call, what: &str) -> Result<()> {
    master(call)?;
    if *call.subject() == Subject::ReadOnlyMaster {
        let text = format!("read-only masterKey isn't allowed to {what} a schema.");
        return Err(Error::denied(Code::OperationForbidden, text));
    }
    Ok(())
}

/// Classes that the configuration defines and locks change only with it.
fn unlocked(call: &Call) -> Result<()> {
    master(call)?;
    if call.engine.config.schema.as_ref().is_some_and(|schema| schema.lock_schemas) {
        let text = "Cannot perform this operation when schemas options is used.";
        return Err(Error::new(Code::OperationForbidden, text));
    }
    Ok(())
}
