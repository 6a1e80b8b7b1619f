//! `_User`: sign-up, changes, and what of a user nobody may say (`objects.md` section 10).

use super::auth_data::{self, Checked, Whom};
use super::{Extra, Start, Target, email, session};
use crate::access::Subject;
use crate::access::clp::Action;
use crate::auth::providers::{Asker, Providers};
use crate::error::{Code, Error, Result};
use crate::model::wire::is_delete;
use crate::model::{Acl, Date, Filter, Map, Op, ParseObject, Path, Value, id, wire};
use crate::rest::{self, Call, login};

/// Characters of a name that the server makes up.
const NAME_SIZE: usize = 25;
/// What tells who may reset a password.
const RESET: [&str; 2] = ["_perishable_token", "_perishable_token_expires_at"];

/// What is done after the write.
#[derive(Debug, Default)]
pub struct Follow {
    /// The token that verifies the new address, if it has to be.
    pub verification: Option<String>,
    /// Was the password of a user changed?
    new_password: bool,
    /// What the user had of providers when they were asked.
    stored: Option<Box<Map>>,
    /// The providers that were sent, and what they told the client.
    providers: Option<(String, Option<Map>)>,
}

/// Looks at a body: credentials, `authData`, what only the server says.
///
/// # Errors
/// 200, 201, 252 and those of providers; 206 for an update without a user, 119 for `emailVerified`.
pub async fn before_write(call: &Call, target: Target<'_>, body: &mut Map) -> Result<Start> {
    let subject = call.subject();
    if target.updating && subject.user().is_none() && !subject.reads_all() {
        return Err(Error::denied(Code::SessionMissing, format!("Cannot modify user {}.", target.id)));
    }
    if target.updating && !subject.reads_all() && !is_self(call, target.id) {
        may_write(call, target.id).await?;
    }
    body.take("sessionToken");
    let mut extra = Extra::default();
    if let Some(answer) = read_auth_data(call, target, body, &mut extra).await? {
        return Ok(Start::Done(answer));
    }
    if body.contains_key("emailVerified") && !subject.reads_all() {
        let text = "Clients aren't allowed to manually update email verification.";
        return Err(Error::denied(Code::OperationForbidden, text));
    }
    Ok(Start::Go(extra))
}

/// May a client change another user at all? Asked before its password and providers are looked at: their answers would tell
/// about that user.
async fn may_write(call: &Call, id: &str) -> Result<()> {
    call.gate(call.engine.schemas.get_or_new("_User"), Action::Update)?;
    let user = call.engine.auth.first("_User", Filter::eq("objectId", id)).await?;
    let groups = call.subject().groups().unwrap_or_default();
    let open = |user: ParseObject| user.acl.is_none_or(|acl| acl.write.iter().any(|entry| groups.contains(entry)));
    if user.is_some_and(open) { Ok(()) } else { Err(Error::denied(Code::SessionMissing, "Insufficient auth.")) }
}

