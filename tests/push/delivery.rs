//! A push from the request to the phone, and what is told of it.

use super::kit::{ended, install, master, push, pushed, received, server};
use crate::support::backend::Place;
use crate::support::http2::{Door, Http2Peer, Said};
use crate::support::{Actor, Backend, run};
use serde_json::{Value, json};
use std::collections::HashSet;
use std::time::Duration;

fn peer() -> Http2Peer {
    Http2Peer::start(|_| Said::ok())
}

fn badges(server: &crate::support::Server) -> Value {
    let rows = master(server).get("/installations?order=deviceToken&keys=badge").json();
    rows["results"].as_array().unwrap().iter().map(|row| row["badge"].clone()).collect()
}

#[test]
fn each_phone_gets_its_language_and_the_status_tells_how_many() {
    let peer = peer();
    let server = server(&peer, json!({}));
    let master = master(&server);
    install(
        &master,
        &[
            json!({"deviceToken": "aa", "localeIdentifier": "fr-FR", "channels": ["news"]}),
            json!({"deviceToken": "bb", "localeIdentifier": "en-US", "channels": ["news", "x"]}),
            json!({"deviceToken": "cc", "channels": ["other"]}),
            json!({"deviceToken": "dd", "channels": ["news"], "deviceType": "winrt"}),
            json!({"deviceToken": "ee", "channels": ["news"], "appIdentifier": "com.other"}),
            json!({"deviceToken": "ff", "channels": ["news"], "deviceType": "android"}),
            json!({"channels": ["news"], "installationId": "without a token"}),
        ],
    );
    let row = pushed(&master, &json!({"channels": ["news"], "data": {"alert": "hi", "alert-fr": "salut", "k": [1]}}));
    let alert = |text: &str| json!({"aps": {"alert": text}, "k": [1]});
    assert_eq!(received(&peer), [("aa".to_owned(), alert("salut")), ("bb".to_owned(), alert("hi"))]);
    for (key, wanted) in [
        ("status", json!("succeeded")),
        ("numSent", json!(2)),
        ("numFailed", json!(2)),
        ("sentPerType", json!({"ios": 2})),
        ("failedPerType", json!({"ios": 1, "android": 1})),
        ("count", Value::Null),
        ("query", json!(r#"{"channels":{"$in":["news"]}}"#)),
        ("payload", json!(r#"{"alert":"hi","alert-fr":"salut","k":[1]}"#)),
        ("pushHash", json!("49f68a5c8493ec2c0bf489821c21fc3b")),
        ("source", json!("rest")),
    ] {
        assert_eq!(row[key], wanted, "{key} of {row}");
    }
    let nobody = pushed(&master, &json!({"channels": ["nobody"], "data": {"alert": "hi"}}));
    assert_eq!((&nobody["status"], &nobody["numSent"]), (&json!("succeeded"), &json!(0)));
    assert_eq!(received(&peer), []);
}

#[test]
fn a_query_may_ask_for_users() {
    let peer = peer();
    let server = server(&peer, json!({"allowClientClassCreation": true}));
    let master = master(&server);
    let user = |name: &str, plan: &str| {
        let body = json!({"username": name, "password": "p", "plan": plan});
        let id = master.post("/users", &body).json()["objectId"].clone();
        json!({"__type": "Pointer", "className": "_User", "objectId": id})
    };
    install(
        &master,
        &[
            json!({"deviceToken": "aa", "user": user("a", "gold")}),
            json!({"deviceToken": "bb", "user": user("b", "tin")}),
        ],
    );
    let gold = json!({"user": {"$inQuery": {"className": "_User", "where": {"plan": "gold"}}}});
    let row = pushed(&master, &json!({"where": gold, "data": {"alert": "x"}}));
    assert_eq!(row["numSent"], 1, "{row}");
    assert_eq!(received(&peer)[0].0, "aa");
}

#[test]
fn badges_count_up_and_each_phone_shows_its_own() {
    let peer = peer();
    let server = server(&peer, json!({"scheduledPush": true}));
    let master = master(&server);
    install(
        &master,
        &[
            json!({"deviceToken": "aa", "badge": 4}),
            json!({"deviceToken": "bb"}),
            json!({"deviceToken": "cc", "badge": 4}),
        ],
    );
    let everybody = |badge: Value| json!({"where": {}, "data": {"badge": badge}});
    let shown = || received(&peer).into_iter().map(|(_, body)| body["aps"]["badge"].clone()).collect::<Value>();
    assert_eq!(pushed(&master, &everybody(json!("Increment")))["numSent"], 3);
    assert_eq!((shown(), badges(&server)), (json!([5, 1, 5]), json!([5, 1, 5])));
    pushed(&master, &everybody(json!({"__op": "increment", "amount": -2})));
    assert_eq!((shown(), badges(&server)), (json!([3, -1, 3]), json!([3, -1, 3])));
    pushed(&master, &everybody(json!(9)));
    assert_eq!((shown(), badges(&server)), (json!([9, 9, 9]), json!([9, 9, 9])));
    pushed(&master, &everybody(json!(0)));
    assert_eq!((shown(), badges(&server)), (json!([0, 0, 0]), json!([9, 9, 9])));
    // One whom the new number would take out of the query gets it all the same.
    let row = pushed(&master, &json!({"where": {"badge": 9}, "data": {"badge": "Increment"}}));
    assert_eq!((shown(), &row["numSent"]), (json!([10, 10, 10]), &json!(3)));
    let wrong = pushed(&master, &everybody(json!("7")));
    assert_eq!(wrong["status"], "failed");
    let why = "schema mismatch for _Installation.badge; expected Number but got String";
    assert_eq!(wrong["errorMessage"], json!({"code": 111, "message": why}));
    // Put off: the badges change at once, as in Parse Server, and nothing is sent.
    let mut later = everybody(json!(1));
    later["push_time"] = json!("2030-01-01T00:00:00Z");
    let id = push(&master, &later);
    let until = std::time::Instant::now() + Duration::from_secs(20);
    while badges(&server) != json!([1, 1, 1]) {
        assert!(std::time::Instant::now() < until, "{}", badges(&server));
    }
    let row = master.get(&format!("/classes/_PushStatus/{id}")).json();
    let wrong = json!({"where": {}, "push_time": "2030-01-01T00:00:00Z", "data": {"badge": "7"}});
    assert_eq!(pushed(&master, &wrong)["status"], "failed", "nobody needs to wait for it");
    assert_eq!((&row["status"], &row["pushTime"]), (&json!("scheduled"), &json!("2030-01-01T00:00:00.000Z")));
    assert_eq!(received(&peer), []);
}

#[test]
fn tokens_that_are_no_good_are_taken_away_if_that_is_asked_for() {
    let peer = Http2Peer::start(|asked| match asked.path.as_str() {
        "/3/device/aa" => Said::json(410, &json!({"reason": "Unregistered"})),
        "/3/device/bb" => Said::json(400, &json!({"reason": "BadDeviceToken"})),
        "/3/device/cc" => Said::json(400, &json!({"reason": "BadTopic"})),
        _ => Said::ok(),
    });
    let mut server = server(&peer, json!({}));
    let phones = ["aa", "bb", "cc", "dd"].map(|token| json!({"deviceToken": token}));
    install(&master(&server), &phones);
    let push = json!({"where": {}, "data": {"alert": "x"}});
    let tokens = |server: &crate::support::Server| {
        let rows = master(server).get("/installations?keys=deviceToken").json();
        let tokens = rows["results"].as_array().unwrap().iter().filter_map(|row| row["deviceToken"].as_str());
        let mut tokens: Vec<String> = tokens.map(str::to_owned).collect();
        tokens.sort();
        tokens
    };
    let row = pushed(&master(&server), &push);
    assert_eq!((&row["numSent"], &row["numFailed"]), (&json!(1), &json!(3)), "{row}");
    assert_eq!(tokens(&server), ["aa", "bb", "cc", "dd"]);
    server.kill();
    server.configure(json!({"cleanupInvalidInstallations": true}));
    server.restart();
    assert_eq!(pushed(&master(&server), &push)["failedPerType"], json!({"ios": 3}));
    assert_eq!(tokens(&server), ["cc", "dd"]);
    assert_eq!(pushed(&master(&server), &push)["numFailed"], 1);
}

#[test]
fn thousands_are_sent_to_once_each() {
    const PHONES: usize = 3210;
    let peer = peer();
    let server = server(&peer, json!({}));
    let master = master(&server);
    let phones: Vec<Value> = (0..PHONES).map(|i| json!({"deviceToken": format!("{i:08x}"), "badge": i % 3})).collect();
    install(&master, &phones);
    let row = pushed(&master, &json!({"where": {}, "data": {"alert": "x", "badge": "Increment"}}));
    assert_eq!((&row["status"], &row["numSent"], &row["count"]), (&json!("succeeded"), &json!(PHONES), &Value::Null));
    let received = received(&peer);
    let different: HashSet<&str> = received.iter().map(|(token, _)| token.as_str()).collect();
    assert_eq!((received.len(), different.len()), (PHONES, PHONES));
    assert!(received.iter().enumerate().all(|(i, (_, body))| body["aps"]["badge"] == json!(i % 3 + 1)));
    // Queries that speak of ids themselves are read by pages, too.
    let one = master.get("/installations?limit=1").json()["results"][0].clone();
    for clause in [
        json!({"objectId": {"$ne": one["objectId"]}}),
        json!({"objectId": {"$ne": one["objectId"]}, "$and": [{"deviceType": "ios"}]}),
    ] {
        let row = pushed(&master, &json!({"where": clause, "data": {"alert": "y"}}));
        assert_eq!(row["numSent"], json!(PHONES - 1), "{row}");
        let tokens: HashSet<String> = self::received(&peer).into_iter().map(|(token, _)| token).collect();
        assert_eq!(tokens.len(), PHONES - 1);
        assert!(!tokens.contains(one["deviceToken"].as_str().unwrap()));
    }
}

/// What clients store of their own installation has no bound but that of a body; a page of such rows is more than one answer holds.
#[test]
fn fat_installations_are_in_nobodys_way() {
    let peer = peer();
    let server = server(&peer, json!({}));
    let master = master(&server);
    for n in 0..6 {
        let fat = "x".repeat(12 << 20);
        let body = json!({"deviceType": "ios", "deviceToken": format!("fat{n}"), "appIdentifier": fat});
        assert_eq!(server.client(Actor::Client).post("/installations", &body).status, 201);
    }
    install(&master, &["aa", "bb", "cc"].map(|token| json!({"deviceToken": token})));
    let row = pushed(&master, &json!({"where": {}, "data": {"alert": "x"}}));
    let counts = ["status", "numSent", "numFailed"].map(|key| row[key].clone());
    assert_eq!(counts, [json!("succeeded"), json!(3), json!(6)]);
    assert_eq!(received(&peer).len(), 3);
}

#[test]
fn a_server_that_is_stopped_says_whom_it_has_not_reached() {
    const PHONES: usize = 4500;
    let slow = |_: &_| Said::Late(Duration::from_millis(40), Box::new(Said::ok()));
    let peer = Http2Peer::behind(Door { streams: Some(40), ..Door::default() }, slow);
    let mut server = server(&peer, json!({}));
    let phones: Vec<Value> = (0..PHONES).map(|i| json!({"deviceToken": format!("{i:08x}")})).collect();
    install(&master(&server), &phones);
    let id = push(&master(&server), &json!({"where": {}, "data": {"alert": "x"}}));
    std::thread::sleep(Duration::from_millis(300));
    server.terminate();
    assert!(server.wait_exit(Duration::from_secs(30)).is_some_and(|status| status.success()), "{}", server.output());
    let reached = peer.asked().len();
    server.restart();
    let row = ended(&master(&server), &id);
    assert_eq!(row["status"], "failed", "{row}");
    let why = "The server was stopped before this push was sent to all.";
    assert_eq!(row["errorMessage"], json!({"code": -1, "message": why}));
    assert_eq!(row["numSent"], json!(reached), "{row}");
    assert!(reached > 0 && reached < PHONES, "{reached}");
}

#[test]
fn an_old_installation_receives() {
    let dir = tempfile::TempDir::new().unwrap();
    std::fs::create_dir(dir.path().join("in")).unwrap();
    let rows = json!({"results": [{
        "objectId": "oldphone01", "installationId": "1f5b1f5e-0000-4000-8000-00000000abcd", "deviceType": "ios",
        "deviceToken": "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "pushType": "",
        "appIdentifier": "com.app", "appName": "App", "appVersion": "1.0", "parseVersion": "1.2.21", "badge": 2,
        "channels": ["", "giants"], "timeZone": "America/New_York", "localeIdentifier": "en-US",
        "createdAt": "2013-06-11T22:37:12.331Z", "updatedAt": "2014-01-02T03:04:05.006Z",
    }]});
    std::fs::write(dir.path().join("in/_Installation.json"), rows.to_string()).unwrap();
    let place = Place::new(Backend::chosen(), &dir.path().join("database"));
    let ran = run::run(dir.path(), &["import", "in", "--to", place.uri()], &[]);
    assert!(ran.ok, "{}", ran.err);
    let peer = peer();
    let server = server(&peer, json!({"databaseURI": place.uri()}));
    let row = pushed(&master(&server), &json!({"channels": ["giants"], "data": {"alert": "hi", "badge": "Increment"}}));
    assert_eq!(row["numSent"], 1, "{row}");
    let token = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef".to_owned();
    assert_eq!(received(&peer), [(token, json!({"aps": {"alert": "hi", "badge": 3}}))]);
    // The phone, of its time's SDK, tells that its badge is read.
    let phone = json!({"badge": 0, "deviceType": "ios", "installationId": "1f5b1f5e-0000-4000-8000-00000000abcd"});
    let told =
        server.client(Actor::Client).send("PUT", "/installations/oldphone01", &[], Some(phone.to_string().as_bytes()));
    assert_eq!(told.status, 200, "{}", told.text());
    pushed(&master(&server), &json!({"where": {"appVersion": "1.0"}, "data": {"badge": "Increment"}}));
    assert_eq!(received(&peer)[0].1["aps"]["badge"], 1);
}
