//! Where objects are kept: one trait, and a back end a folder.
//!
//! Every back end passes `contract.rs`. MongoDB's meaning of ordering, equality, null and missing is the meaning.

mod bulk;
#[cfg(test)]
mod contract;
pub mod dump;
#[cfg(feature = "mongodb")]
pub mod mongo;
pub mod pipeline;
pub mod sql;
pub mod sqlite;

use std::future::Future;
use std::pin::Pin;

use tokio::sync::Notify;

use crate::access::{Aggregate, Read, Render, Update, Write};
use crate::error::{Code, Error, Result};
use crate::model::{ClassSchema, Date, Field, Map, ParseObject, Path, Value};

pub use bulk::{Bulk, Entry, Flow, Index, Odd};

/// What the methods of [`Storage`] give back.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// The most bytes that one read may give back: four times MongoDB's largest document.
pub const MOST_BYTES: usize = 64 << 20;

/// The answer to a read that would give back more.
pub fn too_large() -> Error {
    Error::query("The answer would be too large; ask for less at a time.")
}

/// The answer to a read for which all others together have left no memory.
pub fn no_room() -> Error {
    Error::new(Code::RequestLimitExceeded, "The server is sending too much already; try again.")
}

/// A database. Errors are told by meaning: 137 for a value that must be unique, 124 when the deadline has passed, 102 for a
/// query that it cannot run, 1 for everything that is not the client's fault.
pub trait Storage: Send + Sync {
    /// The rows that a plan asks for.
    fn find<'a>(&'a self, plan: &'a Read) -> Answer<'a, Rows>;

    /// How many rows a plan's filter matches, whatever its skip and limit.
    fn count<'a>(&'a self, plan: &'a Read) -> Answer<'a, u64>;

    /// The distinct values at a path among the rows of the plan's filter, lists unwound.
    fn distinct<'a>(&'a self, plan: &'a Read, path: &'a Path) -> Answer<'a, Vec<Value>>;

    /// The rows that a pipeline makes, in the database's names; or how it would be run, if the plan asks for that.
    fn aggregate<'a>(&'a self, plan: &'a Aggregate) -> Answer<'a, Vec<Map>>;

    /// How the database would run a plan, in its own words.
    fn explain<'a>(&'a self, plan: &'a Read) -> Answer<'a, Value>;

    /// Carries out writes in order. With `atomic` all or none: the first that fails (or finds no object to update or delete, or one that must not be there)
    /// undoes the others. The answer has one outcome a write, up to the one that failed.
    fn write<'a>(&'a self, writes: Vec<Write>, atomic: bool) -> Answer<'a, Vec<Result<Outcome>>>;

    /// Changes every object that matches a plan without relations, each by itself: if it fails some may be changed. How many were.
    fn change_all<'a>(&'a self, plan: &'a Update) -> Answer<'a, u64> {
        Box::pin(change_each(self, plan))
    }

    /// Refuses, with 108, if others can see an all-or-nothing group half done, or if it stays so when the process dies: then no
    /// group may be called a transaction. What Parse itself does as a group works all the same.
    fn check_transactions(&self) -> Answer<'_, ()> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// The ids of the owners (`by_related`) or of the related objects of a relation's entries.
    fn joined<'a>(&'a self, relation: &'a Relation, side: Side, ids: &'a [String]) -> Answer<'a, Vec<String>>;

    /// Who holds an object in one relation, who holds these in another, and so on, all at once. `None` from a database that must be
    /// asked step by step ([`Storage::joined`]).
    fn lineage<'a>(&'a self, first: &'a Relation, next: &'a Relation, id: &'a str) -> Answer<'a, Option<Lineage>> {
        let _ = (first, next, id);
        Box::pin(std::future::ready(Ok(None)))
    }

    /// Takes a key until an instant, once: `false` if it is taken already (`X-Parse-Request-Id`).
    fn claim<'a>(&'a self, key: &'a str, now: Date, until: Date) -> Answer<'a, bool>;

    /// Every class with a stored schema, in the database's own order: that in which they were made, where it keeps one.
    fn schemas(&self) -> Answer<'_, Vec<ClassSchema>>;

    /// Changes the schema of a class, and its data where the change says so.
    fn alter(&self, change: SchemaChange) -> Answer<'_, ()>;

    /// The start is over: all classes and indexes that it makes are there.
    fn started(&self) -> Answer<'_, ()> {
        Box::pin(async { Ok(()) })
    }

    /// May other processes change schemas and webhooks?
    fn is_shared(&self) -> bool {
        false
    }

    /// Tells of changes of schemas and webhooks, whoever makes them, until it is dropped; ends at once where nobody else can.
    fn watch<'a>(&'a self, _changed: &'a Notify) -> Answer<'a, ()> {
        Box::pin(async { Ok(()) })
    }

    /// Is it there?
    fn ping(&self) -> Answer<'_, ()>;

    /// Finishes what runs and lets go of the database.
    fn close(&self) -> Answer<'_, ()>;
}

