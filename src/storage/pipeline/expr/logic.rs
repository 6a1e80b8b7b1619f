//! Comparison, boolean logic, conditions, and the operators that bring variables of their own.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::parse::{by_name, list, parse as expr};
use super::{Arg, Call, Env, Expr, MANY, Names, Op, Scope, built, op};
use crate::error::{Error, Result};
use crate::model::{Map, Value};
use crate::storage::pipeline::bson;

/// Operators that take values.
pub const TABLE: &[Op] = &[
    op("$cmp", 2, 2, |c| Ok(Some(Value::Number(f64::from(order(c) as i8))))),
    op("$eq", 2, 2, |c| yes(order(c).is_eq())),
    op("$ne", 2, 2, |c| yes(order(c).is_ne())),
    op("$gt", 2, 2, |c| yes(order(c).is_gt())),
    op("$gte", 2, 2, |c| yes(order(c).is_ge())),
    op("$lt", 2, 2, |c| yes(order(c).is_lt())),
    op("$lte", 2, 2, |c| yes(order(c).is_le())),
    op("$not", 1, 1, |c| yes(!bson::truthy(c.get(0)))),
    op("$rand", 0, 0, |c| Ok(Some(Value::Number(c.env.shared.random())))),
];

fn order(c: &Call<'_>) -> Ordering {
    bson::compare_missing(c.get(0), c.get(1))
}

fn yes(b: bool) -> Result<Option<Value>> {
    Ok(Some(Value::Bool(b)))
}

/// An operator that decides itself what is evaluated, and how often.
#[derive(Debug)]
pub enum Lazy {
    /// `$and`
    And(Vec<Expr>),
    /// `$or`
    Or(Vec<Expr>),
    /// `$cond`: if, then, else.
    Cond([Expr; 3]),
    /// `$ifNull`
    IfNull(Vec<Expr>),
    /// `$switch`: cases with their values, and the default.
    Switch(Vec<(Expr, Expr)>, Option<Expr>),
    /// `$let`: variables and the expression that uses them.
    Let(Vec<(String, Expr)>, Expr),
    /// `$map`: list, variable, expression.
    Map(Expr, String, Expr),
    /// `$filter`: list, variable, condition, limit.
    Filter(Expr, String, Expr, Option<Expr>),
    /// `$reduce`: list, first value, expression over `$$value` and `$$this`.
    Reduce(Expr, Expr, Expr),
    /// `$convert` and what stands for an input that is null or does not convert: input, type, onError, onNull.
    Convert([Expr; 2], Option<Expr>, Option<Expr>),
}

/// Reads a lazy operator; `None` for a name that is none.
pub fn parse(name: &str, args: &Value, names: &Names) -> Result<Option<Lazy>> {
    Ok(Some(match name {
        "$and" => Lazy::And(list(name, args, 0, MANY, names)?),
        "$or" => Lazy::Or(list(name, args, 0, MANY, names)?),
        "$ifNull" => Lazy::IfNull(list(name, args, 2, MANY, names)?),
        "$cond" => {
            let parts = match args {
                Value::Object(map) if !map.keys().any(|k| k.starts_with('$')) => {
                    by_name(name, map, &["if", "then", "else"], 3, names)?
                }
                _ => list(name, args, 3, 3, names)?,
            };
            Lazy::Cond(parts.try_into().map_err(|_| Error::query("$cond takes three arguments"))?)
        }
        "$switch" => switch(object(name, args)?, names)?,
        "$let" => {
            let map = only(name, args, &["vars", "in"])?;
            let vars = object(name, need(name, map, "vars")?)?;
            let bound = vars.iter().map(|(n, v)| Ok((variable(n)?, expr(v, names)?))).collect::<Result<Vec<_>>>()?;
            let inner = names.with(bound.iter().map(|(n, _)| n.as_str()));
            Lazy::Let(bound, expr(need(name, map, "in")?, &inner)?)
        }
        "$map" => {
            let map = only(name, args, &["input", "as", "in"])?;
            let var = named_variable(name, map)?;
            let body = expr(need(name, map, "in")?, &names.with([var.as_str()]))?;
            Lazy::Map(expr(need(name, map, "input")?, names)?, var, body)
        }
        "$filter" => {
            let map = only(name, args, &["input", "as", "cond", "limit"])?;
            let var = named_variable(name, map)?;
            let cond = expr(need(name, map, "cond")?, &names.with([var.as_str()]))?;
            let limit = map.get("limit").map(|v| expr(v, names)).transpose()?;
            Lazy::Filter(expr(need(name, map, "input")?, names)?, var, cond, limit)
        }
        "$reduce" => {
            let map = only(name, args, &["input", "initialValue", "in"])?;
            let body = expr(need(name, map, "in")?, &names.with(["this", "value"]))?;
            let first = expr(need(name, map, "initialValue")?, names)?;
            Lazy::Reduce(expr(need(name, map, "input")?, names)?, first, body)
        }
        "$convert" => {
            let map = only(name, args, &["input", "to", "onError", "onNull"])?;
            let part = |key: &str| map.get(key).map(|v| expr(v, names)).transpose();
            let input = expr(need(name, map, "input")?, names)?;
            Lazy::Convert([input, expr(need(name, map, "to")?, names)?], part("onError")?, part("onNull")?)
        }
        _ => return Ok(None),
    }))
}

