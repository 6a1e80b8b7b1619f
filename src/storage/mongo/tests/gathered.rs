//! Requests that come at the same time: fewer commands than requests, and to each what it would have got by itself.

use std::collections::HashSet;

use futures_util::future::join_all;

use super::peer::{Fault, Kind, Peer};
use super::{class, connected, engine};
use crate::access::{Join, Read, Write, internal};
use crate::error::Code;
use crate::model::{Date, Filter, Op, Value};
use crate::storage::contract::kit::Class;
use crate::storage::{Outcome, Storage};

const MANY: usize = 40;

fn id(i: usize) -> String {
    format!("o{i}")
}

fn by(groups: &[&str], read: Read) -> Read {
    read.for_groups(groups.iter().map(|&group| group.to_owned()).collect())
}

/// The ids of what each of some reads finds.
async fn found(db: &impl Storage, reads: &[Read]) -> Vec<Vec<String>> {
    let rows = join_all(reads.iter().map(|read| db.find(read))).await;
    rows.into_iter()
        .map(|rows| rows.map(|rows| (0..rows.len()).map(|i| rows.object(i).unwrap().id).collect()).unwrap())
        .collect()
}

async fn stored(t: &Class<'_>) -> HashSet<String> {
    found_all(t).await.into_iter().collect()
}

async fn found_all(t: &Class<'_>) -> Vec<String> {
    t.ids(&t.read("{}")).await.split_whitespace().map(str::to_owned).collect()
}

