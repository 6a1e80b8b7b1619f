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

#[test]
fn a_log_in_by_telephone_saves_nothing_else_of_its_request() {
    let peer = Peer::start(|_: &Asked| Said::Json(json!({})));
    let bridge = json!({"url": peer.url(""), "methods": ["sendSMS"]});
    let mfa = json!({"module": "http-auth-adapter", "bridge": bridge, "options": ["SMS"]});
    let server = Server::start(json!({"auth": {"mfa": mfa}, "passwordPolicy": {"maxPasswordHistory": 5}}));
    let (user, client) = (User::sign_up(&server, "user"), server.client(Actor::Client));
    let set_up = |data: Value| put(&user.client(&server), &user.path(), &json!({"authData": {"mfa": data}}));
    assert_eq!(said(&set_up(json!({"mobile": "+15551234"}))), "200");
    let sent = |peer: &Peer| peer.asked().pop().expect("a message").body["args"].clone();
    assert_eq!(said(&set_up(json!({"mobile": "+15551234", "token": sent(&peer)[0]}))), "200");
    let shown = || {
        let mut user = server.client(Actor::Maintenance).get(&user.path()).json();
        user["authData"]["mfa"]["pending"].take();
        user
    };
    let before = shown();
    let log_in = |token: &str| {
        client.post(
            "/login",
            &json!({
                "username": "user", "password": "pw", "objectId": "evil", "nick": "evil", "emailVerified": true,
                "ACL": {}, "sessionToken": "evil", "_hashed_password": "evil", "_rperm": ["*"],
                "authData": {"mfa": {"token": token, "mobile": "+15550000", "secret": "evil", "pending": {}}},
            }),
        )
    };
    assert_eq!(said(&log_in("request")), "141: Please enter the token", "also with a history of passwords");
    let message = sent(&peer);
    assert_eq!((message[1].as_str(), shown()), (Some("+15551234"), before.clone()));
    assert_eq!(said(&log_in(message[0].as_str().unwrap())), "200");
    assert_eq!(shown(), before);
}

#[test]
fn an_adapter_that_checks_nothing_is_none() {
    let dir = tempfile::TempDir::new().unwrap();
    for methods in [
        json!([]),
        json!(["afterFind", "challenge", "validateAppId"]),
        json!(["validateLogin", "validateSetUp"]),
        json!(["AuthAdapter"]),
    ] {
        let bridge = json!({"url": "http://127.0.0.1:1", "methods": methods});
        let options = json!({
            "appId": "app", "masterKey": "mk", "databaseURI": "sqlite::memory:",
            "auth": {"own": {"module": "http-auth-adapter", "bridge": bridge}},
        });
        std::fs::write(dir.path().join("config.json"), options.to_string()).unwrap();
        let ran = crate::support::run::run(dir.path(), &["check-config", "config.json"], &[]);
        assert!(!ran.ok && ran.reason().contains("auth.own.bridge.methods"), "{methods}: {}", ran.err);
    }
    // One that says of itself that it checks, and does not know how, lets nobody in.
    let peer = Peer::start(|_: &Asked| Said::With(404, "content-type: application/json", "{}".into()));
    for methods in [json!(["validateAuthData"]), json!(["validateSetUp", "validateLogin", "validateUpdate"])] {
        let bridge = json!({"url": peer.url(""), "methods": methods});
        let server = Server::start(json!({"auth": {"own": {"module": "http-auth-adapter", "bridge": bridge}}}));
        let answer = server.client(Actor::Client).post("/users", &json!({"authData": {"own": {"id": "1"}}}));
        assert_eq!(said(&answer), "141: Auth failed. Unknown error.", "{methods}");
        assert_eq!(peer.asked().len(), 1, "the adapter was asked");
    }
}
