//! A MongoDB that keeps its connections and answers nothing for a while: nobody waits for ever, nothing acknowledged is lost, and
//! all heals by itself.

use crate::support::backend::{away_with, mongo_uri};
use crate::support::mongo_peer::Peer;
use crate::support::{Actor, Backend, Server};
use serde_json::json;
use std::collections::HashSet;
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

/// How many ask at the same time.
const CALLERS: usize = 40;
/// The longest that an answer may take: the time of a request, and some for a machine with other work.
const PATIENCE: Duration = Duration::from_secs(15);

/// Stores an object and looks for objects; the id, if it was stored.
fn ask(server: &Server) -> Option<String> {
    let client = server.client(Actor::Master);
    let begun = Instant::now();
    let stored = client.post("/classes/Frozen", &json!({ "n": 1 }));
    let found = client.get("/classes/Frozen?limit=1");
    assert!(begun.elapsed() < PATIENCE, "an answer took {:?}", begun.elapsed());
    for answer in [&stored, &found] {
        let is_told =
            answer.status < 300 || answer.json()["code"].as_i64().is_some_and(|code| [1, 124].contains(&code));
        assert!(is_told, "{} {}", answer.status, answer.text());
    }
    stored.json()["objectId"].as_str().map(str::to_owned)
}

fn all_ask(server: &Server) -> Vec<String> {
    scope(|scope| {
        let callers: Vec<_> = (0..CALLERS).map(|_| scope.spawn(|| ask(server))).collect();
        callers.into_iter().filter_map(|caller| caller.join().unwrap()).collect()
    })
}

#[test]
fn a_frozen_database_holds_nobody_for_ever_and_loses_nothing() {
    if !Backend::has_mongo("a frozen database") {
        return;
    }
    let database = format!("{}/mh_frozen_{}", mongo_uri().unwrap().trim_end_matches('/'), std::process::id());
    let peer = Peer::before(&database);
    let settings = "heartbeatFrequencyMS=500&connectTimeoutMS=500&serverSelectionTimeoutMS=500";
    let server =
        Server::start_on(Backend::Sqlite, json!({ "databaseURI": peer.uri(settings), "requestTimeout": 2000 }));
    let mut stored = all_ask(&server);
    assert_eq!(stored.len(), CALLERS);
    peer.freeze(true);
    let during = all_ask(&server);
    assert!(during.is_empty(), "{during:?}");
    assert!(peer.connections() < 3 * CALLERS, "{}", peer.connections());
    peer.freeze(false);
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        match ask(&server) {
            Some(id) => break stored.push(id),
            None => assert!(Instant::now() < until, "it does not heal\n{}", server.output()),
        }
        sleep(Duration::from_millis(100));
    }
    stored.extend(all_ask(&server));
    let rows = server.client(Actor::Master).get("/classes/Frozen?limit=1000&keys=n").json();
    let there: HashSet<&str> =
        rows["results"].as_array().unwrap().iter().filter_map(|r| r["objectId"].as_str()).collect();
    assert!(stored.iter().all(|id| there.contains(id.as_str())), "an acknowledged write is lost");
    drop(server);
    away_with(&database);
}
