//! What is missing is null to every question but `$exists`.

use super::kit::{Bed, Class};

const COLUMNS: &str = "n Number, s String, d Date, b Boolean, p Pointer A, f File, g GeoPoint, o Object, arr Array";

async fn rows(db: &Bed) -> Class<'_> {
    let t = db.class("T", COLUMNS).await;
    let full = r#"{"n":1,"s":"x","d":{"__type":"Date","iso":"2020-01-01"},"b":true,
        "p":{"__type":"Pointer","className":"A","objectId":"1"},"f":{"__type":"File","name":"f"},
        "g":{"__type":"GeoPoint","latitude":1,"longitude":1},"o":{"k":1},"arr":[1]}"#;
    let nulls = r#"{"n":null,"s":null,"d":null,"b":null,"p":null,"f":null,"g":null,"o":null,"arr":null}"#;
    t.put([("full", full), ("null", nulls), ("gone", "{}")]).await;
    t
}

/// Columns of every type, and one that no row has.
pub async fn scalars(db: &Bed) {
    let t = rows(db).await;
    for field in ["n", "s", "d", "b", "p", "f", "g", "o", "arr"] {
        let ask = |constraint: &str| format!(r#"{{"{field}":{constraint}}}"#);
        t.finds(&[
            (&ask("null"), "gone null"),
            (&ask(r#"{"$eq":null}"#), "gone null"),
            (&ask(r#"{"$ne":null}"#), "full"),
            (&ask(r#"{"$in":[null]}"#), "gone null"),
            (&ask(r#"{"$nin":[null]}"#), "full"),
        ])
        .await;
        // MongoDB's layout keeps the null of a new pointer where `$exists` does not look.
        if field != "p" {
            t.finds(&[(&ask(r#"{"$exists":true}"#), "full null"), (&ask(r#"{"$exists":false}"#), "gone")]).await;
        }
    }
    t.finds(&[
        (r#"{"unknown":null}"#, "full gone null"),
        (r#"{"unknown":{"$exists":false}}"#, "full gone null"),
        (r#"{"unknown":{"$exists":true}}"#, ""),
        (r#"{"unknown":{"$ne":1}}"#, "full gone null"),
        (r#"{"unknown":1}"#, ""),
        (r#"{"objectId":{"$exists":true}}"#, "full gone null"),
        (r#"{"objectId":null}"#, ""),
        (r#"{"createdAt":{"$exists":true}}"#, "full gone null"),
    ])
    .await;
}

/// Keys of objects, and what is not there to have keys.
pub async fn below_objects(db: &Bed) {
    let t = db.class("T", "o Object, n Number").await;
    t.put([
        ("a", r#"{"o":{"k":1}}"#),
        ("b", r#"{"o":{"k":null}}"#),
        ("c", r#"{"o":{}}"#),
        ("d", r#"{"o":null}"#),
        ("e", r#"{"n":1}"#),
    ])
    .await;
    t.finds(&[
        (r#"{"o.k":null}"#, "b c d e"),
        (r#"{"o.k":{"$ne":null}}"#, "a"),
        (r#"{"o.k":{"$exists":true}}"#, "a b"),
        (r#"{"o.k":{"$exists":false}}"#, "c d e"),
        (r#"{"o.k":{"$ne":1}}"#, "b c d e"),
        (r#"{"o.k.l":null}"#, "a b c d e"),
        (r#"{"n.k":null}"#, "a b c d e"),
        (r#"{"n.k":{"$exists":true}}"#, ""),
    ])
    .await;
}

/// Null on a list beside values, and negated lists.
pub async fn in_lists(db: &Bed) {
    let t = db.class("T", "n Number, s String").await;
    t.put([("a", r#"{"n":1,"s":"x"}"#), ("b", r#"{"n":2,"s":null}"#), ("c", "{}")]).await;
    t.finds(&[
        (r#"{"n":{"$in":[1,null]}}"#, "a c"),
        (r#"{"n":{"$nin":[1,null]}}"#, "b"),
        (r#"{"n":{"$nin":[1]}}"#, "b c"),
        (r#"{"n":{"$ne":1}}"#, "b c"),
        (r#"{"n":{"$in":[]}}"#, ""),
        (r#"{"n":{"$nin":[]}}"#, "a b c"),
        (r#"{"s":{"$in":[null,"y"]}}"#, "b c"),
        (r#"{"$nor":[{"n":1}]}"#, "b c"),
        (r#"{"$nor":[{"n":{"$gt":0}},{"s":"x"}]}"#, "c"),
        (r#"{"n":{"$all":[null]}}"#, "c"),
        (r#"{"n":{"$all":[]}}"#, ""),
    ])
    .await;
}

/// `$gte` and `$lte` of null are equality with null, `$gt` and `$lt` hold for nothing; other bounds leave nulls out.
pub async fn ranges(db: &Bed) {
    let t = rows(db).await;
    for field in ["n", "s", "d", "b", "o", "arr"] {
        let ask = |constraint: &str| format!(r#"{{"{field}":{constraint}}}"#);
        t.finds(&[
            (&ask(r#"{"$gte":null}"#), "gone null"),
            (&ask(r#"{"$lte":null}"#), "gone null"),
            (&ask(r#"{"$gt":null}"#), ""),
            (&ask(r#"{"$lt":null}"#), ""),
        ])
        .await;
    }
    t.finds(&[
        (r#"{"n":{"$lt":5}}"#, "full"),
        (r#"{"n":{"$gt":-5}}"#, "full"),
        (r#"{"n":{"$gt":"a"}}"#, ""),
        (r#"{"s":{"$gt":0}}"#, ""),
        (r#"{"s":{"$gte":""}}"#, "full"),
        (r#"{"b":{"$gt":false}}"#, "full"),
        (r#"{"b":{"$lt":true}}"#, ""),
    ])
    .await;
}
