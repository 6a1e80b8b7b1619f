//! Rows as the database gave them: its answers as they came, of which each row is a piece.

use std::sync::Arc;

use mongodb::bson::RawDocument;
use mongodb::raw_batch_cursor::RawBatch;

use super::elements::{Elements, Item};
use super::hold::{Hold, Left};
use super::{decode, json, odd};
use crate::access::Render;
use crate::error::{Error, Result};
use crate::model::{ClassSchema, ParseObject, Value, wire};
use crate::storage::{Odd, RowSet};

/// The rows of one read.
pub struct Found {
    answers: Vec<RawBatch>,
    /// Answer, beginning and end of each row.
    rows: Vec<(usize, usize, usize)>,
    /// Their place in memory.
    hold: Hold,
    /// The class, by which they are read.
    schema: Arc<ClassSchema>,
    /// Are internal columns read?
    internals: bool,
}

impl Found {
    /// No rows yet.
    pub fn new(schema: Arc<ClassSchema>, internals: bool, left: &Left) -> Self {
        Self { answers: Vec::new(), rows: Vec::new(), hold: Hold::of(left), schema, internals }
    }

    /// Takes an answer of the database.
    ///
    /// # Errors
    /// 102 when there are more bytes than one read may give back, 155 when all reads together hold too many, 1 for an answer that
    /// is none.
    pub fn push(&mut self, answer: RawBatch) -> Result<()> {
        let whole = answer.as_raw_document().as_bytes();
        self.hold.take(whole.len())?;
        for (_, row) in Elements::of(answer.doc_slices().map_err(decode::broken)?.as_bytes()) {
            let Item::Document(row) = row else { return Err(Error::internal("a row that is no document")) };
            // Where it lies in the answer.
            let from = (row.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize);
            self.rows.push((self.answers.len(), from, from + row.len()));
        }
        self.answers.push(answer);
        Ok(())
    }

    fn document(&self, row: usize) -> Result<&RawDocument> {
        let missing = || Error::internal("a row that is not there");
        let (answer, from, to) = *self.rows.get(row).ok_or_else(missing)?;
        let answer = self.answers.get(answer).ok_or_else(missing)?.as_raw_document().as_bytes();
        RawDocument::from_bytes(answer.get(from..to).ok_or_else(missing)?).map_err(decode::broken)
    }

    fn read(&self, row: usize, internals: bool) -> Result<ParseObject> {
        decode::object(self.document(row)?, &self.schema, internals)
    }
}

impl RowSet for Found {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn write_json(&self, row: usize, render: &Render, out: &mut Vec<u8>) -> Result<()> {
        let before = out.len();
        if json::row(self.document(row)?, &self.schema, render, out)? {
            return Ok(());
        }
        out.truncate(before);
        let object = self.read(row, render.shows_internals())?;
        wire::write(&Value::Object(render.object(object)), out);
        Ok(())
    }

    fn object(&self, row: usize) -> Result<ParseObject> {
        self.read(row, self.internals)
    }

    fn id(&self, row: usize) -> Result<String> {
        decode::id_of(self.document(row)?)
    }

    fn odd(&self, row: usize) -> Vec<Odd> {
        self.document(row).map(|document| odd::of_row(document, &self.schema)).unwrap_or_default()
    }
}
