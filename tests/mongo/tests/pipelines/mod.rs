//! Random pipelines over the columns of `generate::row`, typed enough that most of them run.

use parsimony::model::{Date, Map, Value};
use parsimony::storage::pipeline::document::interior;
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

type Expr = BoxedStrategy<Value>;

fn call(name: &str, arg: Value) -> Value {
    Value::Object(Map::from([(name, arg)]))
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Object(Map::from(fields))
}

fn of(list: &'static [&'static str]) -> impl Strategy<Value = Value> {
    select(list).prop_map(Value::from)
}

fn numbers(list: &'static [f64]) -> impl Strategy<Value = Value> {
    select(list).prop_map(Value::Number)
}

/// An operator over arguments.
fn with(names: &'static [&'static str], args: impl Strategy<Value = Vec<Value>> + 'static) -> Expr {
    (select(names), args).prop_map(|(name, args)| call(name, Value::Array(args))).boxed()
}

fn both(a: Expr, b: Expr) -> impl Strategy<Value = Vec<Value>> {
    (a, b).prop_map(|(a, b)| vec![a, b])
}

fn or_else(value: Expr, instead: Value) -> Expr {
    value.prop_map(move |v| call("$ifNull", Value::Array(vec![v, instead.clone()]))).boxed()
}

fn number(depth: u32) -> Expr {
    let leaf = prop_oneof![4 => Just(Value::from("$n")), 3 => numbers(&[0.0, 1.0, -2.0, 2.5, 10.0]), 1 => of(&["$zz", "$_id"])];
    let Some(d) = depth.checked_sub(1) else { return leaf.boxed() };
    prop_oneof![
        4 => leaf,
        3 => with(&["$add", "$multiply", "$subtract"], both(number(d), number(d))),
        2 => with(&["$divide", "$mod"], both(number(d), numbers(&[2.0, -3.0, 0.5]).boxed())),
        2 => with(&["$abs", "$ceil", "$floor", "$round", "$trunc"], number(d).prop_map(|v| vec![v])),
        1 => or_else(number(d), Value::Number(7.0)),
        1 => list(d).prop_map(|v| call("$size", v)),
        2 => (select(&["$sum", "$avg", "$min", "$max"][..2]), list(d)).prop_map(|(name, v)| call(name, v)),
        1 => with(&["$cmp"], both(any_value(d), any_value(d))),
        1 => or_else(text(d), Value::from("")).prop_map(|v| call("$strLenCP", v)),
        1 => with(&["$indexOfCP"], both(text(d), of(&["a", "b", ""]).boxed())),
        1 => with(&["$indexOfArray"], both(list(d), any_value(d))),
        2 => (select(&["$year", "$month", "$dayOfMonth", "$hour", "$dayOfWeek", "$dayOfYear", "$isoWeek", "$millisecond"][..]), date(d))
            .prop_map(|(name, v)| call(name, v)),
        1 => chosen(d, number(d)),
    ]
    .boxed()
}

/// Never `$type`, of which the engine dies under `$toUpper`.
fn text(depth: u32) -> Expr {
    let leaf = prop_oneof![4 => Just(Value::from("$s")), 2 => of(&["", "a", "B b", "é-x", "$f"]), 1 => of(&["$zz"])];
    let Some(d) = depth.checked_sub(1) else { return leaf.boxed() };
    prop_oneof![
        4 => leaf,
        2 => with(&["$concat"], both(text(d), text(d))),
        2 => (select(&["$toUpper", "$toLower"][..]), text(d)).prop_map(|(name, v)| call(name, v)),
        1 => (text(d), 0..3i32, 0..3i32).prop_map(|(v, from, n)| {
            call("$substrCP", Value::Array(vec![v, Value::Number(from.into()), Value::Number(n.into())]))
        }),
        1 => text(d).prop_map(|v| call("$trim", object([("input", v)]))),
        1 => text(d).prop_map(|v| call("$replaceAll", object([("input", v), ("find", "a".into()), ("replacement", "xy".into())]))),
        1 => date(d).prop_map(|v| call("$dateToString", object([("date", v), ("format", "%Y-%m-%d %H:%M:%S.%L".into())]))),
        1 => or_else(text(d), Value::from("none")),
        1 => chosen(d, text(d)),
    ]
    .boxed()
}

