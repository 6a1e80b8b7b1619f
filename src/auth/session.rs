//! Session tokens: from what a request carries to the user behind it (`http.md` section 5).

use std::sync::Arc;
use std::time::Duration;

use super::{Auth, Caller};
use crate::access::{Limits, Subject, Write, internal};
use crate::config::AccountsConfig;
use crate::error::{Code, Error, Result};
use crate::model::{Date, Filter, Map, Op, ParseObject, Path, Value, names};
use crate::storage::Outcome;

/// A session and its user, as remembered for a short while.
#[derive(Clone)]
pub struct Known {
    /// The user's id.
    pub user_id: String,
    user: Arc<Map>,
    session_id: String,
    expires: Option<Date>,
    updated: Option<Date>,
}

/// When a session ends that begins now; `None` is never.
pub fn expiry(config: &AccountsConfig, now: Date) -> Option<Date> {
    config.session_length.map(|length| Date(now.0.saturating_add(millis(length))))
}

fn millis(length: Duration) -> i64 {
    i64::try_from(length.as_millis()).unwrap_or(i64::MAX)
}

fn invalid() -> Error {
    Error::new(Code::InvalidSessionToken, "Invalid session token")
}

impl Auth {
    /// The caller behind a session token.
    ///
    /// # Errors
    /// 209 for a token that no session has, or one that has expired.
    pub async fn resolve(&self, token: &str, installation_id: Option<&str>, now: Date) -> Result<Caller> {
        let known = match self.sessions.get(token, now) {
            Some(known) => known,
            None => {
                let ticket = self.sessions.ticket();
                let known = self.look_up(token).await?;
                self.sessions.put(ticket, token, known.clone(), now);
                known
            }
        };
        if known.expires.is_some_and(|expires| expires < now) {
            return Err(Error::new(Code::InvalidSessionToken, "Session token is expired."));
        }
        self.renew(&known, now).await;
        self.caller(known.user_id, known.user, token, installation_id, now).await
    }

    /// The caller who ends a session. Its user may be gone already: the JavaScript SDK 2 deletes an anonymous user, then logs out.
    ///
    /// # Errors
    /// As for [`Auth::resolve`], but for that.
    pub async fn resolve_leaving(&self, token: &str, installation_id: Option<&str>, now: Date) -> Result<Caller> {
        let resolved = self.resolve(token, installation_id, now).await;
        match &resolved {
            Err(error) if error.code() == Some(Code::InvalidSessionToken) => {}
            _ => return resolved,
        }
        match self.session_and_user(token).await? {
            Some((_, None)) => Ok(Caller {
                subject: Subject::anonymous(),
                installation_id: installation_id.map(str::to_owned),
                session_token: Some(token.to_owned()),
                user: None,
            }),
            _ => resolved,
        }
    }

    /// The caller behind a token of the time before sessions were objects.
    ///
    /// # Errors
    /// 209 for a token that no user has.
    pub async fn resolve_legacy(&self, token: &str, installation_id: Option<&str>, now: Date) -> Result<Caller> {
        let user = self.first("_User", Filter::eq("_session_token", token)).await?;
        let user = user.ok_or_else(|| Error::new(Code::InvalidSessionToken, "invalid legacy session token"))?;
        let (id, user) = (user.id.clone(), self.shown(user));
        self.caller(id, Arc::new(user), token, installation_id, now).await
    }

    async fn caller(
        &self,
        id: String,
        user: Arc<Map>,
        token: &str,
        installation_id: Option<&str>,
        now: Date,
    ) -> Result<Caller> {
        if names::means_others(&id) {
            return Err(Error::new(Code::InternalServerError, "Invalid object ID."));
        }
        let roles = self.roles(&id, now).await?;
        Ok(Caller {
            subject: Subject::Client { user: Some(id), roles },
            installation_id: installation_id.map(str::to_owned),
            session_token: Some(token.to_owned()),
            user: Some(user),
        })
    }

    async fn look_up(&self, token: &str) -> Result<Known> {
        let (session, user) = self.session_and_user(token).await?.ok_or_else(invalid)?;
        let user = user.ok_or_else(|| Error::denied(Code::InvalidSessionToken, "Invalid session token"))?;
        let date = |field: &str| match session.fields.get(field) {
            Some(Value::Date(date)) => Some(*date),
            _ => None,
        };
        Ok(Known {
            user_id: user.id.clone(),
            expires: date("expiresAt"),
            updated: date("updatedAt"),
            session_id: session.id.clone(),
            user: Arc::new(self.shown(user)),
        })
    }

    /// The session of a token, and its user if that is still there.
    async fn session_and_user(&self, token: &str) -> Result<Option<(ParseObject, Option<ParseObject>)>> {
        let Some(session) = self.first("_Session", Filter::eq("sessionToken", token)).await? else { return Ok(None) };
        let Some(Value::Pointer(pointer)) = session.fields.get("user") else { return Ok(None) };
        let user = self.first("_User", Filter::eq("objectId", pointer.id.as_str())).await?;
        Ok(Some((session, user)))
    }

    /// The first row that matches, internal columns included.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn first(&self, class: &str, filter: Filter) -> Result<Option<ParseObject>> {
        let Some(schema) = self.schemas.get(class) else { return Ok(None) };
        let read = internal("who asks is found out before it has rights")
            .read(schema, filter, Limits::default())
            .window(0, Some(1));
        let rows = self.storage.find(&read).await?;
        if rows.is_empty() { Ok(None) } else { rows.object(0).map(Some) }
    }

    /// A user in wire form as code is told it, without anything internal.
    pub fn shown(&self, user: ParseObject) -> Map {
        let schema = self.schemas.get_or_new("_User");
        let read = internal("hooks are told who asks").read(schema, Filter::none(), Limits::default());
        let mut map = read.render().object(user);
        map.take("password");
        map.take("sessionToken");
        map
    }

    /// Gives a session that is in use a new end, once half of its time is over. What goes wrong is for the log: the session
    /// is good as it is.
    async fn renew(&self, known: &Known, now: Date) {
        let Some(length) = self.renewal else { return };
        let (Some(updated), Some(schema)) = (known.updated, self.schemas.get("_Session")) else { return };
        if updated.0 > now.0.saturating_sub(length / 2) {
            return;
        }
        let end = Value::Date(Date(now.0.saturating_add(length)));
        // Of many requests at once one renews: it finds the session as it was read.
        let filter =
            Filter::eq("objectId", known.session_id.as_str()).and(Filter::eq("updatedAt", Value::Date(updated)));
        let ops = vec![(Path::from("expiresAt"), Op::Set(end))];
        let plan = internal("a session in use is renewed").update(schema, filter, ops, now);
        match self.storage.write(vec![Write::Update(plan)], false).await.map(|mut outcomes| outcomes.pop()) {
            Ok(Some(Ok(Outcome::Updated(_)))) => self.sessions.forget(|_, other| other.session_id == known.session_id),
            Ok(Some(Err(error))) | Err(error) => tracing::error!(%error, "could not update the expiry of a session"),
            Ok(_) => {}
        }
    }
}
