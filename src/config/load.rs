//! From flags, environment and file to a [`ServerConfig`]: flags win over the environment, the environment over the
//! file, the file over the defaults.

use std::collections::{BTreeMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use super::error::{ConfigError, Warning, WarningKind};
use super::layers::{self, FileLayer};
use super::made_app::MadeKeys;
use super::push::PushConfig;
use super::settings::{Settings, Source};
use super::table::{self, Scope};
use super::types::{AppConfig, MadeApp, ServerConfig};
use super::{Database, build, deprecation, nearest, status, validate};

/// What a configuration is made from.
pub struct Input<'a> {
    /// The configuration file, if one is named.
    pub file: Option<&'a Path>,
    /// Flags as option name and text.
    pub flags: Vec<(String, String)>,
    /// The environment.
    pub env: &'a BTreeMap<String, String>,
    /// Reads a file.
    pub read_file: &'a dyn Fn(&Path) -> io::Result<String>,
    /// Yields the app to serve if none is configured, given the data directory.
    pub made_app: &'a mut dyn FnMut(&Path) -> Result<MadeKeys, ConfigError>,
}

/// A configuration, and what to tell the operator about it.
#[derive(Debug)]
pub struct Loaded {
    /// The configuration.
    pub server: ServerConfig,
    /// What is worth saying, in order.
    pub warnings: Vec<Warning>,
}

/// Makes the configuration, or says why it cannot be.
pub fn load(input: Input<'_>) -> Result<Loaded, ConfigError> {
    let mut warnings = Vec::new();
    let mut above = layers::flags(&input.flags, &mut warnings)?;
    above.merge(&layers::environment(input.env, &mut warnings)?);
    let ignored = above.texts("ignoreUnsupported")?;
    let file = read(&input, &ignored, &mut warnings)?;
    if file.apps.len() > 1 {
        no_app_options_above(&above)?;
    }
    foreign_id(&above, &file, &mut warnings)?;
    let mut apps: Vec<Settings> = file.apps.iter().map(|app| layered(&above, app, &file.shared)).collect();
    let mut made = None;
    if apps.is_empty() {
        let mut app = above;
        if app.given("appId").is_none() && app.given("masterKey").is_none() {
            let data_dir = PathBuf::from(app.text("dataDir")?.unwrap_or_default());
            made = Some(add_made_app(&mut app, (input.made_app)(&data_dir)?));
        }
        apps.push(app);
    }
    if let [app] = apps.as_mut_slice() {
        layers::other_uri(app, input.env);
    }
    let mut built = Vec::new();
    for settings in &mut apps {
        built.push(one_app(settings, made.is_some(), &mut warnings)?);
    }
    together(&apps, &built)?;
    lasting_disk(&apps, &built, input.env)?;
    let production = input.env.get("NODE_ENV").is_some_and(|env| env == "production");
    built.iter_mut().filter_map(|app| app.schema.as_mut()).for_each(|schema| schema.must_succeed = production);
    if production {
        built.iter_mut().filter_map(|app| app.push.as_mut()).for_each(PushConfig::in_production);
    }
    let mut said = HashSet::new();
    warnings.retain(|warning| said.insert(warning.message.clone()));
    let server = server(&apps[0], built, made)?;
    Ok(Loaded { server, warnings })
}

