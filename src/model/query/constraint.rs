//! `{"$gt": 1, "$lt": 5}`: the constraints on one path.

use super::atom::Atoms;
use super::parse::Context;
use super::{Constraint, Filter, Regex, geo, relative_time, text};
use crate::error::{Code, Error, Result};
use crate::model::{FieldType, Key, Map, Path, Value, js};

/// Reads the constraints of a value; `None` if it is no object of constraints, but a value to compare with.
///
/// # Errors
/// 107 (102 for a text search that cannot be run) as `queries.md` section 3 has them.
pub(super) fn parse(path: &Path, value: &Value, atoms: &Atoms<'_>, context: &Context<'_>) -> Result<Option<Filter>> {
    let map = match value {
        Value::Object(map) => map,
        // JavaScript sees no key in an empty list either, and so no constraint: it is compared with an empty object.
        Value::Array(list) if list.is_empty() => return Ok(Some(equal_to_nothing(path))),
        _ => return Ok(None),
    };
    if map.is_empty() {
        return Ok(Some(equal_to_nothing(path)));
    }
    let mixed = mixed(map);
    let map = mixed.as_ref().unwrap_or(map);
    let mut keys: Vec<&str> = map.keys().map(Key::as_str).collect();
    // Parse Server goes through them backwards; which error comes first depends on it.
    keys.sort_unstable();
    let mut found = Vec::with_capacity(keys.len());
    for key in keys.into_iter().rev() {
        if !key.starts_with('$') {
            return Ok(None);
        }
        if key == "$text" {
            return text::parse(path, map.get(key).unwrap_or(&Value::Null)).map(Some);
        }
        if let Some(constraint) = one(key, map, atoms, context)? {
            found.push(constraint);
        }
    }
    match found.is_empty() {
        true => Ok(Some(equal_to_nothing(path))),
        false => Ok(Some(Filter::Field(path.clone(), found))),
    }
}

/// Keys to compare with beside constraints are one constraint more; `None` if there are not both.
fn mixed(map: &Map) -> Option<Map> {
    let (mut constraints, equal): (Vec<_>, Vec<_>) = map.iter().partition(|(key, _)| key.starts_with('$'));
    if constraints.is_empty() || equal.is_empty() {
        return None;
    }
    let own = |(key, value): (&Key, &Value)| (key.clone(), value.clone());
    let equal = Value::Object(equal.into_iter().map(own).collect());
    constraints.retain(|(key, _)| *key != "$eq");
    Some(constraints.into_iter().map(own).chain([("$eq".into(), equal)]).collect())
}

fn equal_to_nothing(path: &Path) -> Filter {
    Filter::Field(path.clone(), vec![Constraint::Eq(Value::Object(Map::new()))])
}

/// One key; `None` for those that only say more of another one.
fn one(key: &str, map: &Map, atoms: &Atoms<'_>, context: &Context<'_>) -> Result<Option<Constraint>> {
    let Some(value) = map.get(key) else { return Ok(None) };
    Ok(Some(match key {
        "$eq" => Constraint::Eq(compared(key, value, atoms, context)?),
        "$ne" => Constraint::Ne(compared(key, value, atoms, context)?),
        "$lt" => Constraint::Lt(compared(key, value, atoms, context)?),
        "$lte" => Constraint::Lte(compared(key, value, atoms, context)?),
        "$gt" => Constraint::Gt(compared(key, value, atoms, context)?),
        "$gte" => Constraint::Gte(compared(key, value, atoms, context)?),
        "$exists" => Constraint::Exists(compared(key, value, atoms, context)?.truthy()),
        "$in" => Constraint::In(list(value, atoms, "bad $in value")?),
        "$nin" => Constraint::Nin(list(value, atoms, "bad $nin value")?),
        "$all" => all(value, atoms)?,
        "$containedBy" => {
            let list = value.as_array().ok_or_else(|| Error::json("bad $containedBy: should be an array"))?;
            Constraint::ContainedBy(list.iter().map(|v| atoms.operand(v)).collect::<Result<_>>()?)
        }
        "$regex" => {
            let Value::String(pattern) = value else {
                return Err(Error::json(format!("bad regex: {}", js::text(value))));
            };
            let options = map.get("$options").and_then(Value::as_str).unwrap_or_default();
            Constraint::Regex(Regex { pattern: pattern.clone(), options: options.to_owned() })
        }
        "$options" if map.contains_key("$regex") => return Ok(None),
        "$options" => return Err(Error::query("$options needs a $regex")),
        "$nearSphere" => geo::near(map, context.count)?,
        "$maxDistance" | "$maxDistanceInRadians" | "$maxDistanceInMiles" | "$maxDistanceInKilometers" => {
            return match map.contains_key("$nearSphere") {
                true => Ok(None),
                false => Err(Error::query(format!("{key} needs a $nearSphere"))),
            };
        }
        "$within" => geo::within_box(value)?,
        "$geoWithin" => return geo::within(value),
        "$geoIntersects" => geo::intersects(value)?,
        "$select" | "$dontSelect" => {
            return Err(Error::new(Code::CommandUnavailable, format!("the {key} constraint is not supported yet")));
        }
        _ => return Err(Error::json(format!("bad constraint: {key}"))),
    }))
}

