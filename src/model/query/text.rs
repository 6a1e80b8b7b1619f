//! `$text`: the arguments of a full-text search.

use super::{Filter, TextSearch};
use crate::error::{Error, Result};
use crate::model::{Path, Value};

/// Reads `{"$search":{"$term",…}}`.
///
/// # Errors
/// 107 for arguments of the wrong type.
pub(super) fn parse(path: &Path, value: &Value) -> Result<Filter> {
    let bad = |what: &str| Error::json(format!("bad $text: {what}"));
    let search = value.as_object().and_then(|v| v.get("$search")).and_then(Value::as_object);
    let search = search.ok_or_else(|| bad("$search, should be object"))?;
    let Some(Value::String(term)) = search.get("$term") else { return Err(bad("$term, should be string")) };
    let language = match search.get("$language") {
        None | Some(Value::Null) => None,
        Some(Value::String(language)) => Some(language.clone()),
        Some(other) if !other.truthy() => None,
        Some(_) => return Err(bad("$language, should be string")),
    };
    let flag = |key: &str| match search.get(key) {
        None | Some(Value::Null) => Ok(false),
        Some(Value::Bool(b)) => Ok(*b),
        Some(other) if !other.truthy() => Ok(false),
        Some(_) => Err(bad(&format!("{key}, should be boolean"))),
    };
    Ok(Filter::Text(TextSearch {
        field: path.clone(),
        term: term.clone(),
        language,
        case_sensitive: flag("$caseSensitive")?,
        diacritic_sensitive: flag("$diacriticSensitive")?,
    }))
}
