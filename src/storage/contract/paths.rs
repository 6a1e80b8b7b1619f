//! Dotted paths lead into objects and arrays, and nowhere else.

use super::kit::Bed;

/// Keys of objects in objects.
pub async fn objects(db: &Bed) {
    let t = db.class("T", "o Object").await;
    t.put([
        ("a", r#"{"o":{"k":{"l":1},"0":"zero","s":"x"}}"#),
        ("b", r#"{"o":{"k":{"l":[1,2]}}}"#),
        ("c", r#"{"o":{"k":5}}"#),
    ])
    .await;
    t.finds(&[
        (r#"{"o.k.l":1}"#, "a b"),
        (r#"{"o.k.l":2}"#, "b"),
        (r#"{"o.k":{"l":1}}"#, "a"),
        (r#"{"o.k":5}"#, "c"),
        (r#"{"o.k":{"$gt":4}}"#, "c"),
        (r#"{"o.0":"zero"}"#, "a"),
        (r#"{"o.s":{"$regex":"^x"}}"#, "a"),
        (r#"{"o.k.l.m":1}"#, ""),
        (r#"{"o.k":{"$in":[5,{"l":1}]}}"#, "a c"),
        (r#"{"o..k":5}"#, ""),
    ])
    .await;
}

/// A path goes through each object of an array.
pub async fn lists_of_objects(db: &Bed) {
    let t = db.class("T", "a Array").await;
    t.put([
        ("a", r#"{"a":[{"k":1},{"k":2}]}"#),
        ("b", r#"{"a":[{"k":[2,3]},5]}"#),
        ("c", r#"{"a":[[{"k":1}]]}"#),
        ("d", r#"{"a":[{"l":1}]}"#),
        ("e", r#"{"a":[]}"#),
    ])
    .await;
    t.finds(&[
        (r#"{"a.k":1}"#, "a"),
        (r#"{"a.k":2}"#, "a b"),
        (r#"{"a.k":{"$gt":1,"$lt":2}}"#, "a"),
        (r#"{"a.k":{"$gt":1,"$lt":3}}"#, "a b"),
        (r#"{"a.k":{"$ne":1}}"#, "b c d e"),
        (r#"{"a.k":null}"#, "d"),
        (r#"{"a.k":{"$exists":false}}"#, "c d e"),
        (r#"{"a.k":{"$all":[1,2]}}"#, "a"),
    ])
    .await;
}

/// A number is a place in an array, and a key of its objects.
pub async fn places(db: &Bed) {
    let t = db.class("T", "a Array").await;
    t.put([
        ("a", r#"{"a":[1,2]}"#),
        ("b", r#"{"a":[2,1]}"#),
        ("c", r#"{"a":[{"0":1}]}"#),
        ("d", r#"{"a":[{"k":1},{"k":2}]}"#),
        ("e", r#"{"a":[[1,9],3]}"#),
    ])
    .await;
    t.finds(&[
        (r#"{"a.0":1}"#, "a c"),
        (r#"{"a.1":1}"#, "b"),
        (r#"{"a.0.k":1}"#, "d"),
        (r#"{"a.1.k":1}"#, ""),
        (r#"{"a.0.1":9}"#, "e"),
        (r#"{"a.5":{"$exists":true}}"#, ""),
        (r#"{"a.1":{"$exists":true}}"#, "a b d e"),
    ])
    .await;
}

/// Columns that are no objects have nothing below them: they are stored otherwise than they are sent.
pub async fn typed_columns(db: &Bed) {
    let t = db.class("T", "s String, d Date, p Pointer A, g GeoPoint, f File").await;
    t.put([(
        "a",
        r#"{"s":"x","d":{"__type":"Date","iso":"2020"},"p":{"__type":"Pointer","className":"A","objectId":"1"},
        "g":{"__type":"GeoPoint","latitude":1,"longitude":2},"f":{"__type":"File","name":"f"}}"#,
    )])
    .await;
    for path in ["s.length", "d.iso", "p.objectId", "p.name", "f.name", "createdAt.iso"] {
        t.finds(&[
            (&format!(r#"{{"{path}":{{"$exists":true}}}}"#), ""),
            (&format!(r#"{{"{path}":null}}"#), "a"),
            (&format!(r#"{{"{path}":{{"$ne":1}}}}"#), "a"),
        ])
        .await;
    }
    // A place is a pair of numbers.
    t.finds(&[
        (r#"{"g.latitude":{"$exists":true}}"#, ""),
        (r#"{"g.latitude":{"$ne":1}}"#, "a"),
        (r#"{"g.0":2}"#, "a"),
        (r#"{"g":{"$gt":1}}"#, "a"),
    ])
    .await;
}

/// A pointer in a column is one text, `Class$id`; in an object it is an object.
pub async fn pointers(db: &Bed) {
    let t = db.class("T", "p Pointer A, o Object").await;
    let pointer = |id: &str| format!(r#"{{"__type":"Pointer","className":"A","objectId":"{id}"}}"#);
    let row = |id: &str| format!(r#"{{"p":{},"o":{{"q":{}}}}}"#, pointer(id), pointer(id));
    t.put([("a", row("1").as_str()), ("b", &row("2")), ("c", "{}")]).await;
    t.finds(&[
        (&format!(r#"{{"p":{}}}"#, pointer("1")), "a"),
        (&format!(r#"{{"p":{{"$ne":{}}}}}"#, pointer("1")), "b c"),
        (&format!(r#"{{"p":{{"$in":[{},{}]}}}}"#, pointer("1"), pointer("2")), "a b"),
        (&format!(r#"{{"p":{{"$nin":[{}]}}}}"#, pointer("1")), "b c"),
        (r#"{"p":{"$in":["1"]}}"#, "a"),
        (r#"{"p":"1"}"#, ""),
        (r#"{"p":{"__type":"Pointer","className":"B","objectId":"1"}}"#, ""),
        (r#"{"p":{"$ne":{"__type":"Pointer","className":"B","objectId":"1"}}}"#, "a b c"),
        (r#"{"p":{"$gt":"1"}}"#, "b"),
        (r#"{"p":{"$regex":"^A\\$1"}}"#, "a"),
        (r#"{"o.q.objectId":"2"}"#, "b"),
        (&format!(r#"{{"o.q":{}}}"#, pointer("2")), "b"),
        (r#"{"o.q.className":"A"}"#, "a b"),
    ])
    .await;
}
