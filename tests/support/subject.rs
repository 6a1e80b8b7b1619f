//! What a test is run against: our own binary, or a server that runs already.

use super::{Actor, Answer, Client, Server};
use serde_json::Value;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{JoinHandle, sleep, spawn};
use std::time::Duration;

/// Our own server, or the one at the URL in this environment variable (to prove a test against Parse Server).
const RUNNING: &str = "TEST_URL";
/// Pause between two looks at `/health`.
const LOOK: Duration = Duration::from_millis(50);

/// A server under test.
pub struct Subject {
    server: Option<Server>,
    base: String,
}

impl Subject {
    /// Starts our binary with `options`, unless the environment names a server.
    pub fn start(options: Value) -> Subject {
        match std::env::var(RUNNING) {
            Ok(base) => Subject { server: None, base },
            Err(_) => {
                let server = Server::start(options);
                Subject { base: server.base().to_owned(), server: Some(server) }
            }
        }
    }

    /// Our own binary, whose limits and memory can be looked at.
    pub fn own(&self) -> Option<&Server> {
        self.server.as_ref()
    }

    /// The URL of the mount.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// A caller.
    pub fn client(&self, actor: Actor) -> Client {
        Client::new(&self.base, actor)
    }

    /// The server is well, and nothing in it has panicked.
    pub fn assert_well(&self) {
        let health = self.client(Actor::NoKeys).get("/health");
        assert_eq!((health.status, health.text().as_str()), (200, r#"{"status":"ok"}"#));
        if let Some(server) = &self.server {
            assert!(!server.output().contains("panicked"), "a panic\n{}", server.output());
        }
    }

    /// Asks for `/health` again and again until the watch is dropped, and fails the test if it did not answer.
    pub fn watch(&self) -> Watch {
        let client = self.client(Actor::NoKeys);
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = spawn(move || {
            let mut failures = Vec::new();
            while !stopped.load(Ordering::Relaxed) {
                match client.try_send("GET", "/health", &[], None) {
                    Ok(answer) if answer.status == 200 => {}
                    other => failures.push(format!("{other:?}")),
                }
                sleep(LOOK);
            }
            failures
        });
        Watch { stop, thread: Some(thread) }
    }
}

/// A thread that looks after `/health`.
pub struct Watch {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<Vec<String>>>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let failures = self.thread.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        if !std::thread::panicking() {
            assert!(failures.is_empty(), "/health did not answer: {failures:?}");
        }
    }
}

/// `{"error":…}` with or without a `code`, and a status between 400 and 499.
pub fn is_parse_error(answer: &Answer) -> bool {
    let body: Option<Value> = serde_json::from_slice(&answer.body).ok();
    let form = body.as_ref().and_then(Value::as_object).is_some_and(|body| {
        body.get("error").is_some_and(Value::is_string)
            && body.iter().all(|(key, value)| key == "error" || key == "code" && value.is_i64())
    });
    (400..500).contains(&answer.status) && form
}

/// An answer to nonsense that is in order: success, or an error in Parse's form.
pub fn is_sound(answer: &Answer) -> bool {
    (200..300).contains(&answer.status) || is_parse_error(answer)
}
