//! Clients that take for ever: they are cut off by the time-outs, and cost nobody else anything.

use crate::support::raw::Raw;
use crate::support::{Actor, Subject};
use serde_json::json;
use std::time::{Duration, Instant};

/// The server's limits in these tests, in milliseconds: short, so that the tests are.
const TIMEOUT_MS: u64 = 1000;
/// A slow client that is still connected after this has not been cut off at all.
const LIMIT: Duration = Duration::from_secs(20);
/// Slow clients at the same time.
const CLIENTS: usize = 100;

#[test]
fn slow_headers_and_bodies_are_cut_off_while_others_are_served() {
    let options = json!({ "allowClientClassCreation": true, "headerTimeout": TIMEOUT_MS, "bodyTimeout": TIMEOUT_MS });
    let subject = Subject::start(options);
    if subject.own().is_none() {
        return; // The time-outs are options of ours.
    }
    let head = "POST /parse/classes/Slow HTTP/1.1\r\nHost: x\r\nX-Parse-Application-Id: app\r\n";
    let starts = ["", "P", head, &format!("{head}Content-Length: 1000\r\n\r\n{{\"a\":\"")];
    let mut slow: Vec<Raw> = (0..CLIENTS).map(|_| Raw::connect(subject.base())).collect();
    for (at, raw) in slow.iter_mut().enumerate() {
        raw.send(starts[at % starts.len()].as_bytes());
    }
    let watch = subject.watch();
    let until = Instant::now() + LIMIT;
    let client = subject.client(Actor::Client);
    while !slow.is_empty() {
        assert!(Instant::now() < until, "{} slow clients are still connected", slow.len());
        assert_eq!(client.post("/classes/Quick", &json!({ "a": 1 })).status, 201);
        slow.retain_mut(|raw| raw.send(b"x") && !raw.closed_within(Duration::from_millis(10)));
    }
    drop(watch);
    let found = subject.client(Actor::Master).get("/classes/Slow?count=1&limit=0");
    assert_eq!(found.json(), json!({ "results": [], "count": 0 }));
    subject.assert_well();
}
