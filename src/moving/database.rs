//! A database as a source: all classes with their rows as they lie, then the entries of all relations.

use std::sync::Arc;

use futures_util::TryStreamExt;

use super::{Entries, From, Item, Pipe, Rows, Source, join_name};
use crate::access::{internal, plan::Limits};
use crate::error::Result;
use crate::model::names::VOLATILE_CLASSES;
use crate::model::{ClassSchema, Filter};
use crate::storage::{Answer, Bulk, Relation};

const WHY: &str = "whole databases are moved by whoever holds their URI";
/// What is remembered for minutes alone: which requests have been carried out.
pub const FLEETING: &str = "_Idempotency";

/// A database to take from.
pub struct Database {
    storage: Arc<dyn Bulk>,
    classes: Vec<Arc<ClassSchema>>,
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
        Self::of(storage, classes, Filter::all(), batch).await
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
        Ok(Self { storage, classes, filter, total, batch })
    }

    async fn rows(&self, class: &Arc<ClassSchema>, pipe: &mut Pipe, at: &mut u64) -> Result<()> {
        let plan = internal(WHY).read(class.clone(), self.filter.clone(), Limits::default());
        let from = From { class: class.name.as_str().into(), file: None };
        let mut pages = self.storage.scan(&plan, self.batch);
        let mut number = 0;
        while let Some(page) = pages.try_next().await? {
            let mut rows = Vec::with_capacity(page.len());
            for row in 0..page.len() {
                number += 1;
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

impl Source for Database {
    fn total(&self) -> u64 {
        self.total
    }

    fn run<'a>(&'a self, pipe: &'a mut Pipe) -> Answer<'a, ()> {
        Box::pin(async move {
            for class in &self.classes {
                pipe.send(Item::Class((**class).clone())).await?;
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
