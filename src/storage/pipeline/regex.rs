//! Regular expressions in stages, as those of queries are.

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::matching::Work;
use crate::matching::regex::{Compiled, Match, compile};
use crate::model::Value;
use crate::model::query::Regex;

/// What one look at a text may cost.
const WORK: u64 = 1_000_000;

/// A compiled expression.
#[derive(Debug)]
pub struct Pattern(Arc<Compiled>);

impl Pattern {
    /// Compiles an expression; options are a subset of `imsxu`.
    ///
    /// # Errors
    /// 102 for what is no expression or option.
    pub fn new(pattern: &str, options: &str) -> Result<Self> {
        if let Some(other) = options.chars().find(|option| !"imsxu".contains(*option)) {
            return Err(Error::query(format!("invalid flag in regex options: {other}")));
        }
        compile(&Regex { pattern: pattern.to_owned(), options: options.to_owned() }).map(Self)
    }

    /// The expression that Extended JSON writes as a value; `None` if the value is none.
    pub fn of_value(value: &Value) -> Option<Result<Self>> {
        let body = value.as_object()?.get("$regularExpression")?.as_object()?;
        let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default();
        Some(Self::new(text("pattern"), text("options")))
    }

    /// Does it match somewhere?
    ///
    /// # Errors
    /// 124 when a match takes too much work.
    pub fn is_match(&self, text: &str) -> Result<bool> {
        self.0.is_match(text, &mut Work::new(WORK + text.len() as u64))
    }

    /// The first `n` matches.
    ///
    /// # Errors
    /// As [`Pattern::is_match`].
    pub fn captures<'t>(&self, text: &'t str, n: usize) -> Result<Vec<Match<'t>>> {
        self.0.captures(text, n)
    }
}