/// Has providers check `authData`; the answer, if that was a log-in.
async fn read_auth_data(
    call: &Call,
    target: Target<'_>,
    body: &mut Map,
    extra: &mut Extra,
) -> Result<Option<crate::rest::Answer>> {
    let given = body.get("authData").cloned();
    let sent = given.as_ref().and_then(Value::as_object).cloned().unwrap_or_default();
    let usable = auth_data::is_usable(&sent);
    if !target.updating && !usable {
        check_credentials(body)?;
    }
    match given {
        None => return Ok(None),
        Some(Value::Object(map)) if map.is_empty() => {
            body.take("authData");
            // A caller who is logged in links the new user, be it to nothing: that begins no session.
            if !target.updating && call.subject().user().is_some() {
                extra.user.providers = Some((String::new(), None));
            }
            return Ok(None);
        }
        Some(Value::Object(_)) => {}
        // No providers are in it, and so it is left to the types of columns.
        Some(Value::Number(number)) if number != 0.0 => return Ok(None),
        Some(Value::Bool(true)) => return Ok(None),
        Some(Value::Array(list)) if list.is_empty() => return Ok(None),
        Some(_) => return Err(Providers::unsupported()),
    }
    let named = ["username", "password"].into_iter().all(|key| body.get(key).and_then(Value::as_str).is_some());
    if !usable && !named && !target.updating && !call.subject().is_master() && call.subject().user().is_none() {
        return Err(Providers::unsupported());
    }
    let owners = auth_data::owners(call, &sent).await?;
    let user = if target.updating { Some(target.id) } else { call.subject().user() };
    let stranger = owners.first().is_some_and(|owner| user.is_some_and(|user| user != owner.id));
    if owners.len() > 1 || stranger {
        // The providers come first, so that nobody learns which ids are taken by guessing them.
        let owner = owners.first();
        let asker = owner.map_or(Asker::Stranger, |owner| auth_data::asker(call, &owner.id));
        auth_data::check(call, &sent, Whom { user: owner, asker, body, challenged: false }).await?;
        return Err(auth_data::taken());
    }
    if let (Some(owner), false) = (owners.first(), target.updating) {
        return login::by_providers(call, owner, &sent, body).await.map(Some);
    }
    let is_owner = !owners.is_empty();
    let known = match (owners.into_iter().next(), user) {
        (None, Some(user)) => call.engine.auth.first("_User", Filter::eq("objectId", user)).await?,
        (owner, _) => owner,
    };
    // Who may look for it is told so before any provider is.
    if target.updating && known.is_none() && call.subject().is_master() {
        return Err(Error::not_found());
    }
    let asker = user.map_or(Asker::Stranger, |user| auth_data::asker(call, user));
    let whom = Whom { user: known.as_ref(), asker, body, challenged: false };
    let Checked { store, response } = check_for(call, &sent, whom, is_owner).await?;
    body.set("authData", Value::Object(store));
    extra.user.stored = Some(Box::new(known.as_ref().map(auth_data::stored).unwrap_or_default()));
    extra.user.providers = Some((sent.keys().cloned().collect::<Vec<_>>().join(","), response));
    Ok(None)
}

/// What providers say to what is linked to a user; they are not asked if there is nothing new to whom it belongs. What they
/// tell is for the user itself and for the master key.
async fn check_for(call: &Call, sent: &Map, whom: Whom<'_>, is_owner: bool) -> Result<Checked> {
    if !is_owner {
        return auth_data::check(call, sent, whom).await;
    }
    let news = auth_data::changed(sent, &whom.user.map(auth_data::stored).unwrap_or_default());
    if !auth_data::wants_check(&news) {
        return Ok(Checked { store: news, response: None });
    }
    let Checked { store, response } = auth_data::check(call, &news, whom).await?;
    Ok(Checked { store, response: response.filter(|_| whom.asker != Asker::Stranger) })
}

async fn stored_of(call: &Call, id: &str) -> Result<Map> {
    let user = call.engine.auth.first("_User", Filter::eq("objectId", id)).await?;
    Ok(user.as_ref().map(auth_data::stored).unwrap_or_default())
}

fn check_credentials(body: &Map) -> Result<()> {
    let has = |key: &str| body.get(key).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
    if !has("username") {
        return Err(Error::new(Code::UsernameMissing, "bad or missing username"));
    }
    if !has("password") {
        return Err(Error::new(Code::PasswordMissing, "password is required"));
    }
    Ok(())
}

/// Turns what a user is told by into what is stored: the hash of the password, the data of providers.
///
/// # Errors
/// 142 for a password that the policy refuses, 125 for an address that is none.
pub async fn before_store(call: &Call, target: Target<'_>, body: &mut Map, extra: &mut Extra) -> Result<()> {
    // A token of the time before sessions were objects: the server alone gave one.
    body.take("sessionToken");
    if target.updating && (body.contains_key("password") || body.contains_key("email")) {
        extra.ops.extend(RESET.map(|column| (Path::from(column), Op::Delete)));
    }
    if let Some(password) = body.take("password") {
        new_password(call, target, body, password, extra).await?;
    }
    name(call, target, body, extra)?;
    email::before_store(call, body, extra)?;
    store_auth_data(call, target, body, extra).await
}

