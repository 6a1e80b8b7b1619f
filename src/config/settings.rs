//! The options of one app after its layers are merged: what was set, and the defaults behind it.

use indexmap::IndexMap;
use serde_json::Value;

use super::table::{Opt, named};

/// Where a value was set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    Flag,
    Env,
    File,
    /// By the app that Parsimony made.
    Made,
}

/// Values of top-level options by name, read by their kinds.
#[derive(Clone, Debug, Default)]
pub(super) struct Settings(IndexMap<&'static str, (Value, Source)>);

impl Settings {
    /// Sets a value unless an earlier layer did. `null` and a blank text are not set at all.
    pub(super) fn set(&mut self, option: &'static Opt, value: Value, source: Source) {
        let blank = value.is_null() || value.as_str() == Some("");
        if !blank && !self.0.contains_key(option.name) {
            self.0.insert(option.name, (value, source));
        }
    }

    /// Puts `lower` behind: its values count where this has none.
    pub(super) fn merge(&mut self, lower: &Settings) {
        for (name, value) in &lower.0 {
            self.0.entry(name).or_insert_with(|| value.clone());
        }
    }

    /// What was set, with its option.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'static Opt, &Value, Source)> {
        self.0.iter().filter_map(|(name, (value, source))| named(name).map(|option| (option, value, *source)))
    }

    /// Replaces what was set, or takes it away.
    pub(super) fn replace(&mut self, name: &'static str, value: Option<Value>) {
        match (value, self.0.get_mut(name)) {
            (Some(value), Some(old)) => old.0 = value,
            (None, Some(_)) => drop(self.0.shift_remove(name)),
            (_, None) => {}
        }
    }

    /// The value that was set, defaults aside.
    pub(super) fn given(&self, name: &str) -> Option<&Value> {
        self.0.get(name).map(|(value, _)| value)
    }

    /// The value set or the default.
    pub(super) fn get(&self, name: &str) -> Option<Value> {
        self.given(name).cloned().or_else(|| named(name)?.default_value())
    }

    /// The value set in a group, `null` aside.
    pub(super) fn given_in(&self, group: &str, name: &str) -> Option<&Value> {
        self.given(group)?.get(name).filter(|value| !value.is_null())
    }

    /// The value set in a group or its default.
    pub(super) fn get_in(&self, group: &str, name: &str) -> Option<Value> {
        let default = || named(group)?.group()?.get(name)?.default_value();
        self.given_in(group, name).cloned().or_else(default)
    }

    /// A text that must be one.
    pub(super) fn text(&self, name: &str) -> Result<Option<String>, String> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(format!("{name} must be a string")),
        }
    }

    /// A boolean; unset is false.
    pub(super) fn bool(&self, name: &str) -> bool {
        self.get(name) == Some(Value::Bool(true))
    }

    /// A boolean of a group; unset is false.
    pub(super) fn bool_in(&self, group: &str, name: &str) -> bool {
        self.get_in(group, name) == Some(Value::Bool(true))
    }

    /// A whole number.
    pub(super) fn int(&self, name: &str) -> Option<i64> {
        self.get(name)?.as_i64()
    }

    /// A list of texts that must be one.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>, String> {
        let list = self.get(name).unwrap_or(Value::Array(Vec::new()));
        texts(&list).ok_or_else(|| format!("{name} must be a list of strings"))
    }
}

/// The strings of a list of strings.
pub(super) fn texts(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
}
