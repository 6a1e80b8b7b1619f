//! Pointers that lead to nothing. A page of rows is asked about at a time: nothing is kept from one to the next.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::super::check::{gather, missing};
use super::findings::Findings;
use super::{kinds, mend};
use crate::error::Result;
use crate::model::{ClassSchema, FieldType, ParseObject};
use crate::storage::Bulk;

/// Ids by class.
type Targets = BTreeMap<String, BTreeSet<String>>;

/// Notes the pointers of some objects of a class that lead to nothing.
///
/// # Errors
/// Those of the database.
pub async fn look(
    database: &dyn Bulk,
    schema: &ClassSchema,
    objects: &[ParseObject],
    found: &mut Findings,
) -> Result<()> {
    let mut columns = Vec::<(&str, &str, Targets)>::new();
    let mut all = Targets::new();
    for object in objects {
        for (key, value) in &object.fields {
            let mut targets = Targets::new();
            gather(value, &mut targets);
            if !targets.is_empty() {
                targets.iter().for_each(|(class, ids)| all.entry(class.clone()).or_default().extend(ids.clone()));
                columns.push((&object.id, key.as_str(), targets));
            }
        }
    }
    let mut lost = HashSet::new();
    for (class, ids) in all {
        let missing = missing(database, &class, ids).await?;
        lost.extend(missing.into_iter().map(|id| (class.clone(), id)));
    }
    for (id, column, targets) in columns.into_iter().filter(|_| !lost.is_empty()) {
        let pairs = targets.into_iter().flat_map(|(class, ids)| ids.into_iter().map(move |id| (class.clone(), id)));
        for target in pairs.filter(|pair| lost.contains(pair)) {
            note(schema, (id, column), &target, found);
        }
    }
    Ok(())
}

fn note(schema: &ClassSchema, (id, column): (&str, &str), target: &(String, String), found: &mut Findings) {
    let (class, (to, target)) = (schema.name.as_str(), target);
    let what = format!("{to} {target}");
    if (class, column) == ("_Session", "user") {
        let tell = || (what, mend::delete(class, id));
        return found.note(&kinds::ORPHANED_SESSION, (class, None), Some(id), tell);
    }
    found.note(&kinds::POINTER_TO_NOTHING, (class, Some(column)), Some(id), || {
        let command = match schema.field_type(column) {
            Some(FieldType::Pointer(_)) => mend::set(class, id, column, mend::deletion()),
            Some(FieldType::Array) => mend::set(class, id, column, mend::operation("Remove", to, target)),
            // Somewhere in an object, the rest of which is to stay: to be seen, and sent back without it.
            _ => mend::curl("GET", &["classes", class, id], None),
        };
        (what, command)
    });
}
