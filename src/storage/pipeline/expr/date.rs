//! Dates, in UTC or at a fixed offset.

use super::zone::{self, Parts, Unit, assemble};
use super::{Call, Op, Shape, format, named};
use crate::error::{Error, Result};
use crate::model::{Date, Map, Value};
use crate::storage::pipeline::bson;

/// The operators.
pub const TABLE: &[Op] = &[
    part("$year", |c| field(c, |p| p.year)),
    part("$month", |c| field(c, |p| p.month)),
    part("$dayOfMonth", |c| field(c, |p| p.day)),
    part("$hour", |c| field(c, |p| p.hour)),
    part("$minute", |c| field(c, |p| p.minute)),
    part("$second", |c| field(c, |p| p.second)),
    part("$millisecond", |c| field(c, |p| p.milli)),
    part("$dayOfWeek", |c| field(c, Parts::day_of_week)),
    part("$isoDayOfWeek", |c| field(c, Parts::iso_day_of_week)),
    part("$dayOfYear", |c| field(c, Parts::day_of_year)),
    part("$week", |c| field(c, Parts::week)),
    part("$isoWeek", |c| field(c, |p| p.iso_week().1)),
    part("$isoWeekYear", |c| field(c, |p| p.iso_week().0)),
    named("$dateToString", &["date", "format", "timezone", "onNull"], 1, to_string),
    named("$dateFromString", &["dateString", "format", "timezone", "onError", "onNull"], 1, from_string),
    named("$dateToParts", &["date", "timezone", "iso8601"], 1, to_parts),
    named("$dateFromParts", FROM_PARTS, 0, from_parts),
    named("$dateTrunc", &["date", "unit", "binSize", "timezone", "startOfWeek"], 2, trunc),
    named("$dateAdd", &["startDate", "unit", "amount", "timezone"], 3, |c| add(c, 1)),
    named("$dateSubtract", &["startDate", "unit", "amount", "timezone"], 3, |c| add(c, -1)),
    named("$dateDiff", &["startDate", "endDate", "unit", "timezone", "startOfWeek"], 3, diff),
];

const FROM_PARTS: &[&str] = &[
    "year",
    "month",
    "day",
    "hour",
    "minute",
    "second",
    "millisecond",
    "timezone",
    "isoWeekYear",
    "isoWeek",
    "isoDayOfWeek",
];

const fn part(name: &'static str, run: fn(&Call<'_>) -> Result<Option<Value>>) -> Op {
    Op { name, shape: Shape::Date, run }
}

fn null() -> Result<Option<Value>> {
    Ok(Some(Value::Null))
}

fn number(n: i64) -> Value {
    Value::Number(n as f64)
}

/// The instant of an argument that is neither null nor missing.
fn date(c: &Call<'_>, i: usize) -> Result<Date> {
    match c.get(i) {
        Some(Value::Date(d)) => Ok(*d),
        other => Err(Error::query(format!("can't convert from BSON type {} to Date", bson::type_name(other)))),
    }
}

/// The offset of an argument that names a zone: `Ok(None)` for null, UTC when not given.
fn zone_of(c: &Call<'_>, i: usize) -> Result<Option<i64>> {
    match c.get(i) {
        None => Ok(Some(0)),
        Some(Value::Null) => Ok(None),
        Some(_) => zone::offset(c.text(i)?).map(Some),
    }
}

fn field(c: &Call<'_>, get: fn(&Parts) -> i64) -> Result<Option<Value>> {
    if c.null(0) {
        return null();
    }
    let Some(offset) = zone_of(c, 1)? else { return null() };
    Ok(Some(number(get(&Parts::of(date(c, 0)?, offset)))))
}

fn to_string(c: &Call<'_>) -> Result<Option<Value>> {
    if c.null(0) {
        return Ok(c.args.get(3).map_or(Some(Value::Null), |v| v.as_deref().cloned().or(Some(Value::Null))));
    }
    let Some(offset) = zone_of(c, 2)? else { return null() };
    let default = if c.get(2).is_some() && offset != 0 { "%Y-%m-%dT%H:%M:%S.%L" } else { "%Y-%m-%dT%H:%M:%S.%LZ" };
    let format = match c.get(1) {
        None => default,
        Some(Value::Null) => return null(),
        Some(_) => c.text(1)?,
    };
    format::write(date(c, 0)?, offset, format).map(|s| Some(Value::String(s)))
}

