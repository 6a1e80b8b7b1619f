//! What a request costs: each command on its way to MongoDB is counted by a peer in front of it.

use crate::support::backend::{away_with, mongo_uri};
use crate::support::mongo_peer::{Peer, Sent};
use crate::support::{Actor, Answer, Backend, Server};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};

struct Bed {
    peer: Peer,
    server: Server,
    database: String,
}

impl Drop for Bed {
    fn drop(&mut self) {
        self.server.kill();
        away_with(&self.database);
    }
}

impl Bed {
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let (engine, number) = (mongo_uri().unwrap(), NEXT.fetch_add(1, Ordering::Relaxed));
        let database = format!("{}/mh_trips_{}_{number}", engine.trim_end_matches('/'), std::process::id());
        let peer = Peer::before(&database);
        // What is remembered is remembered until the test is over.
        let options = json!({ "databaseURI": peer.uri(""), "cacheTTL": 600_000, "enforcePrivateUsers": false });
        let server = Server::start_on(Backend::Sqlite, options);
        Self { peer, server, database }
    }

    /// What was sent to the database meanwhile, but for looks at what others have changed.
    fn sent(&self) -> Vec<Sent> {
        let watched = ["_SCHEMA", "_Hooks"];
        self.peer.take().into_iter().filter(|sent| !watched.contains(&sent.collection.as_str())).collect()
    }

    /// Asks, and says what the database was asked for it.
    fn asks(&self, actor: &Actor, method: &str, path: &str, body: Option<Value>) -> (Answer, Vec<Sent>) {
        self.sent();
        let body = body.map(|body| body.to_string());
        let answer = self.server.client(actor.clone()).send(method, path, &[], body.as_deref().map(str::as_bytes));
        (answer, self.sent())
    }

    /// Asks what must succeed at the cost of these commands.
    fn costs(&self, actor: &Actor, (method, path): (&str, &str), body: Option<Value>, commands: &[&str]) -> Value {
        let (answer, sent) = self.asks(actor, method, path, body);
        assert!(answer.status < 300, "{method} {path}: {}", answer.text());
        let told: Vec<String> = sent.iter().map(|one| format!("{} {}", one.name, one.collection)).collect();
        assert_eq!(told, commands, "{method} {path}");
        answer.json()
    }

    /// Ann, who holds a role that another holds, and some objects.
    fn fill(&self) {
        let master = |path: &str, body: Value| {
            let (answer, _) = self.asks(&Actor::Master, "POST", path, Some(body));
            assert_eq!(answer.status, 201, "{path}: {}", answer.text());
            answer.json()["objectId"].clone()
        };
        let pointer = |class: &str, id: Value| json!({ "__type": "Pointer", "className": class, "objectId": id });
        let holds = |pointer: Value| json!({ "__op": "AddRelation", "objects": [pointer] });
        let ann = master("/users", json!({ "username": "ann", "password": "p", "email": "ann@x.org" }));
        let low = master("/roles", json!({ "name": "low", "ACL": {}, "users": holds(pointer("_User", ann)) }));
        master("/roles", json!({ "name": "high", "ACL": {}, "roles": holds(pointer("_Role", low)) }));
        for n in 0..3 {
            master(
                "/classes/T",
                json!({ "n": n, "s": "text", "ACL": { "role:high": { "read": true, "write": true } } }),
            );
        }
    }
}

