//! Who sends, told to a push service: RFC 8292.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;
use url::Url;

use crate::config::WebPushConfig;
use crate::error::{Error, Result};
use crate::model::Date;

/// So long a statement is good, seconds; services allow a day.
const LIFE: i64 = 12 * 60 * 60;

/// The app's keys.
pub struct Vapid {
    subject: String,
    public: String,
    key: EncodingKey,
}

impl Vapid {
    /// The keys of the configuration.
    ///
    /// # Errors
    /// 1 for keys that are none, or do not belong together.
    pub fn open(config: &WebPushConfig) -> Result<Self> {
        let decoded = |key: &str| BASE64_URL_SAFE_NO_PAD.decode(key);
        let unusable = |e| Error::caused("push.web.vapidDetails", e);
        let public = decoded(&config.public_key).map_err(unusable)?;
        let private = decoded(config.private_key.reveal()).map_err(unusable)?;
        let apart = "push.web.vapidDetails: publicKey and privateKey are no keys, or do not belong together";
        let pair = EcdsaKeyPair::from_private_key_and_public_key(&ECDSA_P256_SHA256_FIXED_SIGNING, &private, &public);
        let pair = pair.and_then(|pair| Ok(pair.to_pkcs8v1()?)).map_err(|_| Error::internal(apart))?;
        Ok(Self {
            subject: config.subject.clone(),
            public: config.public_key.clone(),
            key: EncodingKey::from_ec_der(pair.as_ref()),
        })
    }

    /// The header `Authorization` for an endpoint.
    ///
    /// # Errors
    /// 1 if it cannot be signed.
    pub fn authorization(&self, endpoint: &Url, now: Date) -> Result<String> {
        let expires = now.0.div_euclid(1000) + LIFE;
        let claims = json!({"aud": endpoint.origin().ascii_serialization(), "exp": expires, "sub": self.subject});
        let token = jsonwebtoken::encode(&Header::new(Algorithm::ES256), &claims, &self.key);
        let token = token.map_err(|e| Error::caused("a statement for a push service", e))?;
        Ok(format!("vapid t={token}, k={}", self.public))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::config::Secret;
    use aws_lc_rs::encoding::AsBigEndian as _;
    use aws_lc_rs::signature::KeyPair as _;
    use jsonwebtoken::{DecodingKey, Validation};
    use serde_json::Value;
    use std::time::Duration;

    pub fn config() -> WebPushConfig {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let private = pair.private_key().as_be_bytes().unwrap();
        WebPushConfig {
            subject: "mailto:a@b.c".into(),
            public_key: BASE64_URL_SAFE_NO_PAD.encode(pair.public_key().as_ref()),
            private_key: Secret::new(BASE64_URL_SAFE_NO_PAD.encode(private.as_ref())),
            ttl: 60,
            urgency: "normal".into(),
            topic: None,
            headers: Vec::new(),
            timeout: Duration::from_secs(1),
            allowed_hosts: Vec::new(),
            ca: None,
        }
    }

    #[test]
    fn says_who_sends_where() {
        let config = config();
        let endpoint = Url::parse("https://a.push.apple.com/x?y").unwrap();
        let header = Vapid::open(&config).unwrap().authorization(&endpoint, Date(1_893_456_000_999)).unwrap();
        let (token, key) = header.strip_prefix("vapid t=").unwrap().split_once(", k=").unwrap();
        assert_eq!(key, config.public_key);
        let point = BASE64_URL_SAFE_NO_PAD.decode(key).unwrap();
        let [x, y] = [&point[1..33], &point[33..]].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part));
        let public = DecodingKey::from_ec_components(&x, &y).unwrap();
        let mut rules = Validation::new(Algorithm::ES256);
        rules.set_audience(&["https://a.push.apple.com"]);
        let told = jsonwebtoken::decode::<Value>(token, &public, &rules).unwrap();
        assert_eq!(told.claims["exp"], 1_893_456_000 + LIFE);
        assert_eq!(told.claims["sub"], "mailto:a@b.c");
    }

    #[test]
    fn refuses_keys_that_do_not_belong_together() {
        let (mut config, other) = (config(), config());
        config.public_key = other.public_key;
        let error = format!("{:?}", Vapid::open(&config).err().unwrap());
        assert!(error.contains("do not belong together") && !error.contains(config.private_key.reveal()), "{error}");
    }
}
