//! What takes back the writes of an all-or-nothing group.

use mongodb::bson::{Bson, Document, RawDocument, RawDocumentBuf, doc};

use super::{Mongo, error, names};
use crate::access::Write;
use crate::error::Result;

/// Steps back, the last write first.
#[derive(Default)]
pub struct Undo(Vec<Step>);

enum Step {
    /// Away with a new object.
    Away { class: String, id: String },
    /// The object as it was.
    Before { class: String, document: RawDocumentBuf },
    /// What was changed of an object as it was; what others change of it stays.
    Back { class: String, id: Bson, change: Document },
    /// The entries that an owner had.
    Entries { collection: String, owner: String, documents: Vec<RawDocumentBuf> },
}

impl Undo {
    /// An object was made.
    pub fn created(&mut self, write: &Write) {
        if let Write::Create(plan) = write {
            self.0.push(Step::Away { class: plan.schema().name.clone(), id: plan.object().id.clone() });
        }
    }

    /// An object was changed that stood so before.
    pub fn changed(&mut self, class: &str, before: &RawDocument, change: &Document) {
        let value = |key: &str| before.get(key).ok().flatten().and_then(|value| Bson::try_from(value).ok());
        let Some(id) = value("_id") else { return };
        let (mut set, mut unset) = (Document::new(), Document::new());
        let changed = change.values().filter_map(Bson::as_document).flat_map(Document::keys);
        for column in changed.map(|key| key.split('.').next().unwrap_or(key)) {
            match value(column) {
                Some(value) => drop(set.insert(column, value)),
                None => drop(unset.insert(column, "")),
            }
        }
        let parts = [("$set", set), ("$unset", unset)].into_iter().filter(|(_, part)| !part.is_empty());
        let change: Document = parts.map(|(operator, part)| (operator.to_owned(), Bson::Document(part))).collect();
        if !change.is_empty() {
            self.0.push(Step::Back { class: class.to_owned(), id, change });
        }
    }

    /// Objects are about to be deleted.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn gone(&mut self, mongo: &Mongo, class: &str, condition: Document) -> Result<()> {
        let mut cursor = mongo.collection(class).find(condition).await.map_err(error::of_read)?;
        while cursor.advance().await.map_err(error::of_read)? {
            self.0.push(Step::Before { class: class.to_owned(), document: cursor.current().to_owned() });
        }
        Ok(())
    }

    /// The entries of an owner are about to be changed.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn joined(&mut self, mongo: &Mongo, collection: &str, owner: &str) -> Result<()> {
        let mut cursor = mongo.collection(collection).find(doc! { "owningId": owner }).await.map_err(error::any)?;
        let mut documents = Vec::new();
        while cursor.advance().await.map_err(error::any)? {
            documents.push(cursor.current().to_owned());
        }
        self.0.push(Step::Entries { collection: collection.to_owned(), owner: owner.to_owned(), documents });
        Ok(())
    }

    /// Takes the steps back.
    ///
    /// # Errors
    /// Those of the database; what could not be taken back stays.
    pub async fn run(self, mongo: &Mongo) -> Result<()> {
        for step in self.0.into_iter().rev() {
            step.run(mongo).await.map_err(error::any)?;
        }
        Ok(())
    }
}

impl Step {
    async fn run(self, mongo: &Mongo) -> mongodb::error::Result<()> {
        match self {
            Self::Away { class, id } => {
                mongo.collection(&class).delete_one(doc! { "_id": names::id(&class, &id) }).await.map(drop)
            }
            Self::Before { class, document } => {
                let Ok(Some(id)) = document.get("_id") else { return Ok(()) };
                let id = doc! { "_id": Bson::try_from(id).unwrap_or_default() };
                mongo.collection(&class).replace_one(id, &document).upsert(true).await.map(drop)
            }
            Self::Back { class, id, change } => {
                mongo.collection(&class).update_one(doc! { "_id": id }, change).await.map(drop)
            }
            Self::Entries { collection, owner, documents } => {
                let collection = mongo.collection(&collection);
                collection.delete_many(doc! { "owningId": owner }).await?;
                match documents.is_empty() {
                    true => Ok(()),
                    false => collection.insert_many(&documents).await.map(drop),
                }
            }
        }
    }
}
