//! Batches with `transaction: true` that concern users: all of what they do happens, or none of it.

use super::*;

fn transaction(client: &Client, requests: &[Value]) -> Answer {
    client.post("/batch", &json!({"transaction": true, "requests": requests}))
}

fn create(path: &str, body: Value) -> Value {
    json!({"method": "POST", "path": format!("/parse{path}"), "body": body})
}

fn count(server: &Server, class: &str) -> Value {
    server.client(Actor::Master).get(&format!("/classes/{class}?count=1&limit=0")).json()["count"].clone()
}

#[test]
fn a_new_user_and_its_session_come_with_the_rest_or_not_at_all() {
    if !Backend::has_transactions("users in transactions") {
        return;
    }
    let server = Server::start(json!({"allowClientClassCreation": true}));
    let client = server.client(Actor::Client);
    let user = |name: &str| create("/users", json!({"username": name, "password": "pw"}));
    let done = transaction(&client, &[user("one"), create("/classes/A", json!({"n": 1}))]);
    let token = text(&done.json()[0]["success"]["sessionToken"]);
    assert_eq!(said(&server.client(Actor::Session(token)).get("/users/me")), "200");
    let failed = transaction(&client, &[user("two"), user("one"), create("/classes/A", json!({"n": 2}))]);
    assert_eq!(said(&failed), "202: Account already exists for this username.");
    assert_eq!(said(&log_in(&client, "two", "pw")), "101: Invalid username/password.");
    assert_eq!([count(&server, "_User"), count(&server, "_Session"), count(&server, "A")], [1, 1, 1]);
}

#[test]
fn log_ins_and_sessions_are_no_part_of_one() {
    if !Backend::has_transactions("log-ins in transactions") {
        return;
    }
    let server = Server::start(json!({"allowClientClassCreation": true}));
    let client = server.client(Actor::Client);
    let anonymous = || create("/users", json!({"authData": {"anonymous": {"id": "a"}}}));
    let made = transaction(&client, &[anonymous()]);
    let token = text(&made.json()[0]["success"]["sessionToken"]);
    let object = || create("/classes/A", json!({"n": 1}));
    assert_eq!(said(&transaction(&client, &[object(), anonymous()])), "108: A log-in cannot be part of a transaction");
    let own = server.client(Actor::Session(token));
    for path in ["/sessions", "/classes/_Session"] {
        let refused = transaction(&own, &[object(), create(path, json!({}))]);
        assert_eq!(said(&refused), "108: A new session cannot be part of a transaction", "{path}");
    }
    let by_password = create("/login", json!({"username": "x", "password": "y"}));
    assert!(said(&transaction(&client, &[object(), by_password])).starts_with("108: POST /login in a transaction"));
    assert_eq!((count(&server, "_Session"), said(&client.get("/classes/A"))), (json!(1), "200".into()));
    assert_eq!(client.get("/classes/A").json(), json!({"results": []}), "nothing of these batches was written");
    assert_eq!(said(&client.post("/batch", &json!({"requests": [anonymous()]}))), "200", "a batch may log in");
}

#[test]
fn a_user_who_must_verify_its_address_first_is_not_made_in_a_transaction_that_says_so() {
    if !Backend::has_transactions("sign-ups in transactions") {
        return;
    }
    let adapter =
        json!({"module": "http-email-adapter", "options": {"url": "http://127.0.0.1:1", "methods": ["sendMail"]}});
    let server = Server::start(json!({"verifyUserEmails": true, "preventLoginWithUnverifiedEmail": true,
        "preventSignupWithUnverifiedEmail": true, "appName": "app", "publicServerURL": "http://127.0.0.1/parse",
        "emailAdapter": adapter}));
    let body = json!({"username": "one", "password": "pw", "email": "one@example.com"});
    let answer = transaction(&server.client(Actor::Client), &[create("/users", body)]);
    assert_eq!((said(&answer), count(&server, "_User")), ("205: User email is not verified.".into(), json!(0)));
}
