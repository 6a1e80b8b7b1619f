//! The authoriser: a caller's wish in, a plan or a refusal out.
//!
//! A recipe first opens a [`Gate`], through a [`Door`], for what it is about to do; what the gate gives is bound to the caller, the class and the
//! action it was opened for.

use std::sync::Arc;

use super::clp::{self, Action, Granted};
use super::plan::{Aggregate, Create, Delete, Join, Limits, Pipeline, Read, Update};
use super::protected::{self, Groups, Protected};
use super::{Advice, Render, Select, SharedVeil, Subject, account};
use crate::error::{Code, Error, Result};
use crate::model::query::OrderKey;
use crate::model::{Acl, ClassSchema, Date, Filter, Op, ParseObject, Path, names};

/// May a caller do this to a class at all, whatever its schema says?
///
/// # Errors
/// 119 for a client at a class of the server's own, and for a write with the read-only master key.
pub fn class(subject: &Subject, class: &str, action: Action) -> Result<()> {
    let writes = matches!(action, Action::Create | Action::Update | Action::Delete | Action::AddField);
    if *subject == Subject::ReadOnlyMaster && writes {
        return Err(Error::denied(
            Code::OperationForbidden,
            format!("read-only masterKey isn't allowed to perform the {} operation.", action.name()),
        ));
    }
    // The table of schemas is nobody's class, not even the master key's: `/schemas` is the way to it.
    if subject.reads_all() && class != "_SCHEMA" {
        return Ok(());
    }
    let refuse = |collection: &str| {
        Err(Error::denied(
            Code::OperationForbidden,
            format!(
                "Clients aren't allowed to perform the {} operation on the {collection} collection.",
                action.name()
            ),
        ))
    };
    if names::VOLATILE_CLASSES.contains(&class) || (class == "_SCHEMA" && !writes) || class.starts_with("_Join:") {
        return refuse(class);
    }
    let guarded = matches!(action, Action::Find | Action::Count | Action::Delete);
    if class == "_Installation" && guarded { refuse("installation") } else { Ok(()) }
}

/// A caller in front of a class: what is hidden is known, what is allowed is not yet asked.
#[derive(Debug)]
pub struct Door<'a> {
    subject: &'a Subject,
    schema: Arc<ClassSchema>,
    protected: Protected,
    owner_exempt: bool,
    veil: Option<SharedVeil>,
    limits: Limits,
}

/// A caller who may do something to a class; makes the plans for it.
#[derive(Debug)]
pub struct Gate<'a> {
    door: Door<'a>,
    granted: Granted,
}

/// The rows a caller wants.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Which.
    pub filter: Option<Filter>,
    /// In which order.
    pub order: Vec<OrderKey>,
    /// From the how manieth.
    pub skip: u64,
    /// How many at most.
    pub limit: Option<u64>,
    /// Which fields of them.
    pub select: Select,
    /// The URL below which files are.
    pub file_base: String,
    /// Are they shown inside other objects? Of users not even the caller's own `authData` is then.
    pub included: bool,
}

impl<'a> Door<'a> {
    /// In front of a class. `option` is the part of `protectedFields` about it, `owner_exempt` is `protectedFieldsOwnerExempt`:
    /// are the protected fields of the caller's own user shown?
    pub fn new(
        subject: &'a Subject,
        schema: Arc<ClassSchema>,
        option: Option<&Groups>,
        owner_exempt: bool,
        limits: Limits,
    ) -> Self {
        let protected = Protected::of(&schema, option, subject);
        Self { subject, schema, protected, owner_exempt, veil: None, limits }
    }

    /// May the caller ask about what a filter and an order look at? Every plan to read asks it; a query that is to be told
    /// this before it is told that the class is closed asks it on its own.
    ///
    /// # Errors
    /// 119 for a column that is hidden from the caller.
    pub fn check_asked(&self, filter: &Filter, order: &[OrderKey]) -> Result<()> {
        if self.owner_exempt && account::is_own(&self.schema, self.subject, filter) {
            return Ok(());
        }
        protected::check_paths(&self.schema, &self.protected.fields, filter, order)
    }

