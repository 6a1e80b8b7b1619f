//! `kill -9` during a write load: every acknowledged object is there, none twice, and the file is whole.

use crate::support::{Actor, Client, Server};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread::{scope, sleep};
use std::time::Duration;

/// Times that the server is killed.
const ROUNDS: u32 = 20;
/// Clients that write at the same time.
const WRITERS: u32 = 6;
/// Objects in each batch of the writers that send batches.
const BATCH: u32 = 20;
/// Most rows of one find.
const PAGE: usize = 1000;

/// What the server has promised: the id of each key it said to have created, and how often a counter was raised.
#[derive(Default)]
struct Promised {
    created: BTreeMap<String, String>,
    raised: BTreeMap<String, u64>,
}

#[test]
fn nothing_acknowledged_is_lost_by_kill_9() {
    let mut server = Server::start(json!({ "allowClientClassCreation": true, "maxLimit": PAGE }));
    let client = server.client(Actor::Client);
    let counters: Vec<String> = (0..WRITERS).map(|_| create(&client, "Counter", json!({ "n": 0 })).unwrap()).collect();
    let promised = Mutex::new(Promised::default());
    for round in 0..ROUNDS {
        scope(|scope| {
            for writer in 0..WRITERS {
                let (counter, promised) = (&counters[writer as usize], &promised);
                let client = server.client(Actor::Client);
                scope.spawn(move || write_until_dead(&client, &format!("{round}-{writer}"), counter, promised));
            }
            // The moment of the kill differs from round to round; nothing depends on it.
            sleep(Duration::from_millis(u64::from(100 + round * 37 % 300)));
            server.kill();
        });
        server.restart();
        check(&server.client(Actor::Master), &counters, &promised.lock().unwrap());
    }
    let promised = promised.into_inner().unwrap();
    assert!(promised.created.len() > ROUNDS as usize && !promised.raised.is_empty(), "hardly anything was written");
    server.kill();
    let file = rusqlite::Connection::open(server.dir().join("x.db")).expect("open the database file");
    let verdict: String = file.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("integrity check");
    assert_eq!(verdict, "ok");
}

/// Creates objects, alone and in batches, and raises a counter, until the server does not answer any more.
fn write_until_dead(client: &Client, name: &str, counter: &str, promised: &Mutex<Promised>) {
    for turn in 0_u32.. {
        let key = format!("{name}-{turn}");
        let Some(id) = create(client, "Load", json!({ "key": key, "text": "x".repeat(200) })) else { return };
        promised.lock().unwrap().created.insert(key, id);
        if turn % 4 == 0 {
            let Some(created) = create_batch(client, &format!("{name}-{turn}")) else { return };
            promised.lock().unwrap().created.extend(created);
        }
        let raise = json!({ "n": { "__op": "Increment", "amount": 1 } }).to_string();
        let answer = client.try_send("PUT", &format!("/classes/Counter/{counter}"), &[], Some(raise.as_bytes()));
        let Ok(answer) = answer else { return };
        assert_eq!(answer.status, 200, "{}", answer.text());
        *promised.lock().unwrap().raised.entry(counter.to_owned()).or_default() += 1;
    }
}

fn create(client: &Client, class: &str, object: Value) -> Option<String> {
    let answer =
        client.try_send("POST", &format!("/classes/{class}"), &[], Some(object.to_string().as_bytes())).ok()?;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["objectId"].as_str().map(str::to_owned)
}

fn create_batch(client: &Client, name: &str) -> Option<Vec<(String, String)>> {
    let keys: Vec<String> = (0..BATCH).map(|at| format!("{name}-b{at}")).collect();
    let request = |key: &String| json!({ "method": "POST", "path": "/parse/classes/Load", "body": { "key": key } });
    let body = json!({ "requests": keys.iter().map(request).collect::<Value>() }).to_string();
    let answer = client.try_send("POST", "/batch", &[], Some(body.as_bytes())).ok()?;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let ids = answer.json();
    Some(keys.into_iter().zip(ids.as_array()?).map(|(key, item)| (key, id_of(&item["success"]))).collect())
}

fn id_of(object: &Value) -> String {
    object["objectId"].as_str().unwrap_or_else(|| panic!("no objectId in {object}")).to_owned()
}

/// Every acknowledged object is there, and none twice: `created` holds the ids by the field `key`.
pub fn check_created(client: &Client, created: &BTreeMap<String, String>) {
    let mut stored: BTreeMap<String, String> = BTreeMap::new();
    for row in all(client) {
        let key = row["key"].as_str().unwrap_or_else(|| panic!("half an object: {row}")).to_owned();
        let twice = stored.insert(key, id_of(&row));
        assert_eq!(twice, None, "stored twice: {row}");
    }
    for (key, id) in created {
        assert_eq!(stored.get(key), Some(id), "{key} was acknowledged");
    }
}

/// Compares all that is stored with all that was promised.
fn check(client: &Client, counters: &[String], promised: &Promised) {
    check_created(client, &promised.created);
    for counter in counters {
        let stored = client.get(&format!("/classes/Counter/{counter}")).json()["n"].as_u64().expect("a count");
        let raised = promised.raised.get(counter).copied().unwrap_or_default();
        // One unanswered increment a round may have been stored as well.
        assert!((raised..=raised + u64::from(ROUNDS)).contains(&stored), "{stored} stored, {raised} acknowledged");
    }
}

fn all(client: &Client) -> Vec<Value> {
    let mut rows: Vec<Value> = Vec::new();
    loop {
        let after = rows.last().map_or_else(|| json!({}), |last| json!({ "objectId": { "$gt": last["objectId"] } }));
        let page = client.get(&format!("/classes/Load?where={after}&order=objectId&keys=key&limit={PAGE}")).json();
        let page = page["results"].as_array().expect("results");
        rows.extend(page.iter().cloned());
        if page.len() < PAGE {
            return rows;
        }
    }
}
