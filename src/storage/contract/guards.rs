//! A condition travels inside the write: it is never looked at first and acted on later.

use std::sync::Arc;

use super::kit::{Bed, Class};
use crate::access::{Write, internal};
use crate::storage::Outcome;

/// The update happens if the condition holds for the object as it is stored, and otherwise not.
pub async fn holds_or_not(db: &Bed) {
    let t = db.class("T", "token String, n Number, a Array").await;
    t.put([("a", r#"{"token":"x","n":5,"a":[1]}"#), ("b", r#"{"token":"y"}"#)]).await;
    for (guard, hit) in [
        (r#"{"objectId":"a","token":"y"}"#, false),
        (r#"{"objectId":"a","token":null}"#, false),
        (r#"{"objectId":"a","n":{"$gt":5}}"#, false),
        (r#"{"objectId":"a","a":2}"#, false),
        (r#"{"objectId":"a","$or":[{"n":7},{"a":{"$ne":1}}]}"#, false),
        (r#"{"objectId":"a","n":{"$gte":5},"a":1}"#, true),
        (r#"{"token":"x"}"#, true),
        (r#"{"objectId":"a","unknown":{"$exists":false}}"#, true),
    ] {
        let before = t.get("a").await;
        let after = t.change(guard, r#"{"n":{"__op":"Increment","amount":1}}"#).await.unwrap();
        assert_eq!(after.is_some(), hit, "{guard}");
        assert_eq!(t.get("a").await != before, hit, "{guard}");
        assert_eq!(t.get("b").await.map(|b| b.fields.contains_key("n")), Some(false), "{guard}");
    }
    let kept = t.write(Write::Delete(t.delete(r#"{"objectId":"a","token":"y"}"#))).await.unwrap();
    assert_eq!(kept, Outcome::Deleted(0));
}

/// Of many who use a token at once, one does.
pub async fn single_use(db: &Bed) {
    let t = db.class("T", "token String, by Number").await;
    t.put([("a", r#"{"token":"x"}"#)]).await;
    let t = Arc::new(t);
    let tries = (0..40).map(|i| {
        let t = Arc::clone(&t);
        async move {
            let body = format!(r#"{{"token":{{"__op":"Delete"}},"by":{i}}}"#);
            t.change(r#"{"objectId":"a","token":"x"}"#, &body).await.unwrap().is_some()
        }
    });
    let won: Vec<bool> = futures_util::future::join_all(tries).await;
    assert_eq!(won.iter().filter(|won| **won).count(), 1);
    let by = won.iter().position(|won| *won).unwrap();
    assert_eq!(t.get("a").await.unwrap().fields["by"].as_number(), Some(by as f64));
}

fn absent(t: &Class<'_>, clause: &str) -> Write {
    Write::Absent(internal("a test asks").absent(Arc::clone(&t.schema), t.filter(clause)))
}

/// The condition that no object matches: it is answered, and in an all-or-nothing group it undoes the others.
pub async fn absent_or_not(db: &Bed) {
    let t = db.class("T", "token String").await;
    t.put([("a", r#"{"token":"x"}"#)]).await;
    for (clause, holds) in [(r#"{"token":"x"}"#, false), (r#"{"token":"y"}"#, true), ("{}", false)] {
        assert_eq!(t.write(absent(&t, clause)).await.unwrap(), Outcome::Absent(holds), "{clause}");
        let group =
            vec![t.create("b", "{}"), absent(&t, &clause.replace("{}", r#"{"objectId":"a"}"#)), t.create("c", "{}")];
        let done = db.write(group, true).await.unwrap();
        assert_eq!(done.len(), if holds { 3 } else { 2 }, "{clause}");
        t.finds(&[("{}", if holds { "a b c" } else { "a" })]).await;
        if holds {
            t.write(Write::Delete(t.delete(r#"{"objectId":{"$in":["b","c"]}}"#))).await.unwrap();
        }
    }
    let unknown = db.class("Unknown", "").await;
    db.write(vec![absent(&unknown, "{}")], true).await.unwrap().pop().unwrap().unwrap();
}

/// Of many who make a row for one token at once, one does.
pub async fn absent_races(db: &Bed) {
    let t = Arc::new(db.class("T", "token String").await);
    let tries = (0..40).map(|i| {
        let t = Arc::clone(&t);
        async move {
            let group = vec![absent(&t, r#"{"token":"x"}"#), t.create(&format!("r{i}"), r#"{"token":"x"}"#)];
            db.write(group, true).await.unwrap().len() == 2
        }
    });
    let won: Vec<bool> = futures_util::future::join_all(tries).await;
    assert_eq!(won.iter().filter(|won| **won).count(), 1);
}
