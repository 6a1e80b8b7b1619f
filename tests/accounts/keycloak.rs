//! `keycloak`: tokens of a realm, honest and forged.

use super::*;
use crate::support::Identity;
use crate::support::identity::unsigned;
use crate::support::otp::now;
use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;

fn server(identity: &Identity) -> Server {
    let config = json!({"auth-server-url": identity.url(), "realm": "r", "client-id": "app"});
    Server::start(json!({"auth": {"keycloak": {"config": config}}}))
}

/// The claims of a token for the user `kc`, and others over them; null takes one away.
fn claims(identity: &Identity, others: &Value) -> Value {
    let mut all = json!({"iss": identity.issuer(), "azp": "app", "aud": "account", "sub": "kc", "exp": now() + 60,
        "roles": ["a", "b"], "groups": ["g"]});
    for (name, value) in others.as_object().unwrap() {
        match value {
            Value::Null => drop(all.as_object_mut().unwrap().remove(name)),
            value => all[name] = value.clone(),
        }
    }
    all
}

fn data(token: &str) -> Value {
    json!({"authData": {"keycloak": {"id": "kc", "access_token": token, "roles": ["b", "a"], "groups": ["g"]}}})
}

#[test]
fn a_token_of_the_realm_signs_up_logs_in_links_and_unlinks() {
    let identity = Identity::start();
    let server = server(&identity);
    let client = server.client(Actor::Client);
    let fresh = || identity.sign(&claims(&identity, &json!({})));
    let made = client.post("/users", &data(&fresh()));
    assert_eq!((made.status, &made.json()["authDataResponse"]), (201, &json!({})));
    let again = client.post("/users", &data(&fresh()));
    assert_eq!((again.status, &again.json()["objectId"]), (200, &made.json()["objectId"]));
    assert_eq!(again.json()["authData"]["keycloak"]["id"], "kc");
    assert_eq!(identity.times_asked(), 1, "the keys are remembered");
    let other = User::sign_up(&server, "other");
    let taken = put(&other.client(&server), &other.path(), &data(&fresh()));
    assert_eq!(said(&taken), "208: this auth is already used");
    let own = server.client(Actor::Session(text(&made.json()["sessionToken"])));
    let path = format!("/users/{}", text(&made.json()["objectId"]));
    assert_eq!(said(&put(&own, &path, &data(&fresh()))), "200");
    assert_eq!(said(&put(&own, &path, &json!({"authData": {"keycloak": null}}))), "200");
    assert_eq!(said(&put(&other.client(&server), &other.path(), &data(&fresh()))), "200");
    assert_eq!(client.post("/users", &data(&fresh())).json()["objectId"], json!(other.id));
}

#[test]
fn what_is_wrong_with_a_token_is_told() {
    let identity = Identity::start();
    let server = server(&identity);
    let client = server.client(Actor::Client);
    let issuer = format!("101: access token not issued by correct provider - expected: {}", identity.issuer());
    let azp = "101: access token is not authorized for this client - expected: app | from:";
    let (past, soon) = (json!(now() - 1), json!(now() + 60));
    for (others, wanted) in [
        (json!({"iss": "https://evil.example"}), format!("{issuer} | from: https://evil.example")),
        (json!({"iss": null}), format!("{issuer} | from: undefined")),
        (json!({"azp": "another"}), format!("{azp} another")),
        (json!({"azp": null}), format!("{azp} undefined")),
        (json!({"azp": null, "aud": "app"}), format!("{azp} undefined")),
        (json!({"azp": ["app"]}), format!("{azp} undefined")),
        (json!({"sub": "another"}), "101: auth data is invalid for this user.".into()),
        (json!({"sub": null}), "101: auth data is invalid for this user.".into()),
        (json!({"exp": past}), "101: jwt expired".into()),
        (json!({"exp": "never"}), "101: invalid exp value".into()),
        (json!({"nbf": soon}), "101: jwt not active".into()),
        (json!({"roles": ["a", "b", "admin"]}), "101: Invalid authentication".into()),
        (json!({"groups": null}), "101: Invalid authentication".into()),
    ] {
        let token = identity.sign(&claims(&identity, &others));
        assert_eq!(said(&client.post("/users", &data(&token))), wanted, "{others}");
    }
}

