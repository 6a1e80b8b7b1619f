//! A database as a sink. What is there already, equal, is left as it is; so a second run goes on where the first one ended.

use std::collections::hash_map::Entry as Slot;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use futures_util::TryStreamExt;

use super::fit::{Fit, of_class};
use super::{Entries, From, HOOKS, Item, Report, Rows, Sink, digest, join_name};
use crate::access::{Create, internal, plan::Limits};
use crate::error::{Code, Error, Result};
use crate::model::{ClassSchema, Constraint, Field, Filter, ParseObject, Value};
use crate::storage::{Answer, Bulk, Entry, Outcome, Relation, SchemaChange};

const WHY: &str = "whole databases are moved by whoever holds their URI";
/// Entries of a relation that are looked at together.
const PAGE: u32 = 10_000;
/// When so many rows in a row meet a fault of the database, it is no row's fault any more.
const ENOUGH: usize = 100;

/// A database to put into.
pub struct Store {
    target: Arc<dyn Bulk>,
    fit: Fit,
    /// The entries of relations that are being filled, by their digests.
    entries: Known,
    /// Rows in a row that the database would not take, as it says by a fault of its own.
    refused: usize,
}

impl Store {
    /// Into a database.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn new(target: Arc<dyn Bulk>) -> Result<Self> {
        Ok(Self { fit: Fit::new(&*target).await?, target, entries: Known::new(), refused: 0 })
    }

    async fn class(&mut self, class: &ClassSchema, report: &mut Report) -> Result<()> {
        let (changes, otherwise) = self.fit.class(class);
        otherwise.into_iter().for_each(|what| report.fault(of_class(&class.name, what)));
        for change in changes {
            self.target.alter(change).await?;
        }
        report.tally(&class.name);
        Ok(())
    }

    async fn rows(&mut self, rows: Rows, report: &mut Report) -> Result<()> {
        let Rows { from, rows } = rows;
        let class = from.class.to_string();
        let (mut fitting, mut columns) = (Vec::with_capacity(rows.len()), Vec::<(String, Field)>::new());
        report.tally(&class).rows += rows.len() as u64;
        for (number, object) in rows {
            let fits =
                object.map_err(|why| (None, why)).and_then(|mut object| match self.fit.row(&class, &mut object) {
                    Ok(new) => Ok((object, new)),
                    Err(why) => Err((Some(object.id), why)),
                });
            match fits {
                Ok((object, _)) if report.is_told(&from.fault(number, Some(&object.id), "")) => {
                    report.tally(&class).left_out += 1;
                }
                Ok((object, new)) => {
                    columns.extend(new);
                    fitting.push((number, object));
                }
                Err((id, why)) => left_out(report, &from, number, id.as_deref(), why),
            }
        }
        if !self.fit.has(&class) {
            self.target.alter(SchemaChange::CreateClass(ClassSchema::new(&class))).await?;
        }
        if !columns.is_empty() {
            self.target.alter(SchemaChange::AddFields { class: class.clone(), fields: columns }).await?;
        }
        if class == HOOKS {
            self.forget_known_hooks(&mut fitting, report).await?;
        }
        self.write(&from, fitting, report).await
    }

    /// Writes rows; those that are there already are compared.
    async fn write(&mut self, from: &From, rows: Vec<(u64, ParseObject)>, report: &mut Report) -> Result<()> {
        let schema = Arc::new(self.fit.get(&from.class));
        let plan = |object| internal(WHY).create(schema.clone(), object, Vec::new());
        let (numbers, plans): (Vec<u64>, Vec<Create>) =
            rows.into_iter().map(|(number, object)| (number, plan(object))).unzip();
        let (outcomes, plans) = self.outcomes(plans).await?;
        let mut taken = Vec::new();
        for ((number, plan), outcome) in numbers.into_iter().zip(&plans).zip(outcomes) {
            let object = plan.object();
            match outcome {
                Ok(_) => report.tally(&from.class).stored += 1,
                Err(error) if is_taken(&error) => taken.push((number, object, error)),
                Err(error) => left_out(report, from, number, Some(&object.id), error.to_string()),
            }
        }
        if taken.is_empty() {
            return Ok(());
        }
        let there = by_ids(&*self.target, &schema, taken.iter().map(|(_, object, _)| object.id.as_str())).await?;
        for (number, object, error) in taken {
            match there.get(&object.id) {
                Some(own) => match digest::differences(own, object) {
                    same if same.is_empty() => report.tally(&from.class).there += 1,
                    other => {
                        let what = format!("it is there already with other values: {}", other.join(", "));
                        left_out(report, from, number, Some(&object.id), what);
                    }
                },
                None => left_out(report, from, number, Some(&object.id), error.to_string()),
            }
        }
        Ok(())
    }

    /// What becomes of each row. Where all fail together, each is tried by itself: one that is too large may be the reason. What
    /// is no row's fault ends the work.
    async fn outcomes(&mut self, plans: Vec<Create>) -> Result<(Vec<Result<Outcome>>, Vec<Create>)> {
        let count = plans.len();
        let (outcomes, plans) = self.target.put(plans).await?;
        let outcomes = unless(outcomes, Error::is_away)?;
        let is_settled = |outcome: &Result<Outcome>| outcome.as_ref().map_or_else(is_taken, |_| true);
        let is_of_rows = outcomes.iter().any(Result::is_ok) || outcomes.iter().all(is_settled);
        if outcomes.len() == count && (count == 1 || is_of_rows) {
            return Ok((self.counted(outcomes)?, plans));
        }
        let (mut all, mut back) = (Vec::with_capacity(count), Vec::with_capacity(count));
        for plan in plans {
            let (one, plan) = self.target.put(vec![plan]).await?;
            let outcome = unless(one, Error::is_away)?.pop();
            all.push(outcome.unwrap_or_else(|| Err(Error::internal("the database answered with nothing"))));
            back.extend(plan);
        }
        Ok((self.counted(all)?, back))
    }

    /// The outcomes, unless the database takes nothing any more.
    fn counted(&mut self, outcomes: Vec<Result<Outcome>>) -> Result<Vec<Result<Outcome>>> {
        let is_own = |error: &Error| error.code() == Some(Code::InternalServerError);
        let own = outcomes.iter().rev().take_while(|outcome| outcome.as_ref().is_err_and(is_own)).count();
        self.refused = if own == outcomes.len() { self.refused + own } else { own };
        if self.refused >= ENOUGH { unless(outcomes, is_own) } else { Ok(outcomes) }
    }

    async fn forget_known_hooks(&self, rows: &mut Vec<(u64, ParseObject)>, report: &mut Report) -> Result<()> {
        let known = hook_keys(&*self.target).await?;
        let before = rows.len();
        rows.retain(|(_, hook)| !known.contains(&hook_key(hook)));
        report.tally(HOOKS).there += (before - rows.len()) as u64;
        Ok(())
    }

    async fn entries(&mut self, entries: Entries, report: &mut Report) -> Result<()> {
        let Entries { relation, from, entries } = entries;
        report.tally(&from.class).rows += entries.len() as u64;
        if !self.fit.is_relation(&relation) {
            report.tally(&from.class).left_out += entries.len() as u64;
            let what = format!("{} is no relation of {}: its entries are left out", relation.field, relation.class);
            report.fault(from.fault_of_all(what));
            return Ok(());
        }
        if !self.fit.has(&relation.class) {
            self.class(&ClassSchema::new(&relation.class), report).await?;
        }
        let known = known_entries(&mut self.entries, &*self.target, &relation).await?;
        let mut new: Vec<Entry> = Vec::with_capacity(entries.len());
        for (number, entry) in entries {
            match entry {
                Ok(_) if report.is_told(&from.fault(number, None, "")) => report.tally(&from.class).left_out += 1,
                Ok(entry) if known.insert(short(&entry)) => new.push(entry),
                Ok(_) => report.tally(&from.class).there += 1,
                Err(why) => left_out(report, &from, number, None, why),
            }
        }
        report.tally(&from.class).stored += new.len() as u64;
        self.target.relate(&relation, new).await
    }
}

