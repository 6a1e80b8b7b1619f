//! Providers with `oauth2: true`: a server that introspects tokens, honest and forged ones.

use super::*;
use crate::support::Identity;
use crate::support::identity::AUTHORIZATION;

const INVALID: &str = "101: OAuth2 access token is invalid for this user.";

fn options(identity: &Identity) -> Value {
    json!({"oauth2": true, "tokenIntrospectionEndpointUrl": format!("{}/introspect", identity.url()),
        "authorizationHeader": AUTHORIZATION, "appidField": "client_id", "appIds": ["mine", "also"]})
}

fn server(options: Value) -> Server {
    Server::start(json!({"auth": {"idp": options}}))
}

fn data(id: &str, token: &str) -> Value {
    json!({"authData": {"idp": {"id": id, "access_token": token}}})
}

#[test]
fn an_active_token_of_the_app_signs_up_logs_in_and_links() {
    let identity = Identity::start();
    let server = server(options(&identity));
    let client = server.client(Actor::Client);
    identity.grant("opaque-1", json!({"active": true, "sub": "u1", "client_id": "mine"}));
    identity.grant("opaque-2", json!({"active": true, "sub": "u1", "client_id": ["other", "also"]}));
    let made = client.post("/users", &data("u1", "opaque-1"));
    assert_eq!((made.status, &made.json()["authDataResponse"]), (201, &json!({})));
    let again = client.post("/users", &data("u1", "opaque-2"));
    assert_eq!((again.status, &again.json()["objectId"]), (200, &made.json()["objectId"]));
    let shown = &server.client(Actor::Session(text(&again.json()["sessionToken"]))).get("/users/me").json()["authData"];
    assert_eq!(shown, &json!({"idp": {"id": "u1", "access_token": "opaque-2"}}), "the newest token is kept");
    identity.grant("opaque-3", json!({"active": true, "sub": "u3", "client_id": "mine"}));
    User::sign_up(&server, "named");
    let linked = json!({"username": "named", "password": "pw", "authData": data("u3", "opaque-3")["authData"]});
    assert_eq!(said(&client.post("/login", &linked)), "200");
    assert_eq!(client.post("/users", &data("u3", "opaque-3")).json()["username"], "named");
    // Data that two users have are nobody's.
    assert_eq!(client.post("/users", &json!({"authData": {"anonymous": {"id": "a"}}})).status, 201);
    let both = json!({"authData": {"anonymous": {"id": "a"}, "idp": data("u1", "opaque-2")["authData"]["idp"]}});
    assert_eq!(said(&client.post("/users", &both)), "208: this auth is already used");
    let guessed = json!({"authData": {"anonymous": {"id": "a"}, "idp": data("u1", "guess")["authData"]["idp"]}});
    assert_eq!(
        said(&client.post("/users", &guessed)),
        "101: OAuth2: Invalid app ID.",
        "ids are not told without proof"
    );
    assert!(!server.output().contains(AUTHORIZATION) && !server.output().contains("opaque-"), "{}", server.output());
}

#[test]
fn nothing_else_does() {
    let identity = Identity::start();
    let server = server(options(&identity));
    let client = server.client(Actor::Client);
    let whose = |token: &str, told: Value| identity.grant(token, told);
    whose("good", json!({"active": true, "sub": "u1", "client_id": "mine"}));
    whose("off", json!({"active": false, "sub": "u1", "client_id": "mine"}));
    whose("text", json!({"active": "false", "sub": "u1", "client_id": "mine"}));
    whose("app", json!({"active": true, "sub": "u1", "client_id": "theirs"}));
    whose("none", json!({"active": true, "sub": "u1"}));
    whose("nobody", json!({"active": true, "client_id": "mine"}));
    assert_eq!(client.post("/users", &data("u1", "good")).status, 201);
    let app = "101: OAuth2: Invalid app ID.";
    for (id, token, wanted) in [
        ("u2", "good", INVALID),
        ("u1", "off", INVALID),
        ("u1", "text", INVALID),
        ("u1", "nobody", INVALID),
        ("u1", "app", app),
        ("u1", "none", app),
        ("u1", "unknown", app),
    ] {
        assert_eq!(said(&client.post("/users", &data(id, token))), wanted, "{id} {token}");
    }
    for sent in [
        json!({"id": "u1"}),
        json!({"access_token": "good"}),
        json!({"access_token": "nobody"}),
        json!({"id": "", "access_token": "nobody"}),
        json!({"id": "u1", "access_token": ""}),
        json!({"id": "u1", "access_token": {"$ne": ""}}),
        json!({"id": "u1", "access_token": ["good"]}),
    ] {
        let answer = client.post("/users", &json!({"authData": {"idp": sent}}));
        assert_eq!(said(&answer), INVALID, "{sent}");
    }
    let operator = client.post("/users", &json!({"authData": {"idp": {"id": {"$gt": ""}, "access_token": "good"}}}));
    assert_eq!(said(&operator), "162: Invalid authData id for provider 'idp'.");
}

#[test]
fn a_token_is_passed_on_as_one_value_whatever_it_holds() {
    let identity = Identity::start();
    let server = server(options(&identity));
    identity.grant("good", json!({"active": true, "sub": "u1", "client_id": "mine"}));
    let client = server.client(Actor::Client);
    for token in ["good&x=1", "x&token=good", "good\r\n", " good", "good#", "good\0"] {
        let refused = said(&client.post("/users", &data("u1", token)));
        assert_eq!(refused, "101: OAuth2: Invalid app ID.", "{token}");
    }
}

#[test]
fn the_user_stands_in_the_field_that_the_app_names() {
    let identity = Identity::start();
    let mut named = options(&identity);
    named["useridField"] = json!("username");
    let server = server(named);
    let client = server.client(Actor::Client);
    identity.grant("t", json!({"active": true, "sub": "u1", "username": "bob", "client_id": "mine"}));
    assert_eq!(said(&client.post("/users", &data("u1", "t"))), INVALID);
    assert_eq!(said(&client.post("/users", &data("bob", "t"))), "201");
}

#[test]
fn a_server_that_refuses_lets_nobody_in() {
    let identity = Identity::start();
    identity.grant("t", json!({"active": true, "sub": "u1", "client_id": "mine"}));
    let failed = "101: OAuth2 token introspection request failed.";
    for (key, value) in [
        ("authorizationHeader", json!("Basic wrong")),
        ("tokenIntrospectionEndpointUrl", json!(format!("{}/elsewhere", identity.url()))),
        ("tokenIntrospectionEndpointUrl", json!("http://127.0.0.1:9/")),
    ] {
        let mut other = options(&identity);
        other[key] = value;
        let server = server(other);
        let client = server.client(Actor::Client);
        assert_eq!(said(&client.post("/users", &data("u1", "t"))), failed, "{key}");
        let asked = json!({"authData": data("u1", "t")["authData"], "challengeData": {"idp": {}}});
        assert_eq!(said(&client.post("/challenge", &asked)), "101: User not found.");
    }
}

#[test]
fn a_provider_that_is_off_or_unknown_is_refused() {
    let identity = Identity::start();
    let mut off = options(&identity);
    off["enabled"] = json!(false);
    let server = server(off);
    let client = server.client(Actor::Client);
    for name in ["idp", "keycloak", "facebook", "toString", "a.b"] {
        let answer = client.post("/users", &json!({"authData": {name: {"id": "u1", "access_token": "t"}}}));
        assert_eq!(said(&answer), "252: This authentication method is unsupported.", "{name}");
    }
}
