//! The operations of an update, as MongoDB carries them out.

use super::kit::{Bed, text};
use crate::error::Code;

/// One object is changed again and again: what is asked, and the object after it.
async fn play(db: &Bed, columns: &str, start: &str, steps: &[(&str, &str)]) {
    let t = db.class("T", columns).await;
    t.put([("a", start)]).await;
    for (body, expected) in steps {
        let after = t.change(r#"{"objectId":"a"}"#, body).await.unwrap().unwrap();
        assert_eq!(text(&after), *expected, "{body}");
        assert_eq!(t.get("a").await, Some(after), "{body}");
    }
}

/// `Increment`.
pub async fn numbers(db: &Bed) {
    let add = |n: &str| format!(r#"{{"n":{{"__op":"Increment","amount":{n}}}}}"#);
    play(
        db,
        "n Number",
        "{}",
        &[
            (&add("2"), r#"{"n":2}"#),
            (&add("0.5"), r#"{"n":2.5}"#),
            (&add("-3.5"), r#"{"n":-1}"#),
            (&add("9007199254740993"), r#"{"n":9007199254740991}"#),
            (r#"{"n":{"__op":"Delete"}}"#, "{}"),
            (&add("1"), r#"{"n":1}"#),
        ],
    )
    .await;
}

/// `Add`, `AddUnique`, `Remove`: objects are the same with the same keys in the same order.
pub async fn lists(db: &Bed) {
    let op = |op: &str, objects: &str| format!(r#"{{"a":{{"__op":"{op}","objects":{objects}}}}}"#);
    play(
        db,
        "a Array",
        "{}",
        &[
            (&op("Remove", "[1]"), "{}"),
            (&op("Add", "[1,1]"), r#"{"a":[1,1]}"#),
            (&op("AddUnique", "[3,1,3]"), r#"{"a":[1,1,3]}"#),
            (&op("Add", r#"[{"k":1,"l":2},null]"#), r#"{"a":[1,1,3,{"k":1,"l":2},null]}"#),
            (&op("AddUnique", r#"[{"k":1,"l":2}]"#), r#"{"a":[1,1,3,{"k":1,"l":2},null]}"#),
            (&op("Remove", r#"[1,null,{"l":2,"k":1}]"#), r#"{"a":[3,{"k":1,"l":2}]}"#),
            (&op("Remove", r#"[{"k":1,"l":2}]"#), r#"{"a":[3]}"#),
            (&op("AddUnique", r#"["3"]"#), r#"{"a":[3,"3"]}"#),
            (&op("Remove", r#"[3,"3"]"#), r#"{"a":[]}"#),
        ],
    )
    .await;
}

/// Keys below a column, and places in a list.
pub async fn dotted(db: &Bed) {
    play(
        db,
        "o Object, a Array",
        r#"{"o":{"k":1,"l":[1]},"a":[1,{"k":1}]}"#,
        &[
            (r#"{"o.k":2}"#, r#"{"o":{"k":2,"l":[1]},"a":[1,{"k":1}]}"#),
            (r#"{"o.m.n":true}"#, r#"{"o":{"k":2,"l":[1],"m":{"n":true}},"a":[1,{"k":1}]}"#),
            (r#"{"o.k":{"__op":"Increment","amount":3}}"#, r#"{"o":{"k":5,"l":[1],"m":{"n":true}},"a":[1,{"k":1}]}"#),
            (r#"{"o.m":{"__op":"Delete"}}"#, r#"{"o":{"k":5,"l":[1]},"a":[1,{"k":1}]}"#),
            (r#"{"o.l":{"__op":"Add","objects":[2]}}"#, r#"{"o":{"k":5,"l":[1,2]},"a":[1,{"k":1}]}"#),
            (r#"{"o.l.3":9}"#, r#"{"o":{"k":5,"l":[1,2,null,9]},"a":[1,{"k":1}]}"#),
            (r#"{"a.1.k":{"__op":"Increment"  ,"amount":1}}"#, r#"{"o":{"k":5,"l":[1,2,null,9]},"a":[1,{"k":2}]}"#),
            (r#"{"a.0":{"__op":"Delete"}}"#, r#"{"o":{"k":5,"l":[1,2,null,9]},"a":[null,{"k":2}]}"#),
            (r#"{"o":{"__op":"Delete"},"a":[]}"#, r#"{"a":[]}"#),
            (r#"{"o.0.x":1}"#, r#"{"a":[],"o":{"0":{"x":1}}}"#),
        ],
    )
    .await;
}

/// What does not fit is refused, and nothing of the update is stored.
pub async fn wrong_types(db: &Bed) {
    let t = db.class("T", "n Number, o Object, a Array").await;
    let start = r#"{"n":1,"o":{"s":"x","n":null},"a":[1]}"#;
    t.put([("a", start)]).await;
    for body in [
        r#"{"o.s":{"__op":"Increment","amount":1}}"#,
        r#"{"o.n":{"__op":"Increment","amount":1}}"#,
        r#"{"o.s":{"__op":"Add","objects":[1]}}"#,
        r#"{"o.s":{"__op":"AddUnique","objects":[1]}}"#,
        r#"{"o.s":{"__op":"Remove","objects":[1]}}"#,
        r#"{"o.s.x":1}"#,
        r#"{"o.n.x":1}"#,
        r#"{"a.k":1}"#,
        r#"{"a.0.k":1}"#,
    ] {
        let with_more = format!(r#"{{"n":{{"__op":"Increment","amount":5}},{}"#, &body[1..]);
        for body in [body, &with_more] {
            let refused = t.change(r#"{"objectId":"a"}"#, body).await.unwrap_err();
            assert_eq!(refused.code(), Some(Code::IncorrectType), "{body}");
            assert_eq!(text(&t.get("a").await.unwrap()), start, "{body}");
        }
    }
}
