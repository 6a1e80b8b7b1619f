//! Operators, lists and numbers where a text is meant; keys that mean something to a database or to JavaScript.

use super::*;

/// What an attacker sends in place of a text.
fn shapes() -> [Value; 6] {
    [json!({"$ne": "x"}), json!({"$regex": "^u"}), json!({"$gt": ""}), json!(["user"]), json!(5), json!(true)]
}

#[test]
fn a_name_a_password_and_an_id_are_texts() {
    let server = Server::start(json!({"enforcePrivateUsers": false}));
    let user = User::sign_up(&server, "user");
    let client = server.client(Actor::Client);
    assert_eq!(said(&log_in(&client, "user", "pw")), "200");
    for shape in shapes() {
        for path in ["/login", "/verifyPassword", "/challenge"] {
            for (name, password) in [(shape.clone(), json!("pw")), (json!("user"), shape.clone())] {
                let challenge = json!({"anonymous": {}});
                let body = json!({"username": name, "password": password, "challengeData": challenge});
                assert_eq!(said(&client.post(path, &body)), "101: Invalid username/password.", "{path} {body}");
            }
        }
        let by_address = client.post("/login", &json!({"email": shape, "password": "pw"}));
        assert_eq!(said(&by_address), "101: Invalid username/password.", "{shape}");
        assert!(
            said(&client.post("/users", &json!({"username": shape, "password": "p"}))).starts_with("200"),
            "{shape}"
        );
        assert!(
            said(&client.post("/users", &json!({"username": "n", "password": shape}))).starts_with("201: "),
            "{shape}"
        );
        let device = client.post("/installations", &json!({"deviceToken": shape, "deviceType": "ios"}));
        assert!(device.status == 400, "{shape}: {}", device.text());
    }
    for query in ["username[$ne]=x&password=pw", "username=user&password[$ne]=x", "username[]=user&password=pw"] {
        assert_eq!(said(&client.get(&format!("/login?{query}"))), "101: Invalid username/password.", "{query}");
    }
    assert_eq!(said(&user.client(&server).get("/users/me")), "200");
}

#[test]
fn log_in_as_takes_an_id_and_no_operator() {
    let server = Server::start(json!({}));
    let user = User::sign_up(&server, "user");
    let master = server.client(Actor::Master);
    let sessions = || master.get("/sessions?count=1&limit=0").json()["count"].clone();
    for shape in shapes().into_iter().chain([json!({"$ne": 1}), json!({"$exists": true}), json!({"$in": [user.id]})]) {
        let attack = master.post("/loginAs", &json!({"userId": shape}));
        assert_eq!(said(&attack), "101: user not found", "{shape}");
    }
    assert_eq!(sessions(), 1, "an attack begins no session");
    let honest = master.post("/loginAs", &json!({"userId": user.id}));
    assert_eq!((said(&honest), &honest.json()["objectId"]), ("200".into(), &json!(user.id)));
    let token = text(&honest.json()["sessionToken"]);
    assert_eq!(server.client(Actor::Session(token)).get("/users/me").json()["objectId"], json!(user.id));
    assert_eq!(sessions(), 2);
    let refused = user.client(&server).post("/loginAs", &json!({"userId": user.id}));
    assert_eq!(said(&refused), "119: Permission denied");
}

#[test]
fn a_token_and_an_app_in_a_body_are_texts() {
    let server = Server::start(json!({}));
    let user = User::sign_up(&server, "user");
    let me = |app: Value, token: Value| {
        let body = json!({"_method": "GET", "_ApplicationId": app, "_SessionToken": token});
        server.client(Actor::NoKeys).post("/users/me", &body).status
    };
    assert_eq!(me(json!("app"), json!(user.token)), 200);
    for shape in shapes() {
        assert_eq!((me(json!("app"), shape.clone()), me(shape.clone(), json!(user.token))), (403, 403), "{shape}");
    }
    assert_eq!(me(json!("app"), json!([user.token])), 403);
    assert_eq!(me(json!(["app"]), json!(user.token)), 403);
    assert_eq!((me(json!("__proto__"), json!(user.token)), me(json!("constructor"), json!(user.token))), (403, 403));
}

