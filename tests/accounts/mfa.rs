//! `mfa`: a second factor, from its set-up to its end, and what of it is told to whom.

use super::*;
use crate::support::otp::{OTHER, SECRET, token, token_in};

const INVALID: &str = "141: Invalid MFA token";
const MISSING: &str = "-1: Missing additional authData mfa";

pub fn server() -> Server {
    Server::start(json!({"auth": {"mfa": {"options": ["TOTP"]}}}))
}

fn mfa(data: Value) -> Value {
    json!({"authData": {"mfa": data}})
}

/// Sets a user's factor up; its recovery codes.
pub fn set_up(client: &Client, path: &str) -> Vec<String> {
    let answer = put(client, path, &mfa(json!({"secret": SECRET, "token": token(SECRET)})));
    assert_eq!(said(&answer), "200");
    let told = text(&answer.json()["authDataResponse"]["mfa"]["recovery"]);
    let codes: Vec<String> = told.split(", ").map(str::to_owned).collect();
    assert!(codes.len() == 2 && codes.iter().all(|code| code.len() == 30), "{told}");
    codes
}

pub fn log_in_with(client: &Client, name: &str, data: Value) -> Answer {
    client.post("/login", &json!({"username": name, "password": "pw", "authData": {"mfa": data}}))
}

#[test]
fn a_log_in_wants_a_token_or_a_code() {
    let server = server();
    let (user, client) = (User::sign_up(&server, "user"), server.client(Actor::Client));
    assert_eq!(said(&log_in(&client, "user", "pw")), "200");
    let codes = set_up(&user.client(&server), &user.path());
    let with = |data: Value| said(&log_in_with(&client, "user", data));
    assert_eq!((said(&log_in(&client, "user", "pw")), with(json!(null))), (MISSING.into(), MISSING.into()));
    // A request that takes long must not end in a period too far.
    for periods in [1, 0, 0] {
        let answer = log_in_with(&client, "user", json!({"token": token_in(SECRET, periods)}));
        let body = answer.json();
        assert_eq!(said(&answer), "200", "a token is good for a while, and more than once");
        assert_eq!((&body["authData"]["mfa"], &body["authDataResponse"]), (&json!({"status": "enabled"}), &json!({})));
    }
    assert_eq!(with(json!({"token": token_in(SECRET, -4)})), INVALID);
    assert_eq!(with(json!({"token": codes[0]})), "200");
    assert_eq!(with(json!({"token": codes[0]})), INVALID, "a code is good once");
    assert_eq!(with(json!({"token": codes[1]})), "200");
    let wrong = json!({"username": "user", "password": "no", "authData": {"mfa": {"token": token(SECRET)}}});
    assert_eq!(said(&client.post("/login", &wrong)), "101: Invalid username/password.");
}

#[test]
fn the_master_key_is_told_that_a_user_is_not_there_before_providers_are_asked() {
    let server = server();
    for data in [json!({}), json!({"secret": "short"}), json!(5), json!(null)] {
        let answer = put(&server.client(Actor::Master), "/users/missing000", &mfa(data.clone()));
        assert_eq!(said(&answer), "101: Object not found.", "{data}");
    }
}

#[test]
fn nothing_but_its_text_is_a_token() {
    let server = server();
    let (user, client) = (User::sign_up(&server, "user"), server.client(Actor::Client));
    let codes = set_up(&user.client(&server), &user.path());
    for data in [
        json!({}),
        json!({"token": ""}),
        json!({"token": null}),
        json!({"token": {"$ne": "000000"}}),
        json!({"token": {"$in": codes}}),
        json!({"token": {"$regex": "."}}),
        json!({"token": codes}),
        json!({"token": true}),
        json!({"token": token(SECRET).parse::<u32>().unwrap()}),
        json!({"old": token(SECRET)}),
        json!({"secret": OTHER, "token": token(OTHER)}),
        json!({"status": "enabled"}),
    ] {
        assert_eq!(said(&log_in_with(&client, "user", data.clone())), INVALID, "{data}");
    }
    for data in [json!("x"), json!([]), json!(1)] {
        let refused = said(&log_in_with(&client, "user", data.clone()));
        assert_eq!(refused, "252: This authentication method is unsupported.", "{data}");
    }
}

