//! Push: what is sent to each service, and what is made of its answers, against services of the tests' own.

mod apns;
mod delivery;
mod expo;
mod fcm;
mod kit;
mod requests;
mod senders;
mod services;
mod web;

use crate::support::http2::{Door, Http2Peer, Said};
use parsimony::config::{Input, PushConfig, load};
use parsimony::model::id::Random;
use parsimony::model::{Date, Value as ParseValue, wire};
use parsimony::push::{Device, Push, Senders};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Devices of a test: token, type, app.
type Devices = Vec<(String, &'static str, Option<&'static str>)>;

/// No randomness at all.
struct Zeros;

impl Random for Zeros {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

/// A new key for ES256.
fn key() -> rcgen::KeyPair {
    rcgen::KeyPair::generate().unwrap()
}

/// What is made of the option `push`, where `NODE_ENV` is this, or what is wrong with it.
fn config(push: Value, environment: &str) -> Result<PushConfig, String> {
    let file = json!({"appId": "a", "masterKey": "m", "push": push}).to_string();
    let loaded = load(Input {
        file: Some(Path::new("config.json")),
        flags: Vec::new(),
        env: &BTreeMap::from([("NODE_ENV".to_owned(), environment.to_owned())]),
        read_file: &|_| Ok(file.clone()),
        made_app: &mut |_| panic!("an app is configured"),
    });
    Ok(loaded.map_err(|error| error.to_string())?.server.apps.remove(0).push.unwrap())
}

/// What sends as the option `push` says, or what is wrong with it.
fn senders(push: Value) -> Result<Senders, String> {
    let random: Arc<dyn Random> = Arc::new(Zeros);
    Senders::open(&config(push, "")?, &random).map_err(|error| error.to_string())
}

/// What comes of a push, by token: nothing, or the failure.
async fn outcomes(senders: &Senders, body: &Value, now: i64, devices: Devices) -> BTreeMap<String, Option<String>> {
    let ParseValue::Object(body) = wire::parse_text(&body.to_string(), wire::MAX_DEPTH).unwrap() else {
        panic!("{body} is no object")
    };
    let device = |(token, kind, app): (String, &str, Option<&str>)| Device {
        token,
        kind: kind.to_owned(),
        push_type: None,
        app: app.map(str::to_owned),
    };
    let sent = senders.send(Push { body: &body, now: Date(now) }, devices.into_iter().map(device).collect()).await;
    let text = |why: ParseValue| why.as_str().unwrap().to_owned();
    sent.into_iter().map(|outcome| (outcome.token, outcome.failure.map(text))).collect()
}

/// The service of the tests behaves as its users expect of it.
#[tokio::test(flavor = "multi_thread")]
async fn the_service_speaks_http2() {
    let peer = Http2Peer::behind(Door { streams: Some(10), certificate: true }, |asked| match asked.path.as_str() {
        "/json" => Said::json(410, &json!({"reason": "Unregistered"})),
        "/late" => Said::Late(Duration::from_millis(20), Box::new(Said::ok())),
        "/leave" => Said::Leave(Box::new(Said::ok())),
        "/reset" => Said::Reset(h2::Reason::INTERNAL_ERROR),
        "/hang-up" => Said::HangUp,
        _ => Said::Nothing,
    });
    let (certificate, key) = peer.certify("an app");
    let client = reqwest::Client::builder()
        .tls_certs_only([reqwest::Certificate::from_pem(peer.ca().as_bytes()).unwrap()])
        .identity(reqwest::Identity::from_pem(format!("{certificate}{key}").as_bytes()).unwrap())
        .timeout(Duration::from_secs(1))
        .build()
        .unwrap();
    let ask = async |path: &str| client.post(peer.url(path)).header("X-One", "1").body("{\"a\":1}").send().await;
    let answer = ask("/json").await.unwrap();
    assert_eq!((answer.version(), answer.status().as_u16()), (reqwest::Version::HTTP_2, 410));
    assert_eq!(answer.text().await.unwrap(), r#"{"reason":"Unregistered"}"#);
    let asked = peer.asked().remove(0);
    assert_eq!((asked.method.as_str(), asked.path.as_str(), asked.header("x-one")), ("POST", "/json", Some("1")));
    assert_eq!((asked.json(), asked.connection, asked.certificate.is_some()), (json!({"a": 1}), 1, true));
    assert_eq!(ask("/late").await.unwrap().status(), 200);
    assert_eq!(ask("/leave").await.unwrap().status(), 200);
    // What is asked before the word reaches the caller is still answered where it came.
    while peer.connections() < 2 {
        assert_eq!(ask("/late").await.unwrap().status(), 200);
    }
    ask("/reset").await.unwrap_err();
    assert!(ask("/nothing").await.unwrap_err().is_timeout());
    ask("/hang-up").await.unwrap_err();
    assert_eq!((ask("/late").await.unwrap().status().as_u16(), peer.connections()), (200, 3));
}
