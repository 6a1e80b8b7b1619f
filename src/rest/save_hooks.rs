//! What beforeSave is told of an object, and what becomes of the data it gives back.

use super::Call;
use super::body;
use crate::cloud::Trigger;
use crate::error::Result;
use crate::model::{Date, Map, ParseObject, Value, names};
use crate::schema::check::Kind;
use crate::storage::sql::apply::apply;

/// Data of beforeSave in the place of the client's.
pub(super) struct Replaced {
    /// The body as the client sent it.
    pub client: Map,
    /// What the hook has changed or brought along, as the answer tells it: operations are told by what they come to.
    pub told: Map,
}

/// Runs beforeSave on an object that is stored, or on a new one; if it gave other data, which are then as little trusted as
/// the client's, they take the place of the body.
///
/// # Errors
/// What the hook says, 105 and 130 for its data, 111 for an operation that does not fit what is stored.
pub(super) async fn before_save(
    call: &mut Call,
    class: &str,
    body: &mut Map,
    stored: Option<&Map>,
) -> Result<Option<Replaced>> {
    if !call.engine.invoker.has(class, Trigger::BeforeSave) {
        return Ok(None);
    }
    let object = shown(body, stored)?;
    let original = stored.cloned();
    let said = call
        .trigger(class, Trigger::BeforeSave, |request| {
            request.object = Some(object);
            request.original = original;
        })
        .await?;
    let Some(mut data) = said.and_then(|said| said.object) else { return Ok(None) };
    if stored.is_none() {
        // The id is settled.
        data.take("objectId");
    }
    let client = std::mem::replace(body, data);
    body::screen(call, body)?;
    let told = |value: &Value| body::is_delete(value) || !is_operation(value);
    let changed = body.iter().filter(|(name, value)| client.get(name) != Some(value) && told(value));
    let told = changed.filter(|(name, _)| *name != "objectId").map(|(name, value)| (name.clone(), value.clone()));
    Ok(Some(Replaced { told: told.collect(), client }))
}

/// Is the value an operation?
pub(super) fn is_operation(value: &Value) -> bool {
    value.as_object().and_then(|map| map.get("__op")).is_some_and(Value::truthy)
}

/// The object as the save would leave it.
fn shown(body: &Map, stored: Option<&Map>) -> Result<Map> {
    let mut object = ParseObject { fields: stored.cloned().unwrap_or_default(), ..ParseObject::default() };
    let updated = object.fields.get("updatedAt").cloned();
    let named = |name: &str| names::is_valid_field(name.split('.').next().unwrap_or_default());
    let body: Map = body.iter().filter(|(name, _)| named(name)).map(|(n, value)| (n.clone(), value.clone())).collect();
    if let Some(acl) = body.get("ACL") {
        object.fields.set("ACL", acl.clone());
    }
    let kind = Kind { updating: stored.is_some(), internals: false };
    apply(&mut object, &body::changes(body, kind)?.ops, Date(0))?;
    match updated {
        Some(updated) => drop(object.fields.set("updatedAt", updated)),
        None => drop(object.fields.take("updatedAt")),
    }
    Ok(object.fields)
}
