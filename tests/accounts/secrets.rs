//! What of users stays with the server, whoever asks.

use super::*;

#[test]
fn no_answer_ever_holds_a_hash_or_a_token_that_is_not_the_callers() {
    let server = Server::start(json!({"enforcePrivateUsers": false}));
    let (user, other) = (User::sign_up(&server, "user"), User::sign_up(&server, "other"));
    let actors =
        [Actor::Client, Actor::Session(other.token.clone()), Actor::Master, Actor::ReadOnly, Actor::Maintenance];
    let paths = [user.path(), "/users".to_owned(), "/classes/_User?keys=password,_hashed_password,sessionToken".into()];
    for (actor, path) in actors.iter().flat_map(|actor| paths.iter().map(move |path| (actor, path))) {
        let answer = server.client(actor.clone()).get(path);
        assert_eq!(answer.status, 200, "{actor:?} {path}");
        let text = answer.text();
        assert!(!text.contains("$2") && !text.contains(&user.token), "{actor:?} {path}: {text}");
    }
}

#[test]
fn clients_cannot_ask_about_secrets() {
    let server = Server::start(json!({"enforcePrivateUsers": false}));
    let body = json!({"authData": {"anonymous": {"id": "known"}}});
    assert_eq!(server.client(Actor::Client).post("/users", &body).status, 201);
    let other = User::sign_up(&server, "other").client(&server);
    let found = |client: &Client, clause: Value| {
        let answer = client.get(&format!("/users?where={clause}"));
        answer.json()["results"].as_array().map(Vec::len)
    };
    for clause in [
        json!({"authData.anonymous.id": "known"}),
        json!({"authData": {"$exists": true}}),
        json!({"authData.anonymous.id": {"$ne": "guess"}}),
        json!({"$or": [{"authData.anonymous.id": "known"}, {"username": "other"}]}),
        json!({"sessionToken": {"$exists": false}}),
        json!({"password": {"$ne": "x"}}),
    ] {
        assert_eq!(found(&other, clause.clone()), Some(0), "{clause}");
    }
    let master = server.client(Actor::Master);
    assert_eq!(found(&master, json!({"authData.anonymous.id": "known"})), Some(1));
    assert_eq!(said(&other.get("/users?order=authData.anonymous.id")), "105: Cannot sort by authData.anonymous.id");
    assert_eq!(
        said(&other.get("/users?where={\"_hashed_password\":{\"$exists\":true}}")),
        "105: Invalid key name: _hashed_password"
    );
}

#[test]
fn a_user_sees_its_own_address_and_providers_and_nobody_elses() {
    let server = Server::start(json!({"enforcePrivateUsers": false, "allowClientClassCreation": true}));
    let client = server.client(Actor::Client);
    let body = json!({"username": "a", "password": "p", "email": "a@e.com", "authData": {"anonymous": {"id": "x"}}});
    let token = text(&client.post("/users", &body).json()["sessionToken"]);
    let own = server.client(Actor::Session(token));
    User::sign_up(&server, "b");
    let users = own.get("/users?order=username").json();
    assert_eq!(
        (&users["results"][0]["email"], &users["results"][0]["authData"]["anonymous"]["id"]),
        (&json!("a@e.com"), &json!("x"))
    );
    let owner = json!({"__type": "Pointer", "className": "_User", "objectId": users["results"][0]["objectId"]});
    assert_eq!(server.client(Actor::Master).post("/classes/Post", &json!({"owner": owner})).status, 201);
    for path in ["/classes/Post?include=owner", "/classes/Post?include=owner&keys=owner.authData,owner.email"] {
        let owner = &own.get(path).json()["results"][0]["owner"];
        assert!(owner["email"] == "a@e.com" && owner["authData"].is_null(), "{path}: {owner}");
    }
    for actor in [Actor::Client, Actor::Session(User::sign_up(&server, "c").token)] {
        let users = server.client(actor).get("/users?order=username").json();
        assert!(users["results"][0]["email"].is_null() && users["results"][0]["authData"].is_null(), "{users}");
    }
}

#[test]
fn clients_cannot_set_what_the_server_owns() {
    let server = Server::start(json!({}));
    let user = User::sign_up(&server, "user");
    let client = user.client(&server);
    for key in
        ["_hashed_password", "_session_token", "_failed_login_count", "_perishable_token", "_auth_data_x", "_rperm"]
    {
        let wanted = format!("105: Invalid field name: {key}.");
        assert_eq!(said(&put(&client, &user.path(), &json!({key: "x"}))), wanted);
        let body = json!({"username": "n", "password": "p", key: "x"});
        assert_eq!(said(&server.client(Actor::Client).post("/users", &body)), wanted);
    }
    assert_eq!(said(&put(&client, &user.path(), &json!({"sessionToken": "mine"}))), "200");
    let legacy = server.client(Actor::Session("mine".into()));
    let refused = said(&legacy.post("/upgradeToRevocableSession", &json!({})));
    assert_eq!(refused, "209: invalid legacy session token");
    assert_eq!(
        said(&put(&client, &user.path(), &json!({"authData.anonymous": {"id": "x"}}))),
        "105: Invalid field name for update: authData.anonymous"
    );
}

#[test]
fn a_stranger_learns_nothing_by_changing_another_user() {
    let server = Server::start(json!({"passwordPolicy": {"maxPasswordHistory": 3}, "enforcePrivateUsers": false}));
    let (user, other) = (User::sign_up(&server, "user"), User::sign_up(&server, "other"));
    let repeated = "142: New password should not be the same as last 3 passwords.";
    assert_eq!(said(&put(&user.client(&server), &user.path(), &json!({"password": "pw"}))), repeated);
    for password in ["pw", "another"] {
        let answer = put(&other.client(&server), &user.path(), &json!({"password": password}));
        assert_eq!(said(&answer), "206: Permission denied");
    }
}

#[test]
fn a_password_that_is_too_old_must_be_changed() {
    let server = Server::start(json!({"passwordPolicy": {"maxPasswordAge": 1}}));
    let user = User::sign_up(&server, "user");
    let client = server.client(Actor::Client);
    assert_eq!(said(&log_in(&client, "user", "pw")), "200");
    let old = json!({"_password_changed_at": {"__type": "Date", "iso": "2020-01-01T00:00:00.000Z"}});
    assert_eq!(said(&put(&server.client(Actor::Maintenance), &user.path(), &old)), "200");
    assert_eq!(said(&log_in(&client, "user", "pw")), "101: Your password has expired. Please reset your password.");
    assert_eq!(said(&put(&user.client(&server), &user.path(), &json!({"password": "new"}))), "200");
    assert_eq!(said(&log_in(&client, "user", "new")), "200");
}

#[test]
fn names_and_addresses_can_be_kept_in_lower_case() {
    let server = Server::start(json!({"convertEmailToLowercase": true, "convertUsernameToLowercase": true}));
    let client = server.client(Actor::Client);
    let body = json!({"username": "Bob", "password": "pw", "email": "Bob@E.com"});
    assert_eq!(client.post("/users", &body).status, 201);
    for name in ["bob", "bob@e.com"] {
        let user = log_in(&client, name, "pw").json();
        assert_eq!((&user["username"], &user["email"]), (&json!("bob"), &json!("bob@e.com")));
    }
}
