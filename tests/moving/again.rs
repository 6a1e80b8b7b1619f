//! Runs that are stopped, and run again; and what came in between.

use super::kit::{Moved, ended, moved, send, start};
use crate::support::backend::Place;
use crate::support::relay::Relay;
use crate::support::{Actor, Backend, Server};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// A database with two classes of so many rows.
fn filled(dir: &Path, rows: usize) {
    fs::create_dir_all(dir.join("in")).unwrap();
    for class in ["A", "B"] {
        let rows: Vec<String> = (0..rows).map(|n| format!(r#"{{"objectId":"{class}{n}","n":{n}}}"#)).collect();
        fs::write(dir.join(format!("in/{class}.json")), format!("[{}]", rows.join(","))).unwrap();
    }
    assert_eq!(moved(dir, &["import", "in", "--to", "sqlite:x.db"]).status, Some(0));
}

/// Begins a command that takes its time, and ends it with a signal once its last phase has begun.
fn stopped(dir: &Path, args: &[&str], signal: &str, after: Duration) -> Moved {
    let slowly: Vec<&str> = args.iter().copied().chain(["--rate", "200", "--batch", "50"]).collect();
    let child = start(dir, &slowly);
    let process = child.id();
    let signal = signal.to_owned();
    let wanted = if args[0] == "copy" { "writing" } else { "" };
    let mut is_sent = false;
    ended(child, |line| {
        if line["event"] == "phase"
            && (wanted.is_empty() || line["what"] == wanted)
            && !std::mem::replace(&mut is_sent, true)
        {
            let signal = signal.clone();
            std::thread::spawn(move || {
                std::thread::sleep(after);
                send(process, &signal);
            });
        }
    })
}

fn ids(file: &Path) -> Vec<String> {
    let whole: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let mut ids: Vec<String> =
        whole["results"].as_array().unwrap().iter().map(|row| row["objectId"].as_str().unwrap().to_owned()).collect();
    ids.sort();
    ids
}

#[test]
fn an_export_goes_on_with_a_database_that_has_changed() {
    for signal in ["-KILL", "-INT"] {
        let dir = TempDir::new().unwrap();
        filled(dir.path(), 200);
        let export = ["export", "out", "--from", "sqlite:x.db"];
        // While the second class is written.
        let run = stopped(dir.path(), &export, signal, Duration::from_millis(1500));
        assert_eq!(run.status, if signal == "-KILL" { None } else { Some(130) }, "{}", run.err);
        assert!(dir.path().join("out/A.json").exists() && !dir.path().join("out/B.json").exists(), "{signal}");
        // An unfinished export is not taken for a whole one.
        let early = moved(dir.path(), &["import", "out", "--to", "sqlite:early.db"]);
        assert_eq!(early.status, Some(1), "{:?}", early.lines);
        assert!(early.faults()[0].starts_with(".parsimony-export: the export in this folder was not finished"));
        let uri = format!("sqlite:{}", dir.path().join("x.db").display());
        let server = Server::start_on(Backend::Sqlite, json!({"databaseURI": uri, "allowCustomObjectId": true}));
        let master = server.client(Actor::Master);
        for class in ["A", "B"] {
            assert_eq!(master.post(&format!("/classes/{class}"), &json!({"objectId": "new", "n": 1})).status, 201);
        }
        // The rows behind which the first run ended.
        assert_eq!(master.send("DELETE", "/classes/A/A199", &[], None).status, 200);
        for n in 0..40 {
            assert_eq!(master.send("DELETE", &format!("/classes/B/B{n}"), &[], None).status, 200);
        }
        let again = moved(dir.path(), &export);
        assert_eq!((again.status, again.faults()), (Some(0), Vec::new()), "{}", again.err);
        drop(server);
        for class in ["A", "B"] {
            let ids = ids(&dir.path().join(format!("out/{class}.json")));
            let wanted = (40..199).map(|n| format!("{class}{n}")).chain(["new".to_owned()]);
            wanted.for_each(|id| assert!(ids.binary_search(&id).is_ok(), "{signal} {class}: {id}"));
            assert!(ids.windows(2).all(|pair| pair[0] != pair[1]), "{signal}: a row stands twice");
        }
        assert!(again.class("A")["there"].as_u64().unwrap() >= 198, "{}", again.class("A"));
    }
}

#[test]
fn a_copy_goes_on_where_it_was() {
    for backend in [Backend::Sqlite, Backend::Mongo] {
        if backend == Backend::Mongo && !Backend::has_mongo("copies that are stopped") {
            continue;
        }
        let dir = TempDir::new().unwrap();
        filled(dir.path(), 200);
        let sub = dir.path().join("sub");
        fs::create_dir(&sub).unwrap();
        let to = Place::new(backend, &sub);
        let copy = ["copy", "--from", "sqlite:x.db", "--to", to.uri()];
        for signal in ["-KILL", "-INT", "-KILL"] {
            let run = stopped(dir.path(), &copy, signal, Duration::from_millis(600));
            assert_eq!(run.status, if signal == "-KILL" { None } else { Some(130) }, "{}", run.err);
        }
        let whole = moved(dir.path(), &copy);
        assert_eq!((whole.status, whole.faults()), (Some(0), Vec::new()), "{}", whole.err);
        assert!(whole.class("A")["there"].as_u64().unwrap() > 0, "{}", whole.class("A"));
        assert_eq!(moved(dir.path(), &["verify", "sqlite:x.db", to.uri()]).status, Some(0));
    }
}

#[test]
fn a_table_has_its_name_when_it_is_whole() {
    let dir = TempDir::new().unwrap();
    filled(dir.path(), 200);
    let export = ["export", "out", "--from", "sqlite:x.db", "--class", "A", "--csv"];
    for signal in ["-INT", "-KILL"] {
        stopped(dir.path(), &export, signal, Duration::from_millis(500));
        assert!(!dir.path().join("out/A.csv").exists(), "{signal}");
    }
    assert_eq!(moved(dir.path(), &export).status, Some(0));
    assert_eq!(fs::read_to_string(dir.path().join("out/A.csv")).unwrap().lines().count(), 201);
    assert!(!dir.path().join("out/A.csv.part").exists());
}

/// A live database is asked for no more than was said, and who stops it does not wait for the next batch.
#[test]
fn the_pace_is_kept_and_does_not_hold_up_the_end() {
    let dir = TempDir::new().unwrap();
    filled(dir.path(), 100);
    fs::copy(dir.path().join("x.db"), dir.path().join("y.db")).unwrap();
    let begun = Instant::now();
    assert_eq!(moved(dir.path(), &["verify", "sqlite:x.db", "sqlite:y.db", "--rate", "100"]).status, Some(0));
    assert!(begun.elapsed() > Duration::from_millis(1500), "200 rows, a hundred a second: {:?}", begun.elapsed());
    for args in [
        &["verify", "sqlite:x.db", "sqlite:y.db"][..],
        &["doctor", "sqlite:x.db"],
        &["export", "out", "--from", "sqlite:x.db"],
        &["copy", "--from", "sqlite:x.db", "--to", "sqlite:z.db"],
    ] {
        let child = start(dir.path(), &[args, &["--rate", "1"]].concat());
        let process = child.id();
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(1500));
            send(process, "-INT");
        });
        let begun = Instant::now();
        let run = ended(child, |_| {});
        assert_eq!(run.status, Some(130), "{args:?} {}", run.err);
        assert!(begun.elapsed() < Duration::from_secs(20), "{args:?}");
    }
}

