//! Aggregation expressions: parsed once, evaluated per document.

mod arith;
mod array;
mod date;
mod format;
mod logic;
mod object;
mod parse;
mod set;
mod string;
mod trim;
mod types;
pub mod zone;

use std::borrow::Cow;
use std::cell::Cell;

use super::bson;
use super::budget::{Budget, MAX_DOCUMENT};
use super::path;
use crate::error::{Error, Result};
use crate::model::{Date, Map, Value};

pub use logic::variable as user_variable;
pub use object::merge_into;
pub use parse::{Names, parse};

/// MongoDB's limit for nesting in one document.
const MAX_DEPTH: usize = 100;

/// An expression, ready to be evaluated.
#[derive(Debug)]
pub enum Expr {
    /// A value that stands for itself.
    Literal(Value),
    /// `$a.b`
    Field(Vec<String>),
    /// `$$name.a.b`
    Variable(String, Vec<String>),
    /// `{a: …, b: …}`
    Object(Vec<(String, Expr)>),
    /// `[…]`
    Array(Vec<Expr>),
    /// An operator that takes its arguments as values.
    Call(&'static Op, Vec<Expr>),
    /// An operator that decides itself what is evaluated.
    Lazy(Box<logic::Lazy>),
}

/// The value of an argument; `None` is missing.
pub type Arg<'a> = Option<Cow<'a, Value>>;

/// An operator.
pub struct Op {
    /// Its name with the `$`.
    pub name: &'static str,
    /// How its arguments are written.
    pub shape: Shape,
    /// What it does.
    pub run: fn(&Call<'_>) -> Result<Option<Value>>,
}

impl std::fmt::Debug for Op {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

/// How the arguments of an operator are written.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// A list of at least and at most so many; one may stand without the list.
    List(usize, usize),
    /// An object with these keys; the first so many must be there.
    Named(&'static [&'static str], usize),
    /// One expression, or an object with `date` and `timezone`.
    Date,
    /// One expression, or an object with these keys; the first so many must be there.
    Either(&'static [&'static str], usize),
}

/// No upper limit of arguments.
pub const MANY: usize = usize::MAX;

/// A list-shaped operator, for the tables.
const fn op(name: &'static str, min: usize, max: usize, run: fn(&Call<'_>) -> Result<Option<Value>>) -> Op {
    Op { name, shape: Shape::List(min, max), run }
}

/// An operator with named arguments, for the tables.
const fn named(
    name: &'static str,
    keys: &'static [&'static str],
    required: usize,
    run: fn(&Call<'_>) -> Result<Option<Value>>,
) -> Op {
    Op { name, shape: Shape::Named(keys, required), run }
}

/// One use of an operator on one document.
pub struct Call<'c> {
    /// The operator's name.
    pub name: &'static str,
    /// The arguments in the order of its [`Shape`].
    pub args: &'c [Arg<'c>],
    /// Where it runs.
    pub env: &'c Env<'c>,
}

impl Call<'_> {
    /// An argument; `None` if missing.
    pub fn get(&self, i: usize) -> Option<&Value> {
        self.args.get(i).and_then(|a| a.as_deref())
    }

    /// Is the argument null or missing?
    pub fn null(&self, i: usize) -> bool {
        bson::nullish(self.get(i))
    }

    /// Is any argument null or missing?
    pub fn any_null(&self) -> bool {
        (0..self.args.len()).any(|i| self.null(i))
    }

    /// An argument that must be a number.
    pub fn number(&self, i: usize) -> Result<f64> {
        match self.get(i) {
            Some(Value::Number(n)) => Ok(*n),
            other => Err(self.error(format_args!("only supports numeric types, not {}", bson::type_name(other)))),
        }
    }

    /// An argument that must be a whole number.
    pub fn integer(&self, i: usize) -> Result<i64> {
        match self.get(i) {
            Some(Value::Number(n)) if n.trunc() == *n && n.abs() < 9e15 => Ok(*n as i64),
            other => Err(self.error(format_args!("requires an integral argument, found {}", shown(other)))),
        }
    }

    /// An argument that must be text.
    pub fn text(&self, i: usize) -> Result<&str> {
        match self.get(i) {
            Some(Value::String(s)) => Ok(s),
            other => Err(self.error(format_args!("requires a string argument, found: {}", bson::type_name(other)))),
        }
    }

    /// An argument that must be a list.
    pub fn list(&self, i: usize) -> Result<&[Value]> {
        match self.get(i) {
            Some(Value::Array(list)) => Ok(list),
            other => Err(self.error(format_args!("requires an array argument, found: {}", bson::type_name(other)))),
        }
    }

    /// 102 `$name what`
    pub fn error(&self, what: impl std::fmt::Display) -> Error {
        Error::query(format!("{} {what}", self.name))
    }
}

/// What an expression can see.
#[derive(Clone, Copy)]
pub struct Env<'a> {
    /// The document.
    pub root: &'a Map,
    /// The variables in scope.
    pub scope: Option<&'a Scope<'a>>,
    /// What all stages of a pipeline share.
    pub shared: &'a Shared<'a>,
}

