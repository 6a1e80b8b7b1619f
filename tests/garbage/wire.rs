//! Bytes on the socket that are no proper HTTP.

use crate::support::raw::Raw;
use crate::support::{Actor, Subject};
use serde_json::json;
use std::time::Duration;

/// Longest wait for an answer or the end of a connection.
const LIMIT: Duration = Duration::from_secs(20);

#[test]
fn broken_http_gets_4xx_or_a_closed_connection() {
    let subject = Subject::start(json!({ "allowClientClassCreation": true }));
    let post =
        |headers: &str, body: &str| format!("POST /parse/classes/A HTTP/1.1\r\nHost: x\r\n{headers}\r\n\r\n{body}");
    let get = |target: &str, headers: &str| format!("GET {target} HTTP/1.1\r\nHost: x\r\n{headers}\r\n");
    let requests: Vec<(&str, Vec<u8>)> = vec![
        ("no request", b"GARBAGE\r\n\r\n".to_vec()),
        ("no target", b"GET\r\n\r\n".to_vec()),
        ("TLS", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n".to_vec()),
        ("zeros", vec![0; 64 * 1024]),
        ("HTTP/9.9", b"GET /parse/health HTTP/9.9\r\nHost: x\r\n\r\n".to_vec()),
        ("a header without colon", get("/parse/health", "nothing\r\n").into_bytes()),
        ("a header with a space in its name", get("/parse/health", "a b: c\r\n").into_bytes()),
        ("a header with NUL", get("/parse/health", "a: \0b\r\n").into_bytes()),
        ("a header of 1 MB", get("/parse/health", &format!("a: {}\r\n", "x".repeat(1 << 20))).into_bytes()),
        ("20,000 headers", get("/parse/health", &"a: b\r\n".repeat(20_000)).into_bytes()),
        ("a target of 1 MB", get(&format!("/parse/{}", "x".repeat(1 << 20)), "").into_bytes()),
        ("a target with a NUL", get("/parse/he\0alth", "").into_bytes()),
        ("a target with a space", get("/parse/he alth", "").into_bytes()),
        ("a negative length", post("Content-Length: -1", "{}").into_bytes()),
        ("a length that is no number", post("Content-Length: x", "{}").into_bytes()),
        ("a length beyond all numbers", post("Content-Length: 99999999999999999999999", "{}").into_bytes()),
        ("two lengths", post("Content-Length: 2\r\nContent-Length: 3", "{}x").into_bytes()),
        ("a chunk whose size is no number", post("Transfer-Encoding: chunked", "zz\r\n{}\r\n0\r\n\r\n").into_bytes()),
        ("a chunk with a huge size", post("Transfer-Encoding: chunked", "ffffffffffffffffff\r\n{}").into_bytes()),
    ];
    let watch = subject.watch();
    for (what, bytes) in requests {
        let mut raw = Raw::connect(subject.base());
        raw.send(&bytes);
        match raw.answer(LIMIT) {
            Some(answer) => assert!((400..500).contains(&answer.status), "{what}: {} {}", answer.status, answer.text()),
            None => assert!(raw.closed_within(LIMIT), "{what}: neither an answer nor the end"),
        }
    }
    drop(watch);
    subject.assert_well();
}

#[test]
fn a_length_and_chunks_together_smuggle_no_second_request() {
    let subject = Subject::start(json!({ "allowClientClassCreation": true }));
    let smuggled = "POST /parse/classes/Smuggled HTTP/1.1\r\nHost: x\r\nX-Parse-Application-Id: app\r\nContent-Length: 2\r\n\r\n{}";
    let request = format!(
        "POST /parse/classes/A HTTP/1.1\r\nHost: x\r\nX-Parse-Application-Id: app\r\nContent-Length: 5\r\n\
         Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}"
    );
    let mut raw = Raw::connect(subject.base());
    raw.send(request.as_bytes());
    while raw.answer(Duration::from_secs(2)).is_some() {}
    let found = subject.client(Actor::Master).get("/classes/Smuggled?count=1&limit=0");
    assert_eq!(found.json(), json!({ "results": [], "count": 0 }));
    subject.assert_well();
}

#[test]
fn odd_but_valid_http_is_served() {
    let subject = Subject::start(json!({ "allowClientClassCreation": true }));
    let ok = r#"{"status":"ok"}"#;
    let mut pipelined = Raw::connect(subject.base());
    pipelined.send("GET /parse/health HTTP/1.1\r\nHost: x\r\n\r\n".repeat(3).as_bytes());
    for _ in 0..3 {
        assert_eq!(pipelined.answer(LIMIT).map(|answer| answer.text()).as_deref(), Some(ok));
    }
    let mut drops = Raw::connect(subject.base());
    for byte in b"GET /parse/health HTTP/1.1\r\nhOsT: x\r\n\r\n" {
        drops.send(&[*byte]);
    }
    assert_eq!(drops.answer(LIMIT).map(|answer| answer.text()).as_deref(), Some(ok));
    let mut old = Raw::connect(subject.base());
    old.send(b"GET /parse/health HTTP/1.0\r\n\r\n");
    assert_eq!(old.answer(LIMIT).map(|answer| answer.text()).as_deref(), Some(ok));
    let mut chunked = Raw::connect(subject.base());
    chunked.send(
        b"POST /parse/classes/A HTTP/1.1\r\nHost: x\r\nX-Parse-Application-Id: app\r\nTransfer-Encoding: chunked\r\n\r\n\
          3\r\n{\"a\r\n4;x=y\r\n\":1}\r\n0\r\nTrailer: x\r\n\r\n",
    );
    assert_eq!(chunked.answer(LIMIT).map(|answer| answer.status), Some(201));
    subject.assert_well();
}

#[test]
fn a_body_announced_over_the_limit_is_refused_before_it_comes() {
    let subject = Subject::start(json!({ "allowClientClassCreation": true }));
    if subject.own().is_none() {
        return; // Parse Server reads a body to its end before it answers.
    }
    let mut raw = Raw::connect(subject.base());
    raw.send(
        b"POST /parse/classes/A HTTP/1.1\r\nHost: x\r\nX-Parse-Application-Id: app\r\nContent-Length: 99000000\r\n\r\n",
    );
    let answer = raw.answer(LIMIT).expect("an answer");
    assert_eq!((answer.status, answer.text().as_str()), (413, r#"{"error":"request entity too large"}"#));
    subject.assert_well();
}

#[test]
fn an_endless_body_is_cut_off() {
    let subject = Subject::start(json!({ "allowClientClassCreation": true }));
    if subject.own().is_none() {
        return; // Parse Server reads a body to its end before it answers.
    }
    let mut raw = Raw::connect(subject.base());
    raw.send(b"POST /parse/classes/A HTTP/1.1\r\nHost: x\r\nX-Parse-Application-Id: app\r\nTransfer-Encoding: chunked\r\n\r\n");
    let chunk = format!("100000\r\n{}\r\n", " ".repeat(1 << 20));
    let sent = (0..40).take_while(|_| raw.send(chunk.as_bytes())).count();
    match raw.answer(LIMIT) {
        Some(answer) => assert_eq!(answer.status, 413, "{}", answer.text()),
        None => assert!(sent < 40 || raw.closed_within(LIMIT), "40 MiB were taken and the connection is still open"),
    }
    subject.assert_well();
}
