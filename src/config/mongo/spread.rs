//! One setting of Node's driver as the settings of ours that say the same.

use serde_json::Value;

use crate::config::table::driver::{Setting, Takes};

/// What settings come to.
#[derive(Default)]
pub(super) struct Given {
    /// Name and text, as our driver spells them in a URI.
    pub(super) settings: Vec<(String, String)>,
    /// Name and version of the client.
    pub(super) client: Option<(String, String)>,
    pub(super) database: Option<String>,
    /// User and password.
    pub(super) who: Option<(String, String)>,
}

impl Given {
    /// The text of a setting.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.settings.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Adds a setting.
    pub(super) fn set(&mut self, name: &str, value: String) {
        self.settings.push((name.to_owned(), value));
    }

    /// Takes settings away.
    pub(super) fn drop(&mut self, name: &str, which: impl Fn(&str) -> bool) {
        self.settings.retain(|(known, value)| known != name || !which(value));
    }
}

/// Adds a setting that works; `place` says where it stands.
pub(super) fn spread(setting: &Setting, place: &str, value: &Value, out: &mut Given) -> Result<(), String> {
    match (setting.name, value) {
        ("auth", Value::Object(_)) => {
            out.who = Some((member(place, value, "username")?, member(place, value, "password")?))
        }
        ("clientMetadata" | "driverInfo", Value::Object(_)) => {
            out.client = Some((member(place, value, "name")?, member(place, value, "version").unwrap_or_default()));
        }
        ("dbName", _) => out.database = Some(text(place, value)?),
        ("compressors", _) => compressors(place, value, out)?,
        ("readConcern", Value::Object(_)) => out.set("readConcernLevel", member(place, value, "level")?),
        ("readPreference", Value::Object(_)) => preference(place, value, out)?,
        ("readPreference", _) => out.set("readPreference", text(place, value)?),
        ("readPreferenceTags", _) => tags(place, value, out)?,
        ("writeConcern", _) => concern(place, value, out)?,
        ("w", _) => acknowledged(place, value, out)?,
        ("zlibCompressionLevel", _) => {
            let level = whole(value).filter(|level| (-1..=9).contains(level));
            out.set(setting.name, level.ok_or(format!("{place} must be a number from -1 to 9"))?.to_string());
        }
        ("auth" | "clientMetadata" | "driverInfo" | "readConcern", _) => {
            return Err(format!("{place} must be an object"));
        }
        (name, _) => out.set(renamed(name), plain(setting.takes, place, value)?),
    }
    Ok(())
}

/// The one name of settings that have several.
fn renamed(name: &str) -> &str {
    match name {
        "ssl" => "tls",
        "j" => "journal",
        "wtimeout" | "wtimeoutMS" => "wTimeoutMS",
        name => name,
    }
}

fn plain(takes: Takes, place: &str, value: &Value) -> Result<String, String> {
    match takes {
        Takes::Bool => match value {
            Value::Bool(value) => Ok(value.to_string()),
            Value::String(value) if matches!(value.as_str(), "true" | "false") => Ok(value.clone()),
            _ => Err(format!("{place} must be true or false")),
        },
        Takes::Count => match whole(value).filter(|number| *number >= 0) {
            Some(number) => Ok(number.to_string()),
            None => Err(format!("{place} must be a whole number that is not negative")),
        },
        Takes::Text | Takes::Any => text(place, value),
    }
}

fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

fn text(place: &str, value: &Value) -> Result<String, String> {
    value.as_str().map(str::to_owned).ok_or_else(|| format!("{place} must be a string"))
}

fn member(place: &str, value: &Value, name: &str) -> Result<String, String> {
    value.get(name).and_then(Value::as_str).map(str::to_owned).ok_or_else(|| format!("{place}.{name} must be a string"))
}

fn compressors(place: &str, value: &Value, out: &mut Given) -> Result<(), String> {
    let names: Vec<&str> = match value {
        Value::String(names) => names.split(',').collect(),
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let known = |name: &&str| ["none", "snappy", "zlib", "zstd"].contains(name);
    if names.is_empty() || !names.iter().all(known) {
        return Err(format!("{place} must be a list of snappy, zlib, zstd, or none"));
    }
    let names: Vec<&str> = names.into_iter().filter(|name| *name != "none").collect();
    if !names.is_empty() {
        out.set("compressors", names.join(","));
    }
    Ok(())
}

fn preference(place: &str, value: &Value, out: &mut Given) -> Result<(), String> {
    out.set("readPreference", member(place, value, "mode")?);
    if let Some(seconds) = value.get("maxStalenessSeconds") {
        out.set("maxStalenessSeconds", plain(Takes::Count, place, seconds)?);
    }
    value.get("tags").map_or(Ok(()), |list| tags(place, list, out))
}

/// `dc:ny,rack:1`, an object for it, or a list of either, tried in order.
fn tags(place: &str, value: &Value, out: &mut Given) -> Result<(), String> {
    let wrong = || format!("{place} must be a list of tags such as \"dc:ny,rack:1\"");
    let one = |tag: &Value| match tag {
        Value::String(text) if text.is_empty() || text.split(',').all(|pair| pair.contains(':')) => Ok(text.clone()),
        Value::Object(pairs) => {
            let pair = |(name, value): (&String, &Value)| Some(format!("{name}:{}", value.as_str()?));
            Ok(pairs.iter().map(pair).collect::<Option<Vec<_>>>().ok_or_else(wrong)?.join(","))
        }
        _ => Err(wrong()),
    };
    let list = match value {
        Value::Array(list) => list.iter().map(one).collect::<Result<Vec<_>, _>>()?,
        one_tag => vec![one(one_tag)?],
    };
    list.into_iter().for_each(|tag| out.set("readPreferenceTags", tag));
    Ok(())
}

fn concern(place: &str, value: &Value, out: &mut Given) -> Result<(), String> {
    let Value::Object(members) = value else { return acknowledged(place, value, out) };
    for (name, value) in members {
        let inner = format!("{place}.{name}");
        match name.as_str() {
            "w" => acknowledged(&inner, value, out)?,
            "j" | "journal" => out.set("journal", plain(Takes::Bool, &inner, value)?),
            "wtimeout" | "wtimeoutMS" => out.set("wTimeoutMS", plain(Takes::Count, &inner, value)?),
            _ => return Err(format!("{inner} is no part of a write concern")),
        }
    }
    Ok(())
}

/// Without an acknowledgement nobody would know what became of a write.
fn acknowledged(place: &str, value: &Value, out: &mut Given) -> Result<(), String> {
    let w = match (whole(value), value) {
        (Some(0), _) => {
            return Err(format!("{place} cannot be 0: a write that nobody acknowledges may be lost without a word"));
        }
        (Some(nodes), _) if nodes > 0 => nodes.to_string(),
        (None, Value::String(name)) => name.clone(),
        _ => return Err(format!("{place} must be a number of nodes or \"majority\"")),
    };
    out.set("w", w);
    Ok(())
}
