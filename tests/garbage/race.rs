//! Many clients at once on what may happen once, or must be counted exactly.

use crate::support::{Actor, Answer, Client, Subject};
use serde_json::json;
use std::sync::Barrier;
use std::thread;

/// Clients at the same time.
const CLIENTS: usize = 50;

/// Sends the same from all clients at the same moment, each over a connection of its own.
fn at_once(subject: &Subject, send: impl Fn(&Client, usize) -> Answer + Sync) -> Vec<Answer> {
    let start = Barrier::new(CLIENTS);
    thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|n| {
                let (client, start, send) = (subject.client(Actor::Client), &start, &send);
                scope.spawn(move || {
                    start.wait();
                    send(&client, n)
                })
            })
            .collect();
        clients.into_iter().map(|client| client.join().unwrap()).collect()
    })
}

fn count(subject: &Subject, class: &str) -> u64 {
    let found = subject.client(Actor::Master).get(&format!("/classes/{class}?count=1&limit=0"));
    found.json()["count"].as_u64().unwrap()
}

#[test]
fn a_request_id_wins_once() {
    let options = json!({
        "allowClientClassCreation": true, "idempotencyOptions": { "paths": ["classes/Once.*"], "ttl": 300 },
    });
    let subject = Subject::start(options);
    if subject.own().is_none() {
        return; // The other server has no such options.
    }
    for (n, round) in ["a", "b", "\u{e9}"].into_iter().enumerate() {
        let class = format!("Once{n}");
        let answers = at_once(&subject, |client, n| {
            let body = json!({ "n": n }).to_string();
            client.send("POST", &format!("/classes/{class}"), &[("X-Parse-Request-Id", round)], Some(body.as_bytes()))
        });
        let won = answers.iter().filter(|answer| answer.status == 201).count();
        let duplicate = json!({ "code": 159, "error": "Duplicate request" });
        let lost = answers.iter().filter(|answer| answer.status == 400 && answer.json() == duplicate).count();
        assert_eq!((won, lost, count(&subject, &class)), (1, CLIENTS - 1, 1));
    }
    subject.assert_well();
}

#[test]
fn increments_and_additions_are_all_counted() {
    let subject = Subject::start(json!({ "allowClientClassCreation": true }));
    let client = subject.client(Actor::Client);
    let made = client.post("/classes/Counter", &json!({ "n": 0, "all": [], "set": [], "o": { "k": 0 } }));
    let path = format!("/classes/Counter/{}", made.json()["objectId"].as_str().unwrap());
    let answers = at_once(&subject, |client, n| {
        let add = |op: &str, value: usize| json!({ "__op": op, "objects": [value] });
        let by_one = json!({ "__op": "Increment", "amount": 1 });
        let body = json!({ "n": by_one, "o.k": by_one, "all": add("Add", n), "set": add("AddUnique", n % 5) });
        client.send("PUT", &path, &[], Some(body.to_string().as_bytes()))
    });
    let mut told: Vec<u64> = answers.iter().map(|answer| answer.json()["n"].as_u64().unwrap()).collect();
    told.sort_unstable();
    assert_eq!(told, (1..=CLIENTS as u64).collect::<Vec<_>>(), "each saw its own step");
    let object = client.get(&path).json();
    assert_eq!((object["n"].clone(), object["o"]["k"].clone()), (json!(CLIENTS), json!(CLIENTS)));
    let mut all: Vec<u64> = object["all"].as_array().unwrap().iter().filter_map(serde_json::Value::as_u64).collect();
    all.sort_unstable();
    assert_eq!(all, (0..CLIENTS as u64).collect::<Vec<_>>());
    assert_eq!(object["set"].as_array().map(Vec::len), Some(5));
    subject.assert_well();
}

#[test]
fn a_rate_limit_lets_so_many_through() {
    let limit = json!([{
        "requestPath": "/classes/*path", "requestTimeWindow": 3_600_000, "requestCount": 20, "includeInternalRequests": true,
    }]);
    let subject = Subject::start(json!({ "allowClientClassCreation": true, "rateLimit": limit }));
    if subject.own().is_none() {
        return; // The other server has no such options.
    }
    let answers = at_once(&subject, |client, n| client.post("/classes/Limited", &json!({ "n": n })));
    let through = answers.iter().filter(|answer| answer.status == 201).count();
    let told = json!({ "code": 100, "error": "Too many requests." });
    let refused = answers.iter().filter(|answer| answer.status == 429 && answer.json() == told).count();
    assert_eq!((through, refused, count(&subject, "Limited")), (20, CLIENTS - 20, 20));
    subject.assert_well();
}

#[test]
fn a_new_class_and_its_columns_are_made_once() {
    let subject = Subject::start(json!({ "allowClientClassCreation": true }));
    let answers = at_once(&subject, |client, n| {
        client.post(
            "/classes/Fresh",
            &json!({ "n": n, format!("own{}", n % 10): n, "rel": {
            "__op": "AddRelation", "objects": [{ "__type": "Pointer", "className": "Fresh", "objectId": "x" }]
        } }),
        )
    });
    let failed: Vec<String> = answers.iter().filter(|answer| answer.status != 201).map(Answer::text).collect();
    assert!(failed.is_empty(), "{failed:?}");
    assert_eq!(count(&subject, "Fresh"), CLIENTS as u64);
    let fields = subject.client(Actor::Master).get("/schemas/Fresh").json()["fields"].as_object().map(|map| map.len());
    assert_eq!(fields, Some(4 + 1 + 10 + 1));
    subject.assert_well();
}

#[test]
fn one_type_of_a_new_column_wins() {
    let subject = Subject::start(json!({ "allowClientClassCreation": true }));
    let answers = at_once(&subject, |client, n| {
        let value = if n % 2 == 0 { json!(n) } else { json!(n.to_string()) };
        client.post("/classes/Typed", &json!({ "v": value }))
    });
    let (stored, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert!(refused.iter().all(|answer| answer.status == 400 && answer.json()["code"] == json!(111)));
    assert_eq!((stored.len(), count(&subject, "Typed")), (CLIENTS / 2, CLIENTS as u64 / 2));
    subject.assert_well();
}

#[test]
fn an_object_is_deleted_once() {
    let subject = Subject::start(json!({ "allowClientClassCreation": true }));
    let made = subject.client(Actor::Client).post("/classes/Gone", &json!({ "a": 1 }));
    let path = format!("/classes/Gone/{}", made.json()["objectId"].as_str().unwrap());
    let answers = at_once(&subject, |client, _| client.send("DELETE", &path, &[], None));
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    assert_eq!(answers.iter().filter(|answer| answer.status == 404).count(), CLIENTS - 1);
    subject.assert_well();
}
