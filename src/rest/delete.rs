//! `DELETE /classes/:className/:objectId`.

use super::classes;
use super::create::trigger_object;
use super::find::{after_find, before_find};
use super::query::Params;
use super::{Answer, Call};
use crate::access::clp::Action;
use crate::access::{Write, internal};
use crate::cloud::Trigger;
use crate::error::{Code, Error, Result};
use crate::model::{Filter, Map, Value};
use crate::storage::Outcome;

/// Deletes an object: `{}`.
///
/// # Errors
/// 101 if there is none that the caller may delete.
pub async fn delete(call: &Call, class: &str, id: &str) -> Result<Answer> {
    run(call, class, id).await.map_err(|error| classes::refused(call, class, error))
}

async fn run(call: &Call, class: &str, id: &str) -> Result<Answer> {
    let (write, pending) = prepare(call.clone(), class, id).await?;
    let outcome = call.engine.write(write).await?;
    pending.finish(outcome).await
}

/// Everything up to the write.
///
/// # Errors
/// As [`delete`].
pub async fn prepare(mut call: Call, class: &str, id: &str) -> Result<(Write, Pending)> {
    crate::access::authorise::class(call.subject(), class, Action::Delete)?;
    classes::before_delete(&call, class)?;
    let schema = call.engine.schemas.get_or_new(class);
    call.gate(schema.clone(), Action::Delete)?;
    let mut object = hooked(&call, class, id).await?;
    // Delete hooks see no more than the caller does, whatever `protectedFieldsTriggerExempt` says.
    if let Some(object) = &mut object {
        call.protected(class, id).iter().for_each(|field| drop(object.take(field)));
    }
    if let Some(object) = object.clone() {
        call.trigger(class, Trigger::BeforeDelete, |request| request.object = Some(object)).await?;
    }
    let write = Write::Delete(call.gate(schema, Action::Delete)?.delete(id));
    Ok((write, Pending { call, class: class.to_owned(), object }))
}

/// A delete that waits for its write.
pub struct Pending {
    call: Call,
    class: String,
    object: Option<Map>,
}

impl Pending {
    /// Everything after the write.
    ///
    /// # Errors
    /// 101 if there was no object that the caller may delete; what afterDelete says.
    pub async fn finish(self, outcome: Outcome) -> Result<Answer> {
        let Self { mut call, class, object } = self;
        if outcome == Outcome::Deleted(0) {
            // Parse Server looks at a session before it deletes it.
            return Err(if class == "_Session" { not_for_delete() } else { Error::not_found() });
        }
        if let Some(object) = object {
            call.trigger(&class, Trigger::AfterDelete, |request| request.object = Some(object)).await?;
        }
        Ok(Answer::empty())
    }
}

/// The object, if a hook will want to see it: got as if the client asked for it, so that the hooks of finds run, too.
async fn hooked(call: &Call, class: &str, id: &str) -> Result<Option<Map>> {
    let wanted = [Trigger::BeforeDelete, Trigger::AfterDelete];
    if !wanted.into_iter().any(|trigger| call.engine.invoker.has(class, trigger)) {
        return Ok(None);
    }
    let schema = call.engine.schemas.get_or_new(class);
    let read = internal("a delete hook sees the object").read(schema, Filter::eq("objectId", id), call.limits);
    let read = match call.subject().groups() {
        Some(groups) => read.for_groups(groups),
        None => read,
    };
    let mut asked = Params { clause: Map::from([("objectId", Value::from(id))]), ..Params::default() };
    // The context is for the hooks of the delete alone.
    let mut call = Call { context: Map::new(), ..call.clone() };
    before_find(&mut call, class, &mut asked, true).await?;
    let rows = call.engine.storage.find(&read).await?;
    let found = if rows.is_empty() { None } else { Some(trigger_object(rows.object(0)?)) };
    let mut told = found.clone().into_iter().collect();
    after_find(&mut call, class, &asked, true, &mut told).await?;
    found.map(Some).ok_or_else(not_for_delete)
}

fn not_for_delete() -> Error {
    Error::new(Code::ObjectNotFound, "Object not found for delete.")
}
