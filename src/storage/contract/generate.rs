//! Random rows, filters and orders, alike enough that filters often hold: for tests that two evaluations agree.
//! `tests/mongo/` takes this file too.

use crate::matching::geo::radians_between;
use crate::model::query::{OrderBy, OrderKey, Regex};
use crate::model::value::GeoPoint;
use crate::model::{Constraint, Date, FieldType, Filter, Map, Path, Pointer, Value};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

/// The columns of every row. `x` takes anything and is there for storage without a schema.
pub fn columns() -> Vec<(&'static str, Option<FieldType>)> {
    vec![
        ("s", Some(FieldType::String)),
        ("n", Some(FieldType::Number)),
        ("b", Some(FieldType::Boolean)),
        ("d", Some(FieldType::Date)),
        ("by", Some(FieldType::Bytes)),
        ("f", Some(FieldType::File)),
        ("p", Some(FieldType::Pointer("A".into()))),
        ("g", Some(FieldType::GeoPoint)),
        ("pg", Some(FieldType::Polygon)),
        ("o", Some(FieldType::Object)),
        ("arr", Some(FieldType::Array)),
        ("x", None),
    ]
}

/// A row: columns missing, null or of their type. `mixed` fills `x` too.
pub fn row(mixed: bool) -> impl Strategy<Value = Map> {
    let columns = columns().into_iter().filter(move |(_, ty)| mixed || ty.is_some());
    let fields: Vec<_> = columns
        .map(|(name, ty)| {
            let stored = match &ty {
                Some(FieldType::Pointer(class)) => pointer(vec![class]).boxed(),
                ty => column(ty.as_ref()),
            };
            // MongoDB's layout keeps the null of a new pointer where `$exists` does not look.
            let nulls = u32::from(!matches!(&ty, Some(FieldType::Pointer(_))));
            let value = prop_oneof![nulls => Just(Value::Null), 8 => stored];
            weighted(0.8, value).prop_map(move |v| v.map(|v| (name, v)))
        })
        .collect();
    fields.prop_map(|fields| fields.into_iter().flatten().collect())
}

/// A value of a column.
fn column(ty: Option<&FieldType>) -> BoxedStrategy<Value> {
    match ty {
        Some(FieldType::String) => text().boxed(),
        Some(FieldType::Number) => number().boxed(),
        Some(FieldType::Boolean) => any::<bool>().prop_map(Value::Bool).boxed(),
        Some(FieldType::Date) => date().boxed(),
        Some(FieldType::Bytes) => bytes().boxed(),
        Some(FieldType::File) => select(vec!["a", "ab.txt", "b"]).prop_map(|n| Value::File(n.into())).boxed(),
        Some(FieldType::Pointer(_)) => pointer(vec!["A", "B"]).boxed(),
        Some(FieldType::GeoPoint) => place().prop_map(Value::GeoPoint).boxed(),
        Some(FieldType::Polygon) => polygon().prop_map(Value::Polygon).boxed(),
        Some(FieldType::Object) => object(interior()).boxed(),
        Some(FieldType::Array) => vec(interior(), 0..4).prop_map(Value::Array).boxed(),
        // At the top a pointer would be stored as a text.
        _ => interior().prop_map(|v| if matches!(v, Value::Pointer(_)) { Value::Null } else { v }).boxed(),
    }
}

fn text() -> impl Strategy<Value = Value> {
    select(vec!["", "a", "A", "ab", "b", "ba\n", "é", "A$x1", "a\0", "a|", "\u{fffd}", "😀"]).prop_map(Value::from)
}

fn number() -> impl Strategy<Value = Value> {
    select(vec![0.0, -0.0, 1.0, -1.0, 1.5, 0.1, 1e20, 9_007_199_254_740_994.0]).prop_map(Value::Number)
}

fn date() -> impl Strategy<Value = Value> {
    select(vec![0, -1, 1_577_836_800_000]).prop_map(|ms| Value::Date(Date(ms)))
}

fn bytes() -> impl Strategy<Value = Value> {
    select(vec![vec![], vec![0], vec![255], vec![0, 1]]).prop_map(Value::Bytes)
}

