//! Peers that answer late, never, too much, nonsense, elsewhere, or hang up: the request gets Parse's error, others go on.

use super::{function, server, trigger};
use crate::support::{Actor, Asked, Peer, Said};
use serde_json::json;
use std::time::{Duration, Instant};

/// A peer that does with each question what its path says.
fn peer() -> Peer {
    Peer::start(|asked: &Asked| match asked.path.as_str() {
        "/nothing" => Said::Nothing,
        "/hangup" => Said::Bytes(Vec::new()),
        "/half" => Said::Bytes(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\n{\"succ".to_vec()),
        "/noise" => Said::Bytes(b"\x00\x01nonsense\r\n\r\n".to_vec()),
        "/much" => Said::With(200, "content-type: application/json", "1".repeat(9 << 20)),
        "/failure" => Said::With(503, "content-type: text/plain", "x".repeat(300 << 10)),
        "/deep" => Said::With(200, "a: b", "[".repeat(100_000)),
        "/late" => Said::Late(Duration::from_millis(300), json!({"success": "late"})),
        "/moved" => Said::With(302, "location: /after", String::new()),
        "/kept" => Said::With(307, "location: /after", String::new()),
        _ => Said::Json(json!({"success": [asked.path, asked.body["functionName"]]})),
    })
}

#[test]
fn each_bad_habit_has_its_error() {
    let (server, master) = server(json!({"requestTimeout": 2000}));
    let (peer, client) = (peer(), server.client(Actor::Client));
    let call = |name: &str| {
        function(&master, &peer, name);
        client.post(&format!("/functions/{name}"), &json!({}))
    };
    for (name, text) in [
        ("hangup", "socket hang up"),
        ("noise", "socket hang up"),
        ("half", "aborted"),
        ("much", "the answer of the webhook is too large"),
        ("failure", "the answer of the webhook is too large"),
    ] {
        let answer = call(name);
        assert_eq!((answer.status, answer.json()), (400, json!({"code": 141, "error": text})), "{name}");
    }
    assert_eq!(call("deep").json(), json!({}));
    assert_eq!(call("late").json(), json!({"result": "late"}));
    peer.asked();
    for redirect in ["moved", "kept"] {
        assert_eq!(call(redirect).json(), json!({}));
        assert_eq!(peer.asked().len(), 1, "a redirect was followed");
    }
    assert_eq!(call("nothing").json(), json!({"code": 124, "error": "Request timed out."}));
    assert!(!server.output().contains("panicked"));
}

#[test]
fn a_peer_that_never_answers_holds_up_nobody_else() {
    let (server, master) = server(json!({"requestTimeout": 3000}));
    let (peer, client) = (peer(), server.client(Actor::Client));
    function(&master, &peer, "nothing");
    function(&master, &peer, "well");
    trigger(&master, &peer, "A", "beforeSave");
    std::thread::scope(|scope| {
        let stuck: Vec<_> =
            (0..200).map(|_| scope.spawn(|| client.post("/functions/nothing", &json!({})).json())).collect();
        std::thread::sleep(Duration::from_millis(500));
        let started = Instant::now();
        for _ in 0..20 {
            assert_eq!(client.post("/functions/well", &json!({})).status, 200);
            assert_eq!(client.post("/classes/A", &json!({"n": 1})).status, 201);
            assert_eq!(client.get("/health").status, 200);
        }
        assert!(started.elapsed() < Duration::from_millis(2500), "{:?}", started.elapsed());
        for one in stuck {
            assert_eq!(one.join().unwrap()["code"], 124);
        }
    });
    assert_eq!(client.post("/functions/well", &json!({})).status, 200);
}

#[test]
fn a_save_whose_hook_fails_is_not_made() {
    let (server, master) = server(json!({"requestTimeout": 1500}));
    let peer = Peer::start(|asked| match asked.body["object"]["habit"].as_str() {
        Some("nothing") => Said::Nothing,
        Some("hangup") => Said::Bytes(Vec::new()),
        Some("failure") => Said::With(500, "a: b", "no".to_owned()),
        _ => Said::Json(json!({})),
    });
    trigger(&master, &peer, "A", "beforeSave");
    let client = server.client(Actor::Client);
    for (habit, code) in [("nothing", 124), ("hangup", 141), ("failure", 141)] {
        assert_eq!(client.post("/classes/A", &json!({"habit": habit})).json()["code"], code, "{habit}");
    }
    assert_eq!(client.post("/classes/A", &json!({"habit": "none"})).status, 201);
    assert_eq!(client.get("/classes/A?count=1&limit=0").json()["count"], 1);
}
