//! Connections for look-ups so short that handing them to another thread would cost more than they do.
//!
//! Each stays at what it has last read from: as long as nothing is committed, its next look-up takes no lock and asks nothing
//! of the file. While there is a commit, and after it, none that is at rest keeps SQLite from emptying its log.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::conn::{Conn, Role, lock};
use super::error::Db;
use crate::error::Result;

/// How long a connection stays where it is: what another program does to the file is seen after that.
const STAY: Duration = Duration::from_millis(100);

/// The connections, and what there was of commits.
pub struct Spare {
    path: PathBuf,
    most: usize,
    made: AtomicUsize,
    resting: Mutex<Vec<Lent>>,
    committing: AtomicBool,
    commits: AtomicU64,
}

/// A connection, and where it stands.
pub struct Lent {
    conn: Conn,
    /// After how many commits, and since when.
    at: Option<(u64, Instant)>,
}

impl Spare {
    /// At most so many connections to a file, opened when they are wanted.
    pub fn new(path: PathBuf, most: usize) -> Self {
        Self {
            path,
            most,
            made: AtomicUsize::new(0),
            resting: Mutex::default(),
            committing: AtomicBool::new(false),
            commits: AtomicU64::new(0),
        }
    }

    /// A connection that sees every commit so far, if there is one to spare; [`Spare::give`] takes it back.
    pub fn take(&self) -> Option<Lent> {
        let resting = lock(&self.resting).pop();
        if resting.is_none() && self.made.fetch_add(1, Ordering::Relaxed) >= self.most {
            self.made.fetch_sub(1, Ordering::Relaxed);
            return None;
        }
        let lent = self.stand(resting);
        if lent.is_err() {
            self.made.fetch_sub(1, Ordering::Relaxed);
        }
        lent.ok()
    }

    fn stand(&self, resting: Option<Lent>) -> Result<Lent> {
        let mut lent = match resting {
            Some(lent) => lent,
            None => Lent { conn: Conn::open(&self.path, Role::Reader)?, at: None },
        };
        lent.stand(self.commits.load(Ordering::Acquire))?;
        Ok(lent)
    }

    /// Takes a lent connection back.
    pub fn give(&self, mut lent: Lent) {
        let mut resting = lock(&self.resting);
        // A commit that begins after this look waits for the lock; one that has ended has counted itself.
        let committing = self.committing.load(Ordering::Acquire);
        let commits = self.commits.load(Ordering::Acquire);
        if committing || lent.at.is_none_or(|(then, _)| then != commits) {
            lent.leave();
        }
        resting.push(lent);
    }

    /// Runs a commit.
    pub fn commit<T>(&self, commit: impl FnOnce() -> T) -> T {
        self.committing.store(true, Ordering::Release);
        lock(&self.resting).iter_mut().for_each(Lent::leave);
        let done = commit();
        self.commits.fetch_add(1, Ordering::AcqRel);
        self.committing.store(false, Ordering::Release);
        done
    }

    /// Closes those that are not lent.
    pub fn close(&self) {
        lock(&self.resting).clear();
    }
}

impl Lent {
    /// The connection.
    pub fn conn(&self) -> &Conn {
        &self.conn
    }

    /// Stands after so many commits at least.
    fn stand(&mut self, commits: u64) -> Result<()> {
        let stays = |(then, since): (u64, Instant)| then == commits && since.elapsed() < STAY;
        if self.at.is_some_and(stays) && !self.conn.sql.is_autocommit() {
            return Ok(());
        }
        self.leave();
        self.conn.sql.prepare_cached("BEGIN").or_db()?.raw_execute().or_db()?;
        self.at = Some((commits, Instant::now()));
        Ok(())
    }

    /// Holds on to nothing any more.
    fn leave(&mut self) {
        self.at = None;
        if !self.conn.sql.is_autocommit() {
            let ended = self.conn.sql.prepare_cached("COMMIT").and_then(|mut end| end.raw_execute());
            if ended.is_err() {
                let _ = self.conn.sql.execute_batch("ROLLBACK");
            }
        }
    }
}
