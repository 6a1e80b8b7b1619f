//! A whole export: brought in with interruptions, read back, sent out again, and used. `TEST_OBJECTS` sets its size.

use super::generator::{PASSWORD, Size, date, score_id, token, user_id, write};
use super::kit::{Moved, ended, moved, send, start};
use crate::support::backend::Place;
use crate::support::client::escape;
use crate::support::{Actor, Backend, Server};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tempfile::TempDir;

/// The most memory that a run may have, KiB, however many rows there are: eight bytes a row come on top.
const MOST_KIB: u64 = 160 * 1024;

#[test]
fn an_export_comes_in_and_goes_out_on_sqlite() {
    round(Backend::Sqlite, Backend::Sqlite);
}

#[test]
fn an_export_comes_in_and_goes_out_on_mongodb() {
    if Backend::has_mongo("import, export and copy") {
        round(Backend::Mongo, Backend::Sqlite);
    }
}

pub fn rows() -> u64 {
    std::env::var("TEST_OBJECTS").map_or(6000, |text| text.parse().expect("TEST_OBJECTS is a number"))
}

fn round(backend: Backend, back: Backend) {
    let dir = TempDir::new().unwrap();
    let (size, all) = (Size::of(rows()), rows());
    write(&dir.path().join("in"), size);
    let (sub, back_dir) = (dir.path().join("one"), dir.path().join("two"));
    let (one, two) = (Place::new(backend, &sub), Place::new(back, &back_dir));
    come_in(dir.path(), one.uri(), size, all);

    // Out again, and in again, into another kind of database.
    let out = moved(dir.path(), &["export", "out", "--from", one.uri()]);
    assert_eq!(out.status, Some(0), "{:?}", out.faults());
    same_files(&dir.path().join("in"), &dir.path().join("out"));
    // They hold password hashes.
    let mode = |path: &str| fs::metadata(dir.path().join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("out"), mode("out/_User.json"), mode("out/_SCHEMA.json")), (0o700, 0o600, 0o600));
    let again = moved(dir.path(), &["import", "out", "--to", two.uri()]);
    assert_eq!(again.status, Some(0), "{:?}", again.faults());
    equal(dir.path(), one.uri(), two.uri());
    let third_dir = dir.path().join("three");
    let third = Place::new(Backend::Sqlite, &third_dir);
    let copied = moved(dir.path(), &["copy", "--from", one.uri(), "--to", third.uri()]);
    assert_eq!((copied.status, copied.done()["readBackEqual"].as_u64()), (Some(0), Some(all)), "{:?}", copied.faults());
    equal(dir.path(), one.uri(), third.uri());
    for (what, run) in [("export", &out), ("import", &again), ("copy", &copied)] {
        tell(what, backend, run, all);
    }
    use_it(&one, size);
}

/// Brings the export in: killed once, interrupted once, and then to its end.
fn come_in(dir: &Path, uri: &str, size: Size, all: u64) {
    let import = ["import", "in", "--to", uri];
    let slow = (all / 3).to_string();
    let slowly: Vec<&str> = import.iter().copied().chain(["--rate", &slow, "--batch", "100"]).collect();
    for signal in ["-KILL", "-INT"] {
        let child = start(dir, &slowly);
        let process = child.id();
        let mut phases = 0;
        let run = ended(child, |line| {
            phases += u32::from(line["event"] == "phase");
            if line["event"] == "phase" && phases == 2 {
                std::thread::spawn(move || {
                    std::thread::sleep(std::time::Duration::from_millis(700));
                    send(process, signal);
                });
            }
        });
        assert_eq!(phases, 2, "it was to be stopped while it wrote");
        assert_eq!(run.status, if signal == "-KILL" { None } else { Some(130) }, "{}", run.err);
    }
    let whole = moved(dir, &import);
    assert_eq!(whole.status, Some(0), "{:?} {}", whole.faults(), whole.err);
    let mut there = 0;
    for (name, rows) in size.files() {
        let class = whole.class(name);
        assert_eq!(class["rows"], rows, "{name}");
        assert_eq!(class["leftOut"], 0, "{name}");
        there += class["there"].as_u64().unwrap();
    }
    assert!(there > 0, "what the first runs had written is found");
    assert_eq!(whole.done()["readBackEqual"], all);
    tell("import", Backend::Sqlite, &whole, all);
    let again = moved(dir, &import);
    assert_eq!((again.status, again.done()["stored"].as_u64()), (Some(0), Some(0)));
}

fn tell(what: &str, backend: Backend, run: &Moved, rows: u64) {
    let seconds = run.done()["seconds"].as_f64().unwrap();
    eprintln!("{what} ({backend:?}): {rows} rows in {seconds} s, peak {} MiB", run.peak_kib / 1024);
    let bound = MOST_KIB + rows * 16 / 1024;
    assert!(run.peak_kib < bound, "{what}: {} KiB, more than {bound}", run.peak_kib);
}

