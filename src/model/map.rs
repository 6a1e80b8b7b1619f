//! The keys and values of an object.

use std::fmt;
use std::hash::BuildHasher;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use super::Value;

/// A key; one as short as most are needs no memory of its own.
pub type Key = compact_str::CompactString;

/// Up to so many keys, a look at each costs less than a table of them.
const FEW: usize = 16;
/// What a key takes besides its text: itself, and its place in the table, bytes.
const KEY_BYTES: usize = 40;

/// The keys and values of an object, in the order JavaScript would list them: integer-like keys first and ascending,
/// the others as they came.
#[derive(Clone, Default)]
pub struct Map {
    entries: Vec<(Key, Value)>,
    table: Option<Box<Table>>,
}

/// Where the keys of a large map stand.
#[derive(Clone, Default)]
struct Table {
    random: foldhash::fast::RandomState,
    places: HashTable<usize>,
}

impl Map {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty map with room for `n` keys.
    pub fn with_capacity(n: usize) -> Self {
        Self { entries: Vec::with_capacity(n), table: None }
    }

    /// Sets a key; a new one goes to the end, unless it is integer-like: then to its place before the named keys.
    pub fn set(&mut self, key: impl Into<Key>, value: Value) -> Option<Value> {
        let key = key.into();
        if let Some(n) = array_index(&key)
            && self.place(&key).is_none()
        {
            let place = self.entries.partition_point(|(k, _)| array_index(k).is_some_and(|m| m < n));
            self.entries.insert(place, (key, value));
            self.index();
            return None;
        }
        self.put(key, value)
    }

    /// Sets a key, a new one at the end.
    fn put(&mut self, key: Key, value: Value) -> Option<Value> {
        let Self { entries, table } = self;
        if let Some(table) = table {
            let Table { random, places } = &mut **table;
            let digest = |at: &usize| random.hash_one(entries[*at].0.as_str());
            match places.entry(random.hash_one(key.as_str()), |at| entries[*at].0 == key, digest) {
                Entry::Occupied(place) => return Some(std::mem::replace(&mut entries[*place.get()].1, value)),
                Entry::Vacant(place) => drop(place.insert(entries.len())),
            }
            entries.push((key, value));
            return None;
        }
        if let Some((_, old)) = entries.iter_mut().find(|(known, _)| *known == key) {
            return Some(std::mem::replace(old, value));
        }
        // A typed value has three or four keys, an object of an app some ten: its list grows twice, not three times.
        if entries.len() == 4 {
            entries.reserve(FEW - 4);
        }
        entries.push((key, value));
        if entries.len() > FEW {
            self.index();
        }
        None
    }

    /// Makes the table anew, or none of few keys.
    fn index(&mut self) {
        if self.entries.len() <= FEW {
            self.table = None;
            return;
        }
        let Table { random, places } = &mut **self.table.get_or_insert_default();
        places.clear();
        let digest = |at: &usize| random.hash_one(self.entries[*at].0.as_str());
        places.reserve(self.entries.len(), digest);
        for at in 0..self.entries.len() {
            places.insert_unique(digest(&at), at, digest);
        }
    }

    fn place(&self, key: &str) -> Option<usize> {
        match &self.table {
            None => self.entries.iter().position(|(known, _)| known == key),
            Some(table) => table.places.find(table.random.hash_one(key), |at| self.entries[*at].0 == key).copied(),
        }
    }

    /// Takes a key out; the order of the others stays.
    pub fn take(&mut self, key: &str) -> Option<Value> {
        let place = self.place(key)?;
        let (_, value) = self.entries.remove(place);
        match &mut self.table {
            Some(table) if self.entries.len() > FEW => {
                table.places.retain(|at| *at != place);
                table.places.iter_mut().filter(|at| **at > place).for_each(|at| *at -= 1);
            }
            table => *table = None,
        }
        Some(value)
    }

    /// Keeps the entries that fulfil a condition, which may change their values.
    pub fn retain(&mut self, mut keep: impl FnMut(&Key, &mut Value) -> bool) {
        let before = self.entries.len();
        self.entries.retain_mut(|(key, value)| keep(key, value));
        if self.entries.len() != before {
            self.index();
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.place(key).map(|at| &self.entries[at].1)
    }

    /// The value of a key, to change.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.place(key).map(|at| &mut self.entries[at].1)
    }

    /// A key and its value.
    pub fn get_key_value(&self, key: &str) -> Option<(&Key, &Value)> {
        self.place(key).map(|at| &self.entries[at]).map(|(key, value)| (key, value))
    }

    /// Is there such a key?
    pub fn contains_key(&self, key: &str) -> bool {
        self.place(key).is_some()
    }

    /// How many keys it has.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Has it none?
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The first entry.
    pub fn first(&self) -> Option<(&Key, &Value)> {
        self.iter().next()
    }

