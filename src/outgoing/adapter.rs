//! Calls of adapters in any language: `POST <url>/<method>` with `{"args":[…]}`.

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
    let body = Value::Object(Map::from([("args", Value::Array(args))]));
    let call = client.post(format!("{url}/{method}")).header("Content-Type", "application/json");
    call.body(wire::to_string(&body))
}

/// What is meant by `{}`, `{"result":…}` or `{"error":…}`; `{"error":{"none":true}}` fails without a reason.
pub fn said(mut answer: Map) -> Said {
    let Some(error) = answer.take("error").filter(|error| !error.is_null()) else {
        return Said::Done(answer.take("result").filter(|result| !result.is_null()));
    };
    let none = error.as_object().and_then(|error| error.get("none")).is_some_and(Value::truthy);
    Said::Failed(Some(error).filter(|error| error.truthy() && !none))
}

/// An object of Parse as an argument.
pub fn object(class: &str, fields: &Map) -> Value {
    let mut object = Map::from([("__type", Value::from("Object")), ("className", Value::from(class))]);
    fields.iter().for_each(|(key, value)| drop(object.set(key.as_str(), value.clone())));
    Value::Object(object)
}
