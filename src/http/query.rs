//! Query strings, read as the `qs` library reads them for Express' `extended` parser, and form bodies.

use crate::model::map::array_index;
use crate::model::{Key, Map, Value, wire};

use super::percent;

/// Brackets that are read in a key; the rest of it stays text.
const DEPTH: usize = 5;
/// The greatest index that makes a list; a greater one makes an object.
const ARRAY_LIMIT: u32 = 20;
/// Parameters that are read; those after them are dropped.
const PARAMETER_LIMIT: usize = 1000;

/// A key that `qs` leaves out.
const PROTOTYPE: &str = "__proto__";

/// Reads a query string: `a[b]=c` nests, `a=1&a=2` and `a[]=1` make lists. Every leaf is text.
pub fn parse(query: &str) -> Map {
    let mut map = Map::new();
    for part in query.split('&').take(PARAMETER_LIMIT).filter(|part| !part.is_empty()) {
        let at = part.find("]=").map(|at| at + 1).or_else(|| part.find('='));
        let (key, value) = at.map_or((part, ""), |at| (&part[..at], &part[at + 1..]));
        let key = percent::form(key);
        let (root, rest) = segments(&key);
        if root.is_empty() || root == PROTOTYPE || rest.contains(&PROTOTYPE) {
            continue;
        }
        let mut slot = map.take(root).map(Slot::from);
        let placed = insert(slot.take(), &rest, percent::form(value));
        map.set(root, placed.into_value());
    }
    let names: Vec<Key> = map.keys().cloned().collect();
    for name in names {
        if let Some(value) = map.get_mut(&name) {
            *value = settle(std::mem::take(value));
        }
    }
    map
}

/// Query parameters as find and get take them: each value read as JSON where it is JSON, else left as text.
pub fn parameters(query: &str, depth: usize) -> Map {
    let mut map = parse(query);
    for (_, value) in map.iter_mut() {
        let text = match value {
            Value::String(text) => Some(std::borrow::Cow::Borrowed(text.as_str())),
            Value::Array(list) => joined(list).map(std::borrow::Cow::Owned),
            _ => None,
        };
        if let Some(json) = text.and_then(|text| wire::parse(text.as_bytes(), depth).ok()) {
            *value = json;
        }
    }
    map
}

/// The text that JavaScript makes of a list before it reads it as JSON.
fn joined(list: &[Value]) -> Option<String> {
    Some(list.iter().map(Value::as_str).collect::<Option<Vec<_>>>()?.join(","))
}

/// Reads a form body (`extended: false`): text, or a list of texts for a name that comes again.
/// `None` if there are more parameters than Express takes.
pub fn form(body: &str) -> Option<Map> {
    let mut map = Map::new();
    for (n, part) in body.split('&').filter(|part| !part.is_empty()).enumerate() {
        if n == PARAMETER_LIMIT {
            return None;
        }
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let (key, value) = (percent::form(key), Value::String(percent::form(value)));
        match map.get_mut(&key) {
            Some(Value::Array(list)) => list.push(value),
            Some(first) => *first = Value::Array(vec![std::mem::take(first), value]),
            None => {
                map.set(key, value);
            }
        }
    }
    Some(map)
}

/// `a[b][c]` as `a` and `b`, `c`.
fn segments(key: &str) -> (&str, Vec<&str>) {
    let Some(open) = key.find('[').filter(|open| *open > 0 && key[*open..].contains(']')) else {
        return (key, Vec::new());
    };
    let mut rest = &key[open..];
    let mut list = Vec::new();
    while let Some(inner) = rest.strip_prefix('[') {
        let Some(close) = inner.find(']') else { break };
        if list.len() == DEPTH {
            list.push(rest);
            break;
        }
        list.push(&inner[..close]);
        rest = &inner[close + 1..];
    }
    (&key[..open], list)
}

struct Slot(Value);

impl Slot {
    fn into_value(self) -> Value {
        self.0
    }
}

impl From<Value> for Slot {
    fn from(value: Value) -> Self {
        Self(value)
    }
}

