//! Going through a whole class or relation on one cursor.

use std::sync::Arc;

use futures_util::stream::{self, StreamExt, TryStreamExt};
use mongodb::bson::{Document, RawDocumentBuf, doc, oid::ObjectId};
use mongodb::options::FindOptions;

use super::error;
use super::filter::Near;
use super::question::condition;
use super::rows::Found;
use super::{Mongo, names};
use crate::access::Read;
use crate::error::{Error, Result};
use crate::storage::{Entry, Flow, Relation, Rows};

impl Mongo {
    /// The rows of a plan, in an order or as they lie.
    pub(super) fn all_rows<'a>(&'a self, plan: &'a Read, some: u32, order: Option<Document>) -> Flow<'a, Rows> {
        let pages = stream::once(async move {
            let filter = condition(plan, Near::Circle)?;
            let collection = self.collection(&plan.schema().name);
            let options = FindOptions::builder().sort(order).batch_size(some.max(1)).build();
            let answers = collection.find(filter).with_options(options).batch().await.map_err(error::of_read)?;
            let page = |answer: mongodb::error::Result<_>| {
                let mut found = Found::new(Arc::clone(plan.schema()), plan.internals());
                found.push(answer.map_err(error::of_read)?)?;
                Ok::<_, Error>(Box::new(found) as Rows)
            };
            Ok::<_, Error>(answers.map(page))
        });
        pages.try_flatten().boxed()
    }

    /// The entries of a relation, in the order in which they lie.
    pub(super) fn all_entries<'a>(&'a self, relation: &'a Relation, some: u32) -> Flow<'a, Vec<Entry>> {
        let pages = stream::once(async move {
            let collection = self.collection(&names::join(&relation.class, &relation.field));
            let find = collection.find(doc! {}).projection(doc! { "_id": 0, "owningId": 1, "relatedId": 1 });
            let entries = find.batch_size(some.max(1)).await.map_err(error::of_read)?;
            let entries = entries.map(|entry| self.entry(relation, &entry.map_err(error::of_read)?));
            Ok::<_, Error>(entries.try_chunks(some.max(1) as usize).map_err(|stopped| stopped.1))
        });
        pages.try_flatten().boxed()
    }

    fn entry(&self, relation: &Relation, entry: &RawDocumentBuf) -> Result<Entry> {
        let id = |name: &str| entry.get_str(name).map(str::to_owned);
        match (id("owningId"), id("relatedId")) {
            (Ok(owning), Ok(related)) => Ok((owning, related)),
            _ => {
                let name = names::join(&relation.class, &relation.field);
                Err(Error::internal(format!("an entry of {name} has no owningId or no relatedId")))
            }
        }
    }

    /// Stores entries that are not there.
    pub(super) async fn add_new_entries(&self, relation: &Relation, entries: Vec<Entry>) -> Result<()> {
        let document = |(owning, related): Entry| {
            let entry = doc! { "_id": ObjectId::new(), "relatedId": related, "owningId": owning };
            RawDocumentBuf::try_from(&entry).map_err(|e| Error::caused("an entry that cannot be stored", e))
        };
        let documents: Vec<_> = entries.into_iter().map(document).collect::<Result<_>>()?;
        if documents.is_empty() {
            return Ok(());
        }
        let collection = self.collection(&names::join(&relation.class, &relation.field));
        collection.insert_many(documents).ordered(false).await.map(drop).map_err(error::of_write)
    }
}
