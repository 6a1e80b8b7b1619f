//! All-or-nothing groups on databases with transactions, and on those without.

use mongodb::bson::{Bson, Document, doc};

use super::peer::{Fault, Kind, Peer, Sent};
use super::{class, connected};
use crate::access::Write;
use crate::error::{Code, Result};
use crate::storage::contract::kit::Class;
use crate::storage::{Outcome, Storage};

const TRANSIENT: [&str; 1] = ["TransientTransactionError"];
const UNKNOWN: [&str; 1] = ["UnknownTransactionCommitResult"];
const ALL: [&str; 4] = ["insert T", "findAndModify T", "delete T", "commitTransaction"];

/// Two new objects, a change, a delete.
fn group(t: &Class<'_>) -> Vec<Write> {
    let update = t.update(r#"{"objectId":"c"}"#, r#"{"n":2}"#);
    vec![t.create("a", "{}"), t.create("b", "{}"), Write::Update(update), Write::Delete(t.delete(r#"{"n":1}"#))]
}

fn changed() -> Fault {
    Fault::Answer(doc! { "ok": 1, "value": { "_id": "c", "n": 2 } })
}

async fn run(peer: &Peer) -> Vec<Result<Outcome>> {
    let mongo = connected(peer, "").await;
    let t = class(&mongo, "T", "n Number");
    mongo.write(group(&t), true).await.unwrap()
}

fn assert_all(done: &[Result<Outcome>]) {
    assert!(done.len() == 4 && done.iter().all(Result::is_ok), "{done:?}");
}

/// Are these the commands of one transaction, begun by the first? Gives what tells it from others.
fn assert_one_transaction(sent: &[Sent]) -> (Option<&Bson>, i64) {
    let number = |command: &Document| command.get_i64("txnNumber").unwrap();
    for (at, Sent { command, .. }) in sent.iter().enumerate() {
        assert_eq!(command.get_bool("startTransaction").unwrap_or(false), at == 0, "{command}");
        assert!(!command.get_bool("autocommit").unwrap(), "{command}");
        assert_eq!(command.get("lsid"), sent[0].command.get("lsid"));
        assert_eq!(number(command), number(&sent[0].command));
    }
    (sent[0].command.get("lsid"), number(&sent[0].command))
}

fn names(sent: &[Sent]) -> Vec<String> {
    sent.iter().map(|one| format!("{} {}", one.name, one.collection).trim_end().to_owned()).collect()
}

#[tokio::test]
async fn a_group_is_one_transaction() {
    for kind in [Kind::ReplicaSet(1), Kind::Mongos] {
        let peer = Peer::start(kind);
        peer.plays("findAndModify", changed());
        assert_all(&run(&peer).await);
        let sent = peer.take();
        assert_eq!(names(&sent), ALL, "{kind:?}");
        assert_one_transaction(&sent);
    }
}

#[tokio::test]
async fn what_misses_or_fails_aborts() {
    let peer = Peer::start(Kind::ReplicaSet(1));
    let done = run(&peer).await;
    assert_eq!(done.len(), 3);
    assert_eq!(done[2].as_ref().unwrap(), &Outcome::Updated(None));
    assert_eq!(peer.told(), ["insert T", "findAndModify T", "abortTransaction"]);
    peer.plays("insert", Fault::refused(11000, "E11000 duplicate key error collection: db.T index: _id_ dup key: { }"));
    let done = run(&peer).await;
    assert_eq!(done.last().unwrap().as_ref().unwrap_err().code(), Some(Code::DuplicateValue));
    assert_eq!(peer.told(), ["insert T", "abortTransaction"]);
}

#[tokio::test]
async fn what_may_succeed_is_tried_again_as_a_whole() {
    for fault in [Fault::labelled(112, "WriteConflict", &TRANSIENT), Fault::Cut] {
        let peer = Peer::start(Kind::ReplicaSet(1));
        peer.plays("findAndModify", fault.clone());
        peer.plays("findAndModify", changed());
        assert_all(&run(&peer).await);
        let sent = peer.take();
        let (failed, again) = sent.split_at(sent.len() - 4);
        assert_eq!(names(&failed[..2]), ["insert T", "findAndModify T"], "{fault:?}");
        assert!(failed[2..].iter().all(|sent| sent.name == "abortTransaction"), "{fault:?}");
        assert_eq!(names(again), ALL, "{fault:?}");
        assert_ne!(assert_one_transaction(&failed[..2]), assert_one_transaction(again));
    }
}

#[tokio::test]
async fn a_commit_is_sent_again_while_nobody_knows() {
    for fault in [
        Fault::labelled(91, "ShutdownInProgress", &UNKNOWN),
        Fault::labelled(64, "WriteConcernFailed", &UNKNOWN),
        Fault::CutAfter,
    ] {
        let peer = Peer::start(Kind::ReplicaSet(1));
        peer.plays("findAndModify", changed());
        (0..3).for_each(|_| peer.plays("commitTransaction", fault.clone()));
        assert_all(&run(&peer).await);
        let sent = peer.take();
        assert_eq!(names(&sent)[..3], ALL[..3], "{fault:?}");
        assert!(sent.len() > 5 && sent[3..].iter().all(|one| one.name == "commitTransaction"), "{fault:?}");
        assert_one_transaction(&sent);
        assert_eq!(peer.unplayed(), 0);
    }
}

#[tokio::test]
async fn a_commit_that_could_not_be_is_tried_again_as_a_whole() {
    let peer = Peer::start(Kind::ReplicaSet(1));
    (0..2).for_each(|_| peer.plays("findAndModify", changed()));
    peer.plays("commitTransaction", Fault::labelled(251, "NoSuchTransaction", &TRANSIENT));
    assert_all(&run(&peer).await);
    assert_eq!(peer.told(), [&ALL[..], &ALL[..]].concat());
}

#[tokio::test]
async fn a_primary_lost_in_mid_commit_is_no_loss() {
    let peer = Peer::start(Kind::ReplicaSet(2));
    peer.plays("findAndModify", changed());
    peer.plays("commitTransaction", Fault::Elect);
    assert_all(&run(&peer).await);
    let sent = peer.take();
    assert_eq!(names(&sent)[..3], ALL[..3]);
    assert_eq!(sent.last().map(|last| (last.name.as_str(), last.member)), Some(("commitTransaction", 1)));
}

#[tokio::test]
async fn a_primary_lost_in_mid_transaction_is_no_loss() {
    let peer = Peer::start(Kind::ReplicaSet(2));
    peer.plays("findAndModify", Fault::labelled(10107, "NotWritablePrimary", &TRANSIENT));
    peer.plays("abortTransaction", Fault::Elect);
    peer.plays("findAndModify", changed());
    assert_all(&run(&peer).await);
    let sent = peer.take();
    let last = &sent[sent.len() - 4..];
    assert_eq!(names(last), ALL);
    assert!(last.iter().all(|sent| sent.member == 1));
}

#[tokio::test]
async fn a_standalone_server_has_none() {
    let peer = Peer::start(Kind::Standalone);
    let mongo = connected(&peer, "").await;
    let refused = mongo.check_transactions().await.unwrap_err();
    assert_eq!(refused.code(), Some(Code::CommandUnavailable));
    assert!(refused.client_message(true).unwrap().contains("replica set"));
    let done = run(&peer).await;
    assert_eq!(done.len(), 3, "the update finds nothing");
    // Both new objects go again, the last one first.
    assert_eq!(peer.told(), ["insert T", "find T", "delete T", "delete T"]);
    let known = Peer::start(Kind::ReplicaSet(1));
    connected(&known, "").await.check_transactions().await.unwrap();
}

#[tokio::test]
async fn what_may_have_happened_is_undone_too() {
    for (fault, undone) in [(Fault::CutAfter, true), (Fault::error(2, "a wrong type"), false)] {
        let peer = Peer::start(Kind::Standalone);
        let row = doc! { "_id": "c", "n": 1, "other": 5 };
        let found = doc! { "id": 0_i64, "ns": "db.T", "firstBatch": [row] };
        peer.plays("find", Fault::Answer(doc! { "ok": 1, "cursor": found }));
        peer.plays("findAndModify", fault.clone());
        assert!(run(&peer).await.last().unwrap().is_err());
        let sent = peer.take();
        let back: Vec<&Sent> = sent.iter().filter(|sent| sent.name == "update").collect();
        assert_eq!(back.len(), usize::from(undone), "{fault:?}");
        if let [back] = back[..] {
            let change = back.command.get_array("updates").unwrap()[0].as_document().unwrap();
            let was = doc! { "$set": { "n": 1 }, "$unset": { "_updated_at": "" } };
            assert_eq!(change.get_document("u").unwrap(), &was);
        }
        assert_eq!(names(&sent).iter().filter(|name| *name == "delete T").count(), 2, "both new objects go");
    }
}

#[tokio::test]
async fn a_server_that_only_calls_itself_a_replica_set_has_none() {
    let peer = Peer::start(Kind::ReplicaSet(1));
    peer.plays("abortTransaction", Fault::error(59, "no such command: 'abortTransaction'"));
    assert_eq!(run(&peer).await.len(), 3);
    let sent = peer.take();
    assert!(sent.iter().all(|sent| !sent.command.contains_key("startTransaction")), "{sent:?}");
}

#[tokio::test]
async fn a_condition_is_looked_at_again_afterwards() {
    for kind in [Kind::ReplicaSet(1), Kind::Standalone] {
        let peer = Peer::start(kind);
        let mongo = connected(&peer, "").await;
        let t = class(&mongo, "T", "n Number");
        let absent =
            || Write::Absent(crate::access::internal("a test asks").absent(t.schema.clone(), t.filter(r#"{"n":7}"#)));
        let done = mongo.write(vec![absent(), t.create("a", "{}")], true).await.unwrap();
        assert_eq!(done.len(), 2);
        assert_eq!(peer.told(), ["find T", "insert T", "find T"], "{kind:?}");
        // Another is quicker.
        let none = || Fault::Answer(doc! { "ok": 1, "cursor": { "id": 0_i64, "ns": "db.T", "firstBatch": [] } });
        let one =
            Fault::Answer(doc! { "ok": 1, "cursor": { "id": 0_i64, "ns": "db.T", "firstBatch": [{ "_id": "z" }] } });
        [none(), one].into_iter().for_each(|fault| peer.plays("find", fault));
        let done = mongo.write(vec![absent(), t.create("a", "{}")], true).await.unwrap();
        assert_eq!(done.into_iter().map(Result::unwrap).collect::<Vec<_>>(), [Outcome::Absent(false)]);
        let sent = peer.take();
        assert_eq!(names(&sent), ["find T", "insert T", "find T", "delete T"], "{kind:?}");
        let again = sent[2].command.get_document("filter").unwrap();
        assert_eq!(again, &doc! { "$and": [{ "n": 7 }, { "_id": { "$nin": ["a"] } }] });
    }
}
