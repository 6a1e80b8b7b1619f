//! The command line as a user meets it: what starts, what is refused with which last line, what a backup holds.

use crate::support::run::{self, Running};
use crate::support::server::free_port;
use crate::support::{Actor, Backend, Client, Server};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A directory with a `config.json`.
fn config(options: &Value) -> TempDir {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("config.json"), options.to_string()).unwrap();
    dir
}

fn app(more: Value) -> Value {
    let mut all = json!({"appId": "app", "masterKey": "mk", "host": "127.0.0.1"});
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all
}

/// The reason for which a start is refused.
fn refused(options: &Value, args: &[&str], env: &[(&str, &str)]) -> String {
    let args: Vec<&str> = std::iter::once("config.json").chain(args.iter().copied()).collect();
    let ran = run::run(config(options).path(), &args, env);
    assert!(!ran.ok, "{}{}", ran.out, ran.err);
    ran.reason().to_owned()
}

/// Waits for a server on a port.
fn client(port: u16, actor: Actor) -> Client {
    let client = Client::new(&format!("http://127.0.0.1:{port}/parse"), actor);
    let until = Instant::now() + Duration::from_secs(20);
    while client.try_send("GET", "/health", &[], None).map_or(0, |answer| answer.status) != 200 {
        assert!(Instant::now() < until, "no server on {port}");
        sleep(Duration::from_millis(10));
    }
    client
}

fn count(client: &Client, class: &str) -> Value {
    client.get(&format!("/classes/{class}?limit=0&count=1")).json()["count"].clone()
}

