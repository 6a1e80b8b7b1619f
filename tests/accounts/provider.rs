//! `authData`: sign-up, log-in, linking, unlinking.

use super::*;

fn anonymous(id: &str) -> Value {
    json!({"authData": {"anonymous": {"id": id}}})
}

#[test]
fn an_anonymous_user_becomes_one_with_a_name() {
    let server = Server::start(json!({}));
    let client = server.client(Actor::Client);
    let made = client.post("/users", &anonymous("a")).json();
    let own = server.client(Actor::Session(text(&made["sessionToken"])));
    let path = format!("/users/{}", text(&made["objectId"]));
    let named = json!({"username": "named", "password": "pw", "authData": {"anonymous": null}});
    let changed = put(&own, &path, &named);
    assert_eq!(said(&changed), "200");
    assert!(server.client(Actor::Master).get(&path).json()["authData"].is_null());
    assert_eq!(log_in(&client, "named", "pw").json()["objectId"], made["objectId"]);
    let other = client.post("/users", &anonymous("a"));
    assert_eq!(other.status, 201, "the id is free again");
    let own = server.client(Actor::Session(text(&changed.json()["sessionToken"])));
    assert_eq!(said(&put(&own, &path, &anonymous("a"))), "208: this auth is already used");
}

#[test]
fn sessions_say_how_they_began() {
    let server = Server::start(json!({}));
    let client = server.client(Actor::Client);
    let with = |answer: Answer| {
        let token = text(&answer.json()["sessionToken"]);
        server.client(Actor::Session(token)).get("/sessions/me").json()["createdWith"].clone()
    };
    let anonymously = json!({"action": "login", "authProvider": "anonymous"});
    assert_eq!(with(client.post("/users", &anonymous("a"))), anonymously);
    assert_eq!(with(client.post("/users", &anonymous("a"))), anonymously);
    assert_eq!(with(sign_up(&client, "n", "p")), json!({"action": "signup", "authProvider": "password"}));
    assert_eq!(with(log_in(&client, "n", "p")), json!({"action": "login", "authProvider": "password"}));
}

#[test]
fn a_user_locked_out_by_its_acl_does_not_come_in() {
    let server = Server::start(json!({}));
    let (client, master) = (server.client(Actor::Client), server.client(Actor::Master));
    let made = client.post("/users", &anonymous("a")).json();
    let path = format!("/users/{}", text(&made["objectId"]));
    assert_eq!(said(&put(&master, &path, &json!({"ACL": {}, "password": "pw", "username": "out"}))), "200");
    assert_eq!(said(&log_in(&client, "out", "pw")), "101: Invalid username/password.");
    assert_eq!(said(&client.post("/users", &anonymous("a"))), "208: this auth is already used");
}

#[test]
fn anonymous_users_can_be_switched_off() {
    let server = Server::start(json!({"enableAnonymousUsers": false}));
    let refused = said(&server.client(Actor::Client).post("/users", &anonymous("a")));
    assert_eq!(refused, "252: This authentication method is unsupported.");
}

#[test]
fn data_of_the_wrong_shape_is_refused() {
    let server = Server::start(json!({}));
    let client = server.client(Actor::Client);
    for (data, wanted) in [
        (json!({"anonymous": {"id": {"$ne": 1}}}), "162: Invalid authData id for provider 'anonymous'."),
        (json!({"anonymous": "x", "b": {"id": "1"}}), "252: This authentication method is unsupported."),
        (json!({"a.b": null, "anonymous": {"id": "1"}}), "252: This authentication method is unsupported."),
        (json!([]), "200: bad or missing username"),
        (json!(null), "200: bad or missing username"),
    ] {
        assert_eq!(said(&client.post("/users", &json!({"authData": data}))), wanted, "{data}");
    }
    let credentials = json!({"username": "a", "password": "b", "authData": null});
    assert_eq!(said(&client.post("/users", &credentials)), "252: This authentication method is unsupported.");
}

#[test]
fn a_challenge_tells_nobody_whose_an_id_is() {
    let server = Server::start(json!({}));
    let client = server.client(Actor::Client);
    assert_eq!(client.post("/users", &anonymous("a")).status, 201);
    let asked = |id: &str| {
        let mut body = anonymous(id);
        body["challengeData"] = json!({"anonymous": {}});
        client.post("/challenge", &body)
    };
    assert_eq!(asked("a").json(), json!({"challengeData": {}}));
    assert_eq!(said(&asked("b")), "101: User not found.");
    let nobody = json!({"username": "ghost", "password": "pw", "challengeData": {}});
    assert_eq!(said(&client.post("/challenge", &nobody)), "101: Invalid username/password.");
    assert_eq!(said(&client.post("/challenge", &json!({}))), "-1: Nothing to challenge.");
}

#[test]
fn what_providers_say_is_told_to_the_user_and_the_master_key() {
    let server = Server::start(json!({}));
    let user = User::sign_up(&server, "user");
    let link = |actor: Actor, id: &str| put(&server.client(actor), &user.path(), &anonymous(id)).json();
    let own = || Actor::Session(user.token.clone());
    assert_eq!(link(own(), "a")["authDataResponse"], json!({}));
    for actor in [own(), Actor::Master, Actor::Maintenance] {
        assert!(
            link(actor.clone(), "a").get("authDataResponse").is_none(),
            "{actor:?}: nothing is new, nobody was asked"
        );
    }
}

#[test]
fn users_keep_their_own_rights_where_they_stand() {
    let server = Server::start(json!({}));
    let user = User::sign_up(&server, "user");
    let (write, both) = (json!({"write": true}), json!({"read": true, "write": true}));
    for (own, other) in [(&user.id, "zz"), (&user.id, "00")] {
        for flags in [&write, &both, &json!({}), &json!({"read": true}), &json!(null)] {
            let body = format!(r#"{{"ACL":{{"{own}":{flags},"{other}":{{"read":true}}}}}}"#);
            let changed = user.client(&server).send("PUT", &user.path(), &[], Some(body.as_bytes()));
            assert_eq!(said(&changed), "200", "{body}");
            let shown = server.client(Actor::Master).get(&user.path()).text();
            assert!(shown.contains(&format!(r#""ACL":{{"{own}":{both},"{other}""#)), "{body}: {shown}");
        }
    }
}
