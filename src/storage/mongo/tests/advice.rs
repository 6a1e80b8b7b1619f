//! What of a plan reaches the database besides its filter.

use std::collections::HashSet;

use mongodb::bson::{Document, doc};

use super::peer::{Kind, Peer};
use super::{class, connected};
use crate::access::{Advice, Preference, Read, Select};
use crate::model::{Map, Value};
use crate::storage::Storage;
use crate::storage::contract::kit::Class;

fn only(t: &Class<'_>, keys: &[&str]) -> Read {
    t.read("{}").selecting(Select::Only(keys.iter().map(|&key| key.to_owned()).collect::<HashSet<_>>()))
}

fn advice() -> Advice {
    let comment = Some("why".to_owned());
    Advice { hint: Some(Value::from("n_1")), comment, verbosity: Some("queryPlanner".to_owned()), preference: None }
}

fn assert_advised(command: &Document) {
    let (hint, comment) = (command.get_str("hint").unwrap(), command.get_str("comment").unwrap());
    assert_eq!((hint, comment), ("n_1", "why"), "{command}");
}

#[tokio::test]
async fn hints_and_comments() {
    let peer = Peer::start(Kind::Standalone);
    let mongo = connected(&peer, "").await;
    let t = class(&mongo, "T", "n Number");
    let plan = t.read("{}").advised(advice());
    mongo.find(&plan).await.unwrap();
    mongo.count(&plan).await.unwrap();
    mongo.explain(&plan).await.unwrap();
    let sent = peer.take();
    assert_eq!(sent.len(), 3);
    sent[..2].iter().for_each(|sent| assert_advised(&sent.command));
    assert_advised(sent[2].command.get_document("explain").unwrap());
    assert_eq!(sent[2].command.get_str("verbosity").unwrap(), "queryPlanner");
    let keys = Value::Object(Map::from([("n", Value::Number(-1.0))]));
    mongo.find(&t.read("{}").advised(Advice { hint: Some(keys), ..Advice::default() })).await.unwrap();
    let command = &peer.take()[0].command;
    assert_eq!(command.get_document("hint").unwrap(), &doc! { "n": -1 });
    assert!(!command.contains_key("comment"));
    assert_eq!(command.get_i32("batchSize").unwrap(), 1000);
}

#[tokio::test]
async fn preferences_choose_a_member() {
    let peer = Peer::start(Kind::ReplicaSet(2));
    let mongo = connected(&peer, "").await;
    let t = class(&mongo, "T", "n Number");
    for (preference, member) in [
        (None, 0),
        (Some(Preference::Primary), 0),
        (Some(Preference::PrimaryPreferred), 0),
        (Some(Preference::Secondary), 1),
        (Some(Preference::SecondaryPreferred), 1),
    ] {
        let plan = t.read("{}").advised(Advice { preference, ..Advice::default() });
        mongo.find(&plan).await.unwrap();
        mongo.count(&plan).await.unwrap();
        let sent = peer.take();
        assert!(sent.len() == 2 && sent.iter().all(|sent| sent.member == member), "{preference:?} {sent:?}");
    }
    let plan = t.read("{}").advised(Preference::Nearest.into());
    mongo.find(&plan).await.unwrap();
    let told = peer.take()[0].command.get_document("$readPreference").unwrap().clone();
    assert_eq!(told, doc! { "mode": "nearest" });
}

#[tokio::test]
async fn only_what_is_shown_is_sent() {
    let peer = Peer::start(Kind::Standalone);
    let mongo = connected(&peer, "").await;
    let t = class(&mongo, "T", "n Number, p Pointer T, r Relation T, o Object");
    // Plans of the server itself read all there is.
    mongo.find(&only(&t, &["n"])).await.unwrap();
    assert!(!peer.take()[0].command.contains_key("projection"));
    let open = |keys: &[&str]| super::requested(&t, keys);
    mongo.find(&open(&["n", "p", "r", "$score"])).await.unwrap();
    let sent = peer.take();
    let shown = sent[0].command.get_document("projection").unwrap();
    let mut names: Vec<&str> = shown.keys().map(String::as_str).collect();
    names.sort_unstable();
    let always = ["_created_at", "_id", "_p_p", "_rperm", "_updated_at", "_wperm", "n", "score"];
    assert_eq!(names, always);
    assert_eq!(shown.get_document("score").unwrap(), &doc! { "$meta": "textScore" });
    // Which providers there are, nobody knows.
    for (columns, hidden) in [("", None), ("friend Pointer _User, n Number", Some(doc! { "friend": 0 }))] {
        let users = class(&mongo, "_User", columns);
        mongo.find(&super::requested(&users, &["username", "authData"])).await.unwrap();
        assert_eq!(peer.take()[0].command.get_document("projection").ok(), hidden.as_ref());
    }
}