impl Sink for Store {
    fn take<'a>(&'a mut self, item: Item, report: &'a mut Report) -> Answer<'a, ()> {
        Box::pin(async move {
            match item {
                Item::Class(class) => self.class(&class, report).await,
                Item::Rows(rows) => self.rows(rows, report).await,
                Item::Entries(entries) => self.entries(entries, report).await,
                Item::Fault(fault) => {
                    report.fault(fault);
                    Ok(())
                }
            }
        })
    }

    fn finish<'a>(&'a mut self, report: &'a mut Report) -> Answer<'a, ()> {
        Box::pin(async move {
            for change in self.fit.indexes.drain(..) {
                let SchemaChange::CreateIndexes { class, indexes } = &change else { continue };
                let (class, name) = (class.clone(), indexes.keys().map(|name| name.to_string()).collect::<String>());
                if let Err(error) = self.target.alter(change).await {
                    report.fault(of_class(&class, format!("its index {name} could not be made: {error}")));
                }
            }
            Ok(())
        })
    }
}

/// Is there a row with this id, or with another value that must be unique?
fn is_taken(error: &Error) -> bool {
    error.code() == Some(Code::DuplicateValue)
}

/// The outcomes, unless one is such an error.
fn unless(mut outcomes: Vec<Result<Outcome>>, is_such: impl Fn(&Error) -> bool) -> Result<Vec<Result<Outcome>>> {
    match outcomes.iter().position(|outcome| outcome.as_ref().is_err_and(&is_such)) {
        Some(at) => outcomes.swap_remove(at).map(|_| outcomes),
        None => Ok(outcomes),
    }
}

