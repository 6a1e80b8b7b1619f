//! `authData` in the body of a user: sign-up, log-in, linking and unlinking by providers (`accounts-auth.md` section 1).

use crate::access::{Write, internal};
use crate::auth::providers::{Asker, Providers, Question, Verdict};
use crate::error::{Code, Error, Result};
use crate::model::{Constraint, Filter, Key, Map, Op, ParseObject, Path, Value, names, wire};
use crate::outgoing::adapter;
use crate::rest::{Call, save_hooks};
use crate::storage::Outcome;

/// What the providers said to what was sent.
#[derive(Debug, Default)]
pub struct Checked {
    /// What is stored, by provider; null unlinks.
    pub store: Map,
    /// What the client is told; nothing if no provider was asked.
    pub response: Option<Map>,
}

/// Is anything in it that a user could be known by?
pub fn is_usable(sent: &Map) -> bool {
    sent.values().any(|data| data.as_object().is_some_and(|data| !data.is_empty()))
}

/// What a user has stored.
pub fn stored(user: &ParseObject) -> Map {
    user.fields.get("authData").and_then(Value::as_object).cloned().unwrap_or_default()
}

/// The users who have one of the ids that were sent; two are as many as anybody asks for. One who is locked out by an empty
/// ACL is found by the master key alone.
///
/// # Errors
/// 162 for an id that is no text.
pub async fn owners(call: &Call, sent: &Map) -> Result<Vec<ParseObject>> {
    let mut wanted = Vec::new();
    for (name, data) in sent {
        let Some(provider) = call.engine.auth.providers.get(name) else { continue };
        match data.as_object().and_then(|data| data.get("id")).filter(|id| id.truthy()) {
            None => {}
            Some(Value::String(_)) if !provider.gives_ids() => {}
            Some(Value::String(id)) => wanted.push(Filter::eq(format!("authData.{name}.id").as_str(), id.as_str())),
            Some(_) => {
                let text = format!("Invalid authData id for provider '{name}'.");
                return Err(Error::new(Code::InvalidValue, text));
            }
        }
    }
    let Some(schema) = call.engine.schemas.get("_User").filter(|_| !wanted.is_empty()) else { return Ok(Vec::new()) };
    let read =
        internal("a provider's id finds its user").read(schema, Filter::Or(wanted), call.limits).window(0, Some(2));
    let rows = call.engine.storage.find(&read).await?;
    let mut users = Vec::with_capacity(rows.len());
    for i in 0..rows.len() {
        users.push(rows.object(i)?);
    }
    users.retain(|user| call.subject().reads_all() || !is_locked_out(user));
    Ok(users)
}

/// Has nobody but the master key any right on this user?
pub fn is_locked_out(user: &ParseObject) -> bool {
    user.acl.as_ref().is_some_and(|acl| acl.read.is_empty() && acl.write.is_empty())
}

/// Who sends something about a user to whom it belongs, or is to belong.
pub fn asker(call: &Call, user: &str) -> Asker {
    match call.subject() {
        subject if subject.is_master() => Asker::Master,
        subject if subject.user() == Some(user) => Asker::Owner,
        _ => Asker::Stranger,
    }
}

/// About whom providers are asked.
#[derive(Debug, Clone, Copy)]
pub struct Whom<'a> {
    /// The user, if there is one.
    pub user: Option<&'a ParseObject>,
    /// Who sent it.
    pub asker: Asker,
    /// What it was sent with.
    pub body: &'a Map,
    /// Is it a challenge?
    pub challenged: bool,
}

