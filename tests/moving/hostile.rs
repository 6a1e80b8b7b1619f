//! Exports that are damaged, wrong or meant to harm: each fault is told with its file and row, and the rest comes in.

use super::kit::moved;
use crate::support::backend::Place;
use crate::support::{Actor, Backend, Server};
use serde_json::{Value, json};
use std::fs;
use tempfile::TempDir;

/// A file, and the faults that are told of it.
struct File {
    name: &'static str,
    content: Vec<u8>,
    faults: &'static [&'static str],
    /// Rows that come in.
    stored: u64,
}

fn file(name: &'static str, content: impl Into<Vec<u8>>, faults: &'static [&'static str], stored: u64) -> File {
    File { name, content: content.into(), faults, stored }
}

fn files() -> Vec<File> {
    let utf8 =
        [&b"{\"results\":[{\"objectId\":\"a\",\"s\":\"\xff\xfe\"},\n{\"objectId\":\"b\",\"s\":\"x\"}]}"[..]].concat();
    let deep =
        format!("[{{\"objectId\":\"a\",\"d\":{}{}}},{{\"objectId\":\"b\"}}]", "[".repeat(100_000), "]".repeat(100_000));
    vec![
        file(
            "Truncated.json",
            r#"{"results":[{"objectId":"a","n":1},{"objectId":"b","n":"#,
            &["Truncated.json 2: the file ends in the middle of it"],
            1,
        ),
        file(
            "Unclosed.json",
            "{\"results\":[{\"objectId\":\"a\",\"n\":1,\n{\"objectId\":\"b\",\"n\":2},\n{\"objectId\":\"c\",\"n\":3}]}",
            &["Unclosed.json 1: its end is missing"],
            2,
        ),
        file("Cut.json", r#"[{"objectId":"a"},"#, &["Cut.json 2: the file ends before its list does"], 1),
        file("Empty.json", "", &["Empty.json 1: there is no list of rows: it must be {\"results\": […]}"], 0),
        file("Text.json", "hello", &["Text.json 1: there is no list of rows: it must be {\"results\": […]}"], 0),
        file("Nothing.json", r#"{"results":[]}"#, &[], 0),
        file(
            "Two.json",
            r#"{"results":[{"objectId":"a"}]}{"results":[{"objectId":"b"}]}"#,
            &["Two.json 2: more stands behind its list, which is not taken"],
            1,
        ),
        file(
            "Types.json",
            r#"{"results":[{"objectId":"a","n":1},{"objectId":"b","n":"one"},{"objectId":"c","n":{"__type":"Date","iso":"2020-01-01T00:00:00Z"}},
                {"objectId":"d","g":{"__type":"GeoPoint","latitude":"x","longitude":1}},{"objectId":"e","x":{"__type":"Nope"}},{"objectId":"f","n":2},
                {"objectId":"g","ACL":"public"},{"objectId":"h","createdAt":"yesterday"},{"objectId":"i","n":{"__op":"Increment","amount":1}}]}"#,
            &[
                "Types.json 2 (b): 111: schema mismatch for Types.n; expected Number but got String",
                "Types.json 3 (c): 111: schema mismatch for Types.n; expected Number but got Date",
                "Types.json 4: g: 111: This is not a valid GeoPoint",
                "Types.json 5: x: 111: This is not a valid Nope",
                "Types.json 7: ACL: it is no object",
                "Types.json 8: createdAt: \"yesterday\" is no date",
                "Types.json 9: n: it is an operation, and no value",
            ],
            2,
        ),
        file(
            "Rows.json",
            r#"[1,null,"x",[],{},{"objectId":""},{"objectId":5},{"objectId":"a"}]"#,
            &[
                "Rows.json 1: it is no object",
                "Rows.json 2: it is no object",
                "Rows.json 3: it is no object",
                "Rows.json 4: it is no object",
                "Rows.json 5: there is no objectId",
                "Rows.json 6: objectId is no text",
                "Rows.json 7: objectId is no text",
            ],
            1,
        ),
        file(
            "Twice.json",
            r#"[{"objectId":"a","n":1},{"objectId":"a","n":1},{"objectId":"a","n":2},{"objectId":"b"}]"#,
            &[
                "Twice.json 2 (a): a row with this objectId stands before it",
                "Twice.json 3 (a): a row with this objectId stands before it",
            ],
            2,
        ),
        file(
            "Dates.json",
            r#"[{"objectId":"a","createdAt":"0000-01-01T00:00:00.000Z","updatedAt":"9999-12-31T23:59:59.999Z","d":{"__type":"Date","iso":"0000-02-29T00:00:00.000Z"}},
                {"objectId":"b","d":{"__type":"Date","iso":"-000001-01-01T00:00:00.000Z"}},{"objectId":"c","d":{"__type":"Date","iso":"2023-02-30T00:00:00.000Z"}},
                {"objectId":"d","d":{"__type":"Date"}}]"#,
            &["Dates.json 3: d: 111: This is not a valid Date", "Dates.json 4: d: 111: This is not a valid Date"],
            2,
        ),
        file(
            "Keys.json",
            r#"[{"objectId":"a","a.b":1},{"objectId":"b","$set":1},{"objectId":"c","o":{"a.b":1}},{"objectId":"d","o":{"$x":1}},{"objectId":"e","_rperm":["*"]},
                {"objectId":"f","1a":1},{"objectId":"g","":1},{"objectId":"h","o":{"":1,"ö":2}},{"objectId":"i","__proto__":{}}]"#,
            &[
                "Keys.json 1 (a): 105: Invalid field name: a.b.",
                "Keys.json 2 (b): 105: Invalid field name: $set.",
                "Keys.json 3: o: 121: Nested keys should not contain the '$' or '.' characters",
                "Keys.json 4: o: 121: Nested keys should not contain the '$' or '.' characters",
                "Keys.json 5 (e): 105: Invalid field name: _rperm.",
                "Keys.json 6 (f): 105: Invalid field name: 1a.",
                "Keys.json 7 (g): 105: Invalid field name: .",
                "Keys.json 9 (i): 105: Invalid field name: __proto__.",
            ],
            1,
        ),
        file("Utf8.json", utf8, &["Utf8.json 1: it is no JSON: invalid unicode code point at line 1 column 22"], 1),
        file("Deep.json", deep, &["Deep.json 1: it is no JSON: JSON is nested too deep at line 1 column 520"], 1),
        file(
            "No-Class.json",
            "[{\"objectId\":\"a\"}]",
            &["No-Class.json: No-Class is no name of a class: the file is left out"],
            0,
        ),
        file(
            "_Secret.json",
            "[{\"objectId\":\"a\"}]",
            &["_Secret.json: _Secret is no name of a class: the file is left out"],
            0,
        ),
        file(
            "_User.json",
            r#"[{"objectId":"a","username":"ann","password":"clear"},{"objectId":"role:Admins","username":"eve"},{"objectId":"*","username":"star"},{"objectId":"b","username":"bob"}]"#,
            &[
                "_User.json 1: password: a password in clear is not taken: its bcrypt hash goes into bcryptPassword",
                "_User.json 2 (role:Admins): the id of a user must not mean others in permission lists",
                "_User.json 3 (*): the id of a user must not mean others in permission lists",
            ],
            1,
        ),
        file(
            "_Join:friends:_User.json",
            r#"[{"owningId":"a","relatedId":"b"}]"#,
            &["_Join:friends:_User.json: friends is no relation of _User: its entries are left out"],
            0,
        ),
        file(
            "_Join:users:_Role.json",
            r#"[{"owningId":"a"},{"owningId":"a","relatedId":7},{"owningId":"a","relatedId":"b"},{"owningId":"a","relatedId":"b"}]"#,
            &[
                "_Join:users:_Role.json 1: there is no relatedId",
                "_Join:users:_Role.json 2: there is no relatedId",
                "_Join:users:_Role.json 4: the same entry stands before it",
            ],
            1,
        ),
        file(
            "_JobStatus.json",
            r#"[{"objectId":"a","jobName":"x"},{"objectId":"b","own":1}]"#,
            &["_JobStatus.json 2 (b): _JobStatus has no column own"],
            1,
        ),
    ]
}

