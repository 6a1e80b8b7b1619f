//! The binary under test as a child process, in a temporary directory of its own.

use super::actors::{APP_ID, MAINTENANCE_KEY, MASTER_KEY, READ_ONLY_MASTER_KEY};
use super::backend::Place;
use super::{Actor, Backend, Client};
use serde_json::{Map, Value, json};
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Longest wait for the first healthy answer.
const START_LIMIT: Duration = Duration::from_secs(20);
/// Pause between two looks at something awaited.
const LOOK: Duration = Duration::from_millis(10);

/// A running `parsimony config.json`; killed when dropped, and its output shown if the test fails.
pub struct Server {
    child: Child,
    dir: TempDir,
    base: String,
    args: Vec<String>,
    /// Dropped after the process has ended.
    _place: Place,
}

impl Server {
    /// Starts with the test keys, a database of its own and a free port, then `options` over them.
    pub fn start(options: Value) -> Server {
        Server::start_with(options, &[])
    }

    /// As `start`, with further command line arguments.
    pub fn start_with(options: Value, args: &[&str]) -> Server {
        Server::prepare(Backend::chosen(), options, args).healthy()
    }

    /// As `start`, on a back end of one's choice.
    pub fn start_on(backend: Backend, options: Value) -> Server {
        Server::prepare(backend, options, &[]).healthy()
    }

    /// As `start`, without waiting until it is ready.
    pub fn spawn(options: Value) -> Server {
        Server::prepare(Backend::Sqlite, options, &[])
    }

    fn prepare(backend: Backend, options: Value, args: &[&str]) -> Server {
        let dir = TempDir::new().expect("temporary directory");
        let port = free_port();
        let place = Place::new(backend, dir.path());
        let mut config = json!({
            "appId": APP_ID, "masterKey": MASTER_KEY, "readOnlyMasterKey": READ_ONLY_MASTER_KEY,
            "maintenanceKey": MAINTENANCE_KEY, "mountPath": "/parse", "port": port, "host": "127.0.0.1",
            "serverURL": format!("http://127.0.0.1:{port}/parse"), "databaseURI": place.uri(),
        });
        let overrides: Map<String, Value> = options.as_object().cloned().unwrap_or_default();
        config.as_object_mut().unwrap().extend(overrides);
        fs::write(dir.path().join("config.json"), config.to_string()).expect("write config.json");
        let args: Vec<String> = args.iter().map(|arg| (*arg).to_owned()).collect();
        let child = spawn(&dir, &args);
        Server { child, dir, base: format!("http://127.0.0.1:{port}/parse"), args, _place: place }
    }

    fn healthy(mut self) -> Server {
        self.wait_healthy();
        self
    }

    /// The URL of the mount, without a slash at its end.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// A caller of this server.
    pub fn client(&self, actor: Actor) -> Client {
        Client::new(&self.base, actor)
    }

    /// The directory of its config, database and output.
    pub fn dir(&self) -> PathBuf {
        self.dir.path().to_owned()
    }

    /// `kill -9`, and waits until the process is gone.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Sends SIGTERM and returns at once.
    pub fn terminate(&self) {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().expect("kill");
        assert!(sent.success(), "the process was gone before SIGTERM\n{}", self.output());
    }

    /// The exit status, if the process ends within `limit`.
    pub fn wait_exit(&mut self, limit: Duration) -> Option<ExitStatus> {
        let until = Instant::now() + limit;
        loop {
            if let Some(status) = self.child.try_wait().expect("wait for the server") {
                return Some(status);
            }
            if Instant::now() > until {
                return None;
            }
            sleep(LOOK);
        }
    }

    /// Starts the same configuration on the same data again, after `kill` or `terminate`.
    pub fn restart(&mut self) {
        self.child = spawn(&self.dir, &self.args);
        self.wait_healthy();
    }

    /// Sets further options for the next `restart`.
    pub fn configure(&self, options: Value) {
        let path = self.dir.path().join("config.json");
        let mut config: Value = serde_json::from_slice(&fs::read(&path).expect("config.json")).expect("JSON");
        config.as_object_mut().unwrap().extend(options.as_object().cloned().unwrap_or_default());
        fs::write(path, config.to_string()).expect("write config.json");
    }

    /// All that the process wrote so far, over its restarts.
    pub fn output(&self) -> String {
        let read =
            |name| String::from_utf8_lossy(&fs::read(self.dir.path().join(name)).unwrap_or_default()).into_owned();
        format!("{}{}", read("stdout.log"), read("stderr.log"))
    }

    /// Resident memory of the process in KiB, anonymous and file pages together.
    pub fn resident_kib(&self) -> u64 {
        self.memory_kib("VmRSS:")
    }

    /// The most resident memory that the process ever had, in KiB.
    pub fn peak_kib(&self) -> u64 {
        self.memory_kib("VmHWM:")
    }

    fn memory_kib(&self, which: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("process status");
        let line = status.lines().find(|line| line.starts_with(which)).expect("a line of the status");
        line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number of kB")
    }

    fn wait_healthy(&mut self) {
        let client = self.client(Actor::NoKeys);
        let until = Instant::now() + START_LIMIT;
        while Instant::now() < until {
            if client.try_send("GET", "/health", &[], None).is_ok_and(|answer| answer.status == 200) {
                return;
            }
            if let Some(status) = self.child.try_wait().expect("wait for the server") {
                panic!("the server ended at start ({status})\n{}", self.output());
            }
            sleep(LOOK);
        }
        panic!("the server was not healthy within {START_LIMIT:?}\n{}", self.output());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("--- output of the server\n{}", self.output());
        }
    }
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr()).expect("a free port").port()
}

fn spawn(dir: &TempDir, args: &[String]) -> Child {
    let log = |name: &str| File::options().create(true).append(true).open(dir.path().join(name)).expect("log file");
    let args: Vec<&str> = std::iter::once("config.json").chain(args.iter().map(String::as_str)).collect();
    let mut command = super::run::command(dir.path(), &args, &[]);
    command.stdout(log("stdout.log")).stderr(log("stderr.log"));
    command.spawn().expect("start the server")
}