fn switch(map: &Map, names: &Names) -> Result<Lazy> {
    let branches = map.get("branches").and_then(Value::as_array).filter(|b| !b.is_empty());
    let branches = branches.ok_or_else(|| Error::query("$switch requires at least one branch"))?;
    let cases = branches.iter().map(|branch| {
        let map = object("$switch", branch)?;
        Ok((expr(need("$switch", map, "case")?, names)?, expr(need("$switch", map, "then")?, names)?))
    });
    let default = map.get("default").map(|v| expr(v, names)).transpose()?;
    Ok(Lazy::Switch(cases.collect::<Result<_>>()?, default))
}

fn object<'a>(name: &str, value: &'a Value) -> Result<&'a Map> {
    value.as_object().ok_or_else(|| Error::query(format!("{name} only supports an object as its argument")))
}

fn only<'a>(name: &str, args: &'a Value, keys: &[&str]) -> Result<&'a Map> {
    let map = object(name, args)?;
    match map.keys().find(|k| !keys.contains(&k.as_str())) {
        Some(key) => Err(Error::query(format!("Unrecognized parameter to {name}: {key}"))),
        None => Ok(map),
    }
}

fn need<'a>(name: &str, map: &'a Map, key: &str) -> Result<&'a Value> {
    map.get(key).ok_or_else(|| Error::query(format!("Missing '{key}' parameter to {name}")))
}

fn named_variable(name: &str, map: &Map) -> Result<String> {
    match map.get("as") {
        None => Ok("this".to_owned()),
        Some(Value::String(text)) => variable(text),
        Some(_) => Err(Error::query(format!("{name} requires 'as' to be a string"))),
    }
}

/// A name that a pipeline may give to a variable.
pub fn variable(name: &str) -> Result<String> {
    let mut bytes = name.bytes();
    let ok = bytes.next().is_some_and(|b| b.is_ascii_lowercase() || b >= 0x80)
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80);
    match ok {
        true => Ok(name.to_owned()),
        false => Err(Error::query(format!("'{name}' starts with an invalid character for a user variable name"))),
    }
}

impl Lazy {
    /// The value for a document.
    pub fn eval<'a>(&'a self, env: &Env<'a>) -> Result<Arg<'a>> {
        match self {
            Self::And(all) => {
                for e in all {
                    if !bson::truthy(e.eval(env)?.as_deref()) {
                        return Ok(owned(Value::Bool(false)));
                    }
                }
                Ok(owned(Value::Bool(true)))
            }
            Self::Or(all) => {
                for e in all {
                    if bson::truthy(e.eval(env)?.as_deref()) {
                        return Ok(owned(Value::Bool(true)));
                    }
                }
                Ok(owned(Value::Bool(false)))
            }
            Self::Cond([test, then, other]) => {
                if bson::truthy(test.eval(env)?.as_deref()) {
                    then.eval(env)
                } else {
                    other.eval(env)
                }
            }
            Self::IfNull(all) => {
                let mut last = None;
                for e in all {
                    last = e.eval(env)?;
                    if !bson::nullish(last.as_deref()) {
                        break;
                    }
                }
                Ok(last)
            }
            Self::Switch(cases, default) => {
                for (case, then) in cases {
                    if bson::truthy(case.eval(env)?.as_deref()) {
                        return then.eval(env);
                    }
                }
                let missing = || {
                    Error::query("$switch could not find a matching branch for an input, and no default was specified.")
                };
                default.as_ref().ok_or_else(missing)?.eval(env)
            }
            Self::Let(vars, body) => {
                let values = vars.iter().map(|(_, e)| e.eval(env)).collect::<Result<Vec<_>>>()?;
                let bound: Vec<_> =
                    vars.iter().map(|(n, _)| n.as_str()).zip(values.iter().map(|v| v.as_deref())).collect();
                within(&bound, env, &mut |inner| body.value(inner)).map(|v| v.map(Cow::Owned))
            }
            Self::Map(..) | Self::Filter(..) | Self::Reduce(..) => Ok(self.over_list(env)?.map(Cow::Owned)),
            Self::Convert(parts, on_error, on_null) => convert(parts, on_error.as_ref(), on_null.as_ref(), env),
        }
    }

