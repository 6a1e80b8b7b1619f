//! Providers behind `http-auth-adapter`: what the adapter is asked, and what its answers come to.

use super::*;
use crate::support::{Asked, Peer, Said};

const UNKNOWN: &str = "141: Auth failed. Unknown error.";

/// What the adapter of the tests thinks: the data say it themselves.
fn answers(asked: &Asked) -> Said {
    let data = match asked.path.as_str() {
        "/validateAppId" => return Said::Json(json!({})),
        "/afterFind" => return Said::Json(json!({"result": {"seen": asked.body["args"][0]["master"]}})),
        _ => &asked.body["args"][0],
    };
    match data["say"].clone() {
        Value::Null => Said::Json(json!({})),
        say if say == "broken" => Said::Bytes(Vec::new()),
        say => Said::Json(say),
    }
}

fn server(peer: &Peer, bridge: &Value) -> Server {
    let mut all = json!({"url": peer.url("")});
    all.as_object_mut().unwrap().extend(bridge.as_object().unwrap().clone());
    Server::start(json!({"auth": {"own": {"module": "http-auth-adapter", "bridge": all, "appIds": ["a"], "more": 1}}}))
}

fn own(data: Value) -> Value {
    json!({"authData": {"own": data}})
}

/// The methods that were called since the last look, and what the last one was called with.
fn called(peer: &Peer) -> (Vec<String>, Value) {
    let asked = peer.asked();
    let last = asked.last().map(|asked| asked.body["args"].clone()).unwrap_or_default();
    (asked.into_iter().map(|asked| asked.path[1..].to_owned()).collect(), last)
}

#[test]
fn one_method_checks_everything() {
    let peer = Peer::start(answers);
    let server = server(&peer, &json!({"methods": ["validateAuthData", "validateAppId"]}));
    let client = server.client(Actor::Client);
    let made = client.post("/users", &own(json!({"id": "1", "t": "x"})));
    assert_eq!((made.status, &made.json()["authDataResponse"]), (201, &json!({})));
    let asked = peer.asked();
    let (app, whole) = (&asked[0].body["args"], &asked[1].body["args"]);
    assert_eq!(
        (asked.len(), asked[0].path.as_str(), asked[1].path.as_str()),
        (2, "/validateAppId", "/validateAuthData")
    );
    let options = json!({"appIds": ["a"], "more": 1});
    assert_eq!((&app[0], &app[1], &app[2]), (&json!(["a"]), &json!({"id": "1", "t": "x"}), &options));
    assert_eq!((&whole[0], &whole[1], &whole[3]), (&app[1], &options, &Value::Null));
    let request = &whole[2];
    assert_eq!(
        (&request["master"], &request["ip"], &request["original"]),
        (&json!(false), &json!("127.0.0.1"), &Value::Null)
    );
    assert_eq!((&request["object"]["__type"], &request["object"]["className"]), (&json!("Object"), &json!("_User")));
    assert_eq!(request["object"]["authData"], json!({"own": {"id": "1", "t": "x"}}));
    assert!(request["headers"]["x-parse-application-id"].is_string() && request["triggerName"].is_null(), "{request}");

    let again = client.post("/users", &own(json!({"id": "1", "t": "y"})));
    assert_eq!((again.status, &again.json()["objectId"]), (200, &made.json()["objectId"]));
    let (_, args) = called(&peer);
    assert_eq!(args[2]["original"]["authData"]["own"], json!({"id": "1", "t": "x"}), "the adapter sees what is stored");
    let master = server.client(Actor::Master);
    let stored = || master.get("/users").json()["results"][0]["authData"]["own"].clone();
    assert_eq!(stored(), json!({"id": "1", "t": "y"}));
    let save = json!({"result": {"save": {"id": "1", "s": 1}, "response": {"told": true}}});
    let saved = client.post("/users", &own(json!({"id": "1", "say": save})));
    assert_eq!(
        (&saved.json()["authDataResponse"], stored()),
        (&json!({"own": {"told": true}}), json!({"id": "1", "s": 1}))
    );
    client.post("/users", &own(json!({"id": "1", "say": {"result": {"doNotSave": true}}})));
    assert_eq!(stored(), json!({"id": "1", "s": 1}));
}

#[test]
fn what_the_adapter_throws_is_told() {
    let peer = Peer::start(answers);
    let server = server(&peer, &json!({"methods": ["validateAuthData"]}));
    let client = server.client(Actor::Client);
    for (say, status, told) in [
        (json!({"error": "no"}), 400, "141: no"),
        (json!({"error": {"code": 101, "message": "who"}}), 404, "101: who"),
        (json!({"error": {"code": 777, "message": "own"}}), 400, "777: own"),
        (json!({"error": {"message": "no code"}}), 400, "141: no code"),
        (json!({"error": {"none": true}}), 400, UNKNOWN),
        (json!(["no object"]), 400, UNKNOWN),
        (json!("broken"), 400, UNKNOWN),
    ] {
        let answer = client.post("/users", &own(json!({"id": "1", "say": say})));
        assert_eq!((answer.status, said(&answer).as_str()), (status, told), "{say}");
    }
    assert_eq!(server.client(Actor::Master).get("/users").json()["results"], json!([]), "nobody came in");
}

