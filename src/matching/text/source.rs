//! The texts of an object that a full-text search looks at.

use std::collections::BTreeSet;

use super::Language;
use super::words::{Keep, words};
use crate::matching::Fields;
use crate::model::{Path, Value};

/// The texts of an object, and the language they are in.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Document {
    /// The language that the object names in its field `language`, or else English.
    pub language: Language,
    /// The texts, one by one.
    pub texts: Vec<String>,
}

impl Document {
    /// Gathers the texts at the paths of an object: texts, names of files, and what of those stands in lists.
    pub fn of(paths: &[Path], object: &dyn Fields) -> Self {
        let language = object.field("language");
        let language = language.as_deref().and_then(Value::as_str).and_then(Language::from_name).unwrap_or_default();
        let mut texts = Vec::new();
        // The id stands elsewhere in MongoDB, under another name.
        for path in paths.iter().filter(|path| path.root() != "objectId") {
            if let Some(value) = object.field(path.root()) {
                let rest: Vec<&str> = path.rest().collect();
                gather(&value, &rest, false, &mut texts);
            }
        }
        Self { language, texts }
    }

    /// Does one of these words occur?
    pub(super) fn has_any(&self, sought: &BTreeSet<String>, keep: Keep) -> bool {
        let has = |text: &String| words(text, self.language, keep).any(|word| sought.contains(&word));
        !sought.is_empty() && self.texts.iter().any(has)
    }

    /// About the work of going through it, in steps of [`Work`](super::Work).
    pub(super) fn size(&self) -> u64 {
        self.texts.iter().map(|text| 1 + text.len() as u64).sum()
    }
}

/// Lists in lists are not looked at.
fn gather(value: &Value, rest: &[&str], in_list: bool, out: &mut Vec<String>) {
    match (value, rest) {
        (Value::String(text) | Value::File(text), []) => out.push(text.clone()),
        (Value::Array(list), _) if !in_list => list.iter().for_each(|one| gather(one, rest, true, out)),
        (Value::Object(map), [key, below @ ..]) => {
            if let Some(value) = map.get(key) {
                gather(value, below, false, out);
            }
        }
        _ => {}
    }
}
