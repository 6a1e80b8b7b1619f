//! `requestKeywordDenylist`: keys and values that no body may hold.

use crate::error::{Code, Error, Result};
use crate::model::query::Regex;
use crate::model::{Map, Value, wire};

/// The list, ready for use.
#[derive(Debug, Default)]
pub struct Denylist {
    entries: Vec<Entry>,
    /// No entry hits at a key shorter than this.
    shortest: usize,
}

#[derive(Debug)]
struct Entry {
    key: Option<Matcher>,
    value: Option<Matcher>,
    /// The entry as it was configured, for the message.
    shown: String,
}

#[derive(Debug)]
enum Matcher {
    /// A text without any sign of a regular expression, to be found anywhere.
    Plain(String),
    Regex(std::sync::Arc<crate::matching::regex::Compiled>),
    /// A value that is no text, to be equal.
    Equal(Value),
}

impl Denylist {
    /// Compiles the option.
    ///
    /// # Errors
    /// 102 for a text that is no regular expression.
    pub fn new(option: &[serde_json::Value]) -> Result<Self> {
        let entries = option.iter().map(|entry| {
            let shown = entry.to_string();
            let parsed = wire::parse(shown.as_bytes(), 20).map_err(|e| Error::query(e.0))?;
            let part = |key: &str| parsed.as_object().and_then(|e| e.get(key)).map(Matcher::new).transpose();
            Ok(Entry { key: part("key")?, value: part("value")?, shown })
        });
        let entries: Vec<Entry> = entries.collect::<Result<_>>()?;
        let shortest = entries.iter().map(|entry| match &entry.key {
            Some(Matcher::Plain(part)) => part.len(),
            _ => 0,
        });
        Ok(Self { shortest: shortest.min().unwrap_or(0), entries })
    }

    /// Looks at every key and value of a body, however deep.
    ///
    /// # Errors
    /// 105 for the first one on the list.
    pub fn check(&self, body: &Map) -> Result<()> {
        for (key, value) in body {
            self.check_entry(key, value)?;
        }
        Ok(())
    }

    fn check_entry(&self, key: &str, value: &Value) -> Result<()> {
        let entries = if key.len() < self.shortest { &[][..] } else { &self.entries };
        for entry in entries {
            let hit = match (&entry.key, &entry.value) {
                (Some(k), Some(v)) => k.hits_text(key) && v.hits(value),
                (Some(k), None) => k.hits_text(key),
                (None, Some(v)) => v.hits(value),
                (None, None) => false,
            };
            if hit {
                let text = format!("Prohibited keyword in request data: {}.", entry.shown);
                return Err(Error::new(Code::InvalidKeyName, text));
            }
        }
        match value {
            Value::Object(map) => self.check(map),
            Value::Array(list) => list
                .iter()
                .enumerate()
                .try_for_each(|(i, value)| self.check_entry(itoa::Buffer::new().format(i), value)),
            _ => Ok(()),
        }
    }
}

impl Matcher {
    fn new(value: &Value) -> Result<Self> {
        let Value::String(text) = value else { return Ok(Self::Equal(value.clone())) };
        if text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-') {
            return Ok(Self::Plain(text.clone()));
        }
        let regex = Regex { pattern: text.clone(), options: String::new() };
        crate::matching::regex::compile(&regex).map(Self::Regex)
    }

    fn hits_text(&self, text: &str) -> bool {
        match self {
            Self::Plain(part) => text.contains(part.as_str()),
            // An expression that gives up counts as found: the list is there to refuse.
            Self::Regex(regex) => regex.is_match(text, &mut crate::matching::Work::new(1_000_000)).unwrap_or(true),
            Self::Equal(_) => false,
        }
    }

    fn hits(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Equal(wanted), value) => wanted == value,
            (matcher, Value::String(text)) => matcher.hits_text(text),
            _ => false,
        }
    }
}