fn compared(key: &str, value: &Value, atoms: &Atoms<'_>, context: &Context<'_>) -> Result<Value> {
    let Some(text) = value.as_object().and_then(|m| m.get("$relativeTime")).filter(|t| t.truthy()) else {
        return atoms.operand(value);
    };
    if atoms.column.is_some_and(|column| *column != FieldType::Date) {
        return Err(Error::json("$relativeTime can only be used with Date field"));
    }
    if matches!(key, "$exists" | "$ne" | "$eq") {
        return Err(Error::json("$relativeTime can only be used with the $lt, $lte, $gt, and $gte operators"));
    }
    relative_time::parse(text, context.now)
        .map(Value::Date)
        .map_err(|info| Error::json(format!("bad $relativeTime ({key}) value. {info}")))
}

/// The operands of `$in` and `$nin`, lists among them flattened by one level.
fn list(value: &Value, atoms: &Atoms<'_>, message: &'static str) -> Result<Vec<Value>> {
    let mut out = Vec::new();
    for one in value.as_array().ok_or_else(|| Error::json(message))? {
        match one {
            Value::Array(inner) => {
                for value in inner {
                    out.push(atoms.operand(value)?);
                }
            }
            other => out.push(atoms.operand(other)?),
        }
    }
    Ok(out)
}

fn all(value: &Value, atoms: &Atoms<'_>) -> Result<Constraint> {
    let list = value.as_array().ok_or_else(|| Error::json("bad $all value"))?;
    let regexes: Vec<Regex> = list.iter().filter_map(regex).collect();
    if regexes.is_empty() {
        // Stored as text, a pointer column never holds the object that an element stands for here.
        if matches!(atoms.column, Some(FieldType::Pointer(_))) && list.iter().any(|v| v.as_object().is_some()) {
            return Ok(Constraint::Never);
        }
        return Ok(Constraint::All(list.iter().map(|v| atoms.interior(v)).collect::<Result<_>>()?));
    }
    if regexes.len() < list.len() || regexes.iter().any(|r| !is_quoted_prefix(&r.pattern)) {
        let shown: Vec<String> =
            list.iter().map(|v| regex(v).map_or_else(|| js::text(v), |r| format!("/{}/", r.pattern))).collect();
        return Err(Error::json(format!("All $all values must be of regex type or none: {}", shown.join(","))));
    }
    Ok(Constraint::AllMatch(regexes))
}

fn regex(value: &Value) -> Option<Regex> {
    let pattern = value.as_object()?.get("$regex")?.as_str()?;
    Some(Regex { pattern: pattern.to_owned(), options: String::new() })
}

/// What the SDKs send for "starts with": `^\Q…\E`.
fn is_quoted_prefix(pattern: &str) -> bool {
    pattern.strip_prefix("^\\Q").is_some_and(|rest| rest.ends_with("\\E"))
}
