//! Fields of objects that are set.

use std::collections::{HashMap, HashSet};

use futures_util::TryStreamExt;
use mongodb::Database;
use mongodb::bson::{Bson, DateTime, Document, RawArrayBuf, RawDocumentBuf, cstr, doc, rawdoc};
use mongodb::error::Result;
use mongodb::options::{ReadPreference, SelectionCriteria};

use super::{Gather, LARGE, May, Way};
use crate::access::Update;
use crate::storage::mongo::Mongo;
use crate::storage::mongo::error::told;
use crate::storage::mongo::filter::permitted;
use crate::storage::mongo::hand::concern;

/// So many bytes at most are changes in one command.
const MOST_BYTES: usize = 16 * LARGE;

/// An object whose fields are to be set.
pub struct Setting {
    id: String,
    change: Document,
    /// The instant that marks the change, and is part of it.
    at: DateTime,
}

/// An object, and the instant of its last change.
type Mark = (String, DateTime);

/// Fields of objects that are set; told is the id of one that was found.
pub type Sets = Gather<May, Setting, Result<String>>;

/// Fields of a database's objects that are set.
pub fn sets(db: &Database) -> Sets {
    let db = db.clone();
    Gather::new(move |may: May, settings| {
        let db = db.clone();
        Box::pin(async move { set(&db, &may.0, may.1.as_deref(), settings).await })
    })
}

/// The database tells how many objects it has changed, not which. If it is not all, they are those that are there, as a rule; if
/// that does not agree with their number, those that bear the mark of their change. The others go by themselves: one of them may
/// have been changed, and at once again by somebody else, and is then set to the same values another time.
async fn set(
    db: &Database,
    name: &str,
    groups: Option<&[String]>,
    settings: Vec<Setting>,
) -> Vec<Option<Result<String>>> {
    let may = groups.map(|groups| permitted("_wperm", groups)).unwrap_or_default();
    let (mut updates, mut bytes) = (RawArrayBuf::new(), 0);
    // What has its place in the command, in that order, and whether each setting has.
    let (mut marks, mut ids, mut taken) = (Vec::new(), HashSet::new(), Vec::with_capacity(settings.len()));
    for Setting { id, change, at } in settings {
        let mut one = doc! { "_id": &id };
        one.extend(may.clone());
        let update = RawDocumentBuf::try_from(&doc! { "q": one, "u": change }).ok();
        // Of two changes of one object the second would hide the first.
        let update = update.filter(|update| bytes + update.as_bytes().len() <= MOST_BYTES && ids.insert(id.clone()));
        taken.push(update.is_some());
        if let Some(update) = update {
            bytes += update.as_bytes().len();
            updates.push(update);
            marks.push((id, at));
        }
    }
    let mut command = rawdoc! { "update": name, "updates": updates, "ordered": false };
    if let Some(concern) = concern(db).and_then(|concern| RawDocumentBuf::try_from(&concern).ok()) {
        command.append(cstr!("writeConcern"), concern);
    }
    let mut set = match db.run_raw_command(command).await {
        Ok(answer) => set_of(db, name, may, &answer, marks).await.into_iter(),
        // Tried again it might be done twice, the second time after whatever came between.
        Err(away) if told(&away).is_none() => {
            marks.iter().map(|_| Some(Err(away.clone()))).collect::<Vec<_>>().into_iter()
        }
        Err(_) => Vec::new().into_iter(),
    };
    taken.into_iter().map(|taken| if taken { set.next().flatten() } else { None }).collect()
}

/// Which of the objects in a command were set, by its answer.
async fn set_of(
    db: &Database,
    name: &str,
    may: Document,
    answer: &Document,
    marks: Vec<Mark>,
) -> Vec<Option<Result<String>>> {
    if answer.contains_key("writeConcernError") {
        return Vec::new();
    }
    let number = |of: &Document, key: &str| of.get(key).and_then(|n| n.as_i32().map(i64::from).or(n.as_i64()));
    let errors = answer.get_array("writeErrors").map(Vec::as_slice).unwrap_or_default();
    let refused: HashSet<_> = errors.iter().filter_map(|error| number(error.as_document()?, "index")).collect();
    let tried: Vec<Option<Mark>> = (0..).zip(marks).map(|(i, mark)| (!refused.contains(&i)).then_some(mark)).collect();
    let set = number(answer, "n");
    if set == Some(tried.iter().flatten().count() as i64) {
        return tried.into_iter().map(|mark| mark.map(|(id, _)| Ok(id))).collect();
    }
    let there = marked(db, name, tried.iter().flatten().map(|(id, _)| id), may).await;
    let are_set = which(&tried, set, &there);
    tried.into_iter().map(|mark| mark.filter(|mark| are_set.contains(mark)).map(|(id, _)| Ok(id))).collect()
}

