//! Arithmetic. The first argument that is null or missing makes null, one of the wrong type before it an error.

use super::zone::bounded;
use super::{Call, MANY, Op, op};
use crate::error::Result;
use crate::model::{Date, Value};
use crate::storage::pipeline::bson;

/// The operators.
pub const TABLE: &[Op] = &[
    op("$add", 0, MANY, add),
    op("$subtract", 2, 2, subtract),
    op("$multiply", 0, MANY, |c| fold(c, 1.0, |a, b| a * b)),
    op("$divide", 2, 2, |c| two(c, |a, b| if b == 0.0 { Err(c.error("can't $divide by zero")) } else { Ok(a / b) })),
    op("$mod", 2, 2, |c| two(c, |a, b| if b == 0.0 { Err(c.error("can't $mod by zero")) } else { Ok(a % b) })),
    op("$pow", 2, 2, |c| {
        two(
            c,
            |a, b| {
                if a == 0.0 && b < 0.0 { Err(c.error("cannot raise 0 to a negative exponent")) } else { Ok(a.powf(b)) }
            },
        )
    }),
    op("$abs", 1, 1, |c| one(c, |n| Ok(n.abs()))),
    op("$ceil", 1, 1, |c| one(c, |n| Ok(n.ceil()))),
    op("$floor", 1, 1, |c| one(c, |n| Ok(n.floor()))),
    op("$exp", 1, 1, |c| one(c, |n| Ok(n.exp()))),
    op("$sqrt", 1, 1, |c| {
        one(c, |n| if n < 0.0 { Err(c.error("'s argument must be greater than or equal to 0")) } else { Ok(n.sqrt()) })
    }),
    op("$ln", 1, 1, |c| one(c, |n| positive(c, n).map(f64::ln))),
    op("$log10", 1, 1, |c| one(c, |n| positive(c, n).map(f64::log10))),
    op("$log", 2, 2, |c| two(c, log)),
    op("$round", 1, 2, |c| placed(c, round)),
    op("$trunc", 1, 2, |c| placed(c, trunc)),
];

fn number(n: f64) -> Result<Option<Value>> {
    Ok(Some(Value::Number(n)))
}

fn one(c: &Call<'_>, f: impl Fn(f64) -> Result<f64>) -> Result<Option<Value>> {
    if c.null(0) { Ok(Some(Value::Null)) } else { number(f(c.number(0)?)?) }
}

fn two(c: &Call<'_>, f: impl Fn(f64, f64) -> Result<f64>) -> Result<Option<Value>> {
    if c.any_null() { Ok(Some(Value::Null)) } else { number(f(c.number(0)?, c.number(1)?)?) }
}

fn fold(c: &Call<'_>, first: f64, f: impl Fn(f64, f64) -> f64) -> Result<Option<Value>> {
    let mut found = first;
    for i in 0..c.args.len() {
        if c.null(i) {
            return Ok(Some(Value::Null));
        }
        found = f(found, c.number(i)?);
    }
    number(found)
}

fn positive(c: &Call<'_>, n: f64) -> Result<f64> {
    match n > 0.0 || n.is_nan() {
        true => Ok(n),
        false => Err(c.error(format_args!("'s argument must be a positive number, but is {n}"))),
    }
}

fn log(n: f64, base: f64) -> Result<f64> {
    let error = |what: &str| crate::error::Error::query(format!("$log's {what}"));
    if n <= 0.0 {
        return Err(error("argument must be a positive number"));
    }
    if base <= 0.0 || base == 1.0 {
        return Err(error("base must be a positive number not equal to 1"));
    }
    Ok(n.ln() / base.ln())
}

fn add(c: &Call<'_>) -> Result<Option<Value>> {
    let (mut sum, mut date) = (0.0, None);
    for i in 0..c.args.len() {
        match c.get(i) {
            None | Some(Value::Null) => return Ok(Some(Value::Null)),
            Some(Value::Number(n)) => sum += n,
            Some(Value::Date(d)) if date.is_none() => date = Some(*d),
            Some(Value::Date(_)) => return Err(c.error("only one date allowed in an $add expression")),
            other => {
                let ty = bson::type_name(other);
                return Err(c.error(format_args!("only supports numeric or date types, not {ty}")));
            }
        }
    }
    Ok(Some(date.map_or(Value::Number(sum), |d| Value::Date(shift(d, sum)))))
}

fn subtract(c: &Call<'_>) -> Result<Option<Value>> {
    match (c.get(0), c.get(1)) {
        (None | Some(Value::Null), _) | (_, None | Some(Value::Null)) => Ok(Some(Value::Null)),
        (Some(Value::Number(a)), Some(Value::Number(b))) => number(a - b),
        (Some(Value::Date(a)), Some(Value::Date(b))) => number((a.0 as f64) - (b.0 as f64)),
        (Some(Value::Date(a)), Some(Value::Number(b))) => Ok(Some(Value::Date(shift(*a, -b)))),
        (a, b) => Err(c.error(format_args!("can't $subtract {} from {}", bson::type_name(b), bson::type_name(a)))),
    }
}

fn shift(date: Date, ms: f64) -> Date {
    bounded(date.0.saturating_add(ms.round() as i64))
}

fn placed(c: &Call<'_>, f: fn(f64, i32) -> f64) -> Result<Option<Value>> {
    if c.null(0) || (c.args.len() > 1 && c.null(1)) {
        return Ok(Some(Value::Null));
    }
    let place = if c.args.len() > 1 { c.integer(1)? } else { 0 };
    if !(-20..=100).contains(&place) {
        return Err(c.error(format_args!("cannot be applied with a place of {place}, it must be from -20 to 100")));
    }
    let n = c.number(0)?;
    number(if n.is_finite() { f(n, place as i32) } else { n })
}

/// Halves go to the even neighbour, judged by the exact value of the double.
fn round(n: f64, place: i32) -> f64 {
    match usize::try_from(place) {
        Ok(digits) => format!("{n:.digits$}").parse().unwrap_or(n),
        Err(_) => (n / 10_f64.powi(-place)).round_ties_even() * 10_f64.powi(-place),
    }
}

fn trunc(n: f64, place: i32) -> f64 {
    if place <= 0 {
        return (n / 10_f64.powi(-place)).trunc() * 10_f64.powi(-place);
    }
    let near = round(n, place);
    if near.abs() > n.abs() { round(near - 10_f64.powi(-place).copysign(n), place) } else { near }
}
