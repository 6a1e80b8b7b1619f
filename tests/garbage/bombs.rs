//! Cheap requests that are dear to answer: regular expressions, huge and deep conditions, many includes, big batches.

use super::bodies;
use crate::support::subject::{is_parse_error, is_sound};
use crate::support::{Actor, Answer, Client, Subject};
use serde_json::{Value, json};

/// Resident memory may grow by this much over the repeated rounds, in KiB: what an allocator keeps, not a leak.
const GROWTH_KIB: u64 = 48 * 1024;
/// Rounds before and after the first look at the memory.
const ROUNDS: usize = 3;

/// Finds by `POST`, since the conditions are longer than a URL may be.
fn find(client: &Client, class: &str, parameters: Value) -> Answer {
    let mut body = parameters;
    body["_method"] = "GET".into();
    client.post(&format!("/classes/{class}"), &body)
}

fn rows(client: &Client) {
    for n in 0..50 {
        assert_eq!(client.post("/classes/Bomb", &json!({ "n": n, "s": "a".repeat(20 + n * 50) + "!" })).status, 201);
    }
}

fn regex_bombs() -> Vec<String> {
    let mut bombs: Vec<String> = [
        "(a+)+$",
        "(a|aa)+$",
        "(a|a?)+$",
        "(.*a){25}$",
        "^(([a-z])+.)+[A-Z]([a-z])+$",
        "((a*)*)*b",
        "(a+)\\1+b",
        "(?=(a+)+b)a",
        "a{1000}{1000}",
        "(?:a{0,1000}){0,1000}b",
        "(?<!a+)b",
        "(?:(?:(?:a?)+)+)+b",
        "\\p{L}+\\p{N}+(a+)+$",
        "(x+x+)+y",
        "(?R)",
    ]
    .map(str::to_owned)
    .to_vec();
    bombs.push(format!("{}a{}", "(".repeat(5000), ")".repeat(5000)));
    bombs.push("a?".repeat(5000) + &"a".repeat(5000));
    bombs.push("a|".repeat(50_000));
    bombs.push("[".repeat(10_000));
    bombs
}

#[test]
fn regex_bombs_are_answered() {
    let subject = Subject::start(json!({ "allowClientClassCreation": true }));
    if subject.own().is_none() {
        return; // The database behind the oracle has no limit.
    }
    let client = subject.client(Actor::Client);
    rows(&client);
    let watch = subject.watch();
    for bomb in regex_bombs() {
        for options in ["", "i", "msx"] {
            let condition = json!({ "s": { "$regex": bomb, "$options": options } });
            let condition = if options.is_empty() { json!({ "s": { "$regex": bomb } }) } else { condition };
            let answer = find(&client, "Bomb", json!({ "where": condition }));
            let start: String = bomb.chars().take(60).collect();
            assert!(is_sound(&answer), "{start}: {} {}", answer.status, answer.text());
        }
    }
    drop(watch);
    subject.assert_well();
}

#[test]
fn huge_conditions_find_what_they_say() {
    let subject = Subject::start(json!({ "allowClientClassCreation": true }));
    let client = subject.client(Actor::Client);
    rows(&client);
    let watch = subject.watch();
    let many = |count: usize| (0..count).map(|n| json!({ "n": n })).collect::<Value>();
    let numbers: Vec<usize> = (10..100_000).collect();
    for (condition, expected) in [
        (json!({ "$or": many(10_000) }), 50),
        (json!({ "$nor": (10..10_010).map(|n| json!({ "n": n })).collect::<Value>() }), 10),
        (json!({ "n": { "$in": numbers } }), 40),
        (json!({ "n": { "$nin": numbers } }), 10),
        (json!({ "$and": (0..10_000).map(|n| json!({ "n": { "$ne": n + 20 } })).collect::<Value>() }), 20),
    ] {
        let answer = find(&client, "Bomb", json!({ "where": condition, "count": 1, "limit": 0 }));
        let start: String = condition.to_string().chars().take(60).collect();
        assert_eq!((answer.status, answer.json()), (200, json!({ "results": [], "count": expected })), "{start}");
    }
    drop(watch);
    subject.assert_well();
}

