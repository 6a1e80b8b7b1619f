//! Values that must be unique: by case too, and told by their field whatever the database says.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use mongodb::bson::{Bson, Document, doc};
use mongodb::options::Collation;

use super::{Mongo, error, names};
use crate::error::{Error, Result};
use crate::model::ClassSchema;

/// What must be unique, as far as this process has asked for it.
#[derive(Default)]
pub struct Unique {
    values: Mutex<HashSet<(String, String)>>,
    texts: Mutex<HashSet<(String, String)>>,
}

impl Unique {
    /// The values of a field of a class.
    pub fn note(&self, class: &str, field: &str) {
        lock(&self.values).insert((class.to_owned(), field.to_owned()));
    }

    /// The texts of a column of a class, whatever their case.
    pub fn note_texts(&self, class: &str, column: &str) {
        lock(&self.texts).insert((class.to_owned(), column.to_owned()));
    }

    fn values_of(&self, class: &str) -> Vec<String> {
        of(&self.values, class)
    }

    fn texts_of(&self, class: &str) -> Vec<String> {
        of(&self.texts, class)
    }
}

fn of(set: &Mutex<HashSet<(String, String)>>, class: &str) -> Vec<String> {
    lock(set).iter().filter(|(of, _)| of == class).map(|(_, name)| name.clone()).collect()
}

fn lock(set: &Mutex<HashSet<(String, String)>>) -> MutexGuard<'_, HashSet<(String, String)>> {
    set.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How Parse Server compares user names and addresses: case apart.
pub fn collation() -> Collation {
    let mut collation = Collation::builder().locale("en_US").build();
    collation.strength = Some(mongodb::options::CollationStrength::Secondary);
    collation
}

impl Mongo {
    /// The texts of a document, or of what an update sets, that must be unique whatever their case.
    pub(super) fn texts(&self, schema: &ClassSchema, change: &Document) -> Vec<(String, String)> {
        let set = change.get_document("$set").unwrap_or(change);
        let texts = self.unique.texts_of(&schema.name).into_iter();
        texts.filter_map(|key| set.get_str(&key).ok().map(str::to_owned).map(|text| (key, text))).collect()
    }

    /// Are the texts of a new object free? The index that Parse Server keeps for them is not unique, so it is asked before and
    /// after: of two at the same time none stays.
    pub(super) async fn check_texts(&self, schema: &ClassSchema, document: &Document, own: &Bson) -> Result<()> {
        for (key, text) in self.texts(schema, document) {
            self.check_text(schema, &key, &text, own).await?;
        }
        Ok(())
    }

    /// Is a text free, but for the object with an id?
    pub(super) async fn check_text(&self, schema: &ClassSchema, key: &str, text: &str, own: &Bson) -> Result<()> {
        let others = doc! { key: text, "_id": { "$ne": own } };
        let collection = self.collection(&schema.name);
        let find = collection.find_one(others).projection(doc! { "_id": 1 }).collation(collation());
        match find.await.map_err(error::of_read)? {
            Some(_) => Err(Error::duplicate(Some(key.to_owned()))),
            None => Ok(()),
        }
    }

    /// The error for one that a new document met, or an update. Some engines do not say which value was taken, or not even that one was.
    pub(super) async fn refused(
        &self,
        schema: &ClassSchema,
        change: &Document,
        refused: mongodb::error::Error,
    ) -> Error {
        let unnamed = error::is_constraint(&refused);
        let error = error::of_write(refused);
        if !unnamed {
            return error;
        }
        let set = change.get_document("$set").unwrap_or(change);
        for field in self.unique.values_of(&schema.name) {
            let key = names::stored(schema, &field.as_str().into());
            let Some(value) = at(set, &key) else { continue };
            let collection = self.collection(&schema.name);
            let taken = collection.find_one(doc! { key: value }).projection(doc! { "_id": 1 });
            if taken.await.is_ok_and(|found| found.is_some()) {
                return Error::duplicate(Some(field));
            }
        }
        Error::duplicate(None)
    }
}

/// What an update sets at a key, or at one above it.
fn at(set: &Document, key: &str) -> Option<Bson> {
    if let Some(value) = set.get(key) {
        return Some(value.clone());
    }
    let (above, below) = key.rsplit_once('.')?;
    set.get_document(above).ok()?.get(below).cloned()
}
