//! A disk that does not play along: full, or read-only.

use crate::support::run::{self, Running};
use crate::support::server::free_port;
use crate::support::{Actor, Backend, Client, Server};
use serde_json::json;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Files of the limited server grow no larger, in blocks of 512 bytes.
const BLOCKS: u32 = 2048;

/// A file that cannot grow stands for a full disk, which only root could make here.
#[test]
fn a_full_disk_loses_nothing_that_was_acknowledged() {
    let mut server = Server::start_on(Backend::Sqlite, json!({"allowClientClassCreation": true}));
    let dir = server.dir();
    assert_eq!(server.client(Actor::Client).post("/classes/A", &json!({"n": -1})).status, 201);
    server.terminate();
    server.wait_exit(Duration::from_secs(10)).unwrap();

    let port = free_port();
    let binary = env!("CARGO_BIN_EXE_parsimony");
    let script = format!("trap '' XFSZ; ulimit -f {BLOCKS}; exec '{binary}' config.json --port {port}");
    let mut limited = Command::new("sh");
    limited.args(["-c", &script]).current_dir(&dir).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let running = Running(limited.spawn().unwrap());
    let client = Client::new(&format!("http://127.0.0.1:{port}/parse"), Actor::Client);
    let until = Instant::now() + Duration::from_secs(20);
    while !client.try_send("GET", "/health", &[], None).is_ok_and(|answer| answer.status == 200) {
        assert!(Instant::now() < until, "no server");
        sleep(Duration::from_millis(10));
    }
    let body = |n: usize| json!({"n": n, "text": "x".repeat(20_000)});
    let failed = (0..1000).find(|n| client.post("/classes/A", &body(*n)).status != 201).expect("the disk gets full");
    let answer = client.post("/classes/A", &body(failed + 1));
    assert_eq!((answer.status, answer.json()["code"].clone()), (500, json!(1)));
    let count = |client: &Client| client.get("/classes/A?limit=0&count=1").json()["count"].clone();
    assert_eq!(count(&client), json!(failed + 1), "reading goes on");
    assert_eq!(client.get("/health").status, 200);
    drop(running);

    server.restart();
    let client = server.client(Actor::Client);
    assert_eq!(count(&client), json!(failed + 1));
    assert_eq!(client.post("/classes/A", &body(failed + 2)).status, 201, "with room again it writes again");
}

#[test]
fn a_read_only_file_is_refused_at_the_start() {
    let mut server = Server::start_on(Backend::Sqlite, json!({}));
    let dir = server.dir();
    server.terminate();
    server.wait_exit(Duration::from_secs(10)).unwrap();
    let file = dir.join("x.db");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
    if fs::File::options().write(true).open(&file).is_ok() {
        println!("left out: permissions do not bind this user");
        return;
    }
    let ran = run::run(&dir, &["config.json"], &[]);
    assert!(
        !ran.ok && ran.reason().ends_with("x.db: the database cannot be written to: Permission denied (os error 13)"),
        "{}",
        ran.err
    );
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o555)).unwrap();
    let ran = run::run(&dir, &["config.json"], &[]);
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o755)).unwrap();
    assert!(!ran.ok && ran.reason().contains("the file or its folder is read-only"), "{}", ran.err);
}
