//! `parsimony doctor`: it finds what was spoilt, no more than that, changes nothing, and what it says mends it.

#[cfg(feature = "mongodb")]
mod mongo;
mod sqlite;

use crate::support::{Actor, Backend, Client, Server, run};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

/// A look at a database.
struct Look {
    status: i32,
    findings: Vec<Value>,
    done: Value,
}

impl Look {
    /// `kind class.column count`, a line each.
    fn told(&self) -> BTreeSet<String> {
        let line = |finding: &Value| {
            let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
            let column = finding["column"].as_str().map_or(String::new(), |column| format!(".{column}"));
            format!("{} {}{column} {}", text("kind"), text("class"), finding["count"])
        };
        self.findings.iter().map(line).collect()
    }

    /// The finding of a kind, in a column if there are several.
    fn of(&self, kind: &str, column: Option<&str>) -> &Value {
        let is_it = |finding: &&Value| finding["kind"] == json!(kind) && finding["column"] == json!(column);
        self.findings.iter().find(is_it).unwrap_or_else(|| panic!("{kind} {column:?}: {:?}", self.told()))
    }

    /// Nothing else was found.
    fn says(&self, expected: &[&str]) {
        let expected: BTreeSet<String> = expected.iter().map(|line| (*line).to_owned()).collect();
        let told = self.told();
        let missing: Vec<_> = expected.difference(&told).collect();
        let invented: Vec<_> = told.difference(&expected).collect();
        assert!(missing.is_empty() && invented.is_empty(), "missing: {missing:#?}\ninvented: {invented:#?}");
    }
}

