//! `$text`: the arguments of a full-text search.

use super::{Constraint, Filter, TextSearch};
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
    let term = search.get("$term").and_then(Value::as_str).filter(|term| !term.is_empty());
    let term = term.ok_or_else(|| bad("$term, should be string"))?;
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
        term: term.to_owned(),
        language,
        case_sensitive: flag("$caseSensitive")?,
        diacritic_sensitive: flag("$diacriticSensitive")?,
    }))
}

/// Does a search stand where MongoDB allows one?
///
/// # Errors
/// 102 for more than one search, for one that is negated, and for one beside a search for what is near.
pub(super) fn check(filter: &Filter) -> Result<()> {
    match count(filter, false)? {
        0 => Ok(()),
        1 if is_near(filter) => Err(Error::query("text and geoNear not allowed in same query")),
        1 => Ok(()),
        _ => Err(Error::query("Too many text expressions")),
    }
}

fn count(filter: &Filter, negated: bool) -> Result<usize> {
    let sum = |all: &[Filter], negated| all.iter().map(|one| count(one, negated)).sum::<Result<usize>>();
    match filter {
        Filter::And(all) | Filter::Or(all) => sum(all, negated),
        Filter::Nor(all) => sum(all, true),
        Filter::Text(_) if negated => Err(Error::query("text expression not allowed in nor")),
        Filter::Text(_) => Ok(1),
        Filter::Field(..) => Ok(0),
    }
}

fn is_near(filter: &Filter) -> bool {
    match filter {
        Filter::And(all) | Filter::Or(all) | Filter::Nor(all) => all.iter().any(is_near),
        Filter::Field(_, constraints) => constraints.iter().any(|c| matches!(c, Constraint::Near { .. })),
        Filter::Text(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::query::{Context, parse as parse_clause};
    use crate::model::{ClassSchema, Date, wire};

    fn message(clause: &str) -> String {
        let Ok(Value::Object(clause)) = wire::parse(clause.as_bytes(), 20) else { panic!("{clause}") };
        let schema = ClassSchema::new("C");
        let context = Context {
            schema: &schema,
            internals: false,
            allow_regex: true,
            max_depth: None,
            count: false,
            now: Date(0),
        };
        parse_clause(&clause, &context).map_or_else(|error| error.to_string(), |_| "fine".into())
    }

    #[test]
    fn a_search_stands_alone_and_is_not_negated() {
        let search = r#"{"$text":{"$search":{"$term":"x"}}}"#;
        let near = r#"{"$nearSphere":{"__type":"GeoPoint","latitude":1,"longitude":1}}"#;
        for (clause, expected) in [
            (format!(r#"{{"a":{search},"b":1}}"#), "fine"),
            (format!(r#"{{"$and":[{{"a":{search}}},{{"b":1}}]}}"#), "fine"),
            (format!(r#"{{"$or":[{{"a":{search}}},{{"b":1}}]}}"#), "fine"),
            (format!(r#"{{"$nor":[{{"a":{search}}}]}}"#), "102: text expression not allowed in nor"),
            (format!(r#"{{"a":{search},"b":{search}}}"#), "102: Too many text expressions"),
            (format!(r#"{{"a":{search},"g":{near}}}"#), "102: text and geoNear not allowed in same query"),
        ] {
            assert_eq!(message(&clause), expected, "{clause}");
        }
    }
}
