//! A mail that is asked for is as much work whether there is such a user or not.

use std::sync::atomic::Ordering;

use super::*;
use crate::cloud::NoCode;
use crate::rest::create;
use crate::rest::tests::{call, map};

const OPTIONS: &str = r#"{"appName":"App","publicServerURL":"http://app.test/parse","verifyUserEmails":true,
    "emailAdapter":{"module":"http-email-adapter","options":{"url":"http://127.0.0.1:9","methods":["sendMail"]}}}"#;

#[tokio::test]
async fn nobody_who_asks_for_a_mail_has_a_password_hashed() {
    let dir = tempfile::TempDir::new().unwrap();
    let call = call(&dir, OPTIONS, Arc::new(NoCode)).await;
    let calls = || call.engine.auth.passwords.calls.load(Ordering::Relaxed);
    let user = map(r#"{"username":"bob","password":"pw","email":"bob@e.com"}"#);
    create::create(&call, "_User", Value::Object(user)).await.unwrap();
    assert_eq!(calls(), 1, "the count counts");
    for address in ["bob@e.com", "ghost@e.com"] {
        let body = map(&format!(r#"{{"email":"{address}"}}"#));
        let (reset, verify) = (reset::request(&call, &body).await, verification::request(&call, &body).await);
        let answers = [reset.unwrap(), verify.unwrap()].map(|answer| answer.body);
        assert_eq!((answers, calls()), ([b"{}".to_vec(), b"{}".to_vec()], 1), "{address}");
    }
}
