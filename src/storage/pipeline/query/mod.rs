//! `$match`: MongoDB's query operators on documents, database names and all.
//!
//! The where trees of clients are evaluated by `matching/`; this is the language that only the master key speaks.

mod geo;
mod parse;

use super::bson;
use super::expr::{Env, Expr};
use super::path;
use super::regex::Pattern;
use crate::error::Result;
use crate::model::{Map, Value};
use geo::Shape;
pub use geo::{EARTH, distance, point};
pub use parse::parse;

/// A condition, ready to be evaluated.
#[derive(Debug)]
pub enum Query {
    /// All hold.
    And(Vec<Query>),
    /// One holds.
    Or(Vec<Query>),
    /// None holds.
    Nor(Vec<Query>),
    /// An expression is true.
    Expr(Expr),
    /// All tests hold at a path.
    Field(Vec<String>, Vec<Test>),
}

/// A test of what stands at a path.
#[derive(Debug)]
pub enum Test {
    /// One value passes, or one element of a list.
    Any(Check),
    /// The value passes as a whole.
    Whole(Check),
    /// Not all of them hold.
    Not(Vec<Test>),
    /// There, or not there.
    Exists(bool),
    /// All hold, and there is at least one.
    All(Vec<Test>),
    /// An element of a list matches.
    ElemMatch(Element),
}

/// What an element must be.
#[derive(Debug)]
pub enum Element {
    /// An object that matches.
    Object(Query),
    /// A value that passes.
    Value(Vec<Test>),
}