#[test]
fn the_environment_is_enough_and_takes_json() {
    let (dir, port) = (TempDir::new().unwrap(), free_port().to_string());
    let rule =
        r#"[{"requestPath":"/classes/A","requestTimeWindow":60000,"requestCount":1,"includeInternalRequests":true}]"#;
    let env = [
        ("PARSE_SERVER_APPLICATION_ID", "app"),
        ("PARSE_SERVER_MASTER_KEY", "mk"),
        ("PARSE_SERVER_ALLOW_CLIENT_CLASS_CREATION", "true"),
        ("PARSE_SERVER_RATE_LIMIT", rule),
        ("PARSE_SERVER_PROTECTED_FIELDS", r#"{"B":{"*":["hidden"]}}"#),
        ("PARSE_SERVER_MASTER_KEY_IPS", "10.0.0.1,127.0.0.1"),
        ("PORT", port.as_str()),
    ];
    let child = run::command(dir.path(), &[], &env).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let _running = Running(child);
    let client = client(port.parse().unwrap(), Actor::Client);
    let statuses: Vec<u16> = (0..2).map(|_| client.get("/classes/A").status).collect();
    assert_eq!(statuses, [200, 429]);
    assert_eq!(client.post("/classes/B", &json!({"hidden": 1, "shown": 2})).status, 201);
    let row = client.get("/classes/B").json()["results"][0].clone();
    assert_eq!((&row["hidden"], &row["shown"]), (&Value::Null, &json!(2)));
    assert_eq!(client.with(Actor::Master).get("/classes/B").json()["results"][0]["hidden"], json!(1));
    assert!(dir.path().join("data/parsimony.db").exists(), "the default place of the database");
}

#[test]
fn several_apps_in_one_process() {
    let port = free_port();
    let one = |id: &str, path: &str| {
        app(json!({"appId": id, "masterKey": format!("{id}-key"), "mountPath": path, "port": port,
            "databaseURI": format!("sqlite:{id}.db"), "allowClientClassCreation": true}))
    };
    let dir = config(&json!({"apps": [one("app", "/parse"), one("beside", "/parse"), one("apart", "/apart")]}));
    let command = &mut run::command(dir.path(), &["config.json"], &[]);
    let _running = Running(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let first = client(port, Actor::Client);
    let apart = Client::new(&format!("http://127.0.0.1:{port}/apart"), Actor::Client);
    for (client, app) in [(&first, "app"), (&first, "beside"), (&apart, "apart")] {
        let headers = [("X-Parse-Application-Id", app)];
        let body = json!({"of": app}).to_string();
        assert_eq!(client.send("POST", "/classes/A", &headers, Some(body.as_bytes())).status, 201, "{app}");
        let rows = client.send("GET", "/classes/A?keys=of", &headers, None).json();
        assert_eq!(rows["results"].as_array().map(Vec::len), Some(1), "{rows}");
        assert_eq!(rows["results"][0]["of"], json!(app));
    }
    assert_eq!(apart.get("/classes/A").status, 403, "an app is found only where it is mounted");
}

#[test]
fn what_is_refused_ends_with_the_reason() {
    let plain = app(json!({}));
    for (options, args, env, says) in [
        (app(json!({"mastrKeyIps": []})), &[][..], &[][..], "unknown option mastrKeyIps (did you mean masterKeyIps?)"),
        (app(json!({"oauth": {}})), &[], &[], "of an older Parse Server: rename it to auth"),
        (plain.clone(), &["--masterKeyIp", "1"], &[], "unknown option --masterKeyIp (did you mean --masterKeyIps?)"),
        (plain.clone(), &["--oauth", "{}"], &[], "unknown option --oauth, of an older Parse Server: rename it to auth"),
        (plain.clone(), &["--port"], &[], "a value is required for '--port"),
        (plain.clone(), &["second.json"], &[], "one argument too many: second.json"),
        (app(json!({"cloud": "main.js"})), &[], &[], "not built yet: cloud (Cloud Code)"),
        (plain.clone(), &[], &[("PORT", "x")], "Key port has invalid value x"),
        (plain.clone(), &[], &[("PARSE_SERVER_SCHEMA", "{")], "Key schema is not valid JSON"),
        (plain.clone(), &[], &[("DYNO", "web.1")], "--allow-ephemeral"),
        (
            json!({"apps": [app(json!({})), app(json!({"appId": "b", "databaseURI": "sqlite:b.db"}))]}),
            &[],
            &[("PARSE_SERVER_MASTER_KEY", "x")],
            "PARSE_SERVER_MASTER_KEY sets an option of one app",
        ),
        (plain.clone(), &["--host", "256.0.0.1"], &[], "cannot listen on 256.0.0.1:1337"),
        (plain.clone(), &["--databaseURI", "sqlite:config.json"], &[], "the file is no SQLite database"),
        (plain.clone(), &["--databaseURI", "sqlite:."], &[], "cannot open .: "),
    ] {
        let reason = refused(&options, args, env);
        assert!(reason.starts_with("error: ") && reason.contains(says), "{args:?} {env:?}: {reason}");
    }
}

#[test]
fn names_to_ignore_add_up() {
    let dir = config(&app(json!({"cloud": "main.js", "liveQuery": {"classNames": ["A"]}})));
    let both =
        ["check-config", "config.json", "--ignore-unsupported", "cloud", "--ignore-unsupported", "liveQuery,port"];
    let ran = run::run(dir.path(), &both, &[]);
    assert!(ran.ok, "{}", ran.err);
    assert!(!run::run(dir.path(), &both[..4], &[]).ok);
}

#[test]
fn a_check_finds_what_a_start_would() {
    let mailer = json!({"module": "smtp", "options": {"url": "smtp://h", "sender": "a@b.c", "templates": {"verificationEmail": {"htmlPath": "no.html"}}}});
    for (options, says) in [
        (json!({"pages": {"pagesPath": "nowhere"}}), "pages.pagesPath cannot be opened"),
        (json!({"emailAdapter": mailer, "appName": "A", "publicServerURL": "http://h/parse"}), "no.html"),
    ] {
        let options = app(options);
        let started = refused(&options, &[], &[]);
        let ran = run::run(config(&options).path(), &["check-config", "config.json"], &[]);
        assert!(!ran.ok && ran.reason() == started && started.contains(says), "{} {started}", ran.err);
    }
}

#[test]
fn a_missing_argument_is_named() {
    let ran = run::run(TempDir::new().unwrap().path(), &["backup"], &[]);
    assert_eq!(ran.reason(), "error: <FILE> is missing; parsimony --help lists what there is");
}

#[test]
fn a_backup_is_made_while_the_server_runs() {
    let server = Server::start_on(Backend::Sqlite, json!({"allowClientClassCreation": true}));
    let (dir, client) = (server.dir(), server.client(Actor::Client));
    for n in 0..20 {
        assert_eq!(client.post("/classes/A", &json!({"n": n})).status, 201);
    }
    let ran = run::run(&dir, &["backup", "copy.db", "config.json"], &[]);
    assert!(ran.ok && ran.out.contains("is copied to copy.db"), "{}{}", ran.out, ran.err);
    assert_eq!(client.post("/classes/A", &json!({"n": 20})).status, 201);
    for (args, says) in [
        (["backup", "copy.db", "config.json"], "copy.db is there already"),
        (["backup", "no/where.db", "config.json"], "cannot be opened"),
    ] {
        let ran = run::run(&dir, &args, &[]);
        assert!(!ran.ok && ran.reason().contains(says), "{}", ran.err);
    }
    let uri = format!("sqlite:{}", dir.join("copy.db").display());
    let copy = Server::start(json!({ "databaseURI": uri }));
    assert_eq!(count(&copy.client(Actor::Client), "A"), json!(20));
    let none = ["backup", "none.db", "config.json", "--databaseURI", "sqlite:none-there.db"];
    assert_eq!(run::run(&dir, &none, &[]).reason(), "error: there is no database none-there.db");
    assert!(!dir.join("none.db").exists());
}

/// Readable by nobody but their owner, whatever the umask: the rows of all users are in them.
#[test]
fn files_of_a_database_are_for_their_owner() {
    let server = Server::start_on(Backend::Sqlite, json!({"allowClientClassCreation": true}));
    let dir = server.dir();
    assert_eq!(server.client(Actor::Client).post("/classes/A", &json!({"n": 1})).status, 201);
    // Without a configuration, which may be elsewhere: a database has no keys.
    let ran = run::run(&dir, &["backup", "copy.db", "--databaseURI", "sqlite:x.db"], &[]);
    assert!(ran.ok, "{}", ran.err);
    let mode = |name: &str| fs::metadata(dir.join(name)).unwrap().permissions().mode() & 0o777;
    let names = ["x.db", "x.db-wal", "x.db-shm", "x.db.lock", "copy.db"];
    assert_eq!(names.map(mode), [0o600; 5]);
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    let dir = config(&app(json!({"databaseURI": "sqlite:notes.txt"})));
    fs::write(dir.path().join("notes.txt"), "hello").unwrap();
    let ran = run::run(dir.path(), &["config.json"], &[]);
    let says = "error: cannot open notes.txt: the file is no SQLite database: file is not a database";
    assert!(!ran.ok && ran.reason() == says, "{}", ran.err);
    let mut left: Vec<_> = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["config.json", "notes.txt"]);
    assert_eq!(fs::read_to_string(dir.path().join("notes.txt")).unwrap(), "hello");
}

#[test]
fn a_file_in_use_or_of_another_format_is_refused() {
    let mut server = Server::start_on(Backend::Sqlite, json!({}));
    let dir = server.dir();
    let start = || run::run(&dir, &["config.json", "--port", "0"], &[]).reason().to_owned();
    assert!(start().ends_with("x.db: the database is held by another process"), "{}", start());
    server.terminate();
    server.wait_exit(Duration::from_secs(10)).unwrap();
    let file = rusqlite::Connection::open(dir.join("x.db")).unwrap();
    for (format, says) in
        [(99, "newer version of Parsimony (format 99"), (0, "the format 0 of the database is unknown")]
    {
        file.execute("UPDATE meta SET value = ? WHERE key = 'format'", [format]).unwrap();
        assert!(start().contains(says), "{}", start());
    }
    file.execute_batch("DROP TABLE meta").unwrap();
    assert!(start().ends_with("the file is a database of another program"), "{}", start());
}

/// The recipe for a JavaScript configuration, carried out on the forms that such files have.
#[test]
fn the_recipe_for_javascript_writes_the_options() {
    if Command::new("node").arg("--version").output().is_err() {
        println!("left out: no Node here");
        return;
    }
    let dir = TempDir::new().unwrap();
    let package = dir.path().join("node_modules/parse-server");
    fs::create_dir_all(package.join("lib")).unwrap();
    fs::write(package.join("package.json"), r#"{"name":"parse-server","main":"lib/index.js"}"#).unwrap();
    let real = "exports.ParseServer = exports.default = class { constructor() { throw new Error('the real one'); } };";
    fs::write(package.join("lib/index.js"), real).unwrap();
    for (name, text) in [
        ("config.js", "module.exports = {appId: 'x', cloud: () => 1};"),
        ("index.js", "const {ParseServer} = require('parse-server'); new ParseServer({appId: 'x'});"),
        ("start.cjs", "require('parse-server').ParseServer.startApp({appId: 'x'});"),
        ("later.js", "const P = require('parse-server').default; setTimeout(() => new P({appId: 'x'}), 20);"),
        ("config.mjs", "export default {appId: 'x'};"),
        (
            "index.mjs",
            "import {ParseServer} from 'parse-server'; const s = new ParseServer({appId: 'x'}); await s.start();",
        ),
    ] {
        fs::write(dir.path().join(name), text).unwrap();
        let ran = run::run(dir.path(), &[name], &[]);
        assert!(!ran.ok && ran.reason().contains("is JavaScript"), "{}", ran.err);
        let command = ran.err.lines().map(str::trim).find(|line| line.starts_with("node ")).expect("a command");
        let made = Command::new("sh").args(["-c", command]).current_dir(dir.path()).output().unwrap();
        let written = fs::read(dir.path().join("config.json"));
        let written = written.unwrap_or_else(|_| panic!("{name}: {}", String::from_utf8_lossy(&made.stderr)));
        assert_eq!(serde_json::from_slice::<Value>(&written).unwrap(), json!({"appId": "x"}), "{name}");
        fs::remove_file(dir.path().join("config.json")).unwrap();
    }
}
