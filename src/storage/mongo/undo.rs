//! What takes back the writes of an all-or-nothing group, for databases without transactions.

use mongodb::bson::{RawDocumentBuf, doc};

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

    /// An object is about to be changed or deleted.
    pub fn changed(&mut self, class: &str, document: RawDocumentBuf) {
        self.0.push(Step::Before { class: class.to_owned(), document });
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
                let id = doc! { "_id": mongodb::bson::Bson::try_from(id).unwrap_or_default() };
                mongo.collection(&class).replace_one(id, &document).upsert(true).await.map(drop)
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
