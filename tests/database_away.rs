//! A MongoDB that is not there at the start, or goes away: the port answers, and all heals by itself.

use crate::support::backend::{away_with, mongo_uri};
use crate::support::relay::Relay;
use crate::support::{Actor, Answer, Backend, Server};
use serde_json::json;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Longest wait for anything.
const LIMIT: Duration = Duration::from_secs(30);

fn until(what: &str, server: &Server, mut done: impl FnMut() -> bool) {
    let end = Instant::now() + LIMIT;
    while !done() {
        assert!(Instant::now() < end, "{what}\n{}", server.output());
        sleep(Duration::from_millis(50));
    }
}

fn create(server: &Server) -> Answer {
    server.client(Actor::Master).post("/classes/Away", &json!({"n": 1}))
}

#[test]
fn a_server_waits_for_its_database_and_survives_its_loss() {
    if !Backend::has_mongo("the loss of the database") {
        return;
    }
    let uri = mongo_uri().expect("a MongoDB");
    let uri = uri.trim_end_matches('/');
    let relay = Relay::cut_from(uri.trim_start_matches("mongodb://"));
    let name = format!("mwit_away_{}", std::process::id());
    let settings = "serverSelectionTimeoutMS=500&heartbeatFrequencyMS=500";
    let schema = json!({"definitions": [{"className": "Defined", "fields": {"s": {"type": "String"}}}]});
    let server = Server::spawn(json!({
        "databaseURI": format!("mongodb://127.0.0.1:{}/{name}?{settings}", relay.port()),
        "schema": schema,
    }));
    let health = server.client(Actor::NoKeys);
    until("the port answers", &server, || health.try_send("GET", "/health", &[], None).is_ok());
    let answer = health.get("/health");
    assert_eq!((answer.status, answer.json()), (503, json!({"status": "starting"})));
    let early = create(&server);
    assert_eq!((early.status, early.json()), (503, json!({"code": 1, "error": "Invalid server state: starting"})));
    assert!(early.header("retry-after").is_some() && early.header("access-control-allow-origin") == Some("*"));

    relay.mend();
    until("the app opens", &server, || health.get("/health").status == 200);
    assert_eq!(create(&server).status, 201);
    let defined = server.client(Actor::Master).get("/schemas/Defined").json();
    assert_eq!(defined["fields"]["s"]["type"], "String", "what the start defines is made when the database is there");

    relay.cut();
    let lost = create(&server);
    assert_eq!((lost.status, lost.json()), (500, json!({"code": 1, "error": "Database error"})));
    relay.mend();
    until("writes work again", &server, || create(&server).status == 201);
    let count = server.client(Actor::Master).get("/classes/Away?count=1&limit=0").json();
    assert!(count["count"].as_u64() >= Some(2), "{count}");
    drop(server);
    away_with(&format!("{uri}/{name}"));
}
