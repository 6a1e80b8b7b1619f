//! Plans: what storage is asked to do, permissions already in them. Their fields can be read by everyone and set by no one
//! outside `access/`.

use std::sync::Arc;
use std::time::Instant;

use super::{Advice, Render};
use crate::model::query::OrderKey;
use crate::model::{ClassSchema, Date, Filter, Op, ParseObject, Path, Value};

/// What bounds the work of a plan.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// When the answer is of no use any more; the database stops then.
    pub deadline: Option<Instant>,
}

/// A plan to read objects of one class.
#[derive(Debug, Clone)]
pub struct Read {
    pub(in crate::access) schema: Arc<ClassSchema>,
    pub(in crate::access) filter: Filter,
    pub(in crate::access) groups: Option<Vec<String>>,
    pub(in crate::access) order: Vec<OrderKey>,
    pub(in crate::access) skip: u64,
    pub(in crate::access) limit: Option<u64>,
    pub(in crate::access) render: Arc<Render>,
    pub(in crate::access) internals: bool,
    pub(in crate::access) limits: Limits,
    pub(in crate::access) advice: Advice,
}

impl Read {
    /// The class, with the columns it has.
    pub fn schema(&self) -> &Arc<ClassSchema> {
        &self.schema
    }

    /// What rows are wanted; pointer permissions are part of it.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Rows are seen that have no read list or one of these entries in it; `None`: all rows.
    pub fn groups(&self) -> Option<&[String]> {
        self.groups.as_deref()
    }

    /// The order asked for; storage adds its natural order behind it.
    pub fn order(&self) -> &[OrderKey] {
        &self.order
    }

    /// Rows to leave out at the beginning.
    pub fn skip(&self) -> u64 {
        self.skip
    }

    /// The greatest number of rows; `None` is no limit.
    pub fn limit(&self) -> Option<u64> {
        self.limit
    }

    /// How rows become JSON.
    pub fn render(&self) -> &Arc<Render> {
        &self.render
    }

    /// Are internal columns wanted in [`ParseObject::internal`]?
    pub fn internals(&self) -> bool {
        self.internals
    }

    /// What bounds the work.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// How the database is to be read.
    pub fn advice(&self) -> &Advice {
        &self.advice
    }
}

/// A plan to run an aggregation pipeline; master key only.
#[derive(Debug, Clone)]
pub struct Aggregate {
    pub(in crate::access) schema: Arc<ClassSchema>,
    pub(in crate::access) pipeline: Pipeline,
    pub(in crate::access) render: Render,
    pub(in crate::access) limits: Limits,
    pub(in crate::access) advice: Advice,
}

/// A pipeline in the database's names, and what it is evaluated with by back ends that have none of their own.
#[derive(Debug, Clone, Default)]
pub struct Pipeline {
    /// Its stages, each an object with one key.
    pub stages: Vec<Value>,
    /// Is the database's way of running it wanted instead of rows?
    pub explain: bool,
    /// `$$NOW`
    pub now: Date,
    /// Where the random numbers of `$rand` and `$sample` begin.
    pub seed: u64,
}

/// Internal columns that no pipeline sees: under another name it would show what the where clause may not even ask for.
const SECRETS: [&str; 5] =
    ["_hashed_password", "_password_history", "_perishable_token", "_email_verify_token", "_session_token"];

impl Aggregate {
    /// The class that it begins with.
    pub fn schema(&self) -> &Arc<ClassSchema> {
        &self.schema
    }

    /// The stages and what they need.
    pub fn pipeline(&self) -> &Pipeline {
        &self.pipeline
    }

    /// How files in its results are written.
    pub fn render(&self) -> &Render {
        &self.render
    }

    /// What bounds the work.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// How the database is to be read.
    pub fn advice(&self) -> &Advice {
        &self.advice
    }

    /// Does a pipeline see this column? If not, documents are made without it.
    pub fn sees(column: &str) -> bool {
        !SECRETS.contains(&column)
    }

    /// The rows of a class that the pipeline runs over: its own, or one that `$lookup` names. The filter is for rows that
    /// the pipeline would leave out anyway.
    pub fn rows(&self, schema: Arc<ClassSchema>, filter: Filter) -> Read {
        super::internal("the master key may aggregate over all objects").read(schema, filter, self.limits)
    }
}

