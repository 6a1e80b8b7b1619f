//! `GET /sessions/me`, `GET /users/me`, `POST /upgradeToRevocableSession`: what a token is for.

use super::classes::session::{self, New};
use super::login::of_user;
use super::{Answer, Call, find};
use crate::access::{Write, internal};
use crate::error::{Code, Error, Result};
use crate::model::{Filter, Map, Op, Path, Value};
use crate::rest::query::Params;
use crate::storage::Outcome;

/// `GET /users/me`: the user of the session with its token.
///
/// # Errors
/// 209 without a session.
pub async fn user(call: &Call) -> Result<Answer> {
    let invalid = || Error::denied(Code::InvalidSessionToken, "Invalid session token");
    let token = call.caller.session_token.as_deref().ok_or_else(invalid)?;
    let user = match call.subject().user() {
        Some(user) => user.to_owned(),
        None => owner(call, token).await?.map(|(user, _)| user).ok_or_else(invalid)?,
    };
    let mut answer = find::one(call, "_User", &user, Params::default()).await?.ok_or_else(invalid)?;
    answer.append("sessionToken", &Value::from(token));
    Ok(answer)
}

/// `GET /sessions/me`: the session of the token.
///
/// # Errors
/// 209 without a session.
pub async fn me(call: &Call) -> Result<Answer> {
    let missing = |text: &'static str| move || Error::new(Code::InvalidSessionToken, text);
    let token = call.caller.session_token.as_deref().ok_or_else(missing("Session token required."))?;
    let not_found = missing("Session token not found.");
    let (user, id) = owner(call, token).await?.ok_or_else(&not_found)?;
    let call = if call.subject().reads_all() { call.clone() } else { of_user(call, &user).await? };
    find::one(&call, "_Session", &id, Params::default()).await?.ok_or_else(not_found)
}

/// The user and the id of the session with a token.
async fn owner(call: &Call, token: &str) -> Result<Option<(String, String)>> {
    let session = call.engine.auth.first("_Session", Filter::eq("sessionToken", token)).await?;
    Ok(session.and_then(|session| match session.fields.get("user") {
        Some(Value::Pointer(user)) => Some((user.id.clone(), session.id)),
        _ => None,
    }))
}

/// `POST /upgradeToRevocableSession`: a session object in place of a token of the time before there were any. The token is given
/// back first, and must still be there: of many who send it one gets a session.
///
/// # Errors
/// 101 without a user, 209 for a token that was given back meanwhile.
pub async fn upgrade(call: &Call) -> Result<Answer> {
    let invalid = || Error::new(Code::ObjectNotFound, "invalid session");
    let user = call.subject().user().ok_or_else(invalid)?;
    let old = call.caller.session_token.as_deref().filter(|token| !token.starts_with("r:"));
    let filter = Filter::eq("objectId", user);
    let filter = match old {
        Some(token) => filter.and(Filter::eq("_session_token", token)),
        None => filter,
    };
    let ops = vec![(Path::from("_session_token"), Op::Delete)];
    let schema = call.engine.schemas.get_or_new("_User");
    let plan = internal("the old token is given back").update(schema, filter, ops, call.engine.clock.now());
    if call.engine.write(Write::Update(plan.silently())).await? == Outcome::Updated(None) && old.is_some() {
        return Err(Error::new(Code::InvalidSessionToken, "invalid legacy session token"));
    }
    let installation_id = call.caller.installation_id.as_deref();
    let new = New { user, created_with: Some(("upgrade", None)), installation_id, more: Map::new() };
    let opened = session::open(&call.engine, new).await?;
    let lost = || Error::new(Code::InternalServerError, "Failed to load upgraded session.");
    find::one(call, "_Session", &opened.id, Params::default()).await?.ok_or_else(lost)
}
