//! A rule that holds on one way to the data and is forgotten on another. `tests/access` asks every route by headers, as SDKs
//! do, and in a batch; here are the ways around a rule.

use super::*;

const REFUSED: &str = "119: Permission denied";

#[test]
fn including_asks_for_the_same_rights_as_finding() {
    let server = Server::start(json!({"allowClientClassCreation": true}));
    let (user, other) = (User::sign_up(&server, "user"), User::sign_up(&server, "other"));
    class(&server, "Shut", json!({"v": {"type": "String"}}), json!({"find": {}, "get": {}}));
    let hidden = stored(&server, "Hidden", json!({"v": "S3CR3T", "ACL": {}}));
    let shut = stored(&server, "Shut", json!({"v": "S3CR3T"}));
    let audience = stored(&server, "_Audience", json!({"name": "S3CR3T", "query": "{}"}));
    let sessions = server.client(Actor::Master).get("/sessions?include=user").json();
    let session = |id: &str| {
        let own = |session: &&Value| session["user"]["objectId"] == id;
        text(&sessions["results"].as_array().unwrap().iter().find(own).unwrap()["objectId"])
    };
    let client = other.client(&server);
    let included = |field: &str, class: &str, id: &str| {
        let name = format!("Holder{field}");
        assert_eq!(said(&client.post(&format!("/classes/{name}"), &json!({field: pointer(class, id)}))), "201");
        find(&client, &name, &format!("include={field}"))
    };
    let own = included("own", "_Session", &session(&other.id)).json();
    assert_eq!(own["results"][0]["own"]["user"]["objectId"], json!(other.id), "one's own session may be included");
    for (field, class, id) in [("foreign", "_Session", session(&user.id)), ("hidden", "Hidden", hidden)] {
        let answer = included(field, class, &id);
        assert_eq!((answer.status, &answer.json()["results"][0][field]), (200, &Value::Null), "{field}");
    }
    for (field, class, id) in [
        ("shut", "Shut", shut.as_str()),
        ("audience", "_Audience", &audience),
        ("config", "_GlobalConfig", "1"),
        ("join", "_Join:users:_Role", "x"),
        ("schema", "_SCHEMA", "_User"),
    ] {
        assert_eq!(said(&included(field, class, id)), REFUSED, "{field}");
    }
}

#[test]
fn a_sub_query_asks_for_the_same_rights_as_finding() {
    let server = Server::start(json!({"allowClientClassCreation": true}));
    class(&server, "Shut", json!({"v": {"type": "String"}}), json!({"find": {}, "get": {}}));
    let (shut, open) = (stored(&server, "Shut", json!({"v": "a"})), stored(&server, "Open", json!({"v": "a"})));
    stored(&server, "Holder", json!({"name": "a", "shut": pointer("Shut", &shut), "open": pointer("Open", &open)}));
    let client = User::sign_up(&server, "user").client(&server);
    let inside = |class: &str, field: &str, clause: Value| {
        found(&client, "Holder", &json!({field: {"$inQuery": {"className": class, "where": clause}}}))
    };
    assert_eq!(inside("Open", "open", json!({"v": "a"})), Ok(1));
    assert_eq!(inside("Shut", "shut", json!({"v": {"$regex": "^a"}})), Err(REFUSED.into()));
    assert_eq!(inside("Shut", "shut", json!({"objectId": shut})), Err(REFUSED.into()));
    for class in ["_GlobalConfig", "_Installation", "_Join:users:_Role", "_SCHEMA", "_Hooks"] {
        assert_eq!(inside(class, "open", json!({})), Err(REFUSED.into()), "{class}");
        let select = json!({"$select": {"query": {"className": class, "where": {}}, "key": "name"}});
        assert_eq!(found(&client, "Holder", &json!({"name": select})), Err(REFUSED.into()), "{class}");
    }
}

#[test]
fn what_is_related_to_a_hidden_object_stays_hidden() {
    let server = Server::start(json!({"allowClientClassCreation": true, "enforcePrivateUsers": false}));
    let (user, other) = (User::sign_up(&server, "user"), User::sign_up(&server, "other"));
    let members = json!({"__op": "AddRelation", "objects": [user.pointer()]});
    let role = json!({"name": "Team", "ACL": {&user.id: {"read": true}}, "users": members});
    let answer = server.client(Actor::Master).post("/roles", &role);
    let owner = pointer("_Role", &text(&answer.json()["objectId"]));
    let clause = json!({"$relatedTo": {"object": owner, "key": "users"}});
    assert_eq!(found(&user.client(&server), "_User", &clause), Ok(1));
    for stranger in [other.client(&server), server.client(Actor::Client)] {
        assert_eq!(found(&stranger, "_User", &clause), Ok(0));
    }
}