fn date(depth: u32) -> Expr {
    let leaf =
        prop_oneof![4 => Just(Value::from("$d")), 1 => Just(Value::Date(Date(1_709_211_845_678))), 1 => of(&["$zz"])];
    let Some(d) = depth.checked_sub(1) else { return leaf.boxed() };
    // Not quarters, of which the engine adds one a day short.
    let unit = || of(&["year", "month", "week", "day", "hour", "minute", "second"]);
    prop_oneof![
        4 => leaf,
        1 => with(&["$add", "$subtract"], both(date(d), numbers(&[1.0, 86_400_000.0]).boxed())),
        // Behind 1970, before which the engine rounds up, and not to days and more, of which it misses some.
        1 => (date(0), of(&["hour", "minute", "second"])).prop_map(|(v, unit)| {
            let late = call("$add", Value::Array(vec![v, Value::Number(1e10)]));
            call("$dateTrunc", object([("date", late), ("unit", unit)]))
        }),
        1 => (date(d), unit(), -3..14i32).prop_map(|(v, unit, n)| {
            call("$dateAdd", object([("startDate", v), ("unit", unit), ("amount", Value::Number(n.into()))]))
        }),
    ]
    .boxed()
}

/// A list that is never null.
fn list(depth: u32) -> Expr {
    let arr = call("$ifNull", Value::Array(vec!["$arr".into(), Value::Array(Vec::new())]));
    let Some(d) = depth.checked_sub(1) else { return Just(arr).boxed() };
    prop_oneof![
        3 => Just(arr),
        2 => vec(any_value(d), 0..3).prop_map(Value::Array),
        1 => (list(d), -2..3i32).prop_map(|(v, n)| call("$slice", Value::Array(vec![v, Value::Number(if n == 0 { 1 } else { n }.into())]))),
        1 => with(&["$concatArrays"], both(list(d), list(d))),
        1 => list(d).prop_map(|v| call("$reverseArray", v)),
        1 => list(d).prop_map(|v| call("$map", object([("input", v), ("as", "i".into()), ("in", call("$type", "$$i".into()))]))),
        1 => list(d).prop_map(|v| {
            let cond = call("$gt", Value::Array(vec!["$$this".into(), Value::Number(0.0)]));
            call("$filter", object([("input", v), ("cond", cond)]))
        }),
        1 => or_else(text(d), Value::from("a-b")).prop_map(|v| call("$split", Value::Array(vec![v, "a".into()]))),
        1 => Just(call("$objectToArray", call("$ifNull", Value::Array(vec!["$o".into(), Value::Object(Map::new())])))),
    ]
    .boxed()
}

fn truth(depth: u32) -> Expr {
    let Some(d) = depth.checked_sub(1) else { return of(&["$b", "$zz", "$n"]).boxed() };
    prop_oneof![
        1 => Just(Value::from("$b")),
        4 => with(&["$eq", "$ne", "$gt", "$gte", "$lt", "$lte"], both(any_value(d), any_value(d))),
        2 => with(&["$and", "$or"], both(truth(d), truth(d))),
        1 => truth(d).prop_map(|v| call("$not", Value::Array(vec![v]))),
        1 => with(&["$in"], both(any_value(d), list(d))),
        1 => any_value(d).prop_map(|v| call("$isArray", v)),
        1 => with(&["$setIsSubset", "$setEquals"], both(list(d), list(d))),
    ]
    .boxed()
}

fn chosen(d: u32, value: Expr) -> Expr {
    (truth(d), value.clone(), value).prop_map(|(test, a, b)| call("$cond", Value::Array(vec![test, a, b]))).boxed()
}