#[test]
fn deep_conditions_and_many_parts_are_refused() {
    let subject = Subject::start(json!({ "allowClientClassCreation": true }));
    if subject.own().is_none() {
        return; // Parse Server leaves these open by default.
    }
    let client = subject.client(Actor::Client);
    rows(&client);
    let nested = |depth: usize| (0..depth).fold(json!({ "n": 1 }), |inner, _| json!({ "$or": [inner] }));
    assert_eq!(
        find(&client, "Bomb", json!({ "where": nested(10) })).json()["results"].as_array().map(Vec::len),
        Some(1)
    );
    let depth = find(&client, "Bomb", json!({ "where": nested(11) }));
    let told = json!({ "code": 102, "error": "Query condition nesting depth exceeds maximum allowed depth of 10" });
    assert_eq!((depth.status, depth.json()), (400, told));
    let subquery = |depth: usize| {
        (0..depth).fold(json!({}), |inner, _| json!({ "p": { "$inQuery": { "className": "Bomb", "where": inner } } }))
    };
    let deep = find(&client, "Bomb", json!({ "where": subquery(11) }));
    assert!(is_parse_error(&deep), "{}", deep.text());
    let wide: Vec<String> = (0..101).map(|n| format!("f{n}")).collect();
    for include in [wide.join(","), ["p"; 11].join(".")] {
        let answer = find(&client, "Bomb", json!({ "include": include }));
        assert_eq!((answer.status, answer.json()["code"].clone()), (400, json!(102)), "{}", answer.text());
    }
    let request = json!({ "method": "POST", "path": "/parse/classes/Bomb", "body": {} });
    let batch = |count: usize| client.post("/batch", &json!({ "requests": vec![request.clone(); count] }));
    assert_eq!(batch(100).json().as_array().map(Vec::len), Some(100));
    let told = "Batch request contains 101 sub-requests, which exceeds the limit of 100.";
    assert_eq!((batch(101).status, batch(101).json()), (400, json!({ "code": 107, "error": told })));
    // As text: a tree of that depth would be too much for the test itself.
    let deep = |open: &str, close: &str| {
        format!("{{\"_method\":\"GET\",\"where\":{}{{}}{}}}", open.repeat(1000), close.repeat(1000))
    };
    for deep in [deep("{\"$or\":[", "]}"), deep("{\"p\":{\"$inQuery\":{\"className\":\"Bomb\",\"where\":", "}}}")] {
        let answer = subject.client(Actor::Master).send("POST", "/classes/Bomb", &[], Some(deep.as_bytes()));
        assert!(is_parse_error(&answer), "{}", answer.text());
    }
    for order in [vec!["n"; 10_000].join(","), "x".repeat(100_000)] {
        assert!(is_sound(&find(&client, "Bomb", json!({ "order": order, "keys": order }))));
    }
    subject.assert_well();
}

#[test]
fn memory_stays_flat_under_garbage() {
    let subject = Subject::start(json!({ "allowClientClassCreation": true }));
    let Some(server) = subject.own() else { return };
    let client = subject.client(Actor::Client);
    rows(&client);
    let bombs = bodies::bombs();
    let or: Value = (0..10_000).map(|n| json!({ "n": n })).collect();
    let round = || {
        for (encoding, bomb) in &bombs {
            client.send("POST", "/classes/Bomb", &[("Content-Encoding", encoding)], Some(bomb));
        }
        find(&client, "Bomb", json!({ "where": { "$or": or.clone() } }));
        find(&client, "Bomb", json!({ "where": { "s": { "$regex": "(a+)+$" } } }));
        client.send("POST", "/classes/Bomb", &[], Some("[".repeat(1 << 20).as_bytes()));
        client.send("POST", "/classes/Bomb", &[], Some(&vec![b' '; 21 << 20]));
    };
    (0..ROUNDS).for_each(|_| round());
    let before = server.resident_kib();
    (0..2 * ROUNDS).for_each(|_| round());
    let after = server.resident_kib();
    assert!(after < before + GROWTH_KIB, "resident memory grew from {before} to {after} KiB");
    subject.assert_well();
}