#[test]
fn ways_to_the_own_user_and_session_heed_protected_fields_alike() {
    let server = Server::start(json!({
        "protectedFieldsOwnerExempt": false, "enforcePrivateUsers": false,
        "protectedFields": {"_User": {"*": ["phone", "authData"]}, "_Session": {"*": ["createdWith", "expiresAt"]}},
    }));
    let anonymous = json!({"authData": {"anonymous": {"id": "known"}}, "phone": "S3CR3T", "nick": "open"});
    let client = server.client(Actor::Client);
    let signed_up = client.post("/users", &anonymous).json();
    let (id, token) = (text(&signed_up["objectId"]), text(&signed_up["sessionToken"]));
    let named = put(
        &server.client(Actor::Session(token)),
        &format!("/users/{id}"),
        &json!({"username": "name", "password": "pw"}),
    );
    let own = server.client(Actor::Session(text(&named.json()["sessionToken"])));
    let credentials = json!({"username": "name", "password": "pw"});
    let (users, sessions) = (
        [
            own.get(&format!("/users/{id}")),
            own.get("/users?limit=1"),
            client.post("/verifyPassword", &credentials),
            client.post("/users", &json!({"authData": {"anonymous": {"id": "known"}}})),
            client.post("/login", &credentials),
        ],
        [own.get("/sessions"), own.get("/sessions/me"), own.get("/classes/_Session?keys=createdWith")],
    );
    for answer in users.iter().chain([&own.get("/users/me")]) {
        let text = answer.text();
        assert!(text.contains("open") && !text.contains("S3CR3T") && !text.contains("known"), "{text}");
    }
    for answer in sessions {
        let text = answer.text();
        assert!(text.contains("createdAt") && !text.contains("createdWith") && !text.contains("expiresAt"), "{text}");
    }
}

/// A batch of as many requests to one path.
fn batch(client: &Client, path: &str, times: usize, headers: &[(&str, &str)]) -> Answer {
    let one = json!({"method": "POST", "path": format!("/parse{path}"), "body": {"username": "u", "password": "p"}});
    let body = json!({"requests": vec![one; times]}).to_string();
    client.send("POST", "/batch", headers, Some(body.as_bytes()))
}

#[test]
fn a_log_in_shows_no_more_than_a_get_would() {
    let server = Server::start(json!({"enforcePrivateUsers": false, "protectedFields": {"_User": {"*": ["phone"]}}}));
    let body =
        json!({"username": "user", "password": "pw", "phone": "S3CR3T", "authData": {"anonymous": {"id": "S3CR3T"}}});
    let id = text(&server.client(Actor::Client).post("/users", &body).json()["objectId"]);
    let ask = |path: &str| server.client(Actor::Client).post(path, &json!({"username": "user", "password": "pw"}));
    assert!(ask("/login").text().contains("S3CR3T"), "one's own user is shown");
    let shut = json!({"classLevelPermissions": {"create": {"*": true}, "find": {"*": true}, "get": {}}});
    assert_eq!(said(&put(&server.client(Actor::Master), "/schemas/_User", &shut)), "200");
    let by_provider = || {
        let known = json!({"authData": {"anonymous": {"id": "S3CR3T"}}});
        server.client(Actor::Client).post("/users", &known)
    };
    for (path, answer) in
        [("/login", ask("/login")), ("/verifyPassword", ask("/verifyPassword")), ("/users", by_provider())]
    {
        assert_eq!((answer.status, &answer.json()["objectId"]), (200, &json!(id)), "{path}");
        assert!(!answer.text().contains("S3CR3T"), "{path}: {}", answer.text());
    }
}

#[test]
fn a_list_of_routes_holds_however_a_path_is_written() {
    let list = json!(["classes/Open", "batch", "health"]);
    let server = Server::start(json!({"routeAllowList": list, "allowClientClassCreation": true}));
    let client = server.client(Actor::Client);
    assert_eq!((client.get("/classes/Open").status, batch(&client, "/classes/Open", 1, &[]).status), (200, 200));
    let shut =
        ["/classes/Shut", "/CLASSES/Shut", "/classes/Shut/", "//classes/Shut", "/classes/open", "/users", "/config"];
    for path in shut {
        assert_eq!(said(&client.get(path)), REFUSED, "{path}");
        assert_eq!(batch(&client, path, 1, &[]).status, 400, "{path}");
    }
    assert_eq!(said(&client.get("/classes/Shut?x=/classes/Open")), REFUSED);
    assert_eq!(server.client(Actor::Master).get("/classes/Shut").status, 200);
}

