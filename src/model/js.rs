//! What JavaScript makes of values where Parse Server does not look at their type, and of texts in a URL.

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

/// A value as JavaScript turns it into a number: NaN for what is none.
pub fn number(value: &Value) -> f64 {
    match value {
        Value::Null => 0.0,
        Value::Bool(b) => f64::from(u8::from(*b)),
        Value::Number(n) => *n,
        Value::String(text) => match text.trim() {
            "" => 0.0,
            // What Rust reads besides, JavaScript does not: `inf`, `nan`, `infinity`.
            text if text.contains(['n', 'N', 'f', 'F']) => f64::NAN,
            text => text.parse().unwrap_or(f64::NAN),
        },
        Value::Array(_) => number(&Value::String(text(value))),
        _ => f64::NAN,
    }
}

/// `encodeURIComponent`
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b if b.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&b) => out.push(char::from(b)),
            b => out.push_str(&format!("%{b:02X}")),
        }
    }
    out
}

/// [`text`] of what may be missing.
pub fn text_of(value: Option<&Value>) -> String {
    value.map_or_else(|| "undefined".to_owned(), text)
}
