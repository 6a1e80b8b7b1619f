//! Field paths, parsed once: `a.b.0` is `["a", "b", "0"]`, and no check compares raw strings.

use std::fmt;

use super::Key;

/// The way to a value: a field, and keys or indices below it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path {
    text: Key,
    /// Where the name of the field ends.
    root: usize,
}

impl Path {
    /// Parses a path; an empty text is an empty field name.
    pub fn new(text: impl Into<Key>) -> Self {
        let text = text.into();
        // Of a text this short, no search is quicker.
        let root = text.bytes().position(|b| b == b'.').unwrap_or(text.len());
        Self { text, root }
    }

    /// The field it begins with.
    pub fn root(&self) -> &str {
        &self.text[..self.root]
    }

    /// Does it lead below its field?
    pub fn is_dotted(&self) -> bool {
        self.root < self.text.len()
    }

    /// What stands behind the field name: keys and indices, none if the path is a plain field.
    pub fn rest(&self) -> impl Iterator<Item = &str> + Clone {
        self.text.get(self.root + 1..).into_iter().flat_map(|rest| rest.split('.'))
    }

    /// All components, the field first.
    pub fn components(&self) -> impl Iterator<Item = &str> + Clone {
        self.text.split('.')
    }

    /// The path as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Is `self` the same path as `other`, or one below it?
    pub fn is_within(&self, other: &Path) -> bool {
        self.text.strip_prefix(other.text.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.text)
    }
}

impl From<&str> for Path {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}
