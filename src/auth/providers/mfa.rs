//! `mfa`: a second factor, the token of an authenticator app or one of two recovery codes (`accounts-auth.md` section 5).

use aws_lc_rs::constant_time::verify_slices_are_equal;

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
#[derive(Debug)]
pub struct Mfa(Option<Totp>);

impl Mfa {
    /// As the configuration says, if there is one.
    pub fn new(config: Option<&MfaConfig>) -> Self {
        Self(config.map(Totp::new))
    }

    fn answer(&self, question: &Question<'_>) -> Result<Verdict> {
        let totp = self.0.as_ref().ok_or_else(Providers::unsupported)?;
        let Question { sent, stored, now, .. } = *question;
        match (stored, question.asker) {
            (None, _) => set_up(totp, question),
            // What the master key sends is stored as it is.
            (Some(_), Asker::Master) => Ok(Verdict::default()),
            (Some(stored), Asker::Owner) => {
                log_in(totp, stored, text(sent, "old"), now)?;
                set_up(totp, question)
            }
            (Some(stored), Asker::Stranger) => log_in(totp, stored, text(sent, "token"), now),
        }
    }
}

impl Provider for Mfa {
    fn role(&self, _: &Map) -> Role {
        Role::Additional
    }

    fn gives_ids(&self) -> bool {
        false
    }

    fn check<'a>(&'a self, question: Question<'a>) -> Checked<'a> {
        Box::pin(async move { self.answer(&question) })
    }

    fn shown(&self, stored: &Map) -> Option<Map> {
        let status = if stored.get("secret").is_some_and(Value::truthy) { "enabled" } else { "disabled" };
        Some(Map::from([("status", Value::from(status))]))
    }
}

fn refused(text: impl Into<std::borrow::Cow<'static, str>>) -> Error {
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
    Ok(Verdict { save: Some(save), keep: false, response: Some(Value::Object(response)) })
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
