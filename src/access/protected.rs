//! Protected fields: columns that a caller neither sees nor may ask about.

use std::collections::{BTreeSet, HashSet};

use indexmap::IndexMap;

use super::Subject;
use crate::error::{Code, Error, Result};
use crate::model::query::{OrderBy, OrderKey};
use crate::model::{ClassSchema, Filter, Map, Path, Value};

/// Group to columns, as the option `protectedFields` has them for one class.
pub type Groups = IndexMap<String, Vec<String>>;

/// What is hidden from a caller of a class, and what less of it in rows that belong to the caller.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Protected {
    /// The columns that are hidden in a row of somebody else. Nobody may ask about them: whose row it is is not known then.
    pub fields: HashSet<String>,
    owned: Option<Box<Owned>>,
}

/// The groups `userField:`, for a caller that rows may belong to.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Owned {
    user: String,
    lists: Vec<(String, HashSet<String>)>,
}

impl Protected {
    /// What every list that applies to the caller names: those of the class and of the option `protectedFields`.
    pub fn of(schema: &ClassSchema, option: Option<&Groups>, subject: &Subject) -> Self {
        let lists = Lists { declared: declared(schema), option, open: schema.clp.is_none() };
        if lists.declared.is_none() && option.is_none() {
            return Self::default();
        }
        let Some(mut groups) = subject.groups() else { return Self::default() };
        groups.extend(subject.user().map(|_| "authenticated".to_owned()));
        let mut applying = groups.iter().filter_map(|group| lists.of(group));
        let first = applying.next().unwrap_or_default();
        let fields = applying.fold(first, |all, list| all.intersection(&list).cloned().collect());
        let owned = subject.user().filter(|_| !fields.is_empty()).and_then(|user| Owned::of(user, &fields, &lists));
        Self { fields, owned: owned.map(Box::new) }
    }

    /// The lists of those groups `userField:` that a row is in; `value` gives what stands in a column of the row.
    pub fn lists(&self, value: impl Fn(&str) -> Option<Value>) -> Vec<&HashSet<String>> {
        let Some(owned) = &self.owned else { return Vec::new() };
        let holds = |column: &str| value(column).is_some_and(|value| holds(&value, &owned.user));
        owned.lists.iter().filter(|(column, _)| holds(column)).map(|(_, list)| list).collect()
    }

    /// Is more shown of some rows than of others, as fields of theirs say?
    pub fn is_by_row(&self) -> bool {
        self.owned.is_some()
    }

    /// Is a field hidden in a row with these lists?
    pub fn hides(&self, field: &str, lists: &[&HashSet<String>]) -> bool {
        self.fields.contains(field) && lists.iter().all(|list| list.contains(field))
    }
}

/// Where the lists of groups stand.
struct Lists<'a> {
    declared: Option<&'a Map>,
    option: Option<&'a Groups>,
    /// Has the class no permissions of its own? An empty list for everybody counts then.
    open: bool,
}

impl Lists<'_> {
    fn of(&self, group: &str) -> Option<HashSet<String>> {
        let declared = self.declared.and_then(|map| map.get(group)).and_then(Value::as_array);
        let configured = self.option.and_then(|map| map.get(group));
        if declared.is_none() && configured.is_none() && !(self.open && group == "*") {
            return None;
        }
        let names = declared.unwrap_or_default().iter().filter_map(|v| v.as_str().map(str::to_owned));
        Some(names.chain(configured.into_iter().flatten().cloned()).collect())
    }
}

impl Owned {
    /// `None` if no row can show more of the hidden fields than others.
    fn of(user: &str, fields: &HashSet<String>, lists: &Lists<'_>) -> Option<Self> {
        let declared = lists.declared.into_iter().flatten().map(|(group, _)| group.as_str());
        let configured = lists.option.into_iter().flat_map(Groups::keys).map(String::as_str);
        let groups: BTreeSet<&str> = declared.chain(configured).collect();
        let list = |group: &str| Some((group.strip_prefix("userField:")?.to_owned(), lists.of(group)?));
        let lists: Vec<_> = groups.into_iter().filter_map(list).filter(|(_, list)| !fields.is_subset(list)).collect();
        (!lists.is_empty()).then(|| Self { user: user.to_owned(), lists })
    }
}

fn declared(schema: &ClassSchema) -> Option<&Map> {
    schema.clp.as_ref().and_then(|clp| clp.get("protectedFields")).and_then(Value::as_object)
}

/// Does the value of a column name a user: as a pointer, or in a list of pointers?
fn holds(value: &Value, user: &str) -> bool {
    let names = |value: &Value| match value {
        Value::Pointer(pointer) => pointer.class == "_User" && pointer.id == user,
        Value::Object(map) => map.get("objectId").and_then(Value::as_str) == Some(user),
        _ => false,
    };
    match value {
        Value::Array(list) => list.iter().any(names),
        value => names(value),
    }
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
