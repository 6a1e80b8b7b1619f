//! What moving whole databases asks of a back end, besides what serving an app asks.

use futures_util::stream::BoxStream;

use super::{Answer, Relation, Rows, Storage};
use crate::access::Read;
use crate::error::Result;

/// Something that comes piece by piece.
pub type Flow<'a, T> = BoxStream<'a, Result<T>>;

/// An entry of a relation: the ids of its owner and of what is related to it.
pub type Entry = (String, String);

/// A database that whole classes are taken from and put into.
pub trait Bulk: Storage {
    /// All rows of a plan in the order in which they lie, about so many at a time: for going through whole classes. Rows that come
    /// or go meanwhile may be among them or not.
    fn scan<'a>(&'a self, plan: &'a Read, some: u32) -> Flow<'a, Rows>;

    /// As [`Bulk::scan`], in the order of their ids.
    fn scan_by_id<'a>(&'a self, plan: &'a Read, some: u32) -> Flow<'a, Rows>;

    /// All entries of a relation, each its owner and what is related to it, about so many at a time; as with [`Storage::scan`].
    fn entries<'a>(&'a self, relation: &'a Relation, some: u32) -> Flow<'a, Vec<Entry>>;

    /// Stores entries of a relation, which are not there yet as far as the caller knows: one that is may be there twice then.
    fn relate<'a>(&'a self, relation: &'a Relation, entries: Vec<Entry>) -> Answer<'a, ()>;
}
