//! `mfa`: a second factor, the token of an authenticator app, one of two recovery codes, or a token sent to a telephone
//! (`accounts-auth.md` section 5).

use aws_lc_rs::constant_time::verify_slices_are_equal;

use super::bridge::Bridge;
use super::sms::Sms;
use super::totp::{self, Totp};
use super::{Asker, Checked, Provider, Providers, Question, Role, Verdict, text};
use crate::config::MfaConfig;
use crate::error::{Code, Error, Result};
use crate::model::{Date, Map, Value, id};

/// Letters of a recovery code.
const CODE_SIZE: usize = 30;
/// The shortest secret, letters.
const LEAST_SECRET: usize = 20;

/// The provider; one that is not configured refuses everything.
pub struct Mfa {
    totp: Option<Totp>,
    sms: Option<Sms>,
}

impl Mfa {
    /// As the configuration says, if there is one; `sms` sends tokens to telephones.
    pub fn new(config: Option<&MfaConfig>, sms: Option<Bridge>) -> Self {
        Self {
            totp: config.filter(|config| config.totp).map(Totp::new),
            sms: config.zip(sms).map(|(config, bridge)| Sms::new(config, bridge)),
        }
    }

    async fn answer(&self, question: &Question<'_>) -> Result<Verdict> {
        if self.totp.is_none() && self.sms.is_none() {
            return Err(Providers::unsupported());
        }
        match (question.stored, question.asker) {
            (None, _) => self.set_up(question).await,
            // What the master key sends is stored as it is.
            (Some(_), Asker::Master) => Ok(Verdict::default()),
            (Some(stored), Asker::Owner) => self.update(question, stored).await,
            (Some(stored), Asker::Stranger) => self.log_in(question, stored).await,
        }
    }

    async fn set_up(&self, question: &Question<'_>) -> Result<Verdict> {
        match (&self.sms, question.sent.get("mobile").filter(|mobile| mobile.truthy()), &self.totp) {
            (Some(sms), Some(mobile), _) => sms.set_up(question, mobile.as_str().unwrap_or_default()).await,
            (_, _, Some(totp)) => set_up(totp, question),
            _ => Err(refused("Invalid MFA data")),
        }
    }

    async fn update(&self, question: &Question<'_>, stored: &Map) -> Result<Verdict> {
        match (&self.sms, question.sent.get("mobile").filter(|mobile| mobile.truthy()), &self.totp) {
            (Some(_), Some(mobile), _) => Sms::confirm(question, stored, mobile.as_str().unwrap_or_default()),
            (_, _, Some(totp)) => {
                log_in(totp, stored, text(question.sent, "old"), question.now)?;
                set_up(totp, question)
            }
            _ => Err(refused("Invalid MFA data")),
        }
    }

    async fn log_in(&self, question: &Question<'_>, stored: &Map) -> Result<Verdict> {
        match (&self.sms, text(stored, "mobile"), &self.totp) {
            (Some(sms), Some(mobile), _) => sms.log_in(question, stored, mobile).await,
            (_, _, Some(totp)) => log_in(totp, stored, text(question.sent, "token"), question.now),
            _ => Ok(Verdict { keep: true, ..Verdict::default() }),
        }
    }
}

impl Provider for Mfa {
    /// A number that was never confirmed is asked of nobody.
    fn role(&self, stored: &Map) -> Role {
        let waits = self.sms.is_some() && stored.len() == 1 && stored.get("pending").is_some_and(Value::truthy);
        if waits { Role::Default } else { Role::Additional }
    }

    fn gives_ids(&self) -> bool {
        false
    }

    fn check<'a>(&'a self, question: Question<'a>) -> Checked<'a> {
        Box::pin(async move { self.answer(&question).await })
    }

    fn shown(&self, stored: &Map) -> Option<Map> {
        let has = |key: &str| stored.get(key).is_some_and(Value::truthy);
        let enabled = has("secret") || (self.sms.is_some() && has("mobile"));
        let status = if enabled { "enabled" } else { "disabled" };
        Some(Map::from([("status", Value::from(status))]))
    }
}

/// What is told of a second factor that is not taken.
pub(super) fn refused(text: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(Code::ScriptFailed, text)
}

/// Takes a secret whose token the client could work out; the recovery codes are told this once.
fn set_up(totp: &Totp, question: &Question<'_>) -> Result<Verdict> {
    let invalid = || refused("Invalid MFA data");
    let given = text(question.sent, "secret").filter(|given| given.len() >= LEAST_SECRET).ok_or_else(invalid)?;
    question.sent.get("token").filter(|token| token.truthy()).ok_or_else(invalid)?;
    let secret = totp::secret(given).map_err(|letter| refused(format!("Invalid character found: {letter}")))?;
    let token = text(question.sent, "token").unwrap_or_default();
    if !totp.accepts(&secret, token, question.now) {
        return Err(refused("Invalid MFA token"));
    }
    let codes = [(); 2].map(|()| id::object_id(question.random, CODE_SIZE));
    let response = Map::from([("recovery", Value::String(codes.join(", ")))]);
    let recovery = codes.map(Value::String).to_vec();
    let save = Map::from([("secret", Value::from(given)), ("recovery", Value::Array(recovery))]);
    Ok(Verdict { save: Some(save), response: Some(Value::Object(response)), ..Verdict::default() })
}

/// Takes a token, or a recovery code, which is gone then: the write has what was stored as its condition, so that of two
/// log-ins with one code one fails.
fn log_in(totp: &Totp, stored: &Map, token: Option<&str>, now: Date) -> Result<Verdict> {
    let invalid = || refused("Invalid MFA token");
    let token = token.ok_or_else(invalid)?;
    let Some(secret) = text(stored, "secret") else { return Ok(Verdict { keep: true, ..Verdict::default() }) };
    if let Some(left) = without_code(stored, token) {
        let mut save = stored.clone();
        save.set("recovery", Value::Array(left));
        return Ok(Verdict { save: Some(save), ..Verdict::default() });
    }
    let secret = totp::secret(secret).map_err(|_| invalid())?;
    if !totp.accepts(&secret, token, now) {
        return Err(invalid());
    }
    Ok(Verdict { keep: true, ..Verdict::default() })
}

/// The recovery codes without the one that was given, if it is one.
fn without_code(stored: &Map, given: &str) -> Option<Vec<Value>> {
    let codes = stored.get("recovery")?.as_array()?;
    let is_it = |code: &Value| {
        code.as_str().is_some_and(|code| verify_slices_are_equal(code.as_bytes(), given.as_bytes()).is_ok())
    };
    // The last of them, for all are compared.
    let place = codes.iter().enumerate().fold(None, |found, (i, code)| if is_it(code) { Some(i) } else { found })?;
    let mut left = codes.to_vec();
    left.remove(place);
    Some(left)
}

#[cfg(test)]
mod tests;
