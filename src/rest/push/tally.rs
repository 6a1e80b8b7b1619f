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
    /// Device tokens that are no good any more, by type of device.
    dead: IndexMap<String, Vec<String>>,
}

const SENT: &str = "sentPerType";
/// Types of devices that are told apart; they are what clients have said.
const KINDS: usize = 30;
/// The longest name of one.
const LONGEST: usize = 64;
/// Device tokens that one push may take away: what is left is found by the next.
const DEAD: usize = 20_000;
/// If a service calls so many tokens of a type dead and none good, it is the app that is wrong (its key, Apple's sandbox).
const SUSPICIOUS: usize = 20;

impl Tally {
    /// Counts what came of sending to some devices. A device without a type is not counted, as in Parse Server.
    pub fn add(&mut self, outcomes: Vec<Outcome>) {
        for outcome in outcomes {
            let kind = self.kind(&outcome.kind).to_owned();
            if outcome.is_dead() && self.dead.values().map(Vec::len).sum::<usize>() < DEAD {
                self.dead.entry(kind.clone()).or_default().push(outcome.token);
            }
            if kind.is_empty() {
                continue;
            }
            let (column, number) = match outcome.failure {
                None => (SENT, &mut self.sent),
                Some(_) => ("failedPerType", &mut self.failed),
            };
            *number += 1;
            *self.by_type.entry(column).or_default().entry(kind).or_default() += 1;
        }
    }

    /// The type becomes the name of a key.
    fn kind<'a>(&self, said: &'a str) -> &'a str {
        let known = |kinds: &IndexMap<String, u64>| kinds.contains_key(said);
        let fits = said.len() <= LONGEST && names::is_valid_field(said);
        let few = self.by_type.values().map(IndexMap::len).sum::<usize>() < KINDS;
        if said.is_empty() || fits && (few || self.by_type.values().any(known)) { said } else { "other" }
    }

    /// Device tokens that are to be taken away.
    pub fn dead(&self) -> Vec<&str> {
        let good = |kind: &str| self.by_type.get(SENT).is_some_and(|kinds| kinds.contains_key(kind));
        let dead = self.dead.iter().filter(|(kind, tokens)| tokens.len() < SUSPICIOUS || good(kind));
        dead.flat_map(|(_, tokens)| tokens).map(String::as_str).collect()
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
        assert_eq!(tally.dead(), ["a"]);
    }

    #[test]
    fn types_are_bounded() {
        let mut tally = Tally::default();
        tally.add((0..100).map(|n| Outcome::sent("t", format!("k{n}"))).collect());
        tally.add(vec![Outcome::sent("t", "k1"), Outcome::sent("t", "x".repeat(100))]);
        let told = tally.change();
        let kinds = told.get(SENT).and_then(Value::as_object).unwrap();
        assert_eq!((kinds.len(), kinds.get("other"), kinds.get("k1")), (31, Some(&71.0.into()), Some(&2.0.into())));
    }

    #[test]
    fn a_service_that_calls_every_token_dead_is_not_believed() {
        let dead = |many: usize| (0..many).map(|n| Outcome::failed(n.to_string(), "ios", "BadDeviceToken")).collect();
        let mut tally = Tally::default();
        tally.add(dead(19));
        assert_eq!(tally.dead().len(), 19);
        tally.add(dead(1));
        assert_eq!(tally.dead().len(), 0);
        tally.add(vec![Outcome::sent("x", "android")]);
        assert_eq!(tally.dead().len(), 0, "another service");
        tally.add(vec![Outcome::sent("x", "ios")]);
        assert_eq!(tally.dead().len(), 20);
    }
}
