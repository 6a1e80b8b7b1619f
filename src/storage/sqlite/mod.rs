//! SQLite, the embedded default: one file an app, nothing to set up.
//!
//! A row is typed columns for what SQLite can compare by itself, and the object's Parse JSON as one text: reading is copying
//! bytes, in the order of keys that MongoDB would have. One function writes both, so that they cannot disagree.

mod acl;
mod aggregate;
mod alter;
mod catalog;
mod conn;
mod dear;
mod doc;
mod error;
mod filter;
mod indexes;
mod kind;
mod place;
mod pred;
mod query;
mod readers;
mod real;
mod row;
mod scan;
mod slot;
mod spare;
#[cfg(test)]
mod tests;
mod text;
mod write;
mod writer;

use std::io::ErrorKind;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use arc_swap::ArcSwap;

use self::aggregate::Run;
use self::catalog::{Catalog, FORMAT, TABLES};
use self::conn::{Conn, Role};
use self::dear::Dear;
use self::error::Db;
use self::place::Lock;
use self::query::Query;
use self::readers::Readers;
use self::spare::Spare;
use self::writer::{Job, Writer};
use super::{Answer, Bulk, Entry, Flow, Index, Outcome, Relation, Rows, SchemaChange, Side, Storage};
use crate::access::{Aggregate, Create, Read, Update, Write};
use crate::error::{Code, Error, Result};
use crate::model::{ClassSchema, Constraint, Date, Filter, Map, Path, Value};

/// More readers than this would wait for the disk or for each other.
const MOST_READERS: usize = 4;
/// How long a query may hold up the thread that asks, in thousands of SQLite's steps: about a millisecond.
const GLANCE: u64 = 100;
/// So many ids are looked up on the calling thread.
const FEW: usize = 128;

/// A database in a file.
pub struct Sqlite {
    catalog: Arc<ArcSwap<Catalog>>,
    /// None for a database that is only looked at.
    writer: Option<Writer>,
    readers: Readers,
    spare: Arc<Spare>,
    dear: Dear,
    _lock: Option<Lock>,
}

impl Sqlite {
    /// Opens the file, and makes it if it is not there.
    ///
    /// # Errors
    /// 1 for a file that another process holds, that cannot be opened, or that a newer program made.
    pub fn open(path: &FilePath) -> Result<Self> {
        let lock = Lock::take(path)?;
        let conn = match begin(path) {
            Ok(conn) => conn,
            Err(error) => {
                lock.give_up();
                return Err(error);
            }
        };
        let catalog = Arc::new(ArcSwap::from_pointee(Catalog::load(&conn.sql)?));
        let readers = std::thread::available_parallelism().map_or(1, |n| n.get()).min(MOST_READERS);
        let spare = Arc::new(Spare::new(path.to_owned(), readers));
        let readers = Readers::start(path, readers)?;
        let writer = Writer::start(conn, Arc::clone(&catalog), Arc::clone(&spare))?;
        Ok(Self { catalog, writer: Some(writer), readers, spare, dear: Dear::default(), _lock: Some(lock) })
    }

    /// Opens a file that is there for reading alone, also while another process holds it. Its classes stay those of this moment.
    ///
    /// # Errors
    /// 1 for a file that is not there, that cannot be opened, or that is none of this program.
    pub fn view(path: &FilePath) -> Result<Self> {
        if !path.exists() {
            return Err(Error::internal("it is not there"));
        }
        let conn = Conn::open(path, Role::Reader)?;
        check_format(&conn)?;
        let catalog = Arc::new(ArcSwap::from_pointee(Catalog::load(&conn.sql)?));
        let readers = Readers::start(path, 1)?;
        // Commits of others are not counted: no connection may stay at what it read last.
        let spare = Arc::new(Spare::new(path.to_owned(), 0));
        Ok(Self { catalog, writer: None, readers, spare, dear: Dear::default(), _lock: None })
    }

    fn writer(&self) -> Result<&Writer> {
        self.writer.as_ref().ok_or_else(|| Error::internal("the database is open for reading alone"))
    }

    /// Copies a database as it is now into another file, while it is in use by this process or another.
    ///
    /// # Errors
    /// 1 if there is no database, or if the other file is there already or cannot be written.
    pub async fn copy(from: PathBuf, to: PathBuf) -> Result<()> {
        if !from.exists() {
            return Err(Error::internal(format!("there is no database {}", from.display())));
        }
        let copy = tokio::task::spawn_blocking(move || {
            // What else may be wrong, SQLite says better.
            if place::make(&to).is_err_and(|error| error.kind() == ErrorKind::AlreadyExists) {
                return Err(Error::internal(format!("{} is there already", to.display())));
            }
            // Half a copy would pass for a backup.
            copy_now(&from, &to).inspect_err(|_| drop(std::fs::remove_file(&to)))
        });
        copy.await.map_err(|e| Error::caused("the backup ended in the middle", e))?
    }

