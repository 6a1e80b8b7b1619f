//! The entries of relations, which hang on an object's write.

use super::kit::{Bed, Class};
use crate::access::{Join, Write, internal};
use crate::storage::{Outcome, Relation, SchemaChange, Side};

fn entry(field: &str, related: &str, add: bool) -> Join {
    Join { field: field.into(), related: related.into(), add }
}

async fn joined(db: &Bed, field: &str, side: Side, ids: &[&str]) -> String {
    let relation = Relation { class: "T".into(), field: field.into() };
    let ids: Vec<String> = ids.iter().map(|&id| id.to_owned()).collect();
    let mut found = db.joined(&relation, side, &ids).await.unwrap();
    found.sort();
    found.join(" ")
}

async fn change(t: &Class<'_>, id: &str, joins: Vec<Join>) {
    let update = t.update(&format!(r#"{{"objectId":"{id}"}}"#), r#"{"n":1}"#).with_joins(joins);
    assert!(matches!(t.write(Write::Update(update)).await.unwrap(), Outcome::Updated(Some(_))));
}

/// Adding twice is adding once; removing what is not there does nothing.
pub async fn entries(db: &Bed) {
    let t = db.class("T", "n Number, likes Relation U, other Relation U").await;
    t.put([("a", "{}"), ("b", "{}")]).await;
    change(&t, "a", vec![entry("likes", "x", true), entry("likes", "y", true), entry("likes", "x", true)]).await;
    change(&t, "b", vec![entry("likes", "y", true), entry("other", "z", true), entry("likes", "no", false)]).await;
    for (field, side, ids, found) in [
        ("likes", Side::Owning, vec!["a"], "x y"),
        ("likes", Side::Owning, vec!["b"], "y"),
        ("likes", Side::Owning, vec!["a", "b"], "x y"),
        ("likes", Side::Related, vec!["y"], "a b"),
        ("likes", Side::Related, vec!["x", "q"], "a"),
        ("other", Side::Owning, vec!["a"], ""),
        ("other", Side::Related, vec!["z"], "b"),
        ("likes", Side::Owning, vec![], ""),
        ("unknown", Side::Owning, vec!["a"], ""),
    ] {
        assert_eq!(joined(db, field, side, &ids).await, found, "{field} {side:?} {ids:?}");
    }
    change(&t, "a", vec![entry("likes", "x", false)]).await;
    assert_eq!(joined(db, "likes", Side::Owning, &["a"]).await, "y");
    assert!(!t.get("a").await.unwrap().fields.contains_key("likes"));
}

/// Entries come with a create, and do not come with an update that finds no object.
pub async fn with_writes(db: &Bed) {
    let t = db.class("T", "n Number, likes Relation U").await;
    let joins = vec![entry("likes", "x", true)];
    let object = Class::object("a", "{}");
    let create = internal("a test").create(std::sync::Arc::clone(&t.schema), object, joins.clone());
    assert_eq!(t.write(Write::Create(create.clone())).await.unwrap(), Outcome::Created);
    assert_eq!(joined(db, "likes", Side::Owning, &["a"]).await, "x");
    let update = t.update(r#"{"objectId":"b"}"#, r#"{"n":1}"#).with_joins(joins);
    assert_eq!(t.write(Write::Update(update)).await.unwrap(), Outcome::Updated(None));
    assert_eq!(joined(db, "likes", Side::Owning, &["b"]).await, "");
    assert!(t.write(Write::Create(create)).await.is_err());
    let many: Vec<Join> = (0..300).map(|i| entry("likes", &format!("m{i}"), true)).collect();
    change(&t, "a", many).await;
    let ids: Vec<String> = (0..300).map(|i| format!("m{i}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    assert_eq!(joined(db, "likes", Side::Related, &ids).await, "a");
    assert_eq!(joined(db, "likes", Side::Owning, &["a"]).await.split(' ').count(), 301);
}

/// Entries go with the column and with the class; deleting an object leaves them.
pub async fn removal(db: &Bed) {
    let t = db.class("T", "n Number, likes Relation U, other Relation U").await;
    t.put([("a", "{}")]).await;
    change(&t, "a", vec![entry("likes", "x", true), entry("other", "y", true)]).await;
    t.write(Write::Delete(t.delete(r#"{"objectId":"a"}"#))).await.unwrap();
    assert_eq!(joined(db, "likes", Side::Owning, &["a"]).await, "x");
    db.alter(SchemaChange::DeleteFields { class: "T".into(), fields: vec!["likes".into()] }).await.unwrap();
    assert_eq!(joined(db, "likes", Side::Owning, &["a"]).await, "");
    assert_eq!(joined(db, "other", Side::Owning, &["a"]).await, "y");
    db.alter(SchemaChange::AddFields { class: "T".into(), fields: super::kit::fields("likes Relation U") })
        .await
        .unwrap();
    assert_eq!(joined(db, "likes", Side::Owning, &["a"]).await, "");
    db.alter(SchemaChange::DropClass("T".into())).await.unwrap();
    db.class("T", "n Number, other Relation U").await;
    assert_eq!(joined(db, "other", Side::Owning, &["a"]).await, "");
}
