//! Calls of adapters in any language: `POST <url>/<method>` (or `<url>`, where there is one method) with `{"args":[…]}`.

use reqwest::{Client, RequestBuilder};

use crate::model::{Map, Value, wire};

/// What an adapter says to a call.
#[derive(Debug, PartialEq)]
pub enum Said {
    /// It is done, with this result, if any.
    Done(Option<Value>),
    /// It failed, with this reason, if any: a text, or an object with `code` and `message`.
    Failed(Option<Value>),
}

/// The call of a method.
pub fn call(client: &Client, url: &str, method: &str, args: Vec<Value>) -> RequestBuilder {
    ask(client, &format!("{url}/{method}"), args)
}

/// The call of what has a URL of its own.
pub fn ask(client: &Client, url: &str, args: Vec<Value>) -> RequestBuilder {
    let body = Value::Object(Map::from([("args", Value::Array(args))]));
    client.post(url).header("Content-Type", "application/json").body(wire::to_string(&body))
}

/// What is meant by `{}`, `{"result":…}` or `{"error":…}`; `{"error":{"none":true}}` fails without a reason.
pub fn said(mut answer: Map) -> Said {
    let Some(error) = answer.take("error").filter(|error| !error.is_null()) else {
        return Said::Done(answer.take("result").filter(|result| !result.is_null()));
    };
    let none = error.as_object().and_then(|error| error.get("none")).is_some_and(Value::truthy);
    Said::Failed(Some(error).filter(|error| error.truthy() && !none))
}

/// What an adapter has thrown: its code, if that is a whole number, and its words, be it a text or an error with a message.
pub fn thrown(reason: &Value) -> (Option<i32>, Option<&str>) {
    let part = |key: &str| reason.as_object().and_then(|reason| reason.get(key));
    let words = reason.as_str().or_else(|| part("message").and_then(Value::as_str));
    let code = part("code").and_then(Value::as_number).filter(|code| code.fract() == 0.0);
    let whole = code.filter(|code| (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(code));
    (whole.map(|code| code as i32), words)
}

/// An object of Parse as an argument.
pub fn object(class: &str, fields: &Map) -> Value {
    let mut object = Map::from([("__type", Value::from("Object")), ("className", Value::from(class))]);
    fields.iter().for_each(|(key, value)| drop(object.set(key.as_str(), value.clone())));
    Value::Object(object)
}
