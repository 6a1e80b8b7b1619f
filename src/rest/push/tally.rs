//! What came of a push so far, as its status is told.

use indexmap::IndexMap;

use super::status::increment;
use crate::model::{Map, Value, names};
use crate::push::Outcome;

/// Outcomes that the status does not know yet.
#[derive(Debug, Default)]
pub struct Tally {
    sent: u64,
    failed: u64,
    /// By column and type of device, as in `sentPerType.ios`.
    by_type: IndexMap<String, u64>,
    /// Batches that are done.
    pub batches: u64,
    /// Device tokens that are no good any more.
    pub dead: Vec<String>,
}

impl Tally {
    /// Counts what came of sending to some devices. A device without a type is not counted, as in Parse Server.
    pub fn add(&mut self, outcomes: Vec<Outcome>) {
        for outcome in outcomes {
            if outcome.kind.is_empty() {
                continue;
            }
            let column = match outcome.failure {
                None => "sentPerType",
                Some(_) => "failedPerType",
            };
            // The type is what a client has said; it becomes the name of a key.
            let kind = if names::is_valid_field(&outcome.kind) { outcome.kind.as_str() } else { "other" };
            *self.by_type.entry(format!("{column}.{kind}")).or_default() += 1;
            match &outcome.failure {
                None => self.sent += 1,
                Some(_) => self.failed += 1,
            }
            if outcome.is_dead() {
                self.dead.push(outcome.token);
            }
        }
    }

    /// The change of the status.
    pub fn change(&self) -> Map {
        let mut change = Map::new();
        for (column, number) in [("numSent", self.sent), ("numFailed", self.failed)] {
            if number > 0 {
                change.set(column, increment(number as f64));
            }
        }
        self.by_type.iter().for_each(|(column, number)| drop(change.set(column.as_str(), increment(*number as f64))));
        change.set("count", increment(-(self.batches as f64)));
        change.set("status", Value::from("running"));
        change
    }
}
