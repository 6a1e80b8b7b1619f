//! The rules of Parse's own classes. The recipes call them at named points; a class without rules passes through.
//!
//! What a rule sets beyond the body travels in [`Extra`], which no body and no hook can reach.

pub mod auth_data;
pub mod email;
pub mod installation;
pub mod session;
pub mod user;

use super::{Answer, Call, Engine};
use crate::error::{Code, Error, Result};
use crate::model::{Acl, Filter, Map, Op, Path, Value, names};
use crate::storage::SchemaChange;

/// How a write goes on after the rules of its class have looked at its body.
#[derive(Debug)]
pub enum Start {
    /// As any write, with what the rules keep for later.
    Go(Extra),
    /// It is done already, with this answer.
    Done(Answer),
}

/// What rules keep between the points of one write, and add to it past what a body can say.
#[derive(Debug, Default)]
pub struct Extra {
    /// What the object must fulfil besides, for the update to find it.
    pub guard: Option<Filter>,
    /// Columns to set: internal ones, and those that a body may not name.
    pub ops: Vec<(Path, Op)>,
    /// What the answer tells besides, of what the server has chosen.
    pub told: Map,
    /// What is done after the write of a user.
    pub user: user::Follow,
}

/// The object that a write is about.
#[derive(Debug, Clone, Copy)]
pub struct Target<'a> {
    /// Its class.
    pub class: &'a str,
    /// Its id, also if it is not there yet.
    pub id: &'a str,
    /// Is it there already?
    pub updating: bool,
}

/// May an object of the class have the id that its body asks for, as far as the class says?
///
/// # Errors
/// 119 for a user that would pass for others in permission lists.
pub fn check_id(class: &str, body: &Map) -> Result<()> {
    let wanted = body.get("objectId").and_then(Value::as_str).unwrap_or_default();
    if class == "_User" && names::means_others(wanted) {
        return Err(Error::denied(Code::OperationForbidden, "Invalid object ID."));
    }
    Ok(())
}

/// Looks at the client's body before any hook does.
///
/// # Errors
/// Those of the class.
pub async fn before_write(call: &Call, target: Target<'_>, body: &mut Map) -> Result<Start> {
    match target.class {
        "_User" => Box::pin(user::before_write(call, target, body)).await,
        "_Session" => Box::pin(session::before_write(call, target, body)).await,
        _ => Ok(Start::Go(Extra::default())),
    }
}

/// Looks at what the hook has left, when everything else has agreed to the write.
///
/// # Errors
/// Those of the class.
pub async fn before_store(call: &Call, target: Target<'_>, body: &mut Map, extra: &mut Extra) -> Result<()> {
    match target.class {
        "_User" => Box::pin(user::before_store(call, target, body, extra)).await,
        _ => Ok(()),
    }
}

/// Whose rights on the object no body can take away.
pub fn owner<'a>(call: &Call, target: Target<'a>) -> Option<&'a str> {
    match target.class {
        "_User" if user::owns_itself(call, target) => Some(target.id),
        _ => None,
    }
}

/// The permissions that the object gets; `None` for none of its own, or no change.
pub fn permissions(call: &Call, target: Target<'_>, acl: Option<Acl>) -> Option<Acl> {
    match target.class {
        "_User" => user::permissions(call, target, acl),
        _ => acl,
    }
}

/// Goes on after the write, before the hook.
///
/// # Errors
/// Those of the class.
pub async fn after_store(call: &Call, target: Target<'_>, extra: Extra, answer: &mut Map) -> Result<()> {
    match target.class {
        "_User" => Box::pin(user::after_store(call, target, extra.user, answer)).await,
        _ => Ok(()),
    }
}

/// What the client is told of a new object in place of its answer, when everything is done.
pub fn refusal(call: &Call, target: Target<'_>, extra: &Extra) -> Option<Error> {
    match target.class {
        "_User" => user::refusal(call, target, &extra.user),
        _ => None,
    }
}

/// May objects of the class be deleted by this caller at all?
///
/// # Errors
/// Those of the class.
pub fn before_delete(call: &Call, class: &str) -> Result<()> {
    match class {
        "_User" => user::before_delete(call),
        _ => Ok(()),
    }
}

/// The error of a write or a delete, in the words of the class.
pub fn refused(call: &Call, class: &str, error: Error) -> Error {
    match class {
        "_User" => user::refused(call, error),
        _ => error,
    }
}

/// What must be unique in a class that the server makes for itself.
pub fn unique(engine: &Engine, class: &str) -> Vec<SchemaChange> {
    let (class, text) = (class.to_owned(), |field: &str| field.to_owned());
    match class.as_str() {
        "_User" => {
            // Of two indexes that refuse a row SQLite names the newer one, and Parse Server the name before the address.
            let names = ["email", "username"].map(text);
            let folded = names.map(|field| SchemaChange::EnsureUniqueText { class: class.clone(), field });
            let ids = engine.auth.providers.names().map(|name| format!("authData.{name}.id"));
            folded
                .into_iter()
                .chain(ids.map(|field| SchemaChange::EnsureUnique { class: class.clone(), field }))
                .collect()
        }
        "_Role" => vec![SchemaChange::EnsureUnique { class, field: text("name") }],
        _ => Vec::new(),
    }
}
