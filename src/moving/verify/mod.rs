//! Are two databases equal? Both are gone through in the order of ids, side by side; neither is kept in memory.

mod pair;
mod relation;
mod side;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use self::pair::Pair;
use self::relation::entries;
use self::side::Side;
use super::database::classes;
use super::fit::of_class;
use super::{Progress, Report, Run};
use crate::access::{Read, internal, plan::Limits};
use crate::error::Result;
use crate::model::{ClassSchema, Filter};
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
    let mut progress = Progress { total, ..Progress::default() };
    let began = Instant::now();
    for name in names {
        progress.since = began.elapsed();
        let of = |classes: &[ClassSchema]| classes.iter().find(|class| class.name == name).cloned();
        let pair = [of(&here), of(&there)];
        columns(name, &pair, report);
        let classes = pair.map(|class| class.unwrap_or_else(|| ClassSchema::new(name)));
        let plans = [plan(&classes[0]), plan(&classes[1])];
        let sides = [Side::open(one, &plans[0], run, report).await?, Side::open(other, &plans[1], run, report).await?];
        let mut pair = Pair::new(name, sides);
        if !pair.compare(run, report, &mut progress).await? {
            return Ok(None);
        }
        verdicts.push(pair.verdict);
        let relations: BTreeSet<&str> =
            classes.iter().flat_map(|class| class.relations()).map(|(field, _)| field).collect();
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
