//! `GET` and `POST /login`, and the log-in that a sign-up with known `authData` is.

use std::sync::Arc;

use super::classes::auth_data::{self, Checked, Whom};
use super::classes::session::{self, New, Opened};
use super::classes::{email, user};
use super::{Answer, Call, find};
use crate::access::clp::Action;
use crate::access::{Absent, Subject, Write, internal};
use crate::auth::Caller;
use crate::auth::lockout::Lockout;
use crate::auth::providers::Asker;
use crate::cloud::{Trigger, TriggerRequest};
use crate::error::{Code, Error, Result};
use crate::model::{Constraint, Filter, Key, Map, Op, ParseObject, Path, Value};
use crate::rest::query::Params;
use crate::storage::Outcome;

/// Logs a user in by name or address and password: the user with a new `sessionToken`. `texts` are the parameters of the
/// query string, which count where the body names nobody.
///
/// # Errors
/// 101 for wrong credentials, and as `objects.md` section 10 has them.
pub async fn login(call: &Call, body: Map, texts: Map) -> Result<Answer> {
    let sent = body.get("authData").and_then(Value::as_object).cloned();
    let with = sent.as_ref().map_or_else(Map::new, |sent| Map::from([("authData", Value::Object(sent.clone()))]));
    let found = authenticate(call, body, texts).await?;
    let stored = auth_data::stored(&found);
    call.engine.auth.providers.check_complete(sent.as_ref().unwrap_or(&Map::new()), &stored)?;
    if sent.is_some() && *call.subject() == Subject::ReadOnlyMaster {
        let text = "Cannot perform a write operation when using readOnlyMasterKey";
        return Err(Error::denied(Code::OperationForbidden, text));
    }
    let checked = match &sent {
        // The master key is asked for a token like everybody else: what it sends is no change of the user.
        Some(sent) => {
            let whom = Whom { user: Some(&found), asker: Asker::Stranger, body: &with, challenged: false };
            Some(auth_data::check(call, sent, whom).await?)
        }
        None => None,
    };
    check_age(call, &found).await?;
    before_login(call, &found).await?;
    let response = match checked {
        Some(checked) => {
            auth_data::store(call, &found, checked.store).await?;
            checked.response
        }
        None => None,
    };
    let opened = session::open_unless(&call.engine, new_session(call, &found.id, "password"), changed(call, &found));
    // A session that the old password begins would outlive it.
    let opened = opened.await?.ok_or_else(wrong)?;
    after_login(call, &found, &opened.token).await?;
    answer(call, &found.id, Some(opened), response).await
}

/// The condition that a user has not the password any more that it had when it was read.
fn changed(call: &Call, found: &ParseObject) -> Absent {
    let schema = call.engine.schemas.get_or_new("_User");
    let hash = found.internal.get("_hashed_password").cloned().unwrap_or_default();
    let other = Filter::Nor(vec![Filter::Field("_hashed_password".into(), vec![Constraint::Eq(hash)])]);
    internal("a password that was right may have been changed meanwhile")
        .absent(schema, Filter::eq("objectId", found.id.as_str()).and(other))
}

fn new_session<'a>(call: &'a Call, user: &'a str, provider: &'a str) -> New<'a> {
    let installation_id = call.caller.installation_id.as_deref().filter(|id| *id != "cloud");
    New { user, created_with: Some(("login", Some(provider))), installation_id, more: Map::new() }
}

