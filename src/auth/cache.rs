//! A bounded memory of what was looked up, for a short while.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::model::Date;

/// Values by name, each for at most a fixed time. Whoever changes what a value was made from forgets it here.
pub struct Cache<V> {
    /// Life of an entry, ms.
    life: i64,
    /// The greatest number of entries.
    most: usize,
    kept: Mutex<Kept<V>>,
}

struct Kept<V> {
    /// Counts what was forgotten, so that a value that was read before a change is not kept after it.
    generation: u64,
    entries: HashMap<String, (V, Date)>,
}

/// Says when a look-up began; see [`Cache::put`].
#[derive(Debug, Clone, Copy)]
pub struct Ticket(u64);

impl<V: Clone> Cache<V> {
    /// An empty cache; a life of 0 ms or room for no entry makes it forget everything at once.
    pub fn new(life: i64, most: usize) -> Self {
        Self { life, most, kept: Mutex::new(Kept { generation: 0, entries: HashMap::new() }) }
    }

    fn kept(&self) -> MutexGuard<'_, Kept<V>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The value, if there is one that is young enough.
    pub fn get(&self, name: &str, now: Date) -> Option<V> {
        let kept = self.kept();
        kept.entries.get(name).filter(|(_, until)| now < *until).map(|(value, _)| value.clone())
    }

    /// To be taken before a value is looked up in the database.
    pub fn ticket(&self) -> Ticket {
        Ticket(self.kept().generation)
    }

    /// Keeps a value, unless something was forgotten since the ticket was taken: the value may be from before.
    pub fn put(&self, ticket: Ticket, name: &str, value: V, now: Date) {
        let mut kept = self.kept();
        if kept.generation != ticket.0 || self.life <= 0 || self.most == 0 {
            return;
        }
        if kept.entries.len() >= self.most && !kept.entries.contains_key(name) {
            kept.entries.retain(|_, (_, until)| now < *until);
            if kept.entries.len() >= self.most {
                kept.entries.clear();
            }
        }
        kept.entries.insert(name.to_owned(), (value, Date(now.0.saturating_add(self.life))));
    }

    /// Forgets the values that a test picks.
    pub fn forget(&self, picks: impl Fn(&str, &V) -> bool) {
        let mut kept = self.kept();
        kept.generation += 1;
        kept.entries.retain(|name, (value, _)| !picks(name, value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_lives_for_its_time_and_not_longer() {
        let cache = Cache::new(10, 2);
        cache.put(cache.ticket(), "a", 1, Date(0));
        assert_eq!((cache.get("a", Date(9)), cache.get("a", Date(10))), (Some(1), None));
    }

    #[test]
    fn what_was_read_before_a_change_is_not_kept_after_it() {
        let cache = Cache::new(10, 2);
        let ticket = cache.ticket();
        cache.forget(|_, _| false);
        cache.put(ticket, "a", 1, Date(0));
        assert_eq!(cache.get("a", Date(0)), None);
    }

    #[test]
    fn there_are_never_more_entries_than_allowed() {
        let cache = Cache::new(10, 2);
        for name in ["a", "b", "c"] {
            cache.put(cache.ticket(), name, 1, Date(0));
        }
        assert!(cache.kept().entries.len() <= 2 && cache.get("c", Date(0)).is_some());
        cache.forget(|name, _| name == "c");
        assert_eq!(cache.get("c", Date(0)), None);
    }
}
