//! All-or-nothing groups: in a transaction where the database knows them, else undone step by step when a write fails. The latter
//! others may see half done, and a process that dies in the middle leaves it so.
//!
//! Conditions are looked at twice, before the writes and after them: a transaction does not see what others do at the same time,
//! nor do writes one after the other. Of two groups that break each other's condition none stays.

use std::time::{Duration, Instant};

use mongodb::ClientSession;
use mongodb::bson::{Bson, doc};
use mongodb::error::{TRANSIENT_TRANSACTION_ERROR, UNKNOWN_TRANSACTION_COMMIT_RESULT};

use super::error::{self, Db};
use super::hand::Hand;
use super::undo::Undo;
use super::write::absent;
use super::{Mongo, names};
use crate::access::Write;
use crate::error::{Code, Error, Result};
use crate::storage::Outcome;

/// How long a group is tried again that met others, or a database whose primary is being elected.
const PATIENCE: Duration = Duration::from_secs(30);
/// What a database says to a command that it does not know.
const UNKNOWN_COMMAND: i32 = 59;
/// The longest pause between two tries.
const PAUSE: Duration = Duration::from_millis(200);

/// What became of a group.
pub type Outcomes = Vec<Result<Outcome>>;

impl Mongo {
    /// Carries out all writes or none.
    pub(super) async fn all(&self, writes: &[Write]) -> Result<Outcomes> {
        let steps = writes.iter().map(steps).sum::<usize>();
        if writes.len() < 2 && steps < 2 {
            return self.each(writes).await;
        }
        let _turn = self.turn(writes).await;
        match steps > 1 && self.has_transactions().await? {
            true => self.transaction(writes).await,
            false => self.undoable(writes).await,
        }
    }

    /// Carries out all writes or none, one after the other.
    pub(super) async fn undoable(&self, writes: &[Write]) -> Result<Outcomes> {
        let mut hand = Hand { undo: Some(Undo::default()), ..Hand::new(self) };
        let outcomes = hand.all(writes).await;
        match outcomes.iter().all(is_hit) {
            true => hand.settle(writes, outcomes).await,
            false => hand.undone(outcomes).await,
        }
    }

    /// Refuses where a group can be seen half done.
    pub(super) async fn want_transactions(&self) -> Result<()> {
        match self.has_transactions().await? {
            true => Ok(()),
            false => Err(Error::new(
                Code::CommandUnavailable,
                "Transactions need a replica set or a sharded cluster; the database is a standalone server.",
            )),
        }
    }

    /// Does the database know transactions? It is asked once. Some call themselves a replica set and do not: they run the writes of
    /// a transaction as they come, and find out at its end.
    async fn has_transactions(&self) -> Result<bool> {
        let ask = async || {
            let admin = self.client.database("admin");
            let hello = admin.run_command(doc! { "hello": 1 }).await.or_db()?;
            if !hello.contains_key("setName") && !hello.get_str("msg").is_ok_and(|msg| msg == "isdbgrid") {
                return Ok(false);
            }
            match admin.run_command(doc! { "abortTransaction": 1 }).await {
                Err(error) => match error::told(&error) {
                    Some((code, _)) => Ok(code != UNKNOWN_COMMAND),
                    None => Err(error::any(error)),
                },
                Ok(_) => Ok(true),
            }
        };
        self.transactions.get_or_try_init(ask).await.copied()
    }

    /// A session in a transaction; nothing is sent for it.
    async fn begin(&self) -> Result<ClientSession> {
        let mut session = self.client.start_session().await.or_db()?;
        session.start_transaction().await.or_db()?;
        Ok(session)
    }

