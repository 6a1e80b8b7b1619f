//! A service account: who the app is to Google.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};

use crate::config::{Secret, is_private};
use crate::error::{Error, Result};
use crate::model::Date;
use crate::push::client::der;
use crate::push::client::file;

/// What the Firebase client asks leave for.
const SCOPES: &str = "https://www.googleapis.com/auth/cloud-platform \
    https://www.googleapis.com/auth/firebase.database \
    https://www.googleapis.com/auth/firebase.messaging \
    https://www.googleapis.com/auth/identitytoolkit \
    https://www.googleapis.com/auth/userinfo.email";
/// Where tokens are, unless the account names another place.
const TOKENS: &str = "https://oauth2.googleapis.com/token";
/// So long an assertion is good, seconds; Google allows no more.
const LIFE: i64 = 3600;

/// A service account.
pub struct Account {
    /// The Firebase project.
    pub project: String,
    /// Where access tokens are.
    pub token_uri: String,
    email: String,
    key_id: Option<String>,
    key: RsaKeyPair,
}

impl Account {
    /// Reads the JSON of an account, or of the file that `given` names.
    ///
    /// # Errors
    /// 1 for what is no account.
    pub fn read(given: &Secret) -> Result<Self> {
        let given = given.reveal();
        let text = match given.trim_start().starts_with('{') {
            true => given.as_bytes().to_vec(),
            false => file("firebaseServiceAccount", given).map_err(Error::internal)?,
        };
        // What `serde_json` says of a broken text quotes none of it.
        let json = serde_json::from_slice(&text).map_err(|e| Error::caused("firebaseServiceAccount is no JSON", e))?;
        let Value::Object(json) = json else { return Err(wrong("must be an object")) };
        let project = part(&json, "project_id", "projectId")?;
        if !project.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte)) {
            return Err(wrong("has a \"project_id\" that is none"));
        }
        let token_uri = part(&json, "token_uri", "tokenUri").unwrap_or_else(|_| TOKENS.to_owned());
        if !is_private(&token_uri) {
            return Err(wrong("has a \"token_uri\" that is no https: URL (http: only on this machine)"));
        }
        let key = key(&part(&json, "private_key", "privateKey")?);
        Ok(Self {
            project,
            token_uri,
            email: part(&json, "client_email", "clientEmail")?,
            key_id: part(&json, "private_key_id", "privateKeyId").ok(),
            key: key.ok_or_else(|| wrong("has a \"private_key\" that is none"))?,
        })
    }

    /// What an access token is asked for with: a statement of who the account is, signed.
    ///
    /// # Errors
    /// 1 if it cannot be signed.
    pub fn assertion(&self, now: Date) -> Result<String> {
        let from = now.0.div_euclid(1000);
        let mut header = json!({"alg": "RS256", "typ": "JWT"});
        if let Some(id) = &self.key_id {
            header["kid"] = id.as_str().into();
        }
        let claims =
            json!({"iss": self.email, "scope": SCOPES, "aud": self.token_uri, "iat": from, "exp": from + LIFE});
        // jsonwebtoken signs with keys of an older form alone (PKCS #1); Google hands out PKCS #8.
        let [header, claims] = [header, claims].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part.to_string()));
        let told = format!("{header}.{claims}");
        let mut signature = vec![0; self.key.public_modulus_len()];
        let signed = self.key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), told.as_bytes(), &mut signature);
        signed.map_err(|e| Error::caused("an assertion", e))?;
        Ok(format!("{told}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature)))
    }
}

fn wrong(what: &str) -> Error {
    Error::internal(format!("firebaseServiceAccount {what}"))
}

/// A text of the account, which the Firebase client takes under either name.
fn part(json: &Map<String, Value>, name: &str, other: &str) -> Result<String> {
    let text = [name, other].into_iter().find_map(|name| json.get(name)?.as_str()).filter(|text| !text.is_empty());
    text.map(str::to_owned).ok_or_else(|| wrong(&format!("must contain a string \"{name}\" property")))
}

/// An RSA key from its PEM.
fn key(pem: &str) -> Option<RsaKeyPair> {
    let der = der(pem, "PRIVATE KEY-----")?;
    RsaKeyPair::from_pkcs8(&der).or_else(|_| RsaKeyPair::from_der(&der)).ok()
}

#[cfg(test)]
pub(super) mod tests;
