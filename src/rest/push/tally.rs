//! What came of a push so far, as its status is told.

use indexmap::IndexMap;

use crate::model::{Map, Value, names};
use crate::push::Outcome;

/// All outcomes so far. The status is told the sums, so that it may be told twice.
#[derive(Debug, Default)]
pub struct Tally {
    sent: u64,
    failed: u64,
    /// By column (`sentPerType`) and type of device, in the order in which they came.
    by_type: IndexMap<&'static str, IndexMap<String, u64>>,
    /// Batches that are still to be sent.
    pub batches: u64,
    /// Device tokens that are no good any more and are not taken away yet.
    pub dead: Vec<String>,
}

impl Tally {
    /// Counts what came of sending to some devices. A device without a type is not counted, as in Parse Server.
    pub fn add(&mut self, outcomes: Vec<Outcome>) {
        for outcome in outcomes {
            if outcome.kind.is_empty() {
                continue;
            }
            let (column, number) = match outcome.failure {
                None => ("sentPerType", &mut self.sent),
                Some(_) => ("failedPerType", &mut self.failed),
            };
            *number += 1;
            // The type is what a client has said; it becomes the name of a key.
            let kind = if names::is_valid_field(&outcome.kind) { outcome.kind.as_str() } else { "other" };
            *self.by_type.entry(column).or_default().entry(kind.to_owned()).or_default() += 1;
            if outcome.is_dead() {
                self.dead.push(outcome.token);
            }
        }
    }

    /// The change of the status.
    pub fn change(&self) -> Map {
        let number = |number: u64| Value::Number(number as f64);
        let mut change = Map::new();
        for (column, many) in [("numSent", self.sent), ("numFailed", self.failed)] {
            if many > 0 {
                change.set(column, number(many));
            }
        }
        for (column, kinds) in &self.by_type {
            let kinds: Map = kinds.iter().map(|(kind, many)| (kind.as_str(), number(*many))).collect();
            change.set(*column, Value::Object(kinds));
        }
        change.set("count", number(self.batches));
        change.set("status", Value::from("running"));
        change
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::wire;

    #[test]
    fn a_type_that_a_client_made_up_is_no_name_of_a_key() {
        let mut tally = Tally { batches: 2, ..Tally::default() };
        tally.add(vec![
            Outcome::failed("a", "x.$y", "NotRegistered"),
            Outcome::sent("b", "ios"),
            Outcome::sent("c", ""),
            Outcome::sent("d", "ios"),
        ]);
        let wanted = r#"{"numSent":2,"numFailed":1,"failedPerType":{"other":1},"sentPerType":{"ios":2},"count":2,"status":"running"}"#;
        assert_eq!(wire::to_string(&Value::Object(tally.change())), wanted);
        assert_eq!(tally.dead, ["a"]);
    }
}
