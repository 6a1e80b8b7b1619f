//! What is good once, sent many times at once. Links in mails: `tests/mail`; sign-ups, recovery codes at a log-in by name, the
//! counter of a lock-out: `tests/accounts/races.rs`; request ids: `tests/garbage/race.rs`.

use super::*;
use crate::accounts::{MANY, expected, mfa, tally, together};
use crate::support::{Asked, Peer, Said};

#[test]
fn a_recovery_code_beside_a_provider_is_good_once() {
    let server = mfa::server();
    let known = json!({"anonymous": {"id": "known"}});
    let made = server.client(Actor::Client).post("/users", &json!({"authData": known})).json();
    let own = server.client(Actor::Session(text(&made["sessionToken"])));
    for code in mfa::set_up(&own, &format!("/users/{}", text(&made["objectId"]))) {
        let body = json!({"authData": {"anonymous": {"id": "known"}, "mfa": {"token": code}}});
        let tally = tally(&together(&server, |client, _| client.post("/users", &body)));
        assert_eq!(tally.get("200"), Some(&1), "{tally:?}");
        let others = ["200", "141: Invalid MFA token", "141: Invalid auth data"];
        assert!(tally.keys().all(|said| others.contains(&said.as_str())), "{tally:?}");
    }
    let sessions = server.client(Actor::Master).get("/sessions?count=1&limit=0").json();
    assert_eq!(sessions["count"], 3, "that of the sign-up, and one for each code");
}

#[test]
fn a_token_that_was_sent_to_a_telephone_is_good_once() {
    let peer = Peer::start(|_: &Asked| Said::Json(json!({})));
    let bridge = json!({"url": peer.url(""), "methods": ["sendSMS"]});
    let server =
        Server::start(json!({"auth": {"mfa": {"module": "http-auth-adapter", "bridge": bridge, "options": ["SMS"]}}}));
    let user = User::sign_up(&server, "user");
    let change = |data: Value| said(&put(&user.client(&server), &user.path(), &json!({"authData": {"mfa": data}})));
    let sent = || text(&peer.asked()[0].body["args"][0]);
    assert_eq!(change(json!({"mobile": "+15551234"})), "200");
    assert_eq!(change(json!({"mobile": "+15551234", "token": sent()})), "200");
    let log_in = |client: &Client, token: &str| mfa::log_in_with(client, "user", json!({"token": token}));
    for _ in 0..3 {
        assert_eq!(said(&log_in(&server.client(Actor::Client), "request")), "141: Please enter the token");
        let token = sent();
        let tally = tally(&together(&server, |client, _| log_in(client, &token)));
        assert_eq!(tally.get("200"), Some(&1), "{tally:?}");
        let others = ["200", "141: Invalid MFA token 1", "141: Invalid MFA token", "141: Invalid auth data"];
        assert!(tally.keys().all(|said| others.contains(&said.as_str())), "{tally:?}");
    }
}

#[test]
fn a_token_of_an_old_app_becomes_one_session() {
    let server = Server::start(json!({}));
    let user = User::sign_up(&server, "old");
    let (maintenance, master) = (server.client(Actor::Maintenance), server.client(Actor::Master));
    assert_eq!(said(&put(&maintenance, &user.path(), &json!({"_session_token": "oldtoken"}))), "200");
    let sessions = || master.get("/sessions?count=1&limit=0").json()["count"].clone();
    assert_eq!(sessions(), 1);
    let old = server.client(Actor::Session("oldtoken".into()));
    let answers = together(&server, |_, _| old.post("/upgradeToRevocableSession", &json!({})));
    assert_eq!(tally(&answers), expected(&[("200", 1), ("209: invalid legacy session token", MANY - 1)]));
    assert_eq!(sessions(), 2);
}
