//! Writes of this process that rest on the same values take turns, so that of two one gets what it wants. What other processes do
//! at the same time shows afterwards: see `group.rs`.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

use tokio::sync::{Mutex, MutexGuard};

use super::Mongo;
use crate::access::Write;
use crate::model::{Constraint, Filter, wire};

/// How many turns there are; values share them.
const TURNS: usize = 64;

/// Turns by values.
pub struct Turns([Mutex<()>; TURNS]);

impl Default for Turns {
    fn default() -> Self {
        Self(std::array::from_fn(|_| Mutex::default()))
    }
}

impl Mongo {
    /// Waits for the turn of writes; it ends with what is given back.
    pub(super) async fn turn(&self, writes: &[Write]) -> Vec<MutexGuard<'_, ()>> {
        let mut wanted = BTreeSet::new();
        for write in writes {
            if let Write::Absent(plan) = write {
                match places(plan.filter()) {
                    Some(places) => wanted.extend(places),
                    None => wanted.extend(0..TURNS),
                }
            }
            if let Some(texts) = self.texts_of(write) {
                wanted.extend(texts.pairs.iter().map(|(key, text)| place(key, &text.to_lowercase())));
            }
        }
        let mut turns = Vec::with_capacity(wanted.len());
        // In one order for all, so that none wait for each other.
        for place in wanted {
            if let Some(turn) = self.turns.0.get(place) {
                turns.push(turn.lock().await);
            }
        }
        turns
    }
}

/// The turns of the values that whatever matches a filter has one of; `None` if there is no telling.
fn places(filter: &Filter) -> Option<Vec<usize>> {
    match filter {
        Filter::And(all) => all.iter().find_map(places),
        Filter::Or(any) => {
            any.iter().map(places).collect::<Option<Vec<_>>>().map(|all| all.into_iter().flatten().collect())
        }
        Filter::Field(path, constraints) => constraints.iter().find_map(|constraint| match constraint {
            Constraint::Eq(value) => Some(vec![place(path.as_str(), &wire::to_string(value))]),
            _ => None,
        }),
        Filter::Nor(_) | Filter::Text(_) => None,
    }
}

fn place(key: &str, value: &str) -> usize {
    let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one((key, value));
    usize::try_from(hash % TURNS as u64).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Value;

    #[test]
    fn what_meets_in_a_value_meets_in_a_turn() {
        let token = || Filter::eq("deviceToken", "x");
        let other = Filter::Field("objectId".into(), vec![Constraint::Ne(Value::from("a"))]);
        let both = Filter::Or(vec![token().and(other.clone()), Filter::eq("installationId", "y")]);
        let one = places(&token()).unwrap();
        assert!(places(&both).unwrap().contains(&one[0]));
        assert_eq!(places(&both).unwrap().len(), 2);
        for unknown in [other.clone(), Filter::Or(vec![token(), other]), Filter::Nor(vec![token()]), Filter::all()] {
            assert_eq!(places(&unknown), None, "{unknown:?}");
        }
    }
}