fn equal(dir: &Path, one: &str, other: &str) {
    let verified = moved(dir, &["verify", one, other]);
    assert_eq!(verified.status, Some(0), "{:?} {}", verified.faults(), verified.err);
    for class in verified.lines.iter().filter(|line| line["event"] == "class") {
        assert_eq!((&class["rows"][0], &class["checksums"][0]), (&class["rows"][1], &class["checksums"][1]), "{class}");
    }
}

/// The files hold the same rows, in whatever order, and the same values.
fn same_files(one: &Path, other: &Path) {
    for file in fs::read_dir(one).unwrap() {
        let name = file.unwrap().file_name();
        let read = |folder: &Path| -> BTreeMap<String, Value> {
            let whole: Value = serde_json::from_slice(&fs::read(folder.join(&name)).unwrap()).unwrap();
            let rows = whole["results"].as_array().unwrap().iter();
            let key = |row: &Value| row["objectId"].as_str().map_or_else(|| row.to_string(), str::to_owned);
            rows.map(|row| (key(row), without_urls(row))).collect()
        };
        let (one, other) = (read(one), read(other));
        assert_eq!(one.len(), other.len(), "{name:?}");
        for (key, row) in &one {
            assert_eq!(Some(row), other.get(key), "{name:?} {key}");
        }
    }
}

/// Files have the URL that the server makes of `fileKey`, and none in the database; 65.0 is 65.
fn without_urls(value: &Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(list) => list.iter().map(without_urls).collect(),
        Value::Object(map) => {
            let kept = map.iter().filter(|(key, _)| map.get("__type") != Some(&json!("File")) || *key != "url");
            Value::Object(kept.map(|(key, value)| (key.clone(), without_urls(value))).collect())
        }
        other => other.clone(),
    }
}

/// What an app does after the move.
pub fn use_it(place: &Place, size: Size) {
    let server = Server::start_on(Backend::Sqlite, json!({"databaseURI": place.uri()}));
    let client = server.client(Actor::Client);
    let login = client.post("/login", &json!({"username": "player7", "password": PASSWORD}));
    assert_eq!((login.status, &login.json()["objectId"]), (200, &json!(user_id(7))), "{}", login.text());
    assert_eq!(client.post("/login", &json!({"username": "player7", "password": "wrong"})).status, 404);
    // A token from before sessions is one that a new SDK exchanges.
    let exchanged = |user: u64| {
        let old = client.with(Actor::Session(format!("old{user}")));
        let answer = old.post("/upgradeToRevocableSession", &json!({}));
        answer.json()["sessionToken"].as_str().unwrap_or_else(|| panic!("{}", answer.text())).to_owned()
    };
    for token in [token(5), exchanged(5)] {
        let me = client.with(Actor::Session(token.clone())).get("/users/me");
        assert_eq!((me.status, &me.json()["objectId"]), (200, &json!(user_id(5))), "{token}: {}", me.text());
    }
    let row = client.get(&format!("/classes/GameScore/{}?include=player", score_id(8))).json();
    assert_eq!((&row["createdAt"], &row["score"]), (&json!(date(8)), &json!(row["score"].as_u64().unwrap())));
    assert!(row["player"]["username"].as_str().unwrap().starts_with("player"), "{row}");
    assert_eq!(row["photo"]["name"], "tfss-8-photo.jpg");
    let owner = json!({"__type": "Pointer", "className": "GameScore", "objectId": score_id(0)});
    let related = json!({"$relatedTo": {"object": owner, "key": "likes"}});
    let found = client.get(&escape(&format!("/users?where={related}&count=1&limit=0"))).json();
    assert!(found["count"].as_u64().unwrap() > 0, "{found}");
    // Admins may write scores; who is in no role may not.
    let path = format!("/classes/GameScore/{}", score_id(8));
    let change = |user: u64| {
        let body = json!({"score": -1}).to_string();
        client.with(Actor::Session(exchanged(user))).send("PUT", &path, &[], Some(body.as_bytes())).status
    };
    assert_eq!((change(1), change(size.users - 1)), (200, 404));
    // An old installation is known by its id, and stays one.
    let master = server.client(Actor::Master);
    let old = master.get("/installations?order=createdAt&limit=1").json()["results"][0].clone();
    let body = json!({"installationId": old["installationId"], "deviceType": old["deviceType"], "badge": 9});
    let again = client.post("/installations", &body);
    assert_eq!(again.status, 200, "{}", again.text());
    let count = master.get("/installations?count=1&limit=0").json()["count"].clone();
    assert_eq!(count, size.installations);
}