fn left_out(report: &mut Report, from: &From, number: u64, id: Option<&str>, what: String) {
    report.tally(&from.class).left_out += 1;
    report.fault(from.fault(number, id, what));
}

/// The objects with these ids.
///
/// # Errors
/// Those of the database.
pub async fn by_ids(
    database: &dyn Bulk,
    schema: &Arc<ClassSchema>,
    ids: impl Iterator<Item = &str>,
) -> Result<HashMap<String, ParseObject>> {
    let ids: Vec<Value> = ids.map(Value::from).collect();
    let mut found = HashMap::with_capacity(ids.len());
    // So few at a time that even large ones fit an answer.
    for some in ids.chunks(100) {
        let filter = Filter::Field("objectId".into(), vec![Constraint::In(some.to_vec())]);
        let plan = internal(WHY).read(schema.clone(), filter, Limits::default());
        let mut pages = database.scan(&plan, 100);
        while let Some(page) = pages.try_next().await? {
            for row in 0..page.len() {
                // One that cannot be read is not there as it should be.
                if let Ok(object) = page.object(row) {
                    found.insert(object.id.clone(), object);
                }
            }
        }
    }
    Ok(found)
}

/// The entries that relations have, by their digests.
pub type Known = HashMap<String, HashSet<u64>>;

/// The entries of one relation, read when they are asked for first.
///
/// # Errors
/// Those of the database.
pub async fn known_entries<'k>(
    known: &'k mut Known,
    database: &dyn Bulk,
    relation: &Relation,
) -> Result<&'k mut HashSet<u64>> {
    match known.entry(join_name(relation)) {
        Slot::Occupied(there) => Ok(there.into_mut()),
        Slot::Vacant(free) => {
            let mut entries = HashSet::new();
            let mut pages = database.entries(relation, PAGE);
            while let Some(page) = pages.try_next().await? {
                entries.extend(page.iter().map(short));
            }
            Ok(free.insert(entries))
        }
    }
}

/// A digest of eight bytes. That two of a million entries share one happens once in some thirty million databases.
pub fn short((owning, related): &Entry) -> u64 {
    digest::of_entry(owning, related) as u64
}

/// What the webhooks of a database are known by.
///
/// # Errors
/// Those of the database.
pub async fn hook_keys(database: &dyn Bulk) -> Result<HashSet<Vec<u128>>> {
    let plan = internal(WHY).read(Arc::new(ClassSchema::new(HOOKS)), Filter::all(), Limits::default());
    let found = database.find(&plan).await?;
    (0..found.len()).map(|row| found.object(row).map(|hook| hook_key(&hook))).collect()
}

/// What a webhook is known by.
pub fn hook_key(hook: &ParseObject) -> Vec<u128> {
    ["functionName", "className", "triggerName", "url"].iter().map(|key| digest::of_field(hook, key)).collect()
}
