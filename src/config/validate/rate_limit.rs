//! `rateLimit`.

use serde_json::Value;

use super::path;
use crate::config::settings::Settings;

pub(super) fn check(settings: &Settings) -> Result<(), String> {
    match settings.given("rateLimit") {
        None => Ok(()),
        Some(Value::Array(rules)) => rules.iter().try_for_each(rule),
        Some(one @ Value::Object(_)) => rule(one),
        Some(_) => Err("rateLimit must be an array or object".into()),
    }
}

fn rule(rule: &Value) -> Result<(), String> {
    let rule = rule.as_object().ok_or("rateLimit must be an array of objects")?;
    let needed = |name: &str| match rule.get(name) {
        None | Some(Value::Null) => Err(format!("rateLimit.{name} must be defined")),
        Some(value) => Ok(value),
    };
    let number = |name: &str| match needed(name)?.as_f64() {
        Some(value) if value >= 0.0 => Ok(()),
        Some(_) => Err(format!("rateLimit.{name} must not be negative")),
        None => Err(format!("rateLimit.{name} must be a number")),
    };
    let route = needed("requestPath")?.as_str().ok_or("rateLimit.requestPath must be a string")?;
    path::check(route).map_err(|why| format!("rateLimit.requestPath \"{route}\" is not valid: {why}"))?;
    number("requestTimeWindow")?;
    number("requestCount")?;
    match rule.get("zone").unwrap_or(&Value::Null) {
        Value::Null => {}
        Value::String(zone) if ["global", "session", "user", "ip", ""].contains(&zone.as_str()) => {}
        _ => return Err("rateLimit.zone must be one of global, session, user, or ip".into()),
    }
    methods(rule.get("requestMethods"))
}

fn methods(methods: Option<&Value>) -> Result<(), String> {
    match methods {
        None | Some(Value::Null) => Ok(()),
        Some(Value::String(pattern)) if fancy_regex::Regex::new(pattern).is_ok() => Ok(()),
        Some(Value::Array(names)) if names.iter().all(Value::is_string) => Ok(()),
        Some(_) => Err("rateLimit.requestMethods must be a list of methods or a regex string".into()),
    }
}
