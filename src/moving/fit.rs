//! Does what comes fit the classes of the target? Classes and columns that are missing are made.

use std::collections::HashMap;

use super::Fault;
use crate::error::Result;
use crate::model::names::{self, VOLATILE_CLASSES};
use crate::model::{ClassSchema, Field, ParseObject, Value};
use crate::schema::check::{self, Kind};
use crate::storage::{Relation, SchemaChange, Storage};

/// Columns with an index that a database or every start makes itself.
pub const INDEXED: [(&str, &str); 3] = [("_User", "username"), ("_User", "email"), ("_Role", "name")];

/// The classes of a target as they will be.
#[derive(Default)]
pub struct Fit {
    classes: HashMap<String, ClassSchema>,
    /// Indexes to make once the rows are there.
    pub indexes: Vec<SchemaChange>,
}

impl Fit {
    /// The classes of a target as they are.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn new(target: &dyn Storage) -> Result<Self> {
        let classes = target.schemas().await?.into_iter().map(|class| (class.name.clone(), class)).collect();
        Ok(Self { classes, indexes: Vec::new() })
    }

    /// A class as it will be.
    pub fn get(&self, class: &str) -> ClassSchema {
        self.classes.get(class).cloned().unwrap_or_else(|| ClassSchema::new(class))
    }

    /// Is the class there, or will it be?
    pub fn has(&self, class: &str) -> bool {
        self.classes.contains_key(class) || VOLATILE_CLASSES.contains(&class)
    }

    /// Is it, or will it be, a column of its class?
    pub fn is_relation(&self, relation: &Relation) -> bool {
        self.get(&relation.class).relations().any(|(field, _)| field == relation.field)
    }

    /// Brings the target's class to what is given, as far as both agree: what has to change, and what stays otherwise.
    pub fn class(&mut self, given: &ClassSchema) -> (Vec<SchemaChange>, Vec<String>) {
        let name = given.name.clone();
        if !names::is_valid_class(&name) || names::is_join_class(&name) {
            return (Vec::new(), vec!["it is no name of a class: its rows are left out".into()]);
        }
        let indexes = given.indexes.iter().filter(|(_, keys)| !is_own(&name, keys));
        let there = |class: &ClassSchema, index: &str| class.indexes.contains_key(index);
        let known = self.classes.get(&name);
        let missing = indexes.filter(|(index, _)| !known.is_some_and(|class| there(class, index.as_str())));
        self.indexes.extend(missing.map(|(index, keys)| SchemaChange::CreateIndexes {
            class: name.clone(),
            indexes: crate::model::Map::from([(index.as_str(), keys.clone())]),
        }));
        let Some(known) = self.classes.get_mut(&name) else {
            let class = ClassSchema { indexes: Default::default(), ..given.clone() };
            self.classes.insert(name.clone(), given.clone());
            let is_stored = !VOLATILE_CLASSES.contains(&name.as_str());
            return (is_stored.then_some(SchemaChange::CreateClass(class)).into_iter().collect(), Vec::new());
        };
        for (index, keys) in &given.indexes {
            known.indexes.set(index.as_str(), keys.clone());
        }
        merge(known, given)
    }

    /// The columns that an object brings along; relations are taken out of it, for they have no values.
    ///
    /// # Errors
    /// Why it does not fit.
    pub fn row(&mut self, class: &str, object: &mut ParseObject) -> Result<Vec<(String, Field)>, String> {
        if class == "_User" && names::means_others(&object.id) {
            return Err("the id of a user must not mean others in permission lists".into());
        }
        if let Some(dotted) = object.fields.keys().find(|key| key.contains('.')) {
            return Err(format!("105: Invalid field name: {dotted}."));
        }
        let schema = self.classes.entry(class.to_owned()).or_insert_with(|| ClassSchema::new(class));
        let kind = Kind { updating: true, internals: false };
        let new = check::fit(schema, &object.fields, kind).map_err(|error| error.to_string())?;
        if VOLATILE_CLASSES.contains(&class)
            && let Some((name, _)) = new.first()
        {
            return Err(format!("{class} has no column {name}"));
        }
        schema.fields.extend(new.iter().cloned());
        object.fields.retain(|_, value| !matches!(value, Value::Relation(_)));
        Ok(new)
    }
}

/// What a class lacks of what is given.
fn merge(known: &mut ClassSchema, given: &ClassSchema) -> (Vec<SchemaChange>, Vec<String>) {
    let (mut changes, mut otherwise, mut fields) = (Vec::new(), Vec::new(), Vec::new());
    let class = known.name.clone();
    for (name, field) in &given.fields {
        match known.fields.get_mut(name) {
            None => fields.push((name.clone(), field.clone())),
            Some(own) if own.ty != field.ty => {
                otherwise.push(format!("its column {name} is {} here and {} there", field.ty, own.ty));
            }
            Some(own) if own.options.is_empty() && !field.options.is_empty() => {
                own.options = field.options.clone();
                let (field, options) = (name.clone(), field.options.clone());
                changes.push(SchemaChange::SetFieldOptions { class: class.clone(), field, options });
            }
            Some(own) if own.options != field.options && !field.options.is_empty() => {
                otherwise.push(format!("its column {name} has other options there; they stay"));
            }
            Some(_) => {}
        }
    }
    known.fields.extend(fields.iter().cloned());
    if !fields.is_empty() && !VOLATILE_CLASSES.contains(&class.as_str()) {
        changes.push(SchemaChange::AddFields { class: class.clone(), fields });
    }
    match (&known.clp, &given.clp) {
        (None, Some(clp)) => {
            known.clp = Some(clp.clone());
            changes.push(SchemaChange::SetClp { class, clp: Some(clp.clone()) });
        }
        (Some(own), Some(clp)) if own != clp => {
            otherwise.push("its class level permissions are others there; they stay".into());
        }
        _ => {}
    }
    (changes, otherwise)
}

/// Is it an index that no app has declared: of ids, of internal columns, of what must be unique?
pub fn is_own(class: &str, keys: &Value) -> bool {
    let mut keys = keys.as_object().into_iter().flat_map(|keys| keys.keys());
    let (first, more) = (keys.next(), keys.next());
    let of_start = |key: &str| INDEXED.contains(&(class, key)) || (class == "_User" && key.starts_with('_'));
    first.is_some_and(|key| key == "_id" || (more.is_none() && of_start(key)))
}

/// The fault of pointers without a column.
pub fn lost_pointers(class: &str, column: &str) -> Fault {
    let what = format!(
        "its pointers _p_{column} are left out: the schema has no such column, and Parse Server does not read them either"
    );
    of_class(class, what)
}

/// A fault of a class as a whole.
pub fn of_class(class: &str, what: String) -> Fault {
    Fault { class: class.to_owned(), what, ..Fault::default() }
}
