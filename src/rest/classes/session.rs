//! `_Session`: who is logged in where (`objects.md` section 11).

use std::collections::HashSet;

use super::{Extra, Start, Target};
use crate::access::account::of_user;
use crate::access::clp::Action;
use crate::access::{Absent, Subject, Write, internal};
use crate::auth::session::expiry;
use crate::error::{Code, Error, Result};
use crate::model::{ClassSchema, Constraint, Date, Filter, Map, ParseObject, Pointer, Value, id, wire};
use crate::rest::body::changes;
use crate::rest::create::{assemble, default_acl};
use crate::rest::{Answer, Call, Engine};
use crate::schema::check::{self, Kind};
use crate::storage::Outcome;

/// What the server alone says of a session.
const OWNED: [&str; 5] = ["objectId", "user", "sessionToken", "expiresAt", "createdWith"];

/// A session to be made.
#[derive(Debug, Default)]
pub struct New<'a> {
    /// The user whose it is.
    pub user: &'a str,
    /// `createdWith`: what was done, and by which way of signing in.
    pub created_with: Option<(&'static str, Option<&'a str>)>,
    /// The installation that it is for.
    pub installation_id: Option<&'a str>,
    /// Further fields, as a client sent them.
    pub more: Map,
}

/// A session that was made.
#[derive(Debug)]
pub struct Opened {
    /// Its id.
    pub id: String,
    /// Its token.
    pub token: String,
    /// What a client that asked for it is told, but for the id.
    pub told: Map,
}

/// Makes a session; others of the same user on the same installation end.
///
/// # Errors
/// Those of further fields that do not fit the class, and of the database.
pub async fn open(engine: &Engine, new: New<'_>) -> Result<Opened> {
    let Prepared { opened, create, others } = prepare(engine, new).await?;
    for outcome in engine.write_all(std::iter::once(create).chain(others).collect(), false).await? {
        outcome?;
    }
    Ok(opened)
}

/// The same, but only if no object fulfils a condition at that moment; else `None`, and nothing has happened.
///
/// # Errors
/// As [`open`].
pub async fn open_unless(engine: &Engine, new: New<'_>, condition: Absent) -> Result<Option<Opened>> {
    let Prepared { opened, create, others } = prepare(engine, new).await?;
    for outcome in engine.write_all(vec![Write::Absent(condition), create], true).await? {
        if outcome? == Outcome::Absent(false) {
            return Ok(None);
        }
    }
    // Apart from the group, which a delete that finds nothing would undo.
    if let Some(others) = others {
        engine.write(others).await?;
    }
    Ok(Some(opened))
}

/// A session that is not stored yet.
struct Prepared {
    opened: Opened,
    create: Write,
    /// Away with the other sessions of the same user on the same installation.
    others: Option<Write>,
}

async fn prepare(engine: &Engine, new: New<'_>) -> Result<Prepared> {
    let now = engine.clock.now();
    let token = format!("r:{}", id::hex(&*engine.random, 16));
    let told = told(engine, &new, &token, now);
    let kind = Kind { updating: false, internals: false };
    let body = told.clone();
    let schema = engine.grow("_Session", &|schema: &ClassSchema| check::fit(schema, &body, kind)).await?;
    let installation = told.get("installationId").and_then(Value::as_str).map(str::to_owned);
    let acl = default_acl(&schema, &Subject::Master)?;
    let mut object = ParseObject { id: engine.new_id(), acl, ..assemble(changes(body, kind)?.ops)? };
    object.fields.set("createdAt", Value::Date(now));
    object.fields.set("updatedAt", Value::Date(now));
    let id = object.id.clone();
    let why = internal("log-in and sign-up make sessions for their users");
    let create = Write::Create(why.create(schema.clone(), object, Vec::new()));
    let others = installation.map(|installation| {
        let others = Filter::Field("sessionToken".into(), vec![Constraint::Ne(Value::from(token.as_str()))]);
        let same = of_user("user", new.user).and(Filter::eq("installationId", installation)).and(others);
        Write::Delete(why.delete(schema, same))
    });
    Ok(Prepared { opened: Opened { id, token, told }, create, others })
}