fn read(input: &Input<'_>, ignored: &[String], warnings: &mut Vec<Warning>) -> Result<FileLayer, ConfigError> {
    let Some(path) = input.file else { return Ok(FileLayer::default()) };
    if let Some(error) = super::recipe::for_javascript(path) {
        return Err(error);
    }
    let text = (input.read_file)(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    layers::file(path, &text, ignored, warnings)
}

fn layered(above: &Settings, app: &Settings, shared: &Settings) -> Settings {
    let mut out = above.clone();
    out.merge(app);
    out.merge(shared);
    out
}

/// With several apps nobody could say whose option a flag or a variable sets.
fn no_app_options_above(above: &Settings) -> Result<(), ConfigError> {
    let Some((option, _, source)) = above.iter().find(|(option, ..)| option.scope == Scope::App) else { return Ok(()) };
    let what = match source {
        Source::Flag => format!("the flag --{}", option.flag),
        _ => format!("the environment variable {}", option.env),
    };
    Err(format!(
        "{what} sets an option of one app, but the file has several: unset it, and set {} in the file",
        option.name
    )
    .into())
}

/// The environment wins over the file, also with the id of quite another app.
fn foreign_id(above: &Settings, file: &FileLayer, warnings: &mut Vec<Warning>) -> Result<(), ConfigError> {
    let from_env = above.iter().any(|(option, _, source)| option.name == "appId" && source == Source::Env);
    for app in file.apps.iter().filter(|_| from_env) {
        if let (Some(outer), Some(inner)) = (above.text("appId")?, app.text("appId")?)
            && outer != inner
        {
            let message = format!("the app is {outer}, as PARSE_SERVER_APPLICATION_ID says, and not {inner}");
            warnings.push(Warning { kind: WarningKind::Suspicious, message });
        }
    }
    Ok(())
}

fn add_made_app(settings: &mut Settings, made: MadeKeys) -> MadeApp {
    for (name, value) in made.keys.options() {
        if let Some(option) = table::named(name) {
            settings.set(option, value.into(), Source::Made);
        }
    }
    made.app
}

fn one_app(settings: &mut Settings, made: bool, warnings: &mut Vec<Warning>) -> Result<AppConfig, ConfigError> {
    if settings.text("appId")?.is_none() || settings.given("masterKey").is_none() {
        return Err("appId and masterKey are required".into());
    }
    let ignored = settings.texts("ignoreUnsupported")?;
    status::leave_out(settings, &ignored, warnings)?;
    strangers(&ignored, warnings);
    validate::app(settings, warnings)?;
    let app = build::app(settings, &data_dir(settings)?, warnings)?;
    status::check(settings, &app.database, warnings)?;
    if !made {
        deprecation::check(settings, warnings);
    }
    Ok(app)
}

/// Warns of names in `ignoreUnsupported` that are no option.
fn strangers(ignored: &[String], warnings: &mut Vec<Warning>) {
    for name in ignored {
        let known = name.split('.').next().is_some_and(|top| table::named(top).is_some());
        let left_out =
            warnings.iter().any(|w| w.kind == WarningKind::Ignored && w.message.starts_with(&format!("{name} ")));
        if !known && !left_out {
            let near = nearest::hint(name, table::all().map(|option| option.name));
            let message = format!("ignoreUnsupported names {name}, which is no option{near}");
            warnings.push(Warning { kind: WarningKind::Suspicious, message });
        }
    }
}

/// What several apps in one process must agree on, and what they must not share.
fn together(settings: &[Settings], apps: &[AppConfig]) -> Result<(), ConfigError> {
    for (i, (one, a)) in settings.iter().zip(apps).enumerate() {
        for (other, b) in settings.iter().zip(apps).skip(i + 1) {
            let pair = format!("{} and {}", a.app_id, b.app_id);
            if a.app_id == b.app_id {
                return Err(format!("two apps have the appId {}", a.app_id).into());
            }
            if a.database == b.database {
                return Err(format!("the apps {pair} store in the same database: give each its databaseURI").into());
            }
            let process = table::all().filter(|option| option.scope != Scope::App).map(|option| option.name);
            let mount: &[&str] = match a.mount_path == b.mount_path {
                // These act before a request says which app it is for.
                true => &["allowHeaders", "allowOrigin", "trustProxy", "maxUploadSize"],
                false => &[],
            };
            for name in process {
                if one.get(name) != other.get(name) {
                    return Err(format!("{name} differs between the apps {pair}: they share one process").into());
                }
            }
            for name in mount {
                if one.get(name) != other.get(name) {
                    return Err(format!(
                        "{name} differs between the apps {pair}, which share the mountPath {}: give each its own, \
                         or both the same {name}",
                        a.mount_path
                    )
                    .into());
                }
            }
        }
    }
    Ok(())
}

/// A dyno's disk is emptied at each restart, at least once a day: a database on it would be lost without a word.
fn lasting_disk(settings: &[Settings], apps: &[AppConfig], env: &BTreeMap<String, String>) -> Result<(), ConfigError> {
    let dyno = env.get("DYNO").is_some_and(|dyno| !dyno.is_empty());
    for (settings, app) in settings.iter().zip(apps) {
        let Database::Sqlite(path) = &app.database else { continue };
        if dyno && !settings.bool("allowEphemeral") {
            return Err(format!(
                "this is a dyno (DYNO is set): its disk is emptied at every restart, at least daily, and {} with it; \
                 add --allow-ephemeral if losing all data is acceptable",
                path.display()
            )
            .into());
        }
    }
    Ok(())
}

fn data_dir(settings: &Settings) -> Result<PathBuf, String> {
    Ok(PathBuf::from(settings.text("dataDir")?.unwrap_or_default()))
}

fn server(settings: &Settings, apps: Vec<AppConfig>, made_app: Option<MadeApp>) -> Result<ServerConfig, ConfigError> {
    let port = settings.int("port").unwrap_or_default();
    let depth = settings.int("maxJsonDepth").unwrap_or_default();
    if !(1..=500).contains(&depth) {
        return Err("maxJsonDepth must be from 1 to 500".into());
    }
    Ok(ServerConfig {
        host: settings.text("host")?.unwrap_or_default(),
        port: u16::try_from(port).map_err(|_| format!("port must be from 0 to 65535, but is {port}"))?,
        apps,
        data_dir: data_dir(settings)?,
        timeouts: build::timeouts(settings)?,
        max_json_depth: depth.unsigned_abs() as usize,
        log: build::log(settings)?,
        made_app,
    })
}

#[cfg(test)]
mod tests;
