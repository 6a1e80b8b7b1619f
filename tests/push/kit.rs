//! A server of an app whose pushes go to services played here.

use crate::support::http2::{Asked, Http2Peer};
use crate::support::{Actor, Client, Server};
use rcgen::KeyPair;
use serde_json::{Value, json};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// The longest wait for a push.
const LIMIT: Duration = Duration::from_secs(60);

/// `push.ios` for a service played here, by a key made for it.
pub fn ios(peer: &Http2Peer) -> Value {
    let key = KeyPair::generate().expect("a key").serialize_pem();
    json!({
        "token": {"key": key, "keyId": "KEY", "teamId": "TEAM"}, "topic": "com.app", "production": false,
        "address": "127.0.0.1", "port": peer.address().port(), "ca": peer.ca(),
    })
}

/// A server with `push.ios`, and other options.
pub fn server(peer: &Http2Peer, more: Value) -> Server {
    let mut options = json!({"push": {"ios": ios(peer)}});
    options.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    Server::start(options)
}

/// Stores installations of iPhones: what each has besides `deviceType` and `appIdentifier`.
pub fn install(master: &Client, installations: &[Value]) {
    let phone = json!({"deviceType": "ios", "appIdentifier": "com.app"});
    let requests = installations.iter().map(|own| {
        let mut body = phone.clone();
        body.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
        json!({"method": "POST", "path": "/parse/installations", "body": body})
    });
    let requests: Vec<Value> = requests.collect();
    for some in requests.chunks(50) {
        let answer = master.post("/batch", &json!({"requests": some}));
        let stored = answer.json().as_array().is_some_and(|all| all.iter().all(|one| one["success"].is_object()));
        assert!(stored, "{}", answer.text());
    }
}

/// Sends a push; the id of its status.
pub fn push(master: &Client, body: &Value) -> String {
    let answer = master.post("/push", body);
    assert_eq!((answer.status, answer.text().as_str()), (200, r#"{"result":true}"#), "{body}");
    answer.header("x-parse-push-status-id").expect("the id of a status").to_owned()
}

/// The status of a push when it has come to its end.
pub fn ended(master: &Client, id: &str) -> Value {
    let until = Instant::now() + LIMIT;
    loop {
        let row = master.get(&format!("/classes/_PushStatus/{id}")).json();
        if matches!(row["status"].as_str(), Some("succeeded" | "failed")) {
            return row;
        }
        assert!(Instant::now() < until, "{row}");
        sleep(Duration::from_millis(20));
    }
}

/// Sends a push and waits for its end.
pub fn pushed(master: &Client, body: &Value) -> Value {
    ended(master, &push(master, body))
}

/// The token and the body of every question since the last look, by token.
pub fn received(peer: &Http2Peer) -> Vec<(String, Value)> {
    let one = |asked: Asked| (asked.path.trim_start_matches("/3/device/").to_owned(), asked.json());
    let mut all: Vec<(String, Value)> = peer.asked().into_iter().map(one).collect();
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

/// The master key's client.
pub fn master(server: &Server) -> Client {
    server.client(Actor::Master)
}
