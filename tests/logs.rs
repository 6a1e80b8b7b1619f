//! Logs: one JSON line a request, and nothing in it that a client keeps to itself.

use crate::support::{Actor, Backend, Server};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::time::Duration;

/// Stands in everything that must not be logged.
const SECRET: &str = "s3cr3t";

/// All JSON lines of a server that has ended.
fn lines(server: &mut Server) -> Vec<Value> {
    server.terminate();
    server.wait_exit(Duration::from_secs(10)).expect("the process ends");
    let log = server.output();
    assert!(!log.contains(SECRET), "{}", log.lines().find(|line| line.contains(SECRET)).unwrap_or_default());
    log.lines().filter(|line| line.starts_with('{')).map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn requests(lines: &[Value]) -> Vec<&Value> {
    lines.iter().filter(|line| line["message"] == json!("request")).collect()
}

#[test]
fn a_request_leaves_one_line() {
    let mut server = Server::start(json!({"allowClientClassCreation": true}));
    let client = server.client(Actor::Client);
    let id = client.post("/classes/A", &json!({})).json()["objectId"].as_str().unwrap().to_owned();
    client.send("GET", &format!("/classes/A/{id}"), &[("X-Request-Id", "abc-123")], None);
    client.with(Actor::NoKeys).get("/classes/A");
    client.send("POST", "/classes/A", &[], Some(br#"{"_method":"GET","where":{"a":1}}"#));
    client.get("/nowhere/at/all");
    let lines = lines(&mut server);
    let told: Vec<String> = requests(&lines)
        .iter()
        .filter(|line| line["route"] != json!("/health"))
        .map(|line| {
            assert!(line["ms"].is_number() && line["timestamp"].is_string() && line["id"].is_string(), "{line}");
            let text = |name: &str| line[name].as_str().unwrap().to_owned();
            format!("{} {} {} {}", text("app"), text("method"), text("route"), line["status"])
        })
        .collect();
    assert_eq!(
        told,
        [
            "app POST /classes/:className 201",
            "app GET /classes/:className/:objectId 200",
            " GET  403",
            "app GET /classes/:className 200",
            "app GET  404",
        ]
    );
    assert!(lines.iter().any(|line| line["id"] == json!("abc-123")), "the id of the router is kept");
}

#[test]
fn no_key_token_password_or_query_is_logged() {
    let secret = |what: &str| format!("{SECRET}{what}");
    let mut server = Server::start(json!({
        "logLevel": "silly", "allowClientClassCreation": true, "masterKey": secret("m"), "restAPIKey": secret("r"),
        "clientKey": secret("c"), "javascriptKey": secret("j"), "readOnlyMasterKey": secret("o"),
        "maintenanceKey": secret("t"), "masterKeyIps": ["10.1.2.3"],
    }));
    let client = server.client(Actor::Client);
    let mut sent = 0;
    for value in [secret("m"), secret("r"), secret("wrong")] {
        let basic = format!("Basic {}", STANDARD.encode(format!("app:{value}")));
        for header in [
            "X-Parse-Master-Key",
            "X-Parse-Maintenance-Key",
            "X-Parse-REST-API-Key",
            "X-Parse-Client-Key",
            "X-Parse-Javascript-Key",
            "X-Parse-Windows-Key",
            "X-Parse-Session-Token",
            "X-Parse-Installation-Id",
            "X-Parse-Cloud-Context",
            "Cookie",
            "Authorization",
        ] {
            let headers = [(header, if header == "Authorization" { basic.as_str() } else { value.as_str() })];
            client.send(
                "GET",
                &format!("/classes/A?where={{\"password\":\"{SECRET}\"}}&token={SECRET}"),
                &headers,
                None,
            );
            sent += 1;
        }
        for field in ["_MasterKey", "_JavaScriptKey", "_SessionToken", "_InstallationId", "password", "_ClientVersion"]
        {
            let body = json!({"_ApplicationId": "app", "_JavaScriptKey": secret("j"), field: value}).to_string();
            for (method, path) in
                [("POST", "/classes/A"), ("POST", "/login"), ("POST", "/users"), ("PUT", "/classes/A/x")]
            {
                client.send(method, path, &[("Content-Type", "text/plain")], Some(body.as_bytes()));
                sent += 1;
            }
        }
    }
    let key = secret("r");
    let key = [("X-Parse-REST-API-Key", key.as_str())];
    for (method, path, body) in [
        ("GET", format!("/login?username=u&password={SECRET}"), ""),
        ("GET", format!("/classes/A/{SECRET}"), ""),
        ("GET", format!("/classes/A?order={SECRET}(&limit={SECRET}"), ""),
        ("GET", format!("/{SECRET}/x"), ""),
        ("POST", "/classes/A".to_owned(), r#"{"password": "s3cr3t"#),
        ("POST", "/classes/A".to_owned(), r#"{"n": {"__type": "s3cr3t"}}"#),
        ("POST", "/classes/A".to_owned(), r#"{"n": {"__op": "s3cr3t"}}"#),
        (
            "POST",
            "/batch".to_owned(),
            r#"{"requests": [{"method": "GET", "path": "/parse/classes/s3cr3t?token=s3cr3t"}]}"#,
        ),
        ("POST", "/batch".to_owned(), r#"{"requests": [{"method": "s3cr3t", "path": "/s3cr3t"}]}"#),
    ] {
        client.send(method, &path, &key, Some(body.as_bytes()).filter(|body| !body.is_empty()));
        sent += 1;
    }
    let lines = lines(&mut server);
    let requests = requests(&lines);
    assert_eq!(requests.iter().filter(|line| line["route"] != json!("/health")).count(), sent);
    let refused = "Request using master key rejected as the request IP address '127.0.0.1' is not set in Parse Server option 'masterKeyIps'.";
    assert!(lines.iter().any(|line| line["message"] == json!(refused)), "who is refused is told why");
}

#[test]
fn who_is_refused_behind_a_proxy_is_told_of_it() {
    let told = |more: Value| {
        let mut server = Server::start(more);
        let key = [("X-Parse-Master-Key", "mk"), ("X-Forwarded-For", "10.9.8.7")];
        assert_eq!(server.client(Actor::Client).send("GET", "/schemas", &key, None).status, 403);
        let lines = lines(&mut server);
        let found = lines.iter().filter_map(|line| line["message"].as_str()).find(|text| text.contains("rejected as"));
        found.expect("a line").to_owned()
    };
    let ignored = told(json!({"masterKeyIps": ["10.1.2.3"]}));
    assert!(ignored.contains("'127.0.0.1'") && ignored.contains("set 'trustProxy'"), "{ignored}");
    let heeded = told(json!({"masterKeyIps": ["10.1.2.3"], "trustProxy": true}));
    assert!(heeded.contains("'10.9.8.7'") && !heeded.contains("trustProxy"), "{heeded}");
}

#[test]
fn errors_inside_are_logged_with_their_cause() {
    let mut server = Server::start_on(Backend::Sqlite, json!({"allowClientClassCreation": true}));
    let client = server.client(Actor::Client);
    assert_eq!(client.post("/classes/A", &json!({"a": 1})).status, 201);
    let file = rusqlite::Connection::open(server.dir().join("x.db")).unwrap();
    let table: i64 = file.query_row("SELECT id FROM class WHERE name = 'A'", [], |row| row.get(0)).unwrap();
    file.execute_batch(&format!("DROP TABLE t{table}")).unwrap();
    let answer = client.get("/classes/A");
    assert_eq!((answer.status, answer.json()), (500, json!({"code": 1, "message": "Internal server error."})));
    let lines = lines(&mut server);
    let told = lines.iter().find(|line| line["message"] == json!("Uncaught internal server error.")).expect("a line");
    assert!(told["error"].as_str().unwrap().contains("no such table"), "{told}");
    assert!(lines.iter().any(|line| line["id"] == told["id"] && line["message"] == json!("request")), "the same id");
}

#[test]
fn silent_says_nothing() {
    let mut server = Server::start(json!({"silent": true, "cluster": 2}));
    server.client(Actor::Client).get("/classes/A");
    assert_eq!(lines(&mut server), [Value::Null; 0]);
}
