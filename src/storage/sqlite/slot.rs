//! What the functions of a running statement work with: SQL hands them a number, the number leads here.

use std::sync::Arc;
use std::time::Instant;

use rusqlite::types::ValueRef;

use super::doc;
use super::error::timeout;
use super::kind::Kind;
use super::text::Doc;
use crate::error::{Error, Result};
use crate::matching::text::{Document, Search};
use crate::matching::{self, Work, geo};
use crate::model::value::GeoPoint;
use crate::model::{Constraint, Filter, Map, ParseObject, Path, Value};

/// As long as one step of [`Work`] takes reading so much of a document.
const BYTES_A_STEP: u64 = 16;

/// The matter of one call of a function.
#[derive(Debug, Clone)]
pub enum Slot {
    /// Constraints on what stands at a path; with a kind, on the value of the column instead of the document.
    Test {
        /// The field and the way below it.
        path: Path,
        /// What must hold.
        constraints: Vec<Constraint>,
        /// What the column holds.
        kind: Option<Kind>,
    },
    /// A condition on the whole row.
    Whole(Filter),
    /// Sorting by a path.
    Sort {
        /// The field and the way below it.
        path: Path,
        /// From large to small.
        descending: bool,
    },
    /// The distance from a place.
    Distance {
        /// The field.
        path: Path,
        /// The place.
        center: GeoPoint,
    },
    /// A full-text search over fields.
    Text {
        /// What is looked for.
        search: Search,
        /// Where.
        fields: Vec<Path>,
    },
}

/// The slots of the running statement; none for none.
#[derive(Default)]
pub struct Slots {
    list: Arc<Vec<Slot>>,
    work: Option<Work>,
    deadline: Option<Instant>,
    /// What a function failed of; SQLite would keep its text alone.
    pub failed: Option<Error>,
}

impl Slots {
    /// Those of a statement.
    pub fn new(list: Arc<Vec<Slot>>, work: Work, deadline: Option<Instant>) -> Self {
        Self { list, work: Some(work), deadline, failed: None }
    }

    /// Before each call: one row may take long, and SQLite looks at the clock only after many.
    fn check(&self) -> Result<()> {
        if self.deadline.is_some_and(|deadline| deadline <= Instant::now()) { Err(timeout()) } else { Ok(()) }
    }

    /// Keeps an error for [`super::conn::Conn::failed`]; SQLite gets its text.
    pub fn fail(&mut self, error: Error) -> rusqlite::Error {
        let text = error.to_string();
        self.failed = Some(error);
        rusqlite::Error::UserFunctionError(text.into())
    }

    /// Does a condition hold for a row?
    pub fn holds_for_row(&mut self, id: &[u8], doc: &[u8], internal: &[u8], slot: usize) -> Result<bool> {
        self.check()?;
        let Some(Slot::Whole(filter)) = self.list.get(slot) else { return Err(astray()) };
        let work = self.work.get_or_insert(Work::unlimited());
        work.spend((doc.len() + internal.len()) as u64 / BYTES_A_STEP)?;
        let internal = if internal.is_empty() { Map::new() } else { doc::fields(internal)? };
        let id = String::from_utf8_lossy(id).into_owned();
        let row = ParseObject { id, fields: doc::fields(doc)?, acl: None, internal };
        matching::matches(filter, &row, work)
    }

    /// Do the constraints hold for a document?
    pub fn holds_in_doc(&mut self, text: &[u8], slot: usize) -> Result<bool> {
        self.check()?;
        let Some(Slot::Test { path, constraints, .. }) = self.list.get(slot) else { return Err(astray()) };
        let work = self.work.get_or_insert(Work::unlimited());
        work.spend(text.len() as u64 / BYTES_A_STEP)?;
        let value = in_doc(text, path)?;
        matching::holds(constraints, path.rest(), value.as_ref(), work)
    }

    /// Do the constraints hold for the value of a column?
    pub fn holds_for(&mut self, value: ValueRef<'_>, slot: usize) -> Result<bool> {
        self.check()?;
        let Some(Slot::Test { path, constraints, kind: Some(kind) }) = self.list.get(slot) else {
            return Err(astray());
        };
        let value = kind.value(value);
        matching::holds(constraints, path.rest(), value.as_ref(), self.work.get_or_insert(Work::unlimited()))
    }

    /// The key that a document sorts by.
    pub fn sort_key(&mut self, text: &[u8], slot: usize) -> Result<Vec<u8>> {
        self.check()?;
        let Some(Slot::Sort { path, descending }) = self.list.get(slot) else { return Err(astray()) };
        Ok(matching::sort_key(in_doc(text, path)?.as_ref(), path.rest(), *descending))
    }

    /// Does a document match a full-text search, if it has one of its terms?
    pub fn is_found(&mut self, text: &[u8], slot: usize) -> Result<bool> {
        let Some(Slot::Text { search, fields }) = self.list.get(slot) else { return Err(astray()) };
        let document = Document::of(fields, &Doc(text));
        search.confirms(&document, self.work.get_or_insert(Work::unlimited()))
    }

    /// How well it does.
    pub fn score(&mut self, text: &[u8], slot: usize) -> Result<f64> {
        let Some(Slot::Text { search, fields }) = self.list.get(slot) else { return Err(astray()) };
        let document = Document::of(fields, &Doc(text));
        search.score(&document, self.work.get_or_insert(Work::unlimited()))
    }

    /// How far away the place in a document is, in radians.
    pub fn distance(&mut self, text: &[u8], slot: usize) -> Result<Option<f64>> {
        let Some(Slot::Distance { path, center }) = self.list.get(slot) else { return Err(astray()) };
        let Some(value) = in_doc(text, path)? else { return Ok(None) };
        let places = std::iter::once(&value).chain(value.as_array().into_iter().flatten());
        let near = places.filter_map(place).map(|p| geo::radians_between(p, *center)).min_by(f64::total_cmp);
        Ok(near)
    }
}

fn place(value: &Value) -> Option<GeoPoint> {
    match value {
        Value::GeoPoint(point) => Some(*point),
        _ => None,
    }
}

fn in_doc(text: &[u8], path: &Path) -> Result<Option<Value>> {
    doc::find(text, path.root()).map(doc::value).transpose()
}

fn astray() -> Error {
    Error::internal("a statement has lost its constraints")
}
