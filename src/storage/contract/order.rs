//! MongoDB's order of values.

use super::kit::{Bed, keys};

/// Nothing, null, numbers, texts, objects, arrays (within arrays), bytes, booleans, dates.
pub async fn across_types(db: &Bed) {
    let t = db.class("T", "o Object").await;
    t.put([
        ("date", r#"{"o":{"v":{"__type":"Date","iso":"1970-01-01"}}}"#),
        ("true", r#"{"o":{"v":true}}"#),
        ("false", r#"{"o":{"v":false}}"#),
        ("bytes", r#"{"o":{"v":{"__type":"Bytes","base64":"AA=="}}}"#),
        ("obj", r#"{"o":{"v":{"a":1}}}"#),
        ("empty", r#"{"o":{"v":{}}}"#),
        ("text", r#"{"o":{"v":"a"}}"#),
        ("num", r#"{"o":{"v":7}}"#),
        ("neg", r#"{"o":{"v":-7.5}}"#),
        ("none", "{}"),
    ])
    .await;
    t.sorts(&[
        ("o.v", "none neg num text empty obj bytes false true date"),
        ("-o.v", "date true false bytes obj empty text num neg none"),
    ])
    .await;
}

/// An array stands at its least element, from large to small at its greatest.
pub async fn arrays_by_their_ends(db: &Bed) {
    let t = db.class("T", "a Array").await;
    t.put([
        ("19", r#"{"a":[9,1]}"#),
        ("5", r#"{"a":[5]}"#),
        ("x", r#"{"a":["x",7]}"#),
        ("null", r#"{"a":[null,100]}"#),
        ("whole", r#"{"a":[[0]]}"#),
    ])
    .await;
    t.sorts(&[("a", "null 19 5 x whole"), ("-a", "whole x null 19 5")]).await;
    let o = db.class("O", "o Object").await;
    o.put([
        ("a", r#"{"o":{"l":[{"k":3},{"k":1}]}}"#),
        ("b", r#"{"o":{"l":[{"k":2}]}}"#),
        ("c", r#"{"o":{"l":{"k":0}}}"#),
    ])
    .await;
    o.sorts(&[("o.l.k", "c a b"), ("-o.l.k", "a b c")]).await;
}

/// The second key decides where the first does not.
pub async fn several_keys(db: &Bed) {
    let t = db.class("T", "n Number, s String").await;
    t.put([
        ("a", r#"{"n":1,"s":"z"}"#),
        ("b", r#"{"n":2,"s":"x"}"#),
        ("c", r#"{"n":1,"s":"y"}"#),
        ("d", r#"{"s":"x"}"#),
    ])
    .await;
    t.sorts(&[
        ("n,s", "d c a b"),
        ("-n,s", "b c a d"),
        ("n,-s", "d a c b"),
        ("s,-n", "b d c a"),
        ("unknown,-objectId", "d c b a"),
        ("-objectId", "d c b a"),
    ])
    .await;
}

/// Texts by their bytes: capitals first, no language's rules.
pub async fn texts(db: &Bed) {
    let t = db.class("T", "s String").await;
    t.put([
        ("a", r#"{"s":"a"}"#),
        ("b", r#"{"s":"B"}"#),
        ("c", r#"{"s":"é"}"#),
        ("d", r#"{"s":"aa"}"#),
        ("e", r#"{"s":"\uFFFD"}"#),
        ("f", r#"{"s":"😀"}"#),
        ("g", r#"{"s":""}"#),
        ("h", r#"{"s":"10"}"#),
        ("i", r#"{"s":"9"}"#),
    ])
    .await;
    t.sorts(&[("s", "g h i b a d c e f")]).await;
}

/// The typed columns: missing and null first and side by side, then by value.
pub async fn columns(db: &Bed) {
    let t = db.class("T", "n Number, b Boolean, d Date, p Pointer A, f File").await;
    let row = |n: &str, b: bool, year: u16, id: &str| {
        format!(
            r#"{{"n":{n},"b":{b},"d":{{"__type":"Date","iso":"{year}"}},
            "p":{{"__type":"Pointer","className":"A","objectId":"{id}"}},"f":{{"__type":"File","name":"{id}"}}}}"#
        )
    };
    let (x, y, z) = (row("1e20", true, 1900, "b"), row("-0.5", false, 2000, "B"), row("3", false, 1970, "a"));
    let null = r#"{"n":null,"b":null,"d":null,"p":null,"f":null}"#;
    t.put([("x", x.as_str()), ("y", &y), ("z", &z), ("m", "{}"), ("l", null)]).await;
    let order = |order: &str| format!("{order},objectId");
    for (key, up, down) in [
        ("n", "l m y z x", "x z y l m"),
        ("b", "l m y z x", "x y z l m"),
        ("d", "l m x z y", "y z x l m"),
        ("p", "l m y z x", "x z y l m"),
        ("f", "l m y z x", "x z y l m"),
    ] {
        t.sorts(&[(&order(key), up), (&order(&format!("-{key}")), down)]).await;
    }
    let window = t.read("{}").ordered(keys("-n,objectId")).window(1, Some(2));
    assert_eq!(t.ids(&window).await, "z y");
    let made = db.class("M", "").await;
    made.put([
        (
            "old",
            r#"{"createdAt":{"__type":"Date","iso":"2001-01-01"},"updatedAt":{"__type":"Date","iso":"2003-01-01"}}"#,
        ),
        (
            "new",
            r#"{"createdAt":{"__type":"Date","iso":"2002-01-01"},"updatedAt":{"__type":"Date","iso":"2002-01-01"}}"#,
        ),
    ])
    .await;
    made.sorts(&[("createdAt", "old new"), ("updatedAt", "new old"), ("-createdAt", "new old")]).await;
    made.finds(&[
        (r#"{"createdAt":{"$gt":{"__type":"Date","iso":"2001-06-01"}}}"#, "new"),
        (r#"{"createdAt":"2001-01-01T00:00:00.000Z"}"#, "old"),
        // A bare text is a date in equality alone.
        (r#"{"createdAt":{"$gt":"2001-01-01T00:00:00.000Z"}}"#, ""),
        (r#"{"createdAt":{"$in":["2001-01-01T00:00:00.000Z"]}}"#, ""),
        (r#"{"createdAt":{"$ne":"2001-01-01T00:00:00.000Z"}}"#, "new old"),
        (r#"{"updatedAt":{"$lte":{"__type":"Date","iso":"2002-01-01"}}}"#, "new"),
    ])
    .await;
}
