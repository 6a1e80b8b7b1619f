//! Which statements took long: those are not tried on the thread that asks.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::Mutex;

use super::conn::lock;

/// So many are remembered; then it begins anew.
const MOST: usize = 1024;

/// The statements that took long, by what their texts hash to.
#[derive(Default)]
pub struct Dear {
    seen: Mutex<HashSet<u64>>,
    hasher: RandomState,
}

impl Dear {
    /// Has a statement with this text taken long?
    pub fn holds(&self, text: &str) -> bool {
        lock(&self.seen).contains(&self.hasher.hash_one(text))
    }

    /// Remembers that it has.
    pub fn note(&self, text: &str) {
        let mut seen = lock(&self.seen);
        if seen.len() >= MOST {
            seen.clear();
        }
        seen.insert(self.hasher.hash_one(text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_a_bounded_number() {
        let dear = Dear::default();
        assert!(!dear.holds("a"));
        dear.note("a");
        assert!(dear.holds("a") && !dear.holds("b"));
        (0..MOST).for_each(|i| dear.note(&i.to_string()));
        assert!(lock(&dear.seen).len() <= MOST);
    }
}
