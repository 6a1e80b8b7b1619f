//! The option `schema`: what a start makes of the definitions, and what clients may do afterwards.

use crate::support::{Actor, Answer, Client, Server, run};
use serde_json::{Value, json};
use std::time::Duration;

fn schemas(server: &Server) -> Value {
    let all = server.client(Actor::Master).get("/schemas").json()["results"].clone();
    let named =
        all.as_array().unwrap().iter().map(|schema| (schema["className"].as_str().unwrap().to_owned(), schema.clone()));
    Value::Object(named.collect())
}

fn everybody() -> Value {
    let mut clp = json!({"protectedFields": {}, "addField": {}});
    for op in ["find", "count", "get", "create", "update", "delete"] {
        clp[op] = json!({"*": true});
    }
    clp
}

fn code(answer: &Answer) -> Value {
    answer.json()["code"].clone()
}

fn put(client: &Client, path: &str, body: Value) -> Answer {
    client.send("PUT", path, &[], Some(body.to_string().as_bytes()))
}

fn restart(server: &mut Server, schema: Value) {
    server.kill();
    server.configure(json!({ "schema": schema }));
    server.restart();
}

/// The whole log: a server writes the last of it as it ends.
fn log(server: &mut Server) -> String {
    server.terminate();
    server.wait_exit(Duration::from_secs(10)).expect("the process ends");
    server.output()
}

#[test]
fn definitions_are_made_and_close_the_classes() {
    let mut server = Server::start(json!({"allowClientClassCreation": true}));
    let (client, master) = (server.client(Actor::Client), server.client(Actor::Master));
    assert_eq!(client.post("/classes/Before", &json!({"a": 1})).status, 201);
    let mut open = everybody();
    open["addField"] = json!({"*": true});
    restart(
        &mut server,
        json!({"lockSchemas": true, "definitions": [
            {"className": "Open", "fields": {"n": {"type": "Number", "defaultValue": 7}}, "indexes": {"n_1": {"n": 1}},
             "classLevelPermissions": open},
            {"className": "Shut", "fields": {"s": {"type": "String", "required": true}}},
        ]}),
    );
    let all = schemas(&server);
    assert_eq!(all["Open"]["fields"]["n"], json!({"type": "Number", "defaultValue": 7}));
    assert_eq!(all["Open"]["indexes"]["n_1"], json!({"n": 1}));
    assert_eq!(all["Open"]["classLevelPermissions"], everybody(), "addField is closed whatever is defined");
    for (op, entries) in all["Shut"]["classLevelPermissions"].as_object().unwrap() {
        assert_eq!(*entries, json!({}), "{op}");
    }
    for class in ["Before", "_User", "_Role", "_Session"] {
        let clp = &all[class]["classLevelPermissions"];
        assert_eq!((&clp["find"], &clp["addField"]), (&json!({"*": true}), &json!({})), "{class}");
    }

    assert_eq!(client.post("/classes/Open", &json!({})).json()["n"], json!(7));
    assert_eq!(code(&client.post("/classes/Open", &json!({"fresh": 1}))), 119);
    assert_eq!(code(&client.post("/classes/Before", &json!({"fresh": 1}))), 119);
    assert_eq!(client.post("/classes/Before", &json!({"a": 2})).status, 201);
    assert_eq!(code(&client.get("/classes/Shut")), 119);
    assert_eq!(master.get("/classes/Shut").json(), json!({"results": []}));

    let locked = json!({"code": 119, "error": "Cannot perform this operation when schemas options is used."});
    for caller in [&master, &server.client(Actor::ReadOnly)] {
        assert_eq!(caller.post("/schemas/X", &json!({})).json(), locked);
        assert_eq!(put(caller, "/schemas/Open", json!({})).json(), locked);
    }
    assert_eq!(client.post("/schemas/X", &json!({})).status, 403);
    assert_eq!(master.send("DELETE", "/schemas/Shut", &[], None).json(), json!({}), "deleting is not locked");
}

/// The indexes of a class but for that over the ids, which is told on MongoDB, as by Parse Server there.
fn own_indexes(class: &Value) -> Value {
    let mut indexes = class["indexes"].clone();
    indexes.as_object_mut().unwrap().remove("_id_");
    indexes
}