    /// Carries out all writes in a transaction, again and again while the database says that it may succeed.
    async fn transaction(&self, writes: &[Write]) -> Result<Outcomes> {
        let until = Instant::now() + PATIENCE;
        let mut pause = Duration::from_millis(2);
        // What is committed may have to be undone all the same.
        let doubtful = |write: &Write| matches!(write, Write::Absent(_)) || self.texts_of(write).is_some();
        let doubtful = writes.iter().any(doubtful);
        loop {
            let mut session = self.begin().await?;
            let mut hand = Hand { session: Some(&mut session), undo: doubtful.then(Undo::default), ..Hand::new(self) };
            let outcomes = hand.all(writes).await;
            let Hand { undo, again, .. } = hand;
            let is_over = Instant::now() + pause > until;
            if again || !outcomes.iter().all(is_hit) {
                // What is not committed is gone in any case.
                drop(session.abort_transaction().await);
                if !again || is_over {
                    return Ok(outcomes);
                }
            } else {
                match commit(&mut session, until).await {
                    Ok(()) => return Hand { undo, ..Hand::new(self) }.settle(writes, outcomes).await,
                    Err(error) if error.contains_label(TRANSIENT_TRANSACTION_ERROR) && !is_over => {}
                    Err(error) => return Err(error::any(error)),
                }
            }
            tokio::time::sleep(pause).await;
            pause = PAUSE.min(pause * 2);
        }
    }
}

/// Commits; once more while nobody knows whether it has happened.
async fn commit(session: &mut ClientSession, until: Instant) -> mongodb::error::Result<()> {
    loop {
        match session.commit_transaction().await {
            Err(error) if error.contains_label(UNKNOWN_TRANSACTION_COMMIT_RESULT) && Instant::now() < until => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            done => return done,
        }
    }
}

impl Hand<'_> {
    /// Carries out writes up to the first that fails or misses its object.
    async fn all(&mut self, writes: &[Write]) -> Outcomes {
        let mut outcomes = Outcomes::with_capacity(writes.len());
        let mut rest = writes;
        while !rest.is_empty() && outcomes.last().is_none_or(is_hit) {
            let (now, later) = rest.split_at(self.mongo.alike(rest));
            outcomes.extend(self.some(now, true).await);
            rest = later;
        }
        outcomes
    }

    /// Undoes the group after its last write if others have broken one of its conditions meanwhile.
    async fn settle(self, writes: &[Write], mut outcomes: Outcomes) -> Result<Outcomes> {
        let own: Vec<Bson> =
            writes.iter().zip(&outcomes).filter_map(|(write, outcome)| written(write, outcome)).collect();
        for at in 0..writes.len() {
            let broken = match &writes[at] {
                Write::Absent(plan) => {
                    let others = doc! { "$and": [absent(plan)?, { "_id": { "$nin": &own } }] };
                    let met = Hand::new(self.mongo).is_there(&plan.schema().name, others).await;
                    met.map_err(error::of_read)?.then_some(Ok(Outcome::Absent(false)))
                }
                write => match (self.mongo.texts_of(write), written(write, &outcomes[at])) {
                    (Some(texts), Some(id)) => self.mongo.check_texts(&texts, &id).await.err().map(Err),
                    _ => None,
                },
            };
            if let Some(broken) = broken {
                outcomes.truncate(at);
                outcomes.push(broken);
                return self.undone(outcomes).await;
            }
        }
        Ok(outcomes)
    }

    /// Takes everything back.
    async fn undone(self, outcomes: Outcomes) -> Result<Outcomes> {
        if let Some(undo) = self.undo {
            undo.run(self.mongo).await?;
        }
        Ok(outcomes)
    }
}

/// The id of the object that a write has written.
fn written(write: &Write, outcome: &Result<Outcome>) -> Option<Bson> {
    match (write, outcome) {
        (Write::Create(plan), Ok(_)) => Some(names::id(&plan.schema().name, &plan.object().id)),
        (Write::Update(plan), Ok(Outcome::Updated(Some(after)))) => Some(names::id(&plan.schema().name, &after.id)),
        _ => None,
    }
}

/// How many commands a write changes something with.
fn steps(write: &Write) -> usize {
    match write {
        Write::Create(plan) => 1 + plan.joins().len(),
        Write::Update(plan) => 1 + plan.joins().len(),
        Write::Delete(_) => 1,
        Write::Absent(_) => 0,
    }
}

/// Did a write of an all-or-nothing group find what it was for?
fn is_hit(outcome: &Result<Outcome>) -> bool {
    !matches!(outcome, Err(_) | Ok(Outcome::Updated(None) | Outcome::Deleted(0) | Outcome::Absent(false)))
}