#[test]
fn a_rate_limit_counts_however_a_path_is_written() {
    let rule = json!({"requestPath": "/login", "requestTimeWindow": 60000, "requestCount": 2});
    let server = Server::start(json!({"trustProxy": true, "rateLimit": [rule]}));
    let client = server.client(Actor::Client);
    for (n, path) in ["/login", "/LOGIN", "/login/", "//login", "/login?a=1"].iter().enumerate() {
        let address = format!("8.8.8.{n}");
        let once = |method: &str| {
            let body = json!({"username": "u", "password": "p", "_method": method}).to_string();
            client.send("POST", path, &[("X-Forwarded-For", &address)], Some(body.as_bytes())).status
        };
        assert_eq!([once("POST"), once("GET"), once("POST"), once("GET")], [404, 404, 429, 429], "{path}");
        let all = batch(&client, path.trim_end_matches("?a=1"), 3, &[("X-Forwarded-For", &format!("9.9.9.{n}"))]);
        assert_eq!(said(&all), "100: Too many requests.", "{path}");
    }
}

#[test]
fn a_batch_brings_no_credential_of_its_own_and_holds_no_batch() {
    let server = Server::start(json!({}));
    let (user, other) = (User::sign_up(&server, "user"), User::sign_up(&server, "other"));
    let run = |request: Value| other.client(&server).post("/batch", &json!({"requests": [request]}));
    let body = json!({"_SessionToken": user.token, "_MasterKey": "mk", "_ApplicationId": "app"});
    let me = run(json!({"method": "GET", "path": "/parse/users/me", "body": body})).json();
    assert_eq!(me[0]["success"]["objectId"], json!(other.id));
    let keys = json!({"X-Parse-Master-Key": "mk"});
    let schemas = run(json!({"method": "GET", "path": "/parse/schemas", "body": body, "headers": keys})).json();
    assert_eq!(schemas, json!([{"error": {"error": "Permission denied"}}]));
    for path in ["/parse/batch", "/parse/BATCH", "/parse/batch/", "/parse//batch"] {
        let nested = run(json!({"method": "POST", "path": path, "body": {"requests": []}}));
        assert_eq!(said(&nested), "107: nested batch requests are not allowed", "{path}");
    }
}

