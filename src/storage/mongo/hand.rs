//! What carries out the writes of one group: each by itself, or noting what would take it back, or in a transaction.

use mongodb::bson::{Bson, Document, RawDocumentBuf, doc, serialize_to_document};
use mongodb::error::{Result, TRANSIENT_TRANSACTION_ERROR};
use mongodb::options::{FindOneAndUpdateOptions, ReturnDocument};
use mongodb::{ClientSession, Database};

use super::Mongo;
use super::undo::Undo;

/// An action of the driver, in the session if there is one.
macro_rules! act {
    ($hand:ident, $action:expr) => {{
        let done = match &mut $hand.session {
            Some(session) => $action.session(&mut **session).await,
            None => $action.await,
        };
        $hand.noted(done)
    }};
}

/// Carries out writes.
pub struct Hand<'m> {
    /// Where.
    pub mongo: &'m Mongo,
    /// The transaction, if it is one.
    pub session: Option<&'m mut ClientSession>,
    /// What takes back what was done, if all is to happen or nothing.
    pub undo: Option<Undo>,
    /// Did the database ask for the whole transaction again?
    pub again: bool,
}

impl<'m> Hand<'m> {
    /// For writes that stand for themselves.
    pub fn new(mongo: &'m Mongo) -> Self {
        Self { mongo, session: None, undo: None, again: false }
    }

    /// Something was done in the database.
    pub fn done(&mut self, note: impl FnOnce(&mut Undo)) {
        if let Some(undo) = &mut self.undo {
            note(undo);
        }
    }

    fn noted<T>(&mut self, done: Result<T>) -> Result<T> {
        if let Err(error) = &done
            && self.session.is_some()
        {
            self.again |= error.contains_label(TRANSIENT_TRANSACTION_ERROR);
        }
        done
    }

    /// A new document.
    pub async fn insert_one(&mut self, class: &str, document: RawDocumentBuf) -> Result<()> {
        if self.session.is_none() && self.undo.is_none() {
            return self.mongo.insert(class, document).await;
        }
        act!(self, self.mongo.collection(class).insert_one(document)).map(drop)
    }

    /// New documents; with `ordered` up to the first that is refused.
    pub async fn insert_many(&mut self, class: &str, documents: &[RawDocumentBuf], ordered: bool) -> Result<()> {
        act!(self, self.mongo.collection(class).insert_many(documents).ordered(ordered)).map(drop)
    }

    /// A document as it is.
    pub async fn find_one(&mut self, class: &str, filter: Document) -> Result<Option<RawDocumentBuf>> {
        act!(self, self.mongo.collection(class).find_one(filter))
    }

    /// Is there a document?
    pub async fn is_there(&mut self, class: &str, filter: Document) -> Result<bool> {
        let found = act!(self, self.mongo.collection(class).find_one(filter).projection(doc! { "_id": 1 }));
        found.map(|found| found.is_some())
    }

    /// Changes one document; gives it as it is then, or only its id.
    pub async fn change_one(
        &mut self,
        class: &str,
        filter: Document,
        change: Document,
        id_only: bool,
    ) -> Result<Option<RawDocumentBuf>> {
        let collection = self.mongo.collection(class);
        let mut options = FindOneAndUpdateOptions::default();
        options.return_document = Some(ReturnDocument::After);
        options.projection = id_only.then(|| doc! { "_id": 1 });
        act!(self, collection.find_one_and_update(filter, change).with_options(options))
    }

    /// Changes documents; how many there were.
    pub async fn change_many(&mut self, class: &str, filter: Document, change: Document) -> Result<u64> {
        act!(self, self.mongo.collection(class).update_many(filter, change)).map(|done| done.matched_count)
    }

    /// Away with documents; how many went.
    pub async fn delete_many(&mut self, class: &str, filter: Document) -> Result<u64> {
        act!(self, self.mongo.collection(class).delete_many(filter)).map(|gone| gone.deleted_count)
    }

    /// Any other command that writes.
    pub async fn command(&mut self, mut command: Document) -> Result<Document> {
        // In a transaction it is the commit that has one.
        if self.session.is_none() {
            command.extend(concern(&self.mongo.db).map(|concern| ("writeConcern".to_owned(), Bson::Document(concern))));
        }
        act!(self, self.mongo.db.run_command(command))
    }
}

/// How many members a write must have reached, if the URI says so: commands that the driver does not know are not given it.
pub fn concern(db: &Database) -> Option<Document> {
    serialize_to_document(db.write_concern()?).ok().filter(|concern| !concern.is_empty())
}
