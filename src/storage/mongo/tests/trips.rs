//! How often the database is asked: each command on its way to a real engine is counted.

use super::peer::Peer;
use super::{class, connected, engine};
use crate::access::{Join, Write};
use crate::model::Filter;
use crate::storage::contract::kit::{Class, keys};
use crate::storage::{Lineage, Relation, SchemaChange, Side, Storage};

fn creates(t: &Class<'_>, number: usize) -> Vec<Write> {
    (0..number).map(|i| t.create(&format!("o{i}"), r#"{"n":1}"#)).collect()
}

#[tokio::test]
async fn one_command_does() {
    let Some((uri, _keep)) = engine() else { return };
    let peer = Peer::before(&uri);
    let mongo = connected(&peer, "").await;
    let t = class(&mongo, "T", "n Number, r Relation T");
    let said = |what: &str, told: &[&str]| assert_eq!(peer.told(), told, "{what}");
    t.write(t.create("a", r#"{"n":1}"#)).await.unwrap();
    said("create", &["insert T"]);
    mongo.find(&t.read_by(Filter::eq("objectId", "a"))).await.unwrap();
    said("get", &["find T"]);
    t.change(r#"{"objectId":"a"}"#, r#"{"n":2}"#).await.unwrap().unwrap();
    said("update", &["findAndModify T"]);
    t.write(Write::Delete(t.delete(r#"{"objectId":"a"}"#))).await.unwrap();
    said("delete", &["delete T"]);
    let done = mongo.write(creates(&t, 50), false).await.unwrap();
    assert!(done.len() == 50 && done.iter().all(Result::is_ok));
    said("50 creates", &["insert T"]);
    let groups = ["*", "u1", "role:a"].map(str::to_owned).to_vec();
    let plan = t.read(r#"{"n":1}"#).ordered(keys("-createdAt")).window(0, Some(100)).for_groups(groups);
    assert_eq!(mongo.find(&plan).await.unwrap().len(), 50);
    said("find with ACL", &["find T"]);
    assert_eq!(mongo.count(&plan).await.unwrap(), 50);
    said("count", &["aggregate T"]);
    let join = |related: &str, add| Join { field: "r".into(), related: related.into(), add };
    let update =
        t.update(r#"{"objectId":"o1"}"#, "{}").with_joins(vec![join("o2", true), join("o3", true), join("o4", false)]);
    t.write(Write::Update(update)).await.unwrap();
    said("relations", &["findAndModify T", "update _Join:r:T", "delete _Join:r:T"]);
    let r = Relation { class: "T".into(), field: "r".into() };
    assert_eq!(mongo.joined(&r, Side::Owning, &["o1".into()]).await.unwrap().len(), 2);
    said("entries", &["find _Join:r:T"]);
    // Who holds o3, who holds these, and so on: o1, and what is above it.
    for (owner, held) in [("o5", "o1"), ("o6", "o5"), ("o1", "o6"), ("o7", "o9")] {
        let update = t.update(&format!(r#"{{"objectId":"{owner}"}}"#), "{}").with_joins(vec![join(held, true)]);
        t.write(Write::Update(update)).await.unwrap();
    }
    peer.take();
    let Lineage { first, mut above } = mongo.lineage(&r, &r, "o3").await.unwrap().unwrap();
    above.sort();
    let above: Vec<String> = above.into_iter().map(|(owner, held)| format!("{owner}>{held}")).collect();
    assert_eq!((first.join(" "), above.join(" ")), ("o1".to_owned(), "o1>o6 o5>o1 o6>o5".to_owned()));
    assert_eq!(mongo.lineage(&r, &r, "nothing").await.unwrap().unwrap(), Lineage::default());
    said("lineages", &["aggregate _Join:r:T", "aggregate _Join:r:T"]);
}

#[tokio::test]
async fn groups_and_names_cost_more() {
    let Some((uri, _keep)) = engine() else { return };
    let peer = Peer::before(&uri);
    let mongo = connected(&peer, "").await;
    for field in ["username", "email"] {
        mongo.alter(SchemaChange::EnsureUniqueText { class: "_User".into(), field: field.into() }).await.unwrap();
    }
    peer.take();
    let (t, u) = (class(&mongo, "T", "n Number"), class(&mongo, "_User", "n Number"));
    let said = |what: &str, told: &[&str]| assert_eq!(peer.told(), told, "{what}");
    u.write(u.create("a", r#"{"username":"ann","email":"a@x"}"#)).await.unwrap();
    said("sign-up", &["find _User", "insert _User", "find _User"]);
    u.change(r#"{"objectId":"a"}"#, r#"{"n":1}"#).await.unwrap().unwrap();
    said("another field", &["findAndModify _User"]);
    u.change(r#"{"objectId":"a"}"#, r#"{"username":"Ann"}"#).await.unwrap().unwrap();
    said("another name", &["find _User", "find _User", "findAndModify _User", "find _User"]);
    mongo.write(creates(&t, 50), true).await.unwrap();
    said("a group of 50 on a standalone server", &["insert T"]);
}
