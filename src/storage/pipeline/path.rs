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

/// Sets a path in a document, in every element where a list stands on the way; `None` takes the field out. What stands on the
/// way and is no object becomes one, in either case.
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
        _ => {
            let mut map = Map::new();
            write(&mut map, path, value);
            *below = Value::Object(map);
        }
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

/// Looks at what stands at the end of a path (`None` where an object ends the way) and says whether it has seen enough. The flag
/// says whether a list is to be opened: one that was asked for by its place is not.
pub type Visit<'v, 'a> = &'v mut dyn FnMut(Option<&'a Value>, bool) -> bool;

/// Visits what stands at a path as conditions see it: elements of lists on the way, and places in lists. Lists at the end are
/// left to the visitor.
pub fn walk<'a>(map: &'a Map, path: &[String], visit: Visit<'_, 'a>) -> bool {
    let Some((first, rest)) = path.split_first() else { return false };
    match map.get(first) {
        None => visit(None, true),
        Some(value) => walk_in(value, rest, visit),
    }
}

fn walk_in<'a>(value: &'a Value, path: &[String], visit: Visit<'_, 'a>) -> bool {
    let Some((first, below)) = path.split_first() else { return visit(Some(value), true) };
    match value {
        Value::Object(map) => walk(map, path, visit),
        Value::Array(list) => {
            let place = crate::model::map::array_index(first).map(|n| n as usize);
            list.iter().enumerate().any(|(i, element)| match element {
                Value::Object(map) => walk(map, path, visit) || (place == Some(i) && walk_in(element, below, visit)),
                _ if place != Some(i) => false,
                _ if below.is_empty() => visit(Some(element), false),
                Value::Array(_) => walk_in(element, below, visit),
                _ => false,
            })
        }
        _ => visit(None, true),
    }
}

/// The components of a dotted path.
pub fn split(path: &str) -> Vec<String> {
    path.split('.').map(str::to_owned).collect()
}
