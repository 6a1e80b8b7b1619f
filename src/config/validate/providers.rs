//! `auth`: what Parse Server finds out when a provider is first used, told at the start.

mod adapter;

use serde_json::Value;

use super::url;
use crate::config::error::{Warning, WarningKind};
use crate::config::providers::{OtpAlgorithm, is_adapter, is_oauth2, is_on};
use crate::config::settings::{Settings, texts};

pub(super) fn check(settings: &Settings, warnings: &mut Vec<Warning>) -> Result<(), String> {
    let Some(all) = settings.given("auth").and_then(Value::as_object) else { return Ok(()) };
    for (name, options) in all.iter().filter(|(_, options)| !options.is_null()) {
        if !options.is_object() {
            return Err(format!("auth.{name} must be an object"));
        }
        if options.get("enabled").is_some_and(|enabled| !enabled.is_boolean()) {
            return Err(format!("auth.{name}.enabled must be a boolean"));
        }
        if is_on(options) {
            one(name, options, warnings)?;
        }
    }
    Ok(())
}

fn one(name: &str, options: &Value, warnings: &mut Vec<Warning>) -> Result<(), String> {
    match name {
        "anonymous" | "mfa" if is_oauth2(options) => {
            Err(format!("auth.{name} cannot have oauth2: choose another name"))
        }
        "anonymous" if is_adapter(options) => Err(format!("auth.{name} cannot have a module: choose another name")),
        "mfa" => mfa(options),
        _ if is_adapter(options) => adapter::check(name, options),
        _ if is_oauth2(options) => oauth2(name, options, warnings),
        "keycloak" => keycloak(options),
        _ => Ok(()),
    }
}

fn mfa(options: &Value) -> Result<(), String> {
    let kinds = options.get("options").and_then(Value::as_array).ok_or("mfa.options must be an array")?;
    let has = |kind: &str| kinds.iter().any(|one| one == kind);
    if !has("SMS") && !has("TOTP") {
        return Err("mfa.options must include SMS or TOTP".into());
    }
    let given = |name: &str| options.get(name).filter(|value| !is_blank(value));
    let number = |name: &str, default: f64| {
        given(name).map_or(Some(default), Value::as_f64).ok_or_else(|| format!("mfa.{name} must be a number"))
    };
    let (digits, period) = (number("digits", 6.0)?, number("period", 30.0)?);
    if !(4.0..=10.0).contains(&digits) || digits.fract() != 0.0 {
        return Err("mfa.digits must be between 4 and 10".into());
    }
    if period < 10.0 {
        return Err("mfa.period must be greater than 10".into());
    }
    if has("SMS") {
        adapter::sends_sms(options)?;
    }
    match given("algorithm").map(|name| name.as_str().and_then(OtpAlgorithm::named)) {
        Some(None) => Err("mfa.algorithm must be one of SHA1, SHA224, SHA256, SHA384, SHA512".into()),
        _ => Ok(()),
    }
}

/// What JavaScript's `||` passes over.
fn is_blank(value: &Value) -> bool {
    matches!(value, Value::Null | Value::Bool(false)) || value == "" || value.as_f64() == Some(0.0)
}

/// Names stand in paths to columns.
fn check_name(name: &str) -> Result<(), String> {
    let letters = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if letters && name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return Ok(());
    }
    Err(format!("auth.{name}: the name of a provider is letters, digits and underscores, a letter first"))
}

fn oauth2(name: &str, options: &Value, warnings: &mut Vec<Warning>) -> Result<(), String> {
    let path = format!("auth.{name}");
    check_name(name)?;
    let text = |key: &str| optional_text(options, key).map_err(|error| format!("{path}.{error}"));
    let url = text("tokenIntrospectionEndpointUrl")?
        .ok_or_else(|| format!("{path}: OAuth2 token introspection endpoint URL is missing."))?;
    url::check(&format!("{path}.tokenIntrospectionEndpointUrl"), url)?;
    text("useridField")?;
    if text("authorizationHeader")?.is_some_and(|header| !header.bytes().all(|b| (b' '..=b'~').contains(&b))) {
        return Err(format!("{path}.authorizationHeader has characters that no header may have"));
    }
    let ids = options.get("appIds").filter(|ids| !ids.is_null());
    let ids =
        ids.map(|ids| texts(ids).ok_or_else(|| format!("{path}.appIds must be a list of strings"))).transpose()?;
    let ids = ids.is_some_and(|ids| !ids.is_empty());
    match (text("appidField")?, ids) {
        (Some(_), false) => Err(format!("{path}: OAuth2 configuration is missing app IDs.")),
        (None, true) => {
            let message = format!("{path}.appIds is not looked at without appidField: tokens of other apps are taken");
            warnings.push(Warning { kind: WarningKind::Suspicious, message });
            Ok(())
        }
        _ => Ok(()),
    }
}

fn keycloak(options: &Value) -> Result<(), String> {
    let config = options.get("config").filter(|config| config.is_object()).ok_or("Missing keycloak configuration")?;
    let text = |key: &str| optional_text(config, key).map_err(|error| format!("auth.keycloak.config.{error}"));
    let (Some(url), Some(_)) = (text("auth-server-url")?, text("realm")?) else {
        return Err("Missing keycloak configuration: auth-server-url and realm of auth.keycloak.config".into());
    };
    url::check("auth.keycloak.config.auth-server-url", url)?;
    text("client-id")?.ok_or("Keycloak auth is not configured. Missing client-id.")?;
    match options.get("cacheMaxAge") {
        Some(age) if !is_blank(age) && !age.as_f64().is_some_and(|age| age > 0.0) => {
            Err("auth.keycloak.cacheMaxAge must be a number of milliseconds".into())
        }
        _ => Ok(()),
    }
}

/// A text that is not empty, if there is one.
fn optional_text<'a>(options: &'a Value, key: &str) -> Result<Option<&'a str>, String> {
    match options.get(key).filter(|value| !value.is_null()) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
        Some(_) => Err(format!("{key} must be a string")),
    }
}
