//! Sees what will not fit before anything is written.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use super::fit::{Fit, INDEXED, of_class};
use super::{Entries, Item, Report, Rows, Sink};
use crate::access::{internal, plan::Limits};
use crate::error::Result;
use crate::model::{ClassSchema, Constraint, Filter, ParseObject, Value};
use crate::storage::{Answer, Bulk};

/// The longest key that an index of an older MongoDB takes, bytes.
const LONGEST_KEY: usize = 1024;

/// A sink that keeps nothing.
pub struct Check {
    fit: Fit,
    /// Which rows and entries of files have been seen, by class and ids.
    seen: HashSet<u64>,
    hasher: RandomState,
    /// Where the source's objects are looked up; without it pointers are not followed.
    source: Option<Arc<dyn Bulk>>,
}

impl Check {
    /// Against a target; one that is not there yet has no classes.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn new(target: Option<&dyn Bulk>, source: Option<Arc<dyn Bulk>>) -> Result<Self> {
        let fit = match target {
            Some(target) => Fit::new(target).await?,
            None => Fit::default(),
        };
        Ok(Self { fit, seen: HashSet::new(), hasher: RandomState::new(), source })
    }

    async fn rows(&mut self, rows: Rows, report: &mut Report) -> Result<()> {
        let class = rows.from.class.to_string();
        // Rows bring columns along, and no indexes.
        let indexed = self.fit.get(&class);
        let mut pointers = BTreeMap::<String, BTreeSet<String>>::new();
        for (number, object) in rows.rows {
            let mut object = match object {
                Ok(object) => object,
                Err(why) => {
                    report.fault(rows.from.fault(number, None, why));
                    continue;
                }
            };
            let is_new = rows.from.file.is_none() || self.seen.insert(self.hasher.hash_one((&class, &object.id)));
            if !is_new {
                report.fault(rows.from.fault(number, Some(&object.id), "a row with this objectId stands before it"));
            } else if let Err(why) = self.fit.row(&class, &mut object) {
                report.fault(rows.from.fault(number, Some(&object.id), why));
            }
            for what in long_keys(&indexed, &object) {
                let mut note = rows.from.fault(number, Some(&object.id), what);
                note.is_note = true;
                report.fault(note);
            }
            object.fields.values().for_each(|value| gather(value, &mut pointers));
        }
        let Some(source) = self.source.clone() else { return Ok(()) };
        for (class, ids) in pointers {
            for id in missing(&*source, &class, ids).await? {
                let mut note = rows.from.fault_of_all(format!("pointers lead to {class} {id}, which is not there"));
                note.is_note = true;
                report.fault(note);
            }
        }
        Ok(())
    }

    fn entries(&mut self, entries: Entries, report: &mut Report) {
        let relation = &entries.relation;
        if !self.fit.is_relation(relation) {
            let what = format!("{} is no relation of {}: its entries are left out", relation.field, relation.class);
            report.fault(entries.from.fault_of_all(what));
        }
        let from = entries.from;
        for (number, entry) in entries.entries {
            match entry {
                Ok(entry) if from.file.is_some() && !self.seen.insert(self.hasher.hash_one((&from.class, &entry))) => {
                    report.fault(from.fault(number, None, "the same entry stands before it"));
                }
                Ok(_) => {}
                Err(why) => report.fault(from.fault(number, None, why)),
            }
        }
    }
}

impl Sink for Check {
    fn take<'a>(&'a mut self, item: Item, report: &'a mut Report) -> Answer<'a, ()> {
        Box::pin(async move {
            match item {
                Item::Class(class) => {
                    let (_, otherwise) = self.fit.class(&class);
                    otherwise.into_iter().for_each(|what| report.fault(of_class(&class.name, what)));
                }
                Item::Rows(rows) => self.rows(rows, report).await?,
                Item::Entries(entries) => self.entries(entries, report),
                Item::Fault(fault) => report.fault(fault),
            }
            Ok(())
        })
    }
}

/// What an older MongoDB could not put into its indexes.
fn long_keys(schema: &ClassSchema, object: &ParseObject) -> Vec<String> {
    let declared = schema.indexes.values().filter_map(Value::as_object).flat_map(|keys| keys.iter());
    let declared = declared.filter(|(_, kind)| kind.as_number().is_some()).map(|(key, _)| key.as_str());
    let own = INDEXED.iter().filter(|(class, _)| *class == schema.name).map(|(_, column)| *column);
    let long = |column: &&str| {
        let value = object.fields.get(column).and_then(Value::as_str);
        value.is_some_and(|text| text.len() > LONGEST_KEY)
    };
    let id = Some("objectId").filter(|_| object.id.len() > LONGEST_KEY);
    let columns: BTreeSet<&str> = declared.chain(own).filter(long).chain(id).collect();
    let told =
        |column| format!("{column} has more than {LONGEST_KEY} bytes, which an index of MongoDB before 4.2 refuses");
    columns.into_iter().map(told).collect()
}

/// The pointers in a value, by class.
pub fn gather(value: &Value, pointers: &mut BTreeMap<String, BTreeSet<String>>) {
    match value {
        Value::Pointer(pointer) => {
            pointers.entry(pointer.class.clone()).or_default().insert(pointer.id.clone());
        }
        Value::Array(list) => list.iter().for_each(|value| gather(value, pointers)),
        Value::Object(map) => map.values().for_each(|value| gather(value, pointers)),
        _ => {}
    }
}

/// Those ids that no object of a class has.
///
/// # Errors
/// Those of the database.
pub async fn missing(database: &dyn Bulk, class: &str, ids: BTreeSet<String>) -> Result<Vec<String>> {
    let list = ids.iter().map(|id| Value::from(id.as_str())).collect();
    let filter = Filter::Field("objectId".into(), vec![Constraint::In(list)]);
    let plan = internal("do the objects that pointers lead to exist?");
    let plan = plan.read(Arc::new(ClassSchema::new(class)), filter, Limits::default());
    let found = database.distinct(&plan, &"objectId".into()).await?;
    let found: HashSet<&str> = found.iter().filter_map(Value::as_str).collect();
    Ok(ids.into_iter().filter(|id| !found.contains(id.as_str())).collect())
}
