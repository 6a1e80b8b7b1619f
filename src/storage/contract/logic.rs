//! `$or`, `$and`, `$nor`, and queries larger than people write.

use super::kit::{Bed, Class};
use crate::model::Filter;

async fn rows(db: &Bed) -> Class<'_> {
    let t = db.class("T", "n Number, s String, a Array").await;
    t.put([
        ("a", r#"{"n":1,"s":"x"}"#),
        ("b", r#"{"n":2,"s":"y","a":[7]}"#),
        ("c", r#"{"n":0.5,"s":"zero\u0000"}"#),
        ("d", "{}"),
    ])
    .await;
    t
}

/// Within each other.
pub async fn nested(db: &Bed) {
    let t = rows(db).await;
    t.finds(&[
        (r#"{"$or":[{"n":1},{"s":"y"}]}"#, "a b"),
        (r#"{"$and":[{"n":1},{"s":"y"}]}"#, ""),
        (r#"{"$nor":[{"n":1},{"s":"y"}]}"#, "c d"),
        (r#"{"n":{"$gt":0},"$or":[{"s":"x"},{"a":7}]}"#, "a b"),
        (r#"{"$or":[{"$and":[{"n":1},{"s":"x"}]},{"$nor":[{"n":{"$exists":true}}]}]}"#, "a d"),
        (r#"{"$nor":[{"$or":[{"n":1},{"a":7}]}]}"#, "c d"),
        (r#"{"$nor":[{"$nor":[{"n":{"$gt":1}}]}]}"#, "b"),
        (r#"{"$or":[{}]}"#, "a b c d"),
        (r#"{"$nor":[{}]}"#, ""),
    ])
    .await;
    assert_eq!(t.ids(&t.read_by(Filter::none())).await, "");
    let mut deep = t.filter(r#"{"n":1}"#);
    for depth in 0..60 {
        deep = if depth % 2 == 0 { Filter::Or(vec![deep]) } else { Filter::And(vec![deep, Filter::all()]) };
    }
    assert_eq!(t.ids(&t.read_by(deep)).await, "a");
}

/// `$in` of thousands, of each type.
pub async fn long_lists(db: &Bed) {
    let t = rows(db).await;
    let list =
        |from: usize, item: &dyn Fn(usize) -> String| (from..from + 5000).map(item).collect::<Vec<_>>().join(",");
    let whole = list(2, &|i| i.to_string());
    let halves = list(0, &|i| format!("{i}.5"));
    let texts = format!(r#"{},"y","zero\u0000""#, list(0, &|i| format!("\"t{i}\"")));
    let ids = format!(r#"{},"c""#, list(0, &|i| format!("\"i{i}\"")));
    t.finds(&[
        (&format!(r#"{{"n":{{"$in":[{whole}]}}}}"#), "b"),
        (&format!(r#"{{"n":{{"$nin":[{whole}]}}}}"#), "a c d"),
        (&format!(r#"{{"n":{{"$in":[{halves},null]}}}}"#), "c d"),
        (&format!(r#"{{"s":{{"$in":[{texts}]}}}}"#), "b c"),
        (&format!(r#"{{"s":{{"$nin":[{texts}]}}}}"#), "a d"),
        (&format!(r#"{{"a":{{"$in":[{whole}]}}}}"#), "b"),
        (&format!(r#"{{"objectId":{{"$in":[{ids}]}}}}"#), "c"),
    ])
    .await;
    let prefix = r#"{"s":{"$in":["a","b","c","d","e","f","g","h","i","j","k","l","m","n","o","p","q","zero"]}}"#;
    t.finds(&[(prefix, "")]).await;
}

/// Thousands of alternatives.
pub async fn long_alternatives(db: &Bed) {
    let t = rows(db).await;
    let many = |range: std::ops::Range<u32>| range.map(|i| format!(r#"{{"n":{i}}}"#)).collect::<Vec<_>>().join(",");
    t.finds(&[
        (&format!(r#"{{"$or":[{}]}}"#, many(2..2000)), "b"),
        (&format!(r#"{{"$nor":[{}]}}"#, many(1..2000)), "c d"),
    ])
    .await;
    let all: Vec<String> = (0..2000).map(|i| format!(r#"{{"n":{{"$ne":{}}}}}"#, i + 3)).collect();
    t.finds(&[(&format!(r#"{{"$and":[{}]}}"#, all.join(",")), "a b c d")]).await;
}
