//! A log-in is as much work whether there is such a user or not.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::*;
use crate::cloud::NoCode;
use crate::model::Date;
use crate::rest::engine::Clock;
use crate::rest::tests::{at, map};
use crate::rest::{challenge, create, verify_password};

const OPTIONS: &str = r#"{"auth":{"mfa":{"options":["TOTP"]}}}"#;
/// What an authenticator app shows for a secret at the time of [`AMinute`].
const TOKEN: &str = "287082";

struct AMinute;
impl Clock for AMinute {
    fn now(&self) -> Date {
        Date(59_000)
    }
}

async fn call(dir: &tempfile::TempDir) -> Call {
    at(Arc::new(AMinute), dir, OPTIONS, Arc::new(NoCode)).await
}

#[tokio::test]
async fn every_log_in_compares_one_hash() {
    let dir = tempfile::TempDir::new().unwrap();
    let call = call(&dir).await;
    for body in [
        r#"{"username":"bob","password":"pw","email":"bob@e.com"}"#,
        r#"{"username":"nopass","authData":{"anonymous":{"id":"x"}}}"#,
    ] {
        create::create(&call, "_User", Value::Object(map(body))).await.unwrap();
    }
    let calls = &call.engine.auth.passwords.calls;
    for (sent, right) in [
        (r#"{"username":"bob","password":"pw"}"#, true),
        (r#"{"username":"bob@e.com","password":"pw"}"#, true),
        (r#"{"username":"bob","password":"no"}"#, false),
        (r#"{"username":"ghost","password":"no"}"#, false),
        (r#"{"email":"ghost@e.com","password":"no"}"#, false),
        (r#"{"username":"nopass","password":"no"}"#, false),
    ] {
        let before = calls.load(Ordering::Relaxed);
        assert_eq!(login(&call, map(sent), Map::new()).await.is_ok(), right, "{sent}");
        assert_eq!(calls.load(Ordering::Relaxed) - before, 1, "{sent}");
        let verified = verify_password::verify_password(&call, map(sent), Map::new()).await;
        assert_eq!((verified.is_ok(), calls.load(Ordering::Relaxed) - before), (right, 2), "{sent}");
        let mut sent = map(sent);
        sent.set("challengeData", Value::Object(Map::new()));
        let challenged = challenge::challenge(&call, sent).await;
        assert_eq!((challenged.is_ok(), calls.load(Ordering::Relaxed) - before), (right, 3));
    }
}

#[tokio::test]
async fn a_second_factor_is_looked_at_after_the_password_and_costs_no_hash() {
    let dir = tempfile::TempDir::new().unwrap();
    let call = call(&dir).await;
    let with = |name: &str, password: &str, data: &str| {
        map(&format!(r#"{{"username":"{name}","password":"{password}","authData":{{"mfa":{data}}}}}"#))
    };
    let set_up = format!(r#"{{"secret":"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ","token":"{TOKEN}"}}"#);
    create::create(&call, "_User", Value::Object(with("bob", "pw", &set_up))).await.unwrap();
    let right = format!(r#"{{"token":"{TOKEN}"}}"#);
    let (invalid, unknown) = ("141: Invalid MFA token", "101: Invalid username/password.");
    let calls = &call.engine.auth.passwords.calls;
    for (name, password, data, wanted) in [
        ("bob", "pw", right.as_str(), None),
        ("bob", "pw", r#"{"token":"000000"}"#, Some(invalid)),
        ("bob", "pw", "null", Some("-1: Missing additional authData mfa")),
        ("bob", "no", right.as_str(), Some(unknown)),
        ("ghost", "pw", right.as_str(), Some(unknown)),
    ] {
        let before = calls.load(Ordering::Relaxed);
        let said = login(&call, with(name, password, data), Map::new()).await.err().map(|error| error.to_string());
        assert_eq!(said.as_deref(), wanted, "{name} {password} {data}");
        assert_eq!(calls.load(Ordering::Relaxed) - before, 1, "{name} {password} {data}");
    }
}
