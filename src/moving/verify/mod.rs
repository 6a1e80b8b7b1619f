//! Are two databases equal? Both are gone through in the order of ids, side by side; neither is kept in memory.

mod pair;
mod relation;
mod side;

use std::collections::BTreeSet;
use std::sync::Arc;

use self::pair::Pair;
use self::relation::entries;
use self::side::Side;
use super::database::classes;
use super::fit::{is_own, of_class};
use super::pump::Clock;
use super::{Progress, Report, Run};
use crate::access::{Read, internal, plan::Limits};
use crate::error::Result;
use crate::model::{ClassSchema, Filter, wire};
use crate::storage::{Bulk, Relation};

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

/// The way through both databases.
struct Walk<'a> {
    run: &'a Run,
    report: &'a mut Report,
    clock: Clock,
    /// Rows of the first that have been gone through, and that there are.
    at: u64,
    total: u64,
}

impl Walk<'_> {
    /// So many rows further; `false` when it was told to stop.
    async fn step(&mut self, rows: u64) -> bool {
        self.clock.rows += rows;
        let (rows, since) = (self.clock.rows, self.clock.began.elapsed());
        self.report.watcher().progress(Progress { at: self.at, total: self.total, rows, since });
        self.clock.wait(self.run).await;
        !self.run.is_stopped()
    }
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
    let mut walk = Walk { run, report, clock: Clock::new(run.pace.rate), at: 0, total };
    for name in names {
        let of = |classes: &[ClassSchema]| classes.iter().find(|class| class.name == name).cloned();
        let pair = [of(&here), of(&there)];
        schemas(name, &pair, walk.report);
        let classes = pair.map(|class| class.unwrap_or_else(|| ClassSchema::new(name)));
        let plans = [plan(&classes[0]), plan(&classes[1])];
        let sides = [
            Side::open(one, &plans[0], run, walk.report).await?,
            Side::open(other, &plans[1], run, walk.report).await?,
        ];
        let mut pair = Pair::new(name, sides);
        if !pair.compare(&mut walk).await? {
            return Ok(None);
        }
        verdicts.push(pair.verdict);
        let relations: BTreeSet<&str> =
            classes.iter().flat_map(|class| class.relations()).map(|(field, _)| field).collect();
        for field in relations {
            let relation = Relation { class: name.to_owned(), field: field.to_owned() };
            let Some(verdict) = entries([one, other], &relation, &mut walk).await? else { return Ok(None) };
            verdicts.push(verdict);
        }
    }
    Ok(Some(verdicts))
}

fn plan(class: &ClassSchema) -> Read {
    internal(WHY).read(Arc::new(class.clone()), Filter::all(), Limits::default())
}

/// Tells how the classes themselves differ.
fn schemas(name: &str, pair: &[Option<ClassSchema>; 2], report: &mut Report) {
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
        } else if here.fields.get(field).map(|own| &own.options) != there.fields.get(field).map(|other| &other.options)
        {
            report.fault(of_class(name, format!("the options of its column {field} differ")));
        }
    }
    indexes(name, [here, there], report);
    if here.clp != there.clp {
        report.fault(of_class(name, "its class level permissions differ".into()));
    }
}

/// Tells which of the indexes that the app has declared differ.
fn indexes(name: &str, pair: [&ClassSchema; 2], report: &mut Report) {
    let [here, there] = pair.map(|class| {
        let declared = class.indexes.iter().filter(|(_, keys)| !is_own(name, keys));
        declared.map(|(index, keys)| (index.as_str(), wire::to_string(keys))).collect::<BTreeSet<_>>()
    });
    for (index, keys) in here.symmetric_difference(&there) {
        let side = if here.contains(&(*index, keys.clone())) { "first" } else { "second" };
        report.fault(of_class(name, format!("its index {index} {keys} is in the {side} database alone")));
    }
}
