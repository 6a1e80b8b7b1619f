//! MongoDB's aggregation pipelines, evaluated in process over documents: for the back ends that have none of their own.
//!
//! A request goes through [`translate::translate`] (Parse's names to the database's), the back end gives the class's rows as
//! documents ([`document::to_document`]) to [`run`], and [`results`] turns what comes out into Parse's JSON. MongoDB
//! runs the translated stages itself; everything here but [`run`] serves it too.

mod bson;
mod bucket;
mod budget;
pub mod document;
pub mod ejson;
mod expr;
mod group;
mod lookup;
mod path;
mod project;
mod query;
mod regex;
pub mod results;
mod rows;
mod sort;
mod stage;
pub mod translate;

pub use budget::DEFAULT_MEMORY;
pub use translate::RawStage;

use crate::error::Result;
use crate::model::id::Random;
use crate::model::{Date, Map};

/// A stream of documents.
pub type Documents<'a> = Box<dyn Iterator<Item = Result<Map>> + 'a>;

/// Where `$lookup` finds the documents of other classes.
pub trait Source {
    /// The documents of a class in its natural order; none for a class that is not there.
    ///
    /// # Errors
    /// What the database says.
    fn documents(&self, class: &str) -> Result<Documents<'_>>;
}

/// What a pipeline runs in.
pub struct Context<'a> {
    /// `$$NOW`
    pub now: Date,
    /// For `$rand` and `$sample`.
    pub random: &'a dyn Random,
    /// Other classes.
    pub source: &'a dyn Source,
    /// How many bytes may be held at a time.
    pub memory: usize,
    /// Called regularly; its error ends the work.
    pub check: &'a dyn Fn() -> Result<()>,
}

/// Runs stages over documents.
///
/// # Errors
/// 102 for a pipeline that is wrong or not supported, for a value of the wrong type, for too much memory; what the
/// context's check says.
pub fn run(stages: &[RawStage], rows: impl Iterator<Item = Result<Map>>, context: &Context<'_>) -> Result<Vec<Map>> {
    let pipeline = stage::parse(stages, &expr::Names::default())?;
    let shared = expr::Shared {
        now: context.now,
        random: context.random,
        budget: budget::Budget::new(context.memory, context.check),
    };
    let frame = rows::Frame { shared: &shared, scope: None, source: context.source };
    rows::collect(&pipeline, Box::new(rows), &frame)
}

/// Looks whether a pipeline can run at all.
///
/// # Errors
/// 102 for a pipeline that is wrong or not supported.
pub fn check(stages: &[RawStage]) -> Result<()> {
    stage::parse(stages, &expr::Names::default()).map(|_| ())
}

/// The conditions of the leading `$match` stages and the stages behind them. Who can read by them needs to run only the rest; who can read
/// by a part of them runs all.
pub fn split_leading_match(stages: &[RawStage]) -> (Vec<&Map>, &[RawStage]) {
    let condition = |s: &'_ RawStage| s.name == "$match" && s.spec.as_object().is_some();
    let n = stages.iter().take_while(|s| condition(s)).count();
    let (head, rest) = stages.split_at(n);
    (head.iter().filter_map(|s| s.spec.as_object()).collect(), rest)
}

/// How many documents the stages read at most, if they begin with `$skip` and `$limit`.
pub fn leading_limit(stages: &[RawStage]) -> Option<u64> {
    let mut skipped = 0;
    for stage in stages {
        let n = stage.spec.as_number().filter(|n| n.trunc() == *n && (0.0..9e15).contains(n))? as u64;
        match stage.name.as_str() {
            "$skip" => skipped += n,
            "$limit" => return Some(skipped + n),
            _ => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests;
