//! Mails that users get, and what the tokens in their links are good for (`http.md` section 10).

pub mod reset;
pub mod verification;

use std::sync::Arc;

use super::{Call, Engine};
use crate::access::{Write, internal};
use crate::config::{AppConfig, TokenConfig};
use crate::error::{Code, Error, Result};
use crate::mail::{Mail, Outbox, Purpose};
use crate::model::{Date, Filter, Map, Op, ParseObject, Path, Value, id, js, locale};
use crate::storage::Outcome;

/// Characters of a token.
const TOKEN_SIZE: usize = 25;

/// Tokens of one kind: the columns they stand in, and how long they are good.
struct Tokens {
    token: &'static str,
    expires: &'static str,
    config: TokenConfig,
}

impl Tokens {
    /// Those that verify an address.
    fn verification(engine: &Engine) -> Self {
        let config = engine.config.mail.verify_tokens;
        Self { token: "_email_verify_token", expires: "_email_verify_token_expires_at", config }
    }

    /// Those that let a password be chosen.
    fn reset(engine: &Engine) -> Self {
        let config = engine.config.mail.reset_tokens;
        Self { token: "_perishable_token", expires: "_perishable_token_expires_at", config }
    }

    /// A new one, and what sets it.
    fn fresh(&self, engine: &Engine) -> (String, Vec<(Path, Op)>) {
        let token = id::object_id(&*engine.random, TOKEN_SIZE);
        let mut ops = vec![(Path::from(self.token), Op::Set(Value::from(token.as_str())))];
        if let Some(life) = self.config.life {
            let life = i64::try_from(life.as_millis()).unwrap_or(i64::MAX);
            let end = Date(engine.clock.now().0.saturating_add(life));
            ops.push((Path::from(self.expires), Op::Set(Value::Date(end))));
        }
        (token, ops)
    }

    /// What takes it away.
    fn away(&self) -> [(Path, Op); 2] {
        [self.token, self.expires].map(|column| (Path::from(column), Op::Delete))
    }

    /// The one that a user has, if it is good and a further mail may hold it.
    fn kept(&self, user: &ParseObject, now: Date) -> Option<String> {
        self.config.life.filter(|_| self.config.reuse)?;
        let token = user.internal.get(self.token).and_then(Value::as_str)?;
        self.end(user).is_some_and(|end| now < end).then(|| token.to_owned())
    }

    /// When the one that a user has is not good any more.
    fn end(&self, user: &ParseObject) -> Option<Date> {
        match user.internal.get(self.expires) {
            Some(Value::Date(end)) => Some(*end),
            _ => None,
        }
    }
}

/// Where the mails of the app go. Parse Server says nothing more exact to a client about what is not configured.
fn outbox(call: &Call) -> Result<&Outbox> {
    let config = &call.engine.config;
    let whole = config.app_name.is_some() && config.public_server_url.is_some();
    call.engine.outbox.as_ref().filter(|_| whole).ok_or_else(|| {
        let text = "An appName, publicServerURL, and emailAdapter are required for password reset and email \
                    verification functionality.";
        Error::new(Code::InternalServerError, text)
    })
}

/// 204 or 125 for what is no address.
fn no_address(given: Option<&Value>) -> Error {
    match given.is_some_and(Value::truthy) {
        false => Error::new(Code::EmailMissing, "you must provide an email"),
        true => Error::new(Code::InvalidEmailAddress, "you must provide a valid email string"),
    }
}

/// Gives the user that matches another token, if there still is one.
async fn give(engine: &Engine, filter: Filter, ops: Vec<(Path, Op)>) -> Result<bool> {
    let schema = engine.schemas.get_or_new("_User");
    let plan = internal("whoever asks for a mail gets nothing but the mail")
        .update(schema, filter, ops, engine.clock.now())
        .silently();
    Ok(matches!(engine.write(Write::Update(plan)).await?, Outcome::Updated(Some(_))))
}

/// The mail to a user, as the user is now.
async fn mail(engine: &Engine, purpose: Purpose, id: &str, token: &str) -> Result<Option<Mail>> {
    let Some(user) = engine.auth.first("_User", Filter::eq("objectId", id)).await? else { return Ok(None) };
    let page = match purpose {
        Purpose::Verification => "verify_email",
        Purpose::PasswordReset => "request_password_reset",
    };
    let (config, user) = (&engine.config, shown(engine, user));
    let app_name = config.app_name.clone().unwrap_or_default();
    let mail = Mail { purpose, app_name, link: link(config, page, token, &user), user };
    if mail.to().is_empty() {
        return Ok(None);
    }
    Ok(Some(mail))
}

/// Where a mail leads: to a page, or to the app's own page around it. It names the language of its reader, if that is known.
fn link(config: &AppConfig, page: &str, token: &str, user: &Map) -> String {
    let base = config.public_server_url.as_deref().unwrap_or_default();
    let path = format!("/{}/{}/{page}", config.pages.endpoint, config.app_id);
    let field = config.mail.locale_field.as_deref().filter(|_| config.pages.localize);
    let locale = field.and_then(|field| user.get(field)?.as_str()).filter(|locale| locale::is_one(locale));
    let locale = locale.map(|locale| format!("&locale={locale}")).unwrap_or_default();
    match &config.pages.frame_url {
        Some(frame) => format!("{frame}?link={}&token={token}{locale}", js::encode(&path)),
        None => format!("{base}{path}?token={token}{locale}"),
    }
}

/// A user as adapters see it: all fields, nothing internal.
fn shown(engine: &Engine, user: ParseObject) -> Map {
    let mut map = engine.auth.shown(user);
    map.take("authData");
    map
}

/// Sends the mail that proves whose a new address is. The write that set its token is done.
pub(super) fn announce(engine: &Arc<Engine>, user: &str, token: String) {
    let Some(outbox) = engine.outbox.as_ref().filter(|_| engine.config.mail.send_verification) else { return };
    match outbox.place() {
        Ok(place) => {
            let (engine, user) = (engine.clone(), user.to_owned());
            outbox.send(place, async move { mail(&engine, Purpose::Verification, &user, &token).await });
        }
        Err(error) => tracing::error!(%error, "a mail to a new address is left out"),
    }
}

/// What verifies a new address later, as columns to set: a token, and that it is not verified yet.
pub(super) fn unverified(engine: &Engine) -> (String, Vec<(Path, Op)>) {
    let (token, mut ops) = Tokens::verification(engine).fresh(engine);
    ops.push((Path::from("emailVerified"), Op::Set(Value::Bool(false))));
    (token, ops)
}

#[cfg(test)]
mod tests;