/// A database that goes away is no fault of rows: the work ends at once, and goes on later.
#[test]
fn a_database_that_goes_away_ends_the_run() {
    if !Backend::has_mongo("a target that goes away") {
        return;
    }
    let dir = TempDir::new().unwrap();
    filled(dir.path(), 500);
    let place = Place::new(Backend::Mongo, dir.path());
    let (server, name) = place.uri().strip_prefix("mongodb://").and_then(|rest| rest.split_once('/')).unwrap();
    let relay = Relay::cut_from(server);
    let uri = format!("mongodb://127.0.0.1:{}/{name}?serverSelectionTimeoutMS=1000", relay.port());
    let there = ["copy", "--from", "sqlite:x.db", "--to", &uri];
    let back = ["copy", "--from", &uri, "--to", "sqlite:back.db"];
    for (args, phase) in [(&there, 2), (&back, 1), (&back, 2)] {
        relay.mend();
        let child = start(dir.path(), &[&args[..], &["--rate", "300", "--batch", "50"]].concat());
        let mut phases = 0;
        let begun = Instant::now();
        let run = ended(child, |line| {
            phases += u32::from(line["event"] == "phase");
            if line["event"] == "phase" && phases == phase {
                relay.cut();
            }
        });
        assert_eq!((run.status, run.faults()), (Some(2), Vec::new()), "{args:?} {}", run.err);
        assert!(run.err.contains("the database cannot be reached"), "{}", run.err);
        assert!(begun.elapsed() < Duration::from_secs(20), "no row is waited for alone");
        relay.mend();
        let again = moved(dir.path(), args);
        assert_eq!((again.status, again.faults()), (Some(0), Vec::new()), "{args:?} {}", again.err);
    }
}

/// A disk that is full at the very beginning leaves no folder behind that every later run refuses.
#[test]
fn an_export_begins_anew_that_had_not_begun() {
    let dir = TempDir::new().unwrap();
    filled(dir.path(), 3);
    fs::create_dir(dir.path().join("out")).unwrap();
    fs::write(dir.path().join("out/.parsimony-export"), "").unwrap();
    assert_eq!(moved(dir.path(), &["export", "out", "--from", "sqlite:x.db"]).status, Some(0));
    assert!(!dir.path().join("out/.parsimony-export").exists());
}
