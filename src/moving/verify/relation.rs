//! The entries of one relation in two databases.

use std::collections::HashSet;

use futures_util::TryStreamExt;

use super::{TOLD, Verdict};
use crate::error::Result;
use crate::moving::fit::of_class;
use crate::moving::store::{PAGE, short};
use crate::moving::{Report, digest, join_name};
use crate::storage::{Bulk, Entry, Relation};

/// Compares them; eight bytes an entry are kept.
///
/// # Errors
/// Those of the databases.
pub async fn entries(one: &dyn Bulk, other: &dyn Bulk, relation: &Relation, report: &mut Report) -> Result<Verdict> {
    let name = join_name(relation);
    let mut verdict = Verdict { class: name.clone(), ..Verdict::default() };
    let mut there = HashSet::new();
    let mut pages = other.entries(relation, PAGE);
    while let Some(page) = pages.try_next().await? {
        for entry in page {
            count(&mut verdict, 1, &entry);
            there.insert(short(&entry));
        }
    }
    let mut alone = Vec::new();
    let mut pages = one.entries(relation, PAGE);
    while let Some(page) = pages.try_next().await? {
        for entry in page {
            count(&mut verdict, 0, &entry);
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

fn count(verdict: &mut Verdict, side: usize, (owning, related): &Entry) {
    verdict.rows[side] += 1;
    verdict.sums[side] = verdict.sums[side].wrapping_add(digest::of_entry(owning, related));
}
