//! The keys that an issuer signs its tokens with (RFC 7517), remembered for a while.

use std::sync::Arc;

use arc_swap::ArcSwap;
use jsonwebtoken::DecodingKey;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, PublicKeyUse};
use tokio::sync::Mutex;

use crate::error::Result;
use crate::model::{Date, Map, Value, wire};
use crate::outgoing::ask::Http;

/// The most keys that are kept of one issuer.
const MOST: usize = 100;
/// How often the issuer is asked in one minute at most: a token may name a key that nobody has.
const MOST_A_MINUTE: u32 = 10;
/// A minute, ms.
const MINUTE: i64 = 60_000;

/// The keys of one issuer.
pub struct Keys {
    http: Arc<Http>,
    url: String,
    /// How long they are remembered, ms.
    life: i64,
    known: ArcSwap<Known>,
    asking: Mutex<Asking>,
}

#[derive(Default)]
struct Known {
    keys: Vec<(Option<String>, DecodingKey)>,
    until: Date,
}

/// When the present minute began, and how many questions were asked in it.
#[derive(Default)]
struct Asking {
    minute: Date,
    asked: u32,
}

impl Keys {
    /// Those at a URL.
    pub fn new(http: Arc<Http>, url: String, life: i64) -> Self {
        Self { http, url, life, known: ArcSwap::default(), asking: Mutex::default() }
    }

    /// The key of an id; without an id the only one there is. An id that is not known makes the issuer be asked again, for it
    /// may have a new key.
    ///
    /// # Errors
    /// 1 if the issuer does not answer.
    pub async fn get(&self, id: Option<&str>, now: Date) -> Result<Option<DecodingKey>> {
        if let Some(key) = self.known.load().named(id, now) {
            return Ok(Some(key));
        }
        let mut asking = self.asking.lock().await;
        // Somebody else may have asked meanwhile.
        if let Some(key) = self.known.load().named(id, now) {
            return Ok(Some(key));
        }
        if !asking.may_ask(now) {
            return Ok(None);
        }
        let answer = self.http.ask(self.http.client.get(&self.url)).await?;
        let known = Known { keys: read(&answer), until: Date(now.0.saturating_add(self.life)) };
        let key = known.named(id, now);
        self.known.store(Arc::new(known));
        Ok(key)
    }
}

impl Known {
    fn named(&self, id: Option<&str>, now: Date) -> Option<DecodingKey> {
        let found = match id {
            Some(id) => self.keys.iter().find(|(known, _)| known.as_deref() == Some(id)),
            None => self.keys.first().filter(|_| self.keys.len() == 1),
        };
        found.filter(|_| now < self.until).map(|(_, key)| key.clone())
    }
}

impl Asking {
    fn may_ask(&mut self, now: Date) -> bool {
        if now.0 >= self.minute.0.saturating_add(MINUTE) {
            (self.minute, self.asked) = (now, 0);
        }
        self.asked = self.asked.saturating_add(1);
        self.asked <= MOST_A_MINUTE
    }
}

/// The public keys for signatures; what else there is or cannot be read is passed over.
fn read(answer: &Map) -> Vec<(Option<String>, DecodingKey)> {
    let listed = answer.get("keys").and_then(Value::as_array).unwrap_or_default();
    let all = listed.iter().filter_map(|key| serde_json::from_str::<Jwk>(&wire::to_string(key)).ok());
    let signing = all.filter(|key| matches!(key.common.public_key_use, None | Some(PublicKeyUse::Signature)));
    signing.filter_map(|key| Some((key.common.key_id.clone(), public(&key)?))).take(MOST).collect()
}

/// A secret that both sides know is no public key: it must not stand in a public place, and nothing is verified with it.
fn public(key: &Jwk) -> Option<DecodingKey> {
    match key.algorithm {
        AlgorithmParameters::OctetKey(_) => None,
        _ => DecodingKey::from_jwk(key).ok(),
    }
}
