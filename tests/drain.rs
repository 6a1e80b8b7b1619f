//! SIGTERM: `/health` turns first, what runs is finished, and the process ends.

use crate::support::raw::Raw;
use crate::support::run::{self, Running};
use crate::support::{Actor, Server};
use serde_json::json;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// An idle server ends within a second; the rest is room for a busy test machine.
const IDLE_LIMIT: Duration = Duration::from_secs(3);
/// A server with a request that never ends gives up within 25 s; the rest is room as well.
const BUSY_LIMIT: Duration = Duration::from_secs(28);
/// Longest wait for an answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

const HEAD: &str = "POST /parse/classes/Drain HTTP/1.1\r\nHost: x\r\nX-Parse-Application-Id: app\r\n\
                    Content-Type: application/json\r\nContent-Length: 7\r\n\r\n";

fn server() -> Server {
    Server::start(json!({ "allowClientClassCreation": true }))
}

#[test]
fn an_idle_server_ends_at_once() {
    let mut server = server();
    server.terminate();
    let status = server.wait_exit(IDLE_LIMIT).expect("the process ends");
    assert!(status.success(), "{status}\n{}", server.output());
}

#[test]
fn idle_connections_do_not_hold_it() {
    let mut server = server();
    let mut connections: Vec<Raw> = (0..20).map(|_| Raw::connect(server.base())).collect();
    for connection in connections.iter_mut().skip(5) {
        connection.send(b"GET /parse/health HTTP/1.1\r\nHost: x\r\n\r\n");
        assert_eq!(connection.answer(ANSWER_LIMIT).map(|answer| answer.status), Some(200));
    }
    server.terminate();
    let status = server.wait_exit(IDLE_LIMIT).expect("the process ends");
    assert!(status.success(), "{status}\n{}", server.output());
}

#[test]
fn a_running_request_is_finished_and_health_says_so_meanwhile() {
    let mut server = server();
    let mut running = Raw::connect(server.base());
    running.send(HEAD.as_bytes());
    running.send(b"{\"a\"");
    wait_until_read(&server);
    server.terminate();
    let health = server.client(Actor::NoKeys);
    let until = Instant::now() + ANSWER_LIMIT;
    while health.try_send("GET", "/health", &[], None).map_or(0, |answer| answer.status) != 503 {
        assert!(Instant::now() < until, "/health did not turn 503\n{}", server.output());
        assert!(server.wait_exit(Duration::ZERO).is_none(), "ended with a request running\n{}", server.output());
    }
    // Hosts may say it more than once.
    server.terminate();
    sleep(Duration::from_millis(100));
    running.send(b":1}");
    let answer = running.answer(ANSWER_LIMIT).expect("the answer of the running request");
    assert_eq!(answer.status, 201, "{}", answer.text());
    let status = server.wait_exit(BUSY_LIMIT).expect("the process ends");
    assert!(status.success(), "{status}\n{}", server.output());
    server.restart();
    let id = answer.json()["objectId"].as_str().expect("an id").to_owned();
    assert_eq!(server.client(Actor::Client).get(&format!("/classes/Drain/{id}")).json()["a"], json!(1));
}

#[test]
fn a_request_that_never_ends_does_not_hold_it_for_ever() {
    let mut server = server();
    let mut stuck = Raw::connect(server.base());
    stuck.send(HEAD.as_bytes());
    wait_until_read(&server);
    server.terminate();
    assert!(server.wait_exit(BUSY_LIMIT).is_some(), "still running\n{}", server.output());
}

/// The answer is more than the system takes for a reader who pauses.
#[test]
fn an_answer_that_is_taken_slowly_is_sent_to_its_end() {
    let mut server = server();
    let client = server.client(Actor::Client);
    for _ in 0..24 {
        assert_eq!(client.post("/classes/Big", &json!({"text": "x".repeat(500_000)})).status, 201);
    }
    let address = server.base().trim_start_matches("http://").trim_end_matches("/parse").to_owned();
    let mut slow = TcpStream::connect(address).unwrap();
    let head = "GET /parse/classes/Big HTTP/1.1\r\nHost: x\r\nX-Parse-Application-Id: app\r\n\r\n";
    slow.write_all(head.as_bytes()).unwrap();
    let mut answer = vec![0; 4096];
    slow.read_exact(&mut answer).unwrap();
    server.terminate();
    for _ in 0..3 {
        sleep(Duration::from_millis(700));
        let start = answer.len();
        answer.resize(start + 1_000_000, 0);
        slow.read_exact(&mut answer[start..]).expect("the answer goes on");
    }
    slow.read_to_end(&mut answer).unwrap();
    assert!(answer.len() > 12_000_000 && answer.ends_with(b"]}"), "{} bytes", answer.len());
    assert!(server.wait_exit(BUSY_LIMIT).expect("the process ends").success());
}

#[test]
fn a_start_that_takes_long_can_be_stopped() {
    let dir = tempfile::TempDir::new().unwrap();
    let schema = json!({"definitions": [{"className": "A", "fields": {"a": {"type": "Nothing"}}}]});
    let config = json!({"appId": "app", "masterKey": "mk", "host": "127.0.0.1", "schema": schema});
    std::fs::write(dir.path().join("config.json"), config.to_string()).unwrap();
    let mut command = run::command(dir.path(), &["config.json", "--port", "0"], &[("NODE_ENV", "production")]);
    let mut starting = Running(command.stdout(Stdio::piped()).spawn().unwrap());
    let mut lines = BufReader::new(starting.0.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(
        lines.any(|line| line.contains("trying again in 1 s")),
        "the migration fails, and is tried for six seconds"
    );
    let told = Command::new("kill").args(["-TERM", &starting.0.id().to_string()]).status().unwrap();
    assert!(told.success());
    assert!(lines.all(|line| !line.contains("trying again in 3 s")), "it went on");
    assert!(starting.0.wait().unwrap().success());
}

/// Lets the server read what was sent before. An answer on another connection does not prove it; hence the pause.
fn wait_until_read(server: &Server) {
    assert_eq!(server.client(Actor::NoKeys).get("/health").status, 200);
    sleep(Duration::from_millis(200));
}
