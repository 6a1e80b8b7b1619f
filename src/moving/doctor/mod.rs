//! What is wrong with a database, what it means, and what mends it. Everything is read once; nothing is changed, and nothing is kept
//! of rows but what `accounts.rs` and `relations.rs` say.

mod accounts;
mod classes;
mod findings;
mod indexes;
pub mod kinds;
mod mend;
mod odd;
mod pointers;
mod relations;
mod rows;

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::TryStreamExt;

pub use findings::{Example, Finding, Findings};
pub use kinds::Severity;

use self::accounts::Accounts;
use super::pump::Clock;
use super::{Progress, Report, Run, join_name};
use crate::access::{Read, internal, plan::Limits};
use crate::error::Result;
use crate::model::{ClassSchema, Date, Filter};
use crate::storage::{Bulk, Index, Odd, Relation};

/// What is known of the database beside what is in it.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The time: sessions end.
    pub now: Date,
    /// What stands before the names of collections; `None` of a database without any.
    pub prefix: Option<String>,
}

impl Setting {
    /// The collection of a class.
    fn collection(&self, class: &str) -> String {
        format!("{}{class}", self.prefix.as_deref().unwrap_or_default())
    }

    /// A call in MongoDB's shell on the collection of a class. What no request reaches in a file is mended on its way out and in.
    fn shell(&self, class: &str, call: &str) -> String {
        match self.prefix {
            Some(_) => mend::shell(&self.collection(class), call),
            None => mend::by_hand(class),
        }
    }
}

/// The way through a database.
struct Walk<'a> {
    database: &'a dyn Bulk,
    setting: &'a Setting,
    run: &'a Run,
    report: &'a mut Report,
    clock: Clock,
    total: u64,
    found: Findings,
}

impl Walk<'_> {
    /// So many rows further; `false` when it was told to stop.
    async fn step(&mut self, rows: usize) -> bool {
        self.clock.rows += rows as u64;
        self.found.rows = self.clock.rows;
        let (rows, since) = (self.clock.rows, self.clock.began.elapsed());
        self.report.watcher().progress(Progress { at: rows, total: self.total, rows, since });
        self.clock.wait(self.run).await;
        !self.run.is_stopped()
    }
}

/// Looks at all of a database; `None` if it was told to stop.
///
/// # Errors
/// Those of the database.
pub async fn doctor(
    database: &dyn Bulk,
    setting: &Setting,
    run: &Run,
    report: &mut Report,
) -> Result<Option<Findings>> {
    report.watcher().phase("looking");
    let mut found = Findings::default();
    let classes = super::database::classes(database).await?;
    classes.iter().for_each(|class| classes::look(class, setting, &mut found));
    let mut broken = BTreeSet::new();
    for (name, odd) in database.oddities().await? {
        if let Odd::BrokenEntries(_) = odd {
            broken.insert(name.clone());
        }
        odd::of_class(&name, odd, setting, &mut found);
    }
    let indexes = indexes::look(database, &classes, setting, &mut found).await?;
    let mut total = 0;
    for class in &classes {
        total += database.count(&plan(class)).await?;
    }
    let clock = Clock::new(run.pace.rate);
    let mut walk = Walk { database, setting, run, report, clock, total, found };
    let mut accounts = Accounts::default();
    for class in &classes {
        let indexes = indexes.get(&class.name).map_or(&[][..], Vec::as_slice);
        if !rows_of(&mut walk, class, indexes, &mut accounts).await? {
            return Ok(None);
        }
        if class.name == "_User" {
            accounts.look(&mut walk, class).await?;
            indexes::accounts(&accounts.providers, indexes, &mut walk.found);
            accounts = Accounts::default();
        }
    }
    for class in &classes {
        for (field, target) in class.relations() {
            let relation = Relation { class: class.name.clone(), field: field.to_owned() };
            if !broken.contains(&join_name(&relation)) && !relations::look(&mut walk, &relation, target).await? {
                return Ok(None);
            }
        }
    }
    Ok(Some(walk.found))
}

/// Goes through the rows of a class; `false` if it was told to stop.
async fn rows_of(walk: &mut Walk<'_>, class: &ClassSchema, indexes: &[Index], accounts: &mut Accounts) -> Result<bool> {
    let plan = plan(class);
    let (database, setting) = (walk.database, walk.setting);
    let mut pages = database.scan(&plan, walk.run.pace.batch);
    while let Some(page) = pages.try_next().await? {
        let objects = rows::read(class, &*page, setting, &mut walk.found);
        for object in &objects {
            rows::look(class, indexes, object, setting, &mut walk.found);
            if class.name == "_User" {
                accounts.take(object);
            }
        }
        pointers::look(database, class, &objects, &mut walk.found).await?;
        if !walk.step(page.len()).await {
            return Ok(false);
        }
    }
    Ok(true)
}

fn plan(class: &ClassSchema) -> Read {
    let why = "whole databases are looked at by whoever holds their URI";
    internal(why).read(Arc::new(class.clone()), Filter::all(), Limits::default())
}
