//! What becomes of each option that was set: works, changes nothing, or belongs to what is not built yet.

use serde_json::{Map, Value};

use super::error::{ConfigError, Warning, WarningKind};
use super::providers::{is_adapter, is_oauth2};
use super::settings::Settings;
use super::table::{self, Kind, Opt, Others, Status, Table};
use super::{Database, legacy, nearest};

/// Takes away the options that `ignored` names as far as they do not work: whole (`push`), by group (`pages`) or one of
/// a group (`pages.pagesPath`). Refuses unknown keys in groups.
pub(super) fn leave_out(
    settings: &mut Settings,
    ignored: &[String],
    warnings: &mut Vec<Warning>,
) -> Result<(), ConfigError> {
    let given: Vec<_> = settings.iter().map(|(option, value, _)| (option, value.clone())).collect();
    for (option, value) in given {
        let mut left = Left { ignored, names: Vec::new() };
        let kept = left.option(option, option.name, value)?;
        settings.replace(option.name, kept);
        for name in left.names {
            let message = format!("{name} is left out, as ignoreUnsupported says");
            warnings.push(Warning { kind: WarningKind::Ignored, message });
        }
    }
    Ok(())
}

struct Left<'a> {
    ignored: &'a [String],
    /// Paths left out.
    names: Vec<String>,
}

impl Left<'_> {
    fn option(&mut self, option: &Opt, path: &str, value: Value) -> Result<Option<Value>, ConfigError> {
        let inner = match option.group() {
            Some(table) => self.group(table, path, value)?,
            None => value,
        };
        if matches!(option.status, Status::NotYet(_)) && self.names_it(path) && !is_off(&inner) {
            self.names.push(path.to_owned());
            return Ok(None);
        }
        Ok(Some(inner))
    }

    fn group(&mut self, table: &'static Table, path: &str, value: Value) -> Result<Value, ConfigError> {
        match value {
            Value::Array(items) => {
                items.into_iter().map(|item| self.group(table, path, item)).collect::<Result<_, _>>()
            }
            Value::Object(object) => self.object(table, path, object).map(Value::Object),
            other => Ok(other),
        }
    }

    fn object(
        &mut self,
        table: &'static Table,
        path: &str,
        object: Map<String, Value>,
    ) -> Result<Map<String, Value>, ConfigError> {
        let mut out = Map::new();
        for (key, value) in object {
            let inner = format!("{path}.{key}");
            match entry(table, &key, &value) {
                Some(option) => {
                    if let Some(value) = self.option(option, &inner, value)? {
                        out.insert(key, value);
                    }
                }
                None if self.ignored.contains(&inner) => self.names.push(inner),
                None => return Err(unknown(table, &inner, &key)),
            }
        }
        Ok(out)
    }

    fn names_it(&self, path: &str) -> bool {
        self.ignored
            .iter()
            .any(|name| path == name || path.strip_prefix(name.as_str()).is_some_and(|r| r.starts_with('.')))
    }
}

fn unknown(table: &Table, path: &str, key: &str) -> ConfigError {
    let said = table.unknown.replace("{path}", path).replace("{group}", table.name).replace("{key}", key);
    match legacy::option(path) {
        Some(advice) => format!("{said}, of an older Parse Server: {advice}").into(),
        None => {
            let near = nearest::hint(key, table.options.iter().map(|option| option.name));
            format!("{said}{near}").into()
        }
    }
}

/// Refuses options that are set to more than off and belong to what is not built yet; warns of those without effect.
pub(super) fn check(settings: &Settings, database: &Database, warnings: &mut Vec<Warning>) -> Result<(), ConfigError> {
    let mongo = matches!(database, Database::Mongo(_));
    let mut found = Found { refused: Vec::new(), mongo, warnings };
    for (option, value, _) in settings.iter() {
        found.option(option, option.name, value);
    }
    if found.refused.is_empty() {
        return Ok(());
    }
    let whats: Vec<String> = found.refused.iter().map(|(path, area)| format!("{path} ({area})")).collect();
    let names: Vec<&str> = found.refused.iter().map(|(path, _)| path.as_str()).collect();
    Err(format!(
        "not built yet: {}; to start without, remove it or add --ignore-unsupported {}",
        whats.join(", "),
        names.join(",")
    )
    .into())
}

struct Found<'a> {
    /// Path and area.
    refused: Vec<(String, &'static str)>,
    /// Is the app on MongoDB? Then settings of its driver have been seen to.
    mongo: bool,
    warnings: &'a mut Vec<Warning>,
}

impl Found<'_> {
    fn option(&mut self, option: &Opt, path: &str, value: &Value) {
        let same = value.is_null() || option.default_value().as_ref() == Some(value);
        match option.status {
            _ if same => {}
            Status::Works => match option.kind {
                Kind::Group(table) | Kind::Groups(table) => self.group(table, path, value),
                _ => {}
            },
            Status::OnMongo(_) | Status::Driver if self.mongo => {}
            Status::NoEffect(reason) | Status::OnMongo(reason) => self.no_effect(path, reason),
            Status::Driver => self.no_effect(path, "a setting of the MongoDB driver; this app is on SQLite"),
            Status::NotYet(_) if is_off(value) => {}
            Status::NotYet(area) if self.refused.iter().all(|(known, _)| known != path) => {
                self.refused.push((path.to_owned(), area));
            }
            Status::NotYet(_) => {}
        }
    }

    fn no_effect(&mut self, path: &str, reason: &str) {
        let message = format!("{path} has no effect: {reason}");
        self.warnings.push(Warning { kind: WarningKind::NoEffect, message });
    }

    fn group(&mut self, table: &'static Table, path: &str, value: &Value) {
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.group(table, path, item)),
            Value::Object(object) => {
                for (key, value) in object {
                    let inner = format!("{path}.{key}");
                    if let Some(option) = entry(table, key, value) {
                        self.option(option, &inner, value);
                    }
                }
            }
            _ => {}
        }
    }
}

/// What a table says of a key. One that it takes and does not name has a stand-in; so has a provider of Parse Server that is
/// an adapter of the app's own here.
fn entry(table: &'static Table, key: &str, value: &Value) -> Option<&'static Opt> {
    match table.others {
        Others::Provider if is_adapter(value) && !["anonymous", "mfa"].contains(&key) => Some(&OWN),
        _ => table.get(key).or_else(|| unnamed(table, value)),
    }
}

fn unnamed(table: &Table, value: &Value) -> Option<&'static Opt> {
    match table.others {
        Others::Refused => None,
        Others::Driver => Some(&DRIVER),
        Others::Provider if is_oauth2(value) => Some(&OWN),
        Others::Provider => Some(&MODULE),
    }
}

static DRIVER: Opt = stand_in(Status::Driver);
static OWN: Opt = stand_in(Status::Works);
static MODULE: Opt = stand_in(Status::NotYet(
    "auth providers of your own, but for those with oauth2: true and those behind the module http-auth-adapter",
));

const fn stand_in(status: Status) -> Opt {
    Opt { name: "", flag: "", env: "", kind: Kind::Json, default: "", doc: "", status, scope: table::Scope::App }
}

/// Whether a value switches its option off, or leaves it as if it were not there.
fn is_off(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(object) => object.values().all(is_off),
        Value::Bool(true) | Value::Number(_) => false,
    }
}
