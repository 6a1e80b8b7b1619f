//! Fields of sessions and users that only the server writes. See also `tests/accounts/sessions.rs` and `secrets.rs`.

use super::*;

#[test]
fn nothing_that_the_server_says_of_a_session_can_be_changed() {
    let server = Server::start(json!({}));
    let (user, other) = (User::sign_up(&server, "user"), User::sign_up(&server, "other"));
    let client = user.client(&server);
    let before = client.get("/sessions/me").json();
    let path = format!("/sessions/{}", text(&before["objectId"]));
    assert_eq!(said(&put(&client, &path, &json!({"note": {"a": 1}}))), "200", "a field of one's own");
    assert_eq!(said(&put(&client, &path, &json!({"note.a": 2}))), "200");
    for key in ["user", "installationId", "sessionToken", "expiresAt", "createdWith"] {
        for value in
            [json!(null), json!(""), json!(0), json!(false), json!({}), json!({"__op": "Delete"}), other.pointer()]
        {
            let refused = format!("105: Invalid key name: {key}");
            assert_eq!(said(&put(&client, &path, &json!({key: value}))), refused, "{value}");
        }
        let dotted = said(&put(&client, &path, &json!({format!("{key}.action"): "x"})));
        assert!(dotted.starts_with("105") || dotted.starts_with("111"), "{key}: {dotted}");
    }
    for acl in [json!(null), json!({}), json!({"*": {"read": true}}), json!({"__op": "Delete"})] {
        assert_eq!(said(&put(&client, &path, &json!({"ACL": acl}))), "105: Cannot set ACL on a Session.");
        assert_eq!(said(&client.post("/sessions", &json!({"ACL": acl}))), "105: Cannot set ACL on a Session.");
    }
    let after = client.get("/sessions/me").json();
    for key in ["user", "sessionToken", "expiresAt", "createdWith"] {
        assert_eq!(after[key], before[key], "{key}");
    }
}

#[test]
fn a_session_that_a_user_makes_is_its_own_and_ends_in_time() {
    let server = Server::start(json!({"sessionLength": 3600}));
    let (user, other) = (User::sign_up(&server, "user"), User::sign_up(&server, "other"));
    let forever = json!({"__type": "Date", "iso": "2999-01-01T00:00:00.000Z"});
    let forged = json!({"user": other.pointer(), "sessionToken": "r:0123", "expiresAt": forever, "createdWith": {"action": "login"}});
    let made = user.client(&server).post("/sessions", &forged).json();
    assert_eq!((&made["user"]["objectId"], &made["createdWith"]["action"]), (&json!(user.id), &json!("create")));
    assert!(
        made["sessionToken"] != "r:0123" && !made["expiresAt"]["iso"].as_str().unwrap().starts_with("2999"),
        "{made}"
    );
    assert_eq!(said(&server.client(Actor::Session("r:0123".into())).get("/users/me")), "209: Invalid session token");
    for dotted in
        [json!({"user.objectId": other.id}), json!({"sessionToken.x": 1}), json!({"createdWith.action": "login"})]
    {
        let answer = said(&user.client(&server).post("/sessions", &dotted));
        assert!(answer.starts_with("105") || answer.starts_with("111"), "{dotted}: {answer}");
    }
}

#[test]
fn only_the_server_says_that_an_address_is_verified() {
    let server = Server::start(json!({}));
    let user = User::sign_up(&server, "user");
    let (client, master) = (user.client(&server), server.client(Actor::Master));
    for value in [
        json!(true),
        json!(false),
        json!(null),
        json!({"__op": "Delete"}),
        json!({"__op": "SetOnInsert", "amount": true}),
    ] {
        assert_eq!(
            said(&put(&client, &user.path(), &json!({"emailVerified": value}))),
            "119: Permission denied",
            "{value}"
        );
        let body = json!({"username": "n", "password": "p", "emailVerified": value});
        assert_eq!(said(&server.client(Actor::Client).post("/users", &body)), "119: Permission denied", "{value}");
    }
    assert!(said(&put(&client, &user.path(), &json!({"emailVerified.x": 1}))).starts_with("111"));
    assert_eq!(said(&put(&master, &user.path(), &json!({"emailVerified": true}))), "200");
}

#[test]
fn what_the_database_keeps_for_itself_is_no_field() {
    let server = Server::start(json!({"allowClientClassCreation": true}));
    let id = stored(&server, "A", json!({"n": 1}));
    let client = server.client(Actor::Client);
    for key in ["_rperm", "_wperm", "_acl", "_id", "_created_at", "_p_user", "_tombstone", "_session_token"] {
        let refused = format!("105: Invalid field name: {key}.");
        assert_eq!(said(&client.post("/classes/A", &json!({key: ["*"]}))), refused);
        assert_eq!(said(&put(&client, &format!("/classes/A/{id}"), &json!({key: ["*"]}))), refused);
    }
    assert!(said(&put(&client, &format!("/classes/A/{id}"), &json!({"ACL.*": {"write": true}}))).starts_with("111"));
    let moved = json!({"objectId": "another"});
    assert!(said(&put(&client, &format!("/classes/A/{id}"), &moved)).starts_with("105"));
    for (key, code) in [("createdAt", "111"), ("updatedAt", "111")] {
        let op = json!({key: {"__op": "Increment", "amount": 1}});
        assert!(said(&put(&client, &format!("/classes/A/{id}"), &op)).starts_with(code), "{key}");
    }
}
