//! Requests that cost little to send and would cost much to answer if time or memory grew faster than they do.

use crate::support::backend::{Backend, lacks};
use crate::support::raw::Raw;
use crate::support::subject::{is_parse_error, is_sound};
use crate::support::{Actor, Answer, Client, Subject};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// The process may have this much memory at its worst, KiB: what bounds single requests, several times.
const PEAK_KIB: u64 = 900 * 1024;

fn find(client: &Client, class: &str, mut parameters: Value) -> Answer {
    parameters["_method"] = "GET".into();
    client.post(&format!("/classes/{class}"), &parameters)
}

fn create(client: &Client, class: &str, body: &Value) -> String {
    let answer = client.post(&format!("/classes/{class}"), body);
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["objectId"].as_str().unwrap().to_owned()
}

fn pointer(class: &str, id: &str) -> Value {
    json!({ "__type": "Pointer", "className": class, "objectId": id })
}

#[test]
fn long_lists_take_no_longer_than_they_are() {
    let subject = Subject::start(json!({ "allowClientClassCreation": true }));
    let client = subject.client(Actor::Client);
    let watch = subject.watch();
    let descending: Vec<String> = (0..100_000).rev().map(|n| format!("\"{n}\":1")).collect();
    let body = format!("{{\"o\":{{{}}}}}", descending.join(","));
    assert_eq!(client.send("POST", "/classes/Long", &[], Some(body.as_bytes())).status, 201, "integer-like keys");
    let list = client.post("/classes/Long", &json!(vec![1; 100_000]));
    assert_eq!(list.json()["code"], json!(105), "a list as a body");
    let turn = |n: i32| f64::from(n) / 50_000.0 * std::f64::consts::TAU;
    let ring: Vec<[f64; 2]> = (0..50_000).map(|n| [10.0 * turn(n).cos(), 10.0 * turn(n).sin()]).collect();
    assert_eq!(
        client.post("/classes/Long", &json!({ "pg": { "__type": "Polygon", "coordinates": ring } })).status,
        201,
        "a polygon"
    );
    let entries: serde_json::Map<String, Value> =
        (0..50_000).map(|n| (format!("u{n}"), json!({ "read": true, "write": true }))).collect();
    let mut acl = Value::Object(entries);
    acl["*"] = json!({ "read": true, "write": true });
    let id = create(&client, "Long", &json!({ "ACL": acl }));
    let read = client.get(&format!("/classes/Long/{id}"));
    assert_eq!(read.json()["ACL"].as_object().map(serde_json::Map::len), Some(50_001), "an access list");
    let id = create(&client, "Long", &json!({ "a": [] }));
    let put = |body: Value| client.send("PUT", &format!("/classes/Long/{id}"), &[], Some(body.to_string().as_bytes()));
    let numbers = |from: usize| (from..from + 50_000).collect::<Vec<_>>();
    for (op, from, left) in [("AddUnique", 0, 50_000), ("AddUnique", 25_000, 75_000), ("Remove", 0, 25_000)] {
        if op == "Remove" && Backend::chosen() == Backend::Mongo && lacks().contains(&"caseSensitive") {
            eprintln!(
                "left out: the MongoDB of TEST_MONGO_URI compares every element of a list with all that are to go"
            );
            break;
        }
        let answer = put(json!({ "a": { "__op": op, "objects": numbers(from) } }));
        assert_eq!(answer.json()["a"].as_array().map(Vec::len), Some(left), "{op}");
    }
    drop(watch);
    subject.assert_well();
}