/// Asks every provider, in the order of their names, about what somebody has sent.
///
/// # Errors
/// 252 for a provider that is none, and what the providers say.
pub async fn check(call: &Call, sent: &Map, whom: Whom<'_>) -> Result<Checked> {
    let stored = whom.user.map(stored).unwrap_or_default();
    let mut sent: Vec<_> = sent.iter().collect();
    sent.sort_unstable_by_key(|(name, _)| *name);
    let (mut checked, mut told) = (Checked::default(), Map::new());
    for (name, data) in sent {
        if data.is_null() && names::is_identifier(name) {
            checked.store.set(name.as_str(), Value::Null);
            continue;
        }
        let (Some(provider), Some(data)) = (call.engine.auth.providers.get(name), data.as_object()) else {
            return Err(Providers::unsupported());
        };
        let Verdict { save, keep, response, refused } = provider
            .check(Question {
                sent: data,
                stored: stored.get(name).and_then(Value::as_object),
                asker: whom.asker,
                request: if provider.wants_request() { request(call, whom) } else { Map::new() },
                now: call.engine.clock.now(),
                random: &*call.engine.random,
            })
            .await?;
        if let Some(refused) = refused {
            if let (Some(user), Some(save)) = (whom.user, save) {
                store(call, user, Map::from([(name.as_str(), Value::Object(save))])).await?;
            }
            return Err(refused);
        }
        if let Some(response) = response {
            told.set(name.as_str(), response);
        }
        let save = save.unwrap_or_else(|| data.clone());
        if !keep && !save.is_empty() {
            checked.store.set(name.as_str(), Value::Object(save));
        }
    }
    checked.response = Some(told);
    Ok(checked)
}

/// The request as providers are told it: who asks, the user as it is stored, and as it is to be. The password is not theirs.
pub fn request(call: &Call, whom: Whom<'_>) -> Map {
    let original = whom.user.map(|user| {
        let mut shown = call.engine.auth.shown(user.clone());
        user.fields.get("authData").into_iter().for_each(|stored| drop(shown.set("authData", stored.clone())));
        shown
    });
    let mut object = save_hooks::shown(whom.body, original.as_ref());
    object.take("password");
    let mut request = Map::from([("object", adapter::object("_User", &object))]);
    original.iter().for_each(|original| drop(request.set("original", adapter::object("_User", original))));
    let about = call.about();
    request.set("master", Value::Bool(about.master));
    request.set("isReadOnly", Value::Bool(about.read_only));
    about.user.iter().for_each(|user| drop(request.set("user", adapter::object("_User", user))));
    about.installation_id.into_iter().for_each(|id| drop(request.set("installationId", Value::String(id))));
    request.set("headers", Value::Object((*about.headers).clone()));
    about.ip.iter().for_each(|ip| drop(request.set("ip", Value::String(ip.to_string()))));
    if whom.challenged {
        request.set("isChallenge", Value::Bool(true));
    }
    request
}

/// Shows of what users have of providers what these say, in the answer to a request.
///
/// # Errors
/// What the providers say.
pub async fn show(call: &Call, row: &mut Map, stored: &Map) -> Result<()> {
    let Some(Value::Object(shown)) = row.get_mut("authData") else { return Ok(()) };
    let about = call.about();
    let mut request = Map::from([("master", Value::Bool(about.master))]);
    about.user.iter().for_each(|user| drop(request.set("user", adapter::object("_User", user))));
    about.ip.iter().for_each(|ip| drop(request.set("ip", Value::String(ip.to_string()))));
    for (name, data) in stored {
        let provider = call.engine.auth.providers.get(name).filter(|provider| provider.is_asked_what_to_show());
        if let (Some(provider), Some(data)) = (provider, data.as_object()) {
            let other = provider.after_find(&request, data).await?;
            shown.set(name.as_str(), other.unwrap_or_else(|| Value::Object(data.clone())));
        }
    }
    Ok(())
}

/// What of what was sent is news to the user; a part of what is stored is none.
pub fn changed(sent: &Map, stored: &Map) -> Map {
    let is_news = |name: &str, data: &Value| {
        let (Some(data), Some(Value::Object(known))) = (data.as_object(), stored.get(name)) else { return true };
        data.iter().any(|(key, value)| known.get(key) != Some(value))
    };
    let news = sent.iter().filter(|(name, data)| is_news(name, data));
    news.map(|(name, data)| (name.as_str(), data.clone())).collect()
}

/// Is there anything in it that a provider must check? Of `anonymous` there is nothing to be checked.
pub fn wants_check(news: &Map) -> bool {
    news.keys().any(|name| name != "anonymous")
}

