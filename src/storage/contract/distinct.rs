//! Counting, and the distinct values of a path.

use super::kit::Bed;
use crate::model::{Path, Value, wire};

/// Rows of a filter.
pub async fn counts(db: &Bed) {
    let t = db.class("T", "n Number").await;
    assert_eq!(db.count(&t.read("{}")).await.unwrap(), 0);
    t.put([("a", r#"{"n":1}"#), ("b", r#"{"n":2}"#), ("c", r#"{"n":2}"#)]).await;
    for (clause, number) in
        [("{}", 3), (r#"{"n":2}"#, 2), (r#"{"n":{"$gt":5}}"#, 0), (r#"{"$or":[{"n":1},{"n":2}]}"#, 3)]
    {
        assert_eq!(db.count(&t.read(clause)).await.unwrap(), number, "{clause}");
    }
}

/// Each value once, arrays taken apart, in any order; what is missing has none.
pub async fn values(db: &Bed) {
    let t = db.class("T", "n Number, s String, a Array, o Object, p Pointer A, d Date").await;
    let pointer = r#"{"__type":"Pointer","className":"A","objectId":"1"}"#;
    t.put([
        ("a", format!(r#"{{"n":1,"s":"x","a":[1,2,[3]],"o":{{"k":[{{"l":1}},{{"l":"1"}}]}},"p":{pointer}}}"#).as_str()),
        ("b", &format!(r#"{{"n":1.0,"s":"X","a":[2,{{"k":1}}],"o":{{"k":{{"l":true}}}},"p":{pointer}}}"#)),
        ("c", r#"{"n":2,"a":[],"d":{"__type":"Date","iso":"2020-01-01T00:00:00.000Z"}}"#),
        ("d", "{}"),
    ])
    .await;
    for (clause, path, expected) in [
        ("{}", "n", "1,2"),
        ("{}", "s", r#""X","x""#),
        ("{}", "a", r#"1,2,[3],{"k":1}"#),
        ("{}", "o.k.l", r#""1",1,true"#),
        ("{}", "a.k", "1"),
        ("{}", "p", pointer),
        ("{}", "d", r#"{"__type":"Date","iso":"2020-01-01T00:00:00.000Z"}"#),
        ("{}", "objectId", r#""a","b","c","d""#),
        ("{}", "unknown", ""),
        (r#"{"n":2}"#, "a", ""),
        (r#"{"s":"x"}"#, "a", "1,2,[3]"),
        (r#"{"n":7}"#, "n", ""),
    ] {
        let found = db.distinct(&t.read(clause), &Path::from(path)).await.unwrap();
        let mut found: Vec<String> = found.iter().filter(|v| !v.is_null()).map(wire::to_string).collect();
        found.sort();
        assert_eq!(found.join(","), expected, "{path} of {clause}");
    }
    let made = db.distinct(&t.read("{}"), &Path::from("createdAt")).await.unwrap();
    assert!(matches!(made.as_slice(), [Value::Date(_)]), "{made:?}");
}
