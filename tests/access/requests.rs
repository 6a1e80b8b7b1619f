//! From a row of the table to a request that makes sense: its path, its body, and the object it is about.

use super::stage::{Credential, NAMED, Stage, fresh, text};
use serde_json::{Value, json};

/// A request for a row.
pub struct Request {
    /// Method.
    pub method: String,
    /// Path below the mount.
    pub path: String,
    /// Body, if there is one.
    pub body: Option<Value>,
    /// The id of the object asked for; the cell tells whether the answer holds it.
    pub target: Option<String>,
}

/// The request of a row: of a route, or of a verb and a class.
pub fn of_row(stage: &Stage, what: &str) -> Request {
    match what.split_once(' ') {
        Some((verb, class)) if !class.starts_with('/') => of_class(stage, verb, class),
        Some((method, path)) => of_route(stage, method, path),
        None => panic!("no row: {what}"),
    }
}

/// Whether a row needs users of its own, because the request may change or end them.
pub fn spends_users(what: &str) -> bool {
    ["_User", "_Session", "/users", "/sessions", "/log", "/upgrade"].iter().any(|part| what.contains(part))
}

fn of_class(stage: &Stage, verb: &str, class: &str) -> Request {
    let target = (verb != "create").then(|| target(stage, class));
    let name = fresh();
    let class = if class == "Unknown" { &name } else { class };
    let one = format!("/classes/{class}/{}", target.as_deref().unwrap_or_default());
    let all = format!("/classes/{class}");
    let (method, path, body) = match verb {
        "find" => ("GET", format!("{all}?order=-createdAt"), None),
        "get" => ("GET", one, None),
        "create" => ("POST", all, Some(object(stage, class))),
        "update" => ("PUT", one, Some(change(class))),
        "delete" => ("DELETE", one, None),
        other => panic!("no verb: {other}"),
    };
    Request { method: method.to_owned(), path, body, target }
}

fn of_route(stage: &Stage, method: &str, path: &str) -> Request {
    let area = path.split('/').nth(1).unwrap_or_default();
    let class = match area {
        "users" => "_User",
        "sessions" => "_Session",
        "roles" => "_Role",
        "installations" => "_Installation",
        "push_audiences" => "_Audience",
        "cloud_code" => "_JobSchedule",
        _ => "Post",
    };
    let target = path.contains(":objectId").then(|| target(stage, class)).or_else(|| token(stage, path));
    let name = fresh();
    let class_of_path = match (area, method) {
        ("schemas" | "purge", "DELETE") => made_class(stage),
        ("schemas", "POST") => name.clone(),
        ("hooks", _) => made_hook(stage, path),
        _ => "Post".to_owned(),
    };
    let mut filled = path
        .replace(":objectId", target.as_deref().unwrap_or_default())
        .replace(":className", &class_of_path)
        .replace(":triggerName", "beforeSave")
        .replace(":functionName", if area == "hooks" { &class_of_path } else { "hello" })
        .replace(":jobName", "nightly")
        .replace(":eventName", "Opened")
        .replace(":filename", "a.txt")
        .replace(":appId", "app")
        .replace("*path", if area == "apps" { "password_reset_success.html?appId=app" } else { "nothing.txt" });
    if method == "GET" {
        filled += query(path);
    }
    if area == "apps"
        && let Some(token) = &target
    {
        filled += &format!("?token={token}");
    }
    let body = (method == "POST" || method == "PUT").then(|| body(stage, method, path, class, &name));
    Request { method: method.to_owned(), path: filled, body, target: target.or_else(|| own(stage, path)) }
}

/// What a route that names nothing is about: the user of the session.
fn own(stage: &Stage, path: &str) -> Option<String> {
    (path == "/users/me" || path == "/users" || path == "/sessions/me").then(|| stage.users[0].0.clone())
}

/// The token of a link for a new password, which a page is about.
fn token(stage: &Stage, path: &str) -> Option<String> {
    (path == "/apps/:appId/request_password_reset").then(|| {
        let token = fresh();
        let (path, body) = (format!("/users/{}", stage.users[0].0), json!({"_perishable_token": token}));
        assert_eq!(stage.send(Credential::Maintenance, "PUT", &path, Some(&body)).status, 200);
        token
    })
}

fn query(path: &str) -> &'static str {
    match path {
        "/apps/choose_password" => "?appId=app",
        "/login" | "/verifyPassword" => "?username=named&password=pw",
        "/users" => "?order=-createdAt",
        "/aggregate/:className" => "?pipeline=[{\"$limit\":1}]",
        _ => "",
    }
}

