//! A connection: its settings, its deadline, and the functions that bring MongoDB's meaning to SQLite.

use std::cell::Cell;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use rusqlite::config::DbConfig;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::{ToSqlOutput, Value as Sql, ValueRef};
use rusqlite::{CachedStatement, Connection, OpenFlags};

use super::doc;
use super::error::{Db, db, timeout};
use super::slot::{Slot, Slots};
use super::text as fulltext;
use crate::error::{Error, Result};
use crate::matching::Work;

/// Statements above this size are made for one query and not kept.
const KEPT_SQL: usize = 8 * 1024;
/// How many prepared statements a connection keeps.
const KEPT_STATEMENTS: usize = 64;
/// Steps of SQLite's machine between two looks at the clock; some ten microseconds.
const CLOCK_STEPS: i32 = 1000;
/// About the time of one step of [`Work`], in nanoseconds.
const WORK_NS: u64 = 10;

/// What a connection is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The only one that writes.
    Writer,
    /// One of several that read.
    Reader,
}

/// An open connection.
pub struct Conn {
    /// The connection itself.
    pub sql: Connection,
    slots: Arc<Mutex<Slots>>,
    deadline: Arc<AtomicU64>,
    /// How many more times the clock may be looked at; without a bound if it is the greatest number.
    looks: Arc<AtomicU64>,
    born: Instant,
    /// Until when statements may run, whatever deadline they have themselves.
    bound: Cell<Option<Instant>>,
}

impl Conn {
    /// Opens the file, which the writer makes if it is not there.
    pub fn open(path: &Path, role: Role) -> Result<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let flags = if role == Role::Writer { flags | OpenFlags::SQLITE_OPEN_CREATE } else { flags };
        let mut sql = Connection::open_with_flags(path, flags).or_db()?;
        // Without it SQLite makes a statement anew for each value bound to `LIMIT`, which costs more than most of them.
        sql.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).or_db()?;
        sql.busy_timeout(std::time::Duration::from_secs(5)).or_db()?;
        sql.set_prepared_statement_cache_capacity(KEPT_STATEMENTS);
        sql.execute_batch(match role {
            Role::Writer => {
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -8192;
                 PRAGMA wal_autocheckpoint = 4000;
                 PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF; PRAGMA journal_size_limit = 16777216"
            }
            Role::Reader => {
                "PRAGMA query_only = ON; PRAGMA cache_size = -1024; PRAGMA temp_store = MEMORY;
                 PRAGMA trusted_schema = OFF"
            }
        })
        .or_db()?;
        let deadline = Arc::new(AtomicU64::new(u64::MAX));
        let looks = Arc::new(AtomicU64::new(u64::MAX));
        let born = Instant::now();
        if role == Role::Reader {
            let (deadline, looks) = (Arc::clone(&deadline), Arc::clone(&looks));
            let late = move || {
                let left = looks.load(Ordering::Relaxed);
                looks.store(left.saturating_sub(u64::from(left != u64::MAX)), Ordering::Relaxed);
                left == 0 || nanos(born, Instant::now()) > deadline.load(Ordering::Relaxed)
            };
            sql.progress_handler(CLOCK_STEPS, Some(late)).or_db()?;
        }
        let slots = Arc::new(Mutex::new(Slots::default()));
        register(&sql, &slots).or_db()?;
        fulltext::register(&sql).or_db()?;
        Ok(Self { sql, slots, deadline, looks, born, bound: Cell::new(None) })
    }

    /// Lets the next statements make some `CLOCK_STEPS` steps each time the clock is looked at, so many times; 124 ends the one
    /// that needs more. Counted in work, not in time: on a busy machine time passes without any.
    pub fn glance(&self, looks: Option<u64>) {
        self.looks.store(looks.unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Sets until when the next statements may run, besides their own deadlines.
    pub fn bound(&self, until: Option<Instant>) {
        self.bound.set(until);
    }

    /// Until when work with this deadline may go on now.
    pub fn until(&self, deadline: Option<Instant>) -> Option<Instant> {
        deadline.into_iter().chain(self.bound.get()).min()
    }

    /// A statement with its parameters in place, and with what its functions need. One that is begun in the middle of another
    /// must end before the other goes on.
    pub fn prepare(
        &self,
        text: &str,
        args: &[Sql],
        slots: Arc<Vec<Slot>>,
        deadline: Option<Instant>,
    ) -> Result<Prepared<'_>> {
        let deadline = self.until(deadline);
        let late = deadline.map(|d| nanos(self.born, d));
        if late.is_some_and(|late| late <= nanos(self.born, Instant::now())) {
            return Err(timeout());
        }
        let left = late.map(|late| late.saturating_sub(nanos(self.born, Instant::now())));
        let work = left.map_or(Work::unlimited(), |left| Work::new(left / WORK_NS));
        let outer = Outer {
            slots: std::mem::replace(&mut *lock(&self.slots), Slots::new(slots, work, deadline)),
            deadline: self.deadline.swap(late.unwrap_or(u64::MAX), Ordering::Relaxed),
        };
        let mut prepared = Prepared { statement: None, conn: self, kept: text.len() <= KEPT_SQL, outer };
        let mut statement = self.sql.prepare_cached(text).or_db()?;
        // A condition that turned out to be known leaves arguments behind that no text asks for.
        for (i, arg) in args.iter().enumerate().take(statement.parameter_count()) {
            statement.raw_bind_parameter(i + 1, arg).or_db()?;
        }
        prepared.statement = Some(statement);
        Ok(prepared)
    }

    /// Gives the error that a function kept, or else the house's for SQLite's.
    pub fn failed(&self, error: rusqlite::Error) -> Error {
        lock(&self.slots).failed.take().unwrap_or_else(|| db(error))
    }
}