fn insert(slot: Option<Slot>, path: &[&str], leaf: String) -> Slot {
    let there = slot.map(Slot::into_value);
    let Some((first, rest)) = path.split_first() else {
        let leaf = Value::String(leaf);
        return Slot(match there {
            None => leaf,
            Some(Value::Array(mut list)) => {
                list.push(leaf);
                Value::Array(list)
            }
            Some(Value::Object(mut map)) => {
                // `a[b]=1&a=c`: the text becomes a key.
                if let Value::String(name) = leaf {
                    map.set(name, Value::Bool(true));
                }
                Value::Object(map)
            }
            Some(other) => Value::Array(vec![other, leaf]),
        });
    };
    if first.is_empty() {
        let mut list = match there {
            Some(Value::Array(list)) => list,
            Some(other) => vec![other],
            None => Vec::new(),
        };
        list.push(insert(None, rest, leaf).into_value());
        return Slot(Value::Array(list));
    }
    let mut map = match there {
        Some(Value::Object(map)) => map,
        Some(Value::Array(list)) => list.into_iter().enumerate().map(|(i, v)| (i.to_string(), v)).collect(),
        Some(other) => Map::from([("0", other)]),
        None => Map::new(),
    };
    let inner = map.take(first).map(Slot::from);
    map.set(*first, insert(inner, rest, leaf).into_value());
    Slot(Value::Object(map))
}

/// Objects whose keys are small indices become lists, gaps closed.
fn settle(value: Value) -> Value {
    match value {
        Value::Array(list) => Value::Array(list.into_iter().map(settle).collect()),
        Value::Object(map) if map.keys().all(|key| array_index(key).is_some_and(|n| n <= ARRAY_LIMIT)) => {
            Value::Array(map.into_iter().map(|(_, value)| settle(value)).collect())
        }
        Value::Object(map) => Value::Object(map.into_iter().map(|(key, value)| (key, settle(value))).collect()),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(query: &str) -> String {
        wire::to_string(&Value::Object(parse(query)))
    }

    #[test]
    fn flat() {
        assert_eq!(read("a=1&b=x%20y+z&c"), r#"{"a":"1","b":"x y z","c":""}"#);
        assert_eq!(read("a=1&a=2&a=3"), r#"{"a":["1","2","3"]}"#);
        assert_eq!(read("&&=x&a=b=c"), r#"{"a":"b=c"}"#);
        assert_eq!(read("a=%zz"), r#"{"a":"%zz"}"#);
    }

    #[test]
    fn nested() {
        assert_eq!(read("a[b]=c&a[d][e]=f"), r#"{"a":{"b":"c","d":{"e":"f"}}}"#);
        assert_eq!(read("a[]=1&a[]=2"), r#"{"a":["1","2"]}"#);
        assert_eq!(read("a[1]=y&a[0]=x"), r#"{"a":["x","y"]}"#);
        assert_eq!(read("a[21]=y"), r#"{"a":{"21":"y"}}"#);
        assert_eq!(read("a[0][b]=1&a[0][c]=2"), r#"{"a":[{"b":"1","c":"2"}]}"#);
        assert_eq!(read("a%5Bb%5D=c"), r#"{"a":{"b":"c"}}"#);
    }

    #[test]
    fn bounded() {
        assert_eq!(read("a[b][c][d][e][f][g][h]=x"), r#"{"a":{"b":{"c":{"d":{"e":{"f":{"[g][h]":"x"}}}}}}}"#);
        let many = (0..2000).map(|i| format!("k{i}=1")).collect::<Vec<_>>().join("&");
        assert_eq!(parse(&many).len(), 1000);
        assert!(form(&many).is_none());
    }

    #[test]
    fn values_that_are_json() {
        let map = parameters("where={\"a\":1}&limit=5&order=-a&keys=a,b&x[]=7&y[k]=1", 100);
        assert_eq!(
            wire::to_string(&Value::Object(map)),
            r#"{"where":{"a":1},"limit":5,"order":"-a","keys":"a,b","x":7,"y":{"k":"1"}}"#
        );
    }

    #[test]
    fn forms() {
        let map = form("a=1&b[c]=2&a=3").unwrap();
        assert_eq!(wire::to_string(&Value::Object(map)), r#"{"a":["1","3"],"b[c]":"2"}"#);
    }
}