fn hostile(backend: Backend) {
    let dir = TempDir::new().unwrap();
    let place = Place::new(backend, dir.path());
    fs::create_dir(dir.path().join("in")).unwrap();
    let files = files();
    for file in &files {
        fs::write(dir.path().join("in").join(file.name), &file.content).unwrap();
    }
    fs::write(dir.path().join("in/README.txt"), "not an export").unwrap();
    fs::create_dir(dir.path().join("in/folder.json")).unwrap();
    let mut expected: Vec<&str> = files.iter().flat_map(|file| file.faults).copied().collect();
    expected.sort_unstable();
    let dry = moved(dir.path(), &["import", "in", "--to", place.uri(), "--dry-run"]);
    let sorted = |mut faults: Vec<String>| {
        faults.sort();
        faults
    };
    assert_eq!(sorted(dry.faults()), expected);
    assert_eq!(dry.status, Some(1));
    if backend == Backend::Sqlite {
        assert!(!dir.path().join("x.db").exists(), "nothing was written");
    }
    for first in [true, false] {
        let run = moved(dir.path(), &["import", "in", "--to", place.uri()]);
        assert_eq!(run.status, Some(1), "{}", run.err);
        assert_eq!(sorted(run.faults()), expected);
        let others: Vec<&Value> =
            run.lines.iter().filter(|line| line["note"] == true).map(|line| &line["file"]).collect();
        assert_eq!(others, ["README.txt", "folder.json"]);
        for file in files.iter().filter(|file| file.stored > 0) {
            let class = run.class(file.name.strip_suffix(".json").unwrap());
            let came = class[if first { "stored" } else { "there" }].as_u64().unwrap();
            assert_eq!(came, file.stored, "{} {class}", file.name);
            let told = file.faults.iter().filter(|fault| fault.contains(".json ")).count() as u64;
            assert_eq!(class["leftOut"], told, "{} {class}", file.name);
        }
        let stored: u64 = files.iter().map(|file| file.stored).sum();
        assert_eq!(run.done()["readBackEqual"].as_u64().unwrap(), stored);
    }
    let server = Server::start_on(Backend::Sqlite, json!({"databaseURI": place.uri()}));
    let rows = server.client(Actor::Master).get("/classes/Dates?order=objectId").json();
    assert_eq!(rows["results"][0]["createdAt"], "0000-01-01T00:00:00.000Z");
    assert_eq!(rows["results"][1]["d"]["iso"], "-000001-01-01T00:00:00.000Z");
}