/// Logs the user in to whom the `authData` of a sign-up belongs; `body` is what it stood in.
///
/// # Errors
/// What the providers say, -1 if another one is wanted besides, 119 for a caller who may not sign up, 108 in a
/// transaction.
pub async fn by_providers(call: &Call, owner: &ParseObject, sent: &Map, body: &Map) -> Result<Answer> {
    call.check_undoable("A log-in")?;
    before_login(call, owner).await?;
    let stored = auth_data::stored(owner);
    call.engine.auth.providers.check_complete(sent, &stored)?;
    let owns = call.subject().user() == Some(owner.id.as_str());
    let known = (owns || call.subject().is_master()) && !auth_data::wants_check(&auth_data::changed(sent, &stored));
    let Checked { store, response } = if known {
        Checked::default()
    } else {
        let (sent, asker) = match owns {
            true => (auth_data::changed(sent, &stored), Asker::Owner),
            false => (sent.clone(), Asker::Stranger),
        };
        auth_data::check(call, &sent, Whom { user: Some(owner), asker, body, challenged: false }).await?
    };
    // A log-in by way of sign-up needs the right to sign up.
    call.gate(call.engine.schemas.get_or_new("_User"), Action::Create)?;
    auth_data::store(call, owner, store).await?;
    let names = sent.keys().map(Key::as_str).collect::<Vec<_>>().join(",");
    // A user who is logged in has its session; the server's own installation has none.
    let begins = !owns && call.caller.installation_id.as_deref() != Some("cloud");
    let opened = match begins {
        true => Some(session::open(&call.engine, new_session(call, &owner.id, &names)).await?),
        false => None,
    };
    let answer = answer(call, &owner.id, opened, response).await?;
    Ok(Answer { location: Some(format!("/users/{}", owner.id)), ..answer })
}

/// Runs beforeLogin, which may refuse.
async fn before_login(call: &Call, user: &ParseObject) -> Result<()> {
    if call.engine.invoker.has("_User", Trigger::BeforeLogin) {
        let object = call.engine.auth.shown(user.clone());
        call.clone().trigger("_User", Trigger::BeforeLogin, |request| request.object = Some(object)).await?;
    }
    Ok(())
}

/// Runs afterLogin, for which the user is who asks.
async fn after_login(call: &Call, user: &ParseObject, token: &str) -> Result<()> {
    if call.engine.invoker.has("_User", Trigger::AfterLogin) {
        let mut object = call.engine.auth.shown(user.clone());
        object.set("sessionToken", Value::from(token));
        let told = |request: &mut TriggerRequest| {
            request.about.user = Some(object.clone());
            request.object = Some(object);
        };
        call.clone().trigger("_User", Trigger::AfterLogin, told).await?;
    }
    Ok(())
}

/// The user, with the token of its new session.
async fn answer(call: &Call, id: &str, opened: Option<Opened>, response: Option<Map>) -> Result<Answer> {
    let mut answer = shown(call, id).await?;
    if let Some(opened) = opened {
        answer.append("sessionToken", &Value::String(opened.token));
    }
    if let Some(response) = response {
        answer.append("authDataResponse", &Value::Object(response));
    }
    Ok(answer)
}

/// The user as it sees itself, or as a key sees it; only its id, if it may not even do that.
///
/// # Errors
/// Those of the database.
pub async fn shown(call: &Call, id: &str) -> Result<Answer> {
    let call = match call.subject() {
        Subject::Client { .. } => of_user(call, id).await?,
        _ => call.clone(),
    };
    // A log-in tells nothing internal: the maintenance key sees internal columns unless it names others.
    let columns = || call.engine.schemas.get_or_new("_User").fields.keys().map(ToString::to_string).collect();
    let keys = (*call.subject() == Subject::Maintenance).then(columns);
    match find::one(&call, "_User", id, Params { keys, ..Params::default() }).await {
        Ok(Some(answer)) => Ok(answer),
        Err(error) if error.is_internal() => Err(error),
        _ => Ok(Answer::ok(&Value::Object(Map::from([("objectId", Value::from(id))])))),
    }
}

/// The same call, made by a user.
///
/// # Errors
/// Those of the database.
pub async fn of_user(call: &Call, id: &str) -> Result<Call> {
    let roles = call.engine.auth.roles(id, call.engine.clock.now()).await?;
    let subject = Subject::Client { user: Some(id.to_owned()), roles };
    let caller = Caller { subject, user: None, ..(*call.caller).clone() };
    Ok(Call { caller: Arc::new(caller), ..call.clone() })
}