#[test]
fn far_elements_and_large_objects_are_bounded() {
    let subject = Subject::start(json!({ "allowClientClassCreation": true }));
    let Some(server) = subject.own() else { return };
    let client = subject.client(Actor::Client);
    let id = create(&client, "Large", &json!({ "a": [1], "o": {}, "t": [] }));
    let path = format!("/classes/Large/{id}");
    let put = |body: &Value| client.send("PUT", &path, &[], Some(body.to_string().as_bytes()));
    assert_eq!(put(&json!({ "a.5": 1 })).status, 200);
    let far: Value =
        (1..=2000).map(|n| (format!("a.{}", n * 9000), json!(1))).collect::<serde_json::Map<_, _>>().into();
    for body in [json!({ "a.4000000000": 1 }), far] {
        let answer = put(&body);
        assert_eq!((answer.status, answer.json()["code"].clone()), (400, json!(111)), "{}", answer.text());
    }
    // Grows by a megabyte a time, until it may not.
    let more = json!({ "t": { "__op": "Add", "objects": ["x".repeat(4 << 20)] } });
    let refused = (0..20).map(|_| put(&more)).find(|answer| answer.status != 200).expect("an end of growth");
    assert_eq!((refused.status, refused.json()["code"].clone()), (400, json!(116)), "{}", refused.text());
    assert_eq!(client.get(&path).status, 200);
    assert!(server.peak_kib() < PEAK_KIB, "{} KiB", server.peak_kib());
    subject.assert_well();
}

