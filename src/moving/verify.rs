//! Are two databases equal? Both are gone through in the order of ids, side by side; neither is kept in memory.

use std::collections::{BTreeSet, HashSet, VecDeque};
use std::sync::Arc;

use futures_util::TryStreamExt;

use super::database::classes;
use super::fit::of_class;
use super::store::{PAGE, short};
use super::{Progress, Report, Run, digest, join_name};
use crate::access::{Read, internal, plan::Limits};
use crate::error::Result;
use crate::model::{ClassSchema, Filter, ParseObject};
use crate::storage::{Bulk, Entry, Flow, Relation, Rows};

const WHY: &str = "whole databases are compared by whoever holds their URIs";
/// Rows whose digests are added up to one.
pub const RANGE: u64 = 10_000;
/// Differences of a class that are told one by one.
const TOLD: u64 = 20;

/// What was found of one class.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The class, or a relation.
    pub class: String,
    /// Rows here and there.
    pub rows: [u64; 2],
    /// The digests of all rows together, here and there; equal if the rows are, whatever their order.
    pub sums: [u128; 2],
    /// Rows that differ, or are on one side alone.
    pub different: u64,
    /// Parts of the class that differ.
    pub ranges: Vec<Range>,
}

/// A part of a class: rows from one id to another.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Range {
    /// The first id.
    pub from: String,
    /// The last one.
    pub to: String,
    /// Digests, as in [`Verdict`].
    pub sums: [u128; 2],
}

/// Compares everything; `None` if it was told to stop. Differences are told as faults.
///
/// # Errors
/// Those of the databases.
pub async fn verify(one: &dyn Bulk, other: &dyn Bulk, run: &Run, report: &mut Report) -> Result<Option<Vec<Verdict>>> {
    report.watcher().phase("comparing");
    let [here, there] = [classes(one).await?, classes(other).await?];
    let names: BTreeSet<&str> = here.iter().chain(&there).map(|class| class.name.as_str()).collect();
    let mut verdicts = Vec::new();
    let mut total = 0;
    for class in &here {
        total += one.count(&plan(class)).await?;
    }
    let mut at = 0;
    for name in names {
        let of = |classes: &[ClassSchema]| classes.iter().find(|class| class.name == name).cloned();
        let pair = [of(&here), of(&there)];
        columns(name, &pair, report);
        let pair = pair.map(|class| class.unwrap_or_else(|| ClassSchema::new(name)));
        let plans = [plan(&pair[0]), plan(&pair[1])];
        let sides = [Side::new(one.scan(&plans[0], run.pace.batch)), Side::new(other.scan(&plans[1], run.pace.batch))];
        let Some(verdict) = rows(name, sides, run, report, (&mut at, total)).await? else { return Ok(None) };
        verdicts.push(verdict);
        let relations: BTreeSet<&str> =
            pair.iter().flat_map(|class| class.relations()).map(|(field, _)| field).collect();
        for field in relations {
            let relation = Relation { class: name.to_owned(), field: field.to_owned() };
            verdicts.push(entries(one, other, &relation, report).await?);
        }
    }
    Ok(Some(verdicts))
}

fn plan(class: &ClassSchema) -> Read {
    internal(WHY).read(Arc::new(class.clone()), Filter::all(), Limits::default())
}

/// Tells how the classes themselves differ.
fn columns(name: &str, pair: &[Option<ClassSchema>; 2], report: &mut Report) {
    let [Some(here), Some(there)] = pair else {
        let where_not = if pair[0].is_none() { "first" } else { "second" };
        return report.fault(of_class(name, format!("the class is not there in the {where_not} database")));
    };
    let fields: BTreeSet<&String> = here.fields.keys().chain(there.fields.keys()).collect();
    for field in fields {
        let [own, other] =
            [here, there].map(|class| class.field_type(field).map_or("missing".into(), ToString::to_string));
        if own != other {
            report.fault(of_class(name, format!("its column {field} is {own} in the first and {other} in the second")));
        }
    }
    if here.clp != there.clp {
        report.fault(of_class(name, "its class level permissions differ".into()));
    }
}

/// One database in the middle of a class.
struct Side<'a> {
    pages: Flow<'a, Rows>,
    waiting: VecDeque<std::result::Result<ParseObject, String>>,
}

impl<'a> Side<'a> {
    fn new(pages: Flow<'a, Rows>) -> Self {
        Self { pages, waiting: VecDeque::new() }
    }

