//! Nothing secret in what is logged or answered when something fails.

use super::*;

/// Each secret that a request can carry or that a row holds begins so.
const SECRET: &str = "S3CR3T";

#[test]
fn no_secret_of_a_request_reaches_the_log() {
    let server = Server::start(
        json!({"verbose": true, "logLevel": "debug", "restAPIKey": "S3CR3Trest", "enforcePrivateUsers": false}),
    );
    let client = server.client(Actor::NoKeys);
    let key = ("X-Parse-REST-API-Key", "S3CR3Trest");
    let app = ("X-Parse-Application-Id", "app");
    let send = |method: &str, path: &str, more: &[(&str, &str)], body: Option<&str>| {
        let headers: Vec<_> = [app, key].into_iter().chain(more.iter().copied()).collect();
        client.send(method, path, &headers, body.map(str::as_bytes))
    };
    let user = r#"{"username":"user","password":"S3CR3Tpw","authData":{"anonymous":{"id":"S3CR3Tid"}}}"#;
    let made = send("POST", "/users", &[], Some(user));
    let token = text(&made.json()["sessionToken"]);
    send("GET", "/login?username=user&password=S3CR3Tpw", &[], None);
    send("GET", "/login?username=user&password=S3CR3Twrong", &[], None);
    send("POST", "/login", &[], Some(r#"{"username":"user","password":"S3CR3Twrong"}"#));
    send("GET", "/users/me", &[("X-Parse-Session-Token", &token)], None);
    send("GET", "/users/me", &[("X-Parse-Session-Token", "r:S3CR3T")], None);
    send("GET", "/users", &[("X-Parse-Master-Key", "S3CR3Tguess")], None);
    send("GET", "/users", &[("Authorization", "Basic YXBwOlMzQ1IzVA==")], None);
    send("POST", "/users", &[], Some(r#"{"username":"user","password":"S3CR3T","#));
    let body = r#"{"_method":"GET","_ApplicationId":"app","_JavaScriptKey":"S3CR3Tjs","_MasterKey":"S3CR3Tmk"}"#;
    client.send("POST", "/classes/A", &[], Some(body.as_bytes()));
    send("PUT", "/config", &[("X-Parse-Master-Key", "mk")], Some(r#"{"params":{"a":"S3CR3T"}}"#));
    let log = server.output();
    assert!(log.contains("/login"), "requests are logged\n{log}");
    assert!(!log.contains(SECRET) && !log.contains(&token) && !log.contains("$2"), "a secret in the log\n{log}");
    let lines = send("GET", "/scriptlog?size=100", &[("X-Parse-Master-Key", "mk")], None).text();
    assert!(!lines.contains(SECRET) && !lines.contains(&token), "{lines}");
}

#[test]
fn an_error_tells_no_client_of_databases_and_files() {
    let server = Server::start(json!({"allowClientClassCreation": true}));
    stored(&server, "A", json!({"s": "a", "n": 1, "p": {"__type": "GeoPoint", "latitude": 1, "longitude": 1}}));
    let client = server.client(Actor::Client);
    for clause in [
        json!({"s": {"$regex": "("}}),
        json!({"s": {"$regex": "a", "$options": "z"}}),
        json!({"s": {"$regex": "(?<n>"}}),
        json!({"s": {"$in": 1}}),
        json!({"p": {"$within": {"$box": [1]}}}),
        json!({"p": {"$geoWithin": {"$polygon": []}}}),
        json!({"$or": 1}),
        json!({"n": {"$gt": {"a": 1}}}),
        json!({"s": {"$text": {"$search": 1}}}),
    ] {
        let told = find(&client, "A", &format!("where={clause}")).text().to_lowercase();
        for word in ["sqlite", "mongo", "src/", ".rs", "panick", "/tmp", "select "] {
            assert!(!told.contains(word), "{clause}: {told}");
        }
    }
    for text in [&client.post("/schemas/A", &json!({})).text(), &client.get("/classes/_Hooks").text()] {
        assert!(text.contains("\"Permission denied\""), "{text}");
    }
}