#[test]
fn set_up_log_in_and_update_are_told_apart() {
    let peer = Peer::start(answers);
    let methods = json!({"methods": ["validateSetUp", "validateLogin", "validateUpdate"]});
    let server = server(&peer, &methods);
    let client = server.client(Actor::Client);
    let made = client.post("/users", &own(json!({"id": "1"})));
    let (methods, args) = called(&peer);
    assert_eq!((methods, &args[2]["triggerName"]), (vec!["validateSetUp".to_owned()], &json!("validateSetUp")));
    let user = server.client(Actor::Session(text(&made.json()["sessionToken"])));
    let path = format!("/users/{}", text(&made.json()["objectId"]));
    assert_eq!(client.post("/users", &own(json!({"id": "1"}))).status, 200);
    assert_eq!(called(&peer).0, ["validateLogin"]);
    assert_eq!(said(&put(&user, &path, &own(json!({"id": "1"})))), "200");
    assert_eq!(called(&peer).0, Vec::<String>::new(), "nothing is new");
    assert_eq!(said(&put(&user, &path, &own(json!({"id": "1", "new": 1})))), "200");
    let (methods, args) = called(&peer);
    assert_eq!(methods, ["validateUpdate"]);
    assert_eq!(args[2]["user"]["className"], "_User");
    assert_eq!(said(&put(&server.client(Actor::Master), &path, &own(json!({"id": "1", "new": 2})))), "200");
    assert_eq!(called(&peer).0, ["validateUpdate"]);
    let other = User::sign_up(&server, "other");
    let body = json!({"authData": {"own": {"id": "2"}}, "nick": "n", "password": "secret"});
    assert_eq!(said(&put(&other.client(&server), &other.path(), &body)), "200");
    let (methods, args) = called(&peer);
    assert_eq!((methods, &args[2]["object"]["nick"]), (vec!["validateSetUp".to_owned()], &json!("n")));
    assert!(!args.to_string().contains("secret"), "an adapter is not told passwords: {args}");
}

#[test]
fn a_policy_says_what_else_a_log_in_needs() {
    let peer = Peer::start(answers);
    let url = peer.url("");
    let bridge = |policy: &str| {
        let bridge = json!({"url": url, "methods": ["validateAuthData"], "policy": policy});
        json!({"module": "http-auth-adapter", "bridge": bridge})
    };
    let auth = json!({"plain": bridge("default"), "key": bridge("solo"), "code": bridge("additional")});
    let server = Server::start(json!({"auth": auth}));
    let client = server.client(Actor::Client);
    let user = User::sign_up(&server, "ann");
    let all = json!({"authData": {"plain": {"id": "p"}, "key": {"id": "k"}, "code": {"c": 1}}});
    assert_eq!(said(&put(&user.client(&server), &user.path(), &all)), "200");
    let missing = "-1: Missing additional authData code";
    assert_eq!(said(&log_in(&client, "ann", "pw")), missing);
    for (sent, told) in [
        (json!({"plain": {"id": "p"}}), missing),
        (json!({"key": {"id": "k"}}), "200"),
        (json!({"plain": {"id": "p"}, "code": {"c": 1}}), "200"),
    ] {
        assert_eq!(said(&client.post("/users", &json!({"authData": sent}))), told, "{sent}");
    }
}

#[test]
fn a_challenge_is_answered_by_the_adapter() {
    let peer = Peer::start(answers);
    let server = server(&peer, &json!({"methods": ["validateAuthData", "challenge"]}));
    let client = server.client(Actor::Client);
    client.post("/users", &own(json!({"id": "1"})));
    peer.asked();
    let ask = |wish: Value| client.post("/challenge", &json!({"challengeData": {"own": wish}}));
    assert_eq!(ask(json!({"say": {"result": {"nonce": 7}}})).json(), json!({"challengeData": {"own": {"nonce": 7}}}));
    let (methods, args) = called(&peer);
    assert_eq!(
        (methods, &args[1], &args[3]["isChallenge"]),
        (vec!["challenge".to_owned()], &Value::Null, &json!(true))
    );
    assert_eq!(ask(json!({})).json(), json!({"challengeData": {"own": true}}));
    assert_eq!(said(&ask(json!({"say": {"error": {"none": true}}}))), "141: Challenge failed. Unknown error.");
    let known = json!({"challengeData": {"own": {}}, "authData": {"own": {"id": "1"}}});
    peer.asked();
    assert_eq!(client.post("/challenge", &known).status, 200);
    let (methods, args) = called(&peer);
    assert_eq!((methods, &args[1]), (vec!["validateAuthData".to_owned(), "challenge".into()], &json!({"id": "1"})));
    assert_eq!(args[3]["original"]["authData"]["own"], json!({"id": "1"}));
    let guessed = json!({"challengeData": {"own": {}}, "authData": {"own": {"id": "1", "say": {"error": "no"}}}});
    assert_eq!(said(&client.post("/challenge", &guessed)), "101: User not found.");
}

