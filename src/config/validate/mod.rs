//! The checks that Parse Server makes at its start, with its words.

mod accounts;
mod groups;
mod limits;
mod mail;
mod pages;
mod path;
mod providers;
mod rate_limit;
mod url;

use serde_json::Value;

use super::error::{Warning, WarningKind};
use super::settings::Settings;
use super::table::Kind;

/// Checks the options of one app, which must have an id and a master key.
pub(super) fn app(settings: &Settings, warnings: &mut Vec<Warning>) -> Result<(), String> {
    keys(settings)?;
    public_url(settings)?;
    accounts::check(settings)?;
    mail::check(settings)?;
    providers::check(settings, warnings)?;
    limits::check(settings)?;
    lists(settings)?;
    rate_limit::check(settings)?;
    groups::check(settings)?;
    pages::check(settings)?;
    texts(settings)?;
    reserved_characters(settings, warnings);
    Ok(())
}

fn keys(settings: &Settings) -> Result<(), String> {
    let master = settings.given("masterKey");
    for other in ["readOnlyMasterKey", "maintenanceKey"] {
        if master.is_some() && master == settings.given(other) {
            return Err(format!("masterKey and {other} should be different"));
        }
    }
    Ok(())
}

fn public_url(settings: &Settings) -> Result<(), String> {
    match settings.given("publicServerURL") {
        None => Ok(()),
        Some(Value::String(url)) if url.starts_with("http://") || url.starts_with("https://") => Ok(()),
        Some(Value::String(_)) => {
            Err("The option publicServerURL must be a valid URL starting with http:// or https://.".into())
        }
        Some(other) => {
            Err(format!("The option publicServerURL must be a string or function, but got {}.", type_of(other)))
        }
    }
}

fn lists(settings: &Settings) -> Result<(), String> {
    if let Some(headers) = settings.given("allowHeaders") {
        let headers = headers.as_array().ok_or("Allow headers must be an array")?;
        for header in headers {
            match header.as_str().map(str::trim) {
                None => return Err("Allow headers must only contain strings".into()),
                Some("") => return Err("Allow headers must not contain empty strings".into()),
                Some(_) => {}
            }
        }
    }
    if settings.given("requestKeywordDenylist").is_some_and(|list| !list.is_array()) {
        return Err("Parse Server option requestKeywordDenylist must be an array.".into());
    }
    route_allow_list(settings)
}

fn route_allow_list(settings: &Settings) -> Result<(), String> {
    let option = "Parse Server option routeAllowList";
    let Some(patterns) = settings.given("routeAllowList") else { return Ok(()) };
    for pattern in patterns.as_array().ok_or(format!("{option} must be an array of strings."))? {
        let pattern = pattern.as_str().ok_or(format!("{option} contains a non-string value."))?;
        if fancy_regex::Regex::new(&format!("^{pattern}$")).is_err() {
            return Err(format!("{option} contains an invalid regex pattern: \"{pattern}\"."));
        }
    }
    Ok(())
}

/// Every other option that is a text must be one.
fn texts(settings: &Settings) -> Result<(), String> {
    for (option, value, _) in settings.iter() {
        match option.kind {
            Kind::Text if !value.is_string() && option.name == "cloud" => {
                return Err("argument 'cloud' must either be a string or a function".into());
            }
            Kind::Text if !value.is_string() => return Err(format!("{} must be a string", option.name)),
            _ => {}
        }
    }
    Ok(())
}

fn reserved_characters(settings: &Settings, warnings: &mut Vec<Warning>) {
    let id = settings.given("appId").and_then(Value::as_str).unwrap_or_default();
    if id.contains(|c| "!#$%'()*+&/:;=?@[]{}^,|<>".contains(c)) {
        let message = "appId has special characters, which can cause trouble in URLs".to_owned();
        warnings.push(Warning { kind: WarningKind::Suspicious, message });
    }
}

/// JavaScript's `typeof`.
fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        _ => "object",
    }
}
