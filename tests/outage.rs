//! MongoDB frozen, stopped and started again under load: requests fail as Parse requests do, nothing acknowledged is lost, and all
//! heals without a restart. The database is a gateway of our own (`tests/support/mongo-up` on another port).

use crate::crash::check_created;
use crate::support::server::free_port;
use crate::support::{Actor, Backend, Client, Server};
use serde_json::json;
use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{scope, sleep};
use std::time::{Duration, Instant};

/// Clients that write at the same time.
const WRITERS: u32 = 8;
/// How long the database is away each time: longer than a request may take.
const AWAY: Duration = Duration::from_secs(5);
/// Longest time until writes go through again.
const HEALED: Duration = Duration::from_secs(60);
/// Most memory that an outage may leave behind, KiB.
const GROWTH: u64 = 48 << 10;
/// Where `mongo-up` keeps the engine.
const HOME: &str = "/var/tmp/documentdb";

#[test]
fn an_outage_of_mongodb_costs_errors_and_nothing_else() {
    if !Backend::has_mongo("an outage under load") {
        return;
    }
    if !std::path::Path::new(HOME).join("installed").exists() {
        return eprintln!("left out: an outage under load needs the engine of tests/support/mongo-up");
    }
    let database = Gateway { port: free_port() };
    database.script("start");
    let uri = format!("mongodb://127.0.0.1:{}/outage_{}", database.port, std::process::id());
    let server = Server::start(json!({ "databaseURI": uri, "allowClientClassCreation": true, "requestTimeout": 2000 }));
    let load = Load::default();
    load.create(&server.client(Actor::Client), "first");
    let before = server.resident_kib();
    scope(|scope| {
        for writer in 0..WRITERS {
            let (client, load) = (server.client(Actor::Client), &load);
            scope.spawn(move || load.write(&client, writer));
        }
        load.wait_for_writes("at first");
        database.signal("STOP");
        sleep(AWAY);
        database.signal("CONT");
        load.wait_for_writes("after it was frozen");
        database.script("stop");
        sleep(AWAY);
        database.script("start");
        load.wait_for_writes("after it was stopped");
        load.over.store(true, Ordering::Relaxed);
    });
    assert!(load.refused.load(Ordering::Relaxed) > 0, "the outage was not noticed");
    let after = server.resident_kib();
    assert!(after < before + GROWTH, "{before} KiB before, {after} KiB after");
    let master = server.client(Actor::Master);
    check_created(&master, &load.acknowledged.into_inner().unwrap());
    assert_eq!(master.send("DELETE", "/purge/Load", &[], None).status, 200);
}

/// What the writers wrote, as far as they were told so.
#[derive(Default)]
struct Load {
    acknowledged: Mutex<BTreeMap<String, String>>,
    refused: AtomicU64,
    over: AtomicBool,
}

impl Load {
    fn write(&self, client: &Client, writer: u32) {
        for turn in 0_u32.. {
            if self.over.load(Ordering::Relaxed) {
                return;
            }
            if !self.create(client, &format!("{writer}-{turn}")) {
                sleep(Duration::from_millis(20));
            }
        }
    }

    /// Whether the object was created; every other answer must be a Parse error.
    fn create(&self, client: &Client, key: &str) -> bool {
        let body = json!({ "key": key, "text": "x".repeat(200) }).to_string();
        let answer = client.try_send("POST", "/classes/Load", &[], Some(body.as_bytes())).expect("an answer");
        let said = answer.json();
        if answer.status == 201 {
            let id = said["objectId"].as_str().expect("an id").to_owned();
            self.acknowledged.lock().unwrap().insert(key.to_owned(), id);
            return true;
        }
        assert!(said["code"].is_number() && said["error"].is_string(), "{} {}", answer.status, answer.text());
        assert!([500, 503].contains(&answer.status) || said["code"] == 124, "{} {said}", answer.status);
        self.refused.fetch_add(1, Ordering::Relaxed);
        false
    }

    fn wait_for_writes(&self, when: &str) {
        let count = || self.acknowledged.lock().unwrap().len();
        let (before, until) = (count(), Instant::now() + HEALED);
        while count() < before + 100 {
            assert!(Instant::now() < until, "no writes {when}");
            sleep(Duration::from_millis(50));
        }
    }
}

/// A process that speaks MongoDB's protocol, in front of the engine that other tests use, too.
struct Gateway {
    port: u16,
}

impl Gateway {
    fn script(&self, what: &str) {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/support/mongo-up");
        let done = Command::new(script).arg(what).env("MONGO_PORT", self.port.to_string()).output().expect("mongo-up");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    fn signal(&self, name: &str) {
        let pid = std::fs::read_to_string(format!("{HOME}/ferretdb-{}.pid", self.port)).expect("its pid");
        assert!(Command::new("kill").args([&format!("-{name}"), pid.trim()]).status().expect("kill").success());
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        self.script("stop");
    }
}