    /// Checks the class and its permissions for an action.
    ///
    /// # Errors
    /// 119, or 101 for a caller who would have to log in.
    pub fn open(self, action: Action) -> Result<Gate<'a>> {
        class(self.subject, &self.schema.name, action)?;
        let own = account::own_sessions(&self.schema, self.subject, action)?;
        let granted = clp::check(&self.schema, self.subject, action, true)?.within(own);
        Ok(Gate { door: self, granted })
    }

    /// The same door, behind which of the data of providers is shown what they say; without it only the master key sees any.
    #[must_use]
    pub fn veiled(mut self, veil: SharedVeil) -> Self {
        self.veil = Some(veil);
        self
    }
}

impl Gate<'_> {
    /// Is there no object that the caller may reach, whatever it asks for?
    pub fn is_blind(&self) -> bool {
        matches!(&self.granted, Granted::Some(filter) if *filter == Filter::none())
    }

    /// Does the caller reach this object, by its permission list and by what was granted? `holds` says whether a filter fits it.
    pub fn reaches(&self, object: &ParseObject, holds: impl FnOnce(&Filter) -> bool) -> bool {
        let listed = match (self.door.subject.groups(), &object.acl) {
            (Some(groups), Some(acl)) => acl.read.iter().any(|entry| groups.contains(entry)),
            _ => true,
        };
        let granted = match &self.granted {
            Granted::All => true,
            Granted::Some(filter) => holds(filter),
        };
        listed && granted
    }

    /// A plan to read.
    ///
    /// # Errors
    /// 119 if the filter or the order looks at a column that is hidden from the caller.
    pub fn read(self, wanted: Wanted) -> Result<Read> {
        let Self { door, granted } = self;
        let mut filter = of_class(&door.schema, wanted.filter.unwrap_or(Filter::all()));
        door.check_asked(&filter, &wanted.order)?;
        let mut render = Render::of(&door.schema, wanted.select, wanted.file_base);
        render.internals = *door.subject == Subject::Maintenance;
        if door.schema.name == "_User" {
            filter = account::checked(door.subject, filter, &wanted.order)?;
            let sees_providers = door.subject.is_master() || (door.veil.is_some() && !wanted.included);
            render.veil = door.veil.filter(|_| !door.subject.is_master());
            account::hide(door.subject, &mut render, door.protected, door.owner_exempt);
            if !sees_providers {
                account::hide_providers(&mut render);
            }
        } else {
            render.protected = door.protected;
        }
        Ok(Read {
            filter: narrowed(filter, granted),
            groups: door.subject.groups(),
            internals: render.internals,
            render: Arc::new(render),
            order: wanted.order,
            skip: wanted.skip,
            limit: wanted.limit,
            limits: door.limits,
            schema: door.schema,
            advice: Advice::default(),
        })
    }

    /// A plan to store a new object, its columns all in `schema` (which may be newer than the gate's).
    pub fn create(self, schema: Arc<ClassSchema>, object: ParseObject, joins: Vec<Join>) -> Create {
        Create { schema, object, joins }
    }

    /// A plan to change the object with an id. `adds` grants columns that the class did not have, see [`Gate::may_add`].
    pub fn update(self, schema: Arc<ClassSchema>, id: &str, adds: Granted, change: Change) -> Update {
        let filter = narrowed(narrowed(Filter::eq("objectId", id), self.granted), adds);
        let Change { ops, acl, updated, joins } = change;
        Update {
            schema,
            filter,
            groups: self.door.subject.groups(),
            ops,
            acl,
            updated,
            silent: false,
            unseen: false,
            joins,
        }
    }

    /// A plan to delete the object with an id.
    pub fn delete(self, id: &str) -> Delete {
        let filter = of_class(&self.door.schema, narrowed(Filter::eq("objectId", id), self.granted));
        Delete { schema: self.door.schema, filter, groups: self.door.subject.groups() }
    }

    /// May the caller bring new columns along?
    ///
    /// # Errors
    /// 119 if not.
    pub fn may_add(&self, updating: bool) -> Result<Granted> {
        clp::check(&self.door.schema, self.door.subject, Action::AddField, updating)
    }
}

