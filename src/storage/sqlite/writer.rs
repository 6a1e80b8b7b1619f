//! The one thread that writes. It takes what is waiting, carries it out in one transaction, and answers after the commit: the
//! flush to disk is paid for once by all.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::JoinHandle;

use arc_swap::ArcSwap;
use tokio::sync::{mpsc, oneshot};

use super::catalog::Catalog;
use super::conn::{Conn, lock};
use super::error::Db;
use super::readers::STACK;
use super::spare::Spare;
use super::{alter, write};
use crate::access::{Update, Write};
use crate::error::{Error, Result};
use crate::storage::{Entry, Outcome, Relation, SchemaChange};

/// Jobs that may wait; who comes then waits outside.
const QUEUE: usize = 1024;
/// Jobs that share a transaction. Ids are random: the more rows come together, the more of them share a page of the index.
const GROUP: usize = 1024;

/// What the writer does.
pub enum Job {
    /// Writes of plans.
    Write(Vec<Write>, bool, oneshot::Sender<Result<Written>>),
    /// A change of all that match.
    ChangeAll(Box<Update>, oneshot::Sender<Result<u64>>),
    /// A change of a schema.
    Alter(SchemaChange, oneshot::Sender<Result<()>>),
    /// A key to take: itself, now, until.
    Claim(String, i64, i64, oneshot::Sender<Result<bool>>),
    /// Entries of a relation.
    Relate(Relation, Vec<Entry>, oneshot::Sender<Result<()>>),
    /// No more jobs.
    Close(oneshot::Sender<Result<()>>),
}

/// What came of each write, and the writes: who asked throws them away, for the memory is that of other threads.
pub type Written = (Vec<Result<Outcome>>, Vec<Write>);

/// An answer that waits for the commit; its argument is the error if that failed.
type Reply = Box<dyn FnOnce(Option<&Error>) + Send>;

/// The way to the writer.
pub struct Writer {
    jobs: mpsc::Sender<Job>,
    thread: std::sync::Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    /// Starts the thread.
    ///
    /// # Errors
    /// 1 if there can be no more threads.
    pub fn start(conn: Conn, catalog: Arc<ArcSwap<Catalog>>, spare: Arc<Spare>) -> Result<Self> {
        let (jobs, waiting) = mpsc::channel(QUEUE);
        let run = move || Work { conn, catalog, spare }.run(waiting);
        let thread = std::thread::Builder::new().name("sqlite-writer".into()).stack_size(STACK).spawn(run);
        let thread = thread.map_err(|e| Error::caused("the writer cannot be started", e))?;
        Ok(Self { jobs, thread: std::sync::Mutex::new(Some(thread)) })
    }

    /// Hands in a job and waits for its answer.
    ///
    /// # Errors
    /// Those of the job; 1 if the database has been closed.
    pub async fn ask<T>(&self, job: impl FnOnce(oneshot::Sender<Result<T>>) -> Job) -> Result<T> {
        let (answer, answered) = oneshot::channel();
        self.jobs.send(job(answer)).await.map_err(|_| closed())?;
        answered.await.map_err(|_| closed())?
    }

    /// Waits until the thread is done.
    pub fn join(&self) {
        if let Some(thread) = lock(&self.thread).take() {
            let _ = thread.join();
        }
    }
}

/// The answer of a database that has been closed.
pub fn closed() -> Error {
    Error::internal("the database is closed")
}

struct Work {
    conn: Conn,
    catalog: Arc<ArcSwap<Catalog>>,
    spare: Arc<Spare>,
}

impl Work {
    fn run(mut self, mut waiting: mpsc::Receiver<Job>) {
        while let Some(first) = waiting.blocking_recv() {
            let mut group = vec![first];
            while group.len() < GROUP && !is_close(group.last()) {
                match waiting.try_recv() {
                    Ok(job) => group.push(job),
                    Err(_) => break,
                }
            }
            let last = if is_close(group.last()) { group.pop() } else { None };
            if !group.is_empty() {
                self.transaction(group);
            }
            if let Some(Job::Close(answer)) = last {
                waiting.close();
                let _ = answer.send(self.close());
                return;
            }
        }
        let _ = self.close();
    }

    fn close(&mut self) -> Result<()> {
        self.conn.sql.execute_batch("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE)").or_db()
    }

    /// Carries out a group in one transaction and answers.
    fn transaction(&mut self, group: Vec<Job>) {
        let before = self.catalog.load_full();
        let mut catalog = (*before).clone();
        let mut begun = self.conn.sql.execute_batch("BEGIN IMMEDIATE").or_db().err();
        let mut replies: Vec<Reply> = Vec::with_capacity(group.len());
        for job in group {
            if begun.is_none() {
                replies.push(self.job(job, &mut catalog));
                // Of some failures (a full disk) SQLite undoes the whole transaction.
                if self.conn.sql.is_autocommit() {
                    begun = Some(Error::internal("the database could not write; nothing was stored"));
                }
            } else {
                replies.push(unanswered(job));
            }
        }
        // Who sees the new catalogue reads from behind the commit.
        let failed = begun.or_else(|| self.spare.commit(|| self.conn.sql.execute_batch("COMMIT").or_db().err()));
        if failed.is_some() {
            let _ = self.conn.sql.execute_batch("ROLLBACK");
        } else {
            self.catalog.store(Arc::new(catalog));
        }
        replies.into_iter().for_each(|reply| reply(failed.as_ref()));
    }

