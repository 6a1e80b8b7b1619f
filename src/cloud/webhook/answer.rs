//! What a webhook's answer means (`cloud.md` section 8).

use super::peer::Reply;
use crate::cloud::{Trigger, TriggerAnswer};
use crate::error::{Code, Error, Result};
use crate::model::{Map, Value, wire};

/// How deep the JSON of an answer may nest.
const DEEPEST: usize = wire::MAX_DEPTH;
/// So many letters are told of an answer that has no meaning.
const PARTIAL: usize = 100;

/// What an answer says under `success`.
///
/// # Errors
/// 141 with what it says under `error`, and with the whole answer if its status is that of a failure.
pub fn success(reply: Reply) -> Result<Option<Value>> {
    if !(200..400).contains(&reply.status) {
        return Err(thrown(&failure(reply)));
    }
    let mut body = wire::parse(&reply.body, DEEPEST).unwrap_or_default();
    if let Value::String(text) = &body
        && !text.is_empty()
    {
        body = wire::parse(text.as_bytes(), DEEPEST).map_err(|_| malformed(text))?;
    }
    let Value::Object(mut body) = body else { return Ok(None) };
    match body.take("error").filter(Value::truthy) {
        Some(error) => Err(thrown(&error)),
        None => Ok(body.take("success")),
    }
}

/// What an answer means for a trigger. That of most says nothing beyond "go on".
pub fn of_trigger(trigger: Trigger, said: Option<Value>) -> TriggerAnswer {
    let mut answer = TriggerAnswer::default();
    match (trigger, said) {
        (Trigger::BeforeSave, Some(Value::Object(mut data))) => {
            ["createdAt", "updatedAt", "className"].iter().for_each(|key| drop(data.take(key)));
            answer.object = Some(data);
        }
        (Trigger::AfterSave, Some(Value::Object(body))) => answer.object = Some(body),
        // Parse Server expects objects of its SDK, which no answer can hold, and shows nothing of others.
        (Trigger::AfterFind, Some(Value::Array(list))) => answer.objects = Some(vec![Map::new(); list.len()]),
        (Trigger::BeforeFind, Some(Value::Array(list))) if list.is_empty() => answer.objects = Some(Vec::new()),
        _ => {}
    }
    answer
}

/// The error for something that is said to be one: its message, if it has any.
fn thrown(error: &Value) -> Error {
    let message = error.as_object().and_then(|map| map.get("message")).filter(|message| message.truthy());
    match message.unwrap_or(error) {
        Value::String(text) => Error::new(Code::ScriptFailed, text.clone()),
        other => Error::thrown(Code::ScriptFailed, wire::to_string(other)),
    }
}

fn malformed(text: &str) -> Error {
    let part: String = text.chars().take(PARTIAL).collect();
    thrown(&Value::Object(Map::from([
        ("error", Value::from("Malformed response")),
        ("code", Value::Number(-1.0)),
        ("partialResponse", Value::String(part)),
    ])))
}

/// An answer with the status of a failure, as Parse Server's HTTP client shows it.
fn failure(reply: Reply) -> Value {
    let mut shown = Map::from([("status", Value::Number(f64::from(reply.status)))]);
    let cookies = reply.headers.get("set-cookie").cloned();
    shown.set("headers", Value::Object(reply.headers));
    if let Some(cookies) = cookies {
        shown.set("cookies", cookies);
    }
    let bytes = reply.body.iter().map(|byte| Value::Number(f64::from(*byte))).collect();
    shown.set("buffer", Value::Object(Map::from([("type", Value::from("Buffer")), ("data", Value::Array(bytes))])));
    shown.set("text", Value::String(String::from_utf8_lossy(&reply.body).into_owned()));
    if let Ok(data) = wire::parse(&reply.body, DEEPEST) {
        shown.set("data", data);
    }
    Value::Object(shown)
}

#[cfg(test)]
mod tests;
