//! Texts: cutting, joining, searching.

use super::{Call, MANY, Op, built, named, op, types};
use crate::error::{Error, Result};
use crate::model::{Map, Value};
use crate::storage::pipeline::bson;
use crate::storage::pipeline::budget::MAX_DOCUMENT;
use crate::storage::pipeline::regex::Pattern;

/// The operators.
pub const TABLE: &[Op] = &[
    op("$concat", 0, MANY, concat),
    op("$toLower", 1, 1, |c| Ok(Some(Value::String(coerced(c, 0)?.to_ascii_lowercase())))),
    op("$toUpper", 1, 1, |c| Ok(Some(Value::String(coerced(c, 0)?.to_ascii_uppercase())))),
    op("$strcasecmp", 2, 2, |c| {
        let order = coerced(c, 0)?.to_ascii_uppercase().cmp(&coerced(c, 1)?.to_ascii_uppercase());
        Ok(Some(Value::Number(f64::from(order as i8))))
    }),
    op("$substr", 3, 3, substr_bytes),
    op("$substrBytes", 3, 3, substr_bytes),
    op("$substrCP", 3, 3, substr_cp),
    op("$strLenBytes", 1, 1, |c| Ok(Some(Value::Number(c.text(0)?.len() as f64)))),
    op("$strLenCP", 1, 1, |c| Ok(Some(Value::Number(c.text(0)?.chars().count() as f64)))),
    op("$indexOfBytes", 2, 4, |c| index_of(c, false)),
    op("$indexOfCP", 2, 4, |c| index_of(c, true)),
    op("$split", 2, 2, split),
    named("$replaceOne", &["input", "find", "replacement"], 3, |c| replace(c, 1)),
    named("$replaceAll", &["input", "find", "replacement"], 3, |c| replace(c, usize::MAX)),
    named("$regexMatch", &["input", "regex", "options"], 2, |c| {
        let found = matches(c, false)?;
        Ok(Some(Value::Bool(!found.is_empty())))
    }),
    named("$regexFind", &["input", "regex", "options"], 2, |c| Ok(Some(matches(c, false)?.pop().unwrap_or_default()))),
    named("$regexFindAll", &["input", "regex", "options"], 2, |c| Ok(Some(Value::Array(matches(c, true)?)))),
];

fn concat(c: &Call<'_>) -> Result<Option<Value>> {
    let mut out = String::new();
    for i in 0..c.args.len() {
        match c.get(i) {
            None | Some(Value::Null) => return Ok(Some(Value::Null)),
            Some(Value::String(s)) => out.push_str(s),
            other => return Err(c.error(format_args!("only supports strings, not {}", bson::type_name(other)))),
        }
    }
    built(Value::String(out), c.env).map(Some)
}

/// The text of an argument as the case operators and `$substr` take it: null is empty, numbers and dates are written out.
fn coerced(c: &Call<'_>, i: usize) -> Result<String> {
    match c.get(i) {
        None | Some(Value::Null) => Ok(String::new()),
        Some(value @ (Value::String(_) | Value::Number(_) | Value::Date(_))) => {
            Ok(types::text(value).unwrap_or_default())
        }
        other => Err(Error::query(format!("can't convert from BSON type {} to String", bson::type_name(other)))),
    }
}

fn substr_bytes(c: &Call<'_>) -> Result<Option<Value>> {
    let text = coerced(c, 0)?;
    let (from, len) = (whole(c, 1)?, whole(c, 2)?);
    let from = usize::try_from(from).map_err(|_| c.error("starting index must be non-negative"))?;
    if from >= text.len() {
        return Ok(Some(Value::from("")));
    }
    let to = usize::try_from(len).map_or(text.len(), |len| from.saturating_add(len).min(text.len()));
    if !text.is_char_boundary(from) {
        return Err(c.error("Invalid range, starting index is a UTF-8 continuation byte."));
    }
    if !text.is_char_boundary(to) {
        return Err(c.error("Invalid range, ending index is in the middle of a UTF-8 character."));
    }
    Ok(Some(Value::from(&text[from..to])))
}

fn whole(c: &Call<'_>, i: usize) -> Result<i64> {
    Ok(c.number(i)?.trunc() as i64)
}

fn substr_cp(c: &Call<'_>) -> Result<Option<Value>> {
    let text = coerced(c, 0)?;
    let index = |i: usize| usize::try_from(c.integer(i)?).map_err(|_| c.error("indexes must be nonnegative"));
    Ok(Some(Value::String(text.chars().skip(index(1)?).take(index(2)?).collect())))
}

fn index_of(c: &Call<'_>, points: bool) -> Result<Option<Value>> {
    if c.null(0) {
        return Ok(Some(Value::Null));
    }
    let (text, wanted) = (c.text(0)?, c.text(1)?);
    let bound = |i: usize| -> Result<Option<usize>> {
        if c.args.len() <= i {
            return Ok(None);
        }
        usize::try_from(c.integer(i)?).map(Some).map_err(|_| c.error("requires a nonnegative index"))
    };
    let position = |byte: usize| if points { text.get(..byte).map_or(0, |t| t.chars().count()) } else { byte };
    let (from, to) = (bound(2)?.unwrap_or(0), bound(3)?.unwrap_or(usize::MAX));
    let mut found = text.match_indices(wanted).map(|(byte, _)| (position(byte), position(byte + wanted.len())));
    let hit = found.find(|(at, end)| *at >= from && *end <= to);
    Ok(Some(Value::Number(hit.map_or(-1.0, |(at, _)| at as f64))))
}

fn split(c: &Call<'_>) -> Result<Option<Value>> {
    if c.null(0) {
        return Ok(Some(Value::Null));
    }
    let (text, by) = (c.text(0)?, c.text(1)?);
    if by.is_empty() {
        return Err(c.error("requires a non-empty separator"));
    }
    built(Value::Array(text.split(by).map(Value::from).collect()), c.env).map(Some)
}

fn replace(c: &Call<'_>, n: usize) -> Result<Option<Value>> {
    if c.any_null() {
        return Ok(Some(Value::Null));
    }
    let (text, find, with) = (c.text(0)?, c.text(1)?, c.text(2)?);
    let hits = text.matches(find).count().min(n);
    if hits.saturating_mul(with.len()) > MAX_DOCUMENT {
        return Err(c.error("would make a text that is too large"));
    }
    Ok(Some(Value::String(text.replacen(find, with, n))))
}

/// `{match, idx, captures}` for each place that the expression matches, or for the first.
fn matches(c: &Call<'_>, all: bool) -> Result<Vec<Value>> {
    if c.null(0) || c.null(1) {
        return Ok(Vec::new());
    }
    let text = c.text(0)?;
    let pattern = match c.get(1).and_then(Pattern::of_value) {
        Some(written) => written?,
        None => Pattern::new(c.text(1)?, if c.null(2) { "" } else { c.text(2)? })?,
    };
    c.env.shared.budget.step(1 + text.len() / 64)?;
    let mut out = Vec::new();
    for found in pattern.captures(text, if all { usize::MAX } else { 1 })? {
        let group = |g: &Option<&str>| g.map_or(Value::Null, Value::from);
        let idx = text.get(..found.at).map_or(0, |t| t.chars().count());
        out.push(Value::Object(Map::from([
            ("match", Value::from(found.text)),
            ("idx", Value::Number(idx as f64)),
            ("captures", Value::Array(found.groups.iter().map(group).collect())),
        ])));
    }
    Ok(out)
}
