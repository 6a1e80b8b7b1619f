//! Conditions from the values that a pipeline is written in.

use super::geo::Shape;
use super::{Check, Element, Query, Test};
use crate::error::{Error, Result};
use crate::model::{Key, Map, Value};
use crate::storage::pipeline::expr::{self, Names};
use crate::storage::pipeline::path;
use crate::storage::pipeline::regex::Pattern;

/// Reads a condition.
///
/// # Errors
/// 102 for operators that are unknown or not to be used here, and arguments of the wrong type.
pub fn parse(spec: &Map, names: &Names) -> Result<Query> {
    let mut all = Vec::with_capacity(spec.len());
    for (key, value) in spec {
        all.push(match key.as_str() {
            "$and" => Query::And(list(key, value, names)?),
            "$or" => Query::Or(list(key, value, names)?),
            "$nor" => Query::Nor(list(key, value, names)?),
            "$expr" => Query::Expr(expr::parse(value, names)?),
            "$comment" => continue,
            "$text" | "$where" | "$jsonSchema" | "$sampleRate" => {
                return Err(Error::query(format!("{key} is not supported in an aggregation here")));
            }
            _ if key.starts_with('$') => return Err(Error::query(format!("unknown top level operator: {key}"))),
            _ => Query::Field(path::split(key), tests(value, names)?),
        });
    }
    Ok(if all.len() == 1 { all.remove(0) } else { Query::And(all) })
}

fn list(key: &str, value: &Value, names: &Names) -> Result<Vec<Query>> {
    let list = value.as_array().filter(|l| !l.is_empty());
    let list = list.ok_or_else(|| Error::query(format!("{key} argument must be a non-empty array")))?;
    let entry = |v: &Value| {
        let map = v.as_object().ok_or_else(|| Error::query(format!("{key} argument's entries must be objects")))?;
        parse(map, names)
    };
    list.iter().map(entry).collect()
}

/// The tests of a field: operators, or a value to be equal to.
fn tests(value: &Value, names: &Names) -> Result<Vec<Test>> {
    if let Some(pattern) = Pattern::of_value(value) {
        return Ok(vec![Test::Any(Check::Regex(pattern?))]);
    }
    match value {
        Value::Object(map) if map.keys().next().is_some_and(|k| k.starts_with('$')) => operators(map, names),
        other => Ok(vec![Test::Any(Check::Eq(other.clone()))]),
    }
}

fn operators(map: &Map, names: &Names) -> Result<Vec<Test>> {
    let mut out = Vec::with_capacity(map.len());
    for (name, arg) in map {
        let not_used_here = || Error::query("$geoNear, $near, and $nearSphere are not allowed in this context");
        out.push(match name.as_str() {
            "$eq" => Test::Any(Check::Eq(arg.clone())),
            "$ne" => Test::Not(vec![Test::Any(Check::Eq(arg.clone()))]),
            "$lt" => Test::Any(Check::Lt(arg.clone())),
            "$lte" => Test::Any(Check::Lte(arg.clone())),
            "$gt" => Test::Any(Check::Gt(arg.clone())),
            "$gte" => Test::Any(Check::Gte(arg.clone())),
            "$in" => Test::Any(one_of(name, arg)?),
            "$nin" => Test::Not(vec![Test::Any(one_of(name, arg)?)]),
            "$exists" => Test::Exists(arg.truthy()),
            "$regex" => Test::Any(Check::Regex(regex(arg, map.get("$options"))?)),
            "$options" if map.contains_key("$regex") => continue,
            "$not" => Test::Not(negated(arg, names)?),
            "$all" => Test::All(all(arg, names)?),
            "$elemMatch" => Test::ElemMatch(element(arg, names)?),
            "$size" => Test::Whole(Check::Size(size(arg)?)),
            "$type" => types(arg)?,
            "$mod" => Test::Any(modulo(arg)?),
            "$bitsAllSet" => Test::Any(Check::Bits(mask(name, arg)?, true, true)),
            "$bitsAnySet" => Test::Any(Check::Bits(mask(name, arg)?, true, false)),
            "$bitsAllClear" => Test::Any(Check::Bits(mask(name, arg)?, false, true)),
            "$bitsAnyClear" => Test::Any(Check::Bits(mask(name, arg)?, false, false)),
            "$geoWithin" | "$within" => Test::Any(Check::Within(Shape::parse(arg)?)),
            "$geoIntersects" => Test::Any(Check::Intersects(Shape::parse(arg)?)),
            "$near" | "$nearSphere" | "$geoNear" => return Err(not_used_here()),
            "$comment" => continue,
            _ => return Err(Error::query(format!("unknown operator: {name}"))),
        });
    }
    Ok(out)
}