#[tokio::test]
async fn each_gets_its_own_object() {
    let Some((uri, _keep)) = engine() else { return };
    let peer = Peer::before(&uri);
    let mongo = connected(&peer, "").await;
    let t = class(&mongo, "T", "n Number");
    for i in 0..MANY {
        let acl = if i % 2 == 0 { r#"{"u":{"read":true}}"# } else { r#"{"*":{"read":true}}"# };
        t.write(t.create(&id(i), &format!(r#"{{"n":{i},"ACL":{acl}}}"#))).await.unwrap();
    }
    peer.take();
    let read = |i: usize| t.read_by(Filter::eq("objectId", id(i)));
    let all: Vec<Read> = (0..MANY).chain([3, 3, MANY]).map(read).collect();
    let expected = |may: &dyn Fn(usize) -> bool| -> Vec<Vec<String>> {
        let shown = |i: usize| (i < MANY && may(i)).then(|| id(i)).into_iter().collect();
        (0..MANY).chain([3, 3, MANY]).map(shown).collect()
    };
    assert_eq!(found(&mongo, &all).await, expected(&|_| true));
    let sent = peer.take().len();
    assert!(sent < all.len() / 3, "{sent} commands for {} reads", all.len());
    // Those who may see less are asked for apart.
    let (user, public): (Vec<Read>, Vec<Read>) =
        all.into_iter().map(|read| (by(&["*", "u"], read.clone()), by(&["*"], read))).unzip();
    let (user, public) = tokio::join!(found(&mongo, &user), found(&mongo, &public));
    assert_eq!(user, expected(&|_| true));
    assert_eq!(public, expected(&|i| i % 2 == 1));
}

#[tokio::test]
async fn one_that_is_refused_does_not_hinder_the_others() {
    let Some((uri, _keep)) = engine() else { return };
    let peer = Peer::before(&uri);
    let mongo = connected(&peer, "").await;
    let t = class(&mongo, "T", "n Number");
    t.write(t.create(&id(17), r#"{"n":17}"#)).await.unwrap();
    peer.take();
    let done = join_all((0..MANY).map(|i| t.write(t.create(&id(i), &format!(r#"{{"n":{i}}}"#))))).await;
    for (i, done) in done.into_iter().enumerate() {
        let code = done.err().map(|error| error.code());
        assert_eq!(code, (i == 17).then_some(Some(Code::DuplicateValue)), "{i}");
    }
    let sent = peer.take().len();
    assert!(sent < MANY / 3, "{sent} commands for {MANY} new objects");
    assert_eq!(stored(&t).await, (0..MANY).map(id).collect());
    assert_eq!(found_all(&t).await.len(), MANY);
}

#[tokio::test]
async fn all_hear_of_a_database_that_fails() {
    let peer = Peer::start(Kind::Standalone);
    let mongo = connected(&peer, "").await;
    let t = class(&mongo, "T", "n Number");
    for (command, code) in [("find", 50), ("insert", 50)] {
        (0..MANY).for_each(|_| peer.plays(command, Fault::error(code, "operation exceeded time limit")));
        let done: Vec<_> = match command {
            "find" => {
                let reads: Vec<Read> = (0..MANY).map(|i| t.read_by(Filter::eq("objectId", id(i)))).collect();
                join_all(reads.iter().map(|read| mongo.find(read))).await.into_iter().map(|r| r.map(drop)).collect()
            }
            _ => join_all((0..MANY).map(|i| t.write(t.create(&id(i), "{}"))))
                .await
                .into_iter()
                .map(|r| r.map(drop))
                .collect(),
        };
        assert!(done.iter().all(|done| done.as_ref().err().and_then(|e| e.code()) == Some(Code::Timeout)), "{command}");
        assert!(peer.take().len() < MANY / 3, "{command}");
    }
}

#[tokio::test]
async fn each_change_is_done_once_whoever_else_finds_nothing() {
    let Some((uri, _keep)) = engine() else { return };
    let peer = Peer::before(&uri);
    let mongo = connected(&peer, "").await;
    let t = class(&mongo, "T", "n Number");
    let may = |i: usize| i % 10 != 3 && i < MANY;
    for i in 0..MANY {
        let acl = if may(i) { r#"{"u":{"write":true}}"# } else { r#"{"v":{"write":true}}"# };
        t.write(t.create(&id(i), &format!(r#"{{"n":-1,"ACL":{acl}}}"#))).await.unwrap();
    }
    // All are found, then some are missing or closed, and two want the same.
    for (round, wanted) in
        [(0, (0..MANY).filter(|i| may(*i)).collect::<Vec<_>>()), (1, (0..MANY + 3).chain([4, 4]).collect())]
    {
        peer.take();
        let change = |i: usize| {
            let set = vec![("n".into(), Op::Set(Value::Number((round * 1000 + i) as f64)))];
            let plan =
                internal("a test").update(t.schema.clone(), Filter::eq("objectId", id(i)), set, Date(round as i64));
            t.write(Write::Update(plan.unseen().for_groups(["*", "u"].map(str::to_owned).to_vec())))
        };
        let done = join_all(wanted.iter().map(|i| change(*i))).await;
        let sent = peer.take().len();
        assert!(sent < wanted.len() / 2, "{sent} commands for {} changes", wanted.len());
        for (i, done) in wanted.iter().zip(done) {
            let Outcome::Updated(object) = done.unwrap() else { panic!("no update") };
            assert_eq!(object.map(|object| object.id), may(*i).then(|| id(*i)), "{i}");
            let stored = t.get(&id(*i)).await.map(|object| object.fields.get("n").cloned());
            let expected = if may(*i) { (round * 1000 + i) as f64 } else { -1.0 };
            assert_eq!(stored, (*i < MANY).then_some(Some(Value::Number(expected))), "{i}");
        }
    }
}

#[tokio::test]
async fn every_command_that_writes_says_how_many_members_it_must_reach() {
    let peer = Peer::start(Kind::Standalone);
    let mongo = connected(&peer, "w=majority&wtimeoutMS=5000").await;
    let t = class(&mongo, "T", "n Number, r Relation T");
    let join = Join { field: "r".into(), related: "b".into(), add: true };
    drop(t.write(Write::Update(t.update(r#"{"objectId":"a"}"#, "{}").with_joins(vec![join]))).await);
    let change =
        |i: usize| t.write(Write::Update(t.update(&format!(r#"{{"objectId":"o{i}"}}"#), r#"{"n":1}"#).unseen()));
    join_all((0..MANY).map(change)).await;
    t.write(t.create("a", "{}")).await.unwrap();
    let mut seen = HashSet::new();
    for sent in peer.take().into_iter().filter(|sent| sent.name != "find") {
        let concern = sent.command.get_document("writeConcern").cloned();
        assert_eq!(concern.unwrap().get_str("w").ok(), Some("majority"), "{}", sent.name);
        seen.insert(sent.name);
    }
    assert_eq!(seen, ["findAndModify", "update", "insert"].map(str::to_owned).into());
}

#[tokio::test]
async fn what_the_database_refuses_of_many_each_asks_by_itself() {
    const REFUSED: usize = 5;
    let peer = Peer::start(Kind::Standalone);
    let mongo = connected(&peer, "").await;
    let t = class(&mongo, "T", "n Number");
    for command in ["find", "insert"] {
        (0..REFUSED).for_each(|_| peer.plays(command, Fault::error(2, "not so")));
        let failed = match command {
            "find" => {
                let reads: Vec<Read> = (0..MANY).map(|i| t.read_by(Filter::eq("objectId", id(i)))).collect();
                join_all(reads.iter().map(|read| mongo.find(read))).await.iter().filter(|done| done.is_err()).count()
            }
            _ => {
                let creates = (0..MANY).map(|i| t.write(t.create(&id(i), "{}")));
                join_all(creates).await.iter().filter(|done| done.is_err()).count()
            }
        };
        assert!(failed <= REFUSED, "{failed} {command}s failed");
    }
    let long = "x".repeat(1 << 20);
    assert!(mongo.find(&t.read_by(Filter::eq("objectId", long))).await.unwrap().is_empty());
}
