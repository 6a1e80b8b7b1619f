//! Push services of browsers: what only the browser reads, and subscriptions that lead elsewhere.

use super::senders::{NOW, device, open, send};
use crate::support::http2::{Asked, Http2Peer, Said};
use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::encoding::AsBigEndian as _;
use aws_lc_rs::hmac::{HMAC_SHA256, Key, sign};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use parsimony::config::{PushType, Secret, SenderConfig, WebPushConfig};
use parsimony::push::Senders;
use serde_json::json;
use std::time::Duration;

const PUSH: &str = r#"{"data":{"alert":"hi","title":"T"}}"#;

/// A browser that has subscribed.
pub struct Browser {
    key: PrivateKey,
    auth: [u8; 16],
}

impl Browser {
    /// A new one.
    pub fn new() -> Browser {
        Browser { key: PrivateKey::generate(&ECDH_P256).unwrap(), auth: *b"sixteen secrets!" }
    }

    /// What it gives to the app for `deviceToken`.
    pub fn subscription(&self, endpoint: &str) -> String {
        let key = BASE64_URL_SAFE_NO_PAD.encode(self.key.compute_public_key().unwrap());
        let auth = BASE64_URL_SAFE_NO_PAD.encode(self.auth);
        json!({"endpoint": endpoint, "expirationTime": null, "keys": {"p256dh": key, "auth": auth}}).to_string()
    }

    /// What it reads: RFC 8291, written from the standard and apart from what encrypts.
    pub fn read(&self, body: &[u8]) -> String {
        let mac = |key: &[u8], text: &[&[u8]]| sign(&Key::new(HMAC_SHA256, key), &text.concat()).as_ref().to_vec();
        let (salt, sender) = (&body[..16], &body[21..86]);
        let (own, peer) = (self.key.compute_public_key().unwrap(), UnparsedPublicKey::new(&ECDH_P256, sender));
        let secret = agree(&self.key, peer, (), |secret| Ok(mac(&self.auth, &[secret]))).unwrap();
        let shared = mac(&secret, &[b"WebPush: info\0", own.as_ref(), sender, &[1]]);
        let secret = mac(salt, &[&shared]);
        let key = mac(&secret, &[b"Content-Encoding: aes128gcm\0", &[1]]);
        let nonce = mac(&secret, &[b"Content-Encoding: nonce\0", &[1]]);
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key[..16]).unwrap());
        let nonce = Nonce::try_assume_unique_for_key(&nonce[..12]).unwrap();
        let mut record = body[86..].to_vec();
        let text = key.open_in_place(nonce, Aad::empty(), &mut record).unwrap();
        String::from_utf8(text.strip_suffix(&[2]).unwrap().to_vec()).unwrap()
    }
}

/// The configuration of an app that may send to a service of the tests.
pub fn config(peer: &Http2Peer) -> WebPushConfig {
    let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let private = pair.private_key().as_be_bytes().unwrap();
    WebPushConfig {
        subject: "mailto:a@b.c".into(),
        public_key: BASE64_URL_SAFE_NO_PAD.encode(pair.public_key()),
        private_key: Secret::new(BASE64_URL_SAFE_NO_PAD.encode(private.as_ref())),
        ttl: 60,
        urgency: "high".into(),
        topic: Some("news".into()),
        headers: vec![("X-App".into(), "1".into())],
        timeout: Duration::from_secs(2),
        allowed_hosts: vec!["127.0.0.1".into()],
        ca: Some(peer.ca()),
    }
}