/// The user whose name or address and password these are. Whether there is such a user or not, one hash is compared.
///
/// # Errors
/// 200 and 201 for what is missing, 101 for what is wrong, and for a locked account; 205 before an address is verified.
pub async fn authenticate(call: &Call, body: Map, texts: Map) -> Result<ParseObject> {
    let has = |map: &Map, key: &str| map.get(key).is_some_and(Value::truthy);
    let elsewhere = ["username", "email"].into_iter().any(|key| !has(&body, key) && has(&texts, key));
    let mut given = if elsewhere { texts } else { body };
    let mut taken = |key: &str| given.take(key).filter(Value::truthy);
    let (name, address, password) = (taken("username"), taken("email"), taken("password"));
    let ignores = taken("ignoreEmailVerification").is_some() && call.subject().reads_all();
    if name.is_none() && address.is_none() {
        return Err(Error::new(Code::UsernameMissing, "username/email is required."));
    }
    let Some(password) = password else { return Err(Error::new(Code::PasswordMissing, "password is required.")) };
    let text = |value: Option<Value>| match value {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(wrong()),
    };
    let (name, address, password) = (text(name)?, text(address)?, text(Some(password))?.unwrap_or_default());
    let user = find_user(call, name, address).await?;
    let hash = user.as_ref().and_then(|user| user.internal.get("_hashed_password")).and_then(Value::as_str);
    let right = call.engine.auth.passwords.verify(&password, hash).await?;
    let Some(user) = user else { return Err(wrong()) };
    count(call, &user, right).await?;
    if !right || (!call.subject().is_master() && auth_data::is_locked_out(&user)) {
        return Err(wrong());
    }
    let verified = user.fields.get("emailVerified").is_some_and(Value::truthy);
    if !verified && !ignores && email::comes_first(&call.engine.config.mail) {
        return Err(email::not_verified());
    }
    Ok(user)
}

fn wrong() -> Error {
    Error::new(Code::ObjectNotFound, "Invalid username/password.")
}

/// The user with a name, or an address, or both. Where one user's name is another's address, the name counts.
async fn find_user(call: &Call, name: Option<String>, email: Option<String>) -> Result<Option<ParseObject>> {
    let named = |text: String| Filter::eq("username", text);
    let at = |text: String| Filter::eq("email", text);
    let auth = &call.engine.auth;
    match (name, email) {
        (Some(name), Some(email)) => auth.first("_User", named(name).and(at(email))).await,
        (None, Some(email)) => auth.first("_User", at(email)).await,
        (Some(name), None) => match auth.first("_User", named(name.clone())).await? {
            Some(user) => Ok(Some(user)),
            None => auth.first("_User", at(name)).await,
        },
        (None, None) => Ok(None),
    }
}

/// Counts the attempt, where the app locks accounts.
async fn count(call: &Call, user: &ParseObject, right: bool) -> Result<()> {
    let Some(config) = &call.engine.config.accounts.lockout else { return Ok(()) };
    let lockout = Lockout { config, now: call.engine.clock.now() };
    let schema = call.engine.schemas.get_or_new("_User");
    let plan = lockout.count(schema.clone(), &user.id, right);
    let Outcome::Updated(Some(counted)) = call.engine.write(Write::Update(plan)).await? else {
        return Err(lockout.error());
    };
    let Some(too_many) = lockout.is_over(&counted) else { return Ok(()) };
    call.engine.write(Write::Update(lockout.lock(schema, &user.id))).await?;
    if too_many { Err(lockout.error()) } else { Ok(()) }
}

/// Refuses a password that is too old; one of unknown age begins to count now.
async fn check_age(call: &Call, found: &ParseObject) -> Result<()> {
    let (policy, now) = (&call.engine.auth.policy, call.engine.clock.now());
    if !policy.ages() {
        return Ok(());
    }
    let Some(changed) = user::password_date(found) else {
        let schema = call.engine.schemas.get_or_new("_User");
        let ops = vec![(Path::from("_password_changed_at"), Op::Set(Value::Date(now)))];
        let filter = Filter::eq("objectId", found.id.as_str());
        let plan = internal("a password of unknown age begins to count").update(schema, filter, ops, now).silently();
        return call.engine.write(Write::Update(plan)).await.map(drop);
    };
    if policy.is_expired(changed, now) {
        let text = "Your password has expired. Please reset your password.";
        return Err(Error::new(Code::ObjectNotFound, text));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