    /// The next object; what cannot be read is told and passed over.
    async fn next(&mut self, class: &str, report: &mut Report) -> Result<Option<ParseObject>> {
        loop {
            match self.waiting.pop_front() {
                Some(Ok(object)) => return Ok(Some(object)),
                Some(Err(why)) => report.fault(of_class(class, format!("a row cannot be read: {why}"))),
                None => {
                    let Some(page) = self.pages.try_next().await? else { return Ok(None) };
                    let objects = (0..page.len()).map(|row| page.object(row).map_err(|error| error.to_string()));
                    self.waiting.extend(objects);
                }
            }
        }
    }
}

async fn rows(
    class: &str,
    [mut here, mut there]: [Side<'_>; 2],
    run: &Run,
    report: &mut Report,
    (at, total): (&mut u64, u64),
) -> Result<Option<Verdict>> {
    let mut verdict = Verdict { class: class.to_owned(), ..Verdict::default() };
    let (mut range, mut in_range) = (Range::default(), 0);
    let began = std::time::Instant::now();
    let mut pair = [here.next(class, report).await?, there.next(class, report).await?];
    loop {
        let (own, other) = (pair[0].as_ref(), pair[1].as_ref());
        let (is_here, is_there) = match (own, other) {
            (None, None) => break,
            (Some(own), Some(other)) => (own.id <= other.id, other.id <= own.id),
            (own, other) => (own.is_some(), other.is_some()),
        };
        let [own, other] = [own.filter(|_| is_here), other.filter(|_| is_there)];
        let id = own.or(other).map(|object| object.id.clone()).unwrap_or_default();
        for (side, object) in [own, other].into_iter().enumerate() {
            let Some(object) = object else { continue };
            let sum = digest::of_object(object);
            verdict.rows[side] += 1;
            verdict.sums[side] = verdict.sums[side].wrapping_add(sum);
            range.sums[side] = range.sums[side].wrapping_add(sum);
        }
        let what = match (own, other) {
            (Some(own), Some(other)) => Some(digest::differences(own, other))
                .filter(|names| !names.is_empty())
                .map(|names| names.join(", ") + " differ"),
            (Some(_), None) => Some("it is in the first database alone".to_owned()),
            _ => Some("it is in the second database alone".to_owned()),
        };
        if let Some(what) = what {
            verdict.different += 1;
            if verdict.different <= TOLD {
                report.fault(super::Fault {
                    class: class.to_owned(),
                    id: Some(id.clone()),
                    what,
                    ..Default::default()
                });
            }
        }
        if in_range == 0 {
            range.from.clone_from(&id);
        }
        (in_range, range.to) = (in_range + 1, id);
        if in_range == RANGE {
            verdict.close(std::mem::take(&mut range));
            in_range = 0;
        }
        *at += u64::from(is_here);
        if (*at).is_multiple_of(1000) {
            report.watcher().progress(Progress { at: *at, total, rows: *at, since: began.elapsed() });
            if run.is_stopped() {
                return Ok(None);
            }
        }
        if is_here {
            pair[0] = here.next(class, report).await?;
        }
        if is_there {
            pair[1] = there.next(class, report).await?;
        }
    }
    verdict.close(range);
    if verdict.different > TOLD {
        report.fault(of_class(class, format!("{} more rows differ", verdict.different - TOLD)));
    }
    Ok(Some(verdict))
}

impl Verdict {
    fn close(&mut self, range: Range) {
        if range.sums[0] != range.sums[1] {
            self.ranges.push(range);
        }
    }

    fn count(&mut self, side: usize, (owning, related): &Entry) {
        self.rows[side] += 1;
        self.sums[side] = self.sums[side].wrapping_add(digest::of_entry(owning, related));
    }
}

async fn entries(one: &dyn Bulk, other: &dyn Bulk, relation: &Relation, report: &mut Report) -> Result<Verdict> {
    let name = join_name(relation);
    let mut verdict = Verdict { class: name.clone(), ..Verdict::default() };
    let mut there = HashSet::new();
    let mut pages = other.entries(relation, PAGE);
    while let Some(page) = pages.try_next().await? {
        for entry in page {
            verdict.count(1, &entry);
            there.insert(short(&entry));
        }
    }
    let mut alone = Vec::new();
    let mut pages = one.entries(relation, PAGE);
    while let Some(page) = pages.try_next().await? {
        for entry in page {
            verdict.count(0, &entry);
            if !there.remove(&short(&entry)) {
                verdict.different += 1;
                alone.extend(Some(entry).filter(|_| verdict.different <= TOLD));
            }
        }
    }
    verdict.different += there.len() as u64;
    for (owning, related) in alone {
        report.fault(of_class(&name, format!("the entry {owning} → {related} is in the first database alone")));
    }
    if !there.is_empty() {
        report.fault(of_class(&name, format!("{} entries are in the second database alone", there.len())));
    }
    Ok(verdict)
}
