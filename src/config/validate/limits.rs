//! Limits, idempotency and request complexity.

use serde_json::Value;

use crate::config::settings::Settings;
use crate::config::table::{Kind, REQUEST_COMPLEXITY};

pub(super) fn check(settings: &Settings) -> Result<(), String> {
    if settings.int("defaultLimit").is_some_and(|limit| limit <= 0) {
        return Err("Default limit must be a value greater than 0.".into());
    }
    if settings.int("maxLimit").is_some_and(|limit| limit <= 0) {
        return Err("Max limit must be a value greater than 0.".into());
    }
    for (name, least, most) in [("objectIdSize", 1, 64), ("cacheTTL", 0, i64::MAX), ("cacheMaxSize", 0, i64::MAX)] {
        if settings.int(name).is_some_and(|value| !(least..=most).contains(&value)) {
            return Err(match most {
                i64::MAX => format!("{name} must not be negative"),
                _ => format!("{name} must be from {least} to {most}"),
            });
        }
    }
    idempotency(settings)?;
    complexity(settings)
}

fn idempotency(settings: &Settings) -> Result<(), String> {
    match settings.given_in("idempotencyOptions", "ttl").map(Value::as_f64) {
        Some(None) => return Err("idempotency TTL value must be a number".into()),
        Some(Some(seconds)) if seconds <= 0.0 => {
            return Err("idempotency TTL value must be greater than 0 seconds".into());
        }
        _ => {}
    }
    let Some(paths) = settings.given_in("idempotencyOptions", "paths") else { return Ok(()) };
    let wrong = "idempotency paths must be of an array of strings";
    for path in paths.as_array().ok_or(wrong)? {
        let path = path.as_str().ok_or(wrong)?;
        if fancy_regex::Regex::new(&format!("^{path}")).is_err() {
            return Err(format!("idempotency paths contain an invalid regex pattern: \"{path}\""));
        }
    }
    Ok(())
}

fn complexity(settings: &Settings) -> Result<(), String> {
    for option in REQUEST_COMPLEXITY.options {
        let Some(value) = settings.given_in("requestComplexity", option.name) else { continue };
        let whole = value.as_i64().is_some_and(|limit| limit >= 1 || limit == -1);
        if matches!(option.kind, Kind::Int) && !whole {
            return Err(format!("requestComplexity.{} must be a positive integer or -1 to disable.", option.name));
        }
    }
    Ok(())
}
