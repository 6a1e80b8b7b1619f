//! Signed tokens (RFC 7519) of one issuer: who signs, how, and for whom is said once, when the issuer is made, and never by a
//! token.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, Validation};

use super::keys::Keys;
use crate::error::{Code, Error, Result};
use crate::model::{Date, Map, Value, wire};

/// How deep the JSON of a token may nest.
const DEEPEST: usize = 20;
/// The longest token that is looked at, bytes.
const LONGEST: usize = 64 * 1024;

/// Who makes tokens.
pub struct Issuer {
    /// The name it gives itself (`iss`).
    name: String,
    /// How it signs.
    algorithm: Algorithm,
    keys: Keys,
}

impl Issuer {
    /// One with a name, which signs in one way with its keys.
    pub fn new(name: String, algorithm: Algorithm, keys: Keys) -> Self {
        Self { name, algorithm, keys }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What a token says, if this issuer has signed it and it is good now. Who it is for the caller must look at.
    ///
    /// # Errors
    /// 101 with the reason.
    pub async fn claims(&self, token: &str, now: Date) -> Result<Map> {
        let header = header(token).ok_or_else(|| refused("provided token does not decode as JWT"))?;
        let id = header.get("kid").and_then(Value::as_str);
        let key = self.keys.get(id, now).await.unwrap_or_else(|error| {
            tracing::warn!(issuer = self.name, %error, "no keys");
            None
        });
        let unknown = || refused(format!("Unable to find matching key for Key ID: {}", id.unwrap_or("undefined")));
        let key = key.ok_or_else(unknown)?;
        if token.ends_with('.') {
            return Err(refused("jwt signature is required"));
        }
        if header.get("alg").and_then(Value::as_str) != Some(&format!("{:?}", self.algorithm)) {
            return Err(refused("invalid algorithm"));
        }
        let mut validation = Validation::new(self.algorithm);
        // The times are looked at below, by the clock of the house.
        (validation.validate_exp, validation.validate_nbf, validation.validate_aud) = (false, false, false);
        validation.required_spec_claims.clear();
        let verified = jsonwebtoken::decode::<serde::de::IgnoredAny>(token, &key, &validation);
        verified.map_err(|error| match error.kind() {
            ErrorKind::InvalidAlgorithm => refused("invalid algorithm"),
            _ => refused("invalid signature"),
        })?;
        let claims = part(token, 1).ok_or_else(|| refused("invalid token"))?;
        check_times(&claims, now)?;
        Ok(claims)
    }
}

/// 101 with a reason.
pub fn refused(reason: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(Code::ObjectNotFound, reason)
}

/// The first part of something that has the form of a token.
fn header(token: &str) -> Option<Map> {
    let formed = token.len() <= LONGEST && token.split('.').count() == 3;
    part(token, 1).filter(|_| formed).and_then(|_| part(token, 0))
}

fn part(token: &str, which: usize) -> Option<Map> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(which)?).ok()?;
    wire::parse(&bytes, DEEPEST).ok()?.as_object().cloned()
}

fn check_times(claims: &Map, now: Date) -> Result<()> {
    let seconds = (now.0 / 1000) as f64;
    let time = |claim: &str, wrong: &'static str| match claims.get(claim) {
        None => Ok(None),
        Some(value) => value.as_number().map(Some).ok_or_else(|| refused(wrong)),
    };
    if time("nbf", "invalid nbf value")?.is_some_and(|from| from > seconds) {
        return Err(refused("jwt not active"));
    }
    if time("exp", "invalid exp value")?.is_some_and(|until| until <= seconds) {
        return Err(refused("jwt expired"));
    }
    Ok(())
}
