//! The layers of a configuration: flags, environment, file. The first that sets an option wins.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value};

use super::error::{ConfigError, Warning, WarningKind};
use super::settings::{Settings, Source};
use super::table::{self, Opt, Scope};
use super::{kind, legacy, nearest};

/// Reads flags given as option name and text; a later one wins over an earlier.
pub(super) fn flags(given: &[(String, String)], warnings: &mut Vec<Warning>) -> Result<Settings, ConfigError> {
    let mut out = Settings::default();
    for (name, text) in given.iter().rev() {
        let option = table::named(name).ok_or_else(|| unknown(name))?;
        put(&mut out, option, Value::from(text.as_str()), Source::Flag, warnings)?;
    }
    Ok(out)
}

/// Reads the environment; empty values are ignored, and so are unknown variables, with a warning where their name says
/// that they are meant for us.
pub(super) fn environment(
    env: &BTreeMap<String, String>,
    warnings: &mut Vec<Warning>,
) -> Result<Settings, ConfigError> {
    let mut out = Settings::default();
    for (variable, text) in env.iter().filter(|(_, text)| !text.is_empty()) {
        match table::all().find(|option| option.env == variable) {
            Some(option) => put(&mut out, option, Value::from(text.as_str()), Source::Env, warnings)?,
            None => stray_variable(variable, warnings)?,
        }
    }
    Ok(out)
}

/// Other names for the variable of `databaseURI`, as hosts set them and Parse Server's example reads them. They count only
/// where nothing else names a database: they may be meant for another program.
const URIS: [&str; 2] = ["DATABASE_URI", "MONGODB_URI"];

/// Takes the database from a variable of another name, if the only app has none.
pub(super) fn other_uri(app: &mut Settings, env: &BTreeMap<String, String>) {
    let uri = URIS.iter().find_map(|name| env.get(*name).filter(|uri| !uri.is_empty()));
    if let (Some(option), Some(uri)) = (table::named("databaseURI"), uri) {
        app.set(option, Value::from(uri.as_str()), Source::Env);
    }
}

fn stray_variable(variable: &str, warnings: &mut Vec<Warning>) -> Result<(), ConfigError> {
    let group = |option: &Opt| option.group().is_some_and(|table| table.options.iter().any(|o| o.env == variable));
    let message = if let Some(advice) = legacy::variable(variable) {
        format!("{variable} is of an older Parse Server: {advice}")
    } else if let Some(option) = table::all().find(|option| group(option)) {
        format!("{variable} is not read, by Parse Server neither: set {} as JSON", option.env)
    } else if variable.starts_with("PARSIMONY_") {
        let near = nearest::hint(variable, table::all().map(|option| option.env));
        return Err(format!("unknown environment variable {variable}{near}").into());
    } else if variable.starts_with("PARSE_SERVER_") || variable.starts_with("PARSE_PUBLIC_") {
        let near = nearest::hint(variable, table::all().map(|option| option.env));
        format!("unknown environment variable {variable}{near}: ignored")
    } else {
        return Ok(());
    };
    warnings.push(Warning { kind: WarningKind::Suspicious, message });
    Ok(())
}

/// What a file sets: for the process, and for each of its apps.
#[derive(Debug, Default)]
pub(super) struct FileLayer {
    /// Beside `apps`.
    pub(super) shared: Settings,
    pub(super) apps: Vec<Settings>,
}

/// Reads a configuration file. `ignored` names unknown options to leave out.
pub(super) fn file(
    path: &Path,
    text: &str,
    ignored: &[String],
    warnings: &mut Vec<Warning>,
) -> Result<FileLayer, ConfigError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let root: Value =
        serde_json::from_str(text).map_err(|error| format!("{} is not valid JSON: {error}", path.display()))?;
    let Value::Object(mut root) = root else {
        return Err(format!("{} must hold a JSON object", path.display()).into());
    };
    let Some(apps) = root.remove("apps") else {
        return Ok(FileLayer { shared: Settings::default(), apps: vec![object(root, ignored, warnings)?] });
    };
    let shared = beside_apps(root, ignored, warnings)?;
    let Some(apps) = apps.as_array().filter(|apps| !apps.is_empty()) else {
        return Err(format!("apps in {} must be a list with an app", path.display()).into());
    };
    let mut out = FileLayer { shared, apps: Vec::new() };
    for app in apps {
        let Value::Object(app) = app else { return Err("apps must be a list of objects".into()) };
        out.apps.push(object(app.clone(), ignored, warnings)?);
    }
    Ok(out)
}

/// Parse Server does not read what stands beside `apps`; here it may be what concerns the process.
fn beside_apps(
    mut root: Map<String, Value>,
    ignored: &[String],
    warnings: &mut Vec<Warning>,
) -> Result<Settings, ConfigError> {
    root.retain(|name, _| {
        let app = table::named(name).is_none_or(|option| option.scope == Scope::App);
        if app {
            let message = format!("{name} beside apps is ignored: put it into the apps it is meant for");
            warnings.push(Warning { kind: WarningKind::Suspicious, message });
        }
        !app
    });
    object(root, ignored, warnings)
}

fn object(
    object: Map<String, Value>,
    ignored: &[String],
    warnings: &mut Vec<Warning>,
) -> Result<Settings, ConfigError> {
    let mut out = Settings::default();
    let own = object.get("ignoreUnsupported").and_then(Value::as_array).cloned().unwrap_or_default();
    let ignored = |name: &str| ignored.iter().any(|i| i == name) || own.iter().any(|i| i == name);
    for (name, value) in object {
        match table::named(&name) {
            Some(_) if value.is_null() => {}
            Some(option) => put(&mut out, option, value, Source::File, warnings)?,
            None if ignored(&name) => {
                let message = format!("{name} is unknown and left out, as ignoreUnsupported says");
                warnings.push(Warning { kind: WarningKind::Ignored, message });
            }
            None => return Err(unknown(&name)),
        }
    }
    Ok(out)
}

fn put(
    out: &mut Settings,
    option: &'static Opt,
    raw: Value,
    source: Source,
    warnings: &mut Vec<Warning>,
) -> Result<(), ConfigError> {
    if matches!(option.kind, table::Kind::Bool) && !kind::is_plain_bool(&raw) {
        let message = format!("{} is neither true nor false: read as false, as Parse Server does", option.name);
        warnings.push(Warning { kind: WarningKind::Suspicious, message });
    }
    out.set(option, kind::read(option, raw)?, source);
    Ok(())
}

/// The error for a flag that no option has, given without its dashes.
pub fn unknown_flag(flag: &str) -> ConfigError {
    let name = flag.split('=').next().unwrap_or_default();
    match legacy::option(name) {
        Some(advice) => format!("unknown option --{name}, of an older Parse Server: {advice}").into(),
        None => {
            let (flag, known) = (format!("--{name}"), table::all().map(|option| format!("--{}", option.flag)));
            let near = nearest::hint(&flag, known.collect::<Vec<_>>().iter().map(String::as_str));
            format!("unknown option {flag}{near}").into()
        }
    }
}

/// The error for an unknown top-level option.
pub(super) fn unknown(name: &str) -> ConfigError {
    match legacy::option(name) {
        Some(advice) => format!("unknown option {name}, of an older Parse Server: {advice}").into(),
        None => {
            let near = nearest::hint(name, table::all().map(|option| option.name));
            format!("unknown option {name}{near}").into()
        }
    }
}