/// Of the changes that were tried, those whose objects are there, if they are as many as were set; else those whose mark is.
fn which(tried: &[Option<Mark>], set: Option<i64>, there: &HashMap<String, DateTime>) -> HashSet<Mark> {
    let found = || tried.iter().flatten().filter(|(id, _)| there.contains_key(id));
    let agreed = set == Some(found().count() as i64);
    found().filter(|(id, at)| agreed || there.get(id) == Some(at)).cloned().collect()
}

/// The objects that are there, each with the mark that it bears.
async fn marked(
    db: &Database,
    name: &str,
    ids: impl Iterator<Item = &String>,
    may: Document,
) -> HashMap<String, DateTime> {
    let mut those = doc! { "_id": { "$in": ids.collect::<Vec<_>>() } };
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

/// Is a change so small that it may go with others?
fn is_small(change: &Document) -> bool {
    fn value(of: &Bson, left: usize) -> Option<usize> {
        let left = left.checked_sub(16)?;
        match of {
            Bson::String(text) => left.checked_sub(text.len()),
            Bson::Binary(binary) => left.checked_sub(binary.bytes.len()),
            Bson::Array(list) => list.iter().try_fold(left, |left, of| value(of, left)),
            Bson::Document(document) => keys(document, left),
            _ => Some(left),
        }
    }
    fn keys(document: &Document, left: usize) -> Option<usize> {
        document.iter().try_fold(left, |left, (key, of)| value(of, left.checked_sub(key.len())?))
    }
    keys(change, LARGE).is_some()
}

impl Mongo {
    /// Sets fields of an object, if that is all that is to be done and nobody looks at it afterwards.
    pub(in crate::storage::mongo) fn setting(
        &self,
        plan: &Update,
        filter: &Document,
        change: &Document,
    ) -> Option<Way<May, Setting, Result<String>>> {
        let id = filter.get_str("_id").ok()?;
        let Ok(at) = change.get_document("$set").and_then(|set| set.get_datetime("_updated_at")) else { return None };
        let sets = change.keys().all(|operator| matches!(operator.as_str(), "$set" | "$unset"));
        let simple = filter.len() <= 1 + plan.groups().iter().len() && plan.is_unseen() && plan.joins().is_empty();
        // Who changes who may change it may not find it again.
        if plan.acl().is_some() || !sets || !simple || !is_small(change) {
            return None;
        }
        let may = (self.name(&plan.schema().name), plan.groups().map(<[String]>::to_vec));
        Some(self.sets.join(may, || Setting { id: id.to_owned(), change: change.clone(), at: *at }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(id: &str, at: i64) -> Mark {
        (id.to_owned(), DateTime::from_millis(at))
    }

    #[test]
    fn who_was_set_is_told_by_number_or_by_mark() {
        let tried = [Some(mark("a", 1)), None, Some(mark("b", 1)), Some(mark("missing", 1))];
        // Somebody else has changed b since.
        let there = HashMap::from([mark("a", 1), mark("b", 2), mark("refused", 1)]);
        let told = |set| {
            let mut told: Vec<String> = which(&tried, set, &there).into_iter().map(|(id, _)| id).collect();
            told.sort_unstable();
            told.join(" ")
        };
        assert_eq!(told(Some(2)), "a b");
        for other in [Some(1), Some(3), None] {
            assert_eq!(told(other), "a", "{other:?}");
        }
    }

    #[test]
    fn what_is_large_goes_by_itself() {
        let text = |bytes: usize| doc! { "$set": { "n": 1, "list": [{ "text": "x".repeat(bytes) }] } };
        assert!(is_small(&text(LARGE - 200)));
        assert!(!is_small(&text(LARGE)));
        assert!(!is_small(&doc! { "$set": { "many": vec![1; LARGE / 16] } }));
    }
}
