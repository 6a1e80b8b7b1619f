//! Sorting: MongoDB's order as bytes that compare like it.

use std::cmp::Ordering;

use super::Fields;
use super::compare::{Form, Kind, kind, pair_of, plain};
use super::walk::index;
use crate::model::Value;
use crate::model::query::{OrderBy, OrderKey};

/// The tag of an empty array at the end of a path, which sorts before null.
const EMPTY: u8 = 1;
/// Ends an array or object; smaller than any tag.
const END: u8 = 0;

/// The key that a field's value sorts by: comparing keys byte by byte gives MongoDB's ascending order, so a descending sort
/// reverses the comparison. An array sorts by its least element, by its greatest if `descending`; what is missing as null.
pub fn sort_key<'p>(value: Option<&Value>, rest: impl Iterator<Item = &'p str>, descending: bool) -> Vec<u8> {
    let mut keys = Keys { best: None, descending };
    keys.collect(value, Form::Column, &rest.collect::<Vec<_>>(), true);
    keys.best.unwrap_or_default()
}

/// One object against another in the order that the keys ask for. The text score is not a matter of values: a key by it
/// leaves the two equal, and who has scores compares them.
pub fn order(keys: &[OrderKey], a: &dyn Fields, b: &dyn Fields) -> Ordering {
    let by = |key: &OrderKey| {
        let OrderBy::Path(path) = &key.by else { return Ordering::Equal };
        let of = |fields: &dyn Fields| sort_key(fields.field(path.root()).as_deref(), path.rest(), key.descending);
        let order = of(a).cmp(&of(b));
        if key.descending { order.reverse() } else { order }
    };
    keys.iter().map(by).find(|o| o.is_ne()).unwrap_or(Ordering::Equal)
}

/// Gathers the candidates as MongoDB's index keys would, keeping the first or last.
struct Keys {
    best: Option<Vec<u8>>,
    descending: bool,
}

impl Keys {
    fn offer(&mut self, key: Vec<u8>) {
        let better = |best: &Vec<u8>| if self.descending { key > *best } else { key < *best };
        if self.best.as_ref().is_none_or(better) {
            self.best = Some(key);
        }
    }

    fn value(&mut self, value: &Value, form: Form) {
        let mut key = Vec::with_capacity(24);
        encode(value, form, &mut key);
        self.offer(key);
    }

    /// `expand`: may an array that ends the path be taken apart?
    fn collect(&mut self, value: Option<&Value>, form: Form, rest: &[&str], expand: bool) {
        let Some(value) = value else { return self.value(&Value::Null, form) };
        match (value, rest) {
            (Value::Array(list), _) => self.array(list, value, form, rest, expand),
            (Value::GeoPoint(point), _) => self.array(&pair_of(*point), value, form, rest, expand),
            (_, []) => self.value(value, form),
            (Value::Object(map), [key, rest @ ..]) => self.collect(map.get(key), Form::Interior, rest, true),
            (Value::Pointer(_) | Value::Polygon(_), _)
                if form == Form::Interior || !matches!(value, Value::Pointer(_)) =>
            {
                self.collect(Some(&plain(value, form)), form, rest, expand);
            }
            _ => self.value(&Value::Null, form),
        }
    }

    fn array(&mut self, list: &[Value], array: &Value, form: Form, rest: &[&str], expand: bool) {
        let [key, below @ ..] = rest else {
            return match list {
                _ if !expand => self.value(array, form),
                [] => self.offer(vec![EMPTY]),
                _ => list.iter().for_each(|element| self.value(element, Form::Interior)),
            };
        };
        // An element asked for by its place stands alone, and is not taken apart.
        if let Some(element) = index(key).and_then(|i| list.get(i)) {
            return self.collect(Some(element), Form::Interior, below, false);
        }
        if list.is_empty() {
            return self.value(&Value::Null, form);
        }
        for element in list {
            match element {
                Value::Object(_) | Value::Pointer(_) => self.collect(Some(element), Form::Interior, rest, true),
                _ => self.value(&Value::Null, form),
            }
        }
    }
}

/// Appends tag and bytes of a whole value.
fn encode(value: &Value, form: Form, out: &mut Vec<u8>) {
    out.push(kind(value, form) as u8);
    body(value, form, out);
}

fn body(value: &Value, form: Form, out: &mut Vec<u8>) {
    match value {
        Value::Null => {}
        Value::Bool(b) => out.push(u8::from(*b)),
        Value::Number(n) => out.extend_from_slice(&number(*n).to_be_bytes()),
        Value::String(s) | Value::File(s) => text(s, out),
        Value::Date(date) => out.extend_from_slice(&((date.0 as u64) ^ (1 << 63)).to_be_bytes()),
        Value::Bytes(bytes) => {
            out.extend_from_slice(&(bytes.len() as u64).to_be_bytes());
            out.extend_from_slice(bytes);
        }
        Value::Array(list) => {
            list.iter().for_each(|element| encode(element, Form::Interior, out));
            out.push(END);
        }
        Value::Object(map) => {
            for (key, value) in map {
                out.push(kind(value, Form::Interior) as u8);
                text(key, out);
                body(value, Form::Interior, out);
            }
            out.push(END);
        }
        Value::Pointer(_) | Value::GeoPoint(_) | Value::Polygon(_) | Value::Relation(_) => {
            body(&plain(value, form), form, out);
        }
    }
}

/// The bits of a double so that they sort as numbers do: NaN first, one zero.
fn number(n: f64) -> u64 {
    if n.is_nan() {
        return 0;
    }
    let bits = (n + 0.0).to_bits();
    if bits >> 63 == 0 { bits | (1 << 63) } else { !bits }
}

/// The bytes of a text, ended so that a prefix sorts first.
fn text(text: &str, out: &mut Vec<u8>) {
    for &byte in text.as_bytes() {
        out.push(byte);
        if byte == 0 {
            out.push(0xff);
        }
    }
    out.extend_from_slice(&[0, 0]);
}

const _: () = assert!(EMPTY < Kind::Null as u8 && END < EMPTY);