fn look(dir: &Path, args: &[&str]) -> Look {
    let args: Vec<&str> = ["doctor"].iter().chain(args).chain(&["--json"]).copied().collect();
    let output = run::command(dir, &args, &[]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let events = |name: &str| lines.iter().filter(|line| line["event"] == json!(name)).cloned().collect::<Vec<_>>();
    let done = events("done").pop().unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    Look { status: output.status.code().unwrap(), findings: events("finding"), done }
}

/// The URI of a server's database.
fn uri(server: &Server) -> String {
    let config: Value = serde_json::from_slice(&std::fs::read(server.dir().join("config.json")).unwrap()).unwrap();
    config["databaseURI"].as_str().unwrap().to_owned()
}

fn made(client: &Client, path: &str, body: Value) -> Value {
    let answer = client.post(path, &body);
    assert!(answer.status < 300, "{path}: {}", answer.text());
    answer.json()
}

fn pointer(class: &str, id: &str) -> Value {
    json!({"__type": "Pointer", "className": class, "objectId": id})
}

/// A server with a bit of everything, and nothing wrong.
fn clean(backend: Backend) -> Server {
    let server = Server::start_on(backend, json!({"allowCustomObjectId": true, "enableSanitizedErrorResponse": false}));
    let master = server.client(Actor::Master);
    let clp = json!({"find": {"*": true}, "get": {"*": true}, "create": {"requiresAuthentication": true},
        "update": {"requiresAuthentication": true}, "delete": {}, "addField": {}});
    let ty = |name: &str| json!({"type": name});
    let to = |name: &str, class: &str| json!({"type": name, "targetClass": class});
    let fields = json!({"title": ty("String"), "body": ty("String"), "score": ty("Number"), "when": ty("Date"),
        "tags": ty("Array"), "meta": ty("Object"), "place": ty("GeoPoint"), "area": ty("Polygon"), "bytes": ty("Bytes"),
        "file": ty("File"), "on": ty("Boolean"), "author": to("Pointer", "_User"), "likes": to("Relation", "_User")});
    let indexes = json!({"by_title": {"title": 1, "score": -1}, "by_body": {"body": 1}, "by_author": {"_p_author": 1}});
    made(
        &master,
        "/schemas/Post",
        json!({"className": "Post", "fields": fields, "indexes": indexes,
        "classLevelPermissions": clp}),
    );
    for name in ["ann", "bob", "cid"] {
        let user = json!({"objectId": name, "username": name, "password": "x", "email": format!("{name}@a.b")});
        made(&server.client(Actor::Client), "/users", user);
    }
    made(&server.client(Actor::Client), "/users", json!({"authData": {"anonymous": {"id": "1"}}}));
    let users = json!({"__op": "AddRelation", "objects": [pointer("_User", "ann")]});
    made(&master, "/roles", json!({"objectId": "admins", "name": "admins", "users": users, "ACL": {}}));
    for (n, id) in ["p0", "p1", "p2", "p3"].into_iter().enumerate() {
        let likes = ["ann", "bob"].map(|id| pointer("_User", id));
        made(
            &master,
            "/classes/Post",
            json!({"objectId": id, "title": format!("no. {n}"), "body": "b", "score": n,
            "when": {"__type": "Date", "iso": "2020-01-01T00:00:00.000Z"}, "tags": [1, "a", pointer("_User", "bob")],
            "meta": {"a": [{"b": null}], "when": {"__type": "Date", "iso": "2020-01-01T00:00:00.000Z"}},
            "place": {"__type": "GeoPoint", "latitude": 1, "longitude": 2}, "bytes": {"__type": "Bytes", "base64": "aGk="},
            "area": {"__type": "Polygon", "coordinates": [[0, 0], [0, 1], [1, 1], [0, 0]]},
            "file": {"__type": "File", "name": "a.txt", "url": "http://x/a.txt"}, "on": true,
            "author": pointer("_User", "ann"), "likes": {"__op": "AddRelation", "objects": likes},
            "ACL": {"*": {"read": true}}}),
        );
    }
    made(&master, "/installations", json!({"installationId": "i", "deviceType": "ios", "channels": ["a"]}));
    made(&master, "/push_audiences", json!({"name": "a", "query": "{}"}));
    made(&master, "/hooks/functions", json!({"functionName": "f", "url": "http://127.0.0.1:1/"}));
    let config = json!({"params": {"a": {"b": 1}}}).to_string();
    assert_eq!(master.send("PUT", "/config", &[], Some(config.as_bytes())).status, 200);
    server
}

fn stop(server: &mut Server) {
    server.terminate();
    server.wait_exit(Duration::from_secs(10)).expect("an end");
}

/// Runs the commands that a look came to, as they are, against the server of the database; those that no shell here can run
/// are left out.
fn mend(server: &Server, look: &Look, extra: &[(&str, String)]) {
    for finding in &look.findings {
        let command = finding["mend"].as_str().unwrap();
        let is_shell = command.starts_with("mongosh") && !extra.iter().any(|(name, _)| *name == "PATH");
        if is_shell || command.starts_with("parsimony") {
            continue;
        }
        let mut shell = Command::new("sh");
        shell.args(["-c", &command.replace("curl ", "curl -sS --fail-with-body ")]).env("SERVER_URL", server.base());
        shell.envs([("APP_ID", "app"), ("MASTER_KEY", "mk"), ("OLD_TOKEN", "old")]).env("DATABASE_URI", uri(server));
        let ran = shell.envs(extra.iter().map(|(name, value)| (name, value))).output().unwrap();
        let said = [ran.stdout, ran.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        assert!(ran.status.success(), "{command}\n{said:?}");
    }
}

fn nothing_is_invented(backend: Backend) {
    let mut server = clean(backend);
    let live = look(&server.dir(), &[&uri(&server)]);
    live.says(&[]);
    assert_eq!(live.status, 0);
    assert_eq!(live.done["problems"], json!(0));
    assert!(live.done["rows"].as_u64().unwrap() > 20, "{}", live.done);
    stop(&mut server);
    look(&server.dir(), &["config.json"]).says(&[]);
    let ran = run::run(&server.dir(), &["doctor", &uri(&server), "--batch", "1", "--rate", "100000"], &[]);
    assert!(ran.ok && ran.out.trim_end().ends_with(": nothing is wrong"), "{}{}", ran.out, ran.err);
}

#[test]
fn nothing_is_invented_on_sqlite() {
    nothing_is_invented(Backend::Sqlite);
}

#[test]
fn nothing_is_invented_on_mongodb() {
    if Backend::has_mongo("the doctor on a clean database") {
        nothing_is_invented(Backend::Mongo);
    }
}

#[test]
fn it_stops_when_told() {
    let mut server = clean(Backend::Sqlite);
    stop(&mut server);
    let mut command =
        run::command(&server.dir(), &["doctor", "config.json", "--rate", "1", "--batch", "1", "--json"], &[]);
    let mut child = run::Running(command.stdout(Stdio::piped()).spawn().unwrap());
    let mut out = BufReader::new(child.0.stdout.take().unwrap());
    out.read_line(&mut String::new()).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    let sent = Command::new("kill").args(["-INT", &child.0.id().to_string()]).status().unwrap();
    assert!(sent.success());
    assert_eq!(child.0.wait().unwrap().code(), Some(130));
    let rest: Vec<String> = out.lines().map(Result::unwrap).collect();
    assert!(!rest.iter().any(|line| line.contains("\"done\"")), "{rest:?}");
}

#[test]
fn a_database_that_is_not_there_is_no_success() {
    let dir = tempfile::TempDir::new().unwrap();
    for args in [&["doctor", "sqlite:none.db"][..], &["doctor", "none.json"], &["doctor", "--nonsense"]] {
        let output = run::command(dir.path(), args, &[]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("error: "), "{args:?}");
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}
