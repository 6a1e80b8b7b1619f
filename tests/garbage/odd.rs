//! Odd requests that one connection sends, byte for byte, and what Parse Server 9.10 answers them on Node 20.

use crate::support::raw::Raw;
use crate::support::{Actor, Subject};
use serde_json::{Value, json};
use std::time::Duration;

/// Longest wait for an answer.
const LIMIT: Duration = Duration::from_secs(20);
/// What makes a request one of the app's.
const APP: &str = "X-Parse-Application-Id: app\r\n";
/// Any answer with the id of a new object.
const MADE: &str = r#"{"objectId":""#;
const UNAUTHORIZED: &str = r#"{"error":"unauthorized"}"#;

fn get(method: &str, target: &str, headers: &str) -> Vec<u8> {
    format!("{method} {target} HTTP/1.1\r\nHost: x\r\n{headers}\r\n").into_bytes()
}

fn post(headers: &str, body: &[u8]) -> Vec<u8> {
    let head =
        format!("POST /parse/classes/Odd HTTP/1.1\r\nHost: x\r\n{APP}{headers}Content-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn chunked(body: &str) -> Vec<u8> {
    format!("POST /parse/classes/Odd HTTP/1.1\r\nHost: x\r\n{APP}Transfer-Encoding: chunked\r\n\r\n{body}").into_bytes()
}

/// Each is sent over a connection of its own; the answer has the status, and a body that begins so.
fn hold(requests: Vec<(&str, Vec<u8>, u16, &str)>) {
    let subject = Subject::start(json!({ "allowClientClassCreation": true }));
    for (what, bytes, status, body) in requests {
        let mut raw = Raw::connect(subject.base());
        raw.send(&bytes);
        let mut answer = raw.answer(LIMIT).unwrap_or_else(|| panic!("{what}: no answer"));
        if answer.status == 100 {
            answer = raw.answer(LIMIT).unwrap_or_else(|| panic!("{what}: no answer after the first"));
        }
        assert_eq!(answer.status, status, "{what}: {}", answer.text());
        assert!(answer.text().starts_with(body), "{what}: {}", answer.text());
    }
    subject.assert_well();
}

#[test]
fn odd_heads_are_answered_as_by_parse_server() {
    let find = "/parse/classes/Odd?limit=0";
    let none = r#"{"results":[]}"#;
    let page = "<!DOCTYPE html>";
    let (app, other) = (APP, "X-Parse-Application-Id: other\r\n");
    hold(vec![
        ("the app id twice", get("GET", find, &app.repeat(2)), 403, UNAUTHORIZED),
        ("another app id behind", get("GET", find, &format!("{app}{other}")), 403, UNAUTHORIZED),
        ("another app id in front", get("GET", find, &format!("{other}{app}")), 403, UNAUTHORIZED),
        (
            "another master key behind",
            get("GET", "/parse/schemas", &format!("{app}X-Parse-Master-Key: mk\r\nX-Parse-Master-Key: x\r\n")),
            403,
            r#"{"error":"Permission denied"}"#,
        ),
        ("an absolute target", get("GET", "http://elsewhere/parse/classes/Odd?limit=0", app), 200, none),
        ("two hosts", get("GET", find, &format!("Host: y\r\n{app}")), 200, none),
        ("HEAD", get("HEAD", "/parse/nothing", &format!("{app}Connection: close\r\n")), 404, ""),
        ("PATCH", get("PATCH", "/parse/classes/Odd", app), 404, page),
        ("TRACE", get("TRACE", "/parse/classes/Odd", app), 404, page),
        ("OPTIONS for all", get("OPTIONS", "*", ""), 404, page),
        ("OPTIONS", get("OPTIONS", "/parse/classes/%zz", ""), 200, "OK"),
        ("a slash in a class name", get("GET", "/parse/classes/a%2Fb?limit=0", app), 200, none),
        ("a NUL in a class name", get("GET", "/parse/classes/a%00b?limit=0", app), 200, none),
        ("a NUL in an id", get("GET", "/parse/classes/Odd/a%00b", app), 404, r#"{"code":101,"#),
        ("a slash in an id", get("GET", "/parse/classes/Odd/a%2Fb", app), 404, r#"{"code":101,"#),
        ("dots", get("GET", "/parse/classes/../classes/Odd", app), 404, page),
        ("encoded dots", get("GET", "/parse/classes/%2e%2e/Odd?limit=0", app), 400, r#"{"code":102,"#),
        ("two slashes behind the mount", get("GET", "/parse//classes/Odd?limit=0", app), 200, none),
        ("two slashes later", get("GET", "/parse/classes//Odd?limit=0", app), 404, page),
        ("a bad escape", get("GET", "/parse/classes/%zz", app), 400, r#"{"error":"Failed to decode param '%zz'"}"#),
        (
            "an escape that is no UTF-8",
            get("GET", "/parse/classes/%ff", app),
            400,
            r#"{"error":"Failed to decode param '%ff'"}"#,
        ),
        ("an overlong escape", get("GET", "/parse/classes/%c0%af", app), 400, r#"{"error":"Failed to decode param"#),
        ("a bad escape in the query", get("GET", "/parse/classes/Odd?where=%zz", app), 400, r#"{"code":107,"#),
        (
            "a context that is no JSON",
            get("GET", find, &format!("{app}X-Parse-Cloud-Context: {{\r\n")),
            400,
            r#"{"code":107,"#,
        ),
        (
            "a token that is no UTF-8",
            [
                &get("GET", find, app)[..b"GET /parse/classes/Odd?limit=0 HTTP/1.1\r\n".len()],
                b"Host: x\r\nX-Parse-Application-Id: app\r\nX-Parse-Session-Token: r:\xff\r\n\r\n",
            ]
            .concat(),
            400,
            r#"{"code":209,"#,
        ),
        ("80 headers more", get("GET", find, &format!("{app}{}", "X-A: b\r\n".repeat(80))), 200, none),
        ("a range", get("GET", find, &format!("{app}Range: bytes=0-1\r\n")), 200, none),
        (
            "an upgrade",
            get(
                "GET",
                find,
                &format!("{app}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n"),
            ),
            200,
            none,
        ),
        ("a long id", get("GET", &format!("/parse/classes/Odd/{}", "a".repeat(5000)), app), 404, r#"{"code":101,"#),
        ("a number for a class", get("GET", "/parse/classes/123?limit=0", app), 200, none),
    ]);
}

#[test]
fn odd_bodies_are_answered_as_by_parse_server() {
    let wrong = r#"{"error":""#;
    let request = |body: &str| post("", body.as_bytes());
    hold(vec![
        ("a client that waits", post("Expect: 100-continue\r\n", br#"{"a":1}"#), 201, MADE),
        ("chunks", chunked("7\r\n{\"a\":1}\r\n0\r\n\r\n"), 201, MADE),
        ("a chunk whose size is no number", chunked("zz\r\n{\"a\":1}\r\n0\r\n\r\n"), 400, ""),
        ("a chunk of negative size", chunked("-1\r\n{}\r\n0\r\n\r\n"), 400, ""),
        ("a chunk longer than its size", chunked("2\r\n{}xx\r\n0\r\n\r\n"), 400, ""),
        ("a GET with a body", [&b"GET /parse/classes/Odd HTTP/1.1\r\nHost: x\r\nX-Parse-Application-Id: app\r\nContent-Length: 11\r\n\r\n"[..], br#"{"limit":0}"#].concat(), 200, r#"{"results":[]}"#),
        ("a DELETE with a bad body", b"DELETE /parse/classes/Odd/x HTTP/1.1\r\nHost: x\r\nX-Parse-Application-Id: app\r\nContent-Length: 4\r\n\r\n{bad".to_vec(), 400, wrong),
        ("no body at all", format!("POST /parse/classes/Odd HTTP/1.1\r\nHost: x\r\n{APP}\r\n").into_bytes(), 201, MADE),
        ("an empty body", request(""), 201, MADE),
        ("blanks", request("  "), 400, wrong),
        ("a byte order mark", post("", b"\xef\xbb\xbf{\"a\":1}"), 201, MADE),
        ("Latin-1", post("Content-Type: application/json; charset=iso-8859-1\r\n", b"{\"a\":\"\xe9\"}"), 415, wrong),
        ("overlong UTF-8", post("", b"{\"s\":\"\xc0\xaf\"}"), 201, MADE),
        ("two encodings", post("Content-Encoding: identity, identity\r\n", b"{}"), 415, wrong),
        ("a picture", post("Content-Type: image/png\r\n", br#"{"a":1}"#), 201, MADE),
        ("a form in parts", post("Content-Type: multipart/form-data; boundary=x\r\n", b"xx"), 201, MADE),
        ("a form", post("Content-Type: application/x-www-form-urlencoded\r\n", b"s=%zz"), 201, MADE),
        ("NaN", request(r#"{"a":NaN}"#), 400, wrong),
        ("Infinity", request(r#"{"a":Infinity}"#), 400, wrong),
        ("a hexadecimal number", request(r#"{"a":0x10}"#), 400, wrong),
        ("a comment", request(r#"{"a":1/*x*/}"#), 400, wrong),
        ("a prototype inside", request(r#"{"o":{"__proto__":{"x":1}}}"#), 400, r#"{"code":105,"#),
        ("a constructor inside", request(r#"{"o":{"constructor":1}}"#), 400, r#"{"code":105,"#),
        ("a driver's type inside", request(r#"{"o":{"_bsontype":"Code"}}"#), 400, r#"{"code":105,"#),
        ("an empty key", request(r#"{"":1}"#), 400, r#"{"code":105,"error":"Invalid field name: ."}"#),
        ("an empty key inside", request(r#"{"o":{"":1}}"#), 201, MADE),
        ("a key of another type again", request(r#"{"a":"x","a":2}"#), 201, MADE),
        ("a NUL in a text", request(r#"{"s":"a\u0000b"}"#), 201, MADE),
    ]);
}

#[test]
fn a_body_shorter_than_announced_is_waited_for() {
    let subject = Subject::start(json!({ "allowClientClassCreation": true, "bodyTimeout": 1000 }));
    if subject.own().is_none() {
        return; // The time-out is an option of ours.
    }
    let mut raw = Raw::connect(subject.base());
    raw.send(
        format!("POST /parse/classes/Odd HTTP/1.1\r\nHost: x\r\n{APP}Content-Length: 50\r\n\r\n{{\"a\":1}}").as_bytes(),
    );
    let answer = raw.answer(LIMIT).expect("an answer");
    assert_eq!((answer.status, answer.json()), (408, json!({ "error": "The request body did not arrive in time." })));
    let found = subject.client(Actor::Master).get("/classes/Odd?count=1&limit=0");
    assert_eq!(found.json()["count"], json!(0));
    subject.assert_well();
}

#[test]
fn what_is_stored_is_what_javascript_reads() {
    let subject = Subject::start(json!({ "allowClientClassCreation": true }));
    let client = subject.client(Actor::Client);
    for (body, field, stored) in [
        (r#"{"a":-0}"#, "a", "0"),
        (r#"{"a":-0.0}"#, "a", "0"),
        (r#"{"a":9007199254740993}"#, "a", "9007199254740992"),
        (r#"{"a":12345678901234567890}"#, "a", "12345678901234567000"),
        (r#"{"a":1e21}"#, "a", "1e+21"),
        (r#"{"a":1e308}"#, "a", "1e+308"),
        (r#"{"a":5e-324}"#, "a", "5e-324"),
        (r#"{"a":1e-400}"#, "a", "0"),
        (r#"{"a":1,"a":2}"#, "a", "2"),
        (r#"{"s":"x","s":"a\u0000b"}"#, "s", r#""a\u0000b""#),
        (r#"{"s":"\ud83d\ude00\u2028\/"}"#, "s", "\"\u{1f600}\u{2028}/\""),
        (
            r#"{"o":{"2":1,"1":2,"b":3,"a":4,"01":5,"-1":6,"4294967295":7}}"#,
            "o",
            r#"{"1":2,"2":1,"b":3,"a":4,"01":5,"-1":6,"4294967295":7}"#,
        ),
        (
            r#"{"o":{"toString":1,"hasOwnProperty":2,"length":3}}"#,
            "o",
            r#"{"toString":1,"hasOwnProperty":2,"length":3}"#,
        ),
        (r#"{"o":{"a":1,"a":{"b":2}}}"#, "o", r#"{"a":{"b":2}}"#),
    ] {
        let made = client.send("POST", "/classes/Js", &[], Some(body.as_bytes()));
        assert_eq!(made.status, 201, "{body}: {}", made.text());
        let read = client.get(&format!("/classes/Js/{}", made.json()["objectId"].as_str().unwrap())).text();
        assert!(read.contains(&format!("\"{field}\":{stored},\"createdAt\"")), "{body}: {read}");
    }
    let texts: Value = json!({ "where": { "a": { "$in": ["NaN", "Infinity", "1e21"] } }, "_method": "GET" });
    assert_eq!(client.post("/classes/Js", &texts).json(), json!({ "results": [] }));
    subject.assert_well();
}
