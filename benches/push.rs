//! A push to `PUSH_INSTALLATIONS` (100,000) phones through a service of the tests, while an app goes on asking: how long it takes, how
//! much memory, and what the app notices. `cargo bench --bench push`; `TEST_MONGO_URI` puts the installations into MongoDB.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark that cannot be made reports by panicking"
)]

#[path = "../tests/support/http2.rs"]
#[expect(dead_code, reason = "tests use more of it")]
mod http2;

use http2::{Http2Peer, Said};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Requests of the app in a second.
const RATE: u64 = 200;
/// How long the app asks before the push.
const BEFORE: Duration = Duration::from_secs(5);

struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Server {
    fn status(&self, which: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with(which)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// Time on a processor so far, seconds.
    fn cpu(&self) -> f64 {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.0.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        (fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()) as f64 / 100.0
    }
}

fn main() {
    let phones: usize = std::env::var("PUSH_INSTALLATIONS").map_or(100_000, |text| text.parse().unwrap());
    let sent = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&sent);
    let peer = Http2Peer::start(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        Said::ok()
    });
    let dir = tempfile::tempdir().unwrap();
    let (base, uri) = (prepare(dir.path(), phones, &peer), database(dir.path()));
    let imported =
        Command::new(binary()).args(["import", "in", "--to", &uri]).current_dir(dir.path()).output().unwrap();
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));
    let log = File::create(dir.path().join("log")).unwrap();
    let mut child = Command::new(binary());
    child.arg("config.json").current_dir(dir.path()).stdin(Stdio::null());
    let server = Server(child.stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(run(&server, &base, phones, &sent));
}

fn binary() -> &'static str {
    env!("CARGO_BIN_EXE_parsimony")
}

fn database(dir: &Path) -> String {
    match std::env::var("TEST_MONGO_URI") {
        Ok(uri) => format!("{}/push_bench_{}", uri.trim_end_matches('/'), std::process::id()),
        Err(_) => format!("sqlite:{}", dir.join("app.db").display()),
    }
}

/// Writes the installations and the configuration; the URL of the server to be.
fn prepare(dir: &Path, phones: usize, peer: &Http2Peer) -> String {
    fs::create_dir(dir.join("in")).unwrap();
    let mut out = BufWriter::new(File::create(dir.join("in/_Installation.json")).unwrap());
    write!(out, r#"{{"results":["#).unwrap();
    for n in 0..phones {
        let row = json!({
            "objectId": format!("i{n:09}"), "installationId": format!("00000000-0000-4000-8000-{n:012x}"),
            "deviceType": "ios", "deviceToken": format!("{n:064x}"), "appIdentifier": "com.app", "badge": n % 5,
            "channels": ["news"], "timeZone": "Europe/Rome", "localeIdentifier": "it-IT", "appVersion": "1.0",
            "createdAt": "2020-01-01T00:00:00.000Z", "updatedAt": "2020-01-01T00:00:00.000Z",
        });
        write!(out, "{}{row}", if n > 0 { "," } else { "" }).unwrap();
    }
    write!(out, "]}}").unwrap();
    out.flush().unwrap();
    let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let base = format!("http://127.0.0.1:{port}/parse");
    let ios = json!({
        "token": {"key": rcgen::KeyPair::generate().unwrap().serialize_pem(), "keyId": "K", "teamId": "T"},
        "topic": "com.app", "address": "127.0.0.1", "port": peer.address().port(), "ca": peer.ca(),
    });
    let config = json!({
        "appId": "app", "masterKey": "mk", "mountPath": "/parse", "host": "127.0.0.1", "port": port, "serverURL": base,
        "databaseURI": database(dir), "push": {"ios": ios}, "logLevel": "error",
    });
    fs::write(dir.join("config.json"), config.to_string()).unwrap();
    base
}

async fn run(server: &Server, base: &str, phones: usize, sent: &AtomicUsize) {
    let app = App { client: reqwest::Client::new(), base: base.to_owned() };
    while !app.client.get(format!("{base}/health")).send().await.is_ok_and(|answer| answer.status() == 200) {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    println!("{phones} installations; idle {} KiB", server.status("VmRSS:"));
    let quiet = app.asking(BEFORE, &AtomicBool::new(false)).await;
    println!("before: {}", told(quiet));
    for (what, data) in
        [("an alert", json!({"alert": "hello"})), ("badges", json!({"alert": "x", "badge": "Increment"}))]
    {
        sent.store(0, Ordering::Relaxed);
        let (cpu, begun) = (server.cpu(), Instant::now());
        let id = app.push(&data).await;
        let over = AtomicBool::new(false);
        let watching = async {
            let mut most = 0;
            loop {
                most = most.max(server.status("VmRSS:"));
                let row = app.get(&format!("/classes/_PushStatus/{id}")).await;
                if row["status"] != "running" && row["status"] != "pending" {
                    over.store(true, Ordering::Relaxed);
                    return (row, begun.elapsed(), most);
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let ((row, took, most), asked) = tokio::join!(watching, app.asking(Duration::from_secs(600), &over));
        let (received, seconds) = (sent.load(Ordering::Relaxed), took.as_secs_f64());
        println!(
            "{what}: {} with numSent {}, {received} received in {seconds:.2} s = {:.0}/s, {:.2} s of CPU, at most {most} KiB",
            row["status"],
            row["numSent"],
            received as f64 / seconds,
            server.cpu() - cpu
        );
        println!("meanwhile: {}", told(asked));
    }
}

/// An app that asks for objects.
struct App {
    client: reqwest::Client,
    base: String,
}

impl App {
    async fn get(&self, path: &str) -> Value {
        let request = self.client.get(format!("{}{path}", self.base));
        let answer = request.header("X-Parse-Application-Id", "app").header("X-Parse-Master-Key", "mk").send().await;
        serde_json::from_slice(&answer.unwrap().bytes().await.unwrap()).unwrap()
    }

    async fn push(&self, data: &Value) -> String {
        let body = json!({"where": {"deviceType": "ios"}, "data": data});
        let request = self.client.post(format!("{}/push", self.base)).body(body.to_string());
        let request = request.header("X-Parse-Application-Id", "app").header("X-Parse-Master-Key", "mk");
        let answer = request.header("Content-Type", "application/json").send().await.unwrap();
        answer.headers()["x-parse-push-status-id"].to_str().unwrap().to_owned()
    }

    /// Asks for one object at a time at a fixed pace; how long each took from when it was due.
    async fn asking(&self, limit: Duration, over: &AtomicBool) -> Vec<Duration> {
        let mut pace = tokio::time::interval(Duration::from_micros(1_000_000 / RATE));
        let begun = Instant::now();
        let mut took = Vec::new();
        while begun.elapsed() < limit && !over.load(Ordering::Relaxed) {
            let due = pace.tick().await;
            let found = self.get(&format!("/classes/_Installation/i{:09}", took.len() % 1000)).await;
            assert!(found["objectId"].is_string(), "{found}");
            took.push(due.elapsed());
        }
        took
    }
}

fn told(mut took: Vec<Duration>) -> String {
    took.sort();
    let at = |part: usize| took.get(took.len() * part / 1000).map_or(0.0, |time| time.as_secs_f64() * 1000.0);
    format!("{} requests, p50 {:.2} ms, p99 {:.2} ms, p99.9 {:.2} ms", took.len(), at(500), at(990), at(999))
}
