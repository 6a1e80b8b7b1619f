//! What a database does wrong, and what becomes of requests then.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use mongodb::bson::doc;

use super::peer::{Fault, Kind, Peer};
use super::{class, connected};
use crate::access::{Limits, Read, Write, internal};
use crate::error::Code;
use crate::storage::contract::kit::Class;
use crate::storage::{SchemaChange, Storage};

fn within(t: &Class<'_>, clause: &str, time: Duration) -> Read {
    internal("a test").read(t.schema.clone(), t.filter(clause), Limits { deadline: Some(Instant::now() + time) })
}

#[tokio::test]
async fn a_taken_value_is_told_by_the_name_of_its_index() {
    let peer = Peer::start(Kind::Standalone);
    let mongo = connected(&peer, "").await;
    let t = class(&mongo, "_User", "");
    for (text, field) in [
        (
            "E11000 duplicate key error collection: db._User index: username_1 dup key: { username: \"ann\" }",
            Some("username"),
        ),
        ("E11000 duplicate key error index: db._User.$email_1 dup key: { : \"a@x\" }", Some("email")),
        ("E11000 duplicate key error collection: db._User index: _auth_data_fb_id dup key", Some("authData.fb.id")),
        ("Duplicate key violation on the requested collection: Index '_id_'", None),
    ] {
        peer.plays("insert", Fault::refused(11000, text));
        let refused = t.write(t.create("a", r#"{"username":"ann"}"#)).await.unwrap_err();
        assert_eq!((refused.code(), refused.duplicate_field()), (Some(Code::DuplicateValue), field), "{text}");
        peer.plays("findAndModify", Fault::error(11000, text));
        let refused = t.change(r#"{"objectId":"a"}"#, r#"{"username":"ann"}"#).await.unwrap_err();
        assert_eq!((refused.code(), refused.duplicate_field()), (Some(Code::DuplicateValue), field), "{text}");
    }
}

#[tokio::test]
async fn an_index_for_places_is_made_from_what_is_asked() {
    for code in [291, 17007, 27] {
        let peer = Peer::start(Kind::Standalone);
        let mongo = connected(&peer, "").await;
        let t = class(&mongo, "T", "place GeoPoint");
        peer.plays("find", Fault::error(code, "words of which nothing can be told"));
        let near = r#"{"place":{"$nearSphere":{"__type":"GeoPoint","latitude":1,"longitude":2}}}"#;
        assert!(mongo.find(&t.read(near)).await.unwrap().is_empty());
        let sent = peer.take();
        assert_eq!(sent.iter().map(|sent| sent.name.as_str()).collect::<Vec<_>>(), ["find", "createIndexes", "find"]);
        let index = sent[1].command.get_array("indexes").unwrap()[0].as_document().unwrap();
        assert_eq!(index.get_document("key").unwrap(), &doc! { "place": "2d" }, "{code}");
    }
}

#[tokio::test]
async fn a_cut_connection_costs_an_error_at_most() {
    let peer = Peer::start(Kind::Standalone);
    let mongo = connected(&peer, "").await;
    let t = class(&mongo, "T", "n Number");
    peer.plays("find", Fault::Cut);
    mongo.find(&t.read("{}")).await.unwrap();
    (0..2).for_each(|_| peer.plays("find", Fault::CutAfter));
    let failed = mongo.find(&t.read("{}")).await.err().unwrap();
    assert_eq!((failed.code(), failed.client_message(true)), (Some(Code::InternalServerError), Some("Database error")));
    mongo.find(&t.read("{}")).await.unwrap();
    peer.plays("insert", Fault::Cut);
    assert_eq!(t.write(t.create("a", "{}")).await.unwrap_err().code(), Some(Code::InternalServerError));
    peer.cut();
    t.write(t.create("a", "{}")).await.unwrap();
}

#[tokio::test]
async fn a_write_is_tried_once_more_where_the_database_tells_it_from_another() {
    let peer = Peer::start(Kind::ReplicaSet(1));
    let mongo = connected(&peer, "").await;
    let t = class(&mongo, "T", "n Number");
    peer.plays("insert", Fault::CutAfter);
    t.write(t.create("a", "{}")).await.unwrap();
    let sent = peer.take();
    assert_eq!(sent.len(), 2);
    assert!(sent[0].command.get_i64("txnNumber").is_ok());
    assert_eq!(sent[0].command.get("txnNumber"), sent[1].command.get("txnNumber"));
}

#[tokio::test]
async fn another_primary_is_found() {
    let peer = Peer::start(Kind::ReplicaSet(2));
    let mongo = connected(&peer, "").await;
    let t = class(&mongo, "T", "n Number");
    for (command, member) in [("insert", 1), ("find", 0), ("delete", 1)] {
        peer.plays(command, Fault::Elect);
        let done = match command {
            "insert" => t.write(t.create("a", "{}")).await.map(drop),
            "find" => mongo.find(&t.read("{}")).await.map(drop),
            // Of this one the database could not tell a second try from the first.
            _ => t.write(Write::Delete(t.delete("{}"))).await.map(drop).or(Ok(())),
        };
        done.unwrap();
        t.write(t.create("b", "{}")).await.unwrap();
        assert_eq!(peer.take().last().unwrap().member, member, "{command}");
    }
}

#[tokio::test]
async fn the_database_is_told_the_deadline_and_not_waited_for_longer() {
    let peer = Peer::start(Kind::Standalone);
    let mongo = connected(&peer, "").await;
    let t = class(&mongo, "T", "n Number");
    mongo.find(&within(&t, "{}", Duration::from_secs(5))).await.unwrap();
    mongo.find(&t.read("{}")).await.unwrap();
    let sent = peer.take();
    let told = sent[0].command.get("maxTimeMS").and_then(|time| time.as_i32().map(i64::from).or(time.as_i64()));
    assert!((4000..=5000).contains(&told.unwrap()), "{told:?}");
    assert!(!sent[1].command.contains_key("maxTimeMS"));
    peer.plays("find", Fault::error(50, "operation exceeded time limit"));
    let late = mongo.find(&within(&t, "{}", Duration::from_secs(5))).await.err().unwrap();
    assert_eq!(late.code(), Some(Code::Timeout));
    peer.plays("find", Fault::Late(Duration::from_millis(200)));
    mongo.find(&within(&t, "{}", Duration::from_secs(5))).await.unwrap();
    peer.plays("find", Fault::Silent);
    let late = mongo.find(&within(&t, "{}", Duration::from_millis(50))).await.err().unwrap();
    assert_eq!(late.code(), Some(Code::Timeout));
    mongo.find(&t.read("{}")).await.unwrap();
}

#[tokio::test]
async fn a_frozen_server_holds_nobody_for_ever() {
    let peer = Peer::start(Kind::Standalone);
    let fast = "heartbeatFrequencyMS=500&connectTimeoutMS=500&serverSelectionTimeoutMS=500&maxPoolSize=10";
    let mongo = connected(&peer, fast).await;
    let t = class(&mongo, "T", "n Number");
    t.write(t.create("a", "{}")).await.unwrap();
    peer.freeze(true);
    let reads = (0..200).map(|_| {
        let plan = within(&t, "{}", Duration::from_millis(300));
        let mongo = &mongo;
        async move { mongo.find(&plan).await.err().and_then(|e| e.code()) }
    });
    let writes = (0..50).map(|i| t.write(t.create(&i.to_string(), "{}")));
    // Neither has a bound of its own here but what is tested: a hang is a failure.
    let both = async { (join_all(reads).await, join_all(writes).await) };
    let (read, written) = tokio::time::timeout(Duration::from_secs(60), both).await.expect("some wait for ever");
    let told = [Some(Code::Timeout), Some(Code::InternalServerError)];
    assert!(read.iter().all(|code| told.contains(code)), "{read:?}");
    assert!(written.iter().all(|done| done.as_ref().is_err_and(|e| told.contains(&e.code()))), "{written:?}");
    assert!(peer.connections() < 100, "{}", peer.connections());
    peer.freeze(false);
    let until = Instant::now() + Duration::from_secs(60);
    while t.write(t.create("b", "{}")).await.is_err() {
        assert!(Instant::now() < until, "it does not heal");
    }
    mongo.find(&t.read("{}")).await.unwrap();
}

#[tokio::test]
async fn a_database_that_cannot_follow_entries_is_asked_once() {
    let peer = Peer::start(Kind::Standalone);
    let mongo = connected(&peer, "").await;
    let r = crate::storage::Relation { class: "_Role".into(), field: "roles".into() };
    peer.plays("aggregate", Fault::error(11600, "interrupted at shutdown"));
    peer.plays("aggregate", Fault::error(11600, "interrupted at shutdown"));
    mongo.lineage(&r, &r, "a").await.unwrap_err();
    assert!(mongo.lineage(&r, &r, "a").await.unwrap().is_some());
    peer.take();
    peer.plays("aggregate", Fault::error(40324, "Unrecognized pipeline stage name: '$graphLookup'"));
    assert_eq!(mongo.lineage(&r, &r, "a").await.unwrap(), None);
    assert_eq!(mongo.lineage(&r, &r, "a").await.unwrap(), None);
    assert_eq!(peer.told(), ["aggregate _Join:roles:_Role"]);
}

#[tokio::test]
async fn names_are_kept_apart_by_case_too() {
    let peer = Peer::start(Kind::Standalone);
    let mongo = connected(&peer, "").await;
    for field in ["username", "email"] {
        mongo.alter(SchemaChange::EnsureUniqueText { class: "_User".into(), field: field.into() }).await.unwrap();
    }
    peer.take();
    let t = class(&mongo, "_User", "");
    let found = |name: &str| {
        let first =
            doc! { "id": 0_i64, "ns": "db._User", "firstBatch": [{ "_id": "z", "username": name, "email": "A@x" }] };
        Fault::Answer(doc! { "ok": 1, "cursor": first })
    };
    let none = || Fault::Answer(doc! { "ok": 1, "cursor": { "id": 0_i64, "ns": "db._User", "firstBatch": [] } });
    t.write(t.create("a", r#"{"username":"ann","email":"a@x"}"#)).await.unwrap();
    assert_eq!(peer.told(), ["find _User", "insert _User", "find _User"]);
    // Another process stores the same name between the first look and the write.
    peer.plays("find", none());
    peer.plays("find", found("ANN"));
    let refused = t.write(t.create("a", r#"{"username":"ann","email":"b@x"}"#)).await.unwrap_err();
    assert_eq!(refused.duplicate_field(), Some("username"));
    assert_eq!(peer.told(), ["find _User", "insert _User", "find _User", "delete _User"]);
    // The same when a name is changed: the old one comes back.
    let row = doc! { "_id": "a", "username": "old", "n": 1 };
    peer.plays(
        "find",
        Fault::Answer(doc! { "ok": 1, "cursor": { "id": 0_i64, "ns": "db._User", "firstBatch": [row] } }),
    );
    peer.plays("find", none());
    peer.plays("findAndModify", Fault::Answer(doc! { "ok": 1, "value": { "_id": "a", "username": "ann" } }));
    peer.plays("find", found("ANN"));
    let refused = t.change(r#"{"objectId":"a"}"#, r#"{"username":"ann"}"#).await.unwrap_err();
    assert_eq!(refused.duplicate_field(), Some("username"));
    let sent = peer.take();
    let back = sent.last().unwrap().command.get_array("updates").unwrap()[0].as_document().unwrap();
    assert_eq!(back.get_document("q").unwrap(), &doc! { "_id": "a" });
    let change = back.get_document("u").unwrap();
    assert_eq!(change, &doc! { "$set": { "username": "old" }, "$unset": { "_updated_at": "" } });
}
