//! What JavaScript makes of values where Parse Server does not look at their type.

use super::{Value, number};

/// A value as JavaScript turns it into text.
pub fn text(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(b) => b.to_string(),
        Value::Number(n) => number::text(*n),
        Value::String(text) => text.clone(),
        Value::Array(list) => {
            let text = |v: &Value| if v.is_null() { String::new() } else { text(v) };
            list.iter().map(text).collect::<Vec<_>>().join(",")
        }
        _ => "[object Object]".to_owned(),
    }
}

/// [`text`] of what may be missing.
pub fn text_of(value: Option<&Value>) -> String {
    value.map_or_else(|| "undefined".to_owned(), text)
}
