//! The columns that a query names.

use super::params::Params;
use crate::model::{Map, Value};

/// Those of its where clause, its order, its keys and its includes; what is no column (`$or`, internals) is left out.
pub fn columns(params: &Params) -> Vec<&str> {
    let mut out = Vec::new();
    of_clause(&params.clause, &mut out);
    let order = params.order.iter().flat_map(|order| order.split(',')).map(|key| key.trim().trim_start_matches('-'));
    let keys = params.keys.iter().flatten().map(String::as_str);
    let includes = params.include.iter().filter_map(|path| path.first()).map(String::as_str);
    out.extend(order.chain(keys).chain(includes).map(root).filter(|name| is_column(name)));
    out
}

fn of_clause<'a>(clause: &'a Map, out: &mut Vec<&'a str>) {
    for (key, value) in clause {
        match value {
            Value::Array(parts) if key.starts_with('$') => {
                parts.iter().filter_map(Value::as_object).for_each(|part| of_clause(part, out));
            }
            _ if is_column(key) => out.push(root(key)),
            _ => {}
        }
    }
}

fn root(path: &str) -> &str {
    path.split('.').next().unwrap_or(path)
}

fn is_column(key: &str) -> bool {
    !key.is_empty() && !key.starts_with(['$', '_', '*'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_wherever_they_stand() {
        let part = |key: &str| Value::Object(Map::from([(key, Value::Null)]));
        let clause = Map::from([
            ("a.b", Value::Null),
            ("$or", Value::Array(vec![part("c"), Value::Object(Map::from([("$and", Value::Array(vec![part("d")]))]))])),
            ("_rperm", Value::Null),
        ]);
        let params = Params {
            clause,
            order: Some("-e.x, _created_at,f".to_owned()),
            keys: Some(vec!["g.h".to_owned()]),
            include: vec![vec!["i".to_owned(), "j".to_owned()]],
            ..Params::default()
        };
        assert_eq!(columns(&params), ["a", "c", "d", "e", "f", "g", "i"]);
    }
}
