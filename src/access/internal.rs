//! Plans that the server makes for itself, past every permission. Each caller says why, in words that a reviewer can check.

use std::sync::Arc;

use super::plan::{Absent, Aggregate, Create, Delete, Join, Limits, Read, Update};
use super::{Advice, Render, Select};
use crate::model::query::OrderKey;
use crate::model::{Acl, ClassSchema, Date, Filter, Op, ParseObject, Path};

/// Why the server reads or writes without a caller's rights; begins every such plan.
#[derive(Debug, Clone, Copy)]
pub struct Internal {
    why: &'static str,
}

/// The server acts for itself.
pub const fn internal(why: &'static str) -> Internal {
    Internal { why }
}

impl Internal {
    /// The reason, for logs.
    pub const fn why(self) -> &'static str {
        self.why
    }

    /// All rows that match, with their internal columns.
    pub fn read(self, schema: Arc<ClassSchema>, filter: Filter, limits: Limits) -> Read {
        let render = Render::of(&schema, Select::All, String::new());
        Read {
            schema,
            filter,
            groups: None,
            order: Vec::new(),
            skip: 0,
            limit: None,
            render: Arc::new(render),
            internals: true,
            limits,
            advice: Advice::default(),
        }
    }

    /// A new object.
    pub fn create(self, schema: Arc<ClassSchema>, object: ParseObject, joins: Vec<Join>) -> Create {
        Create { schema, object, joins }
    }

    /// A change to the one object that matches.
    pub fn update(self, schema: Arc<ClassSchema>, filter: Filter, ops: Vec<(Path, Op)>, updated: Date) -> Update {
        Update {
            schema,
            filter,
            groups: None,
            ops,
            acl: None,
            updated,
            silent: false,
            unseen: false,
            joins: Vec::new(),
        }
    }

    /// The condition that no object matches.
    pub fn absent(self, schema: Arc<ClassSchema>, filter: Filter) -> Absent {
        Absent { schema, filter }
    }

    /// Away with all that match.
    pub fn delete(self, schema: Arc<ClassSchema>, filter: Filter) -> Delete {
        Delete { schema, filter, groups: None }
    }
}

impl Read {
    /// The same plan for the rows that match another filter, too.
    #[must_use]
    pub fn narrowed(mut self, filter: Filter) -> Self {
        self.filter = self.filter.and(filter);
        self
    }

    /// The same plan in another order.
    #[must_use]
    pub fn ordered(mut self, order: Vec<OrderKey>) -> Self {
        self.order = order;
        self
    }

    /// The same plan for a part of the rows.
    #[must_use]
    pub fn window(mut self, skip: u64, limit: Option<u64>) -> Self {
        (self.skip, self.limit) = (skip, limit);
        self
    }

    /// The same plan for those that a permission list lets in.
    #[must_use]
    pub fn for_groups(mut self, groups: Vec<String>) -> Self {
        self.groups.get_or_insert(groups);
        self
    }

    /// The same plan with advice for the database.
    #[must_use]
    pub fn advised(mut self, advice: Advice) -> Self {
        self.advice = advice;
        self
    }

    /// The same plan with fewer fields shown.
    #[must_use]
    pub fn selecting(mut self, select: Select) -> Self {
        self.render = Arc::new(Render { select, ..(*self.render).clone() });
        self
    }
}

impl Aggregate {
    /// The same plan with advice for the database.
    #[must_use]
    pub fn advised(mut self, advice: Advice) -> Self {
        self.advice = advice;
        self
    }
}

impl Update {
    /// The ids of the objects that it changes, whoever may change them.
    #[must_use]
    pub fn found(&self) -> Read {
        let why = internal("what is changed is looked up by the change itself");
        let read = why.read(self.schema.clone(), self.filter.clone(), Limits::default());
        read.selecting(Select::Only(Default::default()))
    }

    /// The same plan for one of them, if it still matches; nobody looks at it.
    #[must_use]
    pub fn of(&self, id: &str) -> Self {
        Self { filter: self.filter.clone().and(Filter::eq("objectId", id)), unseen: true, ..self.clone() }
    }

    /// The same plan for an object that also fulfils a condition, and with further changes: what the rules of a class add.
    #[must_use]
    pub fn with_rules(mut self, guard: Option<Filter>, ops: Vec<(Path, Op)>) -> Self {
        if let Some(guard) = guard {
            self.filter = self.filter.and(guard);
        }
        self.ops.extend(ops);
        self
    }

    /// The same plan for those that a permission list lets in.
    #[must_use]
    pub fn for_groups(mut self, groups: Vec<String>) -> Self {
        self.groups.get_or_insert(groups);
        self
    }

    /// The same plan, `updatedAt` staying as it is.
    #[must_use]
    pub fn silently(mut self) -> Self {
        self.silent = true;
        self
    }

    /// The same plan, of whose object nothing but the id needs to be told.
    #[must_use]
    pub fn unseen(mut self) -> Self {
        self.unseen = true;
        self
    }

    /// The same plan with other permissions for the object.
    #[must_use]
    pub fn with_acl(mut self, acl: Acl) -> Self {
        self.acl = Some(acl);
        self
    }

    /// The same plan with changes to relations.
    #[must_use]
    pub fn with_joins(mut self, joins: Vec<Join>) -> Self {
        self.joins = joins;
        self
    }
}

impl Delete {
    /// The same plan for those that a permission list lets in.
    #[must_use]
    pub fn for_groups(mut self, groups: Vec<String>) -> Self {
        self.groups.get_or_insert(groups);
        self
    }
}
