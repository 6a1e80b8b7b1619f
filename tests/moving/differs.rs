//! Two databases that are not equal, and what will not fit.

use super::kit::moved;
use crate::support::{Actor, Backend, Server};
use serde_json::json;
use std::fs;
use tempfile::TempDir;

#[test]
fn every_difference_is_named() {
    let dir = TempDir::new().unwrap();
    fs::create_dir(dir.path().join("in")).unwrap();
    let rows: Vec<String> = (0..200).map(|n| format!(r#"{{"objectId":"id{n:03}","n":{n},"s":"x"}}"#)).collect();
    fs::write(dir.path().join("in/A.json"), format!("[{}]", rows.join(","))).unwrap();
    fs::write(dir.path().join("in/_Role.json"), r#"[{"objectId":"r","name":"R"}]"#).unwrap();
    fs::write(
        dir.path().join("in/_Join:users:_Role.json"),
        r#"[{"owningId":"r","relatedId":"u"},{"owningId":"r","relatedId":"v"}]"#,
    )
    .unwrap();
    for name in ["sqlite:one.db", "sqlite:two.db"] {
        assert_eq!(moved(dir.path(), &["import", "in", "--to", name]).status, Some(0));
    }
    assert_eq!(moved(dir.path(), &["verify", "sqlite:one.db", "sqlite:two.db"]).status, Some(0));
    let linked = dir.path().join("same.db");
    std::os::unix::fs::symlink("one.db", linked).unwrap();
    for args in [
        &["verify", "sqlite:one.db", "sqlite:./one.db"][..],
        &["copy", "--from", "sqlite:one.db", "--to", "sqlite:same.db"],
    ] {
        let same = moved(dir.path(), args);
        assert_eq!((same.status, same.err.lines().last()), (Some(2), Some("error: both are the same database")));
    }
    let uri = format!("sqlite:{}", dir.path().join("two.db").display());
    let server = Server::start_on(Backend::Sqlite, json!({"databaseURI": uri}));
    let master = server.client(Actor::Master);
    let send = |method: &str, path: &str, body: &str| {
        assert!(master.send(method, path, &[], Some(body.as_bytes())).status < 300, "{path}")
    };
    send("PUT", "/classes/A/id007", r#"{"n":-1,"ACL":{}}"#);
    send("DELETE", "/classes/A/id100", "");
    send("POST", "/classes/B", r#"{"x":1}"#);
    send("PUT", "/schemas/A", r#"{"fields":{"n":{"type":"Number","required":true}},"indexes":{"by_n":{"n":-1}}}"#);
    send(
        "PUT",
        "/roles/r",
        r#"{"users":{"__op":"RemoveRelation","objects":[{"__type":"Pointer","className":"_User","objectId":"u"}]}}"#,
    );
    // Also while a server runs on it.
    let verified = moved(dir.path(), &["verify", "sqlite:one.db", "sqlite:two.db"]);
    assert_eq!(verified.status, Some(1));
    let faults = verified.faults();
    for wanted in [
        "A (id007): n, updatedAt, ACL differ",
        "A (id100): it is in the first database alone",
        "B: the class is not there in the first database",
        "_Join:users:_Role: the entry r → u is in the first database alone",
        "A: the options of its column n differ",
        r#"A: its index by_n {"n":-1} is in the second database alone"#,
    ] {
        assert!(faults.iter().any(|fault| fault == wanted), "{wanted}: {faults:#?}");
    }
    assert_eq!(
        (verified.class("A")["different"].as_u64(), verified.class("A")["rows"].clone()),
        (Some(2), json!([200, 199]))
    );
    assert_eq!(verified.class("A")["rangesThatDiffer"][0]["from"], "id000");
    // A second import finds what has changed and leaves it.
    let held = moved(dir.path(), &["import", "in", "--to", "sqlite:two.db"]);
    assert_eq!(held.status, Some(2), "{:?}", held.lines);
    assert!(held.err.contains("held by another process"), "{}", held.err);
    drop(server);
    let again = moved(dir.path(), &["import", "in", "--to", "sqlite:two.db"]);
    assert_eq!((again.status, again.class("A")["stored"].as_u64()), (Some(1), Some(1)), "{:?}", again.faults());
    assert_eq!(
        again.faults(),
        [
            "A.json 8 (id007): it is there already with other values: n, updatedAt, ACL",
            "_Role.json 1 (r): it is there already with other values: updatedAt"
        ]
    );
}

#[test]
fn a_copy_tells_first_what_does_not_fit() {
    let dir = TempDir::new().unwrap();
    fs::create_dir(dir.path().join("in")).unwrap();
    let long = "x".repeat(1100);
    let a = format!(
        r#"[{{"objectId":"a","n":1,"p":{{"__type":"Pointer","className":"A","objectId":"b"}}}},{{"objectId":"b","n":2,"p":{{"__type":"Pointer","className":"A","objectId":"gone"}},"s":"{long}"}}]"#
    );
    fs::write(dir.path().join("in/A.json"), a).unwrap();
    let schema = r#"[{"className":"A","fields":{"n":{"type":"Number"},"s":{"type":"String"},"p":{"type":"Pointer","targetClass":"A"}},"indexes":{"by_s":{"s":1}},"classLevelPermissions":{"find":{}}}]"#;
    fs::write(dir.path().join("in/_SCHEMA.json"), schema).unwrap();
    assert_eq!(moved(dir.path(), &["import", "in", "--to", "sqlite:one.db"]).status, Some(0));
    fs::write(dir.path().join("in/A.json"), r#"[{"objectId":"z","n":"text"}]"#).unwrap();
    fs::write(
        dir.path().join("in/_SCHEMA.json"),
        r#"[{"className":"A","fields":{"n":{"type":"String"}},"classLevelPermissions":{"get":{}}}]"#,
    )
    .unwrap();
    assert_eq!(moved(dir.path(), &["import", "in", "--to", "sqlite:two.db"]).status, Some(0));
    let dry = moved(dir.path(), &["copy", "--from", "sqlite:one.db", "--to", "sqlite:two.db", "--dry-run"]);
    assert_eq!(dry.status, Some(1));
    let told: Vec<&str> = dry.lines.iter().filter_map(|line| line["what"].as_str()).collect();
    for wanted in [
        "its column n is Number here and String there",
        "its class level permissions are others there; they stay",
        "111: schema mismatch for A.n; expected String but got Number",
        "pointers lead to A gone, which is not there",
        "s has more than 1024 bytes, which an index of MongoDB before 4.2 refuses",
    ] {
        assert!(told.contains(&wanted), "{wanted}: {told:#?}");
    }
    let copied = moved(dir.path(), &["copy", "--from", "sqlite:one.db", "--to", "sqlite:two.db"]);
    assert_eq!((copied.status, copied.class("A")["leftOut"].as_u64()), (Some(1), Some(2)));
    // Into an empty database all of it goes, indexes and permissions too.
    let copied = moved(dir.path(), &["copy", "--from", "sqlite:one.db", "--to", "sqlite:three.db"]);
    assert_eq!((copied.status, copied.faults()), (Some(0), Vec::new()));
    assert_eq!(moved(dir.path(), &["verify", "sqlite:one.db", "sqlite:three.db"]).status, Some(0));
    let uri = format!("sqlite:{}", dir.path().join("three.db").display());
    let server = Server::start_on(Backend::Sqlite, json!({"databaseURI": uri}));
    let class = server.client(Actor::Master).get("/schemas/A").json();
    assert_eq!(
        (&class["indexes"]["by_s"], &class["classLevelPermissions"]["find"]),
        (&json!({"s": 1}), &json!({})),
        "{class}"
    );
}
