//! Headers as Node shows them to code.

use hyper::HeaderMap;

use crate::model::{Map, Value};

/// Names in lower case; values of one name joined, but for cookies that are set, which are a list.
pub fn shown(headers: &HeaderMap) -> Map {
    let mut map = Map::with_capacity(headers.keys_len());
    for name in headers.keys() {
        let texts =
            headers.get_all(name).iter().map(|value| value.as_bytes().iter().copied().map(char::from).collect());
        let value = match name.as_str() {
            "set-cookie" => Value::Array(texts.map(Value::String).collect()),
            "cookie" => Value::String(texts.collect::<Vec<String>>().join("; ")),
            _ => Value::String(texts.collect::<Vec<String>>().join(", ")),
        };
        map.set(name.as_str(), value);
    }
    map
}
