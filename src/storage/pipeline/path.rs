//! Dotted paths in documents: how expressions read them, how stages write them, how conditions and sorting walk them.

use std::borrow::Cow;

use crate::model::{Map, Value};

/// The value an expression reads at a path: lists on the way are mapped over, an index is no key of a list.
pub fn read<'a>(map: &'a Map, path: &[String]) -> Option<Cow<'a, Value>> {
    let (first, rest) = path.split_first()?;
    read_in(map.get(first)?, rest)
}

/// [`read`] below a value.
pub fn read_in<'a>(value: &'a Value, path: &[String]) -> Option<Cow<'a, Value>> {
    match value {
        _ if path.is_empty() => Some(Cow::Borrowed(value)),
        Value::Object(map) => read(map, path),
        Value::Array(list) => {
            let found = list.iter().filter_map(|v| v.as_object()).filter_map(|m| read(m, path)).map(Cow::into_owned);
            Some(Cow::Owned(Value::Array(found.collect())))
        }
        _ => None,
    }
}

/// Sets a path in a document, in every element where a list stands on the way; `None` takes the field out.
pub fn write(map: &mut Map, path: &[String], value: Option<&Value>) {
    let Some((first, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        match value {
            Some(value) => map.set(first.as_str(), value.clone()),
            None => map.take(first),
        };
        return;
    }
    match map.get_mut(first) {
        Some(below) => write_in(below, rest, value),
        None => {
            let mut below = Map::new();
            write(&mut below, rest, value);
            map.set(first.as_str(), Value::Object(below));
        }
    }
}

fn write_in(below: &mut Value, path: &[String], value: Option<&Value>) {
    match below {
        Value::Object(map) => write(map, path, value),
        Value::Array(list) => list.iter_mut().for_each(|v| write_in(v, path, value)),
        _ if value.is_some() => {
            let mut map = Map::new();
            write(&mut map, path, value);
            *below = Value::Object(map);
        }
        _ => {}
    }
}

/// Takes a path out of a document.
pub fn remove(map: &mut Map, path: &[String]) {
    let Some((first, rest)) = path.split_first() else { return };
    if rest.is_empty() {
        map.take(first);
    } else if let Some(below) = map.get_mut(first) {
        remove_in(below, rest);
    }
}

fn remove_in(below: &mut Value, path: &[String]) {
    match below {
        Value::Object(map) => remove(map, path),
        Value::Array(list) => list.iter_mut().for_each(|v| remove_in(v, path)),
        _ => {}
    }
}

/// Visits what stands at a path as conditions see it: elements of lists on the way, indices into lists, and `None` where
/// an object ends the way. The visitor says whether it has seen enough; lists at the end are not opened.
pub fn walk<'a>(map: &'a Map, path: &[String], visit: &mut dyn FnMut(Option<&'a Value>) -> bool) -> bool {
    let Some((first, rest)) = path.split_first() else { return false };
    match map.get(first) {
        None => visit(None),
        Some(value) => walk_in(value, rest, visit),
    }
}

fn walk_in<'a>(value: &'a Value, path: &[String], visit: &mut dyn FnMut(Option<&'a Value>) -> bool) -> bool {
    let Some(first) = path.first() else { return visit(Some(value)) };
    match value {
        Value::Object(map) => walk(map, path, visit),
        Value::Array(list) => {
            let indexed = crate::model::value::array_index(first).and_then(|i| list.get(i as usize));
            indexed.is_some_and(|v| walk_in(v, &path[1..], visit))
                || list.iter().filter_map(Value::as_object).any(|m| walk(m, path, visit))
        }
        _ => visit(None),
    }
}

/// The components of a dotted path.
pub fn split(path: &str) -> Vec<String> {
    path.split('.').map(str::to_owned).collect()
}
