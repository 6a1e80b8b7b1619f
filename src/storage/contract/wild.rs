//! Random rows with anything in them that a client may send: for tests that nothing of it is lost.

use proptest::collection::vec;
use proptest::num::f64::{NEGATIVE, NORMAL, POSITIVE, SUBNORMAL, ZERO};
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::generate;
use super::kit::json;
use crate::model::value::GeoPoint;
use crate::model::{Acl, Date, FieldType, Map, Pointer, Value};

/// JavaScript's range of dates, in milliseconds.
const DATES: i64 = 8_640_000_000_000_000;

/// A row of the columns of [`generate::columns`].
pub fn row() -> impl Strategy<Value = Map> {
    let columns = generate::columns().into_iter().filter_map(|(name, ty)| Some((name, ty?)));
    let fields: Vec<_> = columns
        .map(|(name, ty)| {
            // A null polygon cannot be read by Parse Server on MongoDB.
            let nulls = u32::from(ty != FieldType::Polygon);
            let value = prop_oneof![nulls => Just(Value::Null), 8 => column(&ty)];
            weighted(0.7, value).prop_map(move |v| v.map(|v| (name, v)))
        })
        .collect();
    fields.prop_shuffle().prop_map(|fields| fields.into_iter().flatten().collect())
}

/// Any text, the zero and line ends among its characters.
pub fn text() -> impl Strategy<Value = String> {
    let odd = select(vec!['\0', '"', '\\', '\n', '\u{7f}', '\u{2028}', '\u{fffd}', '😀', '|', '$', '.', '%']);
    vec(prop_oneof![3 => any::<char>(), 1 => odd, 3 => proptest::char::range('a', 'd')], 0..8)
        .prop_map(|chars| chars.into_iter().collect())
}

/// Permissions.
pub fn acl() -> impl Strategy<Value = Option<Acl>> {
    let entries = || subsequence(vec!["*", "role:a b", "u1", "12", "ü\"", "", "role:*"], 0..4);
    let own = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect();
    weighted(0.7, (entries(), entries()).prop_map(move |(read, write)| Acl { read: own(read), write: own(write) }))
}

fn column(ty: &FieldType) -> BoxedStrategy<Value> {
    match ty {
        FieldType::String => text().prop_map(Value::String).boxed(),
        FieldType::Number => number().boxed(),
        FieldType::Boolean => any::<bool>().prop_map(Value::Bool).boxed(),
        FieldType::Date => date().boxed(),
        FieldType::Bytes => vec(any::<u8>(), 1..20).prop_map(Value::Bytes).boxed(),
        FieldType::File => text().prop_map(|name| Value::File(format!("{name}.x"))).boxed(),
        FieldType::Pointer(class) => pointer(class.clone()).boxed(),
        FieldType::GeoPoint => (-90.0..=90.0, -180.0..=180.0)
            .prop_map(|(latitude, longitude)| Value::GeoPoint(GeoPoint { latitude, longitude }))
            .boxed(),
        FieldType::Polygon => generate::polygon().prop_map(Value::Polygon).boxed(),
        FieldType::Array => vec(interior(), 0..5).prop_map(Value::Array).boxed(),
        _ => object(interior()).boxed(),
    }
}

fn number() -> impl Strategy<Value = Value> {
    let whole = any::<i32>().prop_map(f64::from);
    let large = any::<i64>().prop_map(|n| n as f64);
    prop_oneof![whole, large, POSITIVE | NEGATIVE | NORMAL | SUBNORMAL | ZERO].prop_map(Value::Number)
}

fn date() -> impl Strategy<Value = Value> {
    (-DATES..=DATES).prop_map(|ms| Value::Date(Date(ms)))
}

fn pointer(class: String) -> impl Strategy<Value = Value> {
    text().prop_map(move |id| Value::Pointer(Pointer { class: class.clone(), id }))
}

fn interior() -> BoxedStrategy<Value> {
    let kept_as_sent = select(vec![
        r#"{"__type":"GeoPoint","latitude":1,"longitude":2}"#,
        r#"{"__type":"File","name":"x","url":"http://u"}"#,
        r#"{"__type":"Pointer","className":"A"}"#,
        r#"{"__type":"Polygon","coordinates":[[1,2]]}"#,
        r#"{"__type":"Nonsense"}"#,
        r#"{"__op":"Increment","amount":1}"#,
    ]);
    let leaf = prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::Bool),
        3 => number(),
        3 => text().prop_map(Value::String),
        1 => date(),
        1 => vec(any::<u8>(), 0..5).prop_map(Value::Bytes),
        1 => pointer("B".into()),
        1 => kept_as_sent.prop_map(|text| Value::Object(json(text))),
    ];
    let nested = leaf
        .prop_recursive(3, 12, 4, |inner| prop_oneof![vec(inner.clone(), 0..4).prop_map(Value::Array), object(inner)]);
    nested.boxed()
}

/// Keys may be anything but what Parse refuses, and the zero, which BSON has no room for.
fn object(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    let refused = ['$', '.', '\0'];
    let key = prop_oneof![
        2 => text().prop_map(move |key| key.replace(refused, "_")),
        1 => select(vec!["", "0", "10", "2", "01", "length", "objectId", "4294967295"]).prop_map(str::to_owned),
    ];
    vec((key, value), 0..5).prop_map(|entries| Value::Object(entries.into_iter().collect()))
}
