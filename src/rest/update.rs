//! `PUT /classes/:className/:objectId`.

use std::collections::HashSet;

use super::body::{self, Changes};
use super::classes::{self, Extra, Start, Target, installation};
use super::create::{grow, may_add, trigger_object};
use super::save_hooks::{after_save, before_save};
use super::{Answer, Call};
use crate::access::authorise::Change;
use crate::access::clp::Action;
use crate::access::{Subject, Write, internal};
use crate::cloud::Trigger;
use crate::error::{Code, Error, Result};
use crate::model::map::array_index;
use crate::model::{ClassSchema, Date, Filter, Map, Op, ParseObject, Path, Value};
use crate::schema::check::Kind;
use crate::storage::Outcome;

/// Changes an object: `updatedAt` and the results of operations.
///
/// # Errors
/// As `objects.md` section 4 has them.
pub async fn update(call: &Call, class: &str, id: &str, body: Value) -> Result<Answer> {
    run(call, class, id, body).await.map_err(|error| classes::refused(call, class, error))
}

async fn run(call: &Call, class: &str, id: &str, body: Value) -> Result<Answer> {
    if class == installation::CLASS {
        return Box::pin(installation::save(call, Some(id), body)).await;
    }
    match prepare(call.clone(), class, id, body).await? {
        Prepared::Done(answer) => Ok(answer),
        Prepared::Write(write, pending) => pending.finish(call.engine.write(write).await?).await,
    }
}

/// An update up to its write.
pub enum Prepared {
    /// The write, and what waits for it.
    Write(Write, Box<Pending>),
    /// The rules of the class have done it already.
    Done(Answer),
}

/// Everything up to the write.
///
/// # Errors
/// As [`update`].
pub async fn prepare(call: Call, class: &str, id: &str, body: Value) -> Result<Prepared> {
    prepare_with(call, class, id, body, Extra::default()).await
}

/// An update that the server makes for itself through the same steps: on a condition and with columns that no body can name.
///
/// # Errors
/// As [`update`]; 101 if the condition does not hold.
pub async fn by_server(call: &Call, class: &str, id: &str, body: Map, rules: Extra) -> Result<Answer> {
    match prepare_with(call.clone(), class, id, Value::Object(body), rules).await? {
        Prepared::Done(answer) => Ok(answer),
        Prepared::Write(write, pending) => pending.finish(call.engine.write(write).await?).await,
    }
}

async fn prepare_with(mut call: Call, class: &str, id: &str, body: Value, rules: Extra) -> Result<Prepared> {
    crate::access::authorise::class(call.subject(), class, Action::Update)?;
    let mut body = body::entries(body)?;
    body::screen(&call, &body)?;
    call.engine.check_class_exists(&call, class)?;
    let target = Target { class, id, updating: true };
    let mut extra = match classes::before_write(&call, target, &mut body).await? {
        Start::Go(extra) => extra,
        Start::Done(answer) => return Ok(Prepared::Done(answer)),
    };
    call.gate(call.engine.schemas.get_or_new(class), Action::Update)?;
    let hooks = Hooks::of(&call, class, id).await?;
    let hooked = before_save(&mut call, class, &mut body, hooks.as_ref().map(|hooks| &hooks.original)).await?;
    check_id(id, &mut body)?;
    let kind = Kind { updating: true, internals: *call.subject() == Subject::Maintenance };
    let before = call.engine.schemas.get_or_new(class);
    let adds = may_add(&call, &before, &body, kind)?;
    let schema = grow(&call, class, &body, kind).await?;
    check_required(&schema, &body)?;
    let acl = body::take_acl(&mut body, classes::owner(&call, target))?;
    let acl = classes::permissions(&call, target, acl);
    classes::before_store(&call, target, &mut body, &mut extra).await?;
    body.take("createdAt");
    body.take("updatedAt");
    let updated = call.engine.clock.now();
    let Changes { ops, joins } = body::changes(body, kind)?;
    let gate = call.gate(schema.clone(), Action::Update)?;
    let reported: Vec<Path> = ops.iter().filter(|(_, op)| op.is_reported()).map(|(path, _)| path.clone()).collect();
    let hooks = hooks.map(|hooks| hooks.changing(&ops));
    let plan = gate.update(schema, id, adds, Change { ops, acl, updated, joins }).with_rules(rules.guard, rules.ops);
    let plan = plan.with_rules(extra.guard.take(), std::mem::take(&mut extra.ops));
    let heard = call.engine.invoker.has(class, Trigger::AfterSave);
    let seen = heard || class.starts_with('_') || !hooked.is_empty() || !reported.is_empty();
    let write = Write::Update(if seen { plan } else { plan.unseen() });
    let pending =
        Pending { class: class.to_owned(), id: id.to_owned(), updated, reported, hooked, hooks, heard, extra, call };
    Ok(Prepared::Write(write, Box::new(pending)))
}

/// An update that waits for its write.
pub struct Pending {
    call: Call,
    class: String,
    id: String,
    updated: Date,
    reported: Vec<Path>,
    /// What beforeSave has changed.
    hooked: Map,
    hooks: Option<Hooks>,
    /// Will an afterSave hook want to see the object?
    heard: bool,
    extra: Extra,
}

