//! JSON that is nested deep, just within the limit and beyond it, in every place where JSON is taken.

use crate::support::subject::{is_parse_error, is_sound};
use crate::support::{Actor, Answer, Client, Subject};
use serde_json::json;

/// `maxJsonDepth` where no config says otherwise.
const DEFAULT: usize = 100;
/// The largest that a config may ask for.
const GREATEST: usize = 500;

/// Where the nesting stands: method, path, who asks, and the text before, in and after it. `$` opens a level, `%` closes it.
const PLACES: &[(&str, &str, bool, &str)] = &[
    ("POST", "/classes/Deep", false, r#"{"a":@}"#),
    ("POST", "/classes/Deep", false, r#"{"o":{"x":@}}"#),
    ("POST", "/classes/Deep", false, r#"{"a":{"__op":"Add","objects":[@]}}"#),
    ("POST", "/classes/Deep", false, r#"{"a":{"__op":"AddUnique","objects":[@]}}"#),
    ("POST", "/classes/Deep", false, r#"{"x":{"__op":"Batch","ops":[{"__op":"Add","objects":[@]}]}}"#),
    ("POST", "/classes/Deep", false, r#"{"x":{"__op":@}}"#),
    ("POST", "/classes/Deep", false, r#"{"x":{"__type":@}}"#),
    ("POST", "/classes/Deep", false, r#"{"x":{"__type":"Polygon","coordinates":@}}"#),
    ("POST", "/classes/Deep", false, r#"{"ACL":@}"#),
    ("POST", "/classes/Deep", false, r#"{"ACL":{"*":@}}"#),
    ("PUT", "/classes/Deep/ID", false, r#"{"o.b":@}"#),
    ("PUT", "/classes/Deep/ID", false, r#"{"a":{"__op":"Remove","objects":[@]}}"#),
    ("PUT", "/classes/Deep/ID", false, r#"{"a":{"__op":"AddUnique","objects":[@]}}"#),
    ("POST", "/classes/Deep", false, r#"{"_method":"GET","where":{"a":@}}"#),
    ("POST", "/classes/Deep", false, r#"{"_method":"GET","where":{"a":{"$in":[@]}}}"#),
    ("POST", "/classes/Deep", false, r#"{"_method":"GET","where":{"o.x":{"$gt":@}}}"#),
    ("POST", "/classes/Deep", false, r#"{"_method":"GET","where":{"$or":@}}"#),
    (
        "POST",
        "/classes/Deep",
        false,
        r#"{"_method":"GET","where":{"p":{"$inQuery":{"className":"Deep","where":{"a":@}}}}}"#,
    ),
    ("POST", "/classes/Deep", false, r#"{"_method":"GET","order":@,"keys":@,"include":@,"limit":@,"count":@}"#),
    ("POST", "/batch", false, r#"{"requests":[{"method":"POST","path":"/parse/classes/Deep","body":{"a":@}}]}"#),
    ("POST", "/batch", false, r#"{"requests":@}"#),
    ("POST", "/schemas/NewID", true, r#"{"fields":@}"#),
    ("POST", "/schemas/NewID", true, r#"{"fields":{"f":{"type":"Array","defaultValue":@}}}"#),
    ("POST", "/schemas/NewID", true, r#"{"classLevelPermissions":@}"#),
    ("POST", "/schemas/NewID", true, r#"{"classLevelPermissions":{"find":@}}"#),
    ("POST", "/schemas/NewID", true, r#"{"indexes":{"i":@}}"#),
];

/// The body of a place with so many levels in all, as lists or as objects.
fn body(place: &str, levels: usize, objects: bool) -> String {
    let before = place.split('@').next().unwrap();
    let own = before.matches(['{', '[']).count() - before.matches(['}', ']']).count();
    let (open, close) = if objects { (r#"{"k":"#, "}") } else { ("[", "]") };
    let inner = levels - own;
    place.replace('@', &format!("{}1{}", open.repeat(inner), close.repeat(inner)))
}

fn send(subject: &Subject, id: &str, at: usize, body: &str) -> Answer {
    let (method, path, master, _) = PLACES[at];
    let actor = if master { Actor::Master } else { Actor::Client };
    // A class of its own for each request that makes one.
    let name = format!("{at}x{}", body.len());
    let path = if master { path.replace("ID", &name) } else { path.replace("ID", id) };
    subject.client(actor).send(method, &path, &[], Some(body.as_bytes()))
}

fn seed(client: &Client) -> String {
    let made = client.post("/classes/Deep", &json!({ "a": [1], "o": { "x": 1 } }));
    made.json()["objectId"].as_str().unwrap().to_owned()
}

fn holds(limit: usize) {
    let subject = Subject::start(json!({ "allowClientClassCreation": true, "maxJsonDepth": limit }));
    if subject.own().is_none() {
        return; // Parse Server has no limit.
    }
    let id = seed(&subject.client(Actor::Client));
    for (at, place) in PLACES.iter().enumerate() {
        for objects in [false, true] {
            let within = send(&subject, &id, at, &body(place.3, limit, objects));
            assert!(is_sound(&within), "{place:?}: {} {}", within.status, within.text());
            assert!(!within.text().contains("too deep"), "{place:?}: {}", within.text());
            for beyond in [limit + 1, 2 * limit, 100_000] {
                let answer = send(&subject, &id, at, &body(place.3, beyond, objects));
                assert!(is_parse_error(&answer), "{place:?}, {beyond}: {} {}", answer.status, answer.text());
            }
        }
    }
    let read = subject.client(Actor::Client).get("/classes/Deep?order=a,o.x&limit=1000");
    assert_eq!(read.status, 200, "{}", read.text());
    subject.assert_well();
}

#[test]
fn nesting_is_taken_up_to_the_limit() {
    holds(DEFAULT);
}

#[test]
fn nesting_is_taken_up_to_the_greatest_limit() {
    holds(GREATEST);
}

#[test]
fn what_is_stored_deep_is_compared_sorted_and_changed() {
    let subject = Subject::start(json!({ "allowClientClassCreation": true, "maxJsonDepth": GREATEST }));
    if subject.own().is_none() {
        return;
    }
    let client = subject.client(Actor::Client);
    for objects in [false, true, false, true] {
        // One level less than the condition below can be asked with.
        let body = body(r#"{"o":{"x":@}}"#, GREATEST - 1, objects);
        let answer = client.send("POST", "/classes/Deep", &[], Some(body.as_bytes()));
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    let same = body(r#"{"_method":"GET","count":1,"limit":0,"where":{"o.x":{"$eq":@}}}"#, GREATEST, true);
    let found = client.send("POST", "/classes/Deep", &[], Some(same.as_bytes()));
    assert_eq!(found.json()["count"], json!(2), "{}", found.text());
    let rows = client.get("/classes/Deep?order=-o.x,o&limit=4&keys=n").json();
    for row in rows["results"].as_array().unwrap() {
        let path = format!("/classes/Deep/{}", row["objectId"].as_str().unwrap());
        let gone = client.send("PUT", &path, &[], Some(br#"{"o.x":{"__op":"Delete"}}"#));
        assert_eq!(gone.status, 200, "{}", gone.text());
    }
    subject.assert_well();
}

#[test]
fn a_dotted_key_leads_no_deeper_than_a_body() {
    let subject = Subject::start(json!({ "allowClientClassCreation": true }));
    if subject.own().is_none() {
        return; // MongoDB has a limit of its own, which Parse Server answers with 500.
    }
    let client = subject.client(Actor::Client);
    let id = seed(&client);
    let put = |body: String| client.send("PUT", &format!("/classes/Deep/{id}"), &[], Some(body.as_bytes()));
    let deep = put(format!("{{\"o{}\":1}}", ".a".repeat(400)));
    assert_eq!(deep.status, 200, "{}", deep.text());
    for levels in [600, 50_000, 1_000_000] {
        let answer = put(format!("{{\"o{}\":1}}", ".a".repeat(levels)));
        assert_eq!((answer.status, answer.json()["code"].clone()), (400, json!(105)), "{}", answer.text());
    }
    let both = put(body(&format!("{{\"o{}\":@}}", ".a".repeat(450)), 90, true));
    assert_eq!((both.status, both.json()["code"].clone()), (400, json!(105)), "{}", both.text());
    let read = client.get(&format!("/classes/Deep/{id}"));
    assert_eq!(read.status, 200, "{}", read.text());
    let path = format!("o{}", ".a".repeat(1000));
    for query in
        [format!("where={{\"{path}\":1}}"), format!("order={path}"), format!("keys={path}"), format!("include={path}")]
    {
        let answer = client.get(&format!("/classes/Deep?{query}"));
        assert!(is_sound(&answer), "{}", answer.text());
    }
    subject.assert_well();
}
