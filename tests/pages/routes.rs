//! Routes of an app's own beside its pages: what their server is asked, and what comes of its answers.

use super::*;
use crate::support::{Asked, Peer, Said};
use std::time::{Duration, Instant};

/// What a page shows of what it is told.
const SHOWS: &str = "[{{appName}}|{{token}}|{{locale}}|{{n}}|{{list}}]";

/// Pages whose routes are these: method, path, and the path of the peer that is asked.
fn pages(peer: &Peer, routes: &[(&str, &str, &str)], more: Value) -> Pages {
    let route = |(method, path, place): &(&str, &str, &str)| json!({"method": method, "path": path, "handler": peer.url(place)});
    let mut options = json!({"customRoutes": routes.iter().map(route).collect::<Vec<_>>()});
    options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    Pages::start(
        &[("shows.html", SHOWS), ("de/shows.html", "german {{token}}"), ("sub/x.html", "x")],
        options,
        json!({}),
    )
}

/// A peer that says what the query string of the question wants said.
fn echo() -> Peer {
    Peer::start(|asked: &Asked| {
        let wanted = asked.body["args"][0]["query"]["say"].as_str().unwrap_or("{}").to_owned();
        Said::With(200, "content-type: application/json", wanted)
    })
}

fn say(answer: &Value) -> String {
    let text: String = answer.to_string().bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("/apps/app/give?say={text}")
}

fn shown(pages: &Pages, result: &Value) -> String {
    pages.get(&say(&json!({"result": result}))).text()
}

#[test]
fn a_server_is_told_of_the_request_and_of_no_key() {
    let peer = Peer::start(|_| Said::Json(json!({"result": {"file": "shows.html"}})));
    let pages = pages(&peer, &[("GET", "items/:id", "/a"), ("POST", "files/*rest", "/b")], json!({}));
    let keys = [
        ("X-Parse-Master-Key", "m"),
        ("x-parse-rest-api-key", "r"),
        ("X-Parse-Maintenance-Key", "n"),
        ("Authorization", "basic YXBwOm0="),
        ("Cookie", "a=b"),
        ("X-Requested-With", "XMLHttpRequest"),
    ];
    let client = pages.server.client(Actor::NoKeys);
    assert_eq!(client.send("GET", "/Apps/app/Items/a%20b?x=1&y[z]=2", &keys, None).text(), "[App||||]");
    let asked = peer.asked();
    let (question, request) = (&asked[0], &asked[0].body["args"][0]);
    assert_eq!((question.path.as_str(), question.body.as_object().unwrap().len()), ("/a", 1));
    assert!(!question.headers.iter().any(|(name, _)| name.starts_with("x-parse") || name == "cookie"));
    let mount = "/parse";
    assert_eq!(request["url"], "/Apps/app/Items/a%20b?x=1&y%5Bz%5D=2");
    assert_eq!(request["originalUrl"], format!("{mount}/Apps/app/Items/a%20b?x=1&y%5Bz%5D=2"));
    assert_eq!((&request["path"], &request["baseUrl"]), (&json!("/Apps/app/Items/a%20b"), &json!(mount)));
    assert_eq!(
        (&request["method"], &request["ip"], &request["xhr"]),
        (&json!("GET"), &json!("127.0.0.1"), &json!(true))
    );
    assert_eq!(request["query"], json!({"x": "1", "y": {"z": "2"}}));
    assert_eq!(request["params"], json!({"appId": "app", "id": "a b"}));
    let config = json!({"appId": "app", "applicationId": "app", "appName": "App", "publicServerURL": URL});
    assert_eq!((&request["config"], &request["body"]), (&config, &Value::Null));
    let headers = request["headers"].as_object().unwrap();
    assert_eq!(headers["cookie"], "a=b");
    let secret = |name: &String| name.ends_with("-key") || name == "authorization";
    assert!(!headers.keys().any(secret), "{headers:?}");

    let bearer = [("Authorization", "Bearer t"), ("Content-Type", "application/x-www-form-urlencoded")];
    client.send("POST", "/apps/app/files/a/b%2Fc", &bearer, Some(b"k=1&k=2&locale=de"));
    let request = &peer.asked()[0].body["args"][0];
    assert_eq!(request["params"]["rest"], json!(["a", "b/c"]));
    assert_eq!(request["body"], json!({"k": ["1", "2"], "locale": "de"}));
    assert_eq!(request["headers"]["authorization"], "Bearer t");
}

#[test]
fn what_it_answers_is_shown() {
    let peer = echo();
    let pages = pages(&peer, &[("GET", "give", "/give")], json!({"enableLocalization": true}));
    let file = |query: Value| shown(&pages, &json!({"file": "shows.html", "query": query}));
    assert_eq!(file(json!({"token": "<t>", "n": 1.5, "list": [1, "b"]})), "[App|&lt;t&gt;||1.5|1,b]");
    assert_eq!(file(json!({"appName": "mine", "locale": "fr"})), "[App||||]", "the app is not another's to say");
    let german = pages
        .get(&format!("{}&locale=de-AT", say(&json!({"result": {"file": "shows.html", "query": {"token": "t"}}}))));
    assert_eq!(german.text(), "german t");
    assert_eq!(
        (header(&german, "x-parse-page-param-token"), header(&german, "x-parse-page-param-locale")),
        ("t", "de-AT")
    );
    assert_eq!(header(&german, "content-security-policy"), "", "it may be shown in a frame");
    assert_eq!(shown(&pages, &json!({"file": "/sub/x.html"})), "x");
    let house = shown(&pages, &json!({"file": "password_reset.html", "query": {"token": "abc"}}));
    assert!(house.contains("name=\"token\" value=\"abc\""), "{house}");
    put(&pages.dir.path().join("secret.html"), "secret");
    for result in [
        Value::Null,
        json!({}),
        json!("shows.html"),
        json!([1]),
        json!({"file": ""}),
        json!({"query": {"a": 1}}),
        json!({"file": "none.html"}),
        json!({"file": "../secret.html"}),
        json!({"file": "sub"}),
    ] {
        let answer = pages.get(&say(&json!({"result": result})));
        assert_eq!((answer.status, answer.text()), (404, "Not found.".to_owned()), "{result}");
    }
    assert_eq!(pages.get("/apps/app/give").status, 404, "an answer that says nothing");
    assert_eq!(pages.get(&say(&json!({"error": {"none": true}}))).status, 404);
    for (error, status, told) in [
        (json!({"code": 101, "message": "gone"}), 404, json!({"code": 101, "error": "gone"})),
        (json!({"code": 777, "message": "own"}), 400, json!({"code": 777, "error": "own"})),
        (json!({"message": "password is x"}), 500, json!({"code": 1, "message": "Internal server error."})),
    ] {
        let answer = pages.get(&say(&json!({"error": error})));
        assert_eq!((answer.status, answer.json()), (status, told), "{error}");
    }
}

