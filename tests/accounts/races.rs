//! Many connections at once: what must happen once happens once.

use super::*;
use crate::support::otp;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Barrier};
use std::thread::{scope, spawn};

/// How many ask at the same time.
const MANY: usize = 24;

/// The answers to requests that are sent together, by what they said.
fn together(server: &Server, request: impl Fn(&Client, usize) -> Answer + Send + Sync) -> Vec<Answer> {
    let (barrier, client) = (Barrier::new(MANY), server.client(Actor::Client));
    let ask = |n| {
        let client = client.clone();
        barrier.wait();
        request(&client, n)
    };
    scope(|threads| {
        let asked: Vec<_> = (0..MANY).map(|n| threads.spawn(move || ask(n))).collect();
        asked.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

fn tally(answers: &[Answer]) -> BTreeMap<String, usize> {
    let mut tally = BTreeMap::new();
    answers.iter().for_each(|answer| *tally.entry(said(answer)).or_default() += 1);
    tally
}

fn expected(entries: &[(&str, usize)]) -> BTreeMap<String, usize> {
    entries.iter().map(|(text, count)| ((*text).to_owned(), *count)).collect()
}

/// The same letters, in another case for every number.
fn cased(name: &str, n: usize) -> String {
    name.chars().enumerate().map(|(i, c)| if n >> (i % 5) & 1 == 1 { c.to_ascii_uppercase() } else { c }).collect()
}

#[test]
fn of_many_sign_ups_with_one_name_one_is_left() {
    let server = Server::start(json!({}));
    let answers = together(&server, |client, n| sign_up(client, &cased("raced", n), "pw"));
    let taken = "202: Account already exists for this username.";
    assert_eq!(tally(&answers), expected(&[("201", 1), (taken, MANY - 1)]));
    let users = server.client(Actor::Master).get("/users").json();
    assert_eq!(users["results"].as_array().unwrap().len(), 1, "{users}");
}

#[test]
fn of_many_sign_ups_with_one_address_one_is_left() {
    let server = Server::start(json!({}));
    let answers = together(&server, |client, n| {
        let email = cased("raced@example.com", n);
        client.post("/users", &json!({"username": format!("u{n}"), "password": "pw", "email": email}))
    });
    let taken = "203: Account already exists for this email address.";
    assert_eq!(tally(&answers), expected(&[("201", 1), (taken, MANY - 1)]));
}

#[test]
fn many_anonymous_sign_ups_with_one_id_are_one_user() {
    let server = Server::start(json!({}));
    let answers =
        together(&server, |client, _| client.post("/users", &json!({"authData": {"anonymous": {"id": "one"}}})));
    let tally = tally(&answers);
    assert_eq!(tally.get("201"), Some(&1), "{tally:?}");
    let others = ["201", "200", "208: this auth is already used"];
    assert!(tally.keys().all(|said| others.contains(&said.as_str())), "{tally:?}");
    let ids: BTreeSet<String> =
        answers.iter().filter(|a| a.status < 300).map(|a| text(&a.json()["objectId"])).collect();
    assert_eq!(ids.len(), 1);
}

#[test]
fn no_failed_log_in_escapes_the_counter() {
    let server = Server::start(json!({"accountLockout": {"duration": 5, "threshold": 3}}));
    User::sign_up(&server, "victim");
    let locked =
        "101: Your account is locked due to multiple failed login attempts. Please try again after 5 minute(s)";
    let answers = together(&server, |client, _| log_in(client, "victim", "guess"));
    assert_eq!(tally(&answers), expected(&[("101: Invalid username/password.", 3), (locked, MANY - 3)]));
    assert_eq!(said(&log_in(&server.client(Actor::Client), "victim", "pw")), locked);
}

#[test]
fn one_token_lets_many_in_and_one_recovery_code_one() {
    let server = mfa::server();
    let user = User::sign_up(&server, "user");
    let codes = mfa::set_up(&user.client(&server), &user.path());
    let token = otp::token(otp::SECRET);
    let answers = together(&server, |client, _| mfa::log_in_with(client, "user", json!({"token": token})));
    assert_eq!(tally(&answers), expected(&[("200", MANY)]));
    for code in &codes {
        let answers = together(&server, |client, _| mfa::log_in_with(client, "user", json!({"token": code})));
        let tally = tally(&answers);
        assert_eq!(tally.get("200"), Some(&1), "{tally:?}");
        let others = ["200", "141: Invalid MFA token", "141: Invalid auth data"];
        assert!(tally.keys().all(|said| others.contains(&said.as_str())), "{tally:?}");
    }
    let left = &server.client(Actor::Master).get(&user.path()).json()["authData"]["mfa"]["recovery"];
    assert_eq!(left, &json!([]));
    let sessions = server.client(Actor::Master).get("/sessions?count=1&limit=0").json();
    assert_eq!(sessions["count"], 1 + MANY + codes.len(), "those who were refused got no session");
}

#[test]
fn one_recovery_code_changes_the_factor_once() {
    let server = mfa::server();
    let user = User::sign_up(&server, "user");
    let own = user.client(&server);
    let codes = mfa::set_up(&own, &user.path());
    let new = json!({"secret": otp::OTHER, "token": otp::token(otp::OTHER), "old": codes[0]});
    // The hash of a password takes its time between the check and the write.
    let body = json!({"authData": {"mfa": new}, "password": "new"});
    let answers = together(&server, |_, _| put(&own, &user.path(), &body));
    let tally = tally(&answers);
    assert_eq!(tally.get("200"), Some(&1), "{tally:?}");
    let others = ["200", "141: Invalid MFA token", "206: Permission denied", "209: Invalid session token"];
    assert!(tally.keys().all(|said| others.contains(&said.as_str())), "{tally:?}");
}

#[test]
fn a_log_in_that_succeeds_in_time_forgets_the_failures() {
    let server = Server::start(json!({"accountLockout": {"duration": 5, "threshold": 3}}));
    let (client, wrong) = (server.client(Actor::Client), "101: Invalid username/password.");
    User::sign_up(&server, "clumsy");
    for _ in 0..3 {
        assert_eq!(said(&log_in(&client, "clumsy", "a")), wrong);
        assert_eq!(said(&log_in(&client, "clumsy", "b")), wrong);
        assert_eq!(said(&log_in(&client, "clumsy", "pw")), "200");
    }
}

#[test]
fn a_role_that_is_taken_away_while_it_is_in_use_is_gone_for_the_next_request() {
    let server = Arc::new(Server::start(json!({"allowClientClassCreation": true})));
    let user = User::sign_up(&server, "member");
    let master = server.client(Actor::Master);
    let role = json!({"name": "Staff", "ACL": {}, "users": {"__op": "AddRelation", "objects": [user.pointer()]}});
    let path = format!("/roles/{}", text(&master.post("/roles", &role).json()["objectId"]));
    let secret = master.post("/classes/Secret", &json!({"ACL": {"role:Staff": {"read": true}}})).json();
    let secret = format!("/classes/Secret/{}", text(&secret["objectId"]));
    for _ in 0..10 {
        let (reader, one) = (user.client(&server), secret.clone());
        let reads = spawn(move || (0..10).for_each(|_| drop(reader.get(&one))));
        let change = |op: &str| put(&master, &path, &json!({"users": {"__op": op, "objects": [user.pointer()]}}));
        assert_eq!(change("RemoveRelation").status, 200);
        assert_eq!(user.client(&server).get(&secret).status, 404);
        assert_eq!(change("AddRelation").status, 200);
        assert_eq!(user.client(&server).get(&secret).status, 200);
        reads.join().unwrap();
    }
}