    /// Runs a query where it costs least: a look-up by id here and now, and so any other that has not shown to need more than
    /// a glance; the rest on a reader's thread.
    async fn read<T: Send + 'static>(
        &self,
        plan: &Read,
        make: impl Fn(&catalog::Class) -> Result<Option<Query>>,
        run: impl Fn(&Query, &Conn) -> Result<T> + Send + 'static,
    ) -> Result<Option<T>> {
        let catalog = self.catalog.load_full();
        let Some(class) = catalog.get(&plan.schema().name) else { return Ok(None) };
        let Some(query) = make(class)? else { return Ok(None) };
        let short = is_short(class, plan.filter());
        if (short || (query.is_pure() && !self.dear.holds(query.text())))
            && let Some(lent) = self.spare.take()
        {
            lent.conn().glance((!short).then_some(GLANCE));
            let answer = run(&query, lent.conn());
            lent.conn().glance(None);
            self.spare.give(lent);
            match answer {
                Err(error) if !short && error.code() == Some(Code::Timeout) => self.dear.note(query.text()),
                answer => return answer.map(Some),
            }
        }
        self.readers.run(move |conn| run(&query, conn)).await.map(Some)
    }
}

/// Copies in one step: a copy in several would begin anew with each write between them.
fn copy_now(from: &FilePath, to: &FilePath) -> Result<()> {
    let from = Conn::open(from, Role::Reader)?;
    let mut to = rusqlite::Connection::open(to).or_db()?;
    let backup = rusqlite::backup::Backup::new(&from.sql, &mut to).or_db()?;
    match backup.step(-1).or_db()? {
        rusqlite::backup::StepResult::Done => Ok(()),
        _ => Err(Error::internal("the database was too busy for a backup")),
    }
}

/// Does the filter leave a handful of rows to look at, found by an index?
fn is_short(class: &catalog::Class, filter: &Filter) -> bool {
    match filter {
        Filter::And(all) => all.iter().any(|f| is_short(class, f)),
        Filter::Field(path, constraints) => constraints.iter().any(|c| match c {
            Constraint::Eq(Value::String(_)) => {
                path.as_str() == "objectId" || class.unique.iter().any(|field| field == path.as_str())
            }
            Constraint::In(list) => path.as_str() == "objectId" && list.len() <= FEW,
            _ => false,
        }),
        _ => false,
    }
}

/// The connection that writes, on a file that is ours and may be written to.
fn begin(path: &FilePath) -> Result<Conn> {
    place::make_or_check(path)?;
    let conn = Conn::open(path, Role::Writer)?;
    prepare(&conn)?;
    Ok(conn)
}

/// Makes the catalogue of a new file; refuses one that a newer program made, or that is none of ours.
fn prepare(conn: &Conn) -> Result<()> {
    let sql = &conn.sql;
    let tables = sql.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get::<_, i64>(0)).or_db()?;
    if tables == 0 {
        let format = format!("INSERT INTO meta VALUES('format', {FORMAT});");
        return sql.execute_batch(&format!("BEGIN; {TABLES} {format} COMMIT")).or_db();
    }
    check_format(conn)
}

/// Refuses a file that a newer program made, or that is none of ours.
fn check_format(conn: &Conn) -> Result<()> {
    let sql = &conn.sql;
    let tables = "SELECT count(*) FROM sqlite_schema WHERE name = 'meta'";
    if sql.query_row(tables, [], |r| r.get::<_, i64>(0)).or_db()? == 0 {
        return Err(Error::internal("the file is a database of another program"));
    }
    let format: i64 = sql.query_row("SELECT value FROM meta WHERE key = 'format'", [], |r| r.get(0)).or_db()?;
    match format {
        FORMAT => Ok(()),
        newer if newer > FORMAT => {
            let text = "the database was made by a newer version of Parsimony";
            Err(Error::internal(format!("{text} (format {newer}, this one knows {FORMAT}): update the program")))
        }
        older => Err(Error::internal(format!("the format {older} of the database is unknown"))),
    }
}

impl Storage for Sqlite {
    fn find<'a>(&'a self, plan: &'a Read) -> Answer<'a, Rows> {
        Box::pin(async move {
            let rows = self.read(plan, |class| Query::rows(class, plan), Query::fetch).await?;
            Ok(Box::new(rows.unwrap_or_default()) as Rows)
        })
    }

