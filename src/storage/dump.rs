//! Documents of MongoDB as `mongodump` writes them, without a database: what each of them is to Parse.

#[cfg(not(feature = "mongodb"))]
use super::Entry;
#[cfg(not(feature = "mongodb"))]
use crate::error::{Error, Result};
#[cfg(not(feature = "mongodb"))]
use crate::model::{ClassSchema, ParseObject};

/// A piece of an archive: which collection the documents behind it are of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Segment {
    /// The database.
    pub database: String,
    /// The collection.
    pub collection: String,
    /// Is this all of it?
    pub is_end: bool,
}

#[cfg(feature = "mongodb")]
pub use super::mongo::dump::{announced, class, entry, object, segment, unknown_pointers};

/// The error of a build that cannot read documents.
#[cfg(not(feature = "mongodb"))]
fn no_mongodb<T>() -> Result<T> {
    Err(Error::internal("this build has no MongoDB"))
}

#[cfg(not(feature = "mongodb"))]
mod without {
    use super::*;

    /// None: this build has no MongoDB.
    pub fn class(_: &[u8]) -> Result<Option<ClassSchema>> {
        no_mongodb()
    }

    /// None: this build has no MongoDB.
    pub fn object(_: &[u8], _: &ClassSchema) -> Result<ParseObject> {
        no_mongodb()
    }

    /// None: this build has no MongoDB.
    pub fn entry(_: &[u8]) -> Result<Entry> {
        no_mongodb()
    }

    /// None: this build has no MongoDB.
    pub fn announced(_: &[u8]) -> Option<(String, String)> {
        None
    }

    /// None: this build has no MongoDB.
    pub fn segment(_: &[u8]) -> Result<Segment> {
        no_mongodb()
    }

    /// None: this build has no MongoDB.
    pub fn unknown_pointers(_: &[u8], _: &ClassSchema) -> Vec<String> {
        Vec::new()
    }
}

#[cfg(not(feature = "mongodb"))]
pub use without::{announced, class, entry, object, segment, unknown_pointers};
