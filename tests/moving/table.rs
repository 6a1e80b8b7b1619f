//! Comma-separated values, in and out.

use super::generator::{Size, write};
use super::kit::moved;
use crate::support::{Actor, Backend, Server};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

fn served(at: &Path, file: &str) -> Server {
    Server::start_on(Backend::Sqlite, json!({"databaseURI": format!("sqlite:{}", at.join(file).display())}))
}

#[test]
fn a_table_becomes_a_class() {
    let dir = TempDir::new().unwrap();
    let at = dir.path();
    let table = "\u{feff}name,age,zip,ok,at,tags,friend,empty,ACL\r\n\
        Ann,31,01234,true,2020-01-02T03:04:05Z,\"[1,\"\"a\"\"]\",\"{\"\"__type\"\":\"\"Pointer\"\",\"\"className\"\":\"\"P\"\",\"\"objectId\"\":\"\"x\"\"}\",,\"{\"\"*\"\":{\"\"read\"\":true}}\"\r\n\
        \"Bob \"\"the\nbuilder\"\", jr.\",,56789,false,,,,,\r\n\
        Cy,1,2,true,,,,,,too,many\r\n";
    fs::write(at.join("people.csv"), table).unwrap();
    let import = ["import", "--csv", "people.csv", "--class", "P", "--to", "sqlite:x.db"];
    let run = moved(at, &import);
    assert_eq!(
        (run.status, run.faults()),
        (Some(1), vec!["people.csv 3: it has 11 cells, more than there are columns".to_owned()]),
        "{}",
        run.err
    );
    let again = moved(at, &import);
    assert_eq!(
        (again.class("P")["stored"].as_u64(), again.class("P")["there"].as_u64()),
        (Some(0), Some(2)),
        "nothing is doubled"
    );
    let server = served(at, "x.db");
    let rows = server.client(Actor::Master).get("/classes/P?order=name").json()["results"].clone();
    let mut ann = rows[0].clone();
    let id = ann.as_object_mut().unwrap().remove("objectId").unwrap();
    assert_eq!(id.as_str().unwrap().len(), 10);
    let expected = json!({
        "name": "Ann", "age": 31, "zip": "01234", "ok": true, "at": {"__type": "Date", "iso": "2020-01-02T03:04:05.000Z"}, "tags": [1, "a"],
        "friend": {"__type": "Pointer", "className": "P", "objectId": "x"}, "ACL": {"*": {"read": true}},
    });
    assert_eq!(ann, expected);
    assert_eq!((&rows[1]["name"], rows[1].get("age")), (&json!("Bob \"the\nbuilder\", jr."), None));
    drop(server);
    // Into a class that is there, cells are read in its types.
    fs::write(at.join("more.csv"), "objectId,name,age,friend,at\nm1,7,8,someone,2020-01-01\nm2,x,old,,\n").unwrap();
    let run = moved(at, &["import", "--csv", "more.csv", "--class", "P", "--to", "sqlite:x.db"]);
    assert_eq!(run.faults(), [r#"more.csv 2: age: "old" is no number"#]);
    let row = served(at, "x.db").client(Actor::Master).get("/classes/P/m1").json();
    assert_eq!((&row["name"], &row["age"], &row["friend"]["objectId"]), (&json!("7"), &json!(8), &json!("someone")));
    for (file, content, why) in [
        ("a.csv", "x,x\n1,2\n", "a.csv: the column \"x\" stands twice"),
        ("b.csv", "x,a.b\n1,2\n", "b.csv: the column \"a.b\" is no name of a field"),
        ("c.csv", "", "c.csv: the column \"\" is no name of a field"),
    ] {
        fs::write(at.join(file), content).unwrap();
        let run = moved(at, &["import", "--csv", file, "--class", "P", "--to", "sqlite:y.db"]);
        let last = run.err.lines().last().unwrap_or_default();
        assert_eq!(run.status, Some(2), "{file} {last}");
        assert!(last == format!("error: {why}") || file == "c.csv", "{last}");
    }
}

#[test]
fn a_class_becomes_a_table_and_comes_back() {
    let dir = TempDir::new().unwrap();
    let at = dir.path();
    write(&at.join("in"), Size::of(400));
    assert_eq!(moved(at, &["import", "in", "--to", "sqlite:one.db"]).status, Some(0));
    let clause = r#"{"cheats":true,"score":{"$gt":1000}}"#;
    let run =
        moved(at, &["export", "out", "--from", "sqlite:one.db", "--class", "GameScore", "--where", clause, "--csv"]);
    assert_eq!(run.status, Some(0), "{}", run.err);
    let json = moved(at, &["export", "rows", "--from", "sqlite:one.db", "--class", "GameScore", "--where", clause]);
    assert_eq!(json.status, Some(0), "{}", json.err);
    let whole: Value = serde_json::from_slice(&fs::read(at.join("rows/GameScore.json")).unwrap()).unwrap();
    let rows = whole["results"].as_array().unwrap().len() as u64;
    assert!(rows > 10 && rows < 200, "{rows}");
    assert!(
        whole["results"]
            .as_array()
            .unwrap()
            .iter()
            .all(|row| row["cheats"] == true && row["score"].as_u64().unwrap() > 1000)
    );
    assert_eq!(run.class("GameScore")["stored"], rows);
    // Back into a database that has the class: the same rows, all their types.
    fs::create_dir(at.join("schema")).unwrap();
    fs::copy(at.join("rows/_SCHEMA.json"), at.join("schema/_SCHEMA.json")).unwrap();
    assert_eq!(moved(at, &["import", "schema", "--to", "sqlite:two.db"]).status, Some(0));
    let back = moved(at, &["import", "--csv", "out/GameScore.csv", "--class", "GameScore", "--to", "sqlite:two.db"]);
    assert_eq!((back.status, back.class("GameScore")["stored"].as_u64()), (Some(0), Some(rows)), "{:?}", back.faults());
    assert_eq!(moved(at, &["import", "rows", "--to", "sqlite:three.db"]).status, Some(0));
    let verified = moved(at, &["verify", "sqlite:two.db", "sqlite:three.db"]);
    // A null has no text of its own.
    assert!(verified.faults().iter().all(|fault| fault.ends_with("nothing differ")), "{:?}", verified.faults());
    let users = moved(at, &["export", "users", "--from", "sqlite:one.db", "--class", "_User", "--csv"]);
    assert_eq!(users.status, Some(0));
    assert!(!fs::read_to_string(at.join("users/_User.csv")).unwrap().contains("$2"), "no hash of a password");
    for (args, why) in [
        (
            &["export", "out", "--from", "sqlite:one.db", "--class", "GameScore", "--csv"][..],
            "out/GameScore.csv is there already",
        ),
        (&["export", "out2", "--from", "sqlite:one.db", "--class", "No"], "there is no class No"),
        (&["export", "out2", "--from", "sqlite:one.db", "--class", "GameScore", "--where", "{"], "--where is no JSON"),
        (
            &["export", "out2", "--from", "sqlite:one.db", "--class", "GameScore", "--where", r#"{"a":{"$what":1}}"#],
            "107: bad constraint: $what",
        ),
    ] {
        let run = moved(at, args);
        assert_eq!(run.status, Some(2), "{args:?}");
        assert!(run.err.lines().last().unwrap_or_default().starts_with(&format!("error: {why}")), "{}", run.err);
    }
}

/// Tables as spreadsheets write them, and damaged ones.
#[test]
fn tables_come_in_many_forms() {
    let dir = TempDir::new().unwrap();
    let at = dir.path();
    let import = |content: &[u8], class: &str| {
        fs::write(at.join("t.csv"), content).unwrap();
        moved(at, &["import", "--csv", "t.csv", "--class", class, "--to", "sqlite:x.db"])
    };
    for (class, content, stored, faults) in [
        ("Semicolon", &b"a;b\r\n\"x;1\";2,5\r\ny;\r\n"[..], 2, &[][..]),
        ("Tab", b"a\tb\nx\t1\n", 1, &[]),
        ("Old", b"a,b\rx,1\ry,2\r", 2, &[]),
        ("Lines", b"a,b\n1,\"x\ny\"\r\n2,\"z\n\"\r\n", 2, &[]),
        ("One", b"a\n1\n2\n", 2, &[]),
        // What is seen behind a damaged row counts for the type of the column, too.
        (
            "Latin",
            b"a\n1\n\xff\ntext\n",
            2,
            &[
                "t.csv 2: CSV parse error: record 2 (line 3, field: 0, byte: 4): invalid utf-8: invalid UTF-8 in field 0 near byte index 0",
            ],
        ),
        (
            "Open",
            b"a,b\n1,x\n2,\"y\n3,z\n",
            1,
            &["t.csv 2: a quote in it has no end: all that stands behind it is taken for one cell"],
        ),
        ("Twice", b"objectId,a\nx,1\nx,1\n", 1, &["t.csv 2 (x): a row with this objectId stands before it"]),
    ] {
        let run = import(content, class);
        assert_eq!(
            (run.class(class)["stored"].as_u64(), run.faults()),
            (Some(stored), faults.iter().map(|fault| (*fault).to_owned()).collect()),
            "{class} {}",
            run.err
        );
        assert_eq!(run.status, Some(i32::from(!faults.is_empty())));
    }
    // The configuration in the place where it is with a folder.
    fs::write(at.join("config.json"), r#"{"appId":"a","masterKey":"m","databaseURI":"sqlite:config.db"}"#).unwrap();
    let run = moved(at, &["import", "--csv", "t.csv", "--class", "C", "config.json"]);
    assert_eq!((run.status, at.join("config.db").exists()), (Some(1), true), "{}", run.err);
    let run = moved(at, &["import", "--csv", "t.csv", "--class", "C", "config.json", "config.json"]);
    assert_eq!(run.status, Some(2), "{}", run.err);
    for ends in [["--to", "sqlite:stray.db"], ["--config", "config.json"]] {
        let run = moved(at, &[&["import", "in", "--csv", "t.csv", "--class", "C"][..], &ends].concat());
        assert_eq!(run.status, Some(2), "{}", run.err);
    }
    let master = served(at, "x.db");
    let rows = master.client(Actor::Master).get("/classes/Semicolon?order=a").json()["results"].clone();
    assert_eq!((&rows[0]["a"], &rows[0]["b"], rows[1].get("b")), (&json!("x;1"), &json!("2,5"), None));
}

/// A part of a class is asked for as in a request; what would need other classes is refused, and never passed over.
#[test]
fn a_part_is_what_was_asked_for() {
    let dir = TempDir::new().unwrap();
    let at = dir.path();
    fs::create_dir(at.join("in")).unwrap();
    let rows = r#"[{"objectId":"a","p":{"__type":"Pointer","className":"W","objectId":"b"},"s":"Foo"},
        {"objectId":"b","d":{"__type":"Date","iso":"2020-01-01T00:00:00.000Z"},"s":"bar"}]"#;
    fs::write(at.join("in/W.json"), rows).unwrap();
    assert_eq!(moved(at, &["import", "in", "--to", "sqlite:x.db"]).status, Some(0));
    for (n, (clause, ids)) in [
        (r#"{"p":{"__type":"Pointer","className":"W","objectId":"b"}}"#, Some("a")),
        (r#"{"d":{"$lt":{"__type":"Date","iso":"2021-01-01T00:00:00.000Z"}}}"#, Some("b")),
        (r#"{"s":{"$regex":"^f","$options":"i"}}"#, Some("a")),
        (r#"{"$or":[{"objectId":"b"},{"p":{"$exists":true}}]}"#, Some("a b")),
        (r#"{"nothing":1}"#, Some("")),
        (r#"{"p":{"$inQuery":{"className":"W","where":{}}}}"#, None),
        (r#"{"$relatedTo":{"object":{"__type":"Pointer","className":"W","objectId":"b"},"key":"r"}}"#, None),
        (r#"{"s":{"$regex":"("}}"#, None),
        ("[]", None),
    ]
    .into_iter()
    .enumerate()
    {
        let out = format!("out{n}");
        let run = moved(at, &["export", &out, "--from", "sqlite:x.db", "--class", "W", "--where", clause]);
        assert_eq!(run.status, Some(if ids.is_some() { 0 } else { 2 }), "{clause} {}", run.err);
        let Ok(file) = fs::read(at.join(&out).join("W.json")) else {
            assert!(ids.unwrap_or_default().is_empty(), "{clause}");
            continue;
        };
        let whole: Value = serde_json::from_slice(&file).unwrap();
        let found: Vec<&str> =
            whole["results"].as_array().unwrap().iter().map(|row| row["objectId"].as_str().unwrap()).collect();
        assert_eq!(Some(found.join(" ").as_str()), ids, "{clause}");
    }
}
