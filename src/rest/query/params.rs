//! The parameters of a find (`queries.md` section 1).

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::access::{Advice, Preference};
use crate::error::{Code, Error, Result};
use crate::model::query::{OrderBy, OrderKey};
use crate::model::{ClassSchema, Map, Path, Value, js, names, wire};
use crate::rest::Call;

/// What a find was asked for.
#[derive(Debug, Clone, Default)]
pub struct Params {
    /// The where clause, in wire form.
    pub clause: Map,
    /// Rows to leave out at the beginning.
    pub skip: u64,
    /// The greatest number of rows; `None` is no limit.
    pub limit: Option<u64>,
    /// The order as it was written.
    pub order: Option<String>,
    /// Is the number of all matches wanted too?
    pub count: bool,
    /// Fields to show, dotted ones for includes.
    pub keys: Option<Vec<String>>,
    /// Fields not to show.
    pub exclude: Vec<String>,
    /// `include` as it was written.
    pub asked: Vec<String>,
    /// Paths of pointers to replace by the objects they point to.
    pub include: Vec<Vec<String>>,
    /// Is every pointer and list to be included?
    pub include_all: bool,
    /// The relation whose target class is to be queried instead.
    pub redirect: Option<String>,
    /// Is the plan of the database wanted instead of rows?
    pub explain: bool,
    /// How the database is to be read.
    pub advice: Advice,
    /// Which members of a replica set may answer for included objects, if others than for the rows.
    pub include_preference: Option<Preference>,
    /// The same for sub-queries.
    pub subquery_preference: Option<Preference>,
}

/// The most fields that an order may have.
const MAX_ORDER: usize = 32;
const EXPLAIN: [&str; 4] = ["queryPlanner", "queryPlannerExtended", "executionStats", "allPlansExecution"];
const PREFERENCE_KEYS: [&str; 3] = ["readPreference", "includeReadPreference", "subqueryReadPreference"];

impl Params {
    /// Reads the parameters of a find.
    ///
    /// # Errors
    /// 102 for one that is unknown or has no sense, 107 for a where clause that is no JSON.
    pub fn of_find(call: &Call, mut given: Map) -> Result<Self> {
        let config = &call.engine.config;
        let mut params = Self { limit: Some(config.default_limit), ..Self::default() };
        if let Some(clause) = given.take("where") {
            params.clause = clause_of(call, clause)?;
        }
        for (key, value) in given {
            match key.as_str() {
                "limit" => params.limit = limit(&value)?.or(params.limit),
                "skip" => params.skip = skip(&value)?,
                "order" => params.order = text(&value),
                "count" => params.count = value.truthy(),
                "redirectClassNameForKey" => params.redirect = text(&value),
                "explain" => {
                    params.explain = explain(call, &value)?;
                    params.advice.verbosity = value.as_str().map(str::to_owned);
                }
                "hint" => params.advice.hint = hint(value),
                "comment" => params.advice.comment = value.as_str().filter(|c| !c.is_empty()).map(str::to_owned),
                other => params.common(other, &value)?,
            }
        }
        if let (Some(limit), Some(max)) = (params.limit, config.max_limit) {
            params.limit = Some(limit.min(max));
        }
        params.add_includes(call)?;
        Ok(params)
    }

    /// Reads the parameters of a get.
    ///
    /// # Errors
    /// 102 for one that a get does not take.
    pub fn of_get(call: &Call, given: Map) -> Result<Self> {
        let mut params = Self::default();
        for (key, value) in given {
            let known =
                matches!(key.as_str(), "keys" | "include" | "excludeKeys") || PREFERENCE_KEYS.contains(&key.as_str());
            if !known {
                return Err(Error::query("Improper encode of parameter"));
            }
            params.common(&key, &value)?;
        }
        params.add_includes(call)?;
        Ok(params)
    }

    /// The query as hooks are told it, in the SDK's form and order.
    pub fn told(&self) -> Map {
        let mut told = Map::from([("where", Value::Object(self.clause.clone()))]);
        let lists =
            [("include", Some(&self.asked)), ("excludeKeys", Some(&self.exclude)), ("keys", self.keys.as_ref())];
        for (name, list) in lists {
            if let Some(list) = list.filter(|list| !list.is_empty()) {
                told.set(name, Value::String(list.join(",")));
            }
        }
        if let Some(limit) = self.limit.filter(|limit| *limit > 0) {
            told.set("limit", Value::Number(limit as f64));
        }
        if self.skip > 0 {
            told.set("skip", Value::Number(self.skip as f64));
        }
        if let Some(order) = &self.order {
            told.set("order", Value::from(order.as_str()));
        }
        let advice = &self.advice;
        let advice = [("hint", advice.hint.clone()), ("comment", advice.comment.as_deref().map(Value::from))];
        for (name, value) in advice {
            if let Some(value) = value {
                told.set(name, value);
            }
        }
        told
    }

