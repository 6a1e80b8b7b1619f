//! Parse's JSON: read into values, values written as bytes.

mod ops;
pub mod raw;
mod read;
mod typed;
mod words;
mod write;

pub use ops::{is_delete, op};
pub use read::{MAX_DEPTH, MAX_VALUES, Syntax, count_values, most_values, parse, parse_text, reread};
pub use typed::{field, interior};
pub use write::{date, geo_point, raw_string, string, write};

use super::Value;

/// A typed value back in its wire form, as if it had just been read.
pub fn untyped(value: Value) -> Value {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
        typed => reread(to_string(&typed).as_bytes()).unwrap_or_default(),
    }
}

/// A value as JSON text.
pub fn to_string(value: &Value) -> String {
    let mut out = Vec::with_capacity(64);
    write(value, &mut out);
    String::from_utf8(out).unwrap_or_default()
}
