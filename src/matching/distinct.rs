//! What MongoDB's `distinct` sees of one object.

use super::compare::{Form, pair_of, plain};
use super::walk::index;
use crate::model::Value;

/// The values that a field's value has at the path below it, doubles included, for the caller to drop: an array gives its
/// elements, what is missing gives nothing. Pointers of a column stay pointers; a file is its name, a place two numbers.
pub fn values_at<'p>(value: &Value, rest: impl Iterator<Item = &'p str>) -> Vec<Value> {
    let mut out = Vec::new();
    collect(value, Form::Column, &rest.collect::<Vec<_>>(), &mut out);
    out
}

fn collect(value: &Value, form: Form, rest: &[&str], out: &mut Vec<Value>) {
    let [key, below @ ..] = rest else {
        return match value {
            Value::Array(list) => out.extend(list.iter().cloned()),
            Value::GeoPoint(point) => out.extend(pair_of(*point)),
            Value::File(_) | Value::Polygon(_) => out.push(plain(value, form).into_owned()),
            _ => out.push(value.clone()),
        };
    };
    match value {
        Value::Object(map) => map.get(key).into_iter().for_each(|v| collect(v, Form::Interior, below, out)),
        Value::Array(list) => array(list, key, below, rest, out),
        Value::GeoPoint(point) => array(&pair_of(*point), key, below, rest, out),
        Value::Pointer(_) if form == Form::Column => {}
        Value::Pointer(_) | Value::Polygon(_) => collect(&plain(value, form), form, rest, out),
        _ => {}
    }
}

fn array(list: &[Value], key: &str, below: &[&str], rest: &[&str], out: &mut Vec<Value>) {
    if !key.is_empty() && key.bytes().all(|b| b.is_ascii_digit()) {
        let element = index(key).and_then(|i| list.get(i));
        element.into_iter().for_each(|v| collect(v, Form::Interior, below, out));
    } else {
        let objects = list.iter().filter(|v| matches!(v, Value::Object(_) | Value::Pointer(_)));
        objects.for_each(|v| collect(v, Form::Interior, rest, out));
    }
}
