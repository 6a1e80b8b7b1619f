//! Every call of the dashboard (`admin.md` section 8), as its SDK sends it, with what it reads of the answers. Uploads of files,
//! sending pushes, running jobs and the console of GraphQL are not built yet: theirs come with them.

use crate::support::{Actor, Answer, Client, Server};
use serde_json::{Value, json};

/// A dashboard: a POST as text, everything in the body.
struct Dashboard {
    client: Client,
    key: &'static str,
}

impl Dashboard {
    fn send(&self, method: &str, path: &str, mut body: Value) -> Answer {
        let own = [
            ("_method", method),
            ("_ApplicationId", "app"),
            ("_MasterKey", self.key),
            ("_ClientVersion", "js8.6.2"),
            ("_InstallationId", "dashboard"),
        ];
        own.iter().for_each(|(key, value)| body[*key] = json!(value));
        self.client.send("POST", path, &[("Content-Type", "text/plain")], Some(body.to_string().as_bytes()))
    }

    /// The answer to what must succeed.
    fn ask(&self, method: &str, path: &str, body: Value) -> Value {
        let answer = self.send(method, path, body);
        assert!(matches!(answer.status, 200 | 201), "{method} {path}: {} {}", answer.status, answer.text());
        answer.json()
    }
}

fn dashboard(server: &Server, key: &'static str) -> Dashboard {
    Dashboard { client: server.client(Actor::NoKeys), key }
}

fn start() -> Server {
    Server::start(
        json!({"security": {"enableCheck": true}, "readOnlyMasterKey": "ro", "allowClientClassCreation": true}),
    )
}

#[test]
fn the_list_of_apps_and_the_browser_are_answered() {
    let server = start();
    let own = dashboard(&server, "mk");
    let info = own.ask("GET", "/serverInfo", json!({}));
    assert!(info["parseServerVersion"].is_string() && info["features"]["globalConfig"]["read"] == true, "{info}");
    for flag in [
        "addField",
        "removeField",
        "addClass",
        "removeClass",
        "clearAllDataFromClass",
        "exportClass",
        "editClassLevelPermissions",
        "editPointerPermissions",
    ] {
        assert!(info["features"]["schemas"][flag].is_boolean(), "{flag}: {info}");
    }
    own.ask("POST", "/schemas/Game", json!({"className": "Game"}));
    let fields = json!({"n": {"type": "Number", "required": false, "defaultValue": 3},
        "owner": {"type": "Pointer", "targetClass": "_User"}});
    own.ask("PUT", "/schemas/Game", json!({"className": "Game", "fields": fields}));
    let open = json!({"*": true});
    own.ask("PUT", "/schemas/Game", json!({"classLevelPermissions": {"find": open, "get": open, "addField": {}}}));
    let classes = own.ask("GET", "/schemas", json!({}));
    assert!(classes["results"].as_array().unwrap().iter().any(|class| class["className"] == "Game"), "{classes}");
    let made = own.ask("POST", "/classes/Game", json!({}));
    let path = format!("/classes/Game/{}", made["objectId"].as_str().unwrap());
    own.ask("PUT", &path, json!({"n": {"__op": "Increment", "amount": 1}}));
    let page = json!({"where": {"n": {"$gt": 1}}, "limit": 200, "skip": 0, "order": "-createdAt", "include": "owner", "count": 1});
    let found = own.ask("GET", "/classes/Game", page);
    assert_eq!((&found["results"][0]["n"], &found["count"]), (&json!(4), &json!(1)));
    let counted = own.ask("GET", "/classes/Game", json!({"limit": 0, "count": 1}));
    assert_eq!(counted, json!({"results": [], "count": 1}));
    assert_eq!(own.ask("GET", "/aggregate/Game", json!({"distinct": "n"})), json!({"results": [4]}));
    own.ask("DELETE", &path, json!({}));
    own.ask("PUT", "/schemas/Game", json!({"className": "Game", "fields": {"n": {"__op": "Delete"}}}));
    own.ask("DELETE", "/purge/Game", json!({}));
    own.ask("DELETE", "/schemas/Game", json!({}));
}

