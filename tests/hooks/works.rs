//! What webhooks can do, and that what they say is trusted no more than what a client says.

use super::{function, server, trigger};
use crate::support::{Actor, Asked, Backend, Client, Peer, Said};
use serde_json::{Value, json};

/// A peer that says this under `success` to every question at a path.
fn saying(path: &'static str, success: Value) -> Peer {
    Peer::start(move |asked| match asked.path == path {
        true => Said::Json(json!({"success": success})),
        false => Said::Json(json!({})),
    })
}

fn paths(asked: &[Asked]) -> Vec<&str> {
    asked.iter().map(|asked| asked.path.as_str()).collect()
}

fn id(client: &Client, class: &str, body: Value) -> String {
    let answer = client.post(&format!("/classes/{class}"), &body);
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["objectId"].as_str().unwrap().to_owned()
}

#[test]
fn the_key_is_sent_and_connections_are_kept() {
    let (server, master) = server(json!({"webhookKey": "secret"}));
    let peer = saying("/f", json!(1));
    function(&master, &peer, "f");
    for n in 0..20 {
        let answer = server.client(Actor::Client).post(&format!("/functions/f?q={n}"), &json!({"q": "b", "p": 1}));
        assert_eq!(answer.json(), json!({"result": 1}));
    }
    let asked = peer.asked();
    let header = |name: &str| asked[0].headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str());
    assert_eq!(header("x-parse-webhook-key"), Some("secret"));
    assert_eq!(header("content-type"), Some("application/json"));
    assert_eq!(asked[19].body["params"], json!({"q": "19", "p": 1}));
    assert!(peer.connections() <= 2, "{} connections", peer.connections());
    assert!(!server.output().contains("secret"));
}

#[test]
fn who_asks_is_told() {
    let (server, master) = server(json!({}));
    let peer = saying("/f", json!(1));
    function(&master, &peer, "f");
    for (actor, master, read_only) in
        [(Actor::Client, false, false), (Actor::Master, true, false), (Actor::ReadOnly, true, true)]
    {
        server.client(actor).post("/functions/f", &json!({}));
        let body = &peer.asked()[0].body;
        assert_eq!((&body["master"], &body["isReadOnly"]), (&json!(master), &json!(read_only)));
    }
}

#[test]
fn what_a_hook_gives_back_is_checked_again() {
    for (success, code) in [
        (json!({"constructor": 1}), 105),
        (json!({"n": "text"}), 111),
        (json!({"extra": 1}), 119),
        (json!({"n": {"__op": "Unknown"}}), 108),
        (json!({"1n": 1}), 119),
        (json!({"ACL": {"*unresolved": {"read": true}}}), 123),
    ] {
        let (server, master) = server(json!({}));
        let levels = json!({"create": {"*": true}, "find": {"*": true}, "get": {"*": true}, "addField": {}});
        let class = json!({"fields": {"n": {"type": "Number"}}, "classLevelPermissions": levels});
        assert_eq!(master.post("/schemas/A", &class).status, 200);
        let peer = saying("/beforeSave", success.clone());
        trigger(&master, &peer, "A", "beforeSave");
        let answer = server.client(Actor::Client).post("/classes/A", &json!({"n": 1}));
        assert_eq!(answer.json()["code"], code, "{success}: {}", answer.text());
        assert_eq!(master.get("/classes/A").json(), json!({"results": []}));
    }
}

#[test]
fn a_hook_cannot_reach_what_only_the_server_writes() {
    for (success, code) in [
        (json!({"_hashed_password": "x"}), json!(105)),
        (json!({"_session_token": "r:x"}), json!(105)),
        (json!({"_rperm": ["*"]}), json!(105)),
        (json!({"authData": {"anonymous": {"id": "stolen"}}, "username": "ann", "password": "pw"}), Value::Null),
        (json!({"username": "ann", "password": "pw", "sessionToken": "r:mine"}), Value::Null),
    ] {
        let (server, master) = server(json!({}));
        let peer = saying("/beforeSave", success.clone());
        trigger(&master, &peer, "_User", "beforeSave");
        let client = server.client(Actor::Client);
        let answer = client.post("/users", &json!({"username": "ann", "password": "pw"}));
        assert_eq!(answer.json()["code"], code, "{success}: {}", answer.text());
        assert!(!answer.text().contains("r:mine"), "{}", answer.text());
        if code.is_null() {
            assert_eq!(client.post("/login", &json!({"username": "ann", "password": "pw"})).status, 200, "{success}");
        } else {
            assert_eq!(master.get("/users").json(), json!({"results": []}), "{success}");
        }
    }
}