    fn over_list(&self, env: &Env<'_>) -> Result<Option<Value>> {
        let (Self::Map(input, ..) | Self::Filter(input, ..) | Self::Reduce(input, ..)) = self else { return Ok(None) };
        let input = input.eval(env)?;
        let list = match input.as_deref() {
            None | Some(Value::Null) => return Ok(Some(Value::Null)),
            Some(Value::Array(list)) => list,
            other => {
                let name = match self {
                    Self::Map(..) => "$map",
                    Self::Filter(..) => "$filter",
                    _ => "$reduce",
                };
                let ty = bson::type_name(other);
                return Err(Error::query(format!("input to {name} must be an array not {ty}")));
            }
        };
        match self {
            Self::Map(_, var, body) => map(list, var, body, env),
            Self::Filter(_, var, cond, limit) => filter(list, var, cond, limit.as_ref(), env),
            Self::Reduce(_, first, body) => {
                let mut value = first.value(env)?;
                for this in list {
                    let bound = [("value", value.as_ref()), ("this", Some(this))];
                    env.shared.budget.step(1)?;
                    value = within(&bound, env, &mut |inner| body.value(inner))?;
                }
                value.map(|v| built(v, env)).transpose()
            }
            _ => Ok(None),
        }
    }
}

fn owned<'a>(value: Value) -> Arg<'a> {
    Some(Cow::Owned(value))
}

fn map(list: &[Value], var: &str, body: &Expr, env: &Env<'_>) -> Result<Option<Value>> {
    let mut out = Vec::with_capacity(list.len());
    for item in list {
        env.shared.budget.step(1)?;
        let value = within(&[(var, Some(item))], env, &mut |inner| body.value(inner))?;
        out.push(value.unwrap_or_default());
    }
    built(Value::Array(out), env).map(Some)
}

fn filter(list: &[Value], var: &str, cond: &Expr, limit: Option<&Expr>, env: &Env<'_>) -> Result<Option<Value>> {
    let limit = match limit.map(|l| l.value(env)).transpose()?.flatten() {
        None | Some(Value::Null) => usize::MAX,
        Some(Value::Number(n)) if n.trunc() == n && n >= 1.0 => n as usize,
        Some(_) => {
            return Err(Error::query("$filter: limit must be represented as a 32-bit integral value, 1 or more"));
        }
    };
    let mut out = Vec::new();
    for item in list {
        env.shared.budget.step(1)?;
        let keep = within(&[(var, Some(item))], env, &mut |inner| Ok(bson::truthy(cond.eval(inner)?.as_deref())))?;
        if keep {
            out.push(item.clone());
        }
        if out.len() >= limit {
            break;
        }
    }
    Ok(Some(Value::Array(out)))
}

/// Runs something with more variables in scope.
pub fn within<T>(
    vars: &[(&str, Option<&Value>)],
    env: &Env<'_>,
    run: &mut dyn FnMut(&Env<'_>) -> Result<T>,
) -> Result<T> {
    let Some(((name, value), rest)) = vars.split_first() else { return run(env) };
    let scope = Scope { name, value: *value, parent: env.scope };
    within(rest, &Env { root: env.root, scope: Some(&scope), shared: env.shared }, run)
}

fn convert<'a>(
    [input, to]: &'a [Expr; 2],
    on_error: Option<&'a Expr>,
    on_null: Option<&'a Expr>,
    env: &Env<'a>,
) -> Result<Arg<'a>> {
    let value = input.eval(env)?;
    if bson::nullish(value.as_deref()) {
        return on_null.map_or(Ok(owned(Value::Null)), |e| e.eval(env));
    }
    let to = to.eval(env)?;
    if bson::nullish(to.as_deref()) {
        return Ok(owned(Value::Null));
    }
    let ty = super::types::target(to.as_deref())?;
    match value.as_deref().map(|v| super::types::convert(v, ty)) {
        Some(Ok(value)) => Ok(owned(value)),
        Some(Err(error)) => on_error.map_or(Err(error), |e| e.eval(env)),
        None => Ok(None),
    }
}