#[test]
fn many_fields_are_stored_and_found() {
    let subject = Subject::start(json!({ "allowClientClassCreation": true }));
    let client = subject.client(Actor::Client);
    let fields: serde_json::Map<String, Value> = (0..3000).map(|n| (format!("f{n}"), json!(n))).collect();
    let id = create(&client, "Wide", &Value::Object(fields));
    create(&client, "Wide", &json!({ "f1": 0, "f2999": 0 }));
    for field in ["f1", "f1500", "f2999"] {
        let n: u64 = field[1..].parse().unwrap();
        let found = find(
            &client,
            "Wide",
            json!({ "where": { field: { "$gte": n } }, "order": format!("-{field}"), "keys": "f1" }),
        );
        assert_eq!(found.json()["results"][0]["objectId"], json!(id), "{field}: {}", found.text());
        assert_eq!(found.json()["results"].as_array().map(Vec::len), Some(1));
    }
    let put = format!("/classes/Wide/{id}");
    assert_eq!(
        client.send("PUT", &put, &[], Some(br#"{"f2999":{"__op":"Increment","amount":1}}"#)).json()["f2999"],
        json!(3000)
    );
    subject.assert_well();
}

#[test]
fn long_parameters_are_taken_or_refused() {
    let subject = Subject::start(json!({ "allowClientClassCreation": true }));
    if subject.own().is_none() {
        return;
    }
    let client = subject.client(Actor::Client);
    let master = subject.client(Actor::Master);
    create(&client, "Param", &json!({ "n": 1, "x": 1.5, "o": { "k": 1 }, "s": "a" }));
    let names = |count: usize, name: &str| (0..count).map(|n| format!("{name}{n}")).collect::<Vec<_>>().join(",");
    let watch = subject.watch();
    let same = find(&client, "Param", json!({ "order": vec!["n"; 10_000].join(","), "keys": names(10_000, "k") }));
    assert_eq!(same.status, 200, "{}", same.text());
    for order in [names(33, "o.k"), names(5000, "o.k")] {
        let answer = find(&client, "Param", json!({ "order": order }));
        assert_eq!((answer.status, answer.json()["code"].clone()), (400, json!(102)), "{}", answer.text());
    }
    for (who, parameters, code) in [
        (&client, json!({ "include": names(10_000, "p") }), Some(102)),
        (&client, json!({ "keys": names(10_000, "p").replace(',', ".x,") + ".x" }), Some(102)),
        (&client, json!({ "include": vec!["p"; 100_000].join(".") }), Some(102)),
        (&master, json!({ "include": vec!["p"; 100_000].join(".") }), Some(102)),
        (&master, json!({ "include": names(10_000, "p") }), None),
        (&master, json!({ "include": names(1_000_000, "p") }), Some(102)),
        (&client, json!({ "excludeKeys": names(100_000, "p") }), None),
    ] {
        let answer = find(who, "Param", parameters);
        assert_eq!(answer.json().get("code"), code.map(|code| json!(code)).as_ref(), "{}", answer.text());
        assert!(is_sound(&answer));
    }
    for (parameters, rows) in [
        (json!({ "where": { "n": { "$in": (0..100_000).collect::<Vec<_>>() } } }), 1),
        (json!({ "where": { "x": { "$in": (0..100_000).map(|n| f64::from(n) + 0.5).collect::<Vec<_>>() } } }), 1),
        (json!({ "where": { "o.k": { "$nin": (5..100_005).collect::<Vec<_>>() } } }), 1),
        (
            json!({ "where": (0..20_000).map(|n| (format!("o.k{n}"), json!(null))).collect::<serde_json::Map<_, _>>() }),
            1,
        ),
        (
            json!({ "where": { "$or": (0..10_000).map(|n| json!({ "s": { "$regex": format!("b{n}") } })).collect::<Value>() } }),
            0,
        ),
        (json!({ "where": { "$nor": (0..40_000).map(|n| json!({ "n": n + 5 })).collect::<Value>() } }), 1),
        (json!({ "skip": 9_000_000_000_000_000_u64 }), 0),
        (json!({ "limit": 1e300 }), 1),
    ] {
        let answer = find(&client, "Param", parameters);
        assert_eq!(answer.json()["results"].as_array().map(Vec::len), Some(rows), "{}", answer.text());
    }
    drop(watch);
    subject.assert_well();
}

#[test]
fn includes_that_multiply_are_refused() {
    let subject = Subject::start(json!({ "allowClientClassCreation": true }));
    let Some(server) = subject.own() else { return };
    let client = subject.client(Actor::Client);
    let mut id = create(&client, "Inc0", &json!({ "s": "x".repeat(1000) }));
    for level in 1..=4 {
        let to = pointer(&format!("Inc{}", level - 1), &id);
        id = create(&client, &format!("Inc{level}"), &json!({ "a": vec![to; 100] }));
    }
    let watch = subject.watch();
    let few = find(&client, "Inc2", json!({ "include": "a,a.a" }));
    assert_eq!(few.json()["results"][0]["a"][99]["a"][99]["s"].as_str().map(str::len), Some(1000));
    let many = find(&client, "Inc4", json!({ "include": "a.a.a.a" }));
    assert_eq!((many.status, many.json()["code"].clone()), (400, json!(102)), "{}", many.text());
    let request = json!({ "method": "GET", "path": "/parse/classes/Inc2", "body": { "include": "a.a" } });
    let batch = client.post("/batch", &json!({ "requests": vec![request; 100] }));
    assert_eq!(batch.status, 200, "{}", batch.text());
    drop(watch);
    assert!(server.peak_kib() < PEAK_KIB, "{} KiB", server.peak_kib());
    subject.assert_well();
}

#[test]
fn many_large_bodies_at_once_wait_for_each_other() {
    let subject = Subject::start(json!({ "allowClientClassCreation": true }));
    let Some(server) = subject.own() else { return };
    let zeros = format!("{{\"a\":[{}0]}}", "0,".repeat(500_000));
    let text = format!("{{\"t\":\"{}\"}}", "x".repeat(4 << 20));
    let watch = subject.watch();
    thread::scope(|scope| {
        for n in 0..24 {
            let (client, body) = (subject.client(Actor::Client), if n % 2 == 0 { &zeros } else { &text });
            scope.spawn(move || {
                let answer = client.send("POST", &format!("/classes/Big{}", n % 2), &[], Some(body.as_bytes()));
                assert!(is_sound(&answer), "{}", answer.text());
            });
        }
    });
    drop(watch);
    assert!(server.peak_kib() < PEAK_KIB, "{} KiB", server.peak_kib());
    subject.assert_well();
}

#[test]
fn large_answers_that_nobody_takes_do_not_pile_up() {
    let subject = Subject::start(json!({ "allowClientClassCreation": true }));
    let Some(server) = subject.own() else { return };
    let client = subject.client(Actor::Client);
    for _ in 0..4 {
        create(&client, "Heavy", &json!({ "t": "x".repeat(10 << 20) }));
    }
    let ask = "GET /parse/classes/Heavy HTTP/1.1\r\nHost: x\r\nX-Parse-Application-Id: app\r\n\r\n";
    let mut deaf: Vec<Raw> = (0..40).map(|_| Raw::connect(subject.base())).collect();
    assert!(deaf.iter_mut().all(|raw| raw.send(ask.as_bytes())));
    let found = || client.get("/classes/Heavy?keys=n").json()["results"].as_array().map(Vec::len);
    let watch = subject.watch();
    let mut refused = 0;
    for _ in 0..20 {
        assert_eq!(client.post("/classes/Light", &json!({ "a": 1 })).status, 201);
        let answer = client.get("/classes/Heavy");
        assert!(is_sound(&answer), "{}", answer.status);
        refused += usize::from(answer.status != 200 && answer.json()["code"] == json!(155));
    }
    assert!(refused > 0, "all answers found room");
    assert_eq!(found(), Some(4), "small answers go on");
    assert!(server.peak_kib() < PEAK_KIB, "{} KiB", server.peak_kib());
    drop(deaf);
    let until = Instant::now() + Duration::from_secs(20);
    while client.get("/classes/Heavy").status != 200 {
        assert!(Instant::now() < until, "the room was not given back");
    }
    drop(watch);
    subject.assert_well();
}

/// Looks ahead at every letter and tries every way: a pattern for the engine that goes back.
const SLOW: &str = "(?=(a+)+b)a|(?<!a+)c";

/// Is it a database that refuses the pattern? A line says so.
fn refuses_slow() -> bool {
    let refuses = Backend::chosen() == Backend::Mongo;
    if refuses {
        eprintln!("left out on MongoDB: it takes no look-behind of any length, and bounds the work of patterns itself");
    }
    refuses
}

fn slow_rows(client: &Client) {
    for _ in 0..10 {
        let create = |n: usize| {
            let body = json!({ "s": "a".repeat(2000 + n), "n": n });
            json!({ "method": "POST", "path": "/parse/classes/Slow", "body": body })
        };
        let batch = client.post("/batch", &json!({ "requests": (0..100).map(create).collect::<Vec<_>>() }));
        assert_eq!(batch.status, 200);
    }
}

#[test]
fn cheap_reads_go_on_while_dear_ones_keep_all_readers_busy() {
    if refuses_slow() {
        return;
    }
    let subject = Subject::start(json!({ "allowClientClassCreation": true, "requestTimeout": 5000 }));
    if subject.own().is_none() {
        return; // The database behind the oracle has no limit.
    }
    let client = subject.client(Actor::Client);
    slow_rows(&client);
    let running = AtomicUsize::new(16);
    let watch = subject.watch();
    thread::scope(|scope| {
        for _ in 0..16 {
            let (client, running) = (subject.client(Actor::Client), &running);
            scope.spawn(move || {
                let answer = find(&client, "Slow", json!({ "where": { "s": { "$regex": SLOW } }, "limit": 1 }));
                running.fetch_sub(1, Ordering::SeqCst);
                assert!(is_parse_error(&answer) && answer.json()["code"] == json!(124), "{}", answer.text());
            });
        }
        let mut served = 0;
        while running.load(Ordering::SeqCst) > 0 {
            let found = find(&client, "Slow", json!({ "where": { "n": 7 }, "keys": "n" }));
            assert_eq!(found.json()["results"].as_array().map(Vec::len), Some(10), "{}", found.text());
            assert_eq!(client.post("/classes/Quick", &json!({ "a": 1 })).status, 201);
            served += 1;
        }
        assert!(served > 5, "only {served} cheap reads while the dear ones ran");
    });
    drop(watch);
    subject.assert_well();
}

#[test]
fn a_batch_of_dear_queries_ends_with_its_deadline() {
    if refuses_slow() {
        return;
    }
    let subject = Subject::start(json!({ "allowClientClassCreation": true, "requestTimeout": 3000 }));
    if subject.own().is_none() {
        return;
    }
    let client = subject.client(Actor::Client);
    slow_rows(&client);
    let query = json!({ "where": { "s": { "$regex": SLOW } }, "limit": 1 });
    let request = json!({ "method": "GET", "path": "/parse/classes/Slow", "body": query });
    let watch = subject.watch();
    let answer = client.post("/batch", &json!({ "requests": vec![request; 50] }));
    assert!(is_sound(&answer), "{}", answer.text());
    let timed_out = |one: &Value| one["error"]["code"] == json!(124);
    assert!(answer.status == 400 || answer.json().as_array().unwrap().iter().all(timed_out), "{}", answer.text());
    assert_eq!(find(&client, "Slow", json!({ "where": { "n": 7 }, "keys": "n" })).status, 200);
    drop(watch);
    subject.assert_well();
}
