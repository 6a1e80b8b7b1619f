//! Expressions from the values that a pipeline is written in.

use super::{Expr, Shape, find, logic};
use crate::error::{Error, Result};
use crate::model::{Map, Value};
use crate::storage::pipeline::path;

/// The variables that an expression may use.
#[derive(Debug, Clone, Default)]
pub struct Names(Vec<String>);

impl Names {
    /// These variables and more.
    pub fn with<'a>(&self, more: impl IntoIterator<Item = &'a str>) -> Self {
        Self(self.0.iter().cloned().chain(more.into_iter().map(str::to_owned)).collect())
    }

    fn knows(&self, name: &str) -> bool {
        matches!(name, "ROOT" | "CURRENT" | "NOW" | "REMOVE") || self.0.iter().any(|n| n == name)
    }
}

/// Reads an expression.
///
/// # Errors
/// 102 for an unknown operator or variable, or arguments that the operator does not take.
pub fn parse(value: &Value, names: &Names) -> Result<Expr> {
    match value {
        Value::String(text) => of_text(text, names),
        Value::Array(list) => Ok(Expr::Array(list.iter().map(|v| parse(v, names)).collect::<Result<_>>()?)),
        Value::Object(map) => of_object(map, names),
        other => Ok(Expr::Literal(other.clone())),
    }
}

fn of_text(text: &str, names: &Names) -> Result<Expr> {
    let Some(rest) = text.strip_prefix('$') else { return Ok(Expr::Literal(Value::from(text))) };
    let Some(variable) = rest.strip_prefix('$') else {
        return Ok(Expr::Field(checked(rest)?));
    };
    let mut path = checked(variable)?;
    let name = path.remove(0);
    if !names.knows(&name) {
        return Err(Error::query(format!("Use of undefined variable: {name}")));
    }
    Ok(match name.as_str() {
        "ROOT" | "CURRENT" if !path.is_empty() => Expr::Field(path),
        _ => Expr::Variable(name, path),
    })
}

fn checked(text: &str) -> Result<Vec<String>> {
    if text.is_empty() {
        return Err(Error::query("'$' by itself is not a valid FieldPath"));
    }
    let parts = path::split(text);
    if parts.iter().any(String::is_empty) {
        return Err(Error::query("FieldPath must not end with a '.', start with one, or have two in a row."));
    }
    if let Some(part) = parts.iter().find(|p| p.starts_with('$')) {
        return Err(Error::query(format!("FieldPath field names may not start with '$': {part}")));
    }
    Ok(parts)
}

fn of_object(map: &Map, names: &Names) -> Result<Expr> {
    let operator = map.iter().find(|(key, _)| key.starts_with('$'));
    let Some((name, args)) = operator else {
        let fields = map.iter().map(|(key, value)| {
            if key.contains('.') {
                return Err(Error::query(format!("FieldPath field names may not contain '.': {key}")));
            }
            Ok((key.to_string(), parse(value, names)?))
        });
        return Ok(Expr::Object(fields.collect::<Result<_>>()?));
    };
    if map.len() > 1 {
        return Err(Error::query(format!(
            "an expression specification must contain exactly one field, the name of the expression. Found {} fields",
            map.len()
        )));
    }
    of_operator(name, args, names)
}

fn of_operator(name: &str, args: &Value, names: &Names) -> Result<Expr> {
    if matches!(name, "$literal" | "$const") {
        return Ok(Expr::Literal(args.clone()));
    }
    if let Some(lazy) = logic::parse(name, args, names)? {
        return Ok(Expr::Lazy(Box::new(lazy)));
    }
    let op = find(name).ok_or_else(|| Error::query(format!("Unrecognized expression '{name}'")))?;
    let args = match (op.shape, args) {
        (Shape::List(min, max), _) => list(op.name, args, min, max, names)?,
        (Shape::Named(keys, required), Value::Object(map)) => by_name(op.name, map, keys, required, names)?,
        (Shape::Named(..), _) => return Err(Error::query(format!("{name} only supports an object as its argument"))),
        (Shape::Date, Value::Object(map)) if map.contains_key("date") => {
            by_name(op.name, map, &["date", "timezone"], 1, names)?
        }
        (Shape::Either(keys, required), Value::Object(map)) if !map.keys().any(|k| k.starts_with('$')) => {
            by_name(op.name, map, keys, required, names)?
        }
        (Shape::Date | Shape::Either(..), _) => list(op.name, args, 1, 1, names)?,
    };
    Ok(Expr::Call(op, args))
}

/// The arguments of a list-shaped operator.
pub(super) fn list(name: &str, args: &Value, min: usize, max: usize, names: &Names) -> Result<Vec<Expr>> {
    let args = match args {
        Value::Array(list) => list.iter().map(|v| parse(v, names)).collect::<Result<Vec<_>>>()?,
        // MongoDB's own form for no arguments.
        Value::Object(map) if max == 0 && map.is_empty() => Vec::new(),
        one => vec![parse(one, names)?],
    };
    if (min..=max).contains(&args.len()) {
        return Ok(args);
    }
    let wanted = if min == max {
        format!("exactly {min} arguments")
    } else if max == super::MANY {
        format!("at least {min} arguments")
    } else {
        format!("at least {min} arguments, and at most {max}")
    };
    Err(Error::query(format!("Expression {name} takes {wanted}. {} were passed in.", args.len())))
}

/// The arguments of an operator with named ones, in the order of `keys`.
pub(super) fn by_name(name: &str, map: &Map, keys: &[&str], required: usize, names: &Names) -> Result<Vec<Expr>> {
    if let Some(key) = map.keys().find(|k| !keys.contains(&k.as_str())) {
        return Err(Error::query(format!("{name} found an unknown argument: {key}")));
    }
    let missing = keys.iter().take(required).find(|k| !map.contains_key(k));
    if let Some(key) = missing {
        return Err(Error::query(format!("{name} requires '{key}' parameter")));
    }
    // What is not given evaluates to missing.
    let absent = || Expr::Variable("REMOVE".into(), Vec::new());
    keys.iter().map(|key| map.get(key).map_or_else(|| Ok(absent()), |v| parse(v, names))).collect()
}