#[test]
fn a_request_costs_as_few_commands_as_it_can() {
    if !Backend::has_mongo("the commands of a request") {
        return;
    }
    let bed = Bed::new();
    bed.fill();
    let (client, master) = (Actor::Client, Actor::Master);
    // Are name and address free, before and after; who holds the user; and the user as it may see itself.
    let user = json!({ "username": "bob", "password": "p", "email": "b@x.org" });
    bed.costs(
        &client,
        ("POST", "/users"),
        Some(user),
        &["find _User", "insert _User", "find _User", "insert _Session"],
    );
    // The user; is it unchanged, before and after; its roles; and itself as it may see itself.
    let login = [
        "find _User",
        "find _User",
        "insert _Session",
        "find _User",
        "aggregate _Join:users:_Role",
        "find _Role",
        "find _User",
    ];
    let ann = json!({ "username": "ann", "password": "p" });
    let login = bed.costs(&client, ("POST", "/login"), Some(ann), &login);
    let ann = Actor::Session(login["sessionToken"].as_str().unwrap().to_owned());
    // The session is looked up once; the roles were at the log-in.
    let rows = bed.costs(&ann, ("GET", "/classes/T"), None, &["find _Session", "find _User", "find T"]);
    assert_eq!(rows["results"].as_array().map(Vec::len), Some(3), "by a role of a role");
    bed.costs(&ann, ("GET", "/classes/T"), None, &["find T"]);
    bed.costs(&ann, ("GET", "/classes/T?count=1"), None, &["find T", "aggregate T"]);
    let id = rows["results"][0]["objectId"].as_str().unwrap();
    let one = format!("/classes/T/{id}");
    bed.costs(&ann, ("GET", &one), None, &["find T"]);
    bed.costs(&ann, ("PUT", &one), Some(json!({ "n": 7 })), &["findAndModify T"]);
    bed.costs(&ann, ("DELETE", &one), None, &["delete T"]);
    bed.costs(&ann, ("POST", "/classes/T"), Some(json!({ "n": 8 })), &["insert T"]);
    let create = |n: usize| json!({ "method": "POST", "path": "/parse/classes/T", "body": { "n": n } });
    let batch = json!({ "requests": (0..50).map(create).collect::<Vec<_>>() });
    let done = bed.costs(&ann, ("POST", "/batch"), Some(batch), &["insert T"]);
    assert_eq!(done.as_array().map(Vec::len), Some(50));
    // Whoever changes the roles makes all look again, in two commands.
    bed.costs(&master, ("POST", "/roles"), Some(json!({ "name": "other", "ACL": {} })), &["insert _Role"]);
    bed.costs(&ann, ("GET", "/classes/T"), None, &["aggregate _Join:users:_Role", "find _Role", "find T"]);
}

#[test]
fn a_transaction_is_refused_before_anything_happens() {
    if !Backend::has_mongo("transactions on a standalone server") {
        return;
    }
    let bed = Bed::new();
    bed.fill();
    let create = json!({ "method": "POST", "path": "/parse/classes/T", "body": { "n": 1 } });
    let batch = json!({ "transaction": true, "requests": [create.clone(), create] });
    let (answer, sent) = bed.asks(&Actor::Master, "POST", "/batch", Some(batch));
    assert_eq!((answer.status, answer.json()["code"].as_i64()), (400, Some(108)), "{}", answer.text());
    assert!(answer.text().contains("replica set"), "{}", answer.text());
    assert!(sent.iter().all(|one| one.collection != "T"), "{sent:?}");
}

#[test]
fn advice_reaches_the_database() {
    if !Backend::has_mongo("hints and comments") {
        return;
    }
    let bed = Bed::new();
    bed.fill();
    let (answer, sent) = bed.asks(&Actor::Master, "GET", "/classes/T?hint=_id_&comment=why&keys=n&count=1", None);
    assert_eq!(answer.json()["count"], 3, "{}", answer.text());
    for Sent { command, .. } in &sent {
        assert_eq!((command.get_str("comment").unwrap(), command.get_str("hint").unwrap()), ("why", "_id_"));
    }
    let shown = sent[0].command.get_document("projection").unwrap();
    assert!(sent.len() == 2 && shown.contains_key("n") && !shown.contains_key("s"), "{sent:?}");
    let pipeline = "/aggregate/T?hint=_id_&comment=why&pipeline=%5B%7B%22%24limit%22%3A1%7D%5D";
    let (answer, sent) = bed.asks(&Actor::Master, "GET", pipeline, None);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(sent[0].command.get_str("comment").unwrap(), "why");
    assert_eq!(sent[0].command.get_str("hint").unwrap(), "_id_");
}
