//! What may be asked of `POST /push`, and by whom.

use super::kit::{master, pushed, server};
use crate::support::http2::{Http2Peer, Said};
use crate::support::peer::{self, Peer};
use crate::support::{Actor, Server};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const BADGE: &str = r#"{"code":1,"message":"Internal server error."}"#;

fn refusals() -> Vec<(Value, u16, &'static str)> {
    let both = r#"{"code":115,"error":"Channels and query can not be set at the same time."}"#;
    let neither = r#"{"code":115,"error":"Sending a push requires either \"channels\" or a \"where\" query."}"#;
    let twice = r#"{"code":115,"error":"Both expiration_time and expiration_interval cannot be set"}"#;
    let interval = r#"{"code":115,"error":"expiration_interval must be a number greater than 0"}"#;
    let null = r#"{"code":115,"error":"null is not valid time."}"#;
    vec![
        (json!({"data": {}}), 400, neither),
        (json!([]), 400, neither),
        (json!({"where": {}, "channels": []}), 400, both),
        (json!({"where": null, "channels": null}), 400, both),
        (json!({"where": {}, "expiration_time": null}), 400, null),
        (json!({"where": {}, "push_time": null}), 400, null),
        (json!({"where": {}, "push_time": "noon"}), 400, r#"{"code":115,"error":"noon is not valid time."}"#),
        (json!({"where": {}, "expiration_interval": 0}), 400, interval),
        (json!({"where": {}, "expiration_interval": 5, "expiration_time": 5}), 400, twice),
        (json!({"where": {}, "data": {"badge": "x"}}), 500, BADGE),
        (json!({"where": {}, "data": {"badge": {"__op": "Increment"}}}), 500, BADGE),
    ]
}

#[test]
fn what_cannot_be_sent_is_refused_before_anything_is_noted() {
    let peer = Http2Peer::start(|_| Said::ok());
    let server = server(&peer, json!({}));
    let master = master(&server);
    for (body, status, text) in refusals() {
        let answer = master.post("/push", &body);
        assert_eq!((answer.status, answer.text().as_str()), (status, text), "{body}");
        assert_eq!(answer.header("x-parse-push-status-id"), None);
    }
    assert_eq!(master.get("/classes/_PushStatus").json(), json!({"results": []}));
    for clause in [json!("x"), json!(null), json!(0), json!([]), json!([{"deviceType": "ios"}])] {
        let row = pushed(&master, &json!({"where": clause, "data": {"alert": "x"}}));
        assert_eq!((&row["status"], &row["errorMessage"]["code"]), (&json!("failed"), &json!(115)), "{row}");
        assert_eq!(row["query"], json!(clause.to_string()));
    }
    let wrong = pushed(&master, &json!({"where": {"a": {"$nope": 1}}, "data": {"alert": "x"}}));
    assert_eq!(wrong["errorMessage"], json!({"code": 107, "message": "bad constraint: $nope"}));
    assert_eq!(peer.asked().len(), 0);
}

#[test]
fn only_the_master_key_sends() {
    let peer = Http2Peer::start(|_| Said::ok());
    let server = server(&peer, json!({}));
    let body = json!({"where": {}, "data": {"alert": "x"}});
    for (actor, status) in
        [(Actor::NoKeys, 403), (Actor::Client, 403), (Actor::Maintenance, 403), (Actor::ReadOnly, 400)]
    {
        assert_eq!(server.client(actor.clone()).post("/push", &body).status, status, "{actor:?}");
    }
    let batch = json!({"requests": [{"method": "POST", "path": "/parse/push", "body": body}]});
    let master = master(&server);
    let answer = master.post("/batch", &batch);
    assert_eq!(answer.text(), r#"[{"success":{"result":true}}]"#);
    let features = master.get("/serverInfo").json()["features"]["push"].clone();
    let wanted = json!({
        "immediatePush": true, "scheduledPush": false, "storedPushData": true, "pushAudiences": true, "localization": true
    });
    assert_eq!(features, wanted);
    let without = Server::start(json!({}));
    let answer = self::master(&without).post("/push", &body);
    assert_eq!(answer.text(), r#"{"code":115,"error":"Missing push configuration"}"#);
}

#[test]
fn an_audience_counts_its_uses() {
    let peer = Http2Peer::start(|_| Said::ok());
    let server = server(&peer, json!({}));
    let master = master(&server);
    let made = master.post("/push_audiences", &json!({"name": "all", "query": "{}"})).json();
    let id = made["objectId"].as_str().unwrap();
    for uses in 1..3 {
        pushed(&master, &json!({"where": {}, "data": {}, "audience_id": id}));
        let row = master.get(&format!("/push_audiences/{id}")).json();
        assert_eq!((&row["timesUsed"], row["lastUsed"].is_string()), (&json!(uses), true), "{row}");
    }
    let row = pushed(&master, &json!({"where": {}, "data": {}, "audience_id": "nobody"}));
    assert_eq!(row["status"], "succeeded");
}

#[test]
fn webhooks_are_told_of_the_status_and_may_hide_installations() {
    let hiding = Arc::new(AtomicBool::new(false));
    let hides = Arc::clone(&hiding);
    let hooks = Peer::start(move |asked| match asked.body["triggerName"].as_str() {
        Some("afterFind") if hides.load(Ordering::Relaxed) => peer::Said::Json(json!({"success": []})),
        _ => peer::Said::Json(json!({"success": {}})),
    });
    let peer = Http2Peer::start(|_| Said::ok());
    let server = server(&peer, json!({}));
    let master = master(&server);
    let phones: Vec<Value> = (100..250).map(|token| json!({"deviceToken": token.to_string()})).collect();
    super::kit::install(&master, &phones);
    for (class, trigger) in [("_PushStatus", "afterSave"), ("_Installation", "afterFind")] {
        let hook = json!({"className": class, "triggerName": trigger, "url": hooks.url("/hook")});
        assert_eq!(master.post("/hooks/triggers", &hook).status, 200);
    }
    let body = json!({"where": {}, "data": {"alert": "x"}});
    let row = pushed(&master, &body);
    assert_eq!((&row["status"], &row["numSent"]), (&json!("succeeded"), &json!(150)), "{row}");
    assert_eq!(super::kit::received(&peer).len(), 150);
    let told = hooks.asked();
    let statuses = told.iter().map(|asked| &asked.body["object"]).filter(|object| object["className"] == "_PushStatus");
    let statuses: Vec<(&str, Value)> =
        statuses.map(|row| (row["status"].as_str().unwrap_or_default(), row["count"].clone())).collect();
    let running = |count: i64| ("running", json!(count));
    // A slow push is told of in between, too.
    let ends = [statuses[0].clone(), statuses[1].clone(), statuses[statuses.len() - 2].clone()];
    assert_eq!(ends, [("pending", json!(null)), running(2), running(0)]);
    assert_eq!(statuses.last(), Some(&("succeeded", json!(null))));
    let found: Vec<usize> = told.iter().filter_map(|asked| Some(asked.body["objects"].as_array()?.len())).collect();
    assert_eq!(found, [0, 100, 50], "the count, and two batches");
    hiding.store(true, Ordering::Relaxed);
    let row = pushed(&master, &body);
    assert_eq!((&row["status"], &row["numSent"]), (&json!("succeeded"), &json!(0)), "{row}");
    assert_eq!(super::kit::received(&peer), []);
}
