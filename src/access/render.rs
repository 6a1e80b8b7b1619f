//! What of a row a caller sees, and how it is written. Made with the plan that reads the row, so that a row cannot be shown
//! without a decision on who sees what.

use std::collections::HashSet;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use super::protected::Protected;
use crate::model::{ClassSchema, FieldType, Map, ParseObject, Value, js};

/// Which fields a query asks for; `objectId`, `createdAt`, `updatedAt`, `ACL` and relations are always among them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Select {
    /// All there are.
    #[default]
    All,
    /// These.
    Only(HashSet<String>),
    /// All but these.
    Except(HashSet<String>),
}

/// What of a provider's data is shown to everybody but the master key.
pub trait Veil: Send + Sync {
    /// What is shown in place of what is stored for a provider; `None`: all of it.
    fn shown(&self, provider: &str, stored: &Map) -> Option<Map>;
}

/// A [`Veil`] that plans carry along.
#[derive(Clone)]
pub struct SharedVeil(pub Arc<dyn Veil>);

impl fmt::Debug for SharedVeil {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedVeil")
    }
}

impl PartialEq for SharedVeil {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for SharedVeil {}

/// How the rows of one plan become JSON.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Render {
    pub(in crate::access) select: Select,
    /// What is hidden in every row.
    pub(in crate::access) hidden: HashSet<String>,
    /// What is hidden besides, in some rows less of it than in others.
    pub(in crate::access) protected: Protected,
    pub(in crate::access) relations: Vec<(String, String)>,
    pub(in crate::access) files: Vec<String>,
    pub(in crate::access) file_base: String,
    pub(in crate::access) internals: bool,
    /// Is it users that are shown? What the last provider leaves behind is then no field.
    pub(in crate::access) users: bool,
    /// Has the class a date that is shown as a bare text, besides those of every class?
    pub(in crate::access) last_used: bool,
    /// What is shown of the data of providers, for all callers but the master key.
    pub(in crate::access) veil: Option<SharedVeil>,
    /// The id of a row of which more is shown, and how: callers see more of their own user.
    pub(in crate::access) own: Option<Box<(String, Render)>>,
}

/// The columns that no selection leaves out.
const ALWAYS: [&str; 3] = ["objectId", "createdAt", "updatedAt"];

/// When an audience was last sent a push.
const LAST_USED: &str = "lastUsed";

/// Is a date in a column of this name shown as a bare text, whatever class has it?
pub fn is_bare_date(column: &str) -> bool {
    matches!(column, "createdAt" | "updatedAt" | LAST_USED)
}

impl Render {
    /// Everything of a class that is not internal, narrowed to a selection; files get URLs below `file_base`.
    pub(in crate::access) fn of(schema: &ClassSchema, select: Select, file_base: String) -> Self {
        let files = schema.fields.iter().filter(|(_, field)| field.ty == FieldType::File).map(|(name, _)| name.clone());
        Self {
            select,
            hidden: HashSet::new(),
            protected: Protected::default(),
            relations: schema.relations().map(|(name, target)| (name.to_owned(), target.to_owned())).collect(),
            files: files.collect(),
            file_base,
            internals: false,
            users: schema.name == "_User",
            last_used: schema.field_type(LAST_USED) == Some(&FieldType::Date),
            veil: None,
            own: None,
        }
    }