fn one_of(name: &str, arg: &Value) -> Result<Check> {
    let list = arg.as_array().ok_or_else(|| Error::query(format!("{name} needs an array")))?;
    let (mut values, mut patterns) = (Vec::new(), Vec::new());
    for value in list {
        match Pattern::of_value(value) {
            Some(pattern) => patterns.push(pattern?),
            None if value.as_object().is_some_and(|m| m.keys().next().is_some_and(|k| k.starts_with('$'))) => {
                return Err(Error::query(format!("cannot nest $ under {name}")));
            }
            None => values.push(value.clone()),
        }
    }
    Ok(Check::In(values, patterns))
}

fn regex(arg: &Value, options: Option<&Value>) -> Result<Pattern> {
    if let Some(pattern) = Pattern::of_value(arg) {
        return pattern;
    }
    let pattern = arg.as_str().ok_or_else(|| Error::query("$regex has to be a string"))?;
    let options = match options {
        None => "",
        Some(options) => options.as_str().ok_or_else(|| Error::query("$options has to be a string"))?,
    };
    Pattern::new(pattern, options)
}

fn negated(arg: &Value, names: &Names) -> Result<Vec<Test>> {
    match arg {
        Value::Object(map) if map.keys().next().is_some_and(|k| k.starts_with('$')) => tests(arg, names),
        _ => Err(Error::query("$not needs a regex or a document")),
    }
}

fn all(arg: &Value, names: &Names) -> Result<Vec<Test>> {
    let list = arg.as_array().ok_or_else(|| Error::query("$all needs an array"))?;
    let entry = |v: &Value| match v.as_object().and_then(|m| m.get("$elemMatch")) {
        Some(inner) => element(inner, names).map(Test::ElemMatch),
        None => match Pattern::of_value(v) {
            Some(pattern) => Ok(Test::Any(Check::Regex(pattern?))),
            None => Ok(Test::Any(Check::Eq(v.clone()))),
        },
    };
    list.iter().map(entry).collect()
}

fn element(arg: &Value, names: &Names) -> Result<Element> {
    let map = arg.as_object().ok_or_else(|| Error::query("$elemMatch needs an Object"))?;
    let first = map.keys().next().map(Key::as_str).unwrap_or_default();
    match first.starts_with('$') && !matches!(first, "$and" | "$or" | "$nor" | "$expr" | "$comment") {
        true => operators(map, names).map(Element::Value),
        false => parse(map, names).map(Element::Object),
    }
}

fn size(arg: &Value) -> Result<f64> {
    let n = arg.as_number().filter(|n| n.trunc() == *n && *n >= 0.0);
    n.ok_or_else(|| Error::query("Failed to parse $size. Expected a non-negative whole number"))
}

fn modulo(arg: &Value) -> Result<Check> {
    let Some([Value::Number(by), Value::Number(left)]) = arg.as_array() else {
        return Err(Error::query("malformed mod, needs to be an array of two numbers"));
    };
    if by.trunc() == 0.0 || !by.is_finite() || !left.is_finite() {
        return Err(Error::query("divisor cannot be 0"));
    }
    Ok(Check::Mod(by.trunc() as i64, left.trunc() as i64))
}

fn mask(name: &str, arg: &Value) -> Result<u64> {
    let bad = || Error::query(format!("{name} takes a non-negative number or an array of bit positions"));
    match arg {
        Value::Number(n) if n.trunc() == *n && (0.0..9.2e18).contains(n) => Ok(*n as u64),
        Value::Array(list) => list.iter().try_fold(0, |mask, bit| match bit.as_number() {
            Some(n) if n.trunc() == n && n >= 0.0 => Ok(mask | 1_u64 << (n as u32).min(63)),
            _ => Err(bad()),
        }),
        _ => Err(bad()),
    }
}

/// Names and numbers of BSON types; those that Parse never stores match nothing.
const TYPES: [(&str, i64); 22] = [
    ("double", 1),
    ("string", 2),
    ("object", 3),
    ("array", 4),
    ("binData", 5),
    ("undefined", 6),
    ("objectId", 7),
    ("bool", 8),
    ("date", 9),
    ("null", 10),
    ("regex", 11),
    ("dbPointer", 12),
    ("javascript", 13),
    ("symbol", 14),
    ("javascriptWithScope", 15),
    ("int", 16),
    ("timestamp", 17),
    ("long", 18),
    ("decimal", 19),
    ("minKey", -1),
    ("maxKey", 127),
    ("number", 1000),
];

fn types(arg: &Value) -> Result<Test> {
    let list = arg.as_array().unwrap_or(std::slice::from_ref(arg));
    let name = |v: &Value| {
        let found = TYPES.iter().find(|(name, code)| match v {
            Value::String(s) => s == name,
            Value::Number(n) => *n == *code as f64 && *code < 1000,
            _ => false,
        });
        found
            .map(|(name, _)| *name)
            .ok_or_else(|| Error::query(format!("Unknown type name alias: {}", expr::shown(Some(v)))))
    };
    let names = list.iter().map(name).collect::<Result<Vec<_>>>()?;
    Ok(Test::Any(Check::Type(names)))
}
