//! What a webhook is sent: the request objects of Cloud Code as JSON (`webhook-vectors.txt`).

use crate::cloud::{About, FunctionRequest, Trigger, TriggerRequest};
use crate::model::{Date, Map, Value};

/// The body for a function.
pub fn function(app_id: &str, name: &str, request: FunctionRequest) -> Map {
    let FunctionRequest { about, params } = request;
    let mut body = Map::new();
    body.set("params", Value::Object(params.into_iter().map(|(key, value)| (key, bare(value))).collect()));
    body.set("master", Value::Bool(about.master));
    body.set("isReadOnly", Value::Bool(about.read_only));
    add_caller(&mut body, &about);
    add_request(&mut body, app_id, &about);
    body.set("functionName", Value::from(name));
    body.set("context", Value::Object(about.context));
    body
}

/// The body for a trigger.
pub fn trigger(app_id: &str, class: &str, trigger: Trigger, request: TriggerRequest) -> Map {
    let TriggerRequest { about, object, original, objects, query, count, is_get } = request;
    let finds = matches!(trigger, Trigger::BeforeFind | Trigger::AfterFind);
    let mut body = Map::from([("triggerName", Value::from(trigger.name()))]);
    match object {
        Some(object) => drop(body.set("object", as_sdk(object, Some(class)))),
        None if trigger == Trigger::AfterFind => drop(body.set("object", Value::Null)),
        None => {}
    }
    if trigger == Trigger::BeforeFind {
        body.set("query", Value::Object(query.clone().unwrap_or_default()));
    }
    body.set("master", Value::Bool(about.master));
    body.set("isReadOnly", Value::Bool(about.read_only));
    if trigger == Trigger::BeforeFind {
        body.set("count", Value::Bool(count));
    }
    add_request(&mut body, app_id, &about);
    if finds {
        body.set("isGet", Value::Bool(is_get));
    }
    if let Some(original) = original {
        body.set("original", as_sdk(original, Some(class)));
    }
    if trigger != Trigger::AfterLogout {
        body.set("context", Value::Object(about.context.clone()));
    }
    add_caller(&mut body, &about);
    if trigger == Trigger::AfterFind {
        body.set("query", Value::Object(query.unwrap_or_default()));
        body.set("objects", Value::Array(objects.into_iter().map(|row| as_sdk(row, None)).collect()));
    }
    body
}

fn add_caller(body: &mut Map, about: &About) {
    if let Some(user) = &about.user {
        body.set("user", as_sdk(user.clone(), None));
    }
    if let Some(installation) = &about.installation_id {
        body.set("installationId", Value::from(installation.as_str()));
    }
}

fn add_request(body: &mut Map, app_id: &str, about: &About) {
    let log = [("options", Value::Object(Map::new())), ("appId", Value::from(app_id))];
    body.set("log", Value::Object(Map::from(log)));
    body.set("headers", Value::Object((*about.headers).clone()));
    if let Some(ip) = about.ip {
        body.set("ip", Value::String(ip.to_string()));
    }
}

/// An object as the SDK writes it: the id behind the fields, the class last.
fn as_sdk(mut object: Map, class: Option<&str>) -> Value {
    if let Some(id) = object.take("objectId") {
        object.set("objectId", id);
    }
    object.take("className");
    if let Some(class) = class {
        object.set("className", Value::from(class));
    }
    Value::Object(object)
}

/// A parameter as it arrives: Parse Server makes objects of the SDK of dates and pointers, and JSON again of these.
fn bare(value: Value) -> Value {
    match value {
        Value::Array(list) => Value::Array(list.into_iter().map(bare).collect()),
        Value::Object(map) => match map.get("__type").and_then(Value::as_str) {
            Some("Date") => bare_date(map.get("iso")),
            Some("Pointer") => Value::Object(map.into_iter().filter(|(key, _)| *key == "objectId").collect()),
            Some("File") => Value::Object(map),
            _ => Value::Object(map.into_iter().map(|(key, value)| (key, bare(value))).collect()),
        },
        value => value,
    }
}

/// A date as ISO text; one that is none is null.
fn bare_date(iso: Option<&Value>) -> Value {
    let date = iso.and_then(Value::as_str).and_then(Date::parse);
    date.map_or(Value::Null, |date| Value::String(date.iso()))
}

#[cfg(test)]
mod tests;
