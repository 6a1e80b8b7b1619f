//! The Cloud Code of the recording as webhooks, as far as that form can carry it: codes of errors and validators it cannot.

use crate::support::{Asked, Client, Peer, Said};
use serde_json::{Map, Value, json};

const FUNCTIONS: [&str; 8] = ["hello", "undef", "errString", "errError", "errObj", "types", "needUser", "needMaster"];

/// Starts the webhooks and declares them.
pub fn declare(master: &Client) -> Peer {
    let peer = Peer::start(|asked| Said::Json(said(asked)));
    for name in FUNCTIONS {
        let body = json!({"functionName": name, "url": peer.url(&format!("/{name}"))});
        assert_eq!(master.post("/hooks/functions", &body).status, 200);
    }
    for (class, name) in [("Hook", "beforeSave"), ("After", "afterSave"), ("NoDel", "beforeDelete")] {
        let body = json!({"className": class, "triggerName": name, "url": peer.url(&format!("/{name}"))});
        assert_eq!(master.post("/hooks/triggers", &body).status, 200);
    }
    peer
}

/// Takes the functions away: the recorded server had none among its webhooks.
pub fn withdraw(master: &Client) {
    for name in FUNCTIONS {
        let path = format!("/hooks/functions/{name}");
        assert_eq!(master.send("PUT", &path, &[], Some(br#"{"__op":"Delete"}"#)).status, 200);
    }
}

fn said(asked: &Asked) -> Value {
    match asked.path.as_str() {
        "/hello" => json!({"success": "hi"}),
        "/errString" => json!({"error": "str"}),
        "/errError" => json!({"error": {"message": "boom"}}),
        "/errObj" => json!({"error": {"a": 1}}),
        "/types" => {
            let date = |iso: &str| json!({"__type": "Date", "iso": iso});
            let point = json!({"__type": "GeoPoint", "latitude": 1, "longitude": 2});
            let inner = json!({"x": [date("1970-01-01T00:00:00.001Z")]});
            json!({"success": [date("1970-01-01T00:00:00.000Z"), point, inner, null]})
        }
        "/needUser" | "/needMaster" => json!({"success": 1}),
        "/beforeSave" => before_save(&asked.body),
        "/beforeDelete" => json!({"error": "keep"}),
        _ => json!({}),
    }
}

/// Sets `added`, takes `drop` away, counts `cnt` up.
fn before_save(body: &Value) -> Value {
    let object = body["object"].as_object().expect("an object");
    if object.get("bad") == Some(&json!(true)) {
        return json!({"error": "no"});
    }
    let original = body["original"].as_object();
    let new = |key: &str, value: &Value| original.and_then(|original| original.get(key)) != Some(value);
    let changed = object.iter().filter(|(key, value)| *key != "className" && new(key, value));
    let mut data: Map<String, Value> = changed.map(|(key, value)| (key.clone(), value.clone())).collect();
    match (object.get("cnt").and_then(Value::as_i64), original) {
        (Some(count), None) => drop(data.insert("cnt".into(), json!(count + 1))),
        (Some(_), Some(_)) => drop(data.insert("cnt".into(), json!({"__op": "Increment", "amount": 1}))),
        (None, _) => {}
    }
    if object.contains_key("drop") {
        data.insert("drop".into(), json!({"__op": "Delete"}));
    }
    data.insert("added".into(), json!("yes"));
    json!({"success": data})
}