    /// Its entries.
    pub fn iter(&self) -> Iter<'_> {
        self.into_iter()
    }

    /// Its entries, the values to change.
    pub fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = (&Key, &mut Value)> + ExactSizeIterator {
        self.entries.iter_mut().map(|(key, value)| (&*key, value))
    }

    /// Its keys.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Key> + ExactSizeIterator + Clone {
        self.entries.iter().map(|(key, _)| key)
    }

    /// Its values.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Value> + ExactSizeIterator + Clone {
        self.entries.iter().map(|(_, value)| value)
    }

    /// Its values, to change.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        self.entries.iter_mut().map(|(_, value)| value)
    }

    /// Sorts its entries by their keys.
    pub fn sort_keys(&mut self) {
        self.entries.sort_unstable_by(|(a, _), (b, _)| a.cmp(b));
        self.index();
    }

    /// About how much memory its entries take, bytes.
    pub fn weight(&self) -> usize {
        self.entries.iter().map(|(key, value)| KEY_BYTES + key.len() + value.weight()).sum()
    }

    /// Puts integer-like keys to their places, after many keys were put in without a look at their order.
    fn arrange(mut self) -> Self {
        if self.keys().any(|key| array_index(key).is_some()) {
            self.entries.sort_by_cached_key(|(key, _)| array_index(key).map_or(u64::MAX, u64::from));
            self.index();
        }
        self
    }
}

impl PartialEq for Map {
    /// Equal as MongoDB has it: the same keys in the same order.
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}

impl fmt::Debug for Map {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Into<Key>> FromIterator<(K, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(iter: I) -> Self {
        let iter = iter.into_iter();
        let mut map = Self::with_capacity(iter.size_hint().0);
        iter.for_each(|(key, value)| drop(map.put(key.into(), value)));
        map.arrange()
    }
}

impl<K: Into<Key>, const N: usize> From<[(K, Value); N]> for Map {
    fn from(entries: [(K, Value); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl IntoIterator for Map {
    type Item = (Key, Value);
    type IntoIter = std::vec::IntoIter<(Key, Value)>;
    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter()
    }
}

/// The entries of a map, borrowed.
pub type Iter<'a> = std::iter::Map<std::slice::Iter<'a, (Key, Value)>, fn(&'a (Key, Value)) -> (&'a Key, &'a Value)>;

impl<'a> IntoIterator for &'a Map {
    type Item = (&'a Key, &'a Value);
    type IntoIter = Iter<'a>;
    fn into_iter(self) -> Self::IntoIter {
        self.entries.iter().map(|(key, value)| (key, value))
    }
}

#[cfg(test)]
impl std::ops::Index<&str> for Map {
    type Output = Value;
    fn index(&self, key: &str) -> &Value {
        self.get(key).unwrap_or_else(|| panic!("there is no {key}"))
    }
}

/// The number in a key that JavaScript lists before the named ones (ECMA-262, "array index": 0 to 2^32 - 2, no leading zero).
pub fn array_index(key: &str) -> Option<u32> {
    if key.is_empty()
        || key.len() > 10
        || !key.bytes().all(|b| b.is_ascii_digit())
        || (key.len() > 1 && key.starts_with('0'))
    {
        return None;
    }
    key.parse().ok().filter(|n| *n != u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same done to a list, slowly.
    fn model(ops: &[(u8, String, f64)]) -> Vec<(String, f64)> {
        let mut list: Vec<(String, f64)> = Vec::new();
        for (op, key, n) in ops {
            let known = list.iter().position(|(k, _)| k == key);
            match (op % 4, known) {
                (0, Some(at)) => drop(list.remove(at)),
                (0, None) => {}
                (1, _) => list.retain(|(k, _)| k.len() != key.len()),
                (_, Some(at)) => list[at].1 = *n,
                (_, None) => {
                    list.push((key.clone(), *n));
                    list.sort_by_key(|(k, _)| array_index(k).map_or(u64::MAX, u64::from));
                }
            }
        }
        list
    }

    proptest! {
        #[test]
        fn does_what_a_list_would(ops in proptest::collection::vec((2..60u8, "[0-9]{1,2}|[a-d]{1,3}", 0.0..9.0f64), 0..80)) {
            // Mostly sets, so that maps grow past the size where the table begins.
            let ops: Vec<_> = ops.into_iter().map(|(op, key, n)| (if op < 8 { op % 2 } else { 2 }, key, n)).collect();
            let mut map = Map::new();
            for (op, key, n) in &ops {
                match op {
                    0 => drop(map.take(key)),
                    1 => map.retain(|k, _| k.len() != key.len()),
                    _ => drop(map.set(key.as_str(), Value::Number(*n))),
                }
            }
            let expected = model(&ops);
            let list: Vec<(String, f64)> =
                map.iter().map(|(key, value)| (key.to_string(), value.as_number().unwrap())).collect();
            prop_assert_eq!(&list, &expected);
            for (key, n) in &expected {
                prop_assert_eq!(map.get(key), Some(&Value::Number(*n)));
            }
            prop_assert!(!map.contains_key("absent"));
            let collected: Map = expected.iter().rev().map(|(key, n)| (key.as_str(), Value::Number(*n))).collect();
            prop_assert!(expected.iter().all(|(key, n)| collected.get(key) == Some(&Value::Number(*n))));
        }
    }
}
