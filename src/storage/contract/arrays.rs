//! An array meets a condition by one of its elements, or as a whole.

use super::kit::{Bed, Class};

async fn rows(db: &Bed) -> Class<'_> {
    let t = db.class("T", "a Array, o Object").await;
    t.put([
        ("12", r#"{"a":[1,2]}"#),
        ("21", r#"{"a":[2,1]}"#),
        ("e", r#"{"a":[]}"#),
        ("n", r#"{"a":[null]}"#),
        ("nest", r#"{"a":[[1,2],"x"]}"#),
        ("o", r#"{"a":[{"k":1,"l":2}],"o":{"in":[1,"x"]}}"#),
        ("p", r#"{"a":[{"__type":"Pointer","className":"A","objectId":"1"}]}"#),
        ("z", r#"{"o":{"in":1}}"#),
    ])
    .await;
    t
}

/// Containment.
pub async fn equality(db: &Bed) {
    let t = rows(db).await;
    t.finds(&[
        (r#"{"a":1}"#, "12 21"),
        (r#"{"a":"x"}"#, "nest"),
        (r#"{"a":null}"#, "n z"),
        (r#"{"a":{"$ne":1}}"#, "e n nest o p z"),
        (r#"{"a":{"$in":[2,"x"]}}"#, "12 21 nest"),
        (r#"{"a":{"$nin":[1,"x"]}}"#, "e n o p z"),
        (r#"{"a":{"__type":"Pointer","className":"A","objectId":"1"}}"#, "p"),
        (r#"{"a":{"__type":"Pointer","className":"B","objectId":"1"}}"#, ""),
        (r#"{"o.in":1}"#, "o z"),
        (r#"{"o.in":{"$ne":"x"}}"#, "12 21 e n nest p z"),
        (r#"{"a":{"$exists":true}}"#, "12 21 e n nest o p"),
    ])
    .await;
}

/// `$all`.
pub async fn demands(db: &Bed) {
    let t = rows(db).await;
    t.finds(&[
        (r#"{"a":{"$all":[1]}}"#, "12 21"),
        (r#"{"a":{"$all":[1,2]}}"#, "12 21"),
        (r#"{"a":{"$all":[2,2,1]}}"#, "12 21"),
        (r#"{"a":{"$all":[1,3]}}"#, ""),
        (r#"{"a":{"$all":[]}}"#, ""),
        (r#"{"a":{"$all":[null]}}"#, "n z"),
        (r#"{"a":{"$all":[[1,2]]}}"#, "12 nest"),
        (r#"{"o.in":{"$all":[1]}}"#, "o z"),
        (r#"{"a":{"$all":[{"$regex":"^\\Qx\\E"}]}}"#, "nest"),
    ])
    .await;
}

/// `$containedBy`, which what is no array meets too.
pub async fn contained(db: &Bed) {
    let t = rows(db).await;
    t.finds(&[
        (r#"{"a":{"$containedBy":[1,2,3]}}"#, "12 21 e z"),
        (r#"{"a":{"$containedBy":[1]}}"#, "e z"),
        (r#"{"a":{"$containedBy":[]}}"#, "e z"),
        (r#"{"a":{"$containedBy":[null]}}"#, "e n z"),
        (r#"{"a":{"$containedBy":[{"k":1,"l":2}]}}"#, "e o z"),
        (r#"{"o.in":{"$containedBy":[1]}}"#, "12 21 e n nest p z"),
    ])
    .await;
}

/// Arrays and objects compared whole: every element in its place, every key in its order.
pub async fn whole(db: &Bed) {
    let t = rows(db).await;
    t.finds(&[
        (r#"{"a":{"$eq":[1,2]}}"#, "12 nest"),
        (r#"{"a":{"$eq":[2,1]}}"#, "21"),
        (r#"{"a":{"$eq":[]}}"#, "e"),
        (r#"{"a":{"$ne":[1,2]}}"#, "21 e n o p z"),
        (r#"{"a":{"$eq":{"k":1,"l":2}}}"#, "o"),
        (r#"{"a":{"$eq":{"l":2,"k":1}}}"#, ""),
        (r#"{"a":{"$eq":{"k":1}}}"#, ""),
        (r#"{"a":{"$in":[{"k":1,"l":2},2]}}"#, "12 21 o"),
        (r#"{"o.in":{"$eq":[1,"x"]}}"#, "o"),
    ])
    .await;
}

/// One element within the bounds is enough, and each bound may have another one.
pub async fn ranges(db: &Bed) {
    let t = db.class("T", "a Array").await;
    t.put([("a", r#"{"a":[1,9]}"#), ("b", r#"{"a":[5]}"#), ("c", r#"{"a":["5"]}"#), ("d", r#"{"a":[[5]]}"#)]).await;
    t.finds(&[
        (r#"{"a":{"$gt":5}}"#, "a"),
        (r#"{"a":{"$gte":5}}"#, "a b"),
        (r#"{"a":{"$gt":4,"$lt":6}}"#, "a b"),
        (r#"{"a":{"$lt":1}}"#, ""),
        (r#"{"a":{"$gt":"4"}}"#, "c"),
        (r#"{"a":{"$gt":[4]}}"#, "b c d"),
        (r#"{"a":{"$lt":[2]}}"#, "a"),
    ])
    .await;
}
