//! Regular expressions as PCRE reads them, with a limit on the work of one match.

use std::fmt;

use fancy_regex::{Regex, RegexBuilder};

use crate::error::{Error, Result};
use crate::model::Value;

/// Steps of backtracking that one match may take.
const BACKTRACK_LIMIT: usize = 100_000;

/// A compiled expression.
pub struct Pattern(Regex);

/// A place where an expression matches.
pub struct Found<'t> {
    /// Where it begins, in bytes.
    pub at: usize,
    /// What matched.
    pub text: &'t str,
    /// The groups.
    pub groups: Vec<Option<&'t str>>,
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

impl Pattern {
    /// Compiles an expression; options are a subset of `imsxu`.
    ///
    /// # Errors
    /// 102 for what is no expression or option.
    pub fn new(pattern: &str, options: &str) -> Result<Self> {
        let mut flags = String::new();
        for option in options.chars() {
            match option {
                'i' | 'm' | 's' | 'x' => flags.push(option),
                'u' => {}
                other => return Err(Error::query(format!("invalid flag in regex options: {other}"))),
            }
        }
        let quoted = unquote(pattern);
        let source = if flags.is_empty() { quoted } else { format!("(?{flags}){quoted}") };
        let built = RegexBuilder::new(&source).backtrack_limit(BACKTRACK_LIMIT).build();
        built.map(Self).map_err(|e| Error::query(format!("Regular expression is invalid: {e}")))
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
    /// 102 when a match takes too much work.
    pub fn is_match(&self, text: &str) -> Result<bool> {
        self.0.is_match(text).map_err(too_hard)
    }

    /// The first `n` matches.
    ///
    /// # Errors
    /// As [`Pattern::is_match`].
    pub fn captures<'t>(&self, text: &'t str, n: usize) -> Result<Vec<Found<'t>>> {
        let mut out = Vec::new();
        for captures in self.0.captures_iter(text).take(n) {
            let captures = captures.map_err(too_hard)?;
            let Some(whole) = captures.get(0) else { continue };
            let groups = (1..captures.len()).map(|i| captures.get(i).map(|m| m.as_str())).collect();
            out.push(Found { at: whole.start(), text: whole.as_str(), groups });
        }
        Ok(out)
    }
}

fn too_hard(error: fancy_regex::Error) -> Error {
    Error::query(format!("Regular expression takes too much work: {error}"))
}

/// `\Q…\E`, which PCRE has and the crate has not, as single escapes.
fn unquote(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some(at) = rest.find("\\Q") {
        let (before, after) = rest.split_at(at);
        let escaped = before.bytes().rev().take_while(|b| *b == b'\\').count() % 2 == 1;
        out.push_str(before);
        let after = &after[2..];
        if escaped {
            out.push_str("\\Q");
            rest = after;
            continue;
        }
        let (quoted, tail) = after.split_once("\\E").unwrap_or((after, ""));
        out.push_str(&fancy_regex::escape(quoted));
        rest = tail;
    }
    out.push_str(rest);
    out
}
