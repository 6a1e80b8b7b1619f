//! Regular expressions as MongoDB's PCRE reads them, compiled once and kept for a while.
//!
//! What needs no way back (no look-around, no back reference…) runs in linear time; the rest by backtracking with a limit.

mod class;
mod escape;
mod long;
mod translate;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use fancy_regex::{Error as EngineError, RuntimeError};

use self::long::{Found, Long};
use self::translate::{Engine, translate};
use super::Work;
use super::work::too_much;
use crate::error::{Error, Result};
use crate::model::query::Regex;

/// The longest pattern in bytes, as in MongoDB.
const MAX_PATTERN: usize = 32_764;
/// How often one match may go back and try again.
const MAX_BACKTRACKS: usize = 100_000;
/// The longest text that a pattern may be matched with by going back, bytes.
const MAX_BACKTRACKED: usize = 1 << 16;
/// Texts of more bytes are searched in a way that ends early, if not always with an answer.
const LONG: usize = 1 << 12;
/// Bytes that a compiled pattern may take, and its cache of states beside it.
const MAX_SIZE: usize = 1 << 19;
/// How many compiled patterns are kept.
const KEPT: usize = 32;

/// A regular expression that is ready to use.
#[derive(Debug)]
pub struct Compiled {
    source: Regex,
    /// `None` if the pattern needs backtracking.
    linear: Option<regex::bytes::Regex>,
    /// Does a line feed at the end of the text matter to `$` or `^`? The linear form does not know that.
    minds_final_newline: bool,
    /// The linear form once more, for long texts.
    long: OnceLock<Result<Long, String>>,
    backtracking: OnceLock<Result<fancy_regex::Regex, String>>,
}

impl Compiled {
    fn new(source: &Regex) -> Result<Self, String> {
        if source.pattern.len() > MAX_PATTERN {
            return Err(format!("the pattern has more than {MAX_PATTERN} bytes"));
        }
        let plan = translate(source, Engine::Linear)?;
        let mut compiled = Self {
            source: source.clone(),
            linear: None,
            minds_final_newline: plan.minds_final_newline,
            long: OnceLock::new(),
            backtracking: OnceLock::new(),
        };
        if plan.backtracks {
            compiled.backtracking().as_ref().map_err(String::clone)?;
        } else {
            let built = regex::bytes::RegexBuilder::new(&plan.pattern)
                .size_limit(MAX_SIZE)
                .dfa_size_limit(MAX_SIZE)
                .build()
                .map_err(|e| last_line(&e.to_string()))?;
            compiled.linear = Some(built);
        }
        Ok(compiled)
    }

    fn backtracking(&self) -> &Result<fancy_regex::Regex, String> {
        self.backtracking.get_or_init(|| {
            let plan = translate(&self.source, Engine::Backtracking)?;
            fancy_regex::RegexBuilder::new(&plan.pattern)
                .backtrack_limit(MAX_BACKTRACKS)
                .delegate_size_limit(MAX_SIZE)
                .delegate_dfa_size_limit(MAX_SIZE)
                .max_prog_size(MAX_SIZE / 32)
                .build()
                .map_err(|e| last_line(&e.to_string()))
        })
    }

    /// A search that ends early, for a text that is long.
    fn long(&self, text: &str) -> Option<Found> {
        if text.len() <= LONG {
            return None;
        }
        let make = || Long::new(&translate(&self.source, Engine::Linear)?.pattern);
        self.long.get_or_init(make).as_ref().ok().map(|long| long.search(text))
    }

    /// Does the text have a match?
    ///
    /// # Errors
    /// 124 if the pattern tries too many ways on this text, or `work` is used up.
    pub fn is_match(&self, text: &str, work: &mut Work) -> Result<bool> {
        let length = text.len() as u64;
        if let Some(linear) = &self.linear
            && !(self.minds_final_newline && text.ends_with('\n'))
        {
            work.spend(1 + length / 16)?;
            return match self.long(text) {
                Some(Found::Known(hit)) => Ok(hit),
                Some(Found::TooMuch) => Err(too_much()),
                Some(Found::Unknown) | None => Ok(linear.is_match(text.as_bytes())),
            };
        }
        if text.len() > MAX_BACKTRACKED {
            return Err(too_much());
        }
        work.spend(8 + length)?;
        self.backtracking().as_ref().map_err(|reason| invalid(reason))?.is_match(text).map_err(failed)
    }

    /// The first `n` matches.
    ///
    /// # Errors
    /// 124 if the pattern tries too many ways on this text.
    pub fn captures<'t>(&self, text: &'t str, n: usize) -> Result<Vec<Match<'t>>> {
        if self.linear.is_none() && text.len() > MAX_BACKTRACKED {
            return Err(too_much());
        }
        let mut out = Vec::new();
        for captures in self.backtracking().as_ref().map_err(|reason| invalid(reason))?.captures_iter(text).take(n) {
            let captures = captures.map_err(failed)?;
            let Some(whole) = captures.get(0) else { continue };
            let groups = (1..captures.len()).map(|i| captures.get(i).map(|m| m.as_str())).collect();
            out.push(Match { at: whole.start(), text: whole.as_str(), groups });
        }
        Ok(out)
    }
}

/// A place where an expression matches.
#[derive(Debug)]
pub struct Match<'t> {
    /// Where it begins, in bytes.
    pub at: usize,
    /// What matched.
    pub text: &'t str,
    /// The groups.
    pub groups: Vec<Option<&'t str>>,
}

fn failed(error: EngineError) -> Error {
    match error {
        EngineError::RuntimeError(RuntimeError::BacktrackLimitExceeded | RuntimeError::StackOverflow) => too_much(),
        other => invalid(&other.to_string()),
    }
}

/// The engines draw the pattern above their reason.
fn last_line(text: &str) -> String {
    text.lines().next_back().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

fn invalid(reason: &str) -> Error {
    Error::query(format!("Regular expression is invalid: {reason}"))
}

/// Compiles an expression, or takes it from those kept.
///
/// # Errors
/// 102 for a pattern that is wrong or uses what is not supported.
pub fn compile(regex: &Regex) -> Result<Arc<Compiled>> {
    static CACHE: Cache = Cache(Mutex::new(VecDeque::new()));
    CACHE.compile(regex)
}

/// The expressions used last, the latest in front.
struct Cache(Mutex<VecDeque<Arc<Compiled>>>);

impl Cache {
    fn compile(&self, regex: &Regex) -> Result<Arc<Compiled>> {
        if let Some(kept) = self.recall(regex) {
            return Ok(kept);
        }
        let compiled = Arc::new(Compiled::new(regex).map_err(|reason| invalid(&reason))?);
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cache.push_front(compiled.clone());
        cache.truncate(KEPT);
        Ok(compiled)
    }

    fn recall(&self, regex: &Regex) -> Option<Arc<Compiled>> {
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = cache.iter().position(|c| c.source == *regex)?;
        if place > 0 {
            let hit = cache.remove(place)?;
            cache.push_front(hit);
        }
        cache.front().cloned()
    }
}

#[cfg(test)]
mod tests;
