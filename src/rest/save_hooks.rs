//! What save hooks are told, and what becomes of what they say.

use super::{Call, body};
use crate::cloud::Trigger;
use crate::error::Result;
use crate::model::{Key, Map, Value, names, wire};

/// Runs beforeSave on an object that is stored, or on a new one. If it gave other data, which are then as little trusted as
/// the client's, they take the place of the body; what of them the client does not know yet comes back, for the answer.
///
/// # Errors
/// What the hook says, 105 and 130 for its data.
pub(super) async fn before_save(call: &mut Call, class: &str, body: &mut Map, stored: Option<&Map>) -> Result<Map> {
    if !call.engine.invoker.has(class, Trigger::BeforeSave) {
        return Ok(Map::new());
    }
    let (object, original) = (shown(body, stored), stored.cloned());
    // What lies around a change of a part is told, too: to the SDK the whole has changed.
    let parts = body.iter().filter(|(_, value)| !is_operation(value)).filter_map(|(name, _)| name.split_once('.'));
    let around = parts.filter_map(|(root, _)| Some((root, object.get(root)?.clone()))).collect();
    let said = call
        .trigger(class, Trigger::BeforeSave, |request| {
            request.object = Some(object);
            request.original = original;
        })
        .await?;
    let Some(mut data) = said.and_then(|said| said.object) else { return Ok(around) };
    // The id is settled.
    data.take("objectId");
    let client = std::mem::replace(body, data);
    body::screen(call, body)?;
    // Operations are told by what they come to.
    let told = |value: &Value| wire::is_delete(value) || !is_operation(value);
    let changed = body.iter().filter(|(name, value)| client.get(name) != Some(value) && told(value));
    Ok(changed.map(|(name, value)| (name.clone(), value.clone())).collect())
}

/// Runs afterSave, which may answer in the place of the server. The object is stored: what goes wrong is for the log. Parse Server's
/// answer is what its SDK makes of the object, so that `first` stands in front, and what beforeSave has changed at the end.
pub(super) async fn after_save(
    call: &mut Call,
    class: &str,
    mut answer: Map,
    mut object: Map,
    stored: Option<Map>,
    first: Vec<Key>,
) -> Map {
    if let Some(token) = answer.get("sessionToken") {
        object.set("sessionToken", token.clone());
    }
    let name = object.get("username").filter(|_| class == "_User").cloned();
    let said = call
        .trigger(class, Trigger::AfterSave, |request| {
            request.object = Some(object);
            request.original = stored;
        })
        .await;
    // Parse Server tells the name whenever afterSave has run.
    if let Some(name) = name {
        answer.set("username", name);
    }
    match said {
        Ok(said) => said.and_then(|said| said.object).unwrap_or_else(|| ordered(answer, first)),
        Err(error) => {
            tracing::warn!(class, %error, "afterSave failed");
            answer
        }
    }
}

/// The same with these keys in front.
fn ordered(mut map: Map, first: Vec<Key>) -> Map {
    let front: Vec<_> = first.into_iter().filter_map(|key| map.take(&key).map(|value| (key, value))).collect();
    front.into_iter().chain(map).collect()
}

/// Is the value an operation?
pub(super) fn is_operation(value: &Value) -> bool {
    value.as_object().and_then(|map| map.get("__op")).is_some_and(Value::truthy)
}

/// The object as the SDK of Parse Server shows it before a save: values are set, operations stand as they are.
pub(super) fn shown(body: &Map, stored: Option<&Map>) -> Map {
    let mut object = stored.cloned().unwrap_or_default();
    for (name, value) in body {
        let mut keys = name.split('.');
        let root = keys.next().unwrap_or_default();
        if !names::is_valid_field(root) {
            continue;
        }
        if is_operation(value) || root.len() == name.len() {
            object.set(name.clone(), value.clone());
        } else {
            set_below(&mut object, root, &mut keys, value);
        }
    }
    object
}

/// Sets a value where a dotted key leads; what is no object on the way becomes one.
fn set_below(map: &mut Map, key: &str, rest: &mut dyn Iterator<Item = &str>, value: &Value) {
    let Some(next) = rest.next() else {
        map.set(key, value.clone());
        return;
    };
    if map.get(key).and_then(Value::as_object).is_none() {
        map.set(key, Value::Object(Map::new()));
    }
    if let Some(Value::Object(below)) = map.get_mut(key) {
        set_below(below, next, rest, value);
    }
}
