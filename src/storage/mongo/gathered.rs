//! What requests of many clients want alike: an object by its id, to store a new one, to set fields of one.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::TryStreamExt;
use mongodb::bson::{DateTime, Document, RawArrayBuf, RawDocumentBuf, cstr, doc, rawdoc};
use mongodb::error::{Error, ErrorKind, Result};
use mongodb::options::{FindOptions, ReadPreference, SelectionCriteria};
use mongodb::{Collection, Database};

use super::Mongo;
use super::filter::permitted;
use super::gather::{Gather, Way};
use super::hand::concern;
use super::hold::Left;
use super::read::{all, within};
use super::rows::Found;
use crate::access::Update;
use crate::model::ClassSchema;

/// A document of so many bytes goes by itself: what is wrong with a large one is not to concern others.
const LARGE: usize = 64 << 10;
/// So many bytes at most are changes in one command.
const MOST_BYTES: usize = 16 * LARGE;

/// The objects of a collection that one of these groups may read, or change; of all, if there are none.
type May = (String, Option<Vec<String>>);

/// An object that is wanted.
pub struct Wanted {
    id: String,
    /// How long it is of use.
    left: Option<Duration>,
    schema: Arc<ClassSchema>,
}

/// An object whose fields are to be set.
pub struct Setting {
    id: String,
    change: Document,
    /// The instant that marks the change, and is part of it.
    at: DateTime,
}

/// An object, and the instant of its last change.
type Mark = (String, DateTime);

/// Reads of objects by their ids.
pub type Gets = Gather<May, Wanted, Result<Option<RawDocumentBuf>>>;
/// Fields of objects that are set; told is the id of one that was found.
pub type Sets = Gather<May, Setting, String>;
/// New documents of a collection.
pub type Inserts = Gather<String, RawDocumentBuf, Result<()>>;

/// Reads of a database by id.
pub fn gets(db: &Database, room: &Left, batch: u32) -> Gets {
    let (db, room) = (db.clone(), room.clone());
    Gather::new(move |may: May, wanted| {
        let (collection, room) = (db.collection(&may.0), room.clone());
        Box::pin(async move { get(&collection, may.1.as_deref(), &wanted, &room, batch).await })
    })
}

/// Fields of a database's objects that are set.
pub fn sets(db: &Database) -> Sets {
    let db = db.clone();
    Gather::new(move |may: May, settings| {
        let db = db.clone();
        Box::pin(async move { set(&db, &may.0, may.1.as_deref(), settings).await })
    })
}

/// New documents of a database.
pub fn inserts(db: &Database) -> Inserts {
    let db = db.clone();
    Gather::new(move |name: String, documents: Vec<RawDocumentBuf>| {
        let collection = db.collection(&name);
        Box::pin(async move { insert(&collection, &documents).await })
    })
}

async fn get(
    collection: &Collection<RawDocumentBuf>,
    groups: Option<&[String]>,
    wanted: &[Wanted],
    room: &Left,
    batch: u32,
) -> Vec<Option<Result<Option<RawDocumentBuf>>>> {
    let each = |answer: Result<Option<RawDocumentBuf>>| wanted.iter().map(|_| Some(answer.clone())).collect();
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
        Ok(Err(away)) => return each(Err(away)),
        Ok(Ok(answers)) => within(left, all(answers, found)).await,
        Err(late) => Err(late),
    };
    // Too much for one answer, or for the memory, is not too much for each.
    let Ok(found) = found else { return wanted.iter().map(|_| None).collect() };
    let rows = found.by_id();
    let row = |wanted: &Wanted| rows.get(&wanted.id).map(|row| (*row).to_owned());
    wanted.iter().map(|wanted| Some(Ok(row(wanted)))).collect()
}

async fn insert(collection: &Collection<RawDocumentBuf>, documents: &[RawDocumentBuf]) -> Vec<Option<Result<()>>> {
    let Err(failed) = collection.insert_many(documents).ordered(false).await else {
        return documents.iter().map(|_| Some(Ok(()))).collect();
    };
    let ErrorKind::InsertMany(many) = &*failed.kind else {
        return documents.iter().map(|_| Some(Err(failed.clone()))).collect();
    };
    let refused: Vec<usize> = many.write_errors.iter().flatten().map(|error| error.index).collect();
    let stored = || match &many.write_concern_error {
        None => Ok(()),
        Some(concern) => Err(Error::custom(format!("stored, but: {concern:?}"))),
    };
    // What was refused is not stored; it hears why when it is tried by itself.
    (0..documents.len()).map(|i| (!refused.contains(&i)).then(stored)).collect()
}

