//! The one table of options. Flags, environment names, help, documentation, the example file and the checks all come
//! from it; a new option is a line in `options.rs` or in a file of `groups/`.

pub mod driver;
mod groups;
mod options;

pub use groups::*;
use serde_json::Value;

/// One option.
#[derive(Debug)]
pub struct Opt {
    /// Name in the file.
    pub name: &'static str,
    /// Flag, without its dashes: the name, ours in kebab case.
    pub flag: &'static str,
    /// Environment variable. Those of options inside a group are known, but not read.
    pub env: &'static str,
    /// How its value is read.
    pub kind: Kind,
    /// Default as JSON; empty: unset.
    pub default: &'static str,
    /// What for, in a line.
    pub doc: &'static str,
    /// What becomes of it here.
    pub status: Status,
    /// Whom it concerns.
    pub scope: Scope,
}

/// How the value of an option is read.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// A text.
    Text,
    /// `true`, `"true"`, `1` are true, all else false.
    Bool,
    /// A whole number; of a text its leading digits.
    Int,
    /// A boolean or a whole number.
    IntOrBool,
    /// A whole number or a text.
    IntOrText,
    /// A list, or a text with commas.
    List,
    /// Any JSON.
    Json,
    /// JSON, or else a text.
    JsonOrText,
    /// An object with the options of a table.
    Group(&'static Table),
    /// A list of such objects, or one of them.
    Groups(&'static Table),
}

/// What becomes of an option here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It works.
    Works,
    /// It changes nothing, for this reason; setting it is warned of.
    NoEffect(&'static str),
    /// It works on MongoDB; elsewhere it changes nothing, for this reason.
    OnMongo(&'static str),
    /// A setting of the MongoDB driver: what becomes of it says [`driver`]. Elsewhere it changes nothing.
    Driver,
    /// What it belongs to is not built yet; setting it stops the start.
    NotYet(&'static str),
}

/// Whom an option concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// One app.
    App,
    /// The whole process: equal in all apps.
    Server,
    /// The whole process, and Parse Server does not have it.
    Own,
}

/// The options of a group, and how Parse Server words what is wrong in it.
#[derive(Debug)]
pub struct Table {
    /// Name of the option that holds the group.
    pub name: &'static str,
    /// Error if it is no object.
    pub not_an_object: &'static str,
    /// Error if a value has the wrong type; `{path}` and `{type}` are filled in.
    pub wrong_type: &'static str,
    /// `{type}` for a boolean.
    pub boolean: &'static str,
    /// Error for an unknown key; `{path}`, `{group}` and `{key}` are filled in.
    pub unknown: &'static str,
    /// What keys are that it does not name.
    pub others: Others,
    /// The options.
    pub options: &'static [Opt],
}

/// What keys of a group are that its table does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Others {
    /// An error.
    Refused,
    /// Settings of a database driver.
    Driver,
    /// Providers under a name of their own.
    Provider,
}

impl Table {
    /// The option of this name.
    pub fn get(&self, name: &str) -> Option<&'static Opt> {
        self.options.iter().find(|option| option.name == name)
    }
}

impl Opt {
    /// The default value.
    pub fn default_value(&self) -> Option<Value> {
        serde_json::from_str(self.default).ok()
    }

    /// The table of its group, if it is one.
    pub fn group(&self) -> Option<&'static Table> {
        match self.kind {
            Kind::Group(table) | Kind::Groups(table) => Some(table),
            _ => None,
        }
    }
}

/// Every top-level option: Parse Server's, then ours.
pub fn all() -> impl Iterator<Item = &'static Opt> {
    options::PARSE_SERVER.iter().chain(options::OWN)
}

/// The top-level option of this name.
pub fn named(name: &str) -> Option<&'static Opt> {
    all().find(|option| option.name == name)
}

const fn app(
    name: &'static str,
    env: &'static str,
    kind: Kind,
    default: &'static str,
    doc: &'static str,
    status: Status,
) -> Opt {
    Opt { name, flag: name, env, kind, default, doc, status, scope: Scope::App }
}

const fn server(
    name: &'static str,
    env: &'static str,
    kind: Kind,
    default: &'static str,
    doc: &'static str,
    status: Status,
) -> Opt {
    Opt { name, flag: name, env, kind, default, doc, status, scope: Scope::Server }
}

const fn own(
    name: &'static str,
    flag: &'static str,
    env: &'static str,
    kind: Kind,
    default: &'static str,
    doc: &'static str,
) -> Opt {
    Opt { name, flag, env, kind, default, doc, status: Status::Works, scope: Scope::Own }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Opt, all};

    fn every() -> Vec<&'static Opt> {
        let mut out: Vec<&'static Opt> = all().collect();
        let mut next = 0;
        while next < out.len() {
            out.extend(out[next].group().map_or(&[][..], |table| table.options));
            next += 1;
        }
        out
    }

    #[test]
    fn every_default_is_json() {
        for option in every().iter().filter(|option| !option.default.is_empty()) {
            assert!(option.default_value().is_some(), "{}: {}", option.name, option.default);
        }
    }

    #[test]
    fn names_and_variables_differ() {
        let mut names = HashSet::new();
        let mut variables = HashSet::new();
        for option in all() {
            assert!(names.insert(option.name) && variables.insert(option.env), "{}", option.name);
            assert!(!option.doc.is_empty());
        }
        assert_eq!(names.len(), 110 + 9, "110 of Parse Server 9.10 and ours");
    }
}