    fn count<'a>(&'a self, plan: &'a Read) -> Answer<'a, u64> {
        Box::pin(async move {
            let number = self.read(plan, |class| Query::count(class, plan), Query::number).await?;
            Ok(number.unwrap_or_default())
        })
    }

    fn distinct<'a>(&'a self, plan: &'a Read, path: &'a Path) -> Answer<'a, Vec<Value>> {
        Box::pin(async move {
            let wanted = path.clone();
            let run = move |query: &Query, conn: &Conn| query.distinct(conn, &wanted);
            Ok(self.read(plan, |class| Query::documents(class, plan, path), run).await?.unwrap_or_default())
        })
    }

    fn aggregate<'a>(&'a self, plan: &'a Aggregate) -> Answer<'a, Vec<Map>> {
        Box::pin(async move {
            let run = Run::new(plan, self.catalog.load_full())?;
            self.readers.run(move |conn| run.run(conn)).await
        })
    }

    fn explain<'a>(&'a self, plan: &'a Read) -> Answer<'a, Value> {
        Box::pin(async move {
            let plan_of = self.read(plan, |class| Query::rows(class, plan), Query::explain).await?;
            Ok(plan_of.unwrap_or_else(|| Value::Object(Map::from([("plan", Value::Array(Vec::new()))]))))
        })
    }

    fn change_all<'a>(&'a self, plan: &'a Update) -> Answer<'a, u64> {
        Box::pin(async move {
            let plan = Box::new(plan.clone());
            self.writer()?.ask(|answer| Job::ChangeAll(plan, answer)).await
        })
    }

    fn write<'a>(&'a self, writes: Vec<Write>, atomic: bool) -> Answer<'a, Vec<Result<Outcome>>> {
        Box::pin(async move {
            let (outcomes, _) = self.writer()?.ask(|answer| Job::Write(writes, atomic, answer)).await?;
            Ok(outcomes)
        })
    }

    fn joined<'a>(&'a self, relation: &'a Relation, side: Side, ids: &'a [String]) -> Answer<'a, Vec<String>> {
        Box::pin(async move {
            let catalog = self.catalog.load_full();
            let table = catalog.get(&relation.class).and_then(|class| class.relations.get(&relation.field).copied());
            let Some(table) = table else { return Ok(Vec::new()) };
            let ids = ids.to_vec();
            self.readers.run(move |conn| query::joined(conn, table, side, &ids, None)).await
        })
    }

    fn claim<'a>(&'a self, key: &'a str, now: Date, until: Date) -> Answer<'a, bool> {
        Box::pin(async move { self.writer()?.ask(|answer| Job::Claim(key.to_owned(), now.0, until.0, answer)).await })
    }

    fn schemas(&self) -> Answer<'_, Vec<ClassSchema>> {
        Box::pin(async move { Ok(self.catalog.load().schemas()) })
    }

    fn alter(&self, change: SchemaChange) -> Answer<'_, ()> {
        Box::pin(async move { self.writer()?.ask(|answer| Job::Alter(change, answer)).await })
    }

    fn ping(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            self.readers.run(|conn| conn.sql.query_row("SELECT 1 FROM meta LIMIT 1", [], |_| Ok(())).or_db()).await
        })
    }

    fn close(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            self.readers.close();
            self.spare.close();
            let Some(writer) = &self.writer else { return Ok(()) };
            let closed = writer.ask(Job::Close).await;
            writer.join();
            closed
        })
    }
}

impl Bulk for Sqlite {
    fn scan<'a>(&'a self, plan: &'a Read, some: u32) -> Flow<'a, Rows> {
        self.pages(plan, some)
    }

    fn scan_by_id<'a>(&'a self, plan: &'a Read, some: u32) -> Flow<'a, Rows> {
        self.pages_by_id(plan, some)
    }

    fn entries<'a>(&'a self, relation: &'a Relation, some: u32) -> Flow<'a, Vec<Entry>> {
        self.entries_of(relation, some)
    }

    fn put(&self, plans: Vec<Create>) -> Answer<'_, (Vec<Result<Outcome>>, Vec<Create>)> {
        Box::pin(async move {
            let writes = plans.into_iter().map(Write::Create).collect();
            let (outcomes, writes) = self.writer()?.ask(|answer| Job::Write(writes, false, answer)).await?;
            Ok((outcomes, writes.into_iter().filter_map(Write::into_create).collect()))
        })
    }

    fn relate<'a>(&'a self, relation: &'a Relation, entries: Vec<Entry>) -> Answer<'a, ()> {
        Box::pin(async move { self.writer()?.ask(|answer| Job::Relate(relation.clone(), entries, answer)).await })
    }

    fn indexes<'a>(&'a self, class: &'a str) -> Answer<'a, Vec<Index>> {
        Box::pin(self.real_indexes(class))
    }
}
