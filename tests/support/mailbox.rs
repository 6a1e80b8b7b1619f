//! A mail adapter behind HTTP, on a port of its own: keeps the mails that it is given.

use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::thread::spawn;
use std::time::{Duration, Instant};

/// Longest wait for a mail.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long nothing must come for there to be nothing.
const QUIET: Duration = Duration::from_millis(300);

/// A mail, as the adapter was called with it.
#[derive(Clone, Debug)]
pub struct Letter {
    /// `sendMail` or another.
    pub method: String,
    /// The one argument.
    pub argument: Value,
}

impl Letter {
    /// The token of its link.
    pub fn token(&self) -> String {
        let link = self.argument["link"].as_str().unwrap_or_default();
        link.split_once("?token=").unwrap_or_else(|| panic!("no token: {self:?}")).1.to_owned()
    }
}

/// The running adapter.
pub struct Mailbox {
    url: String,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    /// What came and was not taken.
    letters: Mutex<Vec<Letter>>,
    came: Condvar,
    /// Held: no call is answered.
    held: Mutex<()>,
    /// The answers to the next calls, instead of a success.
    failures: Mutex<Vec<(u16, Value)>>,
}

impl Mailbox {
    /// Starts one.
    pub fn start() -> Mailbox {
        Self::noting(None)
    }

    /// One that also writes down the link of each mail, a line each.
    pub fn noting(file: Option<&Path>) -> Mailbox {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let url = format!("http://{}/mail", listener.local_addr().expect("an address"));
        let shared = Arc::new(Shared::default());
        let file = file.map(|path| Arc::new(File::create(path).expect("a file for links")));
        let served = shared.clone();
        spawn(move || {
            for stream in listener.incoming().flatten() {
                let (shared, file) = (served.clone(), file.clone());
                spawn(move || serve(&shared, file.as_deref(), stream));
            }
        });
        Mailbox { url, shared }
    }

    /// `emailAdapter`, with these methods.
    pub fn adapter(&self, methods: &[&str]) -> Value {
        json!({"module": "http-email-adapter", "options": {"url": self.url, "methods": methods}})
    }

    /// `emailAdapter`, with every method that one can have.
    pub fn whole_adapter(&self) -> Value {
        self.adapter(&["sendMail", "sendVerificationEmail", "sendPasswordResetEmail"])
    }

    /// Answers the next calls so, one each; their mails are not kept.
    pub fn fail(&self, failures: &[(u16, Value)]) {
        self.shared.failures.lock().expect("failures").extend(failures.iter().rev().cloned());
    }

    /// Answers no call for as long as what is given back is there.
    pub fn hold(&self) -> MutexGuard<'_, ()> {
        self.shared.held.lock().expect("held")
    }

    /// The next mail.
    pub fn next(&self) -> Letter {
        self.within(PATIENCE).expect("no mail came")
    }

    /// Fails the test if a mail comes.
    pub fn stays_empty(&self) {
        let letter = self.within(QUIET);
        assert!(letter.is_none(), "a mail that should not be: {letter:?}");
    }

    fn within(&self, time: Duration) -> Option<Letter> {
        let until = Instant::now() + time;
        let mut letters = self.shared.letters.lock().expect("letters");
        while letters.is_empty() {
            let left = until.checked_duration_since(Instant::now())?;
            letters = self.shared.came.wait_timeout(letters, left).expect("letters").0;
        }
        Some(letters.remove(0))
    }
}

/// Answers the requests of a connection.
fn serve(shared: &Shared, file: Option<&File>, stream: TcpStream) -> Option<()> {
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let method = line.split(' ').nth(1)?.strip_prefix("/mail/")?.to_owned();
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim().split_once(": ") else { break };
            if name.eq_ignore_ascii_case("content-length") {
                length = value.parse().ok()?;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        drop(shared.held.lock().expect("held"));
        let failure = shared.failures.lock().expect("failures").pop();
        let (status, answer) = failure.unwrap_or_else(|| {
            let body: Value = serde_json::from_slice(&body).expect("JSON");
            let argument = body["args"][0].clone();
            if let (Some(mut file), Some(link)) = (file, argument["link"].as_str()) {
                file.write_all(format!("{link}\n").as_bytes()).expect("write a link");
            }
            shared.letters.lock().expect("letters").push(Letter { method, argument });
            shared.came.notify_all();
            (200, json!({}))
        });
        let answer = answer.to_string();
        let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n", answer.len());
        reader.get_mut().write_all((head + &answer).as_bytes()).ok()?;
    }
}
