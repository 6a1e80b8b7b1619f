//! Objects by their ids.

use std::sync::Arc;
use std::time::Duration;

use mongodb::bson::{Document, RawDocumentBuf, doc};
use mongodb::error::Result;
use mongodb::options::FindOptions;
use mongodb::{Collection, Database};

use super::{Gather, May, Way};
use crate::model::ClassSchema;
use crate::storage::mongo::Mongo;
use crate::storage::mongo::error::is_refusal;
use crate::storage::mongo::filter::permitted;
use crate::storage::mongo::hold::Left;
use crate::storage::mongo::read::{all, within};
use crate::storage::mongo::rows::{Found, SharedRow};

/// A longer id, bytes, is looked for by itself: many of them would be more than one command may hold.
const LONGEST: usize = 1024;

/// An object that is wanted.
pub struct Wanted {
    id: String,
    /// How long it is of use.
    left: Option<Duration>,
    schema: Arc<ClassSchema>,
}

/// Reads of objects by their ids.
pub type Gets = Gather<May, Wanted, Result<Option<SharedRow>>>;

/// Reads of a database by id.
pub fn gets(db: &Database, room: &Left, batch: u32) -> Gets {
    let (db, room) = (db.clone(), room.clone());
    Gather::new(move |may: May, wanted| {
        let (collection, room) = (db.collection(&may.0), room.clone());
        Box::pin(async move { get(&collection, may.1.as_deref(), &wanted, &room, batch).await })
    })
}

async fn get(
    collection: &Collection<RawDocumentBuf>,
    groups: Option<&[String]>,
    wanted: &[Wanted],
    room: &Left,
    batch: u32,
) -> Vec<Option<Result<Option<SharedRow>>>> {
    let mut ids: Vec<&str> = wanted.iter().map(|wanted| wanted.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    let mut filter = doc! { "_id": { "$in": &ids } };
    filter.extend(groups.into_iter().flat_map(|groups| permitted("_rperm", groups)));
    let mut options = FindOptions::default();
    options.limit = Some(ids.len() as i64);
    options.batch_size = Some(batch);
    // As long as anybody has use of it.
    let left = wanted.iter().map(|wanted| wanted.left).reduce(|a, b| a.zip(b).map(|(a, b)| a.max(b))).flatten();
    options.max_time = left;
    let Some(schema) = wanted.first().map(|wanted| wanted.schema.clone()) else { return Vec::new() };
    let found = Found::new(schema, false, room);
    let answers = within(left, async { Ok(collection.find(filter).with_options(options).batch().await) }).await;
    let found = match answers {
        Ok(Err(failed)) => {
            // What is wrong with one of them the database may say of all.
            let each = (!is_refusal(&failed)).then_some(Err(failed));
            return wanted.iter().map(|_| each.clone()).collect();
        }
        Ok(Ok(answers)) => within(left, all(answers, found)).await,
        Err(late) => Err(late),
    };
    // Too much for one answer, or for the memory, is not too much for each.
    let Ok(found) = found else { return wanted.iter().map(|_| None).collect() };
    let rows = found.by_id();
    wanted.iter().map(|wanted| Some(Ok(rows.get(&wanted.id).cloned()))).collect()
}

impl Mongo {
    /// An object by its id, if that is all that is asked.
    pub(in crate::storage::mongo) fn by_id(
        &self,
        filter: &Document,
        options: &FindOptions,
        groups: Option<&[String]>,
        schema: &Arc<ClassSchema>,
    ) -> Option<Way<May, Wanted, Result<Option<SharedRow>>>> {
        let id = filter.get_str("_id").ok().filter(|id| id.len() <= LONGEST)?;
        let plain = options.sort.is_none() && options.skip.is_none() && options.projection.is_none();
        let advised = options.hint.is_some() || options.comment.is_some() || options.selection_criteria.is_some();
        if filter.len() > 1 + groups.iter().len() || !plain || advised {
            return None;
        }
        let may = (self.name(&schema.name), groups.map(<[String]>::to_vec));
        Some(self.gets.join(may, || Wanted { id: id.to_owned(), left: options.max_time, schema: schema.clone() }))
    }
}