/// A statement in the middle of its work.
pub struct Prepared<'c> {
    statement: Option<CachedStatement<'c>>,
    conn: &'c Conn,
    kept: bool,
    outer: Outer,
}

/// What the statement around another one works with.
struct Outer {
    slots: Slots,
    deadline: u64,
}

impl Prepared<'_> {
    /// The rows one by one, each as `read` makes it.
    pub fn iter<T>(&mut self, read: impl Fn(&rusqlite::Row<'_>) -> Result<T>) -> impl Iterator<Item = Result<T>> {
        let conn = self.conn;
        let mut rows = self.statement.as_mut().map(|statement| statement.raw_query());
        std::iter::from_fn(move || match rows.as_mut()?.next() {
            Ok(row) => row.map(&read),
            Err(error) => Some(Err(conn.failed(error))),
        })
    }

    /// Shows every row to a visitor, until it says that it has seen enough.
    pub fn each(mut self, mut visit: impl FnMut(&rusqlite::Row<'_>) -> Result<bool>) -> Result<()> {
        let Some(statement) = &mut self.statement else { return Ok(()) };
        let mut rows = statement.raw_query();
        loop {
            match rows.next() {
                Ok(Some(row)) => {
                    if !visit(row)? {
                        return Ok(());
                    }
                }
                Ok(None) => return Ok(()),
                Err(error) => return Err(self.conn.failed(error)),
            }
        }
    }

    /// Carries out a statement that gives no rows; the answer is how many rows it changed.
    pub fn run(mut self) -> Result<usize> {
        let Some(statement) = &mut self.statement else { return Ok(0) };
        statement.raw_execute().map_err(|e| self.conn.failed(e))
    }
}

impl Drop for Prepared<'_> {
    fn drop(&mut self) {
        *lock(&self.conn.slots) = std::mem::take(&mut self.outer.slots);
        self.conn.deadline.store(self.outer.deadline, Ordering::Relaxed);
        if !self.kept
            && let Some(statement) = self.statement.take()
        {
            statement.discard();
        }
    }
}

fn nanos(from: Instant, to: Instant) -> u64 {
    u64::try_from(to.saturating_duration_since(from).as_nanos()).unwrap_or(u64::MAX)
}

/// A poisoned lock is as good as another here: what it guards is set anew by each statement.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Makes the functions known: `hw(id, doc, priv, slot)` tests a condition on a row, `hd(doc, slot)` and `hv(value, slot)` test
/// constraints, `sk(doc, slot)` is a key to sort by, `nd(doc, slot)` a distance, `ht(doc, slot)` tests a full-text search,
/// `ts(doc, slot)` is its score, `hf(doc, field)` says whether a document has a field.
fn register(sql: &Connection, slots: &Arc<Mutex<Slots>>) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_DIRECTONLY;
    let function = |name: &str, body: fn(&mut Slots, ValueRef<'_>, usize) -> Result<Sql>| {
        let slots = Arc::clone(slots);
        sql.create_scalar_function(name, 2, flags, move |ctx: &mut Context<'_>| {
            let slot = ctx.get::<i64>(1)?;
            let mut slots = lock(&slots);
            let answer = body(&mut slots, ctx.get_raw(0), usize::try_from(slot).unwrap_or(usize::MAX));
            answer.map(ToSqlOutput::Owned).map_err(|error| slots.fail(error))
        })
    };
    function("hd", |slots, doc, slot| slots.holds_in_doc(text(doc), slot).map(|b| Sql::Integer(b.into())))?;
    function("hv", |slots, value, slot| slots.holds_for(value, slot).map(|b| Sql::Integer(b.into())))?;
    function("sk", |slots, doc, slot| slots.sort_key(text(doc), slot).map(Sql::Blob))?;
    function("nd", |slots, doc, slot| slots.distance(text(doc), slot).map(|d| d.map_or(Sql::Null, Sql::Real)))?;
    function("ht", |slots, doc, slot| slots.is_found(text(doc), slot).map(|b| Sql::Integer(b.into())))?;
    function("ts", |slots, doc, slot| slots.score(text(doc), slot).map(Sql::Real))?;
    let shared = Arc::clone(slots);
    sql.create_scalar_function("hw", 4, flags, move |ctx: &mut Context<'_>| {
        let slot = usize::try_from(ctx.get::<i64>(3)?).unwrap_or(usize::MAX);
        let mut slots = lock(&shared);
        let [id, doc, internal] = [0, 1, 2].map(|i| text(ctx.get_raw(i)));
        let answer = slots.holds_for_row(id, doc, internal, slot);
        answer.map_err(|error| slots.fail(error))
    })?;
    sql.create_scalar_function("hf", 2, flags, |ctx| {
        let field = ctx.get_raw(1);
        let field = field.as_str().unwrap_or_default();
        Ok(doc::find(text(ctx.get_raw(0)), field).is_some())
    })
}

/// The bytes of a text, none of anything else.
pub fn text(value: ValueRef<'_>) -> &[u8] {
    match value {
        ValueRef::Text(bytes) => bytes,
        _ => b"",
    }
}
