//! A database as a source: all classes with their rows as they lie, then the entries of all relations.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::TryStreamExt;

use super::fit::{lost_pointers, of_class};
use super::{Entries, Fault, From, Item, Pipe, Rows, Source, join_name};
use crate::access::{internal, plan::Limits};
use crate::error::Result;
use crate::model::names::VOLATILE_CLASSES;
use crate::model::{ClassSchema, Filter};
use crate::storage::{Answer, Bulk, Odd, Relation};

const WHY: &str = "whole databases are moved by whoever holds their URI";
/// What is remembered for minutes alone: which requests have been carried out.
pub const FLEETING: &str = "_Idempotency";

/// A database to take from.
pub struct Database {
    storage: Arc<dyn Bulk>,
    classes: Vec<Arc<ClassSchema>>,
    /// Classes and relations that nobody can read.
    stray: Vec<(String, Odd)>,
    filter: Filter,
    total: u64,
    batch: u32,
}

impl Database {
    /// All of a database, so many rows at a time.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn all(storage: Arc<dyn Bulk>, batch: u32) -> Result<Self> {
        let classes = classes(&*storage).await?;
        let odd = storage.oddities().await?.into_iter();
        let stray = odd.filter(|(_, odd)| matches!(odd, Odd::StrayRelation | Odd::StrayClass)).collect();
        Ok(Self { stray, ..Self::of(storage, classes, Filter::all(), batch).await? })
    }

    /// The rows of some classes that match a filter; of relations nothing unless the filter is empty.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn of(storage: Arc<dyn Bulk>, classes: Vec<ClassSchema>, filter: Filter, batch: u32) -> Result<Self> {
        let classes: Vec<_> = classes.into_iter().map(Arc::new).collect();
        let mut total = 0;
        for class in &classes {
            total += storage.count(&internal(WHY).read(class.clone(), filter.clone(), Limits::default())).await?;
        }
        Ok(Self { storage, classes, stray: Vec::new(), filter, total, batch })
    }

    async fn rows(&self, class: &Arc<ClassSchema>, pipe: &mut Pipe, at: &mut u64) -> Result<()> {
        let plan = internal(WHY).read(class.clone(), self.filter.clone(), Limits::default());
        let from = From { class: class.name.as_str().into(), file: None };
        let mut pages = self.storage.scan(&plan, self.batch);
        let (mut number, mut lost) = (0, BTreeSet::new());
        while let Some(page) = pages.try_next().await? {
            let mut rows = Vec::with_capacity(page.len());
            for row in 0..page.len() {
                number += 1;
                for odd in page.odd(row) {
                    if let Odd::LostPointer { column, .. } = odd
                        && lost.insert(column.clone())
                    {
                        pipe.send(Item::Fault(lost_pointers(&class.name, &column))).await?;
                    }
                }
                rows.push((number, page.object(row).map_err(|error| error.to_string())));
            }
            *at += page.len() as u64;
            pipe.at(*at);
            pipe.send(Item::Rows(Rows { from: from.clone(), rows })).await?;
        }
        Ok(())
    }

    async fn entries(&self, relation: Relation, pipe: &mut Pipe) -> Result<()> {
        let from = From { class: join_name(&relation).into(), file: None };
        let mut pages = self.storage.entries(&relation, self.batch);
        let mut number = 0;
        while let Some(page) = pages.try_next().await? {
            let numbered = page.into_iter().map(|entry| {
                number += 1;
                (number, Ok(entry))
            });
            let entries = numbered.collect();
            pipe.send(Item::Entries(Entries { relation: relation.clone(), from: from.clone(), entries })).await?;
        }
        Ok(())
    }
}

/// All classes of a database that hold anything lasting, those without a stored schema among them.
///
/// # Errors
/// Those of the database.
pub async fn classes(storage: &dyn Bulk) -> Result<Vec<ClassSchema>> {
    let mut classes = storage.schemas().await?;
    let is_stored = |name: &str, classes: &[ClassSchema]| classes.iter().any(|class| class.name == name);
    for name in VOLATILE_CLASSES {
        if !is_stored(name, &classes) {
            classes.push(ClassSchema::new(name));
        }
    }
    classes.retain(|class| class.name != FLEETING);
    Ok(classes)
}

/// What is told of rows and entries that no server reads.
fn left_out(name: &str, odd: &Odd) -> Fault {
    let what = match odd {
        Odd::StrayClass => "no schema has such a class: its rows are left out, and no server reads them either",
        _ => "its class or column is not there: its entries are left out, and no server reads them either",
    };
    // It may be of another program.
    let is_note = *odd == Odd::StrayClass;
    Fault { is_note, ..of_class(name, what.to_owned()) }
}

impl Source for Database {
    fn total(&self) -> u64 {
        self.total
    }

    fn run<'a>(&'a self, pipe: &'a mut Pipe) -> Answer<'a, ()> {
        Box::pin(async move {
            for class in &self.classes {
                pipe.send(Item::Class((**class).clone())).await?;
            }
            for (name, odd) in &self.stray {
                pipe.send(Item::Fault(left_out(name, odd))).await?;
            }
            let mut at = 0;
            for class in &self.classes {
                self.rows(class, pipe, &mut at).await?;
            }
            if self.filter != Filter::all() {
                return Ok(());
            }
            for class in &self.classes {
                for (field, _) in class.relations() {
                    let relation = Relation { class: class.name.clone(), field: field.to_owned() };
                    self.entries(relation, pipe).await?;
                }
            }
            Ok(())
        })
    }
}