#[test]
fn partial_data_and_operators_are_no_log_in() {
    let identity = Identity::start();
    let server = server(&identity);
    let client = server.client(Actor::Client);
    let token = identity.sign(&claims(&identity, &json!({})));
    assert_eq!(client.post("/users", &data(&token)).status, 201);
    let missing = "101: Missing access token and/or User id";
    let formless = "101: provided token does not decode as JWT";
    for (sent, wanted) in [
        (json!({"id": "kc"}), missing),
        (json!({"access_token": token}), missing),
        (json!({"id": "kc", "access_token": ""}), missing),
        (json!({"id": "", "access_token": token}), missing),
        (json!({"id": "kc", "access_token": {"$ne": ""}}), formless),
        (json!({"id": "kc", "access_token": "a.b"}), formless),
        (json!({"id": {"$ne": ""}, "access_token": token}), "162: Invalid authData id for provider 'keycloak'."),
        (json!({"id": "kc", "access_token": token}), "101: Invalid authentication"),
        (
            json!({"id": "kc", "access_token": token, "roles": {"$in": ["a"]}, "groups": ["g"]}),
            "101: Invalid authentication",
        ),
        // Where keys and issuer are is said by the configuration alone.
        (json!({"id": "kc", "access_token": "x.y.z", "config": {"auth-server-url": "http://127.0.0.1:9"}}), formless),
    ] {
        let answer = client.post("/users", &json!({"authData": {"keycloak": sent}}));
        assert_eq!(said(&answer), wanted, "{sent}");
    }
}

#[test]
fn no_token_chooses_how_it_is_verified() {
    let identity = Identity::start();
    let server = server(&identity);
    let client = server.client(Actor::Client);
    let all = claims(&identity, &json!({}));
    let said_to = |token: &str| said(&client.post("/users", &data(token)));
    let header = |alg: &str| json!({"alg": alg, "kid": "k1"});
    // The public key as the secret of an HMAC.
    let text = unsigned(&header("HS256"), &all);
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &identity.public_modulus()), text.as_bytes());
    assert_eq!(said_to(&format!("{text}.{}", BASE64.encode(tag.as_ref()))), "101: invalid algorithm");
    for alg in ["none", "None", "HS256", "RS512", "PS256", "ES256", ""] {
        let wanted = "101: invalid algorithm";
        assert_eq!(said_to(&identity.sign_as(&header(alg), &all)), wanted, "{alg}");
    }
    assert_eq!(said_to(&format!("{}.", unsigned(&header("none"), &all))), "101: jwt signature is required");
    // Keys that a token brings along.
    let mallory = Identity::start();
    let mut brought = header("RS256");
    brought["jku"] = json!(format!("{}/realms/r/protocol/openid-connect/certs", mallory.url()));
    brought["jwk"] = json!({"kty": "RSA", "n": BASE64.encode(mallory.public_modulus()), "e": "AQAB"});
    assert_eq!(said_to(&mallory.sign_as(&brought, &all)), "101: invalid signature");
    assert_eq!(mallory.times_asked(), 0, "no URL of a token is asked");
    // Claims changed after they were signed.
    let honest = identity.sign(&all);
    let signature = honest.rsplit('.').next().unwrap();
    let changed = unsigned(&json!({"alg": "RS256", "kid": "k1"}), &claims(&identity, &json!({"sub": "admin"})));
    assert_eq!(said_to(&format!("{changed}.{signature}")), "101: invalid signature");
    assert_eq!(said_to(&honest), "201");
}

#[test]
fn a_new_key_is_found_and_unknown_ones_do_not_flood_the_issuer() {
    let identity = Identity::start();
    let server = server(&identity);
    let client = server.client(Actor::Client);
    let all = claims(&identity, &json!({}));
    assert_eq!(said(&client.post("/users", &data(&identity.sign(&all)))), "201");
    identity.add_key("k2");
    assert_eq!(said(&client.post("/users", &data(&identity.sign(&all)))), "200");
    for i in 0..30 {
        let token = identity.sign_as(&json!({"alg": "RS256", "kid": format!("x{i}")}), &all);
        let wanted = format!("101: Unable to find matching key for Key ID: x{i}");
        assert_eq!(said(&client.post("/users", &data(&token))), wanted);
    }
    assert!(identity.times_asked() <= 10, "{}", identity.times_asked());
    assert_eq!(said(&client.post("/users", &data(&identity.sign(&all)))), "200", "known keys still work");
    let nameless = identity.sign_as(&json!({"alg": "RS256"}), &all);
    let wanted = "101: Unable to find matching key for Key ID: undefined";
    assert_eq!(said(&client.post("/users", &data(&nameless))), wanted, "there are two");
}

#[test]
fn a_realm_that_is_away_lets_nobody_in() {
    let config = json!({"auth-server-url": "http://127.0.0.1:9", "realm": "r", "client-id": "app"});
    let server = Server::start(json!({"auth": {"keycloak": {"config": config}}}));
    let identity = Identity::start();
    let token = identity.sign(&claims(&identity, &json!({"iss": "http://127.0.0.1:9/realms/r"})));
    let answer = said(&server.client(Actor::Client).post("/users", &data(&token)));
    assert_eq!(answer, "101: Unable to find matching key for Key ID: k1");
}