#[test]
fn secret_and_codes_leave_the_server_for_the_master_key_alone() {
    let server = server();
    let (user, client) = (User::sign_up(&server, "user"), server.client(Actor::Client));
    let own = user.client(&server);
    let codes = set_up(&own, &user.path());
    let link = json!({"users": {"__op": "AddRelation", "objects": [user.pointer()]}, "name": "R", "ACL": {}});
    assert_eq!(server.client(Actor::Master).post("/roles", &link).status, 201);
    let with = |body: Value| json!({"username": "user", "password": "pw", "authData": {"mfa": body}});
    let maintenance = server.client(Actor::Maintenance);
    let keys = format!("{}?keys=authData,authData.mfa.secret", user.path());
    let session = format!("/sessions/{}?include=user", text(&own.get("/sessions/me").json()["objectId"]));
    let answers = [
        own.get(&user.path()),
        own.get(&keys),
        own.get("/users"),
        own.get("/classes/_User?excludeKeys=username"),
        own.get("/users/me"),
        own.get(&session),
        own.get("/sessions?include=user"),
        own.get("/users?where={\"objectId\":{\"$exists\":true}}&order=username"),
        put(&own, &user.path(), &json!({"phone": "1"})),
        put(&own, &user.path(), &mfa(json!({"status": "enabled"}))),
        client.post("/login", &with(json!({"token": token(SECRET)}))),
        client.post("/verifyPassword", &with(json!({}))),
        own.post("/upgradeToRevocableSession", &json!({})),
        maintenance.get(&user.path()),
        maintenance.get("/users"),
        maintenance.get("/classes/_Session?include=user"),
    ];
    for answer in &answers {
        let text = answer.text();
        assert!(!text.contains(SECRET) && !codes.iter().any(|code| text.contains(code.as_str())), "{text}");
    }
    let shown = json!({"mfa": {"status": "enabled"}});
    assert_eq!((&own.get(&keys).json()["authData"], &own.get("/users/me").json()["authData"]), (&shown, &shown));
    assert_eq!(maintenance.get(&user.path()).json()["authData"], shown);
    let asked = own.get(&format!("/users?where={{\"authData.mfa.secret\":\"{SECRET}\"}}"));
    assert_eq!(asked.json(), json!({"results": []}), "nor can they be guessed");
    for actor in [Actor::Master, Actor::ReadOnly] {
        assert_eq!(server.client(actor).get(&user.path()).json()["authData"]["mfa"]["secret"], SECRET);
    }
}

#[test]
fn a_new_factor_wants_the_old_one_and_the_end_of_it_none() {
    let server = server();
    let (user, client) = (User::sign_up(&server, "user"), server.client(Actor::Client));
    let own = user.client(&server);
    let change = |more: Value| {
        let mut data = json!({"secret": OTHER, "token": token(OTHER)});
        data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        said(&put(&own, &user.path(), &mfa(data)))
    };
    assert_eq!(said(&put(&own, &user.path(), &mfa(json!({"secret": SECRET})))), "141: Invalid MFA data");
    let codes = set_up(&own, &user.path());
    for wrong in [json!({}), json!({"old": "000000"}), json!({"old": {"$ne": ""}})] {
        assert_eq!(change(wrong.clone()), INVALID, "{wrong}");
    }
    assert_eq!(change(json!({"old": codes[0]})), "200");
    for old in [json!({"token": token(SECRET)}), json!({"token": codes[1]})] {
        assert_eq!(said(&log_in_with(&client, "user", old)), INVALID);
    }
    assert_eq!(said(&log_in_with(&client, "user", json!({"token": token(OTHER)}))), "200");
    assert_eq!(said(&put(&own, &user.path(), &mfa(json!(null)))), "200");
    assert_eq!(said(&log_in(&client, "user", "pw")), "200");
    assert!(server.client(Actor::Master).get(&user.path()).json()["authData"].is_null());
}

#[test]
fn a_second_factor_guards_every_way_in() {
    let server = server();
    let client = server.client(Actor::Client);
    let known = json!({"anonymous": {"id": "a"}});
    let made = client.post("/users", &json!({"authData": known})).json();
    let own = server.client(Actor::Session(text(&made["sessionToken"])));
    set_up(&own, &format!("/users/{}", text(&made["objectId"])));
    let with =
        |data: Value| said(&client.post("/users", &json!({"authData": {"anonymous": {"id": "a"}, "mfa": data}})));
    assert_eq!(said(&client.post("/users", &json!({"authData": known}))), MISSING);
    assert_eq!((with(json!({"token": "000000"})), with(json!({}))), (INVALID.into(), INVALID.into()));
    assert_eq!(with(json!({"token": token(SECRET)})), "200");
    // The token is no way in by itself, and no way to another user.
    let alone = said(&client.post("/users", &mfa(json!({"token": token(SECRET)}))));
    assert_eq!(alone, "141: Invalid MFA data");
    User::sign_up(&server, "other");
    let other = said(&log_in_with(&client, "other", json!({"token": token(SECRET)})));
    assert_eq!(other, "141: Invalid MFA data");
}

#[test]
fn the_master_key_sets_a_factor_but_does_not_log_in_past_it() {
    let server = server();
    let (user, master) = (User::sign_up(&server, "user"), server.client(Actor::Master));
    set_up(&user.client(&server), &user.path());
    assert_eq!(said(&log_in_with(&master, "user", json!({"token": "000000"}))), INVALID);
    assert_eq!(said(&log_in_with(&master, "user", json!({"token": token(SECRET)}))), "200");
    assert_eq!(master.get(&user.path()).json()["authData"]["mfa"]["secret"], SECRET, "the log-in has changed nothing");
    let set = put(&master, &user.path(), &mfa(json!({"secret": OTHER, "recovery": ["spare"]})));
    assert_eq!(said(&set), "200");
    assert_eq!(said(&log_in_with(&server.client(Actor::Client), "user", json!({"token": "spare"}))), "200");
}

#[test]
fn a_factor_stays_wanted_and_secret_when_the_app_drops_it() {
    let mut server = server();
    let user = User::sign_up(&server, "user");
    set_up(&user.client(&server), &user.path());
    server.configure(json!({"auth": {}}));
    server.kill();
    server.restart();
    let client = server.client(Actor::Client);
    assert_eq!(said(&log_in(&client, "user", "pw")), MISSING);
    let refused = said(&log_in_with(&client, "user", json!({"token": token(SECRET)})));
    assert_eq!(refused, "252: This authentication method is unsupported.");
    assert!(!user.client(&server).get("/users/me").text().contains(SECRET));
}
