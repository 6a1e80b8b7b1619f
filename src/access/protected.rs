//! Protected fields: columns that a caller neither sees nor may ask about.

use std::collections::HashSet;

use indexmap::IndexMap;

use super::Subject;
use crate::error::{Code, Error, Result};
use crate::model::query::{OrderBy, OrderKey};
use crate::model::{ClassSchema, Filter, Path, Value};

/// Group to columns, as the option `protectedFields` has them for one class.
pub type Groups = IndexMap<String, Vec<String>>;

/// The columns that are hidden from a caller: what every list that applies to the caller names. `userField:` entries, which can
/// only take columns out of the list, do not count yet.
pub fn hidden(schema: &ClassSchema, option: Option<&Groups>, subject: &Subject) -> HashSet<String> {
    let Some(groups) = subject.groups() else { return HashSet::new() };
    let mut lists: Vec<HashSet<String>> = Vec::new();
    let authenticated = subject.user().map(|_| "authenticated".to_owned());
    for group in groups.into_iter().chain(authenticated) {
        let declared = schema.clp.as_ref().and_then(|clp| clp.get("protectedFields")).and_then(Value::as_object);
        let declared = declared.and_then(|map| map.get(&group)).and_then(Value::as_array);
        let configured = option.and_then(|map| map.get(&group));
        if declared.is_none() && configured.is_none() {
            continue;
        }
        let names = declared.unwrap_or_default().iter().filter_map(|v| v.as_str().map(str::to_owned));
        lists.push(names.chain(configured.into_iter().flatten().cloned()).collect());
    }
    let mut lists = lists.into_iter();
    let first = lists.next().unwrap_or_default();
    lists.fold(first, |all, list| all.intersection(&list).cloned().collect())
}

/// May the caller ask about the columns that a filter and an order look at?
///
/// # Errors
/// 119 for a hidden one, or anything below it.
pub fn check_paths(schema: &ClassSchema, hidden: &HashSet<String>, filter: &Filter, order: &[OrderKey]) -> Result<()> {
    if hidden.is_empty() {
        return Ok(());
    }
    let class = &schema.name;
    let covers = |path: &Path| hidden.contains(path.root()) || hidden.contains(path.as_str());
    let refuse = |verb: &str, path: &Path| {
        Error::denied(Code::OperationForbidden, format!("This user is not allowed to {verb} {path} on class {class}"))
    };
    let mut refused = None;
    filter.paths(&mut |path| {
        if refused.is_none() && covers(path) {
            refused = Some(refuse("query", path));
        }
    });
    // A full-text search looks at every field of the index, whichever it names.
    if filter.text().is_some()
        && let Some(path) = schema.text_fields().iter().find(|path| covers(path))
    {
        return Err(refuse("query", path));
    }
    if let Some(error) = refused {
        return Err(error);
    }
    for key in order {
        if let OrderBy::Path(path) = &key.by
            && covers(path)
        {
            return Err(refuse("sort by", path));
        }
    }
    Ok(())
}
