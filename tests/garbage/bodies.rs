//! Bodies that are broken, too large, or larger inside than outside.

use crate::support::subject::{is_parse_error, is_sound};
use crate::support::{Actor, Answer, Subject};
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use serde_json::{Value, json};
use std::io::Write;

/// `{"encoding":"br"}`, compressed.
const OBJECT_BR: &[u8] = include_bytes!("object.br");
/// An object with 200 MiB of spaces in a string, compressed to 352 bytes.
const BOMB_BR: &[u8] = include_bytes!("bomb.br");
/// What is in the bombs made here.
const BOMB_SIZE: usize = 200 << 20;

fn post(subject: &Subject, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    subject.client(Actor::Client).send("POST", "/classes/Body", headers, Some(body))
}

#[test]
fn bytes_that_are_no_json_are_refused() {
    let subject = Subject::start(json!({ "allowClientClassCreation": true }));
    let broken: [&[u8]; 8] = [
        b"\0",
        b"{\"a\":\"\0\"}",
        b"{\"a\":1\0}",
        b"\xff\xfe{\x00}\x00",
        b"\x1f\x8b\x08\x00",
        b"{\"a\":\"\n\"}",
        b"{\"a\":\"\t\"}",
        b"{\"\xff\":",
    ];
    for body in broken {
        let answer = post(&subject, &[], body);
        assert_eq!(answer.status, 400, "{body:?}: {}", answer.text());
        assert!(is_parse_error(&answer), "{body:?}: {}", answer.text());
    }
    subject.assert_well();
}

#[test]
fn invalid_utf8_in_a_text_is_replaced_or_refused() {
    let subject = Subject::start(json!({ "allowClientClassCreation": true }));
    for body in [&b"{\"a\":\"x\xff\xc3\x28y\"}"[..], b"{\"a\":\"\xed\xa0\x80\"}", b"{\"a\":[\"\xf0\x9f\"]}"] {
        let answer = post(&subject, &[], body);
        assert!(is_sound(&answer), "{body:?}: {} {}", answer.status, answer.text());
        if answer.status == 201 {
            let path = format!("/classes/Body/{}", answer.json()["objectId"].as_str().unwrap());
            assert!(subject.client(Actor::Client).get(&path).text().contains('\u{fffd}'));
        }
    }
    let key = post(&subject, &[], b"{\"a\xff\":1}");
    assert_eq!((key.status, key.json()["code"].clone()), (400, json!(105)), "{}", key.text());
    subject.assert_well();
}

#[test]
fn huge_parts_of_a_body_are_taken_or_refused() {
    let subject = Subject::start(json!({ "allowClientClassCreation": true }));
    let nested =
        |open: &str, close: &str, depth: usize| format!("{{\"a\":{}1{}}}", open.repeat(depth), close.repeat(depth));
    let keys: Vec<String> = (0..50_000).map(|at| format!("\"k{at}\":{at}")).collect();
    let bodies = [
        ("a key of a megabyte", format!("{{\"{}\":1}}", "k".repeat(1 << 20))),
        ("a key of a megabyte inside", format!("{{\"a\":{{\"{}\":1}}}}", "k".repeat(1 << 20))),
        ("a number of 10,000 digits", format!("{{\"n\":{}}}", "9".repeat(10_000))),
        ("50,000 keys inside", format!("{{\"o\":{{{}}}}}", keys.join(","))),
        ("100,000 brackets", nested("[", "]", 100_000)),
        ("100,000 braces", nested("{\"a\":", "}", 100_000)),
        ("100,000 open brackets", "[".repeat(100_000)),
    ];
    for (what, body) in bodies {
        let answer = post(&subject, &[], body.as_bytes());
        assert!(subject.own().is_none() || is_sound(&answer), "{what}: {} {}", answer.status, answer.text());
    }
    let deep = post(&subject, &[], nested("[", "]", 101).as_bytes());
    assert!(subject.own().is_none() || is_parse_error(&deep), "101 levels: {}", deep.text());
    subject.assert_well();
}

#[test]
fn a_body_over_the_limit_is_refused_however_it_comes() {
    let subject = Subject::start(json!({ "allowClientClassCreation": true }));
    let body = format!("{{\"a\":\"{}\"}}", " ".repeat(21 << 20));
    let too_large = |what: &str, answer: &Answer| {
        assert_eq!((answer.status, answer.text().as_str()), (413, r#"{"error":"request entity too large"}"#), "{what}");
    };
    too_large("plain", &post(&subject, &[], body.as_bytes()));
    too_large("text", &post(&subject, &[("Content-Type", "text/plain")], body.as_bytes()));
    for (encoding, bomb) in bombs() {
        too_large(encoding, &post(&subject, &[("Content-Encoding", encoding)], &bomb));
    }
    subject.assert_well();
}

#[test]
fn compressed_bodies_are_read_and_broken_ones_refused() {
    let subject = Subject::start(json!({ "allowClientClassCreation": true }));
    let object = |encoding: &str| json!({ "encoding": encoding }).to_string().into_bytes();
    let good = [("gzip", gzip(&object("gzip"))), ("deflate", zlib(&object("deflate"))), ("br", OBJECT_BR.to_vec())];
    for (encoding, body) in good {
        let answer = post(&subject, &[("Content-Encoding", encoding)], &body);
        assert_eq!(answer.status, 201, "{encoding}: {}", answer.text());
        let id = answer.json()["objectId"].as_str().unwrap().to_owned();
        let read = subject.client(Actor::Client).get(&format!("/classes/Body/{id}")).json();
        assert_eq!(read["encoding"], Value::from(encoding));
        let cut = post(&subject, &[("Content-Encoding", encoding)], &body[..body.len() / 2]);
        assert_eq!((cut.status, is_parse_error(&cut)), (400, true), "{encoding} cut: {}", cut.text());
        let wrong = post(&subject, &[("Content-Encoding", encoding)], b"{\"a\":1} and not compressed");
        assert_eq!((wrong.status, is_parse_error(&wrong)), (400, true), "{encoding} wrong: {}", wrong.text());
    }
    for encoding in ["compress", "gzip, gzip", "x"] {
        let answer = post(&subject, &[("Content-Encoding", encoding)], b"{\"a\":1}");
        let told = json!({ "error": format!("unsupported content encoding \"{encoding}\"") });
        assert_eq!((answer.status, answer.json()), (415, told));
    }
    subject.assert_well();
}

#[test]
fn raw_deflate_is_refused_or_read() {
    let subject = Subject::start(json!({ "allowClientClassCreation": true }));
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(b"{\"a\":1}").unwrap();
    let answer = post(&subject, &[("Content-Encoding", "deflate")], &encoder.finish().unwrap());
    assert!(is_sound(&answer), "{} {}", answer.status, answer.text());
}

/// Small bodies that inflate to far more than the limit, with their encoding.
pub fn bombs() -> Vec<(&'static str, Vec<u8>)> {
    let mut body = b"{\"a\":\"".to_vec();
    body.resize(BOMB_SIZE, b' ');
    body.extend_from_slice(b"\"}");
    vec![("gzip", gzip(&body)), ("deflate", zlib(&body)), ("br", BOMB_BR.to_vec())]
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}

fn zlib(body: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).unwrap();
    encoder.finish().unwrap()
}
