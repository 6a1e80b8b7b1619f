//! Reading the value of an option from a flag, a variable or the file, as Parse Server's parsers do.

use serde_json::Value;

use super::table::{Kind, Opt};

/// A value read, or the text of the error. `raw` is a string if it came from a flag or a variable.
pub(super) fn read(option: &Opt, raw: Value) -> Result<Value, String> {
    match option.kind {
        Kind::Text => Ok(raw),
        Kind::Bool => Ok(Value::Bool(truth(&raw))),
        Kind::Int => int(option.name, &raw),
        Kind::IntOrBool => match raw.as_str() {
            _ if raw.is_boolean() => Ok(raw),
            Some("true") => Ok(Value::Bool(true)),
            Some("false") => Ok(Value::Bool(false)),
            _ => int(option.name, &raw),
        },
        Kind::IntOrText if raw.is_string() => Ok(raw),
        Kind::IntOrText => int(option.name, &raw),
        Kind::List => list(raw),
        Kind::Json | Kind::Group(_) => json(option.name, raw),
        Kind::Groups(_) => json(option.name, raw),
        Kind::JsonOrText => Ok(match raw.as_str().map(serde_json::from_str) {
            Some(Ok(value)) => value,
            _ => raw,
        }),
    }
}

/// Whether a boolean was written in a form that Parse Server understands; anything else it reads as false.
pub(super) fn is_plain_bool(raw: &Value) -> bool {
    match raw {
        Value::String(text) => matches!(text.as_str(), "true" | "false" | "1" | "0"),
        Value::Number(n) => matches!(n.as_f64(), Some(0.0 | 1.0)),
        other => other.is_boolean(),
    }
}

fn truth(raw: &Value) -> bool {
    match raw {
        Value::Bool(value) => *value,
        Value::Number(n) => n.as_f64() == Some(1.0),
        Value::String(text) => matches!(text.as_str(), "true" | "1"),
        _ => false,
    }
}

fn int(name: &str, raw: &Value) -> Result<Value, String> {
    let number = match raw {
        Value::Number(n) => n.as_i64().or_else(|| n.as_f64().map(|n| n as i64)),
        Value::String(text) => leading_int(text),
        _ => None,
    };
    number.map(Value::from).ok_or_else(|| format!("Key {name} has invalid value {}", shown(raw)))
}

fn leading_int(text: &str) -> Option<i64> {
    let text = text.trim_start();
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let length = digits.bytes().take_while(u8::is_ascii_digit).count();
    text[..text.len() - digits.len() + length].parse().ok()
}

fn list(raw: Value) -> Result<Value, String> {
    match raw {
        Value::Array(_) => Ok(raw),
        // A list of objects cannot be written with commas: JSON is taken too.
        Value::String(text) => match serde_json::from_str(&text) {
            Ok(list @ Value::Array(_)) => Ok(list),
            _ => Ok(text.split(',').map(|item| Value::from(item.trim())).collect()),
        },
        other => Err(format!("{} should be a comma separated string or an array", shown(&other))),
    }
}

fn json(name: &str, raw: Value) -> Result<Value, String> {
    match raw {
        Value::String(text) => {
            serde_json::from_str(&text).map_err(|error| format!("Key {name} is not valid JSON: {error}"))
        }
        other => Ok(other),
    }
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::read;
    use crate::config::table::named;

    fn option(name: &str, raw: Value) -> Result<Value, String> {
        read(named(name).unwrap(), raw)
    }

    #[test]
    fn booleans() {
        for yes in [json!(true), json!("true"), json!(1), json!("1")] {
            assert_eq!(option("verifyUserEmails", yes), Ok(json!(true)));
        }
        for no in [json!(false), json!("false"), json!("yes"), json!(2), json!("TRUE"), json!({})] {
            assert_eq!(option("verifyUserEmails", no), Ok(json!(false)));
        }
    }

    #[test]
    fn whole_numbers() {
        for (raw, value) in [(json!("42px"), 42), (json!(" -1"), -1), (json!(12.7), 12), (json!("+7"), 7)] {
            assert_eq!(option("port", raw), Ok(json!(value)));
        }
        assert_eq!(option("port", json!("x1")), Err("Key port has invalid value x1".into()));
        assert_eq!(option("port", json!("-")), Err("Key port has invalid value -".into()));
        assert_eq!(option("port", json!([1])), Err("Key port has invalid value [1]".into()));
        assert_eq!(option("cluster", json!("true")), Ok(json!(true)));
        assert_eq!(option("cluster", json!("4")), Ok(json!(4)));
        assert_eq!(option("maxUploadSize", json!("20mb")), Ok(json!("20mb")));
        assert_eq!(option("maxUploadSize", json!(1000)), Ok(json!(1000)));
    }

    #[test]
    fn lists() {
        assert_eq!(option("masterKeyIps", json!("::1, 10.0.0.0/8")), Ok(json!(["::1", "10.0.0.0/8"])));
        assert_eq!(option("requestKeywordDenylist", json!(r#"[{"key":"a"}]"#)), Ok(json!([{"key": "a"}])));
        assert_eq!(option("masterKeyIps", json!(5)), Err("5 should be a comma separated string or an array".into()));
    }

    #[test]
    fn json_and_modules() {
        assert_eq!(option("push", json!(r#"{"ios":{}}"#)), Ok(json!({"ios": {}})));
        assert!(option("push", json!("{")).unwrap_err().starts_with("Key push is not valid JSON: "));
        assert_eq!(option("filesAdapter", json!("./my-adapter.js")), Ok(json!("./my-adapter.js")));
        assert_eq!(option("trustProxy", json!("1")), Ok(json!(1)));
        assert_eq!(option("trustProxy", json!("loopback")), Ok(json!("loopback")));
    }
}
