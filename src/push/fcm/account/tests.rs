use super::*;
use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rsa::{KeyPair, KeySize, PublicKeyComponents};
use aws_lc_rs::signature::KeyPair as _;
use base64::prelude::BASE64_STANDARD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};

/// A key, its PEM, and what its signatures are checked with.
pub fn new_key() -> (String, DecodingKey) {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let pem = BASE64_STANDARD.encode(pair.as_der().unwrap().as_ref());
    let parts: PublicKeyComponents<Vec<u8>> = pair.public_key().into();
    let [n, e] = [&parts.n, &parts.e].map(|part| BASE64_URL_SAFE_NO_PAD.encode(part));
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{pem}\n-----END PRIVATE KEY-----\n");
    (pem, DecodingKey::from_rsa_components(&n, &e).unwrap())
}

fn account(more: Value) -> Result<Account> {
    let mut json = json!({"project_id": "demo-1", "client_email": "a@b.c", "private_key": new_key().0});
    json.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Account::read(&Secret::new(json.to_string()))
}

#[test]
fn an_assertion_is_signed_and_says_who_asks_for_what() {
    let (pem, public) = new_key();
    let account = account(json!({"private_key": pem, "private_key_id": "k1"})).unwrap();
    assert_eq!((account.project.as_str(), account.token_uri.as_str()), ("demo-1", TOKENS));
    let assertion = account.assertion(Date(1_893_456_000_999)).unwrap();
    let mut rules = Validation::new(Algorithm::RS256);
    rules.set_audience(&[TOKENS]);
    rules.set_issuer(&["a@b.c"]);
    let told = jsonwebtoken::decode::<Value>(&assertion, &public, &rules).unwrap();
    assert_eq!(told.header.kid.as_deref(), Some("k1"));
    assert_eq!((&told.claims["iat"], &told.claims["exp"]), (&json!(1_893_456_000), &json!(1_893_459_600)));
    let scopes: Vec<&str> = told.claims["scope"].as_str().unwrap().split(' ').collect();
    assert_eq!(scopes.len(), 5);
    assert!(scopes.contains(&"https://www.googleapis.com/auth/firebase.messaging"));
    assert!(jsonwebtoken::decode::<Value>(&assertion, &new_key().1, &rules).is_err(), "the key of another");
}

#[test]
fn an_account_may_lie_in_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("account.json");
    let text = json!({"projectId": "p", "clientEmail": "a@b.c", "privateKey": new_key().0}).to_string();
    std::fs::write(&path, text).unwrap();
    assert_eq!(Account::read(&Secret::new(path.to_str().unwrap())).unwrap().project, "p");
    assert!(Account::read(&Secret::new("/nowhere.json")).is_err());
}

#[test]
fn refuses_what_is_none_without_telling_secrets() {
    for (more, wanted) in [
        (json!({"project_id": ""}), "\"project_id\" property"),
        (json!({"project_id": "a/../b"}), "\"project_id\" that is none"),
        (json!({"client_email": 1}), "\"client_email\" property"),
        (json!({"private_key": null}), "\"private_key\" property"),
        (json!({"private_key": "s3cr3t"}), "\"private_key\" that is none"),
        (
            json!({"private_key": "-----BEGIN PRIVATE KEY-----\nczNjcjN0\n-----END PRIVATE KEY-----"}),
            "\"private_key\" that is none",
        ),
        (json!({"token_uri": "http://oauth2.googleapis.com/token"}), "\"token_uri\" that is no https: URL"),
    ] {
        let error = format!("{:?}", account(more).err().unwrap());
        assert!(error.contains(&wanted.replace('"', "\\\"")) && !error.contains("s3cr3t"), "{error}");
    }
    assert!(account(json!({"token_uri": "http://127.0.0.1:7200/token"})).is_ok());
}
