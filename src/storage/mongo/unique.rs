//! Values that must be unique: by case too, and told by their field whatever the database says.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use mongodb::bson::{Bson, Document, doc};
use mongodb::options::Collation;

use super::{Mongo, error, names};
use crate::access::Write;
use crate::error::{Error, Result};
use crate::model::{ClassSchema, Op, Value};

/// Texts that must be unique whatever their case: columns of a class, with what is to stand there.
pub struct Texts {
    /// The class.
    pub class: String,
    /// Column and text.
    pub pairs: Vec<(String, String)>,
}

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
    /// The texts that a write stores and that must be unique whatever their case.
    pub(super) fn texts_of(&self, write: &Write) -> Option<Texts> {
        let class = match write {
            Write::Create(plan) => &plan.schema().name,
            Write::Update(plan) => &plan.schema().name,
            Write::Delete(_) | Write::Absent(_) => return None,
        };
        let pair = |key: String| text(write, &key).map(str::to_owned).map(|text| (key, text));
        let pairs: Vec<_> = self.unique.texts_of(class).into_iter().filter_map(pair).collect();
        (!pairs.is_empty()).then(|| Texts { class: class.clone(), pairs })
    }

    /// Are texts free, but for the object with an id? The index that Parse Server keeps for them is not unique, so it is asked
    /// before a write and after it: of two at the same time none stays.
    pub(super) async fn check_texts(&self, texts: &Texts, own: &Bson) -> Result<()> {
        let any: Vec<Document> = texts.pairs.iter().map(|(key, text)| doc! { key: text }).collect();
        let mut others = doc! { "_id": { "$ne": own } };
        match &texts.pairs[..] {
            [(key, text)] => drop(others.insert(key, text)),
            _ => drop(others.insert("$or", any)),
        }
        let shown: Document = texts.pairs.iter().map(|(key, _)| (key.clone(), Bson::Int32(1))).collect();
        let collection = self.collection(&texts.class);
        let find = collection.find_one(others).projection(shown).collation(collation());
        let Some(found) = find.await.map_err(error::of_read)? else { return Ok(()) };
        let same = |(key, text): &&(String, String)| {
            found.get_str(key).is_ok_and(|other| other.to_lowercase() == text.to_lowercase())
        };
        let taken = texts.pairs.iter().find(same).or(texts.pairs.last());
        Err(Error::duplicate(taken.map(|(key, _)| key.clone())))
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

/// The text that a write stores in a column.
fn text<'w>(write: &'w Write, key: &str) -> Option<&'w str> {
    match write {
        Write::Create(plan) => plan.object().fields.get(key)?.as_str(),
        Write::Update(plan) => plan.ops().iter().rev().find_map(|(path, op)| match op {
            Op::Set(Value::String(text)) if path.as_str() == key => Some(text.as_str()),
            _ => None,
        }),
        Write::Delete(_) | Write::Absent(_) => None,
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