/// A session in wire form, in the order that Parse Server has.
fn told(engine: &Engine, new: &New<'_>, token: &str, now: Date) -> Map {
    let user = Value::Pointer(Pointer { class: "_User".to_owned(), id: new.user.to_owned() });
    let mut told = Map::from([("sessionToken", Value::from(token)), ("user", wire::untyped(user))]);
    if let Some((action, provider)) = new.created_with {
        let provider = provider.map(|name| ("authProvider", Value::from(name)));
        let with: Map = [("action", Value::from(action))].into_iter().chain(provider).collect();
        told.set("createdWith", Value::Object(with));
    }
    if let Some(end) = expiry(&engine.config.accounts, now) {
        told.set("expiresAt", wire::untyped(Value::Date(end)));
    }
    if let Some(installation) = new.installation_id {
        told.set("installationId", Value::from(installation));
    }
    for (key, value) in new.more.clone() {
        told.set(key, value);
    }
    told
}

/// Ends all sessions of a user.
///
/// # Errors
/// Those of the database.
pub async fn end_all(engine: &Engine, user: &str) -> Result<()> {
    let Some(schema) = engine.schemas.get("_Session") else { return Ok(()) };
    let plan = internal("a new password ends what the old one began").delete(schema, of_user("user", user));
    engine.write(Write::Delete(plan)).await.map(drop)
}

/// What a client may say of a session. A create by a user is done here as a whole: the server decides nearly all of it.
///
/// # Errors
/// 209 without a user, 105 for what nobody may set, 108 for a new one in a transaction.
pub async fn before_write(call: &Call, target: Target<'_>, body: &mut Map) -> Result<Start> {
    let free = call.subject().reads_all();
    if call.subject().user().is_none() && !free {
        return Err(Error::new(Code::InvalidSessionToken, "Session token required."));
    }
    if body.contains_key("ACL") {
        return Err(Error::new(Code::InvalidKeyName, "Cannot set ACL on a Session."));
    }
    if target.updating {
        check_update(call, free, body)?;
        return Ok(Start::Go(Extra::default()));
    }
    match call.subject().user() {
        None => Ok(Start::Go(Extra::default())),
        Some(user) => create(call, user, std::mem::take(body)).await.map(Start::Done),
    }
}

fn check_update(call: &Call, free: bool, body: &Map) -> Result<()> {
    let user =
        body.get("user").map(|user| user.as_object().and_then(|map| map.get("objectId")).and_then(Value::as_str));
    let refused = |key: &str| match key {
        "user" => !call.subject().is_master() && user.is_some_and(|user| user != call.subject().user()),
        "installationId" | "sessionToken" => true,
        "expiresAt" | "createdWith" => !free,
        _ => false,
    };
    let order = ["user", "installationId", "sessionToken", "expiresAt", "createdWith"];
    let roots: HashSet<&str> = body.keys().map(|key| key.split('.').next().unwrap_or_default()).collect();
    match order.into_iter().find(|key| roots.contains(key) && refused(key)) {
        Some(key) => Err(Error::new(Code::InvalidKeyName, format!("Invalid key name: {key}"))),
        None => Ok(()),
    }
}

async fn create(call: &Call, user: &str, mut body: Map) -> Result<Answer> {
    call.check_undoable("A new session")?;
    let schema = call.engine.schemas.get_or_new("_Session");
    // What the server decides must fit all the same.
    check::fit(&schema, &body, Kind { updating: false, internals: false })?;
    call.gate(schema, Action::Create)?;
    OWNED.iter().for_each(|key| drop(body.take(key)));
    body.take("createdAt");
    body.take("updatedAt");
    let new = New { user, created_with: Some(("create", None)), installation_id: None, more: body };
    let Opened { id, mut told, .. } = open(&call.engine, new).await?;
    told.set("objectId", Value::from(id.as_str()));
    Ok(Answer::created(told, format!("/classes/_Session/{id}")))
}
