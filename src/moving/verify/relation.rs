//! The entries of one relation in two databases.

use std::collections::HashSet;

use futures_util::TryStreamExt;

use super::{TOLD, Verdict, Walk};
use crate::error::Result;
use crate::moving::fit::of_class;
use crate::moving::store::short;
use crate::moving::{digest, join_name};
use crate::storage::{Bulk, Entry, Relation};

/// Compares them; eight bytes an entry are kept of each side. `None` if it was told to stop.
///
/// # Errors
/// Those of the databases.
pub async fn entries(sides: [&dyn Bulk; 2], relation: &Relation, walk: &mut Walk<'_>) -> Result<Option<Verdict>> {
    let name = join_name(relation);
    let mut verdict = Verdict { class: name.clone(), ..Verdict::default() };
    let (mut seen, mut alone) = ([HashSet::new(), HashSet::new()], Vec::new());
    // The second first: what of the first is not there is told by name.
    for side in [1, 0] {
        let mut twice = 0;
        let mut pages = sides[side].entries(relation, walk.run.pace.batch);
        while let Some(page) = pages.try_next().await? {
            let rows = page.len() as u64;
            for entry in page {
                let short = short(&entry);
                if !seen[side].insert(short) {
                    twice += 1;
                    continue;
                }
                count(&mut verdict, side, &entry);
                if side == 0 && !seen[1].remove(&short) {
                    verdict.different += 1;
                    alone.extend(Some(entry).filter(|_| verdict.different <= TOLD));
                }
            }
            if !walk.step(rows).await {
                return Ok(None);
            }
        }
        if twice > 0 {
            let side = ["first", "second"][side];
            let mut note = of_class(&name, format!("entries that stand twice in the {side} database: {twice}"));
            note.is_note = true;
            walk.report.fault(note);
        }
    }
    let left = seen[1].len() as u64;
    verdict.different += left;
    for (owning, related) in alone {
        walk.report.fault(of_class(&name, format!("the entry {owning} → {related} is in the first database alone")));
    }
    if left > 0 {
        walk.report.fault(of_class(&name, format!("{left} entries are in the second database alone")));
    }
    Ok(Some(verdict))
}

fn count(verdict: &mut Verdict, side: usize, (owning, related): &Entry) {
    verdict.rows[side] += 1;
    verdict.sums[side] = verdict.sums[side].wrapping_add(digest::of_entry(owning, related));
}