#[test]
fn a_hook_decides_neither_the_id_nor_the_dates() {
    let (server, master) = server(json!({}));
    let said = json!({"objectId": "mine123456", "createdAt": "2001-01-01T00:00:00.000Z", "className": "B", "n": 1});
    let peer = saying("/beforeSave", said);
    trigger(&master, &peer, "A", "beforeSave");
    let client = server.client(Actor::Client);
    let id = id(&client, "A", json!({"n": 2, "m": 3}));
    let row = client.get(&format!("/classes/A/{id}")).json();
    assert_ne!(id, "mine123456");
    assert_eq!((&row["n"], &row["m"], &row["className"]), (&json!(1), &Value::Null, &Value::Null));
    assert!(!row["createdAt"].as_str().unwrap().starts_with("2001"));
    let change = client.send("PUT", &format!("/classes/A/{id}"), &[], Some(br#"{"n":5}"#));
    assert_eq!((change.status, &change.json()["n"]), (200, &json!(1)));
}

#[test]
fn a_hook_without_an_object_leaves_the_data_alone() {
    for success in [json!(true), json!(null), json!([1])] {
        let (server, master) = server(json!({}));
        let peer = saying("/beforeSave", success);
        trigger(&master, &peer, "A", "beforeSave");
        let client = server.client(Actor::Client);
        let id = id(&client, "A", json!({"n": 2}));
        assert_eq!(client.get(&format!("/classes/A/{id}")).json()["n"], 2);
    }
}

#[test]
fn who_may_not_write_asks_no_hook() {
    let (server, master) = server(json!({}));
    let closed = json!({"classLevelPermissions": {"create": {}, "update": {}, "delete": {}, "find": {}, "get": {}}});
    assert_eq!(master.post("/schemas/A", &closed).status, 200);
    let id = id(&master, "A", json!({}));
    let peer = saying("", json!(1));
    for name in ["beforeSave", "beforeDelete", "afterSave"] {
        trigger(&master, &peer, "A", name);
    }
    let client = server.client(Actor::Client);
    let path = format!("/classes/A/{id}");
    assert_eq!(client.post("/classes/A", &json!({})).json()["code"], 119);
    assert_eq!(client.send("PUT", &path, &[], Some(b"{}")).json()["code"], 119);
    assert_eq!(client.send("DELETE", &path, &[], None).json()["code"], 119);
    assert_eq!(paths(&peer.asked()), Vec::<&str>::new());
}

#[test]
fn a_hook_is_shown_values_set_and_operations_as_they_are() {
    let (server, master) = server(json!({}));
    let client = server.client(Actor::Client);
    let id = id(&client, "A", json!({"n": 1, "o": {"x": 1}, "gone": 1}));
    let peer = saying("", json!(1));
    trigger(&master, &peer, "A", "beforeSave");
    let change = json!({"n": {"__op": "Increment", "amount": 4}, "o.y": 2, "gone": {"__op": "Delete"}, "l": [1]});
    client.send("PUT", &format!("/classes/A/{id}"), &[], Some(change.to_string().as_bytes()));
    let body = &peer.asked()[0].body;
    let object = &body["object"];
    assert_eq!((&object["n"], &object["gone"]), (&change["n"], &change["gone"]));
    assert_eq!((&object["o"], &object["l"]), (&json!({"x": 1, "y": 2}), &json!([1])));
    assert_eq!((&body["original"]["n"], &body["original"]["gone"]), (&json!(1), &json!(1)));
    assert_eq!(object["updatedAt"], body["original"]["updatedAt"]);
}

#[test]
fn after_a_save_a_hook_may_answer_but_not_refuse() {
    let (server, master) = server(json!({}));
    let peer = saying("/afterSave", json!({"said": 1}));
    trigger(&master, &peer, "A", "afterSave");
    let client = server.client(Actor::Client);
    let answer = client.post("/classes/A", &json!({"n": 1}));
    assert_eq!((answer.status, answer.json()), (201, json!({"said": 1})));
    let refusing = Peer::start(|_| Said::Json(json!({"error": "no"})));
    for name in ["afterSave", "afterDelete"] {
        trigger(&master, &refusing, "B", name);
    }
    let id = id(&client, "B", json!({}));
    let gone = client.send("DELETE", &format!("/classes/B/{id}"), &[], None);
    assert_eq!(gone.json(), json!({"code": 141, "error": "no"}));
    assert_eq!(client.get("/classes/B").json(), json!({"results": []}));
}

#[test]
fn what_the_hook_before_has_changed_stands_at_the_end_after_the_hook_behind() {
    let (server, master) = server(json!({}));
    let peer = Peer::start(|asked| match asked.body["triggerName"].as_str() {
        Some("beforeSave") => {
            Said::Json(json!({"success": {"s": "b", "l": [6], "n": {"__op": "Increment", "amount": 1}}}))
        }
        _ => Said::Json(json!({})),
    });
    let client = server.client(Actor::Client);
    let id = id(&client, "A", json!({"s": "a", "n": 1}));
    trigger(&master, &peer, "A", "beforeSave");
    trigger(&master, &peer, "A", "afterSave");
    let told = client.send("PUT", &format!("/classes/A/{id}"), &[], Some(br#"{"l":[6]}"#)).text();
    assert!(told.starts_with(r#"{"n":2,"updatedAt":""#) && told.ends_with(r#"Z","s":"b"}"#), "{told}");
}

#[test]
fn a_transaction_asks_first_writes_then_and_tells_at_last() {
    if Backend::lacks_transactions() {
        return;
    }
    let (server, master) = server(json!({}));
    let peer = Peer::start(|asked| match asked.body["object"]["bad"] == true && asked.path == "/beforeSave" {
        true => Said::Json(json!({"error": "bad"})),
        false => Said::Json(json!({})),
    });
    for name in ["beforeSave", "afterSave"] {
        trigger(&master, &peer, "A", name);
    }
    let create = |body: Value| json!({"method": "POST", "path": "/parse/classes/A", "body": body});
    let batch = |bodies: Vec<Value>| {
        let requests: Vec<Value> = bodies.into_iter().map(create).collect();
        server.client(Actor::Client).post("/batch", &json!({"transaction": true, "requests": requests}))
    };
    assert_eq!(batch(vec![json!({}), json!({})]).status, 200);
    assert_eq!(paths(&peer.asked()), ["/beforeSave", "/beforeSave", "/afterSave", "/afterSave"]);
    assert_eq!(batch(vec![json!({}), json!({"bad": true})]).json(), json!({"code": 141, "error": "bad"}));
    assert_eq!(master.get("/classes/A?count=1&limit=0").json()["count"], 2);
}

#[test]
fn includes_and_sub_queries_ask_the_hooks_of_their_classes() {
    let (server, master) = server(json!({}));
    let client = server.client(Actor::Client);
    let inner = id(&client, "Inner", json!({"n": 1}));
    id(&client, "Outer", json!({"p": {"__type": "Pointer", "className": "Inner", "objectId": inner}}));
    let peer = saying("", json!(1));
    for (class, name) in [("Inner", "beforeFind"), ("Inner", "afterFind"), ("Outer", "afterFind")] {
        trigger(&master, &peer, class, name);
    }
    let row = &client.get("/classes/Outer?include=p").json()["results"][0];
    assert_eq!((&row["className"], &row["p"]["n"]), (&json!("Outer"), &json!(1)));
    let asked = peer.asked();
    assert_eq!(paths(&asked), ["/beforeFind", "/afterFind", "/afterFind"]);
    assert_eq!(asked[0].body["query"], json!({"where": {"objectId": inner}}));
    assert_eq!(asked[1].body["objects"][0]["n"], 1);
    client.get(r#"/classes/Outer?where={"p":{"$inQuery":{"className":"Inner","where":{"n":1}}}}"#);
    assert_eq!(paths(&peer.asked()), ["/beforeFind", "/afterFind", "/afterFind"]);
}

#[test]
fn before_a_find_a_hook_may_say_that_there_is_nothing() {
    let (server, master) = server(json!({}));
    let client = server.client(Actor::Client);
    let id = id(&client, "A", json!({}));
    let peer = saying("/beforeFind", json!([]));
    for name in ["beforeFind", "afterFind"] {
        trigger(&master, &peer, "A", name);
    }
    assert_eq!(client.get("/classes/A?count=1").json(), json!({"results": []}));
    assert_eq!(client.get(&format!("/classes/A/{id}")).json()["code"], 101);
    assert_eq!(paths(&peer.asked()), ["/beforeFind", "/afterFind", "/beforeFind", "/afterFind"]);
    let refusing = Peer::start(|_| Said::Json(json!({"error": "no"})));
    trigger(&master, &refusing, "B", "beforeFind");
    assert_eq!(client.get("/classes/B").json(), json!({"code": 141, "error": "no"}));
}

#[test]
fn log_in_and_out_ask_hooks() {
    let (server, master) = server(json!({}));
    let client = server.client(Actor::Client);
    let anonymous = json!({"authData": {"anonymous": {"id": "a1"}}});
    assert_eq!(client.post("/users", &anonymous).status, 201);
    assert_eq!(client.post("/users", &json!({"username": "u", "password": "p"})).status, 201);
    let peer = Peer::start(|asked| match asked.body["object"]["username"] == "u" {
        true => Said::Json(json!({})),
        false => Said::Json(json!({"error": "denied"})),
    });
    for (class, name) in [("_User", "beforeLogin"), ("_User", "afterLogin"), ("_Session", "afterLogout")] {
        trigger(&master, &peer, class, name);
    }
    let token = client.post("/login", &json!({"username": "u", "password": "p"})).json()["sessionToken"].clone();
    assert_eq!(client.post("/login", &json!({"username": "u", "password": "x"})).json()["code"], 101);
    let asked = peer.asked();
    assert_eq!(paths(&asked), ["/beforeLogin", "/afterLogin"]);
    assert_eq!(asked[1].body["user"]["sessionToken"], token);
    assert!(asked.iter().all(|asked| asked.body["object"].get("password").is_none()));
    assert!(!asked.iter().any(|asked| asked.body.to_string().contains("hashed")));
    assert_eq!(client.post("/users", &anonymous).json(), json!({"code": 141, "error": "denied"}));
    peer.asked();
    let session = server.client(Actor::Session(token.as_str().unwrap().to_owned()));
    assert_eq!(session.post("/logout", &json!({})).json(), json!({"code": 141, "error": "denied"}));
    let told = &peer.asked()[0].body;
    assert_eq!((&told["object"]["sessionToken"], &told["object"]["className"]), (&token, &json!("_Session")));
    assert_eq!(session.get("/users/me").json()["code"], 209);
}
