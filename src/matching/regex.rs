//! Regular expressions as MongoDB's PCRE reads them, compiled once and kept for a while.

use std::sync::Arc;

use fancy_regex::{Error as EngineError, RuntimeError};

use super::Work;
use super::work::too_much;
use crate::error::{Error, Result};
use crate::model::query::Regex;

/// How often one match may go back and try again.
const MAX_BACKTRACKS: usize = 200_000;

/// A regular expression that is ready to use.
#[derive(Debug)]
pub struct Compiled(fancy_regex::Regex);

impl Compiled {
    /// Does the text have a match?
    ///
    /// # Errors
    /// 124 if the pattern tries too many ways on this text, or `work` is used up.
    pub fn is_match(&self, text: &str, work: &mut Work) -> Result<bool> {
        work.spend(1 + text.len() as u64 / 16)?;
        self.0.is_match(text).map_err(|e| match e {
            EngineError::RuntimeError(RuntimeError::BacktrackLimitExceeded | RuntimeError::StackOverflow) => too_much(),
            other => Error::caused("regular expression", other),
        })
    }
}

/// Compiles an expression, or takes it from those kept.
///
/// # Errors
/// 102 for a pattern that is wrong or uses what is not supported.
pub fn compile(regex: &Regex) -> Result<Arc<Compiled>> {
    let build = |b: &mut fancy_regex::RegexBuilder| b.backtrack_limit(MAX_BACKTRACKS).build();
    let built = build(
        fancy_regex::RegexBuilder::new(&regex.pattern)
            .case_insensitive(regex.options.contains('i'))
            .multi_line(regex.options.contains('m'))
            .dot_matches_new_line(regex.options.contains('s'))
            .ignore_whitespace(regex.options.contains('x')),
    );
    built.map(|r| Arc::new(Compiled(r))).map_err(|e| Error::query(format!("Regular expression is invalid: {e}")))
}