fn body(stage: &Stage, method: &str, path: &str, class: &str, name: &str) -> Value {
    let credentials = json!({"username": NAMED, "password": "pw"});
    match (method, path) {
        ("POST", "/batch") => json!({"requests": [{"method": "GET", "path": "/parse/classes/Post"}]}),
        ("POST", "/login" | "/verifyPassword") => credentials,
        ("POST", "/challenge") => json!({"username": NAMED, "password": "pw", "challengeData": {"anonymous": {}}}),
        ("POST", "/loginAs") => json!({"userId": stage.users[0].0}),
        ("POST", "/requestPasswordReset" | "/verificationEmailRequest") => json!({"email": "nobody@example.com"}),
        ("POST", "/jobs") => json!({"jobName": "nightly"}),
        ("POST", "/schemas") => json!({"className": name}),
        ("PUT", "/schemas/:className") => json!({"fields": {name: {"type": "String"}}}),
        ("POST", "/push") => json!({"where": {}, "data": {"alert": "x"}}),
        ("PUT", "/config") => json!({"params": {"a": 1}}),
        ("PUT", "/graphql-config") => json!({"params": {}}),
        ("POST", "/cloud_code/jobs") => json!({"job_schedule": {"jobName": "nightly"}}),
        ("PUT", "/cloud_code/jobs/:objectId") => json!({"job_schedule": {"description": "x"}}),
        ("POST", "/hooks/functions") => json!({"functionName": name, "url": "http://127.0.0.1:1/x"}),
        ("POST", "/hooks/triggers") => {
            json!({"className": name, "triggerName": "beforeSave", "url": "http://127.0.0.1:1/x"})
        }
        ("PUT", path) if path.starts_with("/hooks/") => json!({"url": "http://127.0.0.1:1/y"}),
        ("POST", path) if path.starts_with("/schemas/") => json!({}),
        ("POST", path) if object_route(path) => object(stage, class),
        ("PUT", path) if path.ends_with(":objectId") => change(class),
        _ => json!({}),
    }
}

fn object_route(path: &str) -> bool {
    ["/classes/:className", "/users", "/sessions", "/roles", "/installations", "/push_audiences"].contains(&path)
}

fn change(class: &str) -> Value {
    match class {
        "_Installation" => json!({"badge": 1}),
        "_Audience" | "_Role" => json!({"name": fresh()}),
        "_Product" => json!({"title": "u"}),
        "_PushStatus" => json!({"status": "sent"}),
        "_JobStatus" => json!({"message": "m"}),
        "_JobSchedule" => json!({"description": "d"}),
        "_Hooks" => json!({"url": "http://127.0.0.1:1/y"}),
        "_GlobalConfig" => json!({"params": {}}),
        "_GraphQLConfig" => json!({"config": {}}),
        "_Idempotency" => json!({"reqId": fresh()}),
        _ => json!({}),
    }
}

/// A new object of a class, which the user and the members of the role may read and write.
fn object(stage: &Stage, class: &str) -> Value {
    let name = fresh();
    let both = json!({"read": true, "write": true});
    let shared = json!({stage.users[0].0.as_str(): both, "role:Team": both});
    match class {
        "_User" => json!({"authData": {"anonymous": {"id": name}}}),
        "_Role" => json!({"name": name, "ACL": shared}),
        "_Installation" => json!({"installationId": name, "deviceType": "ios"}),
        "_Product" => {
            let icon = json!({"__type": "File", "name": "a.png", "url": "http://127.0.0.1/a.png"});
            json!({"productIdentifier": name, "icon": icon, "order": 1, "title": "t", "subtitle": "s"})
        }
        "_Audience" => json!({"name": name, "query": "{}"}),
        "_Hooks" => json!({"functionName": name, "url": "http://127.0.0.1:1/x"}),
        "_Idempotency" => json!({"reqId": name}),
        "_JobStatus" | "_JobSchedule" => json!({"jobName": name}),
        "_Join:users:_Role" => json!({"owningId": name, "relatedId": stage.users[0].0}),
        "Post" | "Closed" => json!({"ACL": shared}),
        _ => json!({}),
    }
}

/// The id of an object that is there; of one that is not where even the master key cannot make any.
fn target(stage: &Stage, class: &str) -> String {
    let path = match class {
        "_User" => return stage.users[0].0.clone(),
        "_Session" => {
            let session = stage.send(Credential::User, "GET", "/sessions/me", None);
            return text(&session.json()["objectId"]);
        }
        "_GlobalConfig" | "_GraphQLConfig" => {
            let global = class == "_GlobalConfig";
            let (path, params) = if global { ("/config", json!({"a": 1})) } else { ("/graphql-config", json!({})) };
            assert_eq!(stage.master("PUT", path, &json!({"params": params})).status, 200);
            return "1".to_owned();
        }
        "Unknown" => return "missing".to_owned(),
        class => format!("/classes/{class}"),
    };
    let answer = stage.master("POST", &path, &object(stage, class));
    if answer.status < 300 { text(&answer.json()["objectId"]) } else { "missing".to_owned() }
}

fn made_class(stage: &Stage) -> String {
    let name = fresh();
    assert_eq!(stage.master("POST", &format!("/schemas/{name}"), &json!({})).status, 200);
    name
}

fn made_hook(stage: &Stage, path: &str) -> String {
    let name = fresh();
    let function = path.starts_with("/hooks/functions");
    let (path, body) = if function {
        ("/hooks/functions", json!({"functionName": name, "url": "http://127.0.0.1:1/x"}))
    } else {
        ("/hooks/triggers", json!({"className": name, "triggerName": "beforeSave", "url": "http://127.0.0.1:1/x"}))
    };
    stage.master("POST", path, &body);
    name
}