/// What an update changes.
#[derive(Debug, Clone)]
pub struct Change {
    /// Operations on paths.
    pub ops: Vec<(Path, Op)>,
    /// New permissions.
    pub acl: Option<Acl>,
    /// The new `updatedAt`.
    pub updated: Date,
    /// Changes of relations.
    pub joins: Vec<Join>,
}

/// A caller who may aggregate; makes the plan for it.
#[derive(Debug)]
pub struct Aggregator(Limits);

/// May a caller aggregate? `read_only` says whether the read-only master key may.
///
/// # Errors
/// 403 without the master key, 119 for the read-only one that may not.
pub fn aggregate(subject: &Subject, read_only: bool, limits: Limits) -> Result<Aggregator> {
    match subject {
        Subject::Master => Ok(Aggregator(limits)),
        Subject::ReadOnlyMaster if read_only => Ok(Aggregator(limits)),
        Subject::ReadOnlyMaster => {
            let text = "Cannot run an aggregation pipeline when using the readOnlyMasterKey";
            Err(Error::new(Code::OperationForbidden, text))
        }
        _ => Err(Error::forbidden("unauthorized: master key is required")),
    }
}

impl Aggregator {
    /// A plan to run a pipeline over a class.
    pub fn plan(self, schema: Arc<ClassSchema>, pipeline: Pipeline, file_base: String) -> Aggregate {
        let render = Render::of(&schema, Select::All, file_base);
        Aggregate { schema, pipeline, render, limits: self.0, advice: Advice::default() }
    }
}

/// A plan to empty a class.
///
/// # Errors
/// 403 without the master key, 119 with the read-only one.
pub fn purge(subject: &Subject, schema: Arc<ClassSchema>) -> Result<Delete> {
    if !subject.is_master() {
        return Err(Error::forbidden("unauthorized: master key is required"));
    }
    if *subject == Subject::ReadOnlyMaster {
        let text = "read-only masterKey isn't allowed to purge a schema.";
        return Err(Error::denied(Code::OperationForbidden, text));
    }
    class(subject, &schema.name, Action::Delete)?;
    let all = of_class(&schema, Filter::all());
    Ok(super::internal("the master key may purge").delete(schema, all))
}

/// What a caller names need not be a class. Under a name that none can have, a database may keep something else (on MongoDB the
/// table of schemas, or the parts of files), of which nothing is anybody's.
fn of_class(schema: &ClassSchema, filter: Filter) -> Filter {
    if names::is_valid_class(&schema.name) { filter } else { Filter::none() }
}

fn narrowed(filter: Filter, granted: Granted) -> Filter {
    match granted {
        Granted::All => filter,
        Granted::Some(more) => filter.and(more),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_reached_under_a_name_that_no_class_can_have() {
        let mine = |name: &str| Arc::new(ClassSchema::new(name));
        let names = ["Post", "_User", "_Session", "_Join:users:_Role"].map(|name| (name, true));
        let others = ["_SCHEMA", "fs.files", "system.users", "_Nope", "a\0", ""].map(|name| (name, false));
        for (name, reached) in names.into_iter().chain(others) {
            let subject = Subject::Master;
            let open = |action| Door::new(&subject, mine(name), None, true, Limits::default()).open(action);
            let deleted = open(Action::Delete).map(|gate| gate.delete("x").filter().clone());
            assert_eq!(deleted.is_ok_and(|filter| filter == Filter::eq("objectId", "x")), reached, "delete {name}");
            let read =
                open(Action::Find).and_then(|gate| gate.read(Wanted::default())).map(|plan| plan.filter().clone());
            assert_eq!(read.is_ok_and(|filter| filter == Filter::all()), reached, "read {name}");
            let purged = purge(&Subject::Master, mine(name)).map(|plan| plan.filter().clone());
            assert_eq!(purged.is_ok_and(|filter| filter == Filter::all()), reached, "purge {name}");
        }
    }
}
