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
mod implied;
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
pub use implied::implied;
pub use translate::RawStage;

use std::cell::Cell;

use crate::error::Result;
use crate::model::{Date, Map};

/// A stream of documents.
pub type Documents<'a> = Box<dyn Iterator<Item = Result<Map>> + 'a>;

/// Where `$lookup` finds the documents of other classes.
pub trait Source {
    /// Shows every document of a class in its natural order; none for a class that is not there.
    ///
    /// # Errors
    /// What the database says, and what the visitor says.
    fn documents(&self, class: &str, visit: &mut dyn FnMut(Map) -> Result<()>) -> Result<()>;
}

/// What a pipeline runs in.
pub struct Context<'a> {
    /// `$$NOW`
    pub now: Date,
    /// Where the random numbers of `$rand` and `$sample` begin.
    pub seed: u64,
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
        random: Cell::new(context.seed),
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

#[cfg(test)]
mod tests;