fn from_string(c: &Call<'_>) -> Result<Option<Value>> {
    if c.null(0) {
        return Ok(Some(c.get(4).cloned().unwrap_or_default()));
    }
    let read = || -> Result<Option<Value>> {
        let Some(offset) = zone_of(c, 2)? else { return null() };
        let text = c.text(0)?;
        let date = match c.get(1) {
            Some(Value::Null) => return null(),
            Some(_) => format::read(text, c.text(1)?, offset)?,
            None => {
                let has_zone = text.ends_with(['Z', 'z']) || text.get(10..).is_some_and(|t| t.contains(['+', '-']));
                let parsed =
                    Date::parse(text).ok_or_else(|| Error::query(format!("Error parsing date string '{text}'")))?;
                if has_zone { parsed } else { Date(parsed.0 - offset) }
            }
        };
        Ok(Some(Value::Date(date)))
    };
    match (read(), c.get(3)) {
        (Err(_), Some(instead)) => Ok(Some(instead.clone())),
        (found, _) => found,
    }
}

fn to_parts(c: &Call<'_>) -> Result<Option<Value>> {
    let Some(offset) = zone_of(c, 1)? else { return null() };
    if c.null(0) {
        return null();
    }
    let p = Parts::of(date(c, 0)?, offset);
    let (year, week) = p.iso_week();
    let named: [(&str, i64); 3] = match c.get(2) {
        Some(Value::Bool(true)) => [("isoWeekYear", year), ("isoWeek", week), ("isoDayOfWeek", p.iso_day_of_week())],
        _ => [("year", p.year), ("month", p.month), ("day", p.day)],
    };
    let time = [("hour", p.hour), ("minute", p.minute), ("second", p.second), ("millisecond", p.milli)];
    Ok(Some(Value::Object(named.into_iter().chain(time).map(|(k, v)| (k, number(v))).collect::<Map>())))
}

fn from_parts(c: &Call<'_>) -> Result<Option<Value>> {
    let (Some(offset), false) = (zone_of(c, 7)?, c.args.iter().any(|a| matches!(a.as_deref(), Some(Value::Null))))
    else {
        return null();
    };
    let part = |i: usize, default: i64| -> Result<i64> {
        if c.get(i).is_none() {
            return Ok(default);
        }
        let n = c.integer(i)?;
        // MongoDB takes 16 bits for each of them.
        let max = if matches!(i, 5 | 6) { 1_000_000_000_000 } else { 32_767 };
        if n.abs() > max {
            return Err(
                c.error(format_args!("'{}' must evaluate to a value in the range [-{max}, {max}]", FROM_PARTS[i]))
            );
        }
        Ok(n)
    };
    let ms = part(3, 0)? * 3_600_000 + part(4, 0)? * 60_000 + part(5, 0)? * 1000 + part(6, 0)?;
    if c.get(8).is_some() {
        let first = Parts::of(assemble(part(8, 1970)?, 1, 4, 0, 0), 0);
        let monday = first.days - first.iso_day_of_week() + 1;
        let days = monday + (part(9, 1)? - 1) * 7 + part(10, 1)? - 1;
        return Ok(Some(Value::Date(Date(days * zone::DAY + ms - offset))));
    }
    if c.get(0).is_none() {
        return Err(c.error("requires either 'year' or 'isoWeekYear' to be present"));
    }
    Ok(Some(Value::Date(assemble(part(0, 1970)?, part(1, 1)?, part(2, 1)?, ms, offset))))
}

fn unit(c: &Call<'_>, i: usize) -> Result<Unit> {
    Unit::parse(c.text(i)?)
}

fn first_day(c: &Call<'_>, i: usize) -> Result<i64> {
    if c.null(i) { Ok(0) } else { zone::weekday(c.text(i)?) }
}

fn trunc(c: &Call<'_>) -> Result<Option<Value>> {
    let given_null = (2..5).any(|i| matches!(c.get(i), Some(Value::Null)));
    if c.null(0) || c.null(1) || given_null {
        return null();
    }
    let Some(offset) = zone_of(c, 3)? else { return null() };
    let size = if c.get(2).is_none() { 1 } else { c.integer(2)? };
    if !(1..=100_000_000).contains(&size) {
        return Err(c.error("requires 'binSize' to be greater than 0 and at most 100000000"));
    }
    Ok(Some(Value::Date(unit(c, 1)?.truncate(date(c, 0)?, size, offset, first_day(c, 4)?))))
}

fn add(c: &Call<'_>, sign: i64) -> Result<Option<Value>> {
    if c.null(0) || c.null(1) || c.null(2) {
        return null();
    }
    let Some(offset) = zone_of(c, 3)? else { return null() };
    Ok(Some(Value::Date(unit(c, 1)?.add(date(c, 0)?, sign * c.integer(2)?, offset))))
}

fn diff(c: &Call<'_>) -> Result<Option<Value>> {
    if c.null(0) || c.null(1) || c.null(2) {
        return null();
    }
    let Some(offset) = zone_of(c, 3)? else { return null() };
    Ok(Some(number(unit(c, 2)?.between(date(c, 0)?, date(c, 1)?, offset, first_day(c, 4)?))))
}