impl Pending {
    /// Everything after the write.
    ///
    /// # Errors
    /// 101 if there was no object that the caller may change.
    pub async fn finish(self, outcome: Outcome) -> Result<Answer> {
        let Self { mut call, class, id, updated, reported, hooked, hooks, heard, extra } = self;
        let Outcome::Updated(Some(object)) = outcome else { return Err(Error::not_found()) };
        let mut answer = Map::new();
        for path in &reported {
            report(&mut answer, path, &object);
        }
        answer.set("updatedAt", Value::String(updated.iso()));
        let stored = hooks.iter().flat_map(|hooks| hooks.original.keys());
        let first = stored.filter(|key| answer.contains_key(key)).cloned().collect();
        for (name, value) in hooked {
            answer.set(name, value);
        }
        let target = Target { class: &class, id: &id, updating: true };
        classes::after_store(&call, target, extra, &mut answer).await?;
        let closed = (answer.len() > 1 || heard) && !call.sees(&call.engine.schemas.get_or_new(&class), &object);
        if heard {
            let mut object = trigger_object(object);
            let (original, unseen) = hooks.map(|hooks| (hooks.original, hooks.unseen)).unzip();
            unseen.iter().flatten().for_each(|field| drop(object.take(field)));
            answer = after_save(&mut call, &class, answer, object, original, first).await;
        }
        call.hide_protected(&class, &id, &mut answer);
        if closed {
            hide_stored(&mut answer);
        }
        Ok(Answer::ok(&Value::Object(answer)))
    }
}

/// Leaves in the answer to a caller who may not read the object only what is no part of what is stored.
fn hide_stored(answer: &mut Map) {
    const TOLD: [&str; 3] = ["updatedAt", "sessionToken", "authDataResponse"];
    answer.retain(|name, _| TOLD.contains(&name.as_str()));
}

/// What save hooks are told of the object besides the change.
struct Hooks {
    /// The object as it is stored.
    original: Map,
    /// The fields that the caller does not see, and the hooks therefore neither unless the app exempts them
    /// (`protectedFieldsTriggerExempt`).
    unseen: HashSet<String>,
}

impl Hooks {
    /// `None` if no hook will want to see it.
    async fn of(call: &Call, class: &str, id: &str) -> Result<Option<Self>> {
        let wanted = [Trigger::BeforeSave, Trigger::AfterSave];
        if !wanted.into_iter().any(|trigger| call.engine.invoker.has(class, trigger)) {
            return Ok(None);
        }
        let schema = call.engine.schemas.get_or_new(class);
        let read = internal("a save hook sees the object before the change").read(
            schema,
            Filter::eq("objectId", id),
            call.limits,
        );
        let read = match call.subject().groups() {
            Some(groups) => read.for_groups(groups),
            None => read,
        };
        let rows = call.engine.storage.find(&read).await?;
        if rows.is_empty() {
            return Err(Error::not_found());
        }
        let exempt = call.engine.config.protected_fields.trigger_exempt;
        let unseen = if exempt { HashSet::new() } else { call.protected(class, id) };
        let mut original = trigger_object(rows.object(0)?);
        unseen.iter().for_each(|field| drop(original.take(field)));
        Ok(Some(Self { original, unseen }))
    }

    /// The same, what the caller has set being no secret.
    fn changing(mut self, ops: &[(Path, Op)]) -> Self {
        self.unseen.retain(|field| ops.iter().all(|(path, _)| path.root() != field));
        self
    }
}

/// An id in the body may only be the object's own.
fn check_id(id: &str, body: &mut Map) -> Result<()> {
    match body.take("objectId") {
        None => Ok(()),
        Some(Value::String(given)) if given == id => Ok(()),
        Some(_) => Err(Error::new(Code::InvalidKeyName, "objectId is an invalid field name.")),
    }
}

fn check_required(schema: &ClassSchema, body: &Map) -> Result<()> {
    for (name, value) in body {
        if body::is_blank(Some(value)) && schema.fields.get(name.as_str()).is_some_and(|field| field.is_required()) {
            return Err(Error::new(Code::ValidationError, format!("{name} is required")));
        }
    }
    Ok(())
}

/// Puts the value at a path into the answer, nested as the path is; a list that an index leads into is told whole.
fn report(answer: &mut Map, path: &Path, object: &ParseObject) {
    let root = object.fields.get(path.root());
    let indexed = path.rest().next().is_some_and(|key| key.bytes().all(|b| b.is_ascii_digit()));
    match root {
        Some(root) if !path.is_dotted() || (indexed && root.as_array().is_some()) => {
            // Another path may have brought the whole list along.
            let told = Some(root).filter(|root| !body::is_dropped(root, None) && !answer.contains_key(path.root()));
            told.map(|root| answer.set(path.root(), root.clone()));
        }
        _ if path.is_dotted() => report_below(answer, path.root(), root, &mut path.rest()),
        _ => {}
    }
}

/// Every key on the way becomes an object in the answer, also where nothing is stored.
fn report_below(into: &mut Map, key: &str, from: Option<&Value>, rest: &mut dyn Iterator<Item = &str>) {
    let Some(next) = rest.next() else {
        if let Some(value) = from {
            into.set(key, value.clone());
        }
        return;
    };
    if !matches!(into.get(key), Some(Value::Object(_))) {
        into.set(key, Value::Object(Map::new()));
    }
    let Some(Value::Object(below)) = into.get_mut(key) else { return };
    let from = match from {
        Some(Value::Object(map)) => map.get(next),
        Some(Value::Array(list)) => array_index(next).and_then(|i| list.get(i as usize)),
        _ => None,
    };
    report_below(below, next, from, rest);
}

#[cfg(test)]
mod tests;
