//! Documents of a dump: their bytes are those of the database.

use mongodb::bson::RawDocument;

use super::names::{POINTER, is_pointer};
use super::{class as schemas, decode};
use crate::error::{Error, Result};
use crate::model::{ClassSchema, ParseObject};
use crate::storage::Entry;
use crate::storage::dump::Segment;

fn raw(document: &[u8]) -> Result<&RawDocument> {
    RawDocument::from_bytes(document).map_err(decode::broken)
}

/// The class of a document of `_SCHEMA`; `None` for one that is none.
///
/// # Errors
/// 1 for bytes that are no BSON.
pub fn class(document: &[u8]) -> Result<Option<ClassSchema>> {
    schemas::schema(raw(document)?)
}

/// The object of a document, with its internal columns.
///
/// # Errors
/// 1 for a document that Parse cannot read.
pub fn object(document: &[u8], schema: &ClassSchema) -> Result<ParseObject> {
    decode::object(raw(document)?, schema, true)
}

/// Columns with pointers that the class does not have, and that are not read for that reason.
pub fn unknown_pointers(document: &[u8], schema: &ClassSchema) -> Vec<String> {
    let keys = raw(document).into_iter().flat_map(|document| document.iter().flatten());
    let unknown = keys.filter_map(|(key, _)| Some(key.as_str().strip_prefix(POINTER)?.to_owned()));
    unknown.filter(|field| !is_pointer(schema, field)).collect()
}

/// The entry of a document of a relation's collection.
///
/// # Errors
/// 1 for one that has no two ids.
pub fn entry(document: &[u8]) -> Result<Entry> {
    let document = raw(document)?;
    let id =
        |name| document.get_str(name).map(str::to_owned).map_err(|_| Error::internal(format!("there is no {name}")));
    Ok((id("owningId")?, id("relatedId")?))
}

/// The collection that a header of an archive names.
///
/// # Errors
/// 1 for a document that is no header.
pub fn segment(document: &[u8]) -> Result<Segment> {
    let document = raw(document)?;
    let text = |name| document.get_str(name).map(str::to_owned);
    match (text("db"), text("collection")) {
        (Ok(database), Ok(collection)) => {
            Ok(Segment { database, collection, is_end: document.get_bool("EOF").unwrap_or(false) })
        }
        _ => Err(Error::internal("a header of the archive names no collection")),
    }
}

/// The database and collection of which the head of an archive says that documents come; `None` for anything else that stands there,
/// views among it.
pub fn announced(document: &[u8]) -> Option<(String, String)> {
    let document = raw(document).ok()?;
    let text = |name| document.get_str(name).ok().map(str::to_owned);
    text("type").filter(|kind| kind == "collection")?;
    Some((text("db")?, text("collection")?))
}
