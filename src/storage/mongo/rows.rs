//! Rows as the database gave them: bytes, read into objects as they are taken.

use std::sync::Arc;

use mongodb::bson::RawDocumentBuf;

use super::decode;
use crate::access::Render;
use crate::error::{Error, Result};
use crate::model::{ClassSchema, ParseObject, Value, wire};
use crate::storage::RowSet;

/// The rows of one read.
pub struct Found {
    /// The documents.
    pub documents: Vec<RawDocumentBuf>,
    /// The class, by which they are read.
    pub schema: Arc<ClassSchema>,
    /// Are internal columns read?
    pub internals: bool,
}

impl RowSet for Found {
    fn len(&self) -> usize {
        self.documents.len()
    }

    fn write_json(&self, row: usize, render: &Render, out: &mut Vec<u8>) -> Result<()> {
        let object = self.read(row, render.shows_internals())?;
        wire::write(&Value::Object(render.object(object)), out);
        Ok(())
    }

    fn object(&self, row: usize) -> Result<ParseObject> {
        self.read(row, self.internals)
    }
}

impl Found {
    fn read(&self, row: usize, internals: bool) -> Result<ParseObject> {
        let document = self.documents.get(row).ok_or_else(|| Error::internal("a row that is not there"))?;
        decode::object(document, &self.schema, internals)
    }
}
