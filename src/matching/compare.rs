//! The order of values as BSON has it (MongoDB manual, "Comparison/Sort Order").

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::model::value::GeoPoint;
use crate::model::{Map, Pointer, Value};

/// Where a value stands, which decides how MongoDB stores a pointer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// The value of a column: a pointer is the text `Class$id`.
    Column,
    /// Inside an array or object: a pointer is an object with three keys.
    Interior,
}

/// The types in their order, with the numbers that MongoDB sorts by (`canonicalizeBSONType`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Kind {
    Null = 5,
    Number = 10,
    Text = 15,
    Object = 20,
    Array = 25,
    Bytes = 30,
    Bool = 40,
    Date = 45,
}

pub(super) fn kind(value: &Value, form: Form) -> Kind {
    match value {
        Value::Null => Kind::Null,
        Value::Number(_) => Kind::Number,
        Value::String(_) | Value::File(_) => Kind::Text,
        Value::Pointer(_) if form == Form::Column => Kind::Text,
        Value::Pointer(_) | Value::Polygon(_) | Value::Relation(_) | Value::Object(_) => Kind::Object,
        Value::Array(_) | Value::GeoPoint(_) => Kind::Array,
        Value::Bytes(_) => Kind::Bytes,
        Value::Bool(_) => Kind::Bool,
        Value::Date(_) => Kind::Date,
    }
}

/// The value of a column against another, in BSON's order: type first, then value. Null counts as what is missing.
pub fn compare(a: &Value, b: &Value) -> Ordering {
    compare_in(a, b, Form::Column)
}

/// Are the values of two columns equal? Numbers by value, objects key by key in their order.
pub fn equal(a: &Value, b: &Value) -> bool {
    compare(a, b).is_eq()
}

pub(super) fn compare_in(a: &Value, b: &Value, form: Form) -> Ordering {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => numbers(*a, *b),
        (Value::String(a) | Value::File(a), Value::String(b) | Value::File(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Date(a), Value::Date(b)) => a.cmp(b),
        (Value::Bytes(a), Value::Bytes(b)) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
        (Value::Array(a), Value::Array(b)) => arrays(a, b),
        (Value::Object(a), Value::Object(b)) => objects(a, b),
        _ => kind(a, form).cmp(&kind(b, form)).then_with(|| match (a, b) {
            (Value::Null, _) => Ordering::Equal,
            // Of one kind, but not written the same way.
            _ => compare_in(&plain(a, form), &plain(b, form), form),
        }),
    }
}

fn numbers(a: f64, b: f64) -> Ordering {
    // MongoDB sorts NaN, which is equal to itself, before all other numbers.
    a.partial_cmp(&b).unwrap_or_else(|| b.is_nan().cmp(&a.is_nan()))
}

fn arrays(a: &[Value], b: &[Value]) -> Ordering {
    let pairs = a.iter().zip(b).map(|(a, b)| compare_in(a, b, Form::Interior));
    pairs.into_iter().find(|o| o.is_ne()).unwrap_or_else(|| a.len().cmp(&b.len()))
}

/// Entry by entry: the type of the value, then the key, then the value.
fn objects(a: &Map, b: &Map) -> Ordering {
    for ((key_a, a), (key_b, b)) in a.iter().zip(b.iter()) {
        let order = kind(a, Form::Interior)
            .cmp(&kind(b, Form::Interior))
            .then_with(|| key_a.cmp(key_b))
            .then_with(|| compare_in(a, b, Form::Interior));
        if order.is_ne() {
            return order;
        }
    }
    a.len().cmp(&b.len())
}

/// The value as MongoDB stores it, in plain JSON types, dates and bytes.
pub(super) fn plain(value: &Value, form: Form) -> Cow<'_, Value> {
    Cow::Owned(match value {
        Value::Pointer(pointer) if form == Form::Column => Value::String(pointer_text(pointer)),
        Value::Pointer(pointer) => Value::Object(pointer_object(pointer)),
        Value::File(name) => Value::String(name.clone()),
        Value::GeoPoint(point) => pair(*point),
        Value::Polygon(points) => Value::Object(Map::from([
            ("type", Value::from("Polygon")),
            ("coordinates", Value::Array(vec![Value::Array(points.iter().map(|p| pair(*p)).collect())])),
        ])),
        Value::Relation(class) => {
            Value::Object(Map::from([("__type", Value::from("Relation")), ("className", Value::from(class.as_str()))]))
        }
        _ => return Cow::Borrowed(value),
    })
}

pub(super) fn pointer_text(pointer: &Pointer) -> String {
    format!("{}${}", pointer.class, pointer.id)
}

pub(super) fn pointer_object(pointer: &Pointer) -> Map {
    Map::from([
        ("__type", Value::from("Pointer")),
        ("className", Value::from(pointer.class.as_str())),
        ("objectId", Value::from(pointer.id.as_str())),
    ])
}

fn pair(point: GeoPoint) -> Value {
    Value::Array(pair_of(point).into())
}

/// Longitude first, as MongoDB has it.
pub(super) fn pair_of(point: GeoPoint) -> [Value; 2] {
    [Value::Number(point.longitude), Value::Number(point.latitude)]
}
