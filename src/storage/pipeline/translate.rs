//! A pipeline as a request has it, into stages with the database's names (`queries.md` section 6). No I/O; MongoDB's too.

use super::ejson;
use crate::error::{Error, Result};
use crate::model::js;
use crate::model::{ClassSchema, Date, FieldType, Map, Value};

/// One stage: its name with the `$`, and what it is given.
#[derive(Debug, Clone, PartialEq)]
pub struct RawStage {
    /// `$match`
    pub name: String,
    /// Its argument.
    pub spec: Value,
}

/// How a pipeline is written and how its results are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Style {
    /// `rawValues`: Extended JSON in and out, no dates made of texts.
    pub raw_values: bool,
    /// `rawFieldNames`: nothing is renamed.
    pub raw_field_names: bool,
}

/// A pipeline for the database.
#[derive(Debug, Clone, PartialEq)]
pub struct Translated {
    /// The stages.
    pub stages: Vec<RawStage>,
    /// Are documents grouped by a pointer column? Then their `_id` is `Class$id`, of which clients get the id.
    pub pointer_key: bool,
}

impl RawStage {
    /// A stage from an object with one key.
    ///
    /// # Errors
    /// 102 for anything else.
    pub fn of_value(value: &Value) -> Result<Self> {
        let one = value.as_object().filter(|m| m.len() == 1).and_then(|m| m.iter().next());
        let bad = || Error::query("A pipeline stage specification object must contain exactly one field.");
        one.map(|(name, spec)| Self { name: name.to_string(), spec: spec.clone() }).ok_or_else(bad)
    }

    /// The stage as an object with one key.
    pub fn to_value(&self) -> Value {
        Value::Object(Map::from([(self.name.as_str(), self.spec.clone())]))
    }
}

/// The stages of a request: `pipeline`, or the parameters themselves. `body` is what is left of the parameters when `hint`,
/// `explain`, `comment`, `readPreference`, `rawValues` and `rawFieldNames` are taken out. `distinct`: are there to be distinct
/// values instead?
///
/// # Errors
/// 102 as `queries.md` section 6 lists them.
pub fn read(body: &Map, distinct: bool) -> Result<Vec<RawStage>> {
    let whole;
    let pipeline = match body.get("pipeline") {
        Some(value) if value.truthy() => value,
        _ => {
            whole = Value::Object(body.clone());
            &whole
        }
    };
    let mut stages = Vec::new();
    match pipeline {
        Value::Array(list) => {
            for stage in list {
                stages.extend(one(stage, distinct)?);
            }
        }
        Value::Object(map) => {
            for (name, spec) in map {
                stages.extend(checked(name, spec, distinct)?);
            }
        }
        // JavaScript finds the characters of a text as its keys.
        Value::String(_) => return Err(Error::query("Invalid aggregate stage '0'.")),
        _ => {}
    }
    Ok(stages)
}

fn one(stage: &Value, distinct: bool) -> Result<Option<RawStage>> {
    let keys: Vec<String> = match stage {
        Value::Object(map) => map.keys().map(ToString::to_string).collect(),
        Value::Array(list) => (0..list.len()).map(|i| i.to_string()).collect(),
        Value::String(text) => (0..text.chars().count()).map(|i| i.to_string()).collect(),
        _ => Vec::new(),
    };
    match (keys.as_slice(), stage) {
        ([name], Value::Object(map)) => checked(name, map.get(name).unwrap_or(&Value::Null), distinct),
        ([name], _) => checked(name, &Value::Null, distinct),
        _ => Err(Error::query(format!("Pipeline stages should only have one key but found {}.", keys.join(", ")))),
    }
}

fn checked(name: &str, spec: &Value, distinct: bool) -> Result<Option<RawStage>> {
    if matches!(name, "distinct" | "where") {
        return match distinct {
            true => Ok(None),
            false => {
                Err(Error::query(format!("'{name}' is no stage: it needs the parameter distinct with a field name.")))
            }
        };
    }
    if !name.starts_with('$') {
        return Err(Error::query(format!("Invalid aggregate stage '{name}'.")));
    }
    if name == "$group" {
        let has = |key: &str| spec.as_object().is_some_and(|m| m.contains_key(key));
        if has("objectId") {
            return Err(Error::query("Cannot use 'objectId' in aggregation stage $group."));
        }
        if !has("_id") {
            return Err(Error::query("Invalid parameter for query: group. Missing key _id"));
        }
    }
    Ok(Some(RawStage { name: name.to_owned(), spec: spec.clone() }))
}