/// What all stages of a pipeline share.
pub struct Shared<'a> {
    /// `$$NOW`
    pub now: Date,
    /// The state of the random numbers of `$rand` and `$sample`.
    pub random: Cell<u64>,
    /// What may be held and how long may be worked.
    pub budget: Budget<'a>,
}

impl Shared<'_> {
    /// A random number from 0 up to 1 (SplitMix64).
    pub fn random(&self) -> f64 {
        let state = self.random.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.random.set(state);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// One variable and those outside of it.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// Its name without `$$`.
    pub name: &'a str,
    /// Its value; `None` is missing.
    pub value: Option<&'a Value>,
    /// The variables outside.
    pub parent: Option<&'a Scope<'a>>,
}

impl<'a> Env<'a> {
    fn variable(&self, name: &str) -> Option<&'a Value> {
        let mut scope = self.scope;
        while let Some(s) = scope {
            if s.name == name {
                return s.value;
            }
            scope = s.parent;
        }
        None
    }
}

impl Expr {
    /// The value for a document; `None` is missing.
    ///
    /// # Errors
    /// 102 for a value of the wrong type, what the deadline says, 102 for a value too large.
    pub fn eval<'a>(&'a self, env: &Env<'a>) -> Result<Arg<'a>> {
        match self {
            Self::Literal(value) => Ok(Some(Cow::Borrowed(value))),
            Self::Field(path) => Ok(path::read(env.root, path)),
            Self::Variable(name, path) => Ok(variable(name, path, env)),
            Self::Object(fields) => {
                let mut map = Map::with_capacity(fields.len());
                for (name, expr) in fields {
                    if let Some(value) = expr.eval(env)? {
                        map.set(name.as_str(), value.into_owned());
                    }
                }
                built(Value::Object(map), env).map(|v| Some(Cow::Owned(v)))
            }
            Self::Array(list) => {
                let values = list.iter().map(|e| Ok(e.eval(env)?.map_or(Value::Null, Cow::into_owned)));
                built(Value::Array(values.collect::<Result<_>>()?), env).map(|v| Some(Cow::Owned(v)))
            }
            Self::Call(op, args) => {
                env.shared.budget.step(1)?;
                let args = args.iter().map(|a| a.eval(env)).collect::<Result<Vec<_>>>()?;
                let value = (op.run)(&Call { name: op.name, args: &args, env })?;
                env.shared.budget.step(value.as_ref().map_or(0, made))?;
                Ok(value.map(Cow::Owned))
            }
            Self::Lazy(lazy) => {
                env.shared.budget.step(1)?;
                lazy.eval(env)
            }
        }
    }

    /// [`Expr::eval`], owned.
    ///
    /// # Errors
    /// As [`Expr::eval`].
    pub fn value(&self, env: &Env<'_>) -> Result<Option<Value>> {
        Ok(self.eval(env)?.map(Cow::into_owned))
    }
}

/// The steps that making a value has taken: a list grows by one element, and all others are copied.
fn made(value: &Value) -> usize {
    match value {
        Value::Array(list) => list.len() / 8,
        Value::Object(map) => map.len() / 8,
        _ => 0,
    }
}

fn variable<'a>(name: &str, rest: &[String], env: &Env<'a>) -> Arg<'a> {
    match name {
        "ROOT" | "CURRENT" if rest.is_empty() => Some(Cow::Owned(Value::Object(env.root.clone()))),
        "ROOT" | "CURRENT" => path::read(env.root, rest),
        "NOW" if rest.is_empty() => Some(Cow::Owned(Value::Date(env.shared.now))),
        "NOW" | "REMOVE" => None,
        _ => path::read_in(env.variable(name)?, rest),
    }
}

/// Passes a value that an expression has built, if a document could hold it: without this look `$reduce` doubles without end.
fn built(value: Value, env: &Env<'_>) -> Result<Value> {
    let size = bson::size(&value);
    env.shared.budget.step(1 + size / 256)?;
    if size > 4 * MAX_DOCUMENT {
        return Err(Error::query("An expression made a value that is too large"));
    }
    if bson::depth(&value) > MAX_DEPTH {
        return Err(Error::query("An expression made a value that is nested too deep"));
    }
    Ok(value)
}

/// A value for error texts.
pub fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "missing".to_owned(), crate::model::wire::to_string)
}

/// `name -> operator`, over all tables.
fn find(name: &str) -> Option<&'static Op> {
    let tables: [&'static [Op]; 9] = [
        arith::TABLE,
        array::TABLE,
        date::TABLE,
        logic::TABLE,
        object::TABLE,
        set::TABLE,
        string::TABLE,
        trim::TABLE,
        types::TABLE,
    ];
    tables.into_iter().flatten().find(|op| op.name == name)
}

#[cfg(test)]
pub(super) mod tests;
