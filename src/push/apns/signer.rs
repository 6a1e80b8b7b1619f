//! Who a provider is that signs: a token, signed anew before Apple's service takes it for too old.

use std::sync::{Mutex, PoisonError};

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use reqwest::header::HeaderValue;
use serde::Serialize;

use crate::model::Date;
use crate::push::client::der;

/// A token is used for so long, ms; the service takes it for an hour, and does not want a new one every few minutes.
const LIFE: i64 = 50 * 60 * 1000;
/// Pushes at the same time may differ in what they call now by so much, ms.
const SKEW: i64 = 60 * 1000;

/// What is said of a key that cannot sign.
const NO_KEY: &str = "it is no key for ES256 in PEM (PKCS #8)";

/// What signs for a team.
pub struct Signer {
    key: EncodingKey,
    header: Header,
    team: String,
    current: Mutex<Option<(HeaderValue, Date)>>,
}

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    iat: i64,
}

impl Signer {
    /// One with this key (PEM, PKCS #8), which has been tried.
    ///
    /// # Errors
    /// A text that says what is wrong with the key, without showing it.
    pub fn new(pem: &[u8], key_id: &str, team: &str) -> Result<Self, String> {
        let pem = str::from_utf8(pem).map_err(|_| NO_KEY)?;
        let key = EncodingKey::from_ec_der(&der(pem, "-----BEGIN PRIVATE KEY-----").ok_or(NO_KEY)?);
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(key_id.to_owned());
        let signer = Self { key, header, team: team.to_owned(), current: Mutex::default() };
        signer.sign(Date(0)).map(|_| signer).map_err(|_| NO_KEY.to_owned())
    }

    /// The header `authorization` at this time.
    ///
    /// # Errors
    /// A text, if nothing can be signed.
    pub fn current(&self, now: Date) -> Result<HeaderValue, String> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        match &*current {
            Some((signed, at)) if (-SKEW..LIFE).contains(&(now.0 - at.0)) => Ok(signed.clone()),
            _ => {
                let signed = self.sign(now)?;
                *current = Some((signed.clone(), now));
                Ok(signed)
            }
        }
    }

    /// Has a token signed anew that the service takes for too old, unless that was done already: many may hear it at once.
    pub fn renew(&self, refused: &HeaderValue) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.as_ref().is_some_and(|(signed, _)| signed == refused) {
            *current = None;
        }
    }

    fn sign(&self, now: Date) -> Result<HeaderValue, String> {
        let claims = Claims { iss: &self.team, iat: now.0.div_euclid(1000) };
        let token = jsonwebtoken::encode(&self.header, &claims, &self.key).map_err(|e| format!("cannot sign: {e}"))?;
        let mut value = HeaderValue::from_str(&format!("bearer {token}")).map_err(|e| format!("cannot sign: {e}"))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_lives_for_fifty_minutes() {
        let key = rcgen::KeyPair::generate().unwrap().serialize_pem();
        let signer = Signer::new(key.as_bytes(), "K", "T").unwrap();
        let at = |minutes: i64| signer.current(Date(1_900_000_000_000 + minutes * 60_000)).unwrap();
        let first = at(0);
        assert!(first.is_sensitive());
        assert_eq!([at(49), at(0)], [first.clone(), first.clone()]);
        let second = at(50);
        assert_ne!(second, first);
        assert_eq!(at(60), second);
        signer.renew(&first);
        assert_eq!(at(60), second, "another had it signed anew");
        signer.renew(&second);
        assert_ne!(at(60), second);
    }

    #[test]
    fn a_key_of_another_kind_is_refused() {
        let p384 = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P384_SHA384).unwrap().serialize_pem();
        for key in ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", &p384] {
            assert!(Signer::new(key.as_bytes(), "K", "T").is_err(), "{key}");
        }
    }
}