async fn store_auth_data(call: &Call, target: Target<'_>, body: &mut Map, extra: &mut Extra) -> Result<()> {
    let Some(Value::Object(mut store)) = body.take("authData") else { return Ok(()) };
    if target.updating {
        // What the providers were asked about must still be there, so that nothing is used twice.
        let stored = match extra.user.stored.take() {
            Some(stored) => *stored,
            None => stored_of(call, target.id).await?,
        };
        let auth_data::Linking { ops, guard } = auth_data::linking(store, &stored)?;
        extra.guard = guard;
        extra.ops.extend(ops);
        return Ok(());
    }
    // Of a new user there is nothing to unlink.
    store.retain(|_, data| !data.is_null());
    if !store.is_empty() {
        extra.ops.push((Path::from("authData"), Op::Set(wire::interior(Value::Object(store))?)));
    }
    Ok(())
}

async fn new_password(call: &Call, target: Target<'_>, body: &Map, password: Value, extra: &mut Extra) -> Result<()> {
    let Value::String(password) = password else {
        return Err(Error::new(Code::IncorrectType, "schema mismatch for _User.password; expected String"));
    };
    let auth = &call.engine.auth;
    let history = auth.policy.history() > 0;
    let given = body.get("username").and_then(Value::as_str).filter(|name| !name.is_empty());
    let known = match target.updating && (history || (given.is_none() && auth.policy.asks_for_name())) {
        true => auth.first("_User", Filter::eq("objectId", target.id)).await?,
        false => None,
    };
    let stored = known.as_ref().and_then(|user| user.fields.get("username")).and_then(Value::as_str);
    auth.policy.check(&password, given.or(stored))?;
    if let Some(user) = known.as_ref().filter(|_| history) {
        extra.ops.extend(keep_history(call, user, &password).await?);
    }
    let hash = auth.passwords.hash(&password, &*call.engine.random).await?;
    extra.ops.push((Path::from("_hashed_password"), Op::Set(Value::String(hash))));
    if auth.policy.ages() {
        extra.ops.push((Path::from("_password_changed_at"), Op::Set(Value::Date(call.engine.clock.now()))));
    }
    extra.user.new_password = target.updating;
    Ok(())
}

/// Refuses a password that was used before; what is remembered of it from now on.
async fn keep_history(call: &Call, user: &ParseObject, password: &str) -> Result<Option<(Path, Op)>> {
    let auth = &call.engine.auth;
    let old = user.internal.get("_password_history").and_then(Value::as_array).unwrap_or_default().to_vec();
    let Some(current) = user.internal.get("_hashed_password").and_then(Value::as_str) else { return Ok(None) };
    let compared = old.iter().take(auth.policy.history().saturating_sub(1)).filter_map(Value::as_str);
    for hash in compared.chain([current]) {
        if auth.passwords.verify(password, Some(hash)).await? {
            return Err(auth.policy.repeated());
        }
    }
    let kept = auth.policy.kept(old, current);
    Ok(Some((Path::from("_password_history"), Op::Set(Value::Array(kept)))))
}

fn name(call: &Call, target: Target<'_>, body: &mut Map, extra: &mut Extra) -> Result<()> {
    if body.get("username").is_some_and(is_delete) {
        return Err(Error::json("You cannot use [object Object] as a query parameter."));
    }
    match body.get("username").and_then(Value::as_str).filter(|name| !name.is_empty()) {
        Some(name) if call.engine.config.accounts.convert_username_to_lowercase => {
            let name = name.to_lowercase();
            body.set("username", Value::String(name));
        }
        None if !target.updating => {
            let name = id::object_id(&*call.engine.random, NAME_SIZE);
            body.set("username", Value::from(name.as_str()));
            extra.told.set("username", Value::String(name));
        }
        _ => {}
    }
    Ok(())
}

/// Users may read and write themselves, whatever their ACL says; only the keys may take that away later.
pub fn owns_itself(call: &Call, target: Target<'_>) -> bool {
    !target.updating || !call.subject().reads_all()
}

/// The permissions of a user; a new one without an ACL is private, or public to read if the app wants that.
pub fn permissions(call: &Call, target: Target<'_>, acl: Option<Acl>) -> Option<Acl> {
    if !owns_itself(call, target) || (target.updating && acl.is_none()) {
        return acl;
    }
    let public = || match call.engine.config.accounts.enforce_private_users {
        true => Acl::default(),
        false => Acl { read: vec!["*".to_owned()], write: Vec::new() },
    };
    let mut acl = acl.unwrap_or_else(public);
    for list in [&mut acl.read, &mut acl.write] {
        if !list.iter().any(|entry| entry == target.id) {
            list.push(target.id.to_owned());
        }
    }
    Some(acl)
}

