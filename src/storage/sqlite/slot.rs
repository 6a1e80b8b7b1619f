//! What the functions of a running statement work with: SQL hands them a number, the number leads here.

use rusqlite::types::ValueRef;

use super::doc;
use super::kind::Kind;
use super::text::Doc;
use crate::error::{Error, Result};
use crate::matching::text::{Document, Search};
use crate::matching::{self, Work, geo};
use crate::model::value::GeoPoint;
use crate::model::{Constraint, Path, Value};

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
    list: Vec<Slot>,
    work: Option<Work>,
    /// What a function failed of; SQLite would keep its text alone.
    pub failed: Option<Error>,
}

impl Slots {
    /// Those of a statement.
    pub fn new(list: Vec<Slot>, work: Work) -> Self {
        Self { list, work: Some(work), failed: None }
    }

    /// Do the constraints hold for a document?
    pub fn holds_in_doc(&mut self, text: &[u8], slot: usize) -> Result<bool> {
        let Some(Slot::Test { path, constraints, .. }) = self.list.get(slot) else { return Err(astray()) };
        let value = in_doc(text, path)?;
        matching::holds(constraints, path.rest(), value.as_ref(), self.work.get_or_insert(Work::unlimited()))
    }

    /// Do the constraints hold for the value of a column?
    pub fn holds_for(&mut self, value: ValueRef<'_>, slot: usize) -> Result<bool> {
        let Some(Slot::Test { path, constraints, kind: Some(kind) }) = self.list.get(slot) else {
            return Err(astray());
        };
        let value = kind.value(value);
        matching::holds(constraints, path.rest(), value.as_ref(), self.work.get_or_insert(Work::unlimited()))
    }

    /// The key that a document sorts by.
    pub fn sort_key(&mut self, text: &[u8], slot: usize) -> Result<Vec<u8>> {
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
