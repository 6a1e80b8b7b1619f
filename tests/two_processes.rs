//! Two servers on one MongoDB database: what one changes, the other sees.

use crate::support::backend::Place;
use crate::support::{Actor, Backend, Client, Peer, Said, Server};
use serde_json::{Value, json};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Longest wait for what is seen by looking every few seconds.
const LIMIT: Duration = Duration::from_secs(15);

/// Two servers on one database; it is dropped after them.
fn pair() -> Option<(Server, Server, Place)> {
    if !Backend::has_mongo("two servers on one database") {
        return None;
    }
    let place = Place::new(Backend::Mongo, TempDir::new().expect("a directory").path());
    let start =
        || Server::start_on(Backend::Sqlite, json!({"databaseURI": place.uri(), "allowClientClassCreation": true}));
    let (one, other) = (start(), start());
    Some((one, other, place))
}

fn until(what: &str, mut done: impl FnMut() -> bool) {
    let end = Instant::now() + LIMIT;
    while !done() {
        assert!(Instant::now() < end, "{what}");
        sleep(Duration::from_millis(50));
    }
}

fn found(client: &Client, class: &str, clause: &Value) -> usize {
    let path = format!("/classes/{class}?where={clause}");
    let answer = client.get(&crate::support::client::escape(&path));
    answer.json()["results"].as_array().unwrap_or_else(|| panic!("{}", answer.text())).len()
}

#[test]
fn what_one_makes_the_other_knows_at_once() {
    let Some((one, other, _place)) = pair() else { return };
    let (one, other) = (one.client(Actor::Master), other.client(Actor::Master));
    let target = one.post("/classes/Target", &json!({"n": 1})).json()["objectId"].clone();
    let pointer = json!({"__type": "Pointer", "className": "Target", "objectId": target});
    // Whether a value is a pointer, a place or a date stands in the schema alone.
    for (round, column) in ["p", "q", "r"].into_iter().enumerate() {
        let near = json!({"__type": "GeoPoint", "latitude": round, "longitude": 2});
        let made = one.post("/classes/Made", &json!({column: pointer, "n": round}));
        assert_eq!(made.status, 201, "{}", made.text());
        assert_eq!(found(&other, "Made", &json!({column: pointer})), 1, "{column}");
        assert_eq!(
            one.post("/classes/Place", &json!({format!("g{round}"): near})).status,
            if round == 0 { 201 } else { 400 }
        );
    }
    let row = &other.get("/classes/Place").json()["results"][0];
    assert_eq!(row["g0"], json!({"__type": "GeoPoint", "latitude": 0, "longitude": 2}));
    let sorted = other.get("/classes/Made?order=-n&limit=1").json();
    assert_eq!(sorted["results"][0]["n"], 2);
    let conflict = other.post("/classes/Made", &json!({"n": "text"}));
    assert_eq!((conflict.status, conflict.json()["code"].clone()), (400, json!(111)));
    let again = other.post("/schemas/Target", &json!({"className": "Target"}));
    assert_eq!(again.json()["code"], 103, "a class of the other's making is there");
    assert_eq!(other.send("DELETE", "/schemas/Place", &[], None).json()["code"], 255, "it is not empty");
}

#[test]
fn permissions_and_webhooks_of_the_other_count_soon() {
    let Some((one, other, _place)) = pair() else { return };
    let (master, client) = (one.client(Actor::Master), other.client(Actor::Client));
    assert_eq!(master.post("/classes/Shut", &json!({"n": 1})).status, 201);
    assert_eq!(client.get("/classes/Shut").status, 200);
    let shut = json!({"classLevelPermissions": {"find": {}, "get": {}}});
    assert_eq!(master.send("PUT", "/schemas/Shut", &[], Some(shut.to_string().as_bytes())).status, 200);
    until("the class is shut", || client.get("/classes/Shut").json()["code"] == 119);

    let peer = Peer::start(|_| Said::Json(json!({"success": "hi"})));
    let hook = json!({"functionName": "hello", "url": peer.url("/hello")});
    assert_eq!(master.post("/hooks/functions", &hook).status, 200);
    until("the function is there", || client.post("/functions/hello", &json!({})).json() == json!({"result": "hi"}));
    let away = json!({"__op": "Delete"}).to_string();
    assert_eq!(master.send("PUT", "/hooks/functions/hello", &[], Some(away.as_bytes())).status, 200);
    until("the function is gone", || client.post("/functions/hello", &json!({})).json()["code"] == 141);

    let config = json!({"params": {"limit": 5}}).to_string();
    assert_eq!(master.send("PUT", "/config", &[], Some(config.as_bytes())).status, 200);
    assert_eq!(client.get("/config").json()["params"], json!({"limit": 5}), "the configuration is read each time");
}
