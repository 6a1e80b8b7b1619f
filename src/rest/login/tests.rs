//! A log-in is as much work whether there is such a user or not.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::*;
use crate::cloud::NoCode;
use crate::rest::tests::{call, map};
use crate::rest::{create, verify_password};

#[tokio::test]
async fn every_log_in_compares_one_hash() {
    let dir = tempfile::TempDir::new().unwrap();
    let call = call(&dir, "{}", Arc::new(NoCode)).await;
    for body in [
        r#"{"username":"bob","password":"pw","email":"bob@e.com"}"#,
        r#"{"username":"nopass","authData":{"anonymous":{"id":"x"}}}"#,
    ] {
        create::create(&call, "_User", Value::Object(map(body))).await.unwrap();
    }
    let compared = &call.engine.auth.passwords.compared;
    for (sent, right) in [
        (r#"{"username":"bob","password":"pw"}"#, true),
        (r#"{"username":"bob@e.com","password":"pw"}"#, true),
        (r#"{"username":"bob","password":"no"}"#, false),
        (r#"{"username":"ghost","password":"no"}"#, false),
        (r#"{"email":"ghost@e.com","password":"no"}"#, false),
        (r#"{"username":"nopass","password":"no"}"#, false),
    ] {
        let before = compared.load(Ordering::Relaxed);
        assert_eq!(login(&call, map(sent), Map::new()).await.is_ok(), right, "{sent}");
        assert_eq!(compared.load(Ordering::Relaxed) - before, 1, "{sent}");
        let verified = verify_password::verify_password(&call, map(sent), Map::new()).await;
        assert_eq!((verified.is_ok(), compared.load(Ordering::Relaxed) - before), (right, 2), "{sent}");
    }
}
