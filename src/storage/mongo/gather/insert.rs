//! New documents of a collection.

use mongodb::bson::RawDocumentBuf;
use mongodb::error::{ErrorKind, Result, WriteFailure};
use mongodb::{Collection, Database};

use super::{Gather, LARGE};
use crate::storage::mongo::Mongo;
use crate::storage::mongo::error::is_refusal;

/// New documents of a collection.
pub type Inserts = Gather<String, RawDocumentBuf, Result<()>>;

/// New documents of a database.
pub fn inserts(db: &Database) -> Inserts {
    let db = db.clone();
    Gather::new(move |name: String, documents: Vec<RawDocumentBuf>| {
        let collection = db.collection(&name);
        Box::pin(async move { insert(&collection, &documents).await })
    })
}

async fn insert(collection: &Collection<RawDocumentBuf>, documents: &[RawDocumentBuf]) -> Vec<Option<Result<()>>> {
    let Err(failed) = collection.insert_many(documents).ordered(false).await else {
        return documents.iter().map(|_| Some(Ok(()))).collect();
    };
    let ErrorKind::InsertMany(many) = &*failed.kind else {
        // What is wrong with one of them the database may say of the command, which it does not carry out then.
        let each = (!is_refusal(&failed)).then_some(Err(failed));
        return documents.iter().map(|_| each.clone()).collect();
    };
    let refused: Vec<usize> = many.write_errors.iter().flatten().map(|error| error.index).collect();
    let stored = || match &many.write_concern_error {
        None => Ok(()),
        Some(concern) => Err(ErrorKind::Write(WriteFailure::WriteConcernError(concern.clone())).into()),
    };
    // What was refused is not stored; it hears why when it is tried by itself.
    (0..documents.len()).map(|i| (!refused.contains(&i)).then(stored)).collect()
}

impl Mongo {
    /// Stores a new document, with those of others if many come at once.
    pub(in crate::storage::mongo) async fn insert(&self, class: &str, document: RawDocumentBuf) -> Result<()> {
        let mut _place = None;
        if document.as_bytes().len() < LARGE {
            match self.inserts.join(self.name(class), || document.clone()).answer().await {
                Ok(answer) => return answer,
                Err(own) => _place = own,
            }
        }
        self.collection(class).insert_one(document).await.map(drop)
    }
}