fn pointer(classes: Vec<&str>) -> impl Strategy<Value = Value> + use<> {
    let classes: Vec<String> = classes.into_iter().map(str::to_owned).collect();
    let id = select(vec!["x1", "x2"]);
    (select(classes), id).prop_map(|(class, id)| Value::Pointer(Pointer { class, id: id.into() }))
}

fn place() -> impl Strategy<Value = GeoPoint> {
    (-4..5i32, -4..5i32).prop_map(|(lat, lng)| GeoPoint { latitude: f64::from(lat), longitude: f64::from(lng) })
}

/// Whether no place that rows have is so near to the edge of a circle that a sphere and an ellipsoid may disagree on it.
fn edge_is_empty(center: GeoPoint, radians: f64) -> bool {
    let mut places = (-4..5i32).flat_map(|lat| (-4..5i32).map(move |lng| (f64::from(lat), f64::from(lng))));
    places.all(|(latitude, longitude)| {
        let away = radians_between(center, GeoPoint { latitude, longitude });
        (away - radians).abs() > away * 0.006
    })
}

/// A triangle or rectangle, closed, none of its edges crossing.
pub fn polygon() -> impl Strategy<Value = Vec<GeoPoint>> {
    (place(), 1..5i32, 1..5i32, any::<bool>()).prop_map(|(from, up, right, whole)| {
        let (up, right) = (f64::from(up), f64::from(right));
        let at = |a: f64, b: f64| GeoPoint { latitude: from.latitude + a, longitude: from.longitude + b };
        let mut points = vec![at(0.0, 0.0), at(0.0, right), at(up, right), at(up, 0.0), at(0.0, 0.0)];
        if !whole {
            points.remove(2);
        }
        points
    })
}

/// A value that can stand inside arrays and objects.
pub fn interior() -> BoxedStrategy<Value> {
    let nested = leaf()
        .prop_recursive(3, 8, 3, |inner| prop_oneof![vec(inner.clone(), 0..4).prop_map(Value::Array), object(inner)]);
    nested.boxed()
}

/// One without parts.
fn leaf() -> impl Strategy<Value = Value> {
    prop_oneof![
        2 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::Bool),
        5 => number(),
        5 => text(),
        1 => date(),
        1 => bytes(),
        2 => pointer(vec!["A", "B"]),
    ]
}

fn object(value: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    vec((select(vec!["k", "a", "b", "0"]), value), 0..5)
        .prop_map(|entries| Value::Object(entries.into_iter().collect()))
}

/// A path to ask for, with the type of the column if it is one.
fn path(mixed: bool) -> impl Strategy<Value = (String, Option<FieldType>)> {
    let below = ["k", "a", "a.b", "a.k.b", "0", "1", "0.k", "k.0", "0.0", "k.0.a", "objectId", "missing"];
    let mut paths: Vec<_> = columns().into_iter().filter(|(_, ty)| mixed || ty.is_some()).collect();
    paths.push(("missing", None));
    let mut all: Vec<(String, Option<FieldType>)> = paths.into_iter().map(|(p, ty)| (p.into(), ty)).collect();
    for column in ["o", "arr", "x"].iter().filter(|c| mixed || **c != "x") {
        all.extend(below.iter().map(|rest| (format!("{column}.{rest}"), None)));
    }
    select(all)
}

/// A value to compare with: what queries can compare with a column of that type.
fn operand(path: &str, ty: Option<&FieldType>) -> BoxedStrategy<Value> {
    if path.contains('.') || matches!(path, "arr") {
        return prop_oneof![2 => leaf(), 1 => interior()].boxed();
    }
    // A text is read as a name or an id where files and pointers are.
    let words = if matches!(ty, Some(FieldType::File | FieldType::Pointer(_))) { 0 } else { 1 };
    let scalar = prop_oneof![
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => number(),
        1 => date(),
        words => text(),
    ];
    match ty {
        // The rest of MongoDB's equality on polygons is that of objects, which other paths show.
        Some(FieldType::GeoPoint | FieldType::Polygon | FieldType::Object) => scalar.boxed(),
        ty => prop_oneof![4 => column(ty), 1 => scalar].boxed(),
    }
}

