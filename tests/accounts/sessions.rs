//! Tokens: how long they are good for, and for whom.

use super::*;
use std::thread::sleep;
use std::time::Duration;

const INVALID: &str = "209: Invalid session token";

#[test]
fn a_token_ends_with_its_session_at_once() {
    let server = Server::start(json!({}));
    let user = User::sign_up(&server, "user");
    let client = user.client(&server);
    assert_eq!(said(&client.get("/users/me")), "200");
    let second = text(&log_in(&server.client(Actor::Client), "user", "pw").json()["sessionToken"]);
    assert_eq!(said(&client.post("/logout", &json!({}))), "200");
    assert_eq!(said(&client.get("/users/me")), INVALID);
    let second = server.client(Actor::Session(second));
    assert_eq!(said(&second.get("/users/me")), "200");
    let changed = put(&second, &user.path(), &json!({"password": "new"}));
    let third = server.client(Actor::Session(text(&changed.json()["sessionToken"])));
    assert_eq!((said(&second.get("/users/me")), said(&third.get("/users/me"))), (INVALID.into(), "200".into()));
    let session = text(&third.get("/sessions/me").json()["objectId"]);
    assert_eq!(said(&third.send("DELETE", &format!("/sessions/{session}"), &[], None)), "200");
    assert_eq!(said(&third.get("/users/me")), INVALID);
}

/// The JavaScript SDK 2 deletes an anonymous user and ends its session then; both must succeed.
#[test]
fn a_session_whose_user_is_gone_can_still_be_ended() {
    let server = Server::start(json!({}));
    let user = User::sign_up(&server, "user");
    let client = user.client(&server);
    assert_eq!(said(&client.send("DELETE", &user.path(), &[], None)), "200");
    assert_eq!(said(&client.post("/logout", &json!({}))), "200");
    assert_eq!(said(&client.post("/logout", &json!({}))), INVALID, "that was the session's end");
}

#[test]
fn a_new_password_leaves_sessions_alone_where_the_app_says_so() {
    let server = Server::start(json!({"revokeSessionOnPasswordReset": false}));
    let user = User::sign_up(&server, "user");
    assert_eq!(said(&put(&user.client(&server), &user.path(), &json!({"password": "new"}))), "200");
    assert_eq!(said(&user.client(&server).get("/users/me")), "200");
}

#[test]
fn a_session_ends_with_its_time_unless_it_is_renewed() {
    let short = Server::start(json!({"sessionLength": 1}));
    let renewed = Server::start(json!({"sessionLength": 2, "extendSessionOnUse": true}));
    let (mortal, lively) = (User::sign_up(&short, "mortal"), User::sign_up(&renewed, "lively"));
    for _ in 0..3 {
        sleep(Duration::from_millis(1200));
        assert_eq!(said(&lively.client(&renewed).get("/users/me")), "200");
        assert_eq!(said(&mortal.client(&short).get("/users/me")), "209: Session token is expired.");
    }
    let eternal = Server::start(json!({"expireInactiveSessions": false}));
    let user = User::sign_up(&eternal, "eternal");
    assert!(user.client(&eternal).get("/sessions/me").json()["expiresAt"].is_null());
}

#[test]
fn an_installation_has_one_session_of_a_user() {
    let server = Server::start(json!({}));
    let on = |installation: &str| {
        let body = json!({"username": "user", "password": "pw"}).to_string();
        let headers = [("X-Parse-Installation-Id", installation)];
        let answer = server.client(Actor::Client).send("POST", "/login", &headers, Some(body.as_bytes()));
        server.client(Actor::Session(text(&answer.json()["sessionToken"])))
    };
    User::sign_up(&server, "user");
    let (first, other, second) = (on("one"), on("two"), on("one"));
    let said = [first, other, second].map(|client| said(&client.get("/users/me")));
    assert_eq!(said, [INVALID, "200", "200"]);
}

#[test]
fn users_see_and_end_their_own_sessions_alone() {
    let server = Server::start(json!({}));
    let (user, other) = (User::sign_up(&server, "user"), User::sign_up(&server, "other"));
    let (client, stranger) = (user.client(&server), other.client(&server));
    let session = format!("/sessions/{}", text(&client.get("/sessions/me").json()["objectId"]));
    assert_eq!(said(&client.get(&session)), "200");
    assert_eq!(said(&stranger.get(&session)), "101: Object not found.");
    assert_eq!(said(&put(&stranger, &session, &json!({"a": 1}))), "101: Object not found.");
    assert_eq!(said(&stranger.send("DELETE", &session, &[], None)), "101: Object not found for delete.");
    assert_eq!(stranger.get("/sessions").json()["results"].as_array().unwrap().len(), 1);
    assert_eq!(stranger.get("/classes/_Session?count=1&limit=0").json()["count"], 1);
    for key in ["sessionToken", "installationId", "expiresAt", "createdWith", "user"] {
        let answer = put(&client, &session, &json!({key: other.pointer()}));
        assert_eq!(said(&answer), format!("105: Invalid key name: {key}"));
    }
    let forged = json!({"user": other.pointer(), "sessionToken": "r:mine", "createdWith": {"action": "login"}, "b": 2});
    let made = client.post("/sessions", &forged).json();
    assert_eq!((&made["user"]["objectId"], &made["b"]), (&json!(user.id), &json!(2)));
    assert!(made["sessionToken"] != "r:mine" && made["createdWith"] == json!({"action": "create"}), "{made}");
}