#[test]
fn the_last_of_two_equal_keys_is_the_one_that_is_checked_and_stored() {
    let server = Server::start(json!({"enforcePrivateUsers": false}));
    let user = User::sign_up(&server, "user");
    let client = user.client(&server);
    let send = |method: &str, path: &str, body: &str| client.send(method, path, &[], Some(body.as_bytes()));
    let twice = r#"{"emailVerified":null,"nick":"a","emailVerified":true,"nick":"b"}"#;
    assert_eq!(said(&send("PUT", &user.path(), twice)), "119: Permission denied");
    assert_eq!(said(&send("PUT", &user.path(), r#"{"nick":"a","nick":"b"}"#)), "200");
    assert_eq!(client.get("/users/me").json()["nick"], "b");
    let taken = r#"{"username":"free","password":"p","username":"user"}"#;
    assert_eq!(said(&send("POST", "/users", taken)), "202: Account already exists for this username.");
    let keys = r#"{"_method":"GET","_ApplicationId":"app","_MasterKey":"mk","_MasterKey":"wrong"}"#;
    assert_eq!(server.client(Actor::NoKeys).send("POST", "/schemas", &[], Some(keys.as_bytes())).status, 403);
}

#[test]
fn keys_that_mean_something_elsewhere_are_refused_wherever_they_stand() {
    let server = Server::start(json!({"allowClientClassCreation": true}));
    let client = server.client(Actor::Client);
    let id = stored(&server, "A", json!({"o": {}}));
    let send = |body: &Value| {
        let updated = put(&client, &format!("/classes/A/{id}"), body);
        [said(&client.post("/classes/A", body)), said(&updated)]
    };
    assert_eq!(send(&json!({"o": {"prototype": 1, "_bsontype": "Text"}})), ["201", "200"], "honest words");
    for word in ["__proto__", "constructor"] {
        let refused = format!("105: Prohibited keyword in request data: {{\"key\":\"{word}\"}}.");
        let placed = [json!({"o": {word: 1}}), json!({"o": {"a": {"b": [{word: 1}]}}}), json!({"o": [[{word: {}}]]})];
        for body in placed.iter().chain([&json!({word: {"a": 1}})]) {
            assert_eq!(send(body), [refused.as_str(), refused.as_str()], "{body}");
        }
        let dotted = put(&client, &format!("/classes/A/{id}"), &json!({format!("o.{word}.x"): 1}));
        assert_eq!(said(&dotted), refused);
    }
    let code = json!({"o": [{"_bsontype": "Code", "code": "1"}]});
    let refused = "105: Prohibited keyword in request data: {\"key\":\"_bsontype\",\"value\":\"Code\"}.";
    assert_eq!(send(&code), [refused, refused]);
    for key in ["$where", "a.b", "$set"] {
        assert_eq!(
            send(&json!({"o": {key: 1}})),
            [(); 2].map(|()| "121: Nested keys should not contain the '$' or '.' characters")
        );
    }
    assert!(server.client(Actor::Client).get("/classes/A").text().contains("Text"));
}

#[test]
fn names_of_fields_are_names_in_every_query() {
    let server = Server::start(json!({"allowClientClassCreation": true}));
    stored(&server, "A", json!({"n": 1, "o": {"k": 1}}));
    let (client, master) = (server.client(Actor::Client), server.client(Actor::Master));
    assert_eq!(found(&client, "A", &json!({"o.k": 1})), Ok(1));
    for name in
        ["n' or 1=1 --", "o.k') or 1=1 --", "o.\"k\"", "n\u{0}", "o.k\\", "n) union select * from sqlite_master --"]
    {
        for caller in [&client, &master] {
            let answer = found(caller, "A", &json!({name: "no"}));
            assert!(
                matches!(&answer, Err(text) if text.starts_with("105") || text.starts_with("102")) || answer == Ok(0),
                "{name}: {answer:?}"
            );
            let ordered = find(caller, "A", &format!("order={name}"));
            assert!(ordered.status == 400 || ordered.status == 200, "{name}: {}", ordered.text());
        }
        let body = json!({format!("o.{name}"): {"__op": "Increment", "amount": 1}});
        let id = text(&master.get("/classes/A").json()["results"][0]["objectId"]);
        let changed = put(&master, &format!("/classes/A/{id}"), &body);
        assert!(changed.status < 500, "{name}: {}", changed.text());
        let distinct = master.get(&format!("/aggregate/A?distinct={name}"));
        assert!(distinct.status < 500, "{name}: {}", distinct.text());
        let grouped = json!([{"$group": {"_id": format!("${name}")}}]);
        assert!(master.get(&format!("/aggregate/A?pipeline={grouped}")).status < 500, "{name}");
    }
    assert_eq!(found(&client, "A", &json!({"n": 1})), Ok(1), "nothing was harmed");
}

#[test]
fn no_operator_in_a_device_token_reaches_the_installations_of_others() {
    let server = Server::start(json!({}));
    let client = server.client(Actor::Client);
    let save = |body: Value| client.post("/installations", &body);
    for n in 0..3 {
        let body = json!({"installationId": format!("i{n}"), "deviceToken": format!("t{n}"), "deviceType": "ios"});
        assert_eq!(said(&save(body)), "201");
    }
    let mine = text(&save(json!({"installationId": "mine", "deviceType": "ios"})).json()["objectId"]);
    for shape in shapes() {
        for key in ["deviceToken", "installationId"] {
            let changed = put(&client, &format!("/installations/{mine}"), &json!({key: shape}));
            assert_eq!(changed.status, 400, "{key} {shape}: {}", changed.text());
            let again = json!({"installationId": "mine", "deviceType": "ios", "appIdentifier": shape, key: shape});
            assert_eq!(save(again.clone()).status, 400, "{again}");
        }
    }
    let left = server.client(Actor::Master).get("/installations").json();
    assert_eq!(left["results"].as_array().unwrap().len(), 4);
    let token = json!({"deviceToken": "t1"});
    assert_eq!(said(&put(&client, &format!("/installations/{mine}"), &token)), "200", "a token moves with its device");
}

#[test]
fn what_javascript_has_for_itself_is_no_function_and_no_hook() {
    let server = Server::start(json!({"allowClientClassCreation": true}));
    let peer = crate::support::Peer::start(|_| crate::support::Said::Json(json!({"success": "hi"})));
    let (client, master) = (server.client(Actor::Client), server.client(Actor::Master));
    let hello = json!({"functionName": "hello.world", "url": peer.url("/hello")});
    assert_eq!(said(&master.post("/hooks/functions", &hello)), "200");
    assert_eq!(client.post("/functions/hello.world", &json!({})).json(), json!({"result": "hi"}));
    for name in ["__proto__", "constructor", "toString", "hasOwnProperty", "hello", "hello.world.call", "hello.", "."] {
        let wanted = format!("141: Invalid function: \"{name}\"");
        assert_eq!(said(&client.post(&format!("/functions/{name}"), &json!({}))), wanted);
        assert_eq!(said(&master.get(&format!("/hooks/functions/{name}"))).split(':').next(), Some("143"), "{name}");
    }
    for class in ["constructor", "toString", "hasOwnProperty", "valueOf"] {
        assert_eq!(said(&client.post(&format!("/classes/{class}"), &json!({"a": 1}))), "201", "no hook of {class}");
    }
    assert_eq!(peer.asked().len(), 1, "the honest call");
}

#[test]
fn a_token_of_a_link_is_a_text() {
    let mailbox = crate::support::Mailbox::start();
    let server = Server::start(json!({
        "appName": "App", "publicServerURL": "http://app.test/parse", "emailAdapter": mailbox.whole_adapter(),
        "verifyUserEmails": true,
    }));
    let client = server.client(Actor::Client);
    let user = json!({"username": "user", "password": "pw", "email": "u@e.com"});
    assert_eq!(said(&client.post("/users", &user)), "201");
    let verification = mailbox.next().token();
    assert_eq!(said(&client.post("/requestPasswordReset", &json!({"email": "u@e.com"}))), "200");
    let reset = mailbox.next().token();
    let form = |body: &str, kind: &str| {
        let headers = [("Content-Type", kind), ("X-Requested-With", "XMLHttpRequest")];
        let path = "/apps/app/request_password_reset";
        server.client(Actor::NoKeys).send("POST", path, &headers, Some(body.as_bytes())).status
    };
    let (encoded, script) = ("application/x-www-form-urlencoded", "application/json");
    for operator in ["[$ne]=x", "[$regex]=^.", "[$exists]=true", "[]=x", "[0]=x", "="] {
        assert_ne!(form(&format!("token{operator}&new_password=forged"), encoded), 200, "{operator}");
        let page = server.client(Actor::NoKeys).get(&format!("/apps/app/verify_email?token{operator}"));
        assert!(!page.text().contains("address verified"), "{operator}: {}", page.text());
    }
    for shape in shapes().into_iter().chain([json!(null), json!([reset])]) {
        let body = json!({"token": shape, "new_password": "forged"}).to_string();
        assert_ne!(form(&body, script), 200, "{shape}");
        assert_eq!(client.post("/requestPasswordReset", &json!({"token": shape})).status, 400, "{shape}");
    }
    assert_eq!(said(&log_in(&client, "user", "forged")), "101: Invalid username/password.");
    let verified = || server.client(Actor::Master).get("/users").json()["results"][0]["emailVerified"].clone();
    assert_eq!(verified(), false);
    server.client(Actor::NoKeys).get(&format!("/apps/app/verify_email?token={verification}"));
    assert_eq!(verified(), true, "the honest link");
    assert_eq!(form(&format!("token={reset}&new_password=new"), encoded), 200, "the honest form");
    assert_eq!(said(&log_in(&client, "user", "new")), "200");
}

#[test]
fn the_owner_of_a_relation_is_named_by_a_text() {
    let server = Server::start(json!({"allowClientClassCreation": true}));
    let (user, other) = (User::sign_up(&server, "user"), User::sign_up(&server, "other"));
    let child = stored(&server, "Child", json!({"v": 1}));
    let related = json!({"__op": "AddRelation", "objects": [pointer("Child", &child)]});
    let owner = stored(&server, "Owner", json!({"children": related, "ACL": {&user.id: {"read": true}}}));
    let children = |client: &Client, id: &Value| {
        let object = json!({"__type": "Pointer", "className": "Owner", "objectId": id});
        found(client, "Child", &json!({"$relatedTo": {"object": object, "key": "children"}}))
    };
    assert_eq!(children(&user.client(&server), &json!(owner)), Ok(1));
    let more = [json!({"$in": [owner]}), json!({"$exists": true}), json!({"$eq": owner}), json!([owner]), json!(null)];
    for id in shapes().into_iter().chain(more) {
        for client in [user.client(&server), other.client(&server), server.client(Actor::Client)] {
            assert_eq!(children(&client, &id), Ok(0), "{id}");
        }
    }
}

#[test]
fn a_key_below_what_is_no_object_is_refused() {
    let server = Server::start(json!({"allowClientClassCreation": true}));
    let client = server.client(Actor::Client);
    let whole = json!({
        "p": pointer("B", "x"), "g": {"__type": "GeoPoint", "latitude": 1, "longitude": 2},
        "d": {"__type": "Date", "iso": "2020-01-01T00:00:00.000Z"}, "f": {"__type": "File", "name": "a.txt"}, "o": {},
    });
    let path = format!("/classes/A/{}", stored(&server, "A", whole));
    let shown = || {
        let mut shown = client.get(&path).json();
        shown["updatedAt"].take();
        shown
    };
    assert_eq!(said(&put(&client, &path, &json!({"o.objectId": "y"}))), "200", "an object has keys");
    let (before, count) = (shown(), json!({"__op": "Increment", "amount": 1}));
    for key in ["p.objectId", "p.className", "p.x", "p.objectId.x", "g.latitude", "d.iso", "f.name", "f.url"] {
        for value in [json!("y"), json!({"x": 1}), count.clone()] {
            let answer = put(&client, &path, &json!({key: value}));
            assert!(said(&answer).starts_with("111: "), "{key} {value}: {}", answer.text());
        }
        // Nothing is of any type, and takes nothing away.
        for nothing in [json!(null), json!({"__op": "Delete"})] {
            let answer = put(&client, &path, &json!({key: nothing}));
            assert!(answer.status < 500 && shown() == before, "{key} {nothing}: {}", shown());
        }
    }
}

#[test]
fn what_is_no_whole_file_ends_nothing_that_code_looks_at() {
    let server = Server::start(json!({"allowClientClassCreation": true}));
    let peer = crate::support::Peer::start(|_| crate::support::Said::Json(json!({})));
    let (client, master) = (server.client(Actor::Client), server.client(Actor::Master));
    for trigger in ["beforeSave", "afterSave"] {
        let hook = json!({"className": "A", "triggerName": trigger, "url": peer.url("/hook")});
        assert_eq!(said(&master.post("/hooks/triggers", &hook)), "200");
    }
    for (file, told) in [
        (json!({"name": "a.txt", "url": "http://a.test/a.txt"}), "201"),
        (json!({"name": "a.txt"}), "201"),
        (json!({"name": "a.txt", "url": null}), "201"),
        (json!({}), "111"),
        (json!({"name": null}), "111"),
        (json!({"name": {"$ne": 1}}), "111"),
    ] {
        let mut whole = file.clone();
        whole["__type"] = json!("File");
        let answer = said(&client.post("/classes/A", &json!({"f": whole, "l": [whole]})));
        assert!(answer.starts_with(told), "{file}: {answer}");
    }
    assert_eq!(client.get("/classes/A").json()["results"].as_array().map(Vec::len), Some(3));
    assert!(peer.asked().len() >= 6, "code has seen those that were stored");
}