fn any_value(depth: u32) -> Expr {
    let paths = of(&[
        "$s", "$n", "$b", "$d", "$o", "$arr", "$x", "$o.k", "$arr.k", "$x.a", "$x.a.b", "$o.a.k", "$zz", "$by", "$g",
    ]);
    let Some(d) = depth.checked_sub(1) else { return paths.boxed() };
    prop_oneof![
        4 => paths,
        2 => number(d),
        2 => text(d),
        1 => date(d),
        1 => list(d),
        1 => truth(d),
        // Only of what is stored: here computed numbers have no type of their own.
        1 => any_value(0).prop_map(|v| call("$type", v)),
        1 => (any_value(d), any_value(d)).prop_map(|(a, b)| object([("a", a), ("b", b)])),
        1 => any_value(d).prop_map(|v| call("$mergeObjects", Value::Array(vec!["$o".into(), object([("z", v)])]))),
        1 => with(&["$arrayElemAt"], both(list(d), numbers(&[0.0, 1.0, -1.0]).boxed())),
        1 => Just(Value::Null),
    ]
    .boxed()
}

/// A condition on a few paths, as `$match` has it.
pub fn condition() -> BoxedStrategy<Map> {
    let path = || select(&["s", "n", "b", "d", "arr", "o", "x", "o.k", "arr.k", "x.a", "x.a.b", "arr.0", "zz"][..]);
    let plain = || super::generate::interior().prop_map(interior);
    let test = prop_oneof![
        3 => plain().prop_map(|v| object([("$eq", v)])),
        3 => (select(&["$ne", "$gt", "$gte", "$lt", "$lte"][..]), plain()).prop_map(|(op, v)| object([(op, v)])),
        2 => (select(&["$in", "$nin"][..]), vec(plain(), 0..4)).prop_map(|(op, v)| object([(op, Value::Array(v))])),
        1 => any::<bool>().prop_map(|b| object([("$exists", Value::Bool(b))])),
        1 => (0..3i32).prop_map(|n| object([("$size", Value::Number(n.into()))])),
        1 => of(&["string", "array", "number", "null", "object", "date", "bool", "double", "int"]).prop_map(|t| object([("$type", t)])),
        1 => vec(plain(), 1..3).prop_map(|v| object([("$all", Value::Array(v))])),
        1 => (2..4i32, 0..2i32).prop_map(|(by, left)| object([("$mod", Value::Array(vec![Value::Number(by.into()), Value::Number(left.into())]))])),
        1 => plain().prop_map(|v| object([("$elemMatch", object([("$gte", v)]))])),
        1 => plain().prop_map(|v| object([("$elemMatch", object([("k", v)]))])),
        1 => of(&["^a", "B", "x$"]).prop_map(|p| object([("$regex", p), ("$options", "i".into())])),
    ];
    let negated = test.clone().prop_map(|t| object([("$not", t)]));
    let field = (path(), prop_oneof![5 => test, 1 => negated]).prop_map(|(path, test)| Map::from([(path, test)]));
    let leaf = prop_oneof![6 => field, 1 => truth(2).prop_map(|e| Map::from([("$expr", e)]))];
    leaf.prop_recursive(2, 4, 2, |inner| {
        (select(&["$and", "$or", "$nor"][..]), vec(inner.prop_map(Value::Object), 1..3))
            .prop_map(|(op, list)| Map::from([(op, Value::Array(list))]))
    })
    .boxed()
}

fn accumulator() -> Expr {
    // Left out: `$first`, `$last` and `$mergeObjects`, for which the engine takes documents in any order.
    let over = select(&["$sum", "$avg", "$min", "$max", "$push"][..]);
    prop_oneof![
        6 => (over, any_value(1)).prop_map(|(name, v)| call(name, v)),
        1 => Just(call("$sum", Value::Number(1.0))),
        1 => Just(call("$count", Value::Object(Map::new()))),
    ]
    .boxed()
}

/// Keys that tell documents apart. Never missing: the engine leaves such an `_id` out, of which MongoDB makes null.
fn key() -> Expr {
    let key = prop_oneof![3 => of(&["$s", "$b", "$d", "$n"]), 1 => Just(Value::Null), 2 => number(1), 2 => text(1), 1 => truth(2)];
    or_else(key.boxed(), Value::Null)
}

fn sort() -> impl Strategy<Value = Value> {
    (select(&["s", "n", "b", "d", "f"][..]), any::<bool>()).prop_map(|(path, down)| {
        let direction = Value::Number(if down { -1.0 } else { 1.0 });
        call("$sort", object([(path, direction), ("_id", Value::Number(1.0))]))
    })
}