#[test]
fn configuration_jobs_and_logs_are_answered() {
    let server = start();
    let own = dashboard(&server, "mk");
    own.ask("PUT", "/config", json!({"params": {"a": 1}, "masterKeyOnly": {"a": true}}));
    assert_eq!(own.ask("GET", "/config", json!({})), json!({"params": {"a": 1}, "masterKeyOnly": {"a": true}}));
    let gone = json!({"a": {"__op": "Delete"}});
    own.ask("PUT", "/config", json!({"params": gone, "masterKeyOnly": gone}));
    assert_eq!(own.ask("GET", "/config", json!({}))["params"], json!({}));
    own.ask("GET", "/cloud_code/jobs?per_page=50", json!({}));
    assert!(own.ask("GET", "/cloud_code/jobs/data", json!({}))["jobs"].is_array());
    let schedule = |text: &str| json!({"job_schedule": {"description": text, "repeatMinutes": 5, "params": "{}"}});
    let made = own.ask("POST", "/cloud_code/jobs", schedule("a"));
    let job = format!("/cloud_code/jobs/{}", made["objectId"].as_str().unwrap());
    own.ask("PUT", &job, schedule("b"));
    assert_eq!(own.ask("GET", "/cloud_code/jobs?per_page=50", json!({}))[0]["description"], "b");
    own.ask("DELETE", &job, json!({}));
    let status = json!({"limit": 100, "order": "-createdAt", "where": {}});
    assert_eq!(own.ask("GET", "/classes/_JobStatus", status), json!({"results": []}));
    assert!(own.ask("GET", "/scriptlog?level=info&n=100", json!({})).is_array());
    assert!(own.ask("GET", "/scriptlog?level=error&n=100&startDate=1", json!({})).is_array());
}

#[test]
fn hooks_push_and_security_are_answered() {
    let server = start();
    let own = dashboard(&server, "mk");
    let hook = json!({"functionName": "f", "url": "http://127.0.0.1:9/f"});
    own.ask("POST", "/hooks/functions", hook);
    assert_eq!(own.ask("GET", "/hooks/functions", json!({}))[0]["functionName"], "f");
    own.ask("PUT", "/hooks/functions/f", json!({"url": "http://127.0.0.1:9/g"}));
    own.ask("PUT", "/hooks/functions/f", json!({"__op": "Delete"}));
    own.ask(
        "POST",
        "/hooks/triggers",
        json!({"className": "A", "triggerName": "beforeSave", "url": "http://127.0.0.1:9/t"}),
    );
    assert_eq!(own.ask("GET", "/hooks/triggers", json!({}))[0]["triggerName"], "beforeSave");
    own.ask("PUT", "/hooks/triggers/A/beforeSave", json!({"__op": "Delete"}));
    let statuses = json!({"limit": 10, "skip": 0, "order": "-createdAt", "where": {"source": "rest"}});
    assert_eq!(own.ask("GET", "/classes/_PushStatus", statuses), json!({"results": []}));
    let devices = json!({"limit": 0, "count": 1, "where": {"deviceType": {"$in": ["ios"]}}});
    assert_eq!(own.ask("GET", "/classes/_Installation", devices)["count"], 0);
    let made = own.ask("POST", "/push_audiences", json!({"name": "x", "query": "{\"deviceType\":\"ios\"}"}));
    let id = made["objectId"].as_str().unwrap().to_owned();
    assert_eq!(own.ask("GET", "/push_audiences?limit=10", json!({}))["results"][0]["objectId"], json!(id));
    assert_eq!(own.ask("GET", &format!("/classes/_Audience/{id}"), json!({}))["name"], "x");
    own.ask("DELETE", &format!("/push_audiences/{id}"), json!({}));
    assert!(own.ask("GET", "/security", json!({}))["report"]["groups"].is_array());
}

#[test]
fn a_dashboard_that_may_only_read_reads() {
    let server = start();
    dashboard(&server, "mk").ask("POST", "/schemas/Game", json!({"className": "Game"}));
    let reader = dashboard(&server, "ro");
    for path in ["/serverInfo", "/schemas", "/classes/Game", "/config", "/push_audiences?limit=1", "/scriptlog"] {
        reader.ask("GET", path, json!({}));
    }
    for (method, path) in [
        ("POST", "/classes/Game"),
        ("PUT", "/schemas/Game"),
        ("DELETE", "/purge/Game"),
        ("PUT", "/config"),
        ("POST", "/push_audiences"),
        ("DELETE", "/schemas/Game"),
    ] {
        let answer = reader.send(method, path, json!({}));
        assert!(matches!(answer.status, 400 | 403), "{method} {path}: {} {}", answer.status, answer.text());
    }
    for path in ["/apps/app/analytics", "/apps/app/export_data", "/releases/latest", "/apps/app/slow_queries"] {
        assert_eq!(reader.send("GET", path, json!({})).status, 404, "{path}");
    }
}
