//! A push from the request to Firebase, to a browser and to Expo at once.

use super::fcm::Google;
use super::kit::{install, master, pushed};
use super::web::{Browser, config};
use crate::support::http2::{Http2Peer, Said};
use crate::support::peer::{self, Peer};
use crate::support::{Server, run};
use serde_json::{Value, json};
use tempfile::TempDir;

fn vapid(service: &Http2Peer) -> Value {
    let web = config(service);
    json!({"subject": web.subject, "publicKey": web.public_key, "privateKey": web.private_key.reveal()})
}

#[test]
fn one_push_reaches_all_kinds_of_devices() {
    let google = Google::start(|asked| match asked.json()["message"]["token"].as_str() {
        Some("gone") => Said::json(404, &json!({"error": {"status": "NOT_FOUND", "message": "Gone."}})),
        _ => Said::json(200, &json!({"name": "x"})),
    });
    let (service, browser) = (Http2Peer::start(|_| Said::ok()), Browser::new());
    let expo = Peer::start(|_| peer::Said::Json(json!({"data": [{"status": "ok", "id": "x"}]})));
    let server = Server::start(json!({"cleanupInvalidInstallations": true, "push": {
        "android": google.options(),
        "ios": google.options(),
        "web": {"vapidDetails": vapid(&service), "allowedHosts": ["127.0.0.1"], "ca": service.ca()},
        "expo": {"accessToken": "s3cr3t", "endpoint": expo.url("")},
    }}));
    let master = master(&server);
    install(
        &master,
        &[
            json!({"deviceToken": "droid", "deviceType": "android"}),
            json!({"deviceToken": "gone", "deviceType": "android"}),
            json!({"deviceToken": "phone"}),
            json!({"deviceToken": browser.subscription(&service.url("/")), "deviceType": "web"}),
            json!({"deviceToken": browser.subscription("https://evil.example/"), "deviceType": "web"}),
            json!({"deviceToken": "ExponentPushToken[x]", "deviceType": "android", "pushType": "expo"}),
        ],
    );
    let row = pushed(&master, &json!({"where": {}, "data": {"alert": "hi", "badge": 1}}));
    assert_eq!(row["sentPerType"], json!({"android": 2, "ios": 1, "web": 1}), "{row}");
    assert_eq!(row["failedPerType"], json!({"android": 1, "web": 1}), "{row}");

    assert_eq!(browser.read(&service.asked()[0].body), r#"{"alert":"hi","badge":1}"#);
    assert_eq!(expo.asked()[0].body, json!([{"to": "ExponentPushToken[x]", "body": "hi", "badge": 1}]));
    let rows = master.get("/installations?where={\"deviceToken\":{\"$exists\":false}}").json();
    assert_eq!(rows["results"].as_array().map(Vec::len), Some(1), "the token that is gone: {rows}");
    let log = server.output();
    assert!(!log.contains("s3cr3t") && !log.contains("PRIVATE KEY"), "{log}");
}

#[test]
fn a_server_does_not_start_with_keys_that_are_none() {
    let service = Http2Peer::start(|_| Said::ok());
    let account = json!({"project_id": "demo", "client_email": "a@b.c", "private_key": "s3cr3t"});
    for (push, wanted) in [
        (json!({"android": {"firebaseServiceAccount": account}}), "private_key"),
        (json!({"android": {"firebaseServiceAccount": "s3cr3t.json"}}), "firebaseServiceAccount cannot be read"),
        (json!({"web": {"ca": "s3cr3t.pem", "vapidDetails": vapid(&service)}}), "push.web.ca cannot be read"),
        (json!({"android": {}}), "Firebase service account is required"),
        (json!({"web": {}}), "vapidDetails"),
        (json!({"expo": "s3cr3t"}), "push.expo must be an object"),
    ] {
        let dir = TempDir::new().unwrap();
        let config = json!({"appId": "app", "masterKey": "mk", "host": "127.0.0.1", "push": push});
        std::fs::write(dir.path().join("config.json"), config.to_string()).unwrap();
        for args in [&["config.json"][..], &["check-config", "config.json"]] {
            let ran = run::run(dir.path(), args, &[]);
            let told = format!("{}{}", ran.out, ran.err);
            assert!(!ran.ok && ran.reason().contains(wanted) && !told.contains("s3cr3t"), "{args:?}: {told}");
        }
    }
}