#[test]
fn every_fault_is_told_and_the_rest_comes_into_sqlite() {
    hostile(Backend::Sqlite);
}

#[test]
fn every_fault_is_told_and_the_rest_comes_into_mongodb() {
    if Backend::has_mongo("hostile exports") {
        hostile(Backend::Mongo);
    }
}

/// A row of 20 MB is more than MongoDB takes; its neighbours come in all the same, and it is told.
#[test]
fn large_rows_are_taken_or_told() {
    for backend in [Backend::Sqlite, Backend::Mongo] {
        if backend == Backend::Mongo && !Backend::has_mongo("large rows") {
            continue;
        }
        let dir = TempDir::new().unwrap();
        let place = Place::new(backend, dir.path());
        fs::create_dir(dir.path().join("in")).unwrap();
        let row = |id: &str, bytes: usize| format!("{{\"objectId\":\"{id}\",\"s\":\"{}\"}}", "x".repeat(bytes));
        let rows =
            [row("a", 10), row("b", 20_000_000), row("c", 10), row("d", 70 << 20), row("e", 15_000_000)].join(",");
        fs::write(dir.path().join("in/Large.json"), format!("[{rows}]")).unwrap();
        let run = moved(dir.path(), &["import", "in", "--to", place.uri()]);
        let faults = run.faults();
        assert_eq!((run.status, faults[0].as_str()), (Some(1), "Large.json 4: it is longer than 64 MB"), "{faults:?}");
        let stored = if backend == Backend::Sqlite { 4 } else { 3 };
        assert_eq!(run.class("Large")["stored"], stored, "{backend:?}: {faults:?}");
        assert_eq!(run.done()["readBackEqual"], stored, "{faults:?}");
        if backend == Backend::Mongo {
            assert!(faults[1].starts_with("Large.json 2 (b): "), "{faults:?}");
        }
        assert_eq!(faults.len(), 5 - stored);
    }
}

#[test]
fn what_cannot_run_says_so_with_2() {
    let dir = TempDir::new().unwrap();
    fs::create_dir(dir.path().join("empty")).unwrap();
    fs::create_dir(dir.path().join("full")).unwrap();
    fs::write(dir.path().join("full/A.json"), r#"{"results":[{"objectId":"a"}]}"#).unwrap();
    fs::write(dir.path().join("text"), "no database").unwrap();
    for (args, why) in [
        (&["import", "away", "--to", "sqlite:x.db"][..], "reading away: No such file or directory (os error 2)"),
        (&["import", "empty", "--to", "sqlite:x.db"], "empty holds no export: there is no .json file"),
        (
            &["import", "full", "--to", "what:x"],
            "databaseURI has the unknown scheme what: it must be sqlite:<path> or mongodb://<host>/<database>",
        ),
        (
            &["import", "full", "--to", "sqlite:text"],
            "cannot open text: the file is no SQLite database: file is not a database",
        ),
        (&["export", "out", "--from", "sqlite:away.db"], "cannot open away.db: it is not there"),
        (&["export", "full", "--from", "sqlite:there.db"], "full is not empty"),
        (&["copy", "--from", "sqlite:there.db", "--to", "sqlite:there.db"], "both are the same database"),
        (&["copy", "--from", "sqlite:there.db"], "--to <URI> is missing; parsimony --help lists what there is"),
        (&["verify", "sqlite:there.db", "sqlite:away.db"], "opening away.db: cannot open away.db: it is not there"),
        (
            &["import", "full", "--to", ""],
            "a value is required for '--to <URI>' but none was supplied; parsimony --help lists what there is",
        ),
        (&["import"], "<DIR> is missing; parsimony --help lists what there is"),
    ] {
        let run = crate::support::run::run(dir.path(), &["import", "full", "--to", "sqlite:there.db"], &[]);
        assert!(run.ok, "{}", run.err);
        let run = moved(dir.path(), args);
        let last = run.err.lines().last().unwrap_or_default();
        assert_eq!((run.status, last), (Some(2), format!("error: {why}").as_str()), "{args:?}");
    }
}
