//! Writes at the same time do not lose each other.

use futures_util::future::join_all;

use super::kit::Bed;
use crate::error::Code;
use crate::model::Value;
use crate::storage::SchemaChange;

/// Every increment counts, also below a column.
pub async fn increments(db: &Bed) {
    let t = db.class("T", "n Number, o Object").await;
    t.put([("a", "{}")]).await;
    let one = r#"{"n":{"__op":"Increment","amount":1},"o.k":{"__op":"Increment","amount":2}}"#;
    let seen = join_all((0..100).map(|_| async { t.change(r#"{"objectId":"a"}"#, one).await.unwrap().unwrap() })).await;
    let mut seen: Vec<u32> = seen.iter().map(|o| o.fields["n"].as_number().unwrap() as u32).collect();
    seen.sort_unstable();
    assert_eq!(seen, (1..=100).collect::<Vec<u32>>());
    assert_eq!(super::kit::text(&t.get("a").await.unwrap()), r#"{"n":100,"o":{"k":200}}"#);
}

/// Every element arrives, and each unique one once.
pub async fn lists(db: &Bed) {
    let t = db.class("T", "a Array, u Array").await;
    t.put([("a", "{}")]).await;
    let adds = (0..60).map(|i| {
        let body =
            format!(r#"{{"a":{{"__op":"Add","objects":[{i}]}},"u":{{"__op":"AddUnique","objects":[{}]}}}}"#, i % 7);
        let t = &t;
        async move { t.change(r#"{"objectId":"a"}"#, &body).await.unwrap().unwrap() }
    });
    join_all(adds).await;
    let after = t.get("a").await.unwrap();
    let numbers = |field: &str| {
        let list = after.fields[field].as_array().unwrap();
        let mut list: Vec<i64> = list.iter().filter_map(Value::as_number).map(|n| n as i64).collect();
        list.sort_unstable();
        list
    };
    assert_eq!(numbers("a"), (0..60).collect::<Vec<i64>>());
    assert_eq!(numbers("u"), (0..7).collect::<Vec<i64>>());
}

/// Of many who want one unique value, one gets it.
pub async fn one_winner(db: &Bed) {
    let t = db.class("_User", "").await;
    db.alter(SchemaChange::EnsureUnique { class: "_User".into(), field: "username".into() }).await.unwrap();
    let creates = (0..40).map(|i| t.write(t.create(&format!("i{i}"), r#"{"username":"ann"}"#)));
    let done = join_all(creates).await;
    assert_eq!(done.iter().filter(|outcome| outcome.is_ok()).count(), 1);
    let refused = |e: &crate::error::Error| e.code() == Some(Code::DuplicateValue);
    assert!(done.iter().all(|outcome| outcome.as_ref().err().is_none_or(refused)), "{done:?}");
    assert_eq!(db.count(&t.read("{}")).await.unwrap(), 1);
}