#[test]
fn pages_come_before_routes_and_files_after_them() {
    let peer =
        Peer::start(|asked| Said::Json(json!({"result": {"file": "shows.html", "query": {"token": asked.path}}})));
    let routes = [
        ("GET", "verify_email", "/never"),
        ("GET", ":locale/hi", "/first"),
        ("GET", "de/hi", "/second"),
        ("PUT", "put", "/put"),
    ];
    let pages = pages(&peer, &routes, json!({"enableLocalization": true}));
    assert!(pages.get("/apps/app/verify_email").text().contains("<h1>"));
    assert_eq!(pages.get("/apps/app/de/hi").text(), "german &#x2F;first", "the path says the language");
    assert_eq!(pages.get("/apps/app/de/hi?locale=fr").text(), "[App|&#x2F;first|fr||]");
    assert_eq!(pages.get("/apps/sub/x.html").text(), "x");
    let client = pages.server.client(Actor::NoKeys);
    assert_eq!(client.send("PUT", "/apps/app/put", &[], None).text(), "[App|&#x2F;put|||]");
    assert_eq!(client.send("HEAD", "/apps/app/fr/hi", &[], None).status, 200);
    peer.asked();
    for (method, path, status) in
        [("GET", "/apps/other/de/hi", 403), ("POST", "/apps/app/put", 403), ("GET", "/apps/app/put", 404)]
    {
        assert_eq!(client.send(method, path, &[], None).status, status, "{method} {path}");
    }
    let broken = client.get("/apps/app/%zz/hi");
    assert_eq!((broken.status, broken.json()), (400, json!({"error": "Failed to decode param '%zz'"})));
    assert_eq!(peer.asked().len(), 0);
}

#[test]
fn a_redirect_leads_where_the_app_wants_it() {
    let peer = echo();
    let custom = json!({"customUrls": {"passwordReset": "https://app.test/reset?a=b"}});
    let pages = pages(&peer, &[("GET", "give", "/give")], custom);
    let sent = pages.get(&say(&json!({"result": {"file": "passwordReset", "query": {"a": "c", "n": 5}}})));
    let place = "https://app.test/reset?a=c&n=5&appId=app&appName=App&publicServerUrl=http%3A%2F%2Fmail.test%2Fparse";
    assert_eq!((sent.status, header(&sent, "location")), (303, place));
}

#[test]
fn a_server_that_misbehaves_holds_nobody_up() {
    let peer = Peer::start(|asked: &Asked| match asked.path.as_str() {
        "/hangs" => Said::Nothing,
        "/closes" => Said::Bytes(Vec::new()),
        "/large" => Said::With(200, "x: y", format!("{{\"result\":\"{}\"}}", "x".repeat(300 << 10))),
        "/moved" => Said::With(302, "location: /good", "{}".to_owned()),
        "/text" => Said::With(200, "x: y", "hello".to_owned()),
        "/status" => Said::With(503, "x: y", "{}".to_owned()),
        "/number" => Said::Json(json!({"result": {"file": 5}})),
        _ => Said::Json(json!({"result": {"file": "shows.html"}})),
    });
    let names = ["hangs", "closes", "large", "moved", "text", "status", "number", "good"];
    let places: Vec<String> = names.iter().map(|name| format!("/{name}")).collect();
    let routes: Vec<_> = names.iter().zip(&places).map(|(name, place)| ("GET", *name, place.as_str())).collect();
    let pages = pages(&peer, &routes, json!({}));
    let started = Instant::now();
    std::thread::scope(|scope| {
        let hanging: Vec<_> = (0..100).map(|_| scope.spawn(|| pages.get("/apps/app/hangs").status)).collect();
        for name in &names[1..7] {
            let answer = pages.get(&format!("/apps/app/{name}"));
            let told = json!({"code": 1, "message": "Internal server error."});
            assert_eq!((answer.status, answer.json()), (500, told), "{name}");
        }
        assert_eq!(pages.get("/apps/app/good").text(), "[App||||]");
        assert!(started.elapsed() < Duration::from_secs(8), "the others wait for the one that hangs");
        assert!(hanging.into_iter().all(|one| one.join().unwrap() == 500));
    });
    let took = started.elapsed();
    assert!((Duration::from_secs(9)..Duration::from_secs(25)).contains(&took), "{took:?}");
    for wanted in ["is too large", "is no JSON object", "answered 302", "503", "did not answer in time", "no text"] {
        assert!(pages.server.output().contains(wanted), "the log does not say: {wanted}");
    }
}