/// [`Storage::change_all`] by way of the ids, some dozens at a time.
async fn change_each<S: Storage + ?Sized>(storage: &S, plan: &Update) -> Result<u64> {
    const AT_ONCE: usize = 100;
    let rows = storage.find(&plan.found()).await?;
    let ids = (0..rows.len()).map(|i| rows.id(i)).collect::<Result<Vec<_>>>()?;
    let mut changed = 0;
    for some in ids.chunks(AT_ONCE) {
        let writes = some.iter().map(|id| Write::Update(plan.of(id))).collect();
        for outcome in storage.write(writes, false).await? {
            changed += u64::from(matches!(outcome?, Outcome::Updated(Some(_))));
        }
    }
    Ok(changed)
}

/// Rows as the back end has them: written as JSON without a tree between, or taken as objects.
pub trait RowSet: Send + Sync {
    /// How many there are.
    fn len(&self) -> usize;

    /// Are there none?
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Appends one row as a JSON object, as the plan's [`Render`] shows it.
    ///
    /// # Errors
    /// 1 for a stored row that cannot be read.
    fn write_json(&self, row: usize, render: &Render, out: &mut Vec<u8>) -> Result<()>;

    /// One row as an object, nothing hidden.
    ///
    /// # Errors
    /// As [`RowSet::write_json`].
    fn object(&self, row: usize) -> Result<ParseObject>;

    /// The id of one row, also of one that cannot be read otherwise.
    ///
    /// # Errors
    /// 1 for a row without an id.
    fn id(&self, row: usize) -> Result<String>;

    /// What is stored of one row in a form that has been given up, or that nobody reads.
    fn odd(&self, row: usize) -> Vec<Odd> {
        let _ = row;
        Vec::new()
    }
}

/// What [`Storage::find`] answers.
pub type Rows = Box<dyn RowSet>;

/// What became of a write.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// The object is stored.
    Created,
    /// The object after the update, of one that nobody looks at perhaps its id alone; `None` if there was none to update.
    Updated(Option<ParseObject>),
    /// How many objects went.
    Deleted(u64),
    /// Is it true that no object matches?
    Absent(bool),
}

/// A relation column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// The class that has the column.
    pub class: String,
    /// The column.
    pub field: String,
}

/// What [`Storage::lineage`] answers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lineage {
    /// The owners that hold the object.
    pub first: Vec<String>,
    /// The entries above them: an owner, and what it holds.
    pub above: Vec<(String, String)>,
}

/// Which ids of a relation's entries are given; the others are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Owners are given, related objects wanted.
    Owning,
    /// Related objects are given, owners wanted.
    Related,
}

/// A change of a class.
#[derive(Debug, Clone, PartialEq)]
pub enum SchemaChange {
    /// A new class; nothing happens if it is there.
    CreateClass(ClassSchema),
    /// New columns; those that are there stay as they are.
    AddFields {
        /// The class.
        class: String,
        /// Names and columns.
        fields: Vec<(String, Field)>,
    },
    /// Other options for a column of the same type.
    SetFieldOptions {
        /// The class.
        class: String,
        /// The column.
        field: String,
        /// All its options.
        options: Map,
    },
    /// Away with columns and their data, the entries of relations too.
    DeleteFields {
        /// The class.
        class: String,
        /// The columns.
        fields: Vec<String>,
    },
    /// Other class level permissions.
    SetClp {
        /// The class.
        class: String,
        /// All of them; `None` is the open default.
        clp: Option<Map>,
    },
    /// New indexes.
    CreateIndexes {
        /// The class.
        class: String,
        /// Name to keys, as `/schemas` gives them.
        indexes: Map,
    },
    /// Away with indexes.
    DropIndexes {
        /// The class.
        class: String,
        /// Their names.
        names: Vec<String>,
    },
    /// A unique index over values that are there.
    EnsureUnique {
        /// The class.
        class: String,
        /// The column.
        field: String,
    },
    /// A unique index over the texts of a column, whatever their case; what is missing or null may stand twice.
    EnsureUniqueText {
        /// The class.
        class: String,
        /// The column.
        field: String,
    },
    /// Away with a class, its objects, and the entries of its relations.
    DropClass(String),
}
