//! What moving whole databases asks of a back end, besides what serving an app asks.

use futures_util::stream::BoxStream;

use super::{Answer, Outcome, Relation, Rows, Storage};
use crate::access::{Create, Read};
use crate::error::Result;
use crate::model::Map;

/// Something that comes piece by piece.
pub type Flow<'a, T> = BoxStream<'a, Result<T>>;

/// An entry of a relation: the ids of its owner and of what is related to it.
pub type Entry = (String, String);

/// An index as the database has it, whatever schemas say.
#[derive(Debug, Clone, PartialEq)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// Its columns as `/schemas` names them (`_p_owner`, `_created_at`), each with 1, -1, or the kind of index.
    pub keys: Map,
    /// Does it refuse a value that is there already?
    pub is_unique: bool,
    /// Are texts that differ only in case one to it?
    pub any_case: bool,
}

/// Something stored in a form that has been given up, or that nobody reads. The first ones are found in rows, the others in what is
/// stored of classes and relations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Odd {
    /// The id is no text, as which it is looked for.
    Id,
    /// Permissions that are not in force: those by which rows are found are not there, or are only half there.
    Acl,
    /// Accounts elsewhere in a column that has been given up; nobody can log in by them.
    AuthData,
    /// A column under a name that has been given up: it is read and not found.
    OldName {
        /// The name there is.
        column: String,
        /// The one it should have.
        now: &'static str,
    },
    /// A pointer without a column of that name in the schema; it is not read.
    LostPointer {
        /// The column.
        column: String,
        /// The class that it leads to; empty for what is no pointer at all.
        target: String,
    },
    /// Permissions of a class in a form that has been given up.
    OldPermissions,
    /// A column that the schema gives a type by another name than now, or none that is known.
    TypeName {
        /// The column.
        column: String,
        /// What the schema says.
        ty: String,
        /// The name of the type now; `None` for one that is not known: the column is passed over.
        now: Option<&'static str>,
    },
    /// Rows of a class that no schema names.
    StrayClass,
    /// Entries of a relation whose class, or column, is not there.
    StrayRelation,
    /// So many entries of a relation lack an id; the others cannot be gone through.
    BrokenEntries(u64),
}

/// A database that whole classes are taken from and put into.
pub trait Bulk: Storage {
    /// All rows of a plan in the order in which they lie, about so many at a time: for going through whole classes. Rows that come
    /// or go meanwhile may be among them or not.
    fn scan<'a>(&'a self, plan: &'a Read, some: u32) -> Flow<'a, Rows>;

    /// As [`Bulk::scan`], in the order of their ids.
    fn scan_by_id<'a>(&'a self, plan: &'a Read, some: u32) -> Flow<'a, Rows>;

    /// All entries of a relation, each its owner and what is related to it, about so many at a time; as with [`Storage::scan`].
    fn entries<'a>(&'a self, relation: &'a Relation, some: u32) -> Flow<'a, Vec<Entry>>;

    /// Stores new objects, each by itself, and gives the plans back: what is refused is looked at once more.
    fn put(&self, plans: Vec<Create>) -> Answer<'_, (Vec<Result<Outcome>>, Vec<Create>)>;

    /// Stores entries of a relation, which are not there yet as far as the caller knows: one that is may be there twice then.
    fn relate<'a>(&'a self, relation: &'a Relation, entries: Vec<Entry>) -> Answer<'a, ()>;

    /// The indexes of a class, that of the ids aside; none of a class that is not there.
    fn indexes<'a>(&'a self, class: &'a str) -> Answer<'a, Vec<Index>>;

    /// What is odd about classes and relations, each with its name (`_Join:<field>:<class>` of a relation). Rows tell it
    /// themselves: [`super::RowSet::odd`].
    fn oddities(&self) -> Answer<'_, Vec<(String, Odd)>> {
        Box::pin(std::future::ready(Ok(Vec::new())))
    }
}