#[test]
fn the_adapter_says_what_is_shown() {
    let peer = Peer::start(answers);
    let server = server(&peer, &json!({"methods": ["validateAuthData", "afterFind"]}));
    let client = server.client(Actor::Client);
    let made = client.post("/users", &own(json!({"id": "1", "hidden": "x"}))).json();
    let (user, master) = (server.client(Actor::Session(text(&made["sessionToken"]))), server.client(Actor::Master));
    let path = format!("/users/{}", text(&made["objectId"]));
    let note = json!({"by": {"__type": "Pointer", "className": "_User", "objectId": made["objectId"]}});
    master.post("/classes/Note", &note);
    peer.asked();
    let seen = |by: bool| json!({"own": {"seen": by}});
    assert_eq!(client.post("/users", &own(json!({"id": "1", "hidden": "x"}))).json()["authData"], seen(false));
    let (methods, args) = called(&peer);
    assert_eq!((methods.last().unwrap().as_str(), &args[1]), ("afterFind", &json!({"id": "1", "hidden": "x"})));
    assert_eq!(args[2], json!({"appIds": ["a"], "more": 1}));
    for answer in [user.get("/users/me"), user.get(&path), user.get("/users?limit=1")] {
        let body = answer.json();
        let row = body["results"].get(0).unwrap_or(&body);
        assert_eq!(row["authData"], seen(false), "{body}");
    }
    assert_eq!(master.get(&path).json()["authData"], seen(true));
    assert_eq!(master.get("/classes/Note?include=by").json()["results"][0]["by"]["authData"], seen(true));
    peer.asked();
    assert!(client.get(&path).json().get("authData").is_none(), "others see nothing");
    assert_eq!(called(&peer).0, Vec::<String>::new(), "and the adapter is not asked");
}

#[test]
fn telephones_are_the_other_second_factor() {
    let peer = Peer::start(|asked: &Asked| match asked.body["args"][1].as_str() {
        Some("+13") => Said::Json(json!({"error": "no such number"})),
        _ => Said::Json(json!({})),
    });
    let bridge = json!({"url": peer.url(""), "methods": ["sendSMS"]});
    let mfa = json!({"module": "http-auth-adapter", "bridge": bridge, "options": ["SMS", "TOTP"]});
    let server = Server::start(json!({"auth": {"mfa": mfa}}));
    let (user, client) = (User::sign_up(&server, "ann"), server.client(Actor::Client));
    let own = user.client(&server);
    let change = |data: Value| said(&put(&own, &user.path(), &json!({"authData": {"mfa": data}})));
    let sent = || {
        let asked = peer.asked();
        assert!(
            asked.len() == 1 && asked[0].path == "/sendSMS" && asked[0].body["args"][1] == "+15551234",
            "{asked:?}"
        );
        let token = text(&asked[0].body["args"][0]);
        assert!(token.len() == 6 && token.bytes().all(|digit| digit.is_ascii_digit()), "{token}");
        token
    };
    let shown = || own.get("/users/me").json()["authData"]["mfa"].clone();
    assert_eq!(change(json!({"mobile": "call me"})), "141: Invalid mobile number.");
    assert_eq!(change(json!({"mobile": "+13"})), "141: no such number");
    peer.asked();
    assert_eq!(change(json!({"mobile": "+15551234"})), "200");
    let token = sent();
    assert_eq!((said(&log_in(&client, "ann", "pw")), shown()), ("200".into(), json!({"status": "disabled"})));
    assert_eq!(change(json!({"mobile": "+15551234"})), "141: MFA is already set up on this account");
    assert_eq!(change(json!({"mobile": "+1", "token": token})), "141: This number is not pending");
    assert_eq!(change(json!({"mobile": "+15551234", "token": {"$ne": "1"}})), "141: Invalid MFA token");
    assert_eq!(change(json!({"mobile": "+15551234", "token": token})), "200");
    assert_eq!(shown(), json!({"status": "enabled"}));
    let with = |token: Value| {
        let data = json!({"mfa": {"token": token}});
        said(&client.post("/login", &json!({"username": "ann", "password": "pw", "authData": data})))
    };
    assert_eq!(said(&log_in(&client, "ann", "pw")), "-1: Missing additional authData mfa");
    assert_eq!(with(json!("")), "141: Invalid MFA token 1", "none was sent yet");
    assert_eq!(with(json!("request")), "141: Please enter the token");
    let token = sent();
    assert_eq!(with(json!({"$ne": "1"})), "141: Invalid MFA token 1");
    assert_eq!(with(json!(token)), "200");
    assert_eq!(with(json!(token)), "141: Invalid MFA token 1", "a token is good once");
    let stored = server.client(Actor::Master).get(&user.path()).json()["authData"]["mfa"].clone();
    assert_eq!(stored, json!({"pending": {}, "mobile": "+15551234"}));
}