    /// Advice for reading included objects.
    pub fn include_advice(&self) -> Advice {
        Advice { preference: self.include_preference.or(self.advice.preference), ..Advice::default() }
    }

    /// The parameters that a hook has put in the place of these; which members of a replica set may answer it has not been told.
    #[must_use]
    pub fn replaced_by(&self, mut other: Self) -> Self {
        other.advice.preference = other.advice.preference.or(self.advice.preference);
        other.include_preference = other.include_preference.or(self.include_preference);
        other.subquery_preference = other.subquery_preference.or(self.subquery_preference);
        other
    }

    fn common(&mut self, key: &str, value: &Value) -> Result<()> {
        match key {
            "keys" => {
                let keys = list(value);
                check_keys(&keys)?;
                self.keys = (!value.is_null()).then_some(keys);
            }
            "excludeKeys" => self.exclude = list(value),
            "include" => self.asked = list(value),
            "includeAll" => self.include_all |= value.truthy(),
            "readPreference" => self.advice.preference = preference(value)?,
            // What none of the drivers knows is told when it is used.
            "includeReadPreference" => self.include_preference = preference(value).ok().flatten(),
            "subqueryReadPreference" => self.subquery_preference = preference(value).ok().flatten(),
            _ => return Err(Error::query(format!("Invalid parameter for query: {key}"))),
        }
        Ok(())
    }

    /// The paths with all that they lead through, shallow ones first.
    fn add_includes(&mut self, call: &Call) -> Result<()> {
        // A dotted key asks for the object in which it stands.
        let dotted = self.keys.iter().flatten().chain(&self.exclude);
        let parents = dotted.filter_map(|key| key.rsplit_once('.').map(|(parent, _)| parent));
        let wanted: Vec<&str> = self.asked.iter().map(String::as_str).chain(parents).collect();
        self.include_all |= wanted.contains(&"*");
        let mut paths = BTreeSet::new();
        for path in wanted.into_iter().filter(|path| *path != "*") {
            let parts: Vec<&str> = path.split('.').collect();
            check_depth(call, parts.len())?;
            paths.extend((1..=parts.len()).map(|n| (n, parts[..n].to_vec())));
            // Counting all of them could take more memory than there is.
            if paths.len() > MOST_INCLUDES {
                break;
            }
        }
        check_count(call, paths.len())?;
        self.include = paths.into_iter().map(|(_, path)| path.into_iter().map(str::to_owned).collect()).collect();
        Ok(())
    }

    /// The order, as far as the class has its columns. A field that comes again keeps its place and takes the later direction.
    ///
    /// # Errors
    /// 105 for a name that no field can have, 102 for more fields than MongoDB takes.
    pub fn order_keys(&self, schema: &ClassSchema) -> Result<Vec<OrderKey>> {
        let mut keys: IndexMap<OrderBy, bool> = IndexMap::new();
        for part in self.order.iter().flat_map(|order| order.split(',')).map(str::trim) {
            let (name, descending) = part.strip_prefix('-').map_or((part, false), |name| (name, true));
            if name == "$score" {
                keys.insert(OrderBy::TextScore, false);
                continue;
            }
            let name = match name {
                "_created_at" => "createdAt",
                "_updated_at" => "updatedAt",
                name => name,
            };
            let root = name.split('.').next().unwrap_or_default();
            if name.starts_with("authData.") && name.ends_with(".id") {
                return Err(Error::new(Code::InvalidKeyName, format!("Cannot sort by {name}")));
            }
            if !names::is_valid_field(root) {
                return Err(Error::new(Code::InvalidKeyName, format!("Invalid field name: {name}.")));
            }
            if schema.fields.contains_key(root) {
                keys.insert(OrderBy::Path(Path::from(name)), descending);
            }
        }
        if keys.len() > MAX_ORDER {
            return Err(Error::query(format!("too many sort keys: {} (at most {MAX_ORDER})", keys.len())));
        }
        Ok(keys.into_iter().map(|(by, descending)| OrderKey { by, descending }).collect())
    }
}

