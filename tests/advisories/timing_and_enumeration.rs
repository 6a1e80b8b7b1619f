//! Whether an account exists is told neither by the answer nor by the work done for it. That a log-in compares as many hashes
//! for a name that is unknown is asserted where hashes are counted, in `src/rest/login/tests.rs`.

use super::*;

#[test]
fn a_log_in_fails_alike_whatever_is_wrong() {
    let server = Server::start(json!({}));
    let client = server.client(Actor::Client);
    User::sign_up(&server, "user");
    let anonymous = client.post("/users", &json!({"authData": {"anonymous": {"id": "x"}}})).json();
    let nameless = text(&anonymous["username"]);
    assert_eq!(said(&log_in(&client, "user", "pw")), "200");
    for path in ["/login", "/verifyPassword", "/challenge"] {
        for name in ["user", "nobody", nameless.as_str(), "USER", "user "] {
            let body = json!({"username": name, "password": "wrong", "challengeData": {"anonymous": {}}});
            let answer = client.post(path, &body);
            assert_eq!(
                (answer.status, said(&answer).as_str()),
                (404, "101: Invalid username/password."),
                "{path} {name}"
            );
        }
    }
}

#[test]
fn a_lock_holds_on_every_way_that_takes_a_password() {
    let server = Server::start(json!({"accountLockout": {"duration": 5, "threshold": 3}}));
    let client = server.client(Actor::Client);
    let user = json!({"username": "user", "password": "pw", "email": "u@e.com"});
    assert_eq!(said(&client.post("/users", &user)), "201");
    let ask = |path: &str, name: (&str, &str), password: &str| {
        let body = json!({name.0: name.1, "password": password, "challengeData": {"anonymous": {}}});
        said(&client.post(path, &body))
    };
    let (by_name, by_address, either) = (("username", "user"), ("email", "u@e.com"), ("username", "u@e.com"));
    for (path, name) in [("/login", by_name), ("/verifyPassword", by_address), ("/challenge", either)] {
        assert_eq!(ask(path, name, "guess"), "101: Invalid username/password.", "{path}");
    }
    for path in ["/login", "/verifyPassword", "/challenge"] {
        for name in [by_name, by_address, either] {
            assert!(ask(path, name, "pw").contains("Your account is locked"), "{path} {name:?}");
        }
    }
}

#[test]
fn what_a_caller_may_not_see_is_not_there() {
    let server = Server::start(json!({"allowClientClassCreation": true}));
    let hidden = stored(&server, "A", json!({"ACL": {}}));
    let client = User::sign_up(&server, "user").client(&server);
    for id in [hidden.as_str(), "missing"] {
        let path = format!("/classes/A/{id}");
        let said = [client.get(&path), put(&client, &path, &json!({"a": 1})), client.send("DELETE", &path, &[], None)];
        assert_eq!(said.map(|answer| super::said(&answer)), [(); 3].map(|()| "101: Object not found."), "{id}");
    }
    let stranger = User::sign_up(&server, "stranger");
    for path in [stranger.path(), "/users/missing".to_owned()] {
        assert_eq!(said(&put(&client, &path, &json!({"a": 1}))), "206: Permission denied", "{path}");
        assert_eq!(said(&client.send("DELETE", &path, &[], None)), "206: Permission denied", "{path}");
    }
}

#[test]
fn sign_up_asks_for_the_right_to_create_before_it_tells_who_is_there() {
    let server = Server::start(json!({}));
    User::sign_up(&server, "user");
    let client = server.client(Actor::Client);
    assert_eq!(said(&sign_up(&client, "user", "p")), "202: Account already exists for this username.");
    let closed = json!({"classLevelPermissions": {"create": {}, "find": {"*": true}}});
    assert_eq!(said(&put(&server.client(Actor::Master), "/schemas/_User", &closed)), "200");
    for name in ["user", "nobody"] {
        assert_eq!(said(&sign_up(&client, name, "p")), "119: Permission denied", "{name}");
    }
}

#[test]
fn a_stranger_is_refused_before_anything_of_a_change_is_looked_at() {
    let server = Server::start(json!({"enforcePrivateUsers": false, "passwordPolicy": {"validatorPattern": "^.{8}"}}));
    let sign_up = |name: &str, more: Value| {
        let mut body = json!({"username": name, "password": "password", "email": format!("{name}@e.com")});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made = server.client(Actor::Client).post("/users", &body);
        assert_eq!(said(&made), "201");
        (format!("/users/{}", text(&made.json()["objectId"])), text(&made.json()["sessionToken"]))
    };
    let (victim, token) = sign_up("victim", json!({"authData": {"anonymous": {"id": "known"}}}));
    let (_, stranger) = sign_up("stranger", json!({}));
    sign_up("taken", json!({"authData": {"anonymous": {"id": "taken"}}}));
    let changes = [
        (json!({"username": "taken"}), "202"),
        (json!({"email": "taken@e.com"}), "203"),
        (json!({"email": "none"}), "125"),
        (json!({"password": "short"}), "142"),
        (json!({"authData": {"anonymous": {"id": "taken"}}}), "208"),
        (json!({"authData": {"unknown": {"id": "1"}}}), "252"),
        (json!({"emailVerified": true}), "119"),
        (json!({"username": {"__op": "Increment", "amount": 1}}), "111"),
    ];
    let own = server.client(Actor::Session(token));
    for (change, code) in &changes {
        let answer = said(&put(&own, &victim, change));
        assert!(
            answer.starts_with(&format!("{code}:")),
            "the user itself is told what is wrong with {change}: {answer}"
        );
        for path in [victim.as_str(), "/users/missing"] {
            for actor in [Actor::Client, Actor::Session(stranger.clone())] {
                let answer = put(&server.client(actor), path, change);
                assert_eq!((answer.status, said(&answer).as_str()), (400, "206: Permission denied"), "{path} {change}");
            }
        }
    }
}
