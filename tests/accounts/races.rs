//! Many connections at once: what must happen once happens once.

use super::*;
use crate::support::otp;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, spawn};
use std::time::Instant;

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

/// Many read all the while that something is taken away: those who begin to ask after it was acknowledged get nothing.
fn nobody_reads_after(change: impl FnOnce() -> Answer, shows: impl Fn() -> bool + Send + Sync) {
    let stop = AtomicBool::new(false);
    scope(|threads| {
        let read = || {
            let mut seen = Vec::new();
            while !stop.load(Ordering::Relaxed) {
                let begun = Instant::now();
                seen.push((begun, shows()));
            }
            seen
        };
        let readers: Vec<_> = (0..6).map(|_| threads.spawn(read)).collect();
        while !shows() {}
        let answer = change();
        let acknowledged = Instant::now();
        let after = (0..5).filter(|_| shows()).count();
        stop.store(true, Ordering::Relaxed);
        assert!(answer.status < 300, "{}", answer.text());
        let seen: Vec<_> = readers.into_iter().flat_map(|reader| reader.join().unwrap()).collect();
        let late = seen.iter().filter(|(begun, shown)| *shown && *begun > acknowledged).count();
        assert_eq!((late, after), (0, 0), "of {} answers", seen.len());
    });
}

#[test]
fn no_way_to_take_a_role_away_leaves_anything_to_those_who_ask_later() {
    let server = Server::start(json!({"allowClientClassCreation": true}));
    let user = User::sign_up(&server, "member");
    let (master, reader) = (server.client(Actor::Master), user.client(&server));
    let id = |answer: Answer| text(&answer.json()["objectId"]);
    let role = |name: &str| json!({"__type": "Pointer", "className": "_Role", "objectId": name});
    for round in 0..4 {
        // The user is in the team, which has all that the staff has.
        let body = json!({"name": format!("Team{round}"), "ACL": {},
            "users": {"__op": "AddRelation", "objects": [user.pointer()]}});
        let team = id(master.post("/roles", &body));
        let body = json!({"name": format!("Staff{round}"), "ACL": {},
            "roles": {"__op": "AddRelation", "objects": [role(&team)]}});
        let staff = id(master.post("/roles", &body));
        let acl = json!({format!("role:Staff{round}"): {"read": true}});
        let secret = id(master.post("/classes/Secret", &json!({"ACL": acl})));
        let shows = || {
            let answer = reader.get("/classes/Secret").json();
            answer["results"].as_array().unwrap().iter().any(|row| row["objectId"] == secret.as_str())
        };
        let remove = |of: &str, column: &str, what: Value| {
            let body = json!({column: {"__op": "RemoveRelation", "objects": [what]}});
            put(&master, &format!("/roles/{of}"), &body)
        };
        match round {
            0 => nobody_reads_after(|| remove(&team, "users", user.pointer()), shows),
            1 => nobody_reads_after(|| remove(&staff, "roles", role(&team)), shows),
            2 => nobody_reads_after(|| master.send("DELETE", &format!("/roles/{team}"), &[], None), shows),
            _ => nobody_reads_after(|| put(&master, &format!("/roles/{staff}"), &json!({"name": "Others"})), shows),
        }
    }
}

#[test]
fn a_session_that_has_ended_reads_nothing_any_more() {
    let server = Server::start(json!({}));
    let user = User::sign_up(&server, "leaver");
    let reader = user.client(&server);
    let shows = || reader.get("/users/me").status == 200;
    nobody_reads_after(|| reader.post("/logout", &json!({})), shows);
}

#[test]
fn no_session_of_an_old_password_outlives_it() {
    let server = Server::start(json!({}));
    let user = User::sign_up(&server, "changer");
    let (master, changed) = (server.client(Actor::Master), AtomicBool::new(false));
    let answers = together(&server, |client, n| {
        if n > 0 {
            return log_in(client, "changer", "pw");
        }
        let answer = put(&master, &user.path(), &json!({"password": "new"}));
        changed.store(true, Ordering::Relaxed);
        answer
    });
    assert!(changed.load(Ordering::Relaxed) && answers[0].status == 200, "{}", answers[0].text());
    let wrong = "101: Invalid username/password.";
    assert!(answers.iter().all(|answer| answer.status == 200 || said(answer) == wrong), "{:?}", tally(&answers));
    for token in answers[1..].iter().filter_map(|answer| answer.json()["sessionToken"].as_str().map(str::to_owned)) {
        let me = server.client(Actor::Session(token)).get("/users/me");
        assert_eq!(said(&me), "209: Invalid session token");
    }
    assert_eq!(said(&log_in(&server.client(Actor::Client), "changer", "new")), "200");
}

#[test]
fn a_sign_up_that_is_sent_again_and_again_is_one() {
    let server = Server::start(json!({"idempotencyOptions": {"paths": ["users", "login"], "ttl": 300}}));
    let answers = together(&server, |client, n| {
        let body = json!({"username": format!("u{n}"), "password": "pw"}).to_string();
        client.send("POST", "/users", &[("X-Parse-Request-Id", "once")], Some(body.as_bytes()))
    });
    assert_eq!(tally(&answers), expected(&[("201", 1), ("159: Duplicate request", MANY - 1)]));
    let users = server.client(Actor::Master).get("/users").json();
    assert_eq!(users["results"].as_array().unwrap().len(), 1, "{users}");
}

#[test]
fn increments_of_a_user_by_its_many_sessions_are_all_counted() {
    let server = Server::start(json!({}));
    let user = User::sign_up(&server, "counter");
    let one = json!({"n": {"__op": "Increment", "amount": 1}});
    let answers = together(&server, |_, _| put(&user.client(&server), &user.path(), &one));
    let told: BTreeSet<u64> = answers.iter().map(|answer| answer.json()["n"].as_u64().unwrap()).collect();
    assert_eq!(told, (1..=MANY as u64).collect(), "each saw its own step");
    assert_eq!(user.client(&server).get(&user.path()).json()["n"], json!(MANY));
}
