//! Push: what is sent to each service, and what is made of its answers, against services of the tests' own.

mod delivery;
mod expo;
mod fcm;
mod kit;
mod requests;
mod senders;
mod web;

use crate::support::http2::{Door, Http2Peer, Said};
use serde_json::json;
use std::time::Duration;

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
