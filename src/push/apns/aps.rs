//! The bodies that Apple's service is sent: what the keys of `data` become.

use crate::model::{Map, Value};

/// Keys that stand in headers alone.
const HEADERS: [&str; 8] = ["id", "collapseId", "channelId", "requestId", "pushType", "topic", "expiry", "priority"];
/// Keys that stand in headers alone with `useNativeAPNs`; node-apn leaves them in the body, too.
const NATIVE_HEADERS: [&str; 3] = ["expiration_time", "collapse_id", "push_type"];

/// The body that `data` becomes, as node-apn puts it together, or as `useNativeAPNs: true` does.
pub fn body(data: &Map, native: bool) -> Map {
    let (mut aps, mut own) = (Map::new(), Map::new());
    for (key, value) in data {
        match (key.as_str(), value) {
            ("aps", Value::Object(parts)) if native => parts.iter().for_each(|(key, part)| {
                aps.set(key.clone(), part.clone());
            }),
            ("aps", Value::Object(whole)) => aps = whole.clone(),
            ("aps", _) => {}
            ("alert", alert) => put_alert(&mut aps, alert, native),
            ("title", title) => put_title(&mut aps, title),
            ("content-available" | "mutable-content", Value::Number(1.0)) => {
                aps.set(key.clone(), Value::Number(1.0));
            }
            ("content-available" | "mutable-content", _) => drop(aps.take(key)),
            (key, _) if NATIVE_HEADERS.contains(&key) && native || HEADERS.contains(&key) => {}
            (key, value) => match (name(key), fits(key, value) || native) {
                (Some(name), true) => drop(aps.set(name, value.clone())),
                (Some(_), false) => {}
                (None, _) => drop(own.set(key, value.clone())),
            },
        }
    }
    let aps_or_none = (native || !aps.is_empty()).then_some(("aps".into(), Value::Object(aps)));
    if native { aps_or_none.into_iter().chain(own).collect() } else { own.into_iter().chain(aps_or_none).collect() }
}

/// What a key is called in `aps`, if it stands there as it is.
fn name(key: &str) -> Option<&str> {
    Some(match key {
        "badge" | "sound" | "category" => key,
        "threadId" => "thread-id",
        "targetContentIdentifier" => "target-content-id",
        "interruptionLevel" => "interruption-level",
        _ => return None,
    })
}

/// Does node-apn take such a value?
fn fits(key: &str, value: &Value) -> bool {
    match (key, value) {
        ("badge", value) => matches!(value, Value::Number(_)),
        ("sound", Value::Object(sound)) => {
            let number = |key| matches!(sound.get(key), Some(Value::Number(_)));
            matches!(sound.get("name"), Some(Value::String(_))) && number("critical") && number("volume")
        }
        (_, value) => matches!(value, Value::String(_)),
    }
}

/// An object counts as it is. A text does with node-apn, and with `useNativeAPNs` is the `body` of one.
fn put_alert(aps: &mut Map, alert: &Value, native: bool) {
    let whole = matches!(alert, Value::Object(_) | Value::Array(_) | Value::Null);
    match aps.get_mut("alert") {
        _ if whole || !native => drop(aps.set("alert", alert.clone())),
        Some(Value::Object(parts)) => drop(parts.set("body", alert.clone())),
        _ => drop(aps.set("alert", object("body", alert.clone()))),
    }
}

/// An alert that is no object yet becomes one.
fn put_title(aps: &mut Map, title: &Value) {
    match aps.get_mut("alert") {
        Some(Value::Object(parts)) => drop(parts.set("title", title.clone())),
        None | Some(Value::Null) => drop(aps.set("alert", object("title", title.clone()))),
        Some(text) => {
            let mut parts = Map::new();
            parts.set("body", std::mem::take(text));
            parts.set("title", title.clone());
            *text = Value::Object(parts);
        }
    }
}

fn object(key: &str, value: Value) -> Value {
    Value::Object([(key, value)].into_iter().collect())
}
