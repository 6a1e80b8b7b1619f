//! `/hooks`.

use super::{function, server, trigger};
use crate::support::{Actor, Answer, Client, Peer, Said};
use serde_json::{Value, json};

fn put(client: &Client, path: &str, body: &Value) -> Answer {
    client.send("PUT", path, &[], Some(body.to_string().as_bytes()))
}

fn refused(answer: &Answer, code: i64, text: &str) {
    assert_eq!((answer.status, answer.json()), (400, json!({"code": code, "error": text})));
}

#[test]
fn webhooks_are_declared_shown_changed_and_taken_away() {
    let (_server, master) = server(json!({}));
    let f = json!({"functionName": "f", "url": "http://a/f"});
    assert_eq!(master.post("/hooks/functions", &f).text(), r#"{"functionName":"f","url":"http://a/f"}"#);
    refused(&master.post("/hooks/functions", &f), 143, "function name: f already exists");
    let t = json!({"className": "A", "triggerName": "beforeSave", "url": "http://a/t"});
    let told = r#"{"className":"A","url":"http://a/t","triggerName":"beforeSave"}"#;
    assert_eq!(master.post("/hooks/triggers", &t).text(), told);
    refused(&master.post("/hooks/triggers", &t), 143, "class A already has trigger beforeSave");

    assert_eq!(master.get("/hooks/functions").json(), json!([f]));
    assert_eq!(master.get("/hooks/functions/f").json(), f);
    assert_eq!(master.get("/hooks/triggers").json(), json!([t]));
    assert_eq!(master.get("/hooks/triggers/A/beforeSave").json(), t);
    refused(&master.get("/hooks/functions/g"), 143, "no function named: g is defined");
    refused(&master.get("/hooks/triggers/B/beforeSave"), 143, "class B does not exist");

    let url = json!({"url": "http://b"});
    assert_eq!(put(&master, "/hooks/functions/f", &url).text(), r#"{"functionName":"f","url":"http://b"}"#);
    assert_eq!(put(&master, "/hooks/triggers/A/beforeSave", &url).json()["url"], "http://b");
    assert_eq!(master.get("/hooks/triggers/A/beforeSave").json()["url"], "http://b");
    refused(&put(&master, "/hooks/functions/g", &url), 143, "no function named: g is defined");
    refused(&put(&master, "/hooks/triggers/A/afterSave", &url), 143, "class A does not exist");
    refused(&put(&master, "/hooks/functions/f", &json!({})), 143, "invalid hook declaration");

    let away = json!({"__op": "Delete"});
    for path in ["/hooks/functions/f", "/hooks/triggers/A/beforeSave"] {
        assert_eq!(put(&master, path, &away).text(), "{}");
        assert_eq!(put(&master, path, &away).json(), json!({"code": 101, "error": "Object not found."}));
    }
    assert_eq!(master.get("/hooks/functions").json(), json!([]));
    assert_eq!(master.get("/hooks/triggers").json(), json!([]));
}

#[test]
fn what_is_no_declaration_is_refused() {
    let (_server, master) = server(json!({}));
    for body in [
        json!({}),
        json!({"functionName": "f"}),
        json!({"functionName": {"$ne": "x"}, "url": "http://a"}),
        json!({"functionName": "f", "url": 5}),
        json!({"className": "A", "url": "http://a"}),
        json!({"className": "A", "triggerName": "beforeLunch", "url": "http://a"}),
    ] {
        refused(&master.post("/hooks/triggers", &body), 143, "invalid hook declaration");
    }
    for (class, name, text) in [
        ("A", "afterLogout", "Only the _Session class is allowed for the afterLogout trigger."),
        ("_Session", "beforeSave", "Only the afterLogout trigger is allowed for the _Session class."),
        ("_PushStatus", "beforeSave", "Only afterSave is allowed on _PushStatus"),
    ] {
        let body = json!({"className": class, "triggerName": name, "url": "http://a"});
        refused(&master.post("/hooks/triggers", &body), 143, text);
    }
    assert_eq!(master.get("/hooks/triggers").json(), json!([]));
}

#[test]
fn of_those_who_declare_one_at_the_same_time_one_does() {
    let (server, master) = server(json!({}));
    let body = json!({"functionName": "f", "url": "http://a"});
    let made = std::thread::scope(|scope| {
        let all: Vec<_> = (0..8).map(|_| scope.spawn(|| master.post("/hooks/functions", &body).status)).collect();
        all.into_iter().map(|one| one.join().unwrap()).filter(|status| *status == 200).count()
    });
    assert_eq!(made, 1);
    assert_eq!(master.get("/hooks/functions").json(), json!([body]));
    assert!(!server.output().contains("panicked"));
}

#[test]
fn a_declaration_counts_at_once_and_after_a_restart() {
    let (mut server, master) = server(json!({}));
    let client = server.client(Actor::Client);
    let peer = Peer::start(|asked| Said::Json(json!({"success": asked.path})));
    let call = || client.post("/functions/f", &json!({}));
    refused(&call(), 141, r#"Invalid function: "f""#);
    function(&master, &peer, "f");
    trigger(&master, &peer, "A", "beforeDelete");
    assert_eq!(call().json(), json!({"result": "/f"}));
    put(&master, "/hooks/functions/f", &json!({"url": peer.url("/other")}));
    assert_eq!(call().json(), json!({"result": "/other"}));
    server.terminate();
    server.wait_exit(std::time::Duration::from_secs(20));
    server.restart();
    assert_eq!(call().json(), json!({"result": "/other"}));
    assert_eq!(master.get("/hooks/triggers").json().as_array().unwrap().len(), 1);
    put(&master, "/hooks/functions/f", &json!({"__op": "Delete"}));
    refused(&call(), 141, r#"Invalid function: "f""#);
}