#[test]
fn later_starts_follow_the_definitions() {
    let first = json!({"definitions": [{"className": "A", "classLevelPermissions": everybody(),
        "fields": {"kept": {"type": "String", "required": true}, "gone": {"type": "Number"}, "turned": {"type": "Number"}},
        "indexes": {"kept_1": {"kept": 1}, "gone_1": {"gone": 1}}}]});
    let mut server = Server::start(json!({ "schema": first }));
    let master = server.client(Actor::Master);
    let row = json!({"kept": "k", "gone": 1, "turned": 2});
    let id = master.post("/classes/A", &row).json()["objectId"].as_str().unwrap().to_owned();
    let mut second = json!({"strict": true, "keepUnknownIndexes": true, "definitions": [{"className": "A",
        "fields": {"kept": {"type": "String"}, "turned": {"type": "String"}, "new": {"type": "Date"}},
        "indexes": {"kept_1": {"kept": -1}, "new_1": {"new": 1}}, "classLevelPermissions": everybody()}]});

    restart(&mut server, second.clone());
    let a = &schemas(&server)["A"];
    assert_eq!(a["fields"]["kept"], json!({"type": "String"}));
    assert_eq!(a["fields"]["new"], json!({"type": "Date"}));
    assert_eq!(
        (&a["fields"]["gone"], &a["fields"]["turned"]),
        (&json!({"type": "Number"}), &json!({"type": "Number"}))
    );
    assert_eq!(own_indexes(a), json!({"kept_1": {"kept": -1}, "new_1": {"new": 1}, "gone_1": {"gone": 1}}));
    let log = log(&mut server);
    for told in ["missing in the schema : \\\"gone\\\"", "The field \\\"turned\\\" type differ"] {
        assert!(log.contains(told), "{told}\n{log}");
    }

    for (name, value) in [("deleteExtraFields", true), ("recreateModifiedFields", true), ("keepUnknownIndexes", false)]
    {
        second[name] = json!(value);
    }
    restart(&mut server, second);
    let a = &schemas(&server)["A"];
    assert_eq!((&a["fields"]["gone"], &a["fields"]["turned"]), (&Value::Null, &json!({"type": "String"})));
    assert_eq!(own_indexes(a), json!({"kept_1": {"kept": -1}, "new_1": {"new": 1}}));
    let row = master.get(&format!("/classes/A/{id}")).json();
    assert_eq!((&row["kept"], &row["gone"], &row["turned"]), (&json!("k"), &Value::Null, &Value::Null));
}

#[test]
fn what_cannot_be_done_is_tried_again_and_told() {
    let bad = json!([{"className": "Bad", "fields": {"x": {"type": "Nope"}}},
        {"className": "Good", "fields": {"y": {"type": "String"}}, "classLevelPermissions": everybody()}]);
    let mut server = Server::start(json!({"schema": {"definitions": bad}}));
    let all = schemas(&server);
    assert_eq!((&all["Bad"], &all["Good"]["fields"]["y"]), (&Value::Null, &json!({"type": "String"})));
    let log = log(&mut server);
    assert_eq!(log.matches("trying again in").count(), 3, "{log}");
    let reason = "Failed to run migrations: Error while saving Schema for type Bad: 111: invalid field type: Nope";
    assert!(log.contains(reason), "{log}");

    let dir = server.dir();
    let args = ["config.json", "--port", "0", "--databaseURI", "sqlite:other.db"];
    let ran = run::run(&dir, &args, &[("NODE_ENV", "production")]);
    assert!(!ran.ok && ran.reason().ends_with(reason), "{}", ran.err);
}

#[test]
fn the_same_class_twice_is_refused_if_strict() {
    let dir = tempfile::TempDir::new().unwrap();
    let twice = json!([{"className": "A"}, {"className": "B"}, {"className": "A"}]);
    for (strict, ok) in [(true, false), (false, true)] {
        let config = json!({"appId": "a", "masterKey": "m", "schema": {"strict": strict, "definitions": twice}});
        std::fs::write(dir.path().join("config.json"), config.to_string()).unwrap();
        let ran = run::run(dir.path(), &["check-config", "config.json"], &[]);
        assert_eq!(ran.ok, ok, "{}", ran.err);
        let reason = "The list of schemas provided contains duplicated \"className\"  \"A\",\"B\",\"A\"";
        assert_eq!(ran.reason().ends_with(reason), strict, "{}", ran.err);
    }
}

#[test]
fn functions_cannot_stand_in_json() {
    let dir = tempfile::TempDir::new().unwrap();
    let config = json!({"appId": "a", "masterKey": "m", "schema": {"beforeMigration": "f"}});
    std::fs::write(dir.path().join("config.json"), config.to_string()).unwrap();
    let ran = run::run(dir.path(), &["check-config", "config.json"], &[]);
    assert!(!ran.ok && ran.reason().contains("schema.beforeMigration (JavaScript"), "{}", ran.err);
    let args = ["check-config", "config.json", "--ignore-unsupported", "schema.beforeMigration"];
    let ran = run::run(dir.path(), &args, &[]);
    assert!(ran.ok, "{}", ran.err);
}
