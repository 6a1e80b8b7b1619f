//! Who holds whom, step by step upwards: one command where the database can follow entries by itself.

use std::sync::atomic::Ordering;

use futures_util::TryStreamExt;
use mongodb::bson::{Bson, Document, doc};

use super::error;
use super::{Mongo, names};
use crate::error::Result;
use crate::storage::{Lineage, Relation};

impl Mongo {
    /// The lineage of an object; `None` if the database cannot tell it, which is asked once.
    pub(super) async fn line(&self, first: &Relation, next: &Relation, id: &str) -> Result<Option<Lineage>> {
        if self.no_lineage.load(Ordering::Relaxed) {
            return Ok(None);
        }
        let collection = |relation: &Relation| names::join(&relation.class, &relation.field);
        let follow = doc! { "from": self.name(&collection(next)), "startWith": "$held", "connectFromField": "owningId",
        "connectToField": "relatedId", "as": "above" };
        let stages = [
            doc! { "$match": { "relatedId": id } },
            doc! { "$group": { "_id": null, "held": { "$addToSet": "$owningId" } } },
            doc! { "$graphLookup": follow },
            doc! { "$project": { "_id": 0, "held": 1, "above.owningId": 1, "above.relatedId": 1 } },
        ];
        let told = async {
            let mut cursor = self.collection(&collection(first)).aggregate(stages).await?;
            cursor.try_next().await
        };
        match told.await {
            Ok(found) => Ok(Some(found.map(|found| lineage(&found)).unwrap_or_default())),
            Err(error) if error::is_refusal(&error) => {
                tracing::info!(error = %error, "roles are looked up step by step, for the database cannot follow them");
                self.no_lineage.store(true, Ordering::Relaxed);
                Ok(None)
            }
            Err(error) => Err(error::any(error)),
        }
    }
}

fn lineage(found: &Document) -> Lineage {
    let list = |name: &str| found.get_array(name).into_iter().flatten();
    let first = list("held").filter_map(|id| id.as_str().map(str::to_owned));
    let entry = |entry: &Bson| {
        let entry = entry.as_document()?;
        Some((entry.get_str("owningId").ok()?.to_owned(), entry.get_str("relatedId").ok()?.to_owned()))
    };
    Lineage { first: first.collect(), above: list("above").filter_map(entry).collect() }
}
