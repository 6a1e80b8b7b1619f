//! Messages for Firebase, made from the body of a push (`push-files-live.md` section 5).

use super::check;
use crate::model::{Date, Map, Value, number, wire};
use crate::push::Push;

/// The parts of a message, in the order in which the Firebase client sends them.
const PARTS: [&str; 6] = ["android", "apns", "data", "notification", "webpush", "fcmOptions"];
/// What is left out of the data for Android devices: it is meant for Apple's.
const FOR_APPLE: [&str; 5] = ["badge", "content-available", "mutable-content", "priority", "expiration_time"];
/// The longest that Firebase keeps a message: four weeks, seconds.
const LONGEST_TTL: f64 = 2_419_200.0;

/// A message without a token: its JSON, the last brace left out.
pub struct Message(String);

impl Message {
    /// What is asked of Firebase for one device.
    pub fn to(&self, token: &str) -> String {
        let comma = if self.0 == "{" { "" } else { "," };
        format!("{{\"message\":{}{comma}\"token\":{}}}}}", self.0, wire::to_string(&token.into()))
    }
}

/// The message that goes to each device.
///
/// # Errors
/// Why the Firebase client would refuse it.
pub fn build(push: Push<'_>, apple: bool, push_id: &str) -> Result<Message, String> {
    let mut built = match push.body.get("rawPayload") {
        Some(Value::Object(raw)) => raw.clone(),
        Some(_) => return Err("rawPayload must be an object".into()),
        None if apple => for_apple(push.body),
        None => for_android(push, push_id),
    };
    let mut message = Map::new();
    for part in PARTS {
        if let Some(value) = built.take(part) {
            message.set(part, value);
        }
    }
    check::message(&mut message)?;
    let mut text = wire::to_string(&message.into());
    text.pop();
    Ok(Message(text))
}

fn for_android(push: Push<'_>, push_id: &str) -> Map {
    let mut android = Map::from([("priority", "high".into())]);
    if let Some(notification) = push.body.get("notification") {
        android.set("notification", notification.clone());
    }
    if let Some(data) = push.body.get("data") {
        let mut data = data.clone();
        if let Value::Object(data) = &mut data {
            data.retain(|key, _| !FOR_APPLE.contains(&key.as_str()));
        }
        let data = wire::to_string(&data);
        let data = [("push_id", push_id.into()), ("time", push.now.iso().into()), ("data", data.into())];
        android.set("data", Map::from(data).into());
    }
    if let Some(expires) = push.body.get("expiration_time").and_then(Value::as_number).filter(|ms| *ms != 0.0) {
        let seconds = ((expires - push.now.0 as f64) / 1000.0).floor().clamp(0.0, LONGEST_TTL);
        // `check` takes milliseconds, as the Firebase client does; Parse Server hands it seconds.
        android.set("ttl", (seconds * 1000.0).into());
    }
    Map::from([("android", android.into())])
}

fn for_apple(body: &Map) -> Map {
    let none = Map::new();
    let data = match body.get("data") {
        Some(data) => data.as_object().unwrap_or(&none),
        None => body,
    };
    let apns = [("payload", payload(data).into()), ("headers", headers(body, data).into())];
    Map::from([("apns", Map::from(apns).into())])
}

/// Headers for Apple's service. Firebase takes texts alone, so numbers are written out.
fn headers(body: &Map, data: &Map) -> Map {
    let given = |key: &str| [body, data].into_iter().filter_map(|map| map.get(key)).find(|value| value.truthy());
    let written = |value: &Value| match value {
        Value::Number(n) => number::text(*n).into(),
        value => value.clone(),
    };
    let mut headers = Map::from([("apns-push-type", given("push_type").map_or("alert".into(), written))]);
    if let Some(expires) = given("expiration_time") {
        headers.set("apns-expiration", seconds(expires));
    }
    for (header, key) in [("apns-collapse-id", "collapse_id"), ("apns-priority", "priority")] {
        if let Some(value) = given(key) {
            headers.set(header, written(value));
        }
    }
    headers
}

/// Milliseconds, or the text of a date, as whole seconds.
fn seconds(time: &Value) -> Value {
    let ms = time.as_number().or_else(|| time.as_str().and_then(Date::parse).map(|date| date.0 as f64));
    ms.map_or_else(|| time.clone(), |ms| number::text((ms / 1000.0 + 0.5).floor()).into())
}

fn payload(data: &Map) -> Map {
    let mut payload = Map::from([("aps", Map::new().into())]);
    for (key, value) in data.iter() {
        let name = match key.as_str() {
            "expiration_time" | "collapse_id" | "push_type" | "priority" => continue,
            "alert" | "title" | "badge" | "sound" | "content-available" | "mutable-content" | "category" => key,
            "targetContentIdentifier" => "target-content-id",
            "interruptionLevel" => "interruption-level",
            "threadId" => "thread-id",
            _ => {
                payload.set(key.clone(), value.clone());
                continue;
            }
        };
        // Whatever `aps` is, `check` says what is wrong with it.
        if let Some(Value::Object(aps)) = payload.get_mut("aps") {
            match name {
                "title" => title(aps, value.clone()),
                "alert" => drop(aps.set("alert", alert(value))),
                _ => drop(aps.set(name, value.clone())),
            }
        }
    }
    payload
}

fn alert(value: &Value) -> Value {
    match value {
        Value::Object(_) | Value::Array(_) | Value::Null => value.clone(),
        text => Map::from([("body", text.clone())]).into(),
    }
}

fn title(aps: &mut Map, title: Value) {
    let mut alert = match aps.get("alert") {
        Some(own) => alert(own),
        None => Map::new().into(),
    };
    if let Value::Object(alert) = &mut alert {
        alert.set("title", title);
    }
    aps.set("alert", alert);
}

#[cfg(test)]
mod tests;
