//! Values that must be unique: 137 with the field.

use super::kit::{Bed, Class};
use crate::error::{Code, Error};
use crate::storage::SchemaChange;

async fn ensure(db: &Bed, field: &str) -> crate::error::Result<()> {
    db.alter(SchemaChange::EnsureUnique { class: "_User".into(), field: field.into() }).await
}

fn assert_taken(error: &Error, field: &str) {
    assert_eq!((error.code(), error.duplicate_field()), (Some(Code::DuplicateValue), Some(field)));
    assert_eq!(error.client_message(true), Some("A duplicate value for a field with unique values was provided"));
}

async fn users(db: &Bed) -> Class<'_> {
    let t = db.class("_User", "n Number").await;
    ensure(db, "username").await.unwrap();
    ensure(db, "email").await.unwrap();
    t.put([("a", r#"{"username":"ann","email":"a@x"}"#), ("b", r#"{"username":"bob"}"#)]).await;
    t
}

/// On create and on update; which of several, too.
pub async fn names_the_field(db: &Bed) {
    let t = users(db).await;
    assert_taken(&t.write(t.create("c", r#"{"username":"ann"}"#)).await.unwrap_err(), "username");
    assert_taken(&t.write(t.create("c", r#"{"username":"c","email":"a@x"}"#)).await.unwrap_err(), "email");
    let own = r#"{"objectId":"b"}"#;
    assert_taken(&t.change(own, r#"{"username":"ann","n":1}"#).await.unwrap_err(), "username");
    assert_taken(&t.change(own, r#"{"email":"a@x"}"#).await.unwrap_err(), "email");
    t.finds(&[("{}", "a b"), (r#"{"n":1}"#, "")]).await;
    let same = t.change(r#"{"objectId":"a"}"#, r#"{"username":"ann","n":2}"#).await.unwrap();
    assert!(same.is_some());
    t.change(r#"{"objectId":"a"}"#, r#"{"username":"anna"}"#).await.unwrap();
    t.write(t.create("c", r#"{"username":"ann"}"#)).await.unwrap();
    t.write(t.create("d", r#"{"username":"ANN"}"#)).await.unwrap();
}

/// Whatever the case of the letters, on values that are there and on new ones.
pub async fn in_any_case(db: &Bed) {
    let t = db.class("_User", "n Number").await;
    t.put([("a", r#"{"username":"Ann"}"#), ("b", r#"{"username":"bob"}"#), ("c", "{}")]).await;
    db.alter(SchemaChange::EnsureUniqueText { class: "_User".into(), field: "username".into() }).await.unwrap();
    db.alter(SchemaChange::EnsureUniqueText { class: "_User".into(), field: "username".into() }).await.unwrap();
    assert_taken(&t.write(t.create("d", r#"{"username":"aNN"}"#)).await.unwrap_err(), "username");
    assert_taken(
        &t.write(t.create("d", r#"{"username":"Ä"}"#))
            .await
            .map(|_| ())
            .map_or_else(|e| e, |()| Error::duplicate(Some("username".into()))),
        "username",
    );
    let own = r#"{"objectId":"b"}"#;
    assert_taken(&t.change(own, r#"{"username":"ANN"}"#).await.unwrap_err(), "username");
    t.change(own, r#"{"username":"BOB"}"#).await.unwrap();
    t.change(r#"{"objectId":"a"}"#, r#"{"username":{"__op":"Delete"}}"#).await.unwrap();
    t.write(t.create("e", r#"{"username":"ann"}"#)).await.unwrap();
    t.write(t.create("f", "{}")).await.unwrap();
    t.finds(&[(r#"{"username":"ann"}"#, "e"), (r#"{"username":"ANN"}"#, ""), (r#"{"username":"BOB"}"#, "b")]).await;
}

/// Objects without the field do not stand in each other's way.
pub async fn missing_is_free(db: &Bed) {
    let t = users(db).await;
    for id in ["c", "d", "e"] {
        t.write(t.create(id, "{}")).await.unwrap();
    }
    t.change(r#"{"objectId":"a"}"#, r#"{"username":{"__op":"Delete"}}"#).await.unwrap();
    t.finds(&[(r#"{"username":{"$exists":false}}"#, "a c d e")]).await;
}

/// The id of a provider below `authData`.
pub async fn below_a_column(db: &Bed) {
    let t = users(db).await;
    ensure(db, "authData.fb.id").await.unwrap();
    let linked = |provider: &str, id: &str| format!(r#"{{"authData":{{"{provider}":{{"id":"{id}"}}}}}}"#);
    t.write(t.create("c", &linked("fb", "1"))).await.unwrap();
    t.write(t.create("d", &linked("fb", "2"))).await.unwrap();
    t.write(t.create("e", &linked("gg", "1"))).await.unwrap();
    t.write(t.create("f", "{}")).await.unwrap();
    assert_taken(&t.write(t.create("g", &linked("fb", "1"))).await.unwrap_err(), "authData.fb.id");
    let taken = t.change(r#"{"objectId":"d"}"#, r#"{"authData.fb":{"id":"1"}}"#).await.unwrap_err();
    assert_taken(&taken, "authData.fb.id");
    t.finds(&[(r#"{"authData.fb.id":"1"}"#, "c"), (r#"{"authData.fb.id":"2"}"#, "d")]).await;
}

/// Over values that are not unique there can be no such index; afterwards nothing is otherwise than before.
pub async fn refuses_what_is_there(db: &Bed) {
    let t = db.class("_User", "").await;
    t.put([("a", r#"{"email":"x"}"#), ("b", r#"{"email":"x"}"#), ("c", r#"{"username":"c"}"#)]).await;
    let refused = ensure(db, "email").await.unwrap_err();
    assert_eq!(refused.code(), Some(Code::DuplicateValue));
    ensure(db, "username").await.unwrap();
    ensure(db, "username").await.unwrap();
    t.write(t.create("d", r#"{"email":"x"}"#)).await.unwrap();
    t.change(r#"{"objectId":"a"}"#, r#"{"email":"y"}"#).await.unwrap();
    t.finds(&[("{}", "a b c d"), (r#"{"email":"x"}"#, "b d")]).await;
}

/// Ids are unique in their class, and told apart by case.
pub async fn ids(db: &Bed) {
    let (t, u) = (db.class("T", "").await, db.class("U", "").await);
    t.put([("a", "{}"), ("A", "{}")]).await;
    u.put([("a", "{}")]).await;
    let taken = t.write(t.create("a", "{}")).await.unwrap_err();
    assert_eq!(taken.code(), Some(Code::DuplicateValue));
    t.finds(&[(r#"{"objectId":"A"}"#, "A"), (r#"{"objectId":"a"}"#, "a")]).await;
}