/// Ends sessions and begins one, as the write asks for; sends the mail to a new address.
///
/// # Errors
/// Those of the database.
pub async fn after_store(call: &Call, target: Target<'_>, follow: Follow, answer: &mut Map) -> Result<()> {
    if follow.new_password && call.engine.config.accounts.revoke_session_on_password_reset {
        session::end_all(&call.engine, target.id).await?;
    }
    let providers = follow.providers.as_ref().map(|(names, _)| names.as_str());
    let wish = session_wish(call, target, follow.new_password, providers);
    if let Some(created_with) = wish.filter(|_| !waits(call, target, &follow)) {
        let installation_id = call.caller.installation_id.as_deref();
        if installation_id != Some("cloud") {
            let new = session::New { user: target.id, created_with, installation_id, more: Map::new() };
            let opened = session::open(&call.engine, new).await?;
            answer.set("sessionToken", Value::String(opened.token));
        }
    }
    if let Some((_, Some(response))) = follow.providers {
        answer.set("authDataResponse", Value::Object(response));
    }
    if let Some(token) = follow.verification {
        rest::email::announce(&call.engine, target.id, token);
    }
    Ok(())
}

/// Does a new user have to verify its address before its first session?
fn waits(call: &Call, target: Target<'_>, follow: &Follow) -> bool {
    let linking = call.subject().user().is_some() && follow.providers.is_some();
    !target.updating && !linking && email::comes_first(&call.engine.config.mail)
}

/// What the client is told in place of the user that was made, if the app wants that.
pub fn refusal(call: &Call, target: Target<'_>, follow: &Follow) -> Option<Error> {
    (waits(call, target, follow) && call.engine.config.mail.prevent_signup).then(email::not_verified)
}

/// `createdWith` of a session.
type CreatedWith<'a> = Option<(&'static str, Option<&'a str>)>;

/// Does the write end in a session, and what does that say of itself?
fn session_wish<'a>(
    call: &Call,
    target: Target<'_>,
    new_password: bool,
    providers: Option<&'a str>,
) -> Option<CreatedWith<'a>> {
    let linked = providers.map(|names| ("login", Some(names)));
    if !target.updating {
        let linking = call.subject().user().is_some() && providers.is_some();
        return (!linking).then(|| Some(linked.unwrap_or(("signup", Some("password")))));
    }
    if linked.is_some() && call.subject().user().is_none() {
        return Some(linked);
    }
    (new_password && !call.subject().reads_all()).then_some(linked)
}

/// May users be deleted by this caller at all?
///
/// # Errors
/// 206 for a client without a user.
pub fn before_delete(call: &Call) -> Result<()> {
    if call.subject().user().is_none() && !call.subject().reads_all() {
        return Err(Error::new(Code::SessionMissing, "Insufficient auth to delete user"));
    }
    Ok(())
}

/// A value that must be unique is told by what it is; an object that is not found is a want of rights.
pub fn refused(call: &Call, error: Error) -> Error {
    match (error.code(), error.duplicate_field()) {
        (Some(Code::DuplicateValue), Some("username")) => {
            Error::new(Code::UsernameTaken, "Account already exists for this username.")
        }
        (Some(Code::DuplicateValue), Some("email")) => {
            Error::new(Code::EmailTaken, "Account already exists for this email address.")
        }
        (Some(Code::DuplicateValue), Some(path)) if path.starts_with("authData.") => auth_data::taken(),
        (Some(Code::ObjectNotFound), _) if !call.subject().reads_all() => {
            Error::denied(Code::SessionMissing, "Insufficient auth.")
        }
        _ => error,
    }
}

/// Is the caller this user? Then a read of it also tells the token.
pub fn is_self(call: &Call, id: &str) -> bool {
    matches!(call.subject(), Subject::Client { user: Some(user), .. } if user == id)
}

/// When a user's password was set, if that is known.
pub fn password_date(user: &ParseObject) -> Option<Date> {
    match user.internal.get("_password_changed_at") {
        Some(Value::Date(date)) => Some(*date),
        _ => None,
    }
}