/// The database tells how many objects it has changed, not which. If it is not all, those were that bear the mark of their change;
/// the others go by themselves. One of them may have been changed, and at once again by somebody else: it is set to the same
/// values another time.
async fn set(db: &Database, name: &str, groups: Option<&[String]>, settings: Vec<Setting>) -> Vec<Option<String>> {
    let may = groups.map(|groups| permitted("_wperm", groups)).unwrap_or_default();
    let (mut updates, mut bytes, mut ids) = (RawArrayBuf::new(), 0, HashSet::new());
    let mut marks: Vec<(Mark, bool)> = Vec::with_capacity(settings.len());
    for Setting { id, change, at } in settings {
        let mut one = doc! { "_id": &id };
        one.extend(may.clone());
        let update = RawDocumentBuf::try_from(&doc! { "q": one, "u": change }).ok();
        // Of two changes of one object the second would hide the first.
        let update = update.filter(|update| bytes + update.as_bytes().len() <= MOST_BYTES && ids.insert(id.clone()));
        marks.push(((id, at), update.is_some()));
        bytes += update.as_ref().map_or(0, |update| update.as_bytes().len());
        update.into_iter().for_each(|update| updates.push(update));
    }
    let mut command = rawdoc! { "update": name, "updates": updates, "ordered": false };
    if let Some(concern) = concern(db).and_then(|concern| RawDocumentBuf::try_from(&concern).ok()) {
        command.append(cstr!("writeConcern"), concern);
    }
    let nobody = || marks.iter().map(|_| None).collect();
    let Ok(answer) = db.run_raw_command(command).await else { return nobody() };
    if answer.contains_key("writeConcernError") {
        return nobody();
    }
    let changed = answer.get("n").and_then(|n| n.as_i32().map(i64::from).or(n.as_i64()));
    let all = changed == Some(ids.len() as i64) && !answer.contains_key("writeErrors");
    let marked = if all { None } else { Some(marked(db, name, ids, may).await) };
    let is_set = |mark: &Mark| marked.as_ref().is_none_or(|marked| marked.contains(mark));
    marks.into_iter().map(|(mark, taken)| (taken && is_set(&mark)).then_some(mark.0)).collect()
}

/// Which mark each of some objects bears.
async fn marked(db: &Database, name: &str, ids: HashSet<String>, may: Document) -> HashSet<Mark> {
    let mut those = doc! { "_id": { "$in": ids.into_iter().collect::<Vec<_>>() } };
    those.extend(may);
    let collection = db.collection::<Document>(name);
    let primary = SelectionCriteria::ReadPreference(ReadPreference::Primary);
    let find = collection.find(those).projection(doc! { "_updated_at": 1 }).selection_criteria(primary);
    let rows: Vec<Document> = match find.await {
        Ok(found) => found.try_collect().await.unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    let mark = |row: &Document| Some((row.get_str("_id").ok()?.to_owned(), *row.get_datetime("_updated_at").ok()?));
    rows.iter().filter_map(mark).collect()
}

impl Mongo {
    /// An object by its id, if that is all that is asked.
    pub(super) fn by_id(
        &self,
        filter: &Document,
        options: &FindOptions,
        groups: Option<&[String]>,
        schema: &Arc<ClassSchema>,
    ) -> Option<Way<May, Wanted, Result<Option<RawDocumentBuf>>>> {
        let Ok(id) = filter.get_str("_id") else { return None };
        let plain = options.sort.is_none() && options.skip.is_none() && options.projection.is_none();
        let advised = options.hint.is_some() || options.comment.is_some() || options.selection_criteria.is_some();
        if filter.len() > 1 + groups.iter().len() || !plain || advised {
            return None;
        }
        let may = (self.name(&schema.name), groups.map(<[String]>::to_vec));
        Some(self.gets.join(may, || Wanted { id: id.to_owned(), left: options.max_time, schema: schema.clone() }))
    }

    /// Sets fields of an object, if that is all that is to be done and nobody looks at it afterwards.
    pub(super) fn setting(
        &self,
        plan: &Update,
        filter: &Document,
        change: &Document,
    ) -> Option<Way<May, Setting, String>> {
        let Ok(id) = filter.get_str("_id") else { return None };
        let Ok(at) = change.get_document("$set").and_then(|set| set.get_datetime("_updated_at")) else { return None };
        let sets = change.keys().all(|operator| matches!(operator.as_str(), "$set" | "$unset"));
        let simple = filter.len() <= 1 + plan.groups().iter().len() && plan.is_unseen() && plan.joins().is_empty();
        // Who changes who may change it may not find it again.
        if plan.acl().is_some() || !sets || !simple {
            return None;
        }
        let may = (self.name(&plan.schema().name), plan.groups().map(<[String]>::to_vec));
        Some(self.sets.join(may, || Setting { id: id.to_owned(), change: change.clone(), at: *at }))
    }

    /// Stores a new document, with those of others if many come at once.
    pub(super) async fn insert(&self, class: &str, document: RawDocumentBuf) -> Result<()> {
        if document.as_bytes().len() >= LARGE {
            return self.collection(class).insert_one(document).await.map(drop);
        }
        match self.inserts.join(self.name(class), || document.clone()) {
            Way::Alone(_place) => self.collection(class).insert_one(document).await.map(drop),
            Way::Together(answer) => match answer.await {
                Ok(answer) => answer,
                Err(_) => self.collection(class).insert_one(document).await.map(drop),
            },
        }
    }
}
