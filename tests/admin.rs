//! Administration over HTTP: the app's configuration, jobs, audiences, logs, the security check, internal classes.

use crate::support::{Actor, Backend, Client, Server};
use serde_json::{Value, json};
use std::thread;
use std::time::Duration;

fn put(client: &Client, path: &str, body: Value) -> (u16, Value) {
    let answer = client.send("PUT", path, &[], Some(body.to_string().as_bytes()));
    (answer.status, answer.json())
}

#[test]
fn parameters_of_the_app() {
    let server = Server::start(json!({}));
    let (client, master) = (server.client(Actor::Client), server.client(Actor::Master));
    assert_eq!(client.get("/config").text(), r#"{"params":{}}"#);
    let body = json!({"params": {"open": 1, "secret": {"a": [1]}}, "masterKeyOnly": {"secret": true, "other": true}});
    assert_eq!(put(&master, "/config", body), (200, json!({"result": true})));
    assert_eq!(client.get("/config").text(), r#"{"params":{"open":1},"masterKeyOnly":{"open":false}}"#);
    let all = r#"{"params":{"open":1,"secret":{"a":[1]}},"masterKeyOnly":{"open":false,"secret":true}}"#;
    for actor in [Actor::Master, Actor::ReadOnly] {
        assert_eq!(client.with(actor).get("/config").text(), all);
    }
    assert!(!client.with(Actor::Maintenance).get("/config").text().contains("secret"));
    let change = json!({"params": {"open": {"__op": "Increment", "amount": 2}, "secret": {"__op": "Delete"}}});
    put(&master, "/config", change);
    assert_eq!(master.get("/config").text(), r#"{"params":{"open":3},"masterKeyOnly":{"open":false,"secret":false}}"#);
    put(
        &master,
        "/config",
        json!({"params": {"secret": {"__op": "Delete"}}, "masterKeyOnly": {"secret": {"__op": "Delete"}}}),
    );
    assert_eq!(master.get("/config").text(), r#"{"params":{"open":3},"masterKeyOnly":{"open":false}}"#);
}

#[test]
fn a_flag_without_any_parameter() {
    let server = Server::start(json!({}));
    let master = server.client(Actor::Master);
    put(&master, "/config", json!({"params": {"a": {"__op": "Delete"}}}));
    assert_eq!(master.get("/config").text(), r#"{"masterKeyOnly":{"a":false}}"#, "as Parse Server has it");
}

#[test]
fn flags_that_are_none_hide_nothing() {
    let server = Server::start(json!({}));
    let master = server.client(Actor::Master);
    for flags in [json!(5), json!(true), json!(null), json!("x"), json!([1])] {
        let answer = put(&master, "/config", json!({"params": {"a": 1}, "masterKeyOnly": flags}));
        assert_eq!(answer, (200, json!({"result": true})), "{flags}");
        assert_eq!(master.get("/config").text(), r#"{"params":{"a":1},"masterKeyOnly":{"a":false}}"#);
    }
}

#[test]
fn who_may_change_parameters() {
    let server = Server::start(json!({}));
    for (actor, status) in
        [(Actor::Client, 403), (Actor::Maintenance, 403), (Actor::ReadOnly, 400), (Actor::Master, 200)]
    {
        for path in ["/config", "/graphql-config"] {
            assert_eq!(put(&server.client(actor.clone()), path, json!({"params": {}})).0, status, "{actor:?} {path}");
        }
    }
}

#[test]
fn parameters_that_cannot_be_kept() {
    let server = Server::start(json!({}));
    let master = server.client(Actor::Master);
    put(&master, "/config", json!({"params": {"a": 1}}));
    for (params, code) in [
        (json!({"x": {"__op": "Nonsense"}}), 108),
        (json!({"x": {"a.b": 1}}), 121),
        (json!({"x": [{"__proto__": 1}]}), 105),
        (json!({"constructor": 1}), 105),
        (json!({"a": {"__op": "Add", "objects": [1]}}), 111),
    ] {
        let (status, answer) = put(&master, "/config", json!({"params": params}));
        assert_eq!((status, &answer["code"]), (400, &json!(code)), "{answer}");
    }
    assert_eq!(master.get("/config").text(), r#"{"params":{"a":1},"masterKeyOnly":{"a":false}}"#);
}

#[test]
fn no_change_is_lost_when_several_are_made_at_once() {
    let server = Server::start(json!({}));
    let add = json!({"params": {"n": {"__op": "Increment", "amount": 1}}});
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| assert_eq!(put(&server.client(Actor::Master), "/config", add.clone()).0, 200));
        }
    });
    assert_eq!(server.client(Actor::Client).get("/config").json()["params"], json!({"n": 16}));
}

#[test]
fn schedules_of_jobs() {
    let server = Server::start(json!({}));
    let master = server.client(Actor::Master);
    assert_eq!(master.get("/cloud_code/jobs?per_page=50").text(), "[]");
    let job = |schedule: Value| json!({"job_schedule": schedule});
    let unknown = master.post("/cloud_code/jobs", &job(json!({"jobName": "nope"})));
    assert_eq!(
        (unknown.status, unknown.text().as_str()),
        (500, r#"{"code":1,"error":"Cannot Schedule a job that is not deployed"}"#)
    );
    let made =
        master.post("/cloud_code/jobs", &job(json!({"description": "d", "daysOfWeek": ["0"], "repeatMinutes": 5})));
    let id = made.json()["objectId"].as_str().unwrap().to_owned();
    assert_eq!(made.status, 201);
    assert!(made.header("Location").is_some_and(|place| place.ends_with(&format!("/classes/_JobSchedule/{id}"))));
    let (status, answer) = put(&master, &format!("/cloud_code/jobs/{id}"), job(json!({"description": "e"})));
    assert!(status == 200 && answer["response"]["updatedAt"].is_string(), "{answer}");
    let listed = master.get("/cloud_code/jobs").json();
    assert_eq!((listed.as_array().unwrap().len(), &listed[0]["description"]), (1, &json!("e")));
    assert!(listed[0]["startAfter"].is_string(), "{listed}");
    assert_eq!(master.get("/cloud_code/jobs/data").text(), r#"{"in_use":[null],"jobs":[]}"#);
    assert_eq!(master.post("/cloud_code/jobs", &json!({})).status, 400);
    assert_eq!(master.send("DELETE", &format!("/cloud_code/jobs/{id}"), &[], None).text(), "{}");
    assert_eq!(master.get("/cloud_code/jobs").text(), "[]");
}

#[test]
fn audiences_show_their_query() {
    let server = Server::start(json!({}));
    let master = server.client(Actor::Master);
    let made = master.post("/push_audiences", &json!({"name": "all", "query": r#"{"deviceType":{"$in":["ios"]}}"#}));
    let id = made.json()["objectId"].as_str().unwrap().to_owned();
    let query = json!({"deviceType": {"$in": ["ios"]}});
    let listed = master.get("/push_audiences?limit=5&count=1").json();
    assert_eq!((&listed["results"][0]["query"], &listed["count"]), (&query, &json!(1)));
    assert_eq!(master.get(&format!("/push_audiences/{id}")).json()["query"], query);
    assert!(master.get(&format!("/classes/_Audience/{id}")).json()["query"].is_string());
    let sent = "2020-01-01T00:00:00.000Z";
    put(&master, &format!("/push_audiences/{id}"), json!({"lastUsed": {"__type": "Date", "iso": sent}}));
    for path in ["/push_audiences", "/push_audiences?keys=lastUsed", "/classes/_Audience"] {
        assert_eq!(master.get(path).json()["results"][0]["lastUsed"], json!(sent), "{path}");
    }
    put(&master, &format!("/push_audiences/{id}"), json!({"query": "no JSON"}));
    assert_eq!(master.get("/push_audiences").json()["results"][0]["query"], json!("no JSON"));
    assert_eq!(master.send("DELETE", &format!("/push_audiences/{id}"), &[], None).status, 200);
}

#[test]
fn a_relation_may_say_that_it_is_not_required() {
    let server = Server::start(json!({}));
    let master = server.client(Actor::Master);
    let class = |name: &str, required: Value| {
        let fields = json!({"kin": {"type": "Relation", "targetClass": "_User", "required": required}});
        master.post(&format!("/schemas/{name}"), &json!({"fields": fields}))
    };
    for (name, required) in [("A", json!(false)), ("B", json!(null)), ("C", json!(0))] {
        let answer = class(name, required.clone());
        assert_eq!(answer.json()["fields"]["kin"]["required"], required);
        let names: Vec<String> = answer.json()["fields"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(names, ["objectId", "updatedAt", "createdAt", "kin", "ACL"]);
    }
    let refused = json!({"code": 111, "error": "The 'required' option is not applicable for Relation<_User>"});
    assert_eq!(class("D", json!(true)).json(), refused);
}

#[test]
fn weak_spots_are_told() {
    let off = Server::start(json!({}));
    let refused = off.client(Actor::Master).get("/security");
    assert_eq!(refused.status, 409);
    assert_eq!(
        off.client(Actor::Master).get("/serverInfo").json()["features"]["settings"]["securityCheck"],
        json!(false)
    );
    // A database without a password is a weak spot; a file has none.
    let server = Server::start_on(
        Backend::Sqlite,
        json!({
            "security": {"enableCheck": true, "enableCheckLog": true}, "allowClientClassCreation": true,
            "readOnlyMasterKeyIps": ["127.0.0.1"], "requestComplexity": {"queryDepth": -1},
        }),
    );
    let master = server.client(Actor::Master);
    let report = master.get("/security").json()["report"].clone();
    assert_eq!((&report["state"], &report["groups"][0]["state"]), (&json!("fail"), &json!("success")));
    let checks = report["groups"][1]["checks"].as_array().unwrap().clone();
    let weak: Vec<&str> =
        checks.iter().filter(|c| c["state"] == "fail").map(|c| c["title"].as_str().unwrap()).collect();
    assert_eq!(
        weak,
        [
            "Secure master key",
            "Security log disabled",
            "Client class creation disabled",
            "Request complexity limits enabled",
        ]
    );
    assert_eq!(checks.len(), 13);
    assert!(checks.iter().all(|c| c["warning"].is_string() == (c["state"] == "fail")));
    assert_eq!(master.get("/serverInfo").json()["features"]["settings"]["securityCheck"], json!(true));
    // Lines are written a moment after they are said.
    let told = || server.output().contains("Attackers are allowed to create new classes");
    assert!(
        (0..200).any(|_| told() || {
            thread::sleep(Duration::from_millis(10));
            false
        }),
        "{}",
        server.output()
    );
}

#[test]
fn the_log_is_shown_and_holds_no_secret() {
    let server = Server::start(json!({"masterKeyIps": ["127.0.0.1"], "trustProxy": true, "masterKey": "s3cr3tMaster"}));
    let master = server.client(Actor::NoKeys);
    let keys = [("X-Parse-Application-Id", "app"), ("X-Parse-Master-Key", "s3cr3tMaster")];
    let log = |query: &str| master.send("GET", &format!("/scriptlog{query}"), &keys, None).json();
    let foreign = [keys[0], keys[1], ("X-Forwarded-For", "10.9.9.9")];
    for _ in 0..3 {
        assert_eq!(master.send("GET", "/classes/A", &foreign, None).status, 403);
    }
    let errors = log("?level=error&n=2");
    let lines = errors.as_array().unwrap();
    assert_eq!(lines.len(), 2);
    for line in lines {
        assert_eq!(line["level"], "error");
        assert!(line["message"].as_str().unwrap().contains("10.9.9.9") && line["timestamp"].is_string(), "{line}");
    }
    let all = log("?size=100&order=asc");
    assert!(all.as_array().unwrap().len() >= 3);
    assert!(!all.to_string().contains("s3cr3t"), "{all}");
    assert_eq!(log("?until=2000-01-01T00:00:00Z"), json!([]));
    assert_eq!(server.client(Actor::Client).get("/scriptlog").status, 403);
}

#[test]
fn the_log_is_in_files_where_there_is_a_folder_for_them() {
    let dir = tempfile::TempDir::new().unwrap();
    let folder = dir.path().join("logs");
    let options = json!({"logsFolder": folder, "masterKeyIps": ["127.0.0.1"], "trustProxy": true});
    let refuse = |server: &Server, ip: &str| {
        let foreign = [("X-Parse-Application-Id", "app"), ("X-Parse-Master-Key", "mk"), ("X-Forwarded-For", ip)];
        assert_eq!(server.client(Actor::NoKeys).send("GET", "/classes/A", &foreign, None).status, 403);
    };
    let mut first = Server::start(options.clone());
    refuse(&first, "10.1.1.1");
    assert!(first.client(Actor::Master).get("/scriptlog").text().contains("10.1.1.1"));
    first.terminate();
    assert!(first.wait_exit(Duration::from_secs(10)).is_some());
    let second = Server::start(options);
    refuse(&second, "10.2.2.2");
    let lines = second.client(Actor::Master).get("/scriptlog?level=error&order=asc").text();
    let (before, after) = (lines.find("10.1.1.1").unwrap(), lines.find("10.2.2.2").unwrap());
    assert!(before < after, "what was said before the start comes first: {lines}");
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().file_name()).collect();
    files.sort();
    let kinds: Vec<_> =
        files.iter().map(|name| name.to_str().unwrap().rsplit_once('.').unwrap().0.to_owned()).collect();
    assert_eq!(kinds, ["parse-server.err", "parse-server.info"]);
}

#[test]
fn internal_classes_are_for_the_master_key() {
    let server = Server::start(json!({"allowClientClassCreation": true}));
    let classes = [
        "_JobStatus",
        "_PushStatus",
        "_Hooks",
        "_GlobalConfig",
        "_GraphQLConfig",
        "_JobSchedule",
        "_Audience",
        "_Idempotency",
        "_Join:users:_Role",
    ];
    for class in classes {
        let path = format!("/classes/{class}");
        for (actor, read, write) in [(Actor::Client, 400, 400), (Actor::Master, 200, 201), (Actor::ReadOnly, 200, 400)]
        {
            let client = server.client(actor.clone());
            assert_eq!(client.get(&path).status, read, "{actor:?} {class}");
            let own = ["_Hooks", "_GlobalConfig", "_GraphQLConfig", "_Join:users:_Role"].contains(&class);
            let wanted = if own { 400 } else { write };
            assert_eq!(client.post(&path, &json!({})).status, wanted, "{actor:?} {class}");
            assert_eq!(client.post(&path, &json!({"foo": 1})).status, 400, "{actor:?} {class}");
        }
    }
}

#[test]
fn purchases_can_be_switched_off() {
    let server = Server::start(json!({}));
    let client = server.client(Actor::Client);
    let missing = json!({"code": 107, "error": "missing receipt or productIdentifier"});
    assert_eq!(client.post("/validate_purchase", &json!({})).json(), missing);
    let off = Server::start(json!({"enableProductPurchaseLegacyApi": false}));
    let answer = off.client(Actor::Client).post("/validate_purchase", &json!({}));
    assert!(
        answer.status == 404 && answer.text().contains("Cannot POST /parse/validate_purchase"),
        "{}",
        answer.text()
    );
    let batch = json!({"requests": [{"method": "POST", "path": "/parse/validate_purchase", "body": {}}]});
    assert_eq!(off.client(Actor::Client).post("/batch", &batch).json()["code"], json!(107));
}

#[test]
fn events_are_taken_and_dropped() {
    let server = Server::start(json!({}));
    let client = server.client(Actor::Client);
    for event in ["AppOpened", "anything"] {
        assert_eq!(client.post(&format!("/events/{event}"), &json!({"dimensions": {}})).text(), "{}");
    }
}

#[test]
fn classes_of_the_server_are_no_business_of_schemas() {
    let server = Server::start(json!({}));
    let master = server.client(Actor::Master);
    let reason = |answer: crate::support::Answer| answer.json()["error"].as_str().unwrap_or_default().to_owned();
    for class in ["_Hooks", "_GlobalConfig", "_GraphQLConfig"] {
        let path = format!("/schemas/{class}");
        assert_eq!(reason(master.post(&path, &json!({}))), format!("Class {class} already exists."));
        let invalid = format!("Invalid classname: {class}, ");
        assert!(reason(master.send("DELETE", &path, &[], None)).starts_with(&invalid));
        let fields = json!({"p": {"type": "Pointer", "targetClass": class}});
        assert!(reason(master.post("/schemas/A", &json!({"fields": fields}))).starts_with(&invalid));
    }
    assert_eq!(reason(master.post("/schemas/_Audience", &json!({}))), "Class _Audience already exists.");
    assert_eq!(master.send("DELETE", "/schemas/_Audience", &[], None).text(), "{}");
    assert_eq!(master.post("/schemas/_Session", &json!({})).status, 200, "a class like any other");
}

#[test]
fn a_column_that_leads_nowhere_has_no_target() {
    let server = Server::start(json!({}));
    let master = server.client(Actor::Master);
    assert_eq!(master.post("/schemas/Game", &json!({})).status, 200);
    let put = |body| master.send("PUT", "/schemas/Game", &[], Some(serde_json::to_vec(&body).unwrap().as_slice()));
    let refused = put(json!({"fields": {"s": {"type": "String"}, "f": {"type": "File", "targetClass": "Game"}}}));
    assert_eq!((refused.status, refused.text().as_str()), (400, r#"{"code":107,"error":"Could not add field f"}"#));
    let stored = master.get("/schemas/Game").json();
    assert!(stored["fields"].get("f").is_none() && stored["fields"].get("s").is_none(), "{stored}");
    assert_eq!(put(json!({"fields": {"p": {"type": "Pointer", "targetClass": "Game"}}})).status, 200);
}