    /// How one row becomes JSON: the row with this id, of which `value` gives what stands in a column.
    pub fn of_row(&self, id: &str, value: impl Fn(&str) -> Option<Value>) -> Shown<'_> {
        let render = match &self.own {
            Some(own) if own.0 == id => &own.1,
            _ => self,
        };
        Shown { render, lists: render.protected.lists(value) }
    }

    /// Is a field without any key not shown at all?
    pub fn drops_empty(&self, field: &str) -> bool {
        self.users && field == "authData"
    }

    /// Is a field shown otherwise than it is stored?
    pub fn is_veiled(&self, field: &str) -> bool {
        self.drops_empty(field) && self.veil.is_some()
    }

    /// The data of providers as the caller may see it.
    pub fn veiled(&self, stored: Value) -> Value {
        let (Some(veil), Value::Object(providers)) = (&self.veil, &stored) else { return stored };
        let shown = providers.iter().map(|(name, data)| {
            let other = data.as_object().and_then(|data| veil.0.shown(name, data));
            (name.as_str(), other.map_or_else(|| data.clone(), Value::Object))
        });
        Value::Object(shown.collect())
    }

    /// The fields that are asked for besides those that every row shows; `None` if all are, or if what is shown of a row rests on
    /// other fields of it.
    pub fn reads_only(&self) -> Option<Vec<&str>> {
        match &self.select {
            Select::Only(keys) if !self.protected.is_by_row() && !self.internals => {
                Some(keys.iter().map(String::as_str).collect())
            }
            _ => None,
        }
    }

    /// Is the score of the full-text search shown, as the field `score`?
    pub fn shows_score(&self) -> bool {
        matches!(&self.select, Select::Only(keys) if keys.contains("$score"))
    }

    /// Are internal columns shown? For the maintenance key alone.
    pub fn shows_internals(&self) -> bool {
        self.internals
    }

    /// Is this internal column shown? The hash of a password and the token of an old session never are.
    pub fn shows_internal(&self, field: &str) -> bool {
        let selected = match &self.select {
            Select::All => true,
            Select::Only(keys) => keys.contains(field),
            Select::Except(keys) => !keys.contains(field),
        };
        self.internals && selected && !matches!(field, "_hashed_password" | "_session_token")
    }

    /// Does the class have file columns, whose URL must be made?
    pub fn is_file(&self, field: &str) -> bool {
        self.files.iter().any(|f| f == field)
    }

    /// The URL of a stored file (`objects.md` section 1).
    pub fn file_url(&self, name: &str) -> String {
        format!("{}/{}", self.file_base, js::encode(name).replace("%2F", "/"))
    }

    /// The object as the caller sees it, in wire form: `objectId`, the fields in stored order, relations, ACL.
    pub fn object(&self, object: ParseObject) -> Map {
        self.of_row(&object.id, |column| object.fields.get(column).cloned()).object(object)
    }

    /// A file in wire form with its URL.
    pub fn file(&self, name: String) -> Value {
        let url = if name.starts_with("http://") || name.starts_with("https://") {
            name.clone()
        } else {
            self.file_url(&name)
        };
        Value::Object(Map::from([
            ("__type", Value::from("File")),
            ("name", Value::String(name)),
            ("url", Value::String(url)),
        ]))
    }
}

/// How one row becomes JSON.
#[derive(Debug, Clone)]
pub struct Shown<'r> {
    render: &'r Render,
    /// The lists of protected fields that count for this row besides those of its class.
    lists: Vec<&'r HashSet<String>>,
}

impl Deref for Shown<'_> {
    type Target = Render;

    fn deref(&self) -> &Render {
        self.render
    }
}

impl Shown<'_> {
    fn hides(&self, field: &str) -> bool {
        self.hidden.contains(field) || self.protected.hides(field, &self.lists)
    }

    /// Is a stored field shown? Internal columns never pass here; see [`Render::shows_internals`].
    pub fn shows(&self, field: &str) -> bool {
        if field.starts_with('_') || self.hides(field) {
            return false;
        }
        match &self.select {
            Select::All => true,
            Select::Only(keys) => {
                ALWAYS.contains(&field) || keys.contains(field) || (field == "score" && self.shows_score())
            }
            Select::Except(keys) => ALWAYS.contains(&field) || !keys.contains(field),
        }
    }

    /// Is every stored field shown as it lies, so that a row may be passed on without being looked at?
    pub fn is_plain(&self) -> bool {
        let nothing_hidden = self.hidden.is_empty() && self.protected.fields.is_empty();
        let whole = matches!(self.select, Select::All) && nothing_hidden && self.veil.is_none();
        whole && self.files.is_empty() && !self.internals && !self.last_used
    }

    /// Is the ACL shown?
    pub fn shows_acl(&self) -> bool {
        !self.hides("ACL")
    }

    /// The relation columns to make up, each with the class it leads to.
    pub fn relations(&self) -> impl Iterator<Item = (&str, &str)> {
        self.relations.iter().filter(|(name, _)| !self.hides(name)).map(|(n, t)| (n.as_str(), t.as_str()))
    }

    fn object(&self, object: ParseObject) -> Map {
        let mut out = Map::with_capacity(object.fields.len() + 2);
        out.set("objectId", Value::String(object.id));
        for (field, value) in object.fields {
            let is_empty = |value: &Value| value.as_object().is_some_and(|map| map.is_empty());
            if !self.shows(&field) || (self.drops_empty(&field) && is_empty(&value)) {
                continue;
            }
            let value = match value {
                Value::Date(date) if is_bare_date(&field) => Value::String(date.iso()),
                Value::File(name) => self.file(name),
                value if self.is_veiled(&field) => self.veiled(value),
                other => other,
            };
            out.set(field, value);
        }
        if self.internals {
            let shown = object.internal.into_iter().filter(|(field, _)| self.shows_internal(field));
            shown.for_each(|(field, value)| drop(out.set(field, internal(value))));
        }
        for (field, target) in self.relations() {
            out.set(field, Value::Relation(target.to_owned()));
        }
        if let Some(acl) = object.acl.filter(|_| self.shows_acl()) {
            out.set("ACL", acl.to_wire());
        }
        out
    }
}

/// The value of an internal column as it is shown: a date is a plain text there.
pub fn internal(value: Value) -> Value {
    match value {
        Value::Date(date) => Value::String(date.iso()),
        other => other,
    }
}