fn regex() -> impl Strategy<Value = Regex> {
    let pattern = select(vec![
        "^a",
        "B",
        "^\\Qa\\E",
        "a$",
        "^$",
        "A\\$x",
        ".",
        "",
        "^b(?=a)",
        "[^a]",
        "\\w\\b",
        "^é",
        "^ab?",
        "^a|B",
        "^\\Qa|\\E",
        "^a*",
        "^A\\$",
        "\\x00",
    ]);
    (pattern, select(vec!["", "i", "m", "s", "im"]))
        .prop_map(|(p, options)| Regex { pattern: p.into(), options: options.into() })
}

fn constraint(path: &str, ty: Option<&FieldType>) -> BoxedStrategy<Constraint> {
    let value = || operand(path, ty);
    let list = || vec(operand(path, ty), 0..4);
    let places = match ty {
        Some(FieldType::GeoPoint) => prop_oneof![
            (place(), 0.0..0.2f64)
                .prop_filter("a place at its edge", |(center, radians)| edge_is_empty(*center, *radians))
                .prop_map(|(center, radians)| Constraint::WithinSphere { center, radians }),
            (place(), place()).prop_map(|(southwest, northeast)| Constraint::WithinBox { southwest, northeast }),
            polygon().prop_map(Constraint::WithinPolygon),
        ]
        .boxed(),
        Some(FieldType::Polygon) => place().prop_map(Constraint::Intersects).boxed(),
        _ => any::<bool>().prop_map(Constraint::Exists).boxed(),
    };
    prop_oneof![
        4 => value().prop_map(Constraint::Eq),
        2 => value().prop_map(Constraint::Ne),
        2 => value().prop_map(Constraint::Lt),
        2 => value().prop_map(Constraint::Lte),
        2 => value().prop_map(Constraint::Gt),
        2 => value().prop_map(Constraint::Gte),
        2 => list().prop_map(Constraint::In),
        2 => list().prop_map(Constraint::Nin),
        2 => list().prop_map(Constraint::All),
        1 => vec(regex(), 0..3).prop_map(Constraint::AllMatch),
        2 => list().prop_map(Constraint::ContainedBy),
        2 => any::<bool>().prop_map(Constraint::Exists),
        2 => regex().prop_map(Constraint::Regex),
        4 => places,
    ]
    .boxed()
}

/// A filter over the columns of [`row`], a few levels deep.
pub fn filter(mixed: bool) -> impl Strategy<Value = Filter> {
    let leaf = path(mixed).prop_flat_map(|(path, ty)| {
        // One constraint as a rule: two rarely hold together.
        let constraints = constraint(&path, ty.as_ref());
        prop_oneof![3 => vec(constraints.clone(), 1), 1 => vec(constraints, 2)]
            .prop_map(move |constraints| Filter::Field(Path::new(path.as_str()), constraints))
    });
    leaf.prop_recursive(2, 4, 3, |inner| {
        let some = || vec(inner.clone(), 1..4);
        prop_oneof![1 => some().prop_map(Filter::And), 2 => some().prop_map(Filter::Or), 1 => some().prop_map(Filter::Nor)]
    })
}

/// An order by one to three keys. At most one of them can meet arrays: MongoDB refuses two.
pub fn order(mixed: bool) -> impl Strategy<Value = Vec<OrderKey>> {
    let plain = proptest::sample::subsequence(vec!["s", "n", "b", "d", "by", "f", "p"], 0..3).prop_shuffle();
    let deep = select(vec!["o", "o.k", "o.a.b", "arr", "arr.k", "arr.a.b", "g"]);
    let deep = if mixed { prop_oneof![deep, select(vec!["x", "x.k"])].boxed() } else { deep.boxed() };
    (plain, weighted(0.8, deep), vec(any::<bool>(), 4)).prop_map(|(plain, deep, down)| {
        let keys = deep.into_iter().chain(plain).zip(down);
        keys.map(|(path, descending)| OrderKey { by: OrderBy::Path(path.into()), descending }).collect()
    })
}