#[test]
fn the_token_of_an_old_app_becomes_a_session_once() {
    let server = Server::start(json!({}));
    let user = User::sign_up(&server, "old");
    let set = put(&server.client(Actor::Maintenance), &user.path(), &json!({"_session_token": "oldtoken"}));
    assert_eq!(said(&set), "200");
    let old = server.client(Actor::Session("oldtoken".into()));
    assert_eq!(said(&old.get("/users/me")), INVALID);
    let session = old.post("/upgradeToRevocableSession", &json!({}));
    let token = text(&session.json()["sessionToken"]);
    assert_eq!(session.json()["createdWith"], json!({"action": "upgrade"}));
    assert_eq!(said(&server.client(Actor::Session(token)).get("/users/me")), "200");
    let again = said(&old.post("/upgradeToRevocableSession", &json!({})));
    assert_eq!(again, "209: invalid legacy session token");
}

#[test]
fn the_master_key_may_be_anybody() {
    let server = Server::start(json!({}));
    let user = User::sign_up(&server, "user");
    let as_user = |actor: Actor| server.client(actor).post("/loginAs", &json!({"userId": user.id}));
    let token = text(&as_user(Actor::Master).json()["sessionToken"]);
    let session = server.client(Actor::Session(token)).get("/sessions/me").json();
    assert_eq!(session["createdWith"], json!({"action": "login", "authProvider": "masterkey"}));
    for actor in [Actor::Client, Actor::ReadOnly, Actor::Maintenance, Actor::Session(user.token.clone())] {
        assert_eq!(said(&as_user(actor)), "119: Permission denied");
    }
}

#[test]
fn the_maintenance_key_makes_sessions_and_finds_none() {
    let server = Server::start(json!({"enableSanitizedErrorResponse": false}));
    let maintenance = server.client(Actor::Maintenance);
    assert_eq!(said(&maintenance.post("/classes/_Session", &json!({"foo": 1}))), "201");
    assert_eq!(said(&maintenance.get("/classes/_Session")), INVALID);
}

#[test]
fn a_session_that_does_not_fit_is_not_made() {
    let server = Server::start(json!({}));
    let user = User::sign_up(&server, "user");
    let sessions = || user.client(&server).get("/sessions").json()["results"].as_array().map(Vec::len);
    let refused = user.client(&server).post("/sessions", &json!({"expiresAt": "tomorrow"}));
    assert_eq!(said(&refused), "111: schema mismatch for _Session.expiresAt; expected Date but got String");
    assert_eq!(sessions(), Some(1));
    let expires = json!({"__type": "Date", "iso": "2020-01-01T00:00:00.000Z"});
    assert_eq!(said(&user.client(&server).post("/sessions", &json!({"expiresAt": expires}))), "201");
    assert_eq!((sessions(), said(&user.client(&server).get("/users/me"))), (Some(2), "200".into()));
}

#[test]
fn a_session_is_read_by_the_permission_to_find() {
    let server = Server::start(json!({"enableSanitizedErrorResponse": false}));
    let user = User::sign_up(&server, "user");
    let permit = |action: &str| {
        let permissions = json!({"classLevelPermissions": {action: {"*": true}}});
        assert_eq!(said(&put(&server.client(Actor::Master), "/schemas/_Session", &permissions)), "200");
        said(&user.client(&server).get("/sessions/me"))
    };
    assert_eq!(permit("get"), "119: Permission denied for action find on class _Session.");
    assert_eq!(permit("find"), "200");
}

#[test]
fn who_is_logged_in_gets_no_session_for_a_user_that_it_links() {
    let server = Server::start(json!({}));
    let user = User::sign_up(&server, "user");
    let linked = json!({"username": "linked", "password": "pw", "authData": {}});
    let plain = json!({"username": "plain", "password": "pw"});
    let token = |body| user.client(&server).post("/users", body).json()["sessionToken"].is_string();
    assert_eq!((token(&linked), token(&plain)), (false, true));
}

#[test]
fn a_session_is_not_made_where_its_class_or_its_columns_refuse_it() {
    let server = Server::start(json!({}));
    let user = User::sign_up(&server, "user");
    let (client, master) = (user.client(&server), server.client(Actor::Master));
    let make = |body: &Value| said(&client.post("/sessions", body));
    assert_eq!(make(&json!({"mine": 1})), "201");
    for key in ["createdAt", "expiresAt"] {
        let text = format!("111: schema mismatch for _Session.{key}; expected Date but got String");
        assert_eq!(make(&json!({key: "2020-01-01T00:00:00.000Z"})), text);
    }
    let open = json!({"*": true});
    let closed = json!({"classLevelPermissions": {"find": open, "get": open, "create": {}, "addField": open}});
    assert_eq!(said(&put(&master, "/schemas/_Session", &closed)), "200");
    assert_eq!(make(&json!({})), "119: Permission denied");
    assert_eq!(said(&log_in(&client, "user", "pw")), "200", "the server makes sessions all the same");
    assert_eq!(master.get("/sessions?count=1&limit=0").json()["count"], 3);
}

#[test]
fn a_session_has_the_permissions_that_its_class_gives() {
    let server = Server::start(json!({}));
    let master = server.client(Actor::Master);
    let open = json!({"*": true});
    let closed =
        json!({"classLevelPermissions": {"find": open, "get": open, "create": open, "ACL": {"*": {"write": true}}}});
    User::sign_up(&server, "earlier");
    assert_eq!(said(&put(&master, "/schemas/_Session", &closed)), "200");
    let user = User::sign_up(&server, "user");
    assert_eq!(master.get("/sessions?order=createdAt").json()["results"][1]["ACL"], json!({"*": {"write": true}}));
    assert_eq!(user.client(&server).get("/sessions").json(), json!({"results": []}));
    assert_eq!(said(&user.client(&server).get("/users/me")), "200", "a token is good whoever sees its session");
}
