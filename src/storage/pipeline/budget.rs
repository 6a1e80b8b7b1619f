//! What a pipeline may hold and how long it may work.

use std::cell::Cell;

use crate::error::{Error, Result};

/// MongoDB's limit of what a pipeline holds in memory, in bytes.
pub const DEFAULT_MEMORY: usize = 100 * 1024 * 1024;
/// MongoDB's limit for one document, in bytes.
pub const MAX_DOCUMENT: usize = 16 * 1024 * 1024;
/// How many steps pass between two looks at the deadline.
const STEPS: usize = 512;

/// Counts bytes held and steps made by one pipeline with all its sub-pipelines.
pub struct Budget<'a> {
    limit: usize,
    held: Cell<usize>,
    steps: Cell<usize>,
    check: &'a dyn Fn() -> Result<()>,
}

impl<'a> Budget<'a> {
    /// A budget of `limit` bytes; `check` is called regularly and ends the work with its error.
    pub fn new(limit: usize, check: &'a dyn Fn() -> Result<()>) -> Self {
        Self { limit, held: Cell::new(0), steps: Cell::new(0), check }
    }

    /// Counts `n` steps of work.
    ///
    /// # Errors
    /// What the caller's check says.
    pub fn step(&self, n: usize) -> Result<()> {
        let steps = self.steps.get() + n;
        if steps < STEPS {
            self.steps.set(steps);
            return Ok(());
        }
        self.steps.set(0);
        (self.check)()
    }

    /// An empty holding.
    pub fn hold(&self) -> Held<'_> {
        Held { held: &self.held, limit: self.limit, bytes: 0 }
    }
}

/// Bytes that a stage holds; given back when dropped.
pub struct Held<'b> {
    held: &'b Cell<usize>,
    limit: usize,
    bytes: usize,
}

impl Held<'_> {
    /// Holds `bytes` more.
    ///
    /// # Errors
    /// 102 beyond the limit.
    pub fn add(&mut self, bytes: usize) -> Result<()> {
        self.bytes += bytes;
        self.held.set(self.held.get() + bytes);
        if self.held.get() > self.limit {
            return Err(Error::query(format!("Exceeded memory limit of {} bytes for an aggregation", self.limit)));
        }
        Ok(())
    }

    /// Gives `bytes` back.
    pub fn give(&mut self, bytes: usize) {
        let bytes = bytes.min(self.bytes);
        self.bytes -= bytes;
        self.held.set(self.held.get().saturating_sub(bytes));
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.held.set(self.held.get().saturating_sub(self.bytes));
    }
}
