//! Moving whole databases in and out: import, export, copy, verify, doctor.
//!
//! A [`Source`] gives everything it has, in pieces; a [`Sink`] takes them. What cannot be taken is a [`Fault`] with its place, and
//! never ends the work. Nothing is kept beside the two ends: a second run finds by itself what is there already.

mod check;
mod class;
mod compare;
pub mod csv;
pub mod database;
pub mod digest;
pub mod doctor;
pub mod dump;
pub mod export;
mod fit;
pub mod folder;
mod pump;
mod row;
mod split;
mod store;
mod transfer;
pub mod verify;
mod watch;

use std::sync::Arc;

pub use pump::{Pace, Pipe, Run, pump};
pub use transfer::{End, Transfer, look, transfer};
pub use watch::{Fault, Progress, Report, Tally, Watcher};

use crate::model::{ClassSchema, ParseObject};
use crate::storage::{Answer, Entry, Relation};

/// A piece of what a source has.
#[derive(Debug)]
pub enum Item {
    /// A class with the columns that are known of it; stands before its rows.
    Class(ClassSchema),
    /// Rows of a class.
    Rows(Rows),
    /// Entries of a relation.
    Entries(Entries),
    /// Something of the source that cannot be read at all.
    Fault(Fault),
}

/// Rows of a class, from one place.
#[derive(Debug)]
pub struct Rows {
    /// Where they are from.
    pub from: From,
    /// The rows by their numbers there, or why one cannot be read.
    pub rows: Vec<(u64, Result<ParseObject, String>)>,
}

/// Entries of a relation, from one place.
#[derive(Debug)]
pub struct Entries {
    /// The relation.
    pub relation: Relation,
    /// Where they are from.
    pub from: From,
    /// The entries by their numbers there, or why one cannot be read.
    pub entries: Vec<(u64, Result<Entry, String>)>,
}

/// Where rows are from.
#[derive(Debug, Clone)]
pub struct From {
    /// The class, or the name of the relation.
    pub class: Arc<str>,
    /// The file, if they are from one.
    pub file: Option<Arc<str>>,
}

impl From {
    /// A fault of one row. Rows of a database have no lasting numbers, and are known by their ids.
    pub fn fault(&self, row: u64, id: Option<&str>, what: impl Into<String>) -> Fault {
        Fault {
            class: self.class.to_string(),
            file: self.file.as_deref().map(str::to_owned),
            row: Some(row).filter(|_| self.file.is_some() || id.is_none()),
            id: id.map(str::to_owned),
            what: what.into(),
            is_note: false,
        }
    }

    /// A fault of all of them.
    pub fn fault_of_all(&self, what: impl Into<String>) -> Fault {
        Fault { row: None, ..self.fault(0, None, what) }
    }
}

/// Where everything comes from. It can be gone through more than once.
pub trait Source: Send + Sync {
    /// How much there is, in the units in which [`Pipe::at`] is told: bytes or rows.
    fn total(&self) -> u64;

    /// Sends all there is into a pipe: every class before its rows, relations behind all rows.
    fn run<'a>(&'a self, pipe: &'a mut Pipe) -> Answer<'a, ()>;
}

/// Where everything goes. What it cannot take it notes in the report.
pub trait Sink: Send {
    /// Takes one piece.
    fn take<'a>(&'a mut self, item: Item, report: &'a mut Report) -> Answer<'a, ()>;

    /// There is no more.
    fn finish<'a>(&'a mut self, report: &'a mut Report) -> Answer<'a, ()> {
        let _ = report;
        Box::pin(std::future::ready(Ok(())))
    }
}

/// The class whose rows are known by what they say: some databases number them themselves.
const HOOKS: &str = "_Hooks";

/// The name of a relation's entries among classes, as Parse.com's exports and MongoDB have it.
pub fn join_name(relation: &Relation) -> String {
    format!("_Join:{}:{}", relation.field, relation.class)
}

/// The relation of such a name.
fn relation_of(name: &str) -> Option<Relation> {
    let (field, class) = name.strip_prefix("_Join:")?.split_once(':')?;
    Some(Relation { class: class.to_owned(), field: field.to_owned() })
}