/// A check of one value.
#[derive(Debug)]
pub enum Check {
    /// Equal; null also passes what is missing.
    Eq(Value),
    /// Less.
    Lt(Value),
    /// Less or equal.
    Lte(Value),
    /// Greater.
    Gt(Value),
    /// Greater or equal.
    Gte(Value),
    /// Equal to one, or matching one.
    In(Vec<Value>, Vec<Pattern>),
    /// Text that matches.
    Regex(Pattern),
    /// Of one of these types.
    Type(Vec<&'static str>),
    /// Divided by the first, the second is left.
    Mod(i64, i64),
    /// A list of this length.
    Size(f64),
    /// Bits: the mask, wanted set or clear, all or any.
    Bits(u64, bool, bool),
    /// A place within a shape.
    Within(Shape),
    /// A shape that has a point in common with another.
    Intersects(Shape),
}

impl Query {
    /// Does a document match?
    ///
    /// # Errors
    /// As evaluation of `$expr`, and regular expressions that take too much work.
    pub fn matches(&self, env: &Env<'_>) -> Result<bool> {
        match self {
            Self::And(all) => every(all, |q| q.matches(env)),
            Self::Or(all) => some(all, |q| q.matches(env)),
            Self::Nor(all) => some(all, |q| q.matches(env)).map(|b| !b),
            Self::Expr(expr) => Ok(bson::truthy(expr.eval(env)?.as_deref())),
            Self::Field(path, tests) => {
                env.shared.budget.step(1)?;
                every(tests, |t| t.at(env.root, path, env))
            }
        }
    }
}

fn every<T>(all: &[T], mut f: impl FnMut(&T) -> Result<bool>) -> Result<bool> {
    for item in all {
        if !f(item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn some<T>(all: &[T], mut f: impl FnMut(&T) -> Result<bool>) -> Result<bool> {
    for item in all {
        if f(item)? {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Test {
    fn at(&self, map: &Map, path: &[String], env: &Env<'_>) -> Result<bool> {
        match self {
            Self::Not(tests) => return every(tests, |t| t.at(map, path, env)).map(|b| !b),
            Self::Exists(false) => return Self::Exists(true).at(map, path, env).map(|b| !b),
            Self::All(tests) => return Ok(!tests.is_empty() && every(tests, |t| t.at(map, path, env))?),
            _ => {}
        }
        let mut result = Ok(false);
        path::walk(map, path, &mut |value, open| {
            result = match value.filter(|_| !open) {
                Some(value) => self.on_element(value, env),
                None => self.on(value, env),
            };
            !matches!(result, Ok(false))
        });
        result
    }

    /// Does it hold for one value?
    fn on(&self, value: Option<&Value>, env: &Env<'_>) -> Result<bool> {
        match self {
            Self::Whole(check) => check.on(value),
            Self::Any(check) => {
                if check.on(value)? {
                    return Ok(true);
                }
                let list = value.and_then(Value::as_array).unwrap_or_default();
                env.shared.budget.step(1 + list.len() / 16)?;
                some(list, |v| check.on(Some(v)))
            }
            Self::Not(tests) => every(tests, |t| t.on(value, env)).map(|b| !b),
            Self::Exists(wanted) => Ok(value.is_some() == *wanted),
            Self::All(tests) => Ok(!tests.is_empty() && every(tests, |t| t.on(value, env))?),
            Self::ElemMatch(element) => {
                let list = value.and_then(Value::as_array).unwrap_or_default();
                some(list, |v| match (element, v) {
                    (Element::Value(tests), v) => every(tests, |t| t.on_element(v, env)),
                    (Element::Object(query), Value::Object(root)) => query.matches(&Env { root, ..*env }),
                    // A list inside the list is an object with indices for keys.
                    (Element::Object(query), Value::Array(inner)) => {
                        let root = inner.iter().enumerate().map(|(i, v)| (i.to_string(), v.clone())).collect();
                        query.matches(&Env { root: &root, scope: env.scope, shared: env.shared })
                    }
                    _ => Ok(false),
                })
            }
        }
    }
}

impl Test {
    /// Does it hold for an element of a list? Lists inside the list are not opened then.
    fn on_element(&self, value: &Value, env: &Env<'_>) -> Result<bool> {
        match self {
            Self::Any(check) => check.on(Some(value)),
            Self::Not(tests) => every(tests, |t| t.on_element(value, env)).map(|b| !b),
            Self::All(tests) => Ok(!tests.is_empty() && every(tests, |t| t.on_element(value, env))?),
            _ => self.on(Some(value), env),
        }
    }
}

impl Check {
    fn on(&self, value: Option<&Value>) -> Result<bool> {
        let order = |wanted: &Value| {
            let value = value.unwrap_or(&Value::Null);
            (bson::rank(value) == bson::rank(wanted)).then(|| bson::compare(value, wanted))
        };
        // NaN equals itself and is neither less nor greater than any other number.
        let nan = |wanted: &Value| {
            let is = |v: &Value| matches!(v, Value::Number(n) if n.is_nan());
            is(wanted) != value.is_some_and(is)
        };
        Ok(match self {
            Self::Eq(wanted) => order(wanted).is_some_and(|o| o.is_eq()),
            Self::Lt(wanted) => order(wanted).is_some_and(|o| o.is_lt()) && !nan(wanted),
            Self::Lte(wanted) => order(wanted).is_some_and(|o| o.is_le()) && !nan(wanted),
            Self::Gt(wanted) => order(wanted).is_some_and(|o| o.is_gt()) && !nan(wanted),
            Self::Gte(wanted) => order(wanted).is_some_and(|o| o.is_ge()) && !nan(wanted),
            Self::In(values, patterns) => {
                let value = value.unwrap_or(&Value::Null);
                values.iter().any(|v| bson::compare(v, value).is_eq())
                    || matches!(value, Value::String(s) if some(patterns, |p| p.is_match(s))?)
            }
            Self::Regex(pattern) => match value {
                Some(Value::String(s)) => pattern.is_match(s)?,
                _ => false,
            },
            Self::Type(names) => value.is_some_and(|v| {
                let name = bson::type_name(Some(v));
                names.iter().any(|n| *n == name || (*n == "number" && matches!(v, Value::Number(_))))
            }),
            Self::Mod(by, left) => match value {
                Some(Value::Number(n)) if n.abs() < 9.2e18 => (n.trunc() as i64).wrapping_rem(*by) == *left,
                _ => false,
            },
            Self::Size(n) => matches!(value, Some(Value::Array(list)) if list.len() as f64 == *n),
            Self::Bits(mask, set, all) => match value {
                Some(Value::Number(n)) if n.trunc() == *n && n.abs() < 9.3e18 => {
                    let bits = *n as i64 as u64 & mask;
                    let hit = if *set { bits } else { !bits & mask };
                    if *all { hit == *mask } else { hit != 0 }
                }
                _ => false,
            },
            Self::Within(shape) => value.and_then(point).is_some_and(|p| shape.has(p)),
            Self::Intersects(shape) => value.is_some_and(|v| shape.touches(v)),
        })
    }
}