fn clause_of(call: &Call, value: Value) -> Result<Map> {
    let bad = || Error::json("where parameter is not valid JSON");
    match value {
        Value::Object(map) => Ok(map),
        // The keys of a list are its indices, none of which can be asked for.
        Value::Array(list) => Ok(list.into_iter().enumerate().map(|(i, value)| (i.to_string(), value)).collect()),
        Value::String(text) => match wire::parse(text.as_bytes(), wire::MAX_DEPTH) {
            Ok(value @ (Value::Object(_) | Value::Array(_))) => clause_of(call, value),
            _ => Err(bad()),
        },
        Value::Number(_) if call.subject().reads_all() => Ok(Map::new()),
        _ => Err(bad()),
    }
}

/// A path longer than any that can be stored.
const LONGEST: u64 = wire::MAX_DEPTH as u64;

fn check_depth(call: &Call, depth: usize) -> Result<()> {
    let limit = call.engine.config.request_complexity.include_depth.filter(|_| !call.subject().reads_all());
    let max = limit.unwrap_or(LONGEST).min(LONGEST);
    if depth as u64 > max {
        return Err(Error::query(format!("Include depth of {depth} exceeds maximum allowed depth of {max}")));
    }
    Ok(())
}

/// The most paths that anybody may ask for.
const MOST_INCLUDES: usize = 10_000;

fn check_count(call: &Call, count: usize) -> Result<()> {
    let limit = call.engine.config.request_complexity.include_count.filter(|_| !call.subject().reads_all());
    let max = limit.unwrap_or(MOST_INCLUDES as u64).min(MOST_INCLUDES as u64);
    if count as u64 > max {
        return Err(Error::query(format!("Number of include fields ({count}) exceeds maximum allowed ({max})")));
    }
    Ok(())
}

/// JavaScript's `Number(value)`, where it is a number.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(n) => Some(*n),
        Value::Bool(b) => Some(f64::from(u8::from(*b))),
        Value::String(text) if text.trim().is_empty() => Some(0.0),
        Value::String(text) => text.trim().parse().ok(),
        Value::Array(_) => number(&Value::String(js::text(value))),
        _ => None,
    }
}

/// A limit; a negative one counts as its size, as MongoDB has it.
fn limit(value: &Value) -> Result<Option<u64>> {
    if !value.truthy() && *value != Value::Number(0.0) {
        return Ok(None);
    }
    match number(value).filter(|n| n.fract() == 0.0) {
        Some(n) => Ok(Some(n.abs() as u64)),
        None => Err(Error::query("limit must be a whole number")),
    }
}

/// A database counts rows in 64 bits with a sign.
const MOST_SKIPPED: f64 = 9_223_372_036_854_775_808.0;

fn skip(value: &Value) -> Result<u64> {
    if !value.truthy() {
        return Ok(0);
    }
    match number(value).filter(|n| n.fract() == 0.0 && (0.0..MOST_SKIPPED).contains(n)) {
        Some(n) => Ok(n as u64),
        None => Err(Error::query("skip must be a whole number that is not negative")),
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        value if value.truthy() => Some(js::text(value)),
        _ => None,
    }
}

/// A list of names, separated by commas or as a JSON list.
fn list(value: &Value) -> Vec<String> {
    let joined = match value {
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","),
        _ => String::new(),
    };
    joined.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// No path that MongoDB could not select.
fn check_keys(keys: &[String]) -> Result<()> {
    let odd = |key: &&String| key.as_str() != "$score" && key.starts_with(['$', '.']);
    match keys.iter().find(odd) {
        Some(key) => Err(Error::query(format!("Invalid key in keys: {key}"))),
        None => Ok(()),
    }
}

/// A read preference; what is no text is none.
///
/// # Errors
/// 102 for one that Parse Server does not know.
pub(in crate::rest) fn preference(value: &Value) -> Result<Option<Preference>> {
    let Some(name) = value.as_str().filter(|name| !name.is_empty()) else { return Ok(None) };
    Preference::from_name(name).map(Some).ok_or_else(|| Error::query("Not supported read preference."))
}

/// The index that a query is to use.
pub(in crate::rest) fn hint(value: Value) -> Option<Value> {
    Some(value).filter(|value| value.truthy() && matches!(value, Value::String(_) | Value::Object(_)))
}

/// Is the plan of the database wanted?
///
/// # Errors
/// 102 for a caller who may not see it, and for a kind of plan that is none.
pub(in crate::rest) fn explain(call: &Call, value: &Value) -> Result<bool> {
    let known = match value {
        Value::Bool(_) => true,
        Value::String(text) => EXPLAIN.contains(&text.as_str()),
        _ => false,
    };
    if !call.subject().is_master() && !call.engine.config.database_options.allow_public_explain && value.truthy() {
        return Err(Error::query("Using the explain query parameter requires the master key"));
    }
    if known || !value.truthy() { Ok(value.truthy()) } else { Err(Error::query("Invalid value for explain")) }
}