/// Brings stages to the database's names and values.
///
/// # Errors
/// 102 for Extended JSON that is none.
pub fn translate(stages: Vec<RawStage>, schema: &ClassSchema, style: Style) -> Result<Translated> {
    let names = Translator { schema, style };
    let mut pointer_key = false;
    let mut out = Vec::with_capacity(stages.len());
    for RawStage { name, mut spec } in stages {
        if style.raw_values {
            spec = ejson::read(spec)?;
        }
        match (name.as_str(), &mut spec) {
            ("$group", _) => {
                spec = names.group(spec);
                let id = spec.as_object().and_then(|m| m.get("_id")).and_then(Value::as_str);
                pointer_key |= id.is_some_and(|id| id.contains("$_p_"));
            }
            ("$match", _) => spec = names.condition(spec),
            ("$project", Value::Object(map)) => spec = Value::Object(names.project(std::mem::take(map))),
            ("$geoNear", Value::Object(map)) => {
                if let Some(query) = map.get_mut("query").filter(|q| q.truthy()) {
                    *query = names.condition(std::mem::take(query));
                }
            }
            _ => {}
        }
        out.push(RawStage { name, spec });
    }
    Ok(Translated { stages: out, pointer_key })
}

struct Translator<'a> {
    schema: &'a ClassSchema,
    style: Style,
}

impl Translator<'_> {
    fn pointer(&self, field: &str) -> Option<&str> {
        match self.schema.field_type(field) {
            Some(FieldType::Pointer(class)) if !self.style.raw_field_names => Some(class),
            _ => None,
        }
    }

    /// Conditions: keys are renamed at every level, ids of pointers get their class, texts in date columns become dates.
    fn condition(&self, value: Value) -> Value {
        match value {
            Value::Array(list) => Value::Array(list.into_iter().map(|v| self.condition(v)).collect()),
            Value::Object(map) => self.renamed(map, |key, value| match self.pointer(key) {
                Some(class) => match value {
                    value @ (Value::Object(_) | Value::Array(_) | Value::Null) => value,
                    value if self.style.raw_values => value,
                    value => Value::String(format!("{class}${}", js::text(&value))),
                },
                None if !self.style.raw_values && self.schema.field_type(key) == Some(&FieldType::Date) => dated(value),
                None => self.condition(value),
            }),
            other => other,
        }
    }

    /// Projections: like conditions, but pointers keep what they are given.
    fn project(&self, map: Map) -> Map {
        let map = self.renamed(map, |key, value| match self.pointer(key) {
            Some(_) => value,
            None => self.condition(value),
        });
        match map {
            Value::Object(map) => map,
            _ => Map::new(),
        }
    }

    /// New values and the database's keys; those that Parse names otherwise go to the end, as a key set anew does.
    fn renamed(&self, map: Map, value: impl Fn(&str, Value) -> Value) -> Value {
        let mut out = Map::with_capacity(map.len());
        for (key, old) in map {
            let new = value(&key, old);
            let name = match key.as_str() {
                _ if self.pointer(&key).is_some() => format!("_p_{key}"),
                "objectId" if !self.style.raw_field_names => "_id".to_owned(),
                "createdAt" if !self.style.raw_field_names => "_created_at".to_owned(),
                "updatedAt" if !self.style.raw_field_names => "_updated_at".to_owned(),
                _ => key.into(),
            };
            out.set(name, new);
        }
        Value::Object(out)
    }

    /// Groups: field paths are renamed in texts at every level. Null becomes an empty object, as in Parse Server.
    fn group(&self, value: Value) -> Value {
        match value {
            Value::Array(list) => Value::Array(list.into_iter().map(|v| self.group(v)).collect()),
            Value::Object(map) => Value::Object(map.into_iter().map(|(k, v)| (k, self.group(v))).collect()),
            Value::Null => Value::Object(Map::new()),
            Value::String(text) if !self.style.raw_field_names => {
                let field = text.char_indices().nth(1).map_or("", |(i, _)| &text[i..]);
                Value::String(match field {
                    _ if self.pointer(field).is_some() => format!("$_p_{field}"),
                    "createdAt" => "$_created_at".to_owned(),
                    "updatedAt" => "$_updated_at".to_owned(),
                    _ => text,
                })
            }
            other => other,
        }
    }
}

/// Every text that reads as a date becomes one; null becomes an empty object, as in Parse Server.
fn dated(value: Value) -> Value {
    match value {
        Value::String(text) => Date::parse(&text).map_or(Value::String(text), Value::Date),
        Value::Array(list) => Value::Array(list.into_iter().map(dated).collect()),
        Value::Object(map) => Value::Object(map.into_iter().map(|(k, v)| (k, dated(v))).collect()),
        Value::Null => Value::Object(Map::new()),
        other => other,
    }
}

#[cfg(test)]
mod tests;
