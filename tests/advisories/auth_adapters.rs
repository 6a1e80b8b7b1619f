//! `authData` that is empty, partial or of another shape. Signatures, audiences and introspection are tested with their
//! providers, in `tests/accounts`.

use super::*;
use crate::support::{Asked, Peer, Said};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

#[test]
fn no_user_comes_in_by_data_that_proves_nothing() {
    let server = Server::start(json!({}));
    let client = server.client(Actor::Client);
    let anonymous = |data: Value| client.post("/users", &json!({"authData": {"anonymous": data}}));
    let made = anonymous(json!({"id": "known"}));
    assert_eq!(said(&made), "201");
    assert_eq!(anonymous(json!({"id": "known"})).json()["objectId"], made.json()["objectId"], "the honest log-in");
    for data in [json!({}), json!(null), json!([]), json!("known"), json!(true)] {
        assert_eq!(said(&anonymous(data.clone())), "200: bad or missing username", "{data}");
    }
    for id in [json!({"$ne": ""}), json!({"$regex": "^k"}), json!(["known"]), json!(5), json!(true)] {
        let refused = "162: Invalid authData id for provider 'anonymous'.";
        assert_eq!(said(&anonymous(json!({"id": id}))), refused, "{id}");
    }
    for body in [json!({"authData": {}}), json!({"authData": null}), json!({"authData": []}), json!({"authData": "x"})]
    {
        assert_eq!(said(&client.post("/users", &body)), "200: bad or missing username", "{body}");
        let named = json!({"username": "n", "authData": body["authData"]});
        assert!(said(&client.post("/users", &named)).starts_with("201: "), "no password: {named}");
    }
}

#[test]
fn data_of_one_provider_opens_no_other_door() {
    let server = Server::start(json!({}));
    let client = server.client(Actor::Client);
    let known = json!({"anonymous": {"id": "known"}});
    assert_eq!(said(&client.post("/users", &json!({"authData": known}))), "201");
    for provider in ["facebook", "unknown", "mfa", "__proto__", "constructor", "toString", "anonymous.id", "Anonymous"]
    {
        let both = json!({"authData": {"anonymous": {"id": "known"}, provider: {"id": "1"}}});
        let answer = client.post("/users", &both);
        assert!((400..500).contains(&answer.status), "{provider}: {}", answer.text());
        let alone = client.post("/users", &json!({"authData": {provider: {"id": "known"}}}));
        assert!((400..500).contains(&alone.status), "{provider}: {}", alone.text());
    }
    assert_eq!(said(&client.post("/login", &json!({"authData": known}))), "200: username/email is required.");
}

#[test]
fn what_another_user_has_linked_cannot_be_linked() {
    let server = Server::start(json!({}));
    let known = json!({"authData": {"anonymous": {"id": "known"}}});
    assert_eq!(said(&server.client(Actor::Client).post("/users", &known)), "201");
    let user = User::sign_up(&server, "user");
    let change = |body: Value| said(&put(&user.client(&server), &user.path(), &body));
    assert_eq!(change(json!({"authData": {"anonymous": {"id": "own"}}})), "200");
    assert_eq!(change(known), "208: this auth is already used");
    assert_eq!(
        change(json!({"authData.anonymous.id": "known"})),
        "105: Invalid field name for update: authData.anonymous.id"
    );
    for op in [json!({"__op": "Delete"}), json!({"__op": "SetOnInsert", "amount": {"anonymous": {"id": "known"}}})] {
        assert_eq!(change(json!({"authData": op})), "252: This authentication method is unsupported.");
    }
}

#[test]
fn data_that_were_good_once_are_checked_at_every_log_in() {
    let good = Arc::new(AtomicBool::new(true));
    let says = Arc::clone(&good);
    let peer = Peer::start(move |_: &Asked| {
        let answer = if says.load(Ordering::Relaxed) { json!({}) } else { json!({"error": "revoked"}) };
        Said::Json(answer)
    });
    let bridge = json!({"url": peer.url(""), "methods": ["validateAuthData"]});
    let server = Server::start(json!({"auth": {"own": {"module": "http-auth-adapter", "bridge": bridge}}}));
    let client = server.client(Actor::Client);
    let same = json!({"authData": {"own": {"id": "1", "token": "t"}}});
    assert_eq!([said(&client.post("/users", &same)), said(&client.post("/users", &same))], ["201", "200"]);
    assert_eq!(peer.asked().len(), 2, "the adapter is asked although nothing has changed");
    good.store(false, Ordering::Relaxed);
    for data in [same, json!({"authData": {"own": {"id": "1"}}})] {
        assert_eq!(said(&client.post("/users", &data)), "141: revoked", "{data}");
    }
    let mut sessions = server.client(Actor::Master).get("/sessions?count=1&limit=0").json();
    assert_eq!(sessions["count"].take(), 2);
}