fn senders(config: &WebPushConfig) -> Senders {
    open(PushType::Web, SenderConfig::Web(config.clone())).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_browser_reads_what_the_service_cannot() {
    let peer = Http2Peer::start(|_| Said::With(201, Vec::new(), String::new()));
    let (config, browser) = (config(&peer), Browser::new());
    let token = browser.subscription(&peer.url("/wp/1?a=b"));
    let outcomes = send(&senders(&config), PUSH, vec![device("web", token.clone())]).await;
    assert_eq!((outcomes[0].token.as_str(), outcomes[0].kind.as_str(), &outcomes[0].failure), (&*token, "web", &None));

    let asked: Asked = peer.asked().remove(0);
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/wp/1?a=b"));
    assert_eq!(browser.read(&asked.body), r#"{"alert":"hi","title":"T"}"#);
    for (header, wanted) in [
        ("ttl", "60"),
        ("urgency", "high"),
        ("topic", "news"),
        ("x-app", "1"),
        ("content-encoding", "aes128gcm"),
        ("content-type", "application/octet-stream"),
    ] {
        assert_eq!(asked.header(header), Some(wanted), "{header}");
    }
    let who = asked.header("authorization").unwrap().strip_prefix("vapid t=").unwrap();
    let (token, key) = who.split_once(", k=").unwrap();
    assert_eq!(key, config.public_key);
    let point = BASE64_URL_SAFE_NO_PAD.decode(key).unwrap();
    let [x, y] = [&point[1..33], &point[33..]].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part));
    let mut rules = Validation::new(Algorithm::ES256);
    rules.set_audience(&[peer.url("")]);
    let public = DecodingKey::from_ec_components(&x, &y).unwrap();
    let told = jsonwebtoken::decode::<serde_json::Value>(token, &public, &rules).unwrap();
    assert_eq!(told.claims["exp"], NOW.0 / 1000 + 12 * 3600);
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_are_told_in_the_words_of_the_service() {
    let peer = Http2Peer::start(|asked| match asked.path.as_str() {
        "/gone" => Said::With(410, Vec::new(), "push subscription has unsubscribed or expired.\n".into()),
        "/silent" => Said::With(404, Vec::new(), String::new()),
        "/long" => Said::With(400, Vec::new(), "x".repeat(1_000_000)),
        "/away" => Said::With(302, vec![("location", "/there".into())], String::new()),
        _ => Said::Nothing,
    });
    let (mut config, browser) = (config(&peer), Browser::new());
    config.timeout = Duration::from_millis(500);
    let senders = senders(&config);
    for (path, wanted) in [
        ("/gone", "push subscription has unsubscribed or expired.\n"),
        ("/silent", "The push service answered 404 Not Found"),
        ("/long", "The push service answered 400 Bad Request"),
        ("/away", "The push service answered 302 Found"),
        ("/late", "timed out"),
    ] {
        let outcomes = send(&senders, PUSH, vec![device("web", browser.subscription(&peer.url(path)))]).await;
        let why = outcomes[0].failure.as_ref().and_then(|why| why.as_str()).unwrap();
        assert!(if path == "/late" { why.contains(wanted) } else { why == wanted }, "{path}: {why}");
    }
    assert!(peer.asked().iter().all(|asked| asked.path != "/there"), "no redirect is followed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_leads_nowhere_else() {
    let peer = Http2Peer::start(|_| Said::ok());
    let (config, browser) = (config(&peer), Browser::new());
    let port = peer.address().port();
    let mut tokens: Vec<String> = [
        format!("http://127.0.0.1:{port}/"),
        format!("https://user@127.0.0.1:{port}/"),
        format!("https://localhost:{port}/"),
        format!("https://127.0.0.1.evil.example:{port}/"),
        format!("https://fcm.googleapis.com@127.0.0.1:{port}/"),
    ]
    .iter()
    .map(|endpoint| browser.subscription(endpoint))
    .collect();
    let good = browser.subscription(&peer.url("/"));
    tokens.extend(["{".into(), good.replace("\"auth\":\"", "\"auth\":\"=")]);
    tokens.push(json!({"endpoint": peer.url("/"), "keys": {"p256dh": "AAAA", "auth": "AAAA"}}).to_string());
    let bad_point = BASE64_URL_SAFE_NO_PAD.encode([4; 65]);
    tokens.push(json!({"endpoint": peer.url("/"), "keys": {"p256dh": bad_point, "auth": "A".repeat(22)}}).to_string());
    let count = tokens.len();
    let outcomes = send(&senders(&config), PUSH, tokens.into_iter().map(|token| device("web", token)).collect()).await;
    assert_eq!(outcomes.len(), count);
    assert!(outcomes.iter().all(|outcome| outcome.failure.is_some() && outcome.kind == "web"), "{outcomes:?}");
    let long = format!(r#"{{"data":{{"alert":"{}"}}}}"#, "x".repeat(4000));
    assert!(send(&senders(&config), &long, vec![device("web", good)]).await[0].failure.is_some());
    let good = browser.subscription(&peer.url("/"));
    let none = send(&senders(&config), r#"{"notification":{}}"#, vec![device("web", good)]).await;
    assert_eq!(none[0].failure, Some("invalid push payload".into()));
    assert_eq!((peer.asked().len(), peer.connections()), (0, 0));
}
