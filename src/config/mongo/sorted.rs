//! Settings of the driver, sorted into what works, what changes nothing, and what is refused.

use serde_json::Value;

use super::spread::{self, Given};
use super::uri::Uri;
use crate::config::error::{Warning, WarningKind};
use crate::config::nearest;
use crate::config::table::driver::{self, Fate, SETTINGS};

/// What the driver is told unless the operator says otherwise: what Node's driver does.
const DEFAULTS: [(&str, &str); 2] = [("maxPoolSize", "100"), ("connectTimeoutMS", "30000")];
/// Ways to prove who we are that the driver is built with.
const MECHANISMS: [&str; 4] = ["SCRAM-SHA-1", "SCRAM-SHA-256", "MONGODB-X509", "PLAIN"];

/// The settings read so far.
pub(super) struct Sorted<'a> {
    options: Given,
    uri: Given,
    warnings: &'a mut Vec<Warning>,
}

impl<'a> Sorted<'a> {
    pub(super) fn new(warnings: &'a mut Vec<Warning>) -> Self {
        Self { options: Given::default(), uri: Given::default(), warnings }
    }

    /// One of `databaseOptions`.
    pub(super) fn option(&mut self, name: &str, value: &Value) -> Result<(), String> {
        read(&format!("databaseOptions.{name}"), name, value, &mut self.options, self.warnings)
    }

    /// One of the URI.
    pub(super) fn in_uri(&mut self, name: &str, value: String) -> Result<(), String> {
        read(&format!("{name} in databaseURI"), name, &Value::String(value), &mut self.uri, self.warnings)
    }

    /// Writes what was read into the URI; gives back name and version of the client.
    pub(super) fn finish(self, uri: &mut Uri) -> Result<Option<(String, String)>, String> {
        let mut given = both(self.options, self.uri)?;
        if let Some((user, password)) = given.who.take() {
            (uri.user, uri.password) = (Some(user), Some(password));
        }
        uri.database = given.database.take().or(uri.database.take());
        mechanism(&mut given, uri.user.is_some())?;
        preference(&mut given, self.warnings);
        for (name, value) in DEFAULTS {
            if given.get(name).is_none() {
                given.set(name, value.into());
            }
        }
        for (name, value) in &mut given.settings {
            match (name.as_str(), value.as_str()) {
                // In Node's driver 0 takes the bound away.
                ("maxPoolSize", "0") => *value = u32::MAX.to_string(),
                ("maxConnecting", "0") => return Err("maxConnecting must be > 0 if specified".into()),
                _ => {}
            }
        }
        uri.settings = given.settings;
        Ok(given.client)
    }
}

fn read(place: &str, name: &str, value: &Value, own: &mut Given, warnings: &mut Vec<Warning>) -> Result<(), String> {
    let Some(setting) = driver::setting(name) else {
        let near = nearest::hint(name, SETTINGS.iter().map(|setting| setting.name));
        let message = format!("{place} is no setting of the driver and has no effect{near}");
        warnings.push(Warning { kind: WarningKind::Suspicious, message });
        return Ok(());
    };
    match setting.fate {
        Fate::Works => spread::spread(setting, place, value, own),
        Fate::Refused(reason) if *value != Value::Bool(false) && value.as_str() != Some("false") => {
            Err(format!("{place} cannot be done: {reason}"))
        }
        Fate::Refused(_) => Ok(()),
        Fate::NoEffect(reason) => {
            no_effect(format!("{place} has no effect: {reason}"), warnings);
            Ok(())
        }
    }
}

fn no_effect(message: String, warnings: &mut Vec<Warning>) {
    warnings.push(Warning { kind: WarningKind::NoEffect, message });
}

/// What `databaseOptions` says counts before what the URI says.
fn both(mut options: Given, uri: Given) -> Result<Given, String> {
    let own: Vec<String> = options.settings.iter().map(|(name, _)| name.clone()).collect();
    if let (Some(one), Some(other)) = (options.get("tls"), uri.get("tls"))
        && one != other
    {
        return Err("All values of tls/ssl must be the same.".into());
    }
    options.settings.extend(uri.settings.into_iter().filter(|(name, _)| !own.contains(name)));
    options.client = options.client.or(uri.client);
    options.who = options.who.or(uri.who);
    options.database = options.database.or(uri.database);
    Ok(options)
}

fn mechanism(given: &mut Given, user: bool) -> Result<(), String> {
    given.drop("authMechanism", |value| value == "DEFAULT");
    match given.get("authMechanism") {
        Some(known) if !MECHANISMS.contains(&known) => {
            let all = MECHANISMS.join(", ");
            return Err(format!("authMechanism {known} cannot be done: it is not built in; there are {all}"));
        }
        // Node's driver drops what would be asked of nobody; ours refuses it.
        None if !user => given.drop("authSource", |_| true),
        _ => {}
    }
    Ok(())
}

/// Node's driver reads from a secondary if all it is told is how stale one may be, and drops tags without a preference.
fn preference(given: &mut Given, warnings: &mut Vec<Warning>) {
    if given.get("readPreference").is_some() {
        return;
    }
    if given.get("maxStalenessSeconds").is_some() {
        given.set("readPreference", "secondary".into());
    } else if given.get("readPreferenceTags").is_some() {
        given.drop("readPreferenceTags", |_| true);
        no_effect("readPreferenceTags has no effect: readPreference is not set".into(), warnings);
    }
}