/// How what providers have checked is stored.
#[derive(Debug)]
pub struct Linking {
    /// The operations.
    pub ops: Vec<(Path, Op)>,
    /// What must still be so then.
    pub guard: Option<Filter>,
}

/// The operations that store what providers have checked for a user who has `stored`, and what must still be so then.
///
/// # Errors
/// 111 for a value that is none.
pub fn linking(store: Map, stored: &Map) -> Result<Linking> {
    let news: Vec<(Key, Value)> = store.into_iter().filter(|(name, data)| stored.get(name) != Some(data)).collect();
    let guards = news.iter().filter_map(|(name, _)| {
        let path = Path::from(format!("authData.{name}").as_str());
        stored.get(name).map(|old| Filter::Field(path, vec![Constraint::Eq(old.clone())]))
    });
    let guard = guards.reduce(Filter::and);
    let op = |(name, data): (Key, Value)| {
        let path = Path::from(format!("authData.{name}").as_str());
        let op = if data.is_null() { Op::Delete } else { Op::Set(wire::interior(data)?) };
        Ok((path, op))
    };
    Ok(Linking { ops: news.into_iter().map(op).collect::<Result<_>>()?, guard })
}

/// Stores what providers have checked at a log-in, if the user still has what they were asked about.
///
/// # Errors
/// 141 if another log-in was quicker, 208 for an id that is taken.
pub async fn store(call: &Call, user: &ParseObject, store: Map) -> Result<()> {
    let Linking { ops, guard } = linking(store, &stored(user))?;
    if ops.is_empty() {
        return Ok(());
    }
    let schema = call.engine.schemas.get_or_new("_User");
    let filter = Filter::eq("objectId", user.id.as_str());
    let plan = internal("a provider has vouched for the user").update(schema, filter, ops, call.engine.clock.now());
    let plan = plan.with_rules(guard, Vec::new()).silently();
    match call.engine.write(Write::Update(plan)).await.map_err(|error| super::user::refused(call, error))? {
        Outcome::Updated(Some(_)) => Ok(()),
        _ => Err(Error::new(Code::ScriptFailed, "Invalid auth data")),
    }
}

/// 208 for an id that another user has.
pub fn taken() -> Error {
    Error::new(Code::AccountAlreadyLinked, "this auth is already used")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(text: &str) -> Map {
        wire::parse(text.as_bytes(), 9).unwrap().as_object().cloned().unwrap()
    }

    #[test]
    fn a_part_of_what_is_stored_is_no_news() {
        let stored = map(r#"{"fb":{"id":"1","token":"t"},"anonymous":{"id":"a"}}"#);
        for (sent, news) in [
            (r#"{"fb":{"id":"1"}}"#, "{}"),
            (r#"{"fb":{"id":"1","token":"new"}}"#, r#"{"fb":{"id":"1","token":"new"}}"#),
            (r#"{"fb":null,"gg":{"id":"2"},"anonymous":{"id":"a"}}"#, r#"{"fb":null,"gg":{"id":"2"}}"#),
        ] {
            assert_eq!(changed(&map(sent), &stored), map(news), "{sent}");
        }
        assert!(!wants_check(&map(r#"{"anonymous":{"id":"b"}}"#)) && wants_check(&map(r#"{"fb":null}"#)));
    }

    #[test]
    fn what_changes_is_stored_if_the_user_still_has_what_it_replaces() {
        let stored = map(r#"{"fb":{"id":"1"},"anonymous":{"id":"a"}}"#);
        let Linking { ops, guard } =
            linking(map(r#"{"fb":{"id":"1"},"anonymous":null,"gg":{"id":"2"}}"#), &stored).unwrap();
        let shown: Vec<_> = ops.iter().map(|(path, op)| (path.as_str(), matches!(op, Op::Delete))).collect();
        assert_eq!(shown, [("authData.anonymous", true), ("authData.gg", false)]);
        let mut guarded = Vec::new();
        guard.unwrap().paths(&mut |path| guarded.push(path.as_str().to_owned()));
        assert_eq!(guarded, ["authData.anonymous"]);
    }
}