    fn job(&self, job: Job, catalog: &mut Catalog) -> Reply {
        match job {
            Job::Write(writes, atomic, answer) => {
                // A lone statement undoes itself.
                let guarded = atomic && (writes.len() > 1 || writes.iter().any(write::is_compound));
                let done = self.guarded(guarded, catalog, |catalog| self.writes(&writes, atomic, catalog));
                reply(answer, done.map(|outcomes| (outcomes, writes)))
            }
            Job::ChangeAll(plan, answer) => {
                let done = self.guarded(true, catalog, |catalog| write::update_all(&self.conn, catalog, &plan));
                reply(answer, done)
            }
            Job::Alter(change, answer) => {
                let done = self.guarded(true, catalog, |catalog| alter::change(&self.conn, catalog, &change));
                reply(answer, done)
            }
            Job::Claim(key, now, until, answer) => {
                let done = self.guarded(true, catalog, |_| write::claim(&self.conn, &key, now, until));
                reply(answer, done)
            }
            Job::Relate(relation, entries, answer) => {
                let done =
                    self.guarded(true, catalog, |catalog| write::relate(&self.conn, catalog, &relation, &entries));
                reply(answer, done)
            }
            Job::Close(answer) => reply(answer, Ok(())),
        }
    }

    fn writes(&self, writes: &[Write], atomic: bool, catalog: &mut Catalog) -> Undone<Vec<Result<Outcome>>> {
        let mut outcomes = Vec::with_capacity(writes.len());
        for write in writes {
            let alone = !atomic && write::is_compound(write);
            let outcome = self.guarded(alone, catalog, |catalog| write::write(&self.conn, catalog, write));
            let failed = !outcome.as_ref().is_ok_and(write::is_hit);
            outcomes.push(outcome);
            if atomic && failed {
                return Undone { answer: Ok(outcomes), undo: true };
            }
        }
        Undone { answer: Ok(outcomes), undo: false }
    }

    /// Runs a part of the transaction, undone by itself if it fails or panics.
    fn guarded<T, U: Into<Undone<T>>>(
        &self,
        guard: bool,
        catalog: &mut Catalog,
        run: impl FnOnce(&mut Catalog) -> U,
    ) -> Result<T> {
        let before = guard.then(|| catalog.clone());
        if guard {
            self.conn.sql.prepare_cached("SAVEPOINT s").or_db()?.raw_execute().or_db()?;
        }
        let done = catch_unwind(AssertUnwindSafe(|| run(catalog))).map(Into::into);
        let done =
            done.unwrap_or_else(|_| Undone { answer: Err(Error::internal("a write ended in the middle")), undo: true });
        if let Some(before) = before {
            if done.undo {
                *catalog = before;
                if !self.conn.sql.is_autocommit() {
                    self.conn.sql.prepare_cached("ROLLBACK TO s").or_db()?.raw_execute().or_db()?;
                }
            }
            if !self.conn.sql.is_autocommit() {
                self.conn.sql.prepare_cached("RELEASE s").or_db()?.raw_execute().or_db()?;
            }
        }
        done.answer
    }
}

/// An answer, and whether what led to it must be undone.
struct Undone<T> {
    answer: Result<T>,
    undo: bool,
}

impl<T> From<Result<T>> for Undone<T> {
    fn from(answer: Result<T>) -> Self {
        Self { undo: answer.is_err(), answer }
    }
}

fn is_close(job: Option<&Job>) -> bool {
    matches!(job, Some(Job::Close(_)))
}

fn reply<T: Send + 'static>(answer: oneshot::Sender<Result<T>>, done: Result<T>) -> Reply {
    Box::new(move |failed| {
        let done = match failed {
            Some(error) => Err(same(error)),
            None => done,
        };
        let _ = answer.send(done);
    })
}

fn unanswered(job: Job) -> Reply {
    match job {
        Job::Write(_, _, answer) => reply(answer, Err(closed())),
        Job::Alter(_, answer) | Job::Relate(_, _, answer) | Job::Close(answer) => reply(answer, Err(closed())),
        Job::Claim(_, _, _, answer) => reply(answer, Err(closed())),
        Job::ChangeAll(_, answer) => reply(answer, Err(closed())),
    }
}

/// One error for all that were in the transaction.
fn same(error: &Error) -> Error {
    Error::internal(error.to_string())
}