/// One change to stored objects. Several of them may be carried out at once, all or nothing.
#[derive(Debug, Clone)]
pub enum Write {
    /// A new object.
    Create(Create),
    /// A change to one object.
    Update(Update),
    /// Away with objects.
    Delete(Delete),
    /// Nothing is written: a condition for the writes of the same group.
    Absent(Absent),
}

impl Write {
    /// The plan of a new object, if it is one.
    pub fn into_create(self) -> Option<Create> {
        if let Self::Create(plan) = self { Some(plan) } else { None }
    }
}

/// A plan to store a new object.
#[derive(Debug, Clone)]
pub struct Create {
    pub(in crate::access) schema: Arc<ClassSchema>,
    pub(in crate::access) object: ParseObject,
    pub(in crate::access) joins: Vec<Join>,
}

impl Create {
    /// The class, every column of the object in it.
    pub fn schema(&self) -> &Arc<ClassSchema> {
        &self.schema
    }

    /// The object.
    pub fn object(&self) -> &ParseObject {
        &self.object
    }

    /// Entries of relations to add.
    pub fn joins(&self) -> &[Join] {
        &self.joins
    }
}

/// A plan to change one object.
#[derive(Debug, Clone)]
pub struct Update {
    pub(in crate::access) schema: Arc<ClassSchema>,
    pub(in crate::access) filter: Filter,
    pub(in crate::access) groups: Option<Vec<String>>,
    pub(in crate::access) ops: Vec<(Path, Op)>,
    pub(in crate::access) acl: Option<crate::model::Acl>,
    pub(in crate::access) updated: Date,
    pub(in crate::access) silent: bool,
    pub(in crate::access) unseen: bool,
    pub(in crate::access) joins: Vec<Join>,
}

impl Update {
    /// The class, every column that the update touches in it.
    pub fn schema(&self) -> &Arc<ClassSchema> {
        &self.schema
    }

    /// Which object; guards (`token = x and expires > now`) and pointer permissions are part of it.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// The object is changed if it has no write list or one of these entries in it; `None`: always.
    pub fn groups(&self) -> Option<&[String]> {
        self.groups.as_deref()
    }

    /// What is done to which path, in the order asked for. Paths that begin with `_` are internal columns.
    pub fn ops(&self) -> &[(Path, Op)] {
        &self.ops
    }

    /// The new permissions, if they change.
    pub fn acl(&self) -> Option<&crate::model::Acl> {
        self.acl.as_ref()
    }

    /// The new `updatedAt`.
    pub fn updated(&self) -> Date {
        self.updated
    }

    /// Does `updatedAt` stay as it is, because the change is none of the client's business?
    pub fn is_silent(&self) -> bool {
        self.silent
    }

    /// Will nobody look at the object as it is then? Its id is enough of an answer.
    pub fn is_unseen(&self) -> bool {
        self.unseen
    }

    /// Entries of relations to add and remove, if the object is found.
    pub fn joins(&self) -> &[Join] {
        &self.joins
    }
}

/// A plan to delete objects.
#[derive(Debug, Clone)]
pub struct Delete {
    pub(in crate::access) schema: Arc<ClassSchema>,
    pub(in crate::access) filter: Filter,
    pub(in crate::access) groups: Option<Vec<String>>,
}

impl Delete {
    /// The class.
    pub fn schema(&self) -> &Arc<ClassSchema> {
        &self.schema
    }

    /// Which objects.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }

    /// Objects go that have no write list or one of these entries in it; `None`: all.
    pub fn groups(&self) -> Option<&[String]> {
        self.groups.as_deref()
    }
}

/// The condition that no object matches. In an all-or-nothing group it undoes the others if one does, so that what was read
/// before the group cannot have changed meanwhile.
#[derive(Debug, Clone)]
pub struct Absent {
    pub(in crate::access) schema: Arc<ClassSchema>,
    pub(in crate::access) filter: Filter,
}

impl Absent {
    /// The class.
    pub fn schema(&self) -> &Arc<ClassSchema> {
        &self.schema
    }

    /// Which objects there must be none of.
    pub fn filter(&self) -> &Filter {
        &self.filter
    }
}

/// An entry of a relation to add or remove; the owner is the object that the plan writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Join {
    /// The relation column of the owner's class.
    pub field: String,
    /// The object that is related to the owner.
    pub related: String,
    /// Added, or removed?
    pub add: bool,
}
