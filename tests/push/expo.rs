//! Expo: requests of a hundred, tickets, patience.

use super::senders::{device, open, send};
use crate::support::peer::{Peer, Said};
use parsimony::config::{ExpoConfig, PushType, Secret, SenderConfig};
use parsimony::push::Senders;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const PUSH: &str = r#"{"data":{"alert":"hi","title":"T"}}"#;

fn senders(peer: &Peer) -> Senders {
    let config = ExpoConfig {
        access_token: Some(Secret::new("s3cr3t")),
        at_once: 6,
        pause: Duration::from_millis(1),
        endpoint: peer.url(""),
        ca: None,
    };
    open(PushType::Expo, SenderConfig::Expo(config)).unwrap()
}

fn devices(count: usize) -> Vec<parsimony::push::Device> {
    let expo = |n| parsimony::push::Device { push_type: Some("expo".into()), ..device("ios", format!("d{n:03}")) };
    (0..count).map(expo).collect()
}

fn tickets(asked: &Value) -> Value {
    let ticket = |message: &Value| match message["to"].as_str() {
        Some("d007") => {
            json!({"status": "error", "message": "\"d007\" is not registered", "details": {"error": "DeviceNotRegistered"}})
        }
        Some("d123") => json!({"status": "error", "message": "too big", "details": {"error": "MessageTooBig"}}),
        _ => json!({"status": "ok", "id": "x"}),
    };
    json!({"data": asked.as_array().unwrap().iter().map(ticket).collect::<Vec<_>>()})
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_go_in_a_request_and_each_has_its_ticket() {
    let peer = Peer::start(|asked| Said::Json(tickets(&asked.body)));
    let outcomes = send(&senders(&peer), PUSH, devices(250)).await;
    assert_eq!(outcomes.len(), 250);
    for outcome in &outcomes {
        let wanted = match outcome.token.as_str() {
            "d007" => Some("NotRegistered".into()),
            "d123" => Some("too big".into()),
            _ => None,
        };
        assert_eq!((&outcome.failure, outcome.kind.as_str()), (&wanted, "ios"), "{}", outcome.token);
    }
    let asked = peer.asked();
    let mut sizes: Vec<_> = asked.iter().map(|asked| asked.body.as_array().unwrap().len()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [50, 100, 100]);
    assert!(asked.iter().all(|asked| asked.path == "/--/api/v2/push/send"));
    assert!(asked.iter().all(|asked| asked.headers.contains(&("authorization".into(), "Bearer s3cr3t".into()))));
    assert_eq!(asked[0].body[0].to_string().split_once("\",").unwrap().1, r#""body":"hi","title":"T"}"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_are_made_again_later() {
    let times = AtomicUsize::new(0);
    let busy =
        || Said::With(429, "x: y", json!({"errors": [{"code": "TOO_MANY_REQUESTS", "message": "Slow."}]}).to_string());
    let peer = Peer::start(move |asked| match times.fetch_add(1, Ordering::SeqCst) {
        2 => Said::Json(tickets(&asked.body)),
        _ => busy(),
    });
    let senders = senders(&peer);
    assert_eq!(send(&senders, PUSH, devices(1)).await[0].failure, None);
    assert_eq!(peer.asked().len(), 3);
    assert_eq!(send(&senders, PUSH, devices(1)).await[0].failure, Some("Slow.".into()));
    assert_eq!(peer.asked().len(), 3, "two more tries, then it is enough");
}

#[tokio::test(flavor = "multi_thread")]
async fn senseless_answers_fail_each_device() {
    for (said, wanted) in [
        (Said::With(500, "x: y", "<p>".into()), "Expo responded with an error with status code 500: <p>"),
        (Said::With(200, "x: y", "nonsense".into()), "Expo responded with an error with status code 200: nonsense"),
        (Said::Json(json!({"data": []})), "Expected Expo to respond with 2 tickets but got 0"),
        (Said::Json(json!({"errors": [{"message": "Unauthorised."}]})), "Unauthorised."),
        (
            Said::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{".to_vec()),
            "the answer of Expo broke off, or is too large",
        ),
    ] {
        let said = std::sync::Mutex::new(Some(said));
        let peer = Peer::start(move |_| said.lock().unwrap().take().unwrap_or(Said::Nothing));
        let outcomes = send(&senders(&peer), PUSH, devices(2)).await;
        assert_eq!(outcomes.len(), 2);
        assert!(outcomes.iter().all(|outcome| outcome.failure == Some(wanted.into())), "{outcomes:?}");
    }
}