fn stage() -> BoxedStrategy<Value> {
    let field = || select(&["s", "n", "o", "arr", "o.k", "arr.k", "new", "x.a"][..]);
    let out = || select(&["out", "s", "o.z", "deep.er"][..]);
    prop_oneof![
        4 => condition().prop_map(|c| call("$match", Value::Object(c))),
        4 => (out(), any_value(3)).prop_map(|(path, e)| call("$addFields", object([(path, e)]))),
        2 => (out(), any_value(3)).prop_map(|(path, e)| call("$project", object([(path, e)]))),
        2 => (field(), any::<bool>()).prop_map(|(path, id)| {
            call("$project", object([("_id", Value::Bool(id)), (path, Value::Number(1.0))]))
        }),
        2 => sort(),
        2 => (select(&["$arr", "$x", "$o.k", "$s"][..]), any::<bool>(), any::<bool>()).prop_map(|(path, keep, index)| {
            let mut spec = Map::from([("path", path.into()), ("preserveNullAndEmptyArrays", Value::Bool(keep))]);
            if index {
                spec.set("includeArrayIndex", "at".into());
            }
            call("$unwind", Value::Object(spec))
        }),
        1 => any_value(1).prop_map(|v| call("$replaceRoot", object([("newRoot", call("$mergeObjects", Value::Array(vec!["$o".into(), object([("v", v), ("_id", "$_id".into())])])))]))),
        1 => (select(&["s", "n", "x", "arr"][..]), select(&["s", "n", "arr", "x.a"][..])).prop_map(|(local, foreign)| {
            let spec = object([("from", "rows".into()), ("localField", local.into()), ("foreignField", foreign.into()), ("as", "found".into())]);
            call("$lookup", spec)
        }),
    ]
    .boxed()
}

fn end() -> BoxedStrategy<Vec<Value>> {
    let group = (key(), accumulator(), weighted(0.5, accumulator())).prop_map(|(id, a, b)| {
        let mut spec = Map::from([("_id", id), ("a", a)]);
        b.into_iter().for_each(|b| drop(spec.set("b", b)));
        vec![call("$group", Value::Object(spec))]
    });
    let bucket = Just(call(
        "$bucket",
        object([
            ("groupBy", "$n".into()),
            ("boundaries", Value::Array([-1.0, 0.0, 1.5].map(Value::Number).to_vec())),
            ("default", "other".into()),
        ]),
    ));
    prop_oneof![
        4 => group,
        2 => (sort(), 1..6i32, 0..3i32).prop_map(|(sort, n, skip)| {
            vec![sort, call("$skip", Value::Number(skip.into())), call("$limit", Value::Number(n.into()))]
        }),
        1 => select(&["$s", "$b"][..]).prop_map(|path| vec![call("$sortByCount", path.into())]),
        1 => bucket.prop_map(|b| vec![b]),
        // At the end alone: the engine finds fields again that are gone. Not below others: it makes objects of scalars on the way.
        2 => (select(&["s", "n", "o", "arr", "x"][..]), any::<bool>()).prop_map(|(path, unset)| {
            vec![if unset { call("$unset", path.into()) } else { call("$project", object([(path, Value::Bool(false))])) }]
        }),
        3 => Just(Vec::new()),
    ]
    .boxed()
}

/// A few stages in a known order of documents, and what ends them. Where ids do not tell documents apart any more, no part of
/// them is cut off.
pub fn pipeline() -> impl Strategy<Value = Vec<Value>> {
    (vec(stage(), 0..3), end()).prop_map(|(stages, end)| {
        let alike = |stage: &Value| {
            let stage = stage.as_object().unwrap();
            stage.contains_key("$unwind")
                || stage.get("$project").is_some_and(|p| p.as_object().unwrap().get("_id") == Some(&Value::Bool(false)))
        };
        let cuts = end.iter().any(|stage| stage.as_object().unwrap().contains_key("$limit"));
        let end = if cuts && stages.iter().any(alike) { Vec::new() } else { end };
        let first = call("$sort", object([("_id", Value::Number(1.0))]));
        std::iter::once(first).chain(stages).chain(end).collect()
    })
}
