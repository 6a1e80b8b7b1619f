//! Rows as the database gave them: its answers as they came, of which each row is a piece.

use std::collections::HashMap;
use std::sync::Arc;

use mongodb::bson::{RawDocument, RawDocumentBuf};
use mongodb::raw_batch_cursor::RawBatch;

use super::elements::{Elements, Item};
use super::hold::{Hold, Left};
use super::{decode, json, odd};
use crate::access::Render;
use crate::error::{Error, Result};
use crate::model::{ClassSchema, ParseObject, Value, wire};
use crate::storage::{Odd, RowSet};

/// What rows are pieces of.
enum Answer {
    /// An answer of the database.
    Whole(RawBatch),
    /// A row of one that others asked for, too.
    Row(RawDocumentBuf),
}

impl Answer {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Whole(answer) => answer.as_raw_document().as_bytes(),
            Self::Row(row) => row.as_bytes(),
        }
    }
}

/// The rows of one read.
pub struct Found {
    answers: Vec<Answer>,
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
        self.answers.push(Answer::Whole(answer));
        Ok(())
    }

    /// Takes a row.
    ///
    /// # Errors
    /// As [`Found::push`].
    pub fn add(&mut self, row: RawDocumentBuf) -> Result<()> {
        let bytes = row.as_bytes().len();
        self.hold.take(bytes)?;
        self.rows.push((self.answers.len(), 0, bytes));
        self.answers.push(Answer::Row(row));
        Ok(())
    }

    /// The rows by their ids.
    pub fn by_id(&self) -> HashMap<String, &RawDocument> {
        (0..self.rows.len()).filter_map(|row| Some((self.id(row).ok()?, self.document(row).ok()?))).collect()
    }

    fn document(&self, row: usize) -> Result<&RawDocument> {
        let missing = || Error::internal("a row that is not there");
        let (answer, from, to) = *self.rows.get(row).ok_or_else(missing)?;
        let answer = self.answers.get(answer).ok_or_else(missing)?.bytes();
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
