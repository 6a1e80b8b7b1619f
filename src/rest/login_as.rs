//! `POST /loginAs`: a session of any user, for the master key.

use super::classes::session::{self, New};
use super::{Answer, Call, find};
use crate::access::Subject;
use crate::error::{Code, Error, Result};
use crate::model::{Filter, Map, Value};
use crate::rest::query::Params;

/// The user with a new `sessionToken`.
///
/// # Errors
/// 119 without the full master key, 162 without an id, 101 for one that nobody has.
pub async fn login_as(call: &Call, mut body: Map, mut texts: Map) -> Result<Answer> {
    if !call.subject().is_master() {
        return Err(Error::denied(Code::OperationForbidden, "master key is required"));
    }
    if *call.subject() == Subject::ReadOnlyMaster {
        let text = "read-only masterKey isn't allowed to login as another user.";
        return Err(Error::denied(Code::OperationForbidden, text));
    }
    let id = body.take("userId").filter(Value::truthy).or_else(|| texts.take("userId")).filter(Value::truthy);
    let unknown = || Error::new(Code::ObjectNotFound, "user not found");
    let id = match id {
        None => return Err(Error::new(Code::InvalidValue, "userId must not be empty, null, or undefined")),
        Some(Value::String(id)) => id,
        Some(_) => return Err(unknown()),
    };
    call.engine.auth.first("_User", Filter::eq("objectId", id.as_str())).await?.ok_or_else(unknown)?;
    let installation_id = call.caller.installation_id.as_deref().filter(|id| *id != "cloud");
    let created_with = Some(("login", Some("masterkey")));
    let opened =
        session::open(&call.engine, New { user: &id, created_with, installation_id, more: Map::new() }).await?;
    let mut answer = find::one(call, "_User", &id, Params::default()).await?.ok_or_else(unknown)?;
    answer.append("sessionToken", &Value::String(opened.token));
    Ok(answer)
}
