//! Types and conversions.

use super::{Call, Op, op, shown};
use crate::error::{Error, Result};
use crate::model::{Date, Value, number};
use crate::storage::pipeline::bson;

/// The operators.
pub const TABLE: &[Op] = &[
    op("$type", 1, 1, |c| Ok(Some(Value::from(bson::type_name(c.get(0)))))),
    op("$isNumber", 1, 1, |c| Ok(Some(Value::Bool(matches!(c.get(0), Some(Value::Number(_))))))),
    op("$toInt", 1, 1, |c| to(c, Target::Int)),
    op("$toLong", 1, 1, |c| to(c, Target::Long)),
    op("$toDouble", 1, 1, |c| to(c, Target::Double)),
    op("$toDecimal", 1, 1, |c| to(c, Target::Double)),
    op("$toBool", 1, 1, |c| to(c, Target::Bool)),
    op("$toDate", 1, 1, |c| to(c, Target::Date)),
    op("$toString", 1, 1, |c| to(c, Target::String)),
];

/// What a value can be converted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A whole number of 32 bits.
    Int,
    /// A whole number.
    Long,
    /// Any number.
    Double,
    /// True or false.
    Bool,
    /// An instant.
    Date,
    /// Text.
    String,
}

/// The `to` of `$convert`: a name or a number of a BSON type, alone or as `{type}`.
pub fn target(to: Option<&Value>) -> Result<Target> {
    let to = match to {
        Some(Value::Object(map)) => map.get("type"),
        other => other,
    };
    let code = to.and_then(Value::as_number).map(|n| n as i64);
    match (to.and_then(Value::as_str), code) {
        (Some("double" | "decimal"), _) | (_, Some(1 | 19)) => Ok(Target::Double),
        (Some("string"), _) | (_, Some(2)) => Ok(Target::String),
        (Some("bool"), _) | (_, Some(8)) => Ok(Target::Bool),
        (Some("date"), _) | (_, Some(9)) => Ok(Target::Date),
        (Some("int"), _) | (_, Some(16)) => Ok(Target::Int),
        (Some("long"), _) | (_, Some(18)) => Ok(Target::Long),
        _ => Err(Error::query(format!("$convert does not support the type {} here", shown(to)))),
    }
}

fn to(c: &Call<'_>, target: Target) -> Result<Option<Value>> {
    match c.get(0) {
        None | Some(Value::Null) => Ok(Some(Value::Null)),
        Some(value) => convert(value, target).map(Some),
    }
}

/// Converts a value that is not null.
///
/// # Errors
/// 102 for what cannot be converted.
pub fn convert(value: &Value, target: Target) -> Result<Value> {
    let found = match target {
        Target::Bool => Some(Value::Bool(bson::truthy(Some(value)))),
        Target::String => text(value).map(Value::String),
        Target::Date => date(value).map(Value::Date),
        Target::Double => double(value).map(Value::Number),
        Target::Int => whole(value, 2_147_483_647.0)?.map(Value::Number),
        Target::Long => whole(value, 9.223_372_036_854_775e18)?.map(Value::Number),
    };
    found.ok_or_else(|| {
        let (from, to) = (bson::type_name(Some(value)), format!("{target:?}").to_lowercase());
        Error::query(match value {
            Value::String(s) if target == Target::Date => format!("Error parsing date string '{s}'"),
            Value::String(s) => format!("Failed to parse number '{s}' in $convert with no onError value"),
            _ => format!("Unsupported conversion from {from} to {to} in $convert with no onError value"),
        })
    })
}

/// A value as text, where `$toString` has one.
pub fn text(value: &Value) -> Option<String> {
    Some(match value {
        Value::String(s) => s.clone(),
        Value::Number(n) if bson::is_int(*n) => number::text(*n),
        Value::Number(n) => double_text(*n),
        Value::Bool(b) => b.to_string(),
        Value::Date(d) => d.iso(),
        _ => return None,
    })
}

/// A double as MongoDB writes it: C's `%.16g`.
fn double_text(n: f64) -> String {
    let written = format!("{n:.15e}");
    let Some((digits, exponent)) = written.split_once('e') else { return number::text(n) };
    let bare = |digits: &str| digits.trim_end_matches('0').trim_end_matches('.').to_owned();
    match exponent.parse::<i32>() {
        Ok(e @ -4..=15) => {
            let fixed = format!("{n:.*}", (15 - e).unsigned_abs() as usize);
            if fixed.contains('.') { bare(&fixed) } else { fixed }
        }
        Ok(e) => format!("{}e{}{:02}", bare(digits), if e < 0 { '-' } else { '+' }, e.abs()),
        Err(_) => number::text(n),
    }
}

fn date(value: &Value) -> Option<Date> {
    match value {
        Value::Date(d) => Some(*d),
        Value::Number(n) if n.is_finite() => Some(super::zone::bounded(n.trunc() as i64)),
        Value::String(s) => Date::parse(s.trim()),
        _ => None,
    }
}

fn double(value: &Value) -> Option<f64> {
    match value {
        Value::Number(n) => Some(*n),
        Value::Bool(b) => Some(f64::from(u8::from(*b))),
        Value::Date(d) => Some(d.0 as f64),
        Value::String(s) if !s.is_empty() && s.bytes().all(|b| !b.is_ascii_whitespace() && b != b'_') => s.parse().ok(),
        _ => None,
    }
}

fn whole(value: &Value, max: f64) -> Result<Option<f64>> {
    let n = match value {
        Value::String(s) => {
            let digits = s.strip_prefix(['+', '-']).unwrap_or(s);
            if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
                return Ok(None);
            }
            s.parse().ok()
        }
        Value::Date(_) if max < 1e18 => None,
        other => double(other).map(f64::trunc),
    };
    match n {
        Some(n) if n.is_nan() => {
            Err(Error::query("Attempt to convert NaN value to integer type in $convert with no onError value"))
        }
        Some(n) if n > max || n < -max - 1.0 => {
            Err(Error::query("Conversion would overflow target type in $convert with no onError value"))
        }
        other => Ok(other),
    }
}
