//! Creating, changing and deleting objects.

use super::kit::{Bed, LATER, text};
use crate::access::Write;
use crate::error::Code;
use crate::model::{Acl, Value};
use crate::storage::Outcome;

/// What a write says became of it.
pub async fn outcomes(db: &Bed) {
    let t = db.class("T", "n Number").await;
    assert_eq!(t.write(t.create("a", r#"{"n":1}"#)).await.unwrap(), Outcome::Created);
    let again = t.write(t.create("a", r#"{"n":2}"#)).await.unwrap_err();
    assert_eq!(again.code(), Some(Code::DuplicateValue));
    assert_eq!(t.change(r#"{"objectId":"b"}"#, r#"{"n":2}"#).await.unwrap(), None);
    let after = t.change(r#"{"objectId":"a"}"#, r#"{"n":3}"#).await.unwrap().unwrap();
    assert_eq!(text(&after), r#"{"n":3}"#);
    assert_eq!(after.fields["updatedAt"], Value::Date(LATER));
    assert_eq!(t.get("a").await, Some(after));
    assert_eq!(t.write(Write::Delete(t.delete(r#"{"objectId":"b"}"#))).await.unwrap(), Outcome::Deleted(0));
    assert_eq!(t.write(Write::Delete(t.delete(r#"{"objectId":"a"}"#))).await.unwrap(), Outcome::Deleted(1));
    assert_eq!(t.get("a").await, None);
    assert_eq!(t.write(t.create("a", r#"{"n":4}"#)).await.unwrap(), Outcome::Created);
}

/// An update changes one object, what it names and nothing else; new fields go to the end.
pub async fn updates_one(db: &Bed) {
    let t = db.class("T", "n Number, s String, o Object, z Array").await;
    let acl = r#""ACL":{"*":{"read":true},"u":{"write":true}}"#;
    let a = format!(r#"{{"s":"x","n":1,{acl}}}"#);
    t.put([("a", a.as_str()), ("b", r#"{"s":"x","n":1}"#)]).await;
    let changed = t.change(r#"{"objectId":"a"}"#, r#"{"z":[1],"o":{"k":{"__op":"Increment"}},"n":null}"#).await;
    let changed = changed.unwrap().unwrap();
    assert_eq!(text(&changed), r#"{"s":"x","n":null,"z":[1],"o":{"k":{"__op":"Increment"}}}"#);
    let kept = Acl { read: vec!["*".into()], write: vec!["u".into()] };
    assert_eq!(changed.acl, Some(kept));
    assert_eq!(text(&t.get("b").await.unwrap()), r#"{"s":"x","n":1}"#);
    t.finds(&[(r#"{"n":null}"#, "a"), (r#"{"n":1}"#, "b"), (r#"{"z":1}"#, "a"), (r#"{"n":{"$exists":true}}"#, "a b")])
        .await;
    let one = t.change(r#"{"s":"x"}"#, r#"{"s":"y"}"#).await.unwrap();
    assert!(one.is_some());
    assert_eq!(db.count(&t.read(r#"{"s":"y"}"#)).await.unwrap(), 1);
    let closed = t.change(r#"{"objectId":"a"}"#, r#"{"ACL":{}}"#).await.unwrap().unwrap();
    assert_eq!(closed.acl, Some(Acl::default()));
    assert_eq!(t.get("a").await, Some(closed));
    let gone = t.change(r#"{"objectId":"a"}"#, r#"{"n":{"__op":"Delete"},"q":{"__op":"Delete"}}"#).await.unwrap();
    assert_eq!(gone.map(|o| o.fields.contains_key("n")), Some(false));
    t.finds(&[(r#"{"n":{"$exists":false}}"#, "a")]).await;
}

/// A change of all takes every object that its filter finds, once; a wrong type is told.
pub async fn changes_all_that_match(db: &Bed) {
    let t = db.class("T", "n Number, s String").await;
    t.put([("a", r#"{"n":1}"#), ("b", r#"{"n":1,"s":"x"}"#), ("c", r#"{"n":2}"#), ("d", "{}")]).await;
    let all = |clause: &str, body: &str| t.update(clause, body);
    let plan = all(r#"{"n":1}"#, r#"{"n":{"__op":"Increment","amount":1},"s":{"__op":"Delete"}}"#);
    assert_eq!(db.change_all(&plan).await.unwrap(), 2);
    t.finds(&[(r#"{"n":2}"#, "a b c"), (r#"{"s":"x"}"#, ""), (r#"{"n":1}"#, "")]).await;
    assert_eq!(t.get("b").await.unwrap().fields["updatedAt"], Value::Date(LATER));
    let missing = all(r#"{"n":{"$exists":false}}"#, r#"{"n":{"__op":"Increment","amount":5}}"#);
    assert_eq!(db.change_all(&missing).await.unwrap(), 1);
    t.finds(&[(r#"{"n":5}"#, "d")]).await;
    let some = all(r#"{"objectId":{"$in":["a","d","z"]}}"#, r#"{"s":"y"}"#);
    assert_eq!(db.change_all(&some).await.unwrap(), 2);
    t.finds(&[(r#"{"s":"y"}"#, "a d")]).await;
    assert_eq!(db.change_all(&all(r#"{"n":99}"#, r#"{"s":"z"}"#)).await.unwrap(), 0);
    assert!(db.change_all(&all("{}", r#"{"n.x":1}"#)).await.is_err());
}

/// A delete takes every object that its filter finds.
pub async fn deletes_all_that_match(db: &Bed) {
    let t = db.class("T", "n Number, a Array").await;
    t.put([("a", r#"{"n":1}"#), ("b", r#"{"n":1}"#), ("c", r#"{"n":2,"a":[1]}"#), ("d", r#"{"a":[2]}"#)]).await;
    assert_eq!(t.write(Write::Delete(t.delete(r#"{"n":1}"#))).await.unwrap(), Outcome::Deleted(2));
    t.finds(&[("{}", "c d")]).await;
    assert_eq!(t.write(Write::Delete(t.delete(r#"{"a":2}"#))).await.unwrap(), Outcome::Deleted(1));
    assert_eq!(t.write(Write::Delete(t.delete("{}"))).await.unwrap(), Outcome::Deleted(1));
    t.finds(&[("{}", "")]).await;
}

/// Internal columns are stored, found, changed, and never shown.
pub async fn internals(db: &Bed) {
    let t = db.class("_User", "").await;
    let expires = r#"{"__type":"Date","iso":"2020-01-01T00:00:00.000Z"}"#;
    let body = format!(
        r#"{{"username":"a","_hashed_password":"h","_perishable_token":"t","_perishable_token_expires_at":{expires},
            "_failed_login_count":1}}"#
    );
    t.put([("a", body.as_str()), ("b", r#"{"username":"b"}"#)]).await;
    let stored = t.get("a").await.unwrap();
    assert_eq!(text(&stored), r#"{"username":"a"}"#);
    assert_eq!(stored.internal["_hashed_password"], Value::from("h"));
    t.finds(&[
        (r#"{"_perishable_token":"t"}"#, "a"),
        (r#"{"_perishable_token":"u"}"#, ""),
        (r#"{"_failed_login_count":{"$gt":0}}"#, "a"),
        (&format!(r#"{{"_perishable_token_expires_at":{{"$lt":{expires}}}}}"#), ""),
        (&format!(r#"{{"_perishable_token_expires_at":{{"$lte":{expires}}}}}"#), "a"),
    ])
    .await;
    let change = r#"{"_failed_login_count":{"__op":"Increment","amount":1},"_perishable_token":{"__op":"Delete"}}"#;
    let changed = t.change(r#"{"_failed_login_count":1}"#, change).await.unwrap().unwrap();
    assert_eq!(changed.internal["_failed_login_count"], Value::Number(2.0));
    assert!(!changed.internal.contains_key("_perishable_token"));
    assert_eq!(t.get("a").await, Some(changed));
    let plan = t.read("{}");
    let rows = db.find(&plan).await.unwrap();
    super::kit::shown(&rows, &plan).iter().for_each(|json| assert!(!json.contains("\"_"), "{json}"));
}