#[test]
fn an_answer_without_a_body_is_never_announced_with_one() {
    let server = Server::start(json!({"allowClientClassCreation": true}));
    let body = r#"{"_ApplicationId":"app","_method":"HEAD"}"#;
    let mut raw = crate::support::raw::Raw::connect(server.base());
    let head = format!("POST /parse/classes/A HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    assert!(raw.send(head.as_bytes()) && raw.send(b"GET /parse/health HTTP/1.1\r\nHost: a\r\n\r\n"));
    let limit = std::time::Duration::from_secs(20);
    let (first, second) = (raw.answer(limit).unwrap(), raw.answer(limit).unwrap());
    assert_eq!((first.status, second.text().as_str()), (404, r#"{"status":"ok"}"#), "{}", first.text());
}

#[test]
fn an_update_tells_no_more_of_an_object_than_a_get_would() {
    let server = Server::start(json!({}));
    let ann = User::sign_up(&server, "ann");
    let shut = json!({});
    let fields = json!({"n": {"type": "Number"}, "l": {"type": "Array"}, "o": {"type": "Object"},
        "owner": {"type": "Pointer", "targetClass": "_User"}});
    let permissions = |read: Value| {
        json!({"find": shut, "count": shut, "get": read, "create": {"*": true}, "update": {"*": true}, "delete": shut,
            "ACL": {"*": {"read": true, "write": true}}})
    };
    class(&server, "Closed", fields.clone(), permissions(json!({})));
    class(&server, "Owned", fields.clone(), permissions(json!({"pointerFields": ["owner"]})));
    class(&server, "Open", fields, permissions(json!({"*": true})));
    let (anyone, own) = (server.client(Actor::Client), ann.client(&server));
    let row = |more: Value| {
        let mut row = json!({"n": 41, "l": ["hidden"], "o": {"n": 1}, "owner": ann.pointer()});
        row.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        row
    };
    let list = json!({"*": {"write": true}, &ann.id: {"read": true, "write": true}});
    for (name, more) in [("Closed", json!({})), ("Owned", json!({})), ("Open", json!({"ACL": list}))] {
        let id = stored(&server, name, row(more));
        let path = format!("/classes/{name}/{id}");
        let change = |op: &str| json!({"l": {"__op": op, "objects": ["x"]}});
        let count = json!({"n": {"__op": "Increment", "amount": 1}});
        for body in [count.clone(), json!({"o.n": count["n"]}), change("Add"), change("AddUnique"), change("Remove")] {
            assert_eq!(keys(&put(&anyone, &path, &body).json()), ["updatedAt"], "{name} {body}");
        }
        for transaction in [false, true] {
            let one = json!({"method": "PUT", "path": format!("/parse{path}"), "body": count});
            let answer = anyone.post("/batch", &json!({"requests": [one], "transaction": transaction})).json();
            assert_eq!(keys(&answer[0]["success"]), ["updatedAt"], "{name} {transaction}");
        }
        let told = put(&own, &path, &count).json()["n"].clone();
        assert_eq!(told, if name == "Closed" { Value::Null } else { json!(45) }, "{name}: who may read is told");
    }
}

#[test]
fn what_a_hook_sets_back_is_told_to_those_who_may_read_it() {
    let server = Server::start(json!({}));
    let peer = crate::support::Peer::start(|asked: &crate::support::Asked| {
        let mut object = asked.body["object"].clone();
        object["n"] = json!(41);
        crate::support::Said::Json(json!({"success": object}))
    });
    for (name, read) in [("Closed", json!({})), ("Open", json!({"*": true}))] {
        let permissions = json!({"find": {}, "get": read, "create": {}, "update": {"*": true}});
        class(&server, name, json!({"n": {"type": "Number"}}), permissions);
        let path = format!("/classes/{name}/{}", stored(&server, name, json!({"n": 41})));
        let hook = json!({"className": name, "triggerName": "beforeSave", "url": peer.url("/set")});
        assert_eq!(said(&server.client(Actor::Master).post("/hooks/triggers", &hook)), "200");
        let answer = put(&server.client(Actor::Client), &path, &json!({"n": 1})).json();
        let told = if name == "Open" { json!(41) } else { Value::Null };
        assert_eq!((&answer["n"], answer["updatedAt"].is_string()), (&told, true), "{name}: {answer}");
    }
}

fn keys(answer: &Value) -> Vec<String> {
    answer.as_object().into_iter().flatten().map(|(key, _)| key.clone()).collect()
}

#[test]
fn an_installation_that_is_named_is_the_one_that_is_changed() {
    let server = Server::start(json!({}));
    let master = server.client(Actor::Master);
    let made = ["mine", "theirs"].map(|name| {
        let body = json!({"installationId": name, "deviceType": "ios", "deviceToken": format!("token of {name}")});
        text(&server.client(Actor::Client).post("/installations", &body).json()["objectId"])
    });
    let badges = || made.clone().map(|id| master.get(&format!("/installations/{id}")).json()["badge"].clone());
    for (at, other) in [(0, "theirs"), (1, "mine")] {
        let body = json!({"badge": 7 + at}).to_string();
        let header = [("X-Parse-Installation-Id", other)];
        let before = badges();
        let path = format!("/installations/{}", made[at]);
        let answer = server.client(Actor::Client).send("PUT", &path, &header, Some(body.as_bytes()));
        let after = badges();
        assert_eq!(after[1 - at], before[1 - at], "{}", answer.text());
        assert_eq!(after[at] == 7 + at, answer.status == 200, "{}", answer.text());
    }
}

#[test]
fn code_runs_after_every_save_however_its_key_is_written() {
    let server = Server::start(json!({"allowClientClassCreation": true}));
    let peer = crate::support::Peer::start(|_| crate::support::Said::Json(json!({})));
    let hook = json!({"className": "A", "triggerName": "afterSave", "url": peer.url("/after")});
    assert_eq!(said(&server.client(Actor::Master).post("/hooks/triggers", &hook)), "200");
    let path = format!("/classes/A/{}", stored(&server, "A", json!({"o": {"k": {}}, "l": [1, {"k": 1}], "n": 1})));
    let client = server.client(Actor::Client);
    peer.asked();
    for key in
        ["n", "o.k", "o.x", "o.k.x", "o.0", "l.0", "l.1.k", "o.length", "o.toString", "o.hasOwnProperty", "new.x"]
    {
        for value in [json!(2), json!({"__op": "Delete"}), json!({"__op": "Increment", "amount": 1})] {
            let answer = put(&client, &path, &json!({key: value}));
            let asked = peer.asked().len();
            assert_eq!(asked, usize::from(answer.status == 200), "{key} {value}: {}", answer.text());
        }
    }
}
