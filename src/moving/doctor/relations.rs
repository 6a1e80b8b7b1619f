//! Entries of relations: those that lead to nothing, and those that are there twice.

use std::collections::{BTreeSet, HashSet};

use futures_util::TryStreamExt;

use super::super::check::missing;
use super::super::join_name;
use super::super::store::short;
use super::{Walk, kinds, mend};
use crate::error::Result;
use crate::storage::{Entry, Relation};

/// Goes through the entries of a relation; `false` if it was told to stop.
///
/// Kept of them are eight bytes each while the relation is looked at, some 20 MB of a million.
///
/// # Errors
/// Those of the database.
pub async fn look(walk: &mut Walk<'_>, relation: &Relation, target: &str) -> Result<bool> {
    let mut seen = HashSet::new();
    let database = walk.database;
    let mut pages = database.entries(relation, walk.run.pace.batch);
    while let Some(page) = pages.try_next().await? {
        let owners: BTreeSet<String> = page.iter().map(|(owning, _)| owning.clone()).collect();
        let related: BTreeSet<String> = page.iter().map(|(_, related)| related.clone()).collect();
        let no_owner: HashSet<String> = missing(database, &relation.class, owners).await?.into_iter().collect();
        let nothing: HashSet<String> = missing(database, target, related).await?.into_iter().collect();
        for entry in &page {
            if no_owner.contains(&entry.0) {
                without_owner(walk, relation, entry);
            } else if nothing.contains(&entry.1) {
                to_nothing(walk, relation, target, entry);
            }
            if !seen.insert(short(entry)) {
                doubled(walk, relation, target, entry);
            }
        }
        if !walk.step(page.len()).await {
            return Ok(false);
        }
    }
    Ok(true)
}

fn without_owner(walk: &mut Walk<'_>, relation: &Relation, (owning, related): &Entry) {
    let (name, setting) = (join_name(relation), walk.setting);
    walk.found.note(&kinds::ENTRY_WITHOUT_OWNER, (&name, None), Some(owning), || {
        let call = format!("deleteMany({{owningId: {}}})", mend::text(owning));
        (format!("→ {related}"), setting.shell(&name, &call))
    });
}

fn to_nothing(walk: &mut Walk<'_>, relation: &Relation, target: &str, (owning, related): &Entry) {
    walk.found.note(&kinds::ENTRY_TO_NOTHING, (&join_name(relation), None), Some(owning), || {
        let operation = mend::operation("RemoveRelation", target, related);
        (format!("→ {related}"), mend::set(&relation.class, owning, &relation.field, operation))
    });
}

fn doubled(walk: &mut Walk<'_>, relation: &Relation, target: &str, (owning, related): &Entry) {
    walk.found.note(&kinds::DOUBLED_ENTRY, (&join_name(relation), None), Some(owning), || {
        let set = |op| mend::set(&relation.class, owning, &relation.field, mend::operation(op, target, related));
        (format!("→ {related}"), format!("{} && {}", set("RemoveRelation"), set("AddRelation")))
    });
}
