//! Options inside groups: the types that their tables name, and the few values that only these may have.

use serde_json::Value;

use crate::config::settings::Settings;
use crate::config::table::{Kind, Opt, Table};
use crate::config::types::LogLevel;

pub(super) fn check(settings: &Settings) -> Result<(), String> {
    for (option, value, _) in settings.iter() {
        match option.kind {
            Kind::Group(table) => object(table, table.name, value)?,
            Kind::Groups(table) => list(table, table.name, value)?,
            _ => {}
        }
    }
    choices(settings)
}

fn object(table: &'static Table, path: &str, value: &Value) -> Result<(), String> {
    let object = value.as_object().ok_or(table.not_an_object)?;
    for (key, value) in object {
        if let Some(option) = table.get(key).filter(|_| !value.is_null()) {
            typed(table, option, &format!("{path}.{key}"), value)?;
        }
    }
    Ok(())
}

fn list(table: &'static Table, path: &str, value: &Value) -> Result<(), String> {
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| object(table, path, item)),
        one => object(table, path, one),
    }
}

fn typed(table: &Table, option: &Opt, path: &str, value: &Value) -> Result<(), String> {
    let wrong = |kind: &str| Err(table.wrong_type.replace("{path}", path).replace("{type}", kind));
    match option.kind {
        // Parse Server words these two unlike their neighbours.
        Kind::List if path == "liveQuery.classNames" && !value.is_array() => {
            Err("liveQuery.classes should be an array of string".into())
        }
        Kind::Bool if path == "databaseOptions.allowPublicExplain" && !value.is_boolean() => {
            Err(format!("Parse Server option '{path}' must be a boolean."))
        }
        Kind::Bool if !value.is_boolean() => wrong(table.boolean),
        Kind::Int if !value.is_number() => wrong("a number"),
        Kind::Text if !value.is_string() => wrong("a string"),
        Kind::List if !value.is_array() => wrong("an array"),
        Kind::Group(inner) => object(inner, path, value),
        Kind::Groups(_) if !value.is_array() => wrong("an array"),
        Kind::Groups(inner) => list(inner, path, value),
        _ => Ok(()),
    }
}

fn choices(settings: &Settings) -> Result<(), String> {
    for (name, choices) in [
        ("duplicateDeviceTokenAction", ["delete", "update"]),
        ("duplicateDeviceTokenMergePriority", ["deviceToken", "installationId"]),
    ] {
        let given = settings.given_in("installation", name).and_then(Value::as_str);
        if given.is_some_and(|value| !choices.contains(&value)) {
            return Err(format!("installation.{name} must be one of: '{}', '{}'.", choices[0], choices[1]));
        }
    }
    let domains = settings.given_in("fileUpload", "allowedFileUrlDomains").and_then(Value::as_array);
    if domains.is_some_and(|domains| domains.iter().any(|domain| domain.as_str().is_none_or(str::is_empty))) {
        return Err("fileUpload.allowedFileUrlDomains must contain only non-empty strings.".into());
    }
    definitions(settings)?;
    levels(settings)
}

fn definitions(settings: &Settings) -> Result<(), String> {
    let Some(all) = settings.given_in("schema", "definitions").and_then(Value::as_array) else { return Ok(()) };
    if !all.iter().all(Value::is_object) {
        return Err("Parse Server option schema.definitions must hold objects.".into());
    }
    let names: Vec<&str> = all.iter().filter_map(|one| one.get("className")?.as_str()).collect();
    let twice = names.iter().enumerate().any(|(i, name)| names[..i].contains(name));
    if twice && settings.bool_in("schema", "strict") {
        let names = names.join("\",\"");
        return Err(format!("The list of schemas provided contains duplicated \"className\"  \"{names}\""));
    }
    Ok(())
}

fn levels(settings: &Settings) -> Result<(), String> {
    let events = settings.given("logLevels").and_then(Value::as_object).into_iter().flatten();
    let events = events.filter_map(|(name, level)| Some((name.as_str(), level.as_str()?)));
    let general = settings.given("logLevel").and_then(Value::as_str).map(|level| ("logLevel", level));
    for (name, level) in events.chain(general) {
        if LogLevel::named(level).is_none() {
            return Err(format!(
                r#"'{name}' must be one of ["error","warn","info","debug","verbose","silly","silent"]"#
            ));
        }
    }
    Ok(())
}
