//! The server on a socket, with a database that has nothing and takes nothing.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};

use super::{Door, conn, drain};
use crate::access::{Aggregate, Read, Update, Write};
use crate::app::{SystemClock, SystemRandom};
use crate::cloud::NoCode;
use crate::config::{self, Input, ServerConfig};
use crate::error::{Error, Result};
use crate::http::health::State;
use crate::http::{Edge, Front, Health, Site};
use crate::model::{ClassSchema, Date, Map, Path, Value};
use crate::rest::Engine;
use crate::storage::{Answer, Outcome, Relation, Rows, SchemaChange, Side, Storage};
use crate::telemetry::{Log, RequestIds, Ring, Sink};

struct Nothing;

fn refuse<'a, T: Send + 'a>() -> Answer<'a, T> {
    Box::pin(async { Err(Error::internal("nothing is stored here")) })
}

impl Storage for Nothing {
    fn find<'a>(&'a self, plan: &'a Read) -> Answer<'a, Rows> {
        assert_ne!(plan.schema().name, "Panic", "as the test wants it");
        Box::pin(async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            Err(Error::internal("nothing is stored here"))
        })
    }
    fn count<'a>(&'a self, _: &'a Read) -> Answer<'a, u64> {
        refuse()
    }
    fn distinct<'a>(&'a self, _: &'a Read, _: &'a Path) -> Answer<'a, Vec<Value>> {
        refuse()
    }
    fn aggregate<'a>(&'a self, _: &'a Aggregate) -> Answer<'a, Vec<Map>> {
        refuse()
    }
    fn explain<'a>(&'a self, _: &'a Read) -> Answer<'a, Value> {
        refuse()
    }
    fn write<'a>(&'a self, _: Vec<Write>, _: bool) -> Answer<'a, Vec<Result<Outcome>>> {
        refuse()
    }
    fn change_all<'a>(&'a self, _: &'a Update) -> Answer<'a, u64> {
        refuse()
    }
    fn joined<'a>(&'a self, _: &'a Relation, _: Side, _: &'a [String]) -> Answer<'a, Vec<String>> {
        refuse()
    }
    fn claim<'a>(&'a self, key: &'a str, _: Date, _: Date) -> Answer<'a, bool> {
        Box::pin(async move { Ok(key != "twice") })
    }
    fn schemas(&self) -> Answer<'_, Vec<ClassSchema>> {
        Box::pin(async { Ok(vec![ClassSchema::new("Slow"), ClassSchema::new("Panic")]) })
    }
    fn alter(&self, _: SchemaChange) -> Answer<'_, ()> {
        Box::pin(async { Ok(()) })
    }
    fn ping(&self) -> Answer<'_, ()> {
        refuse()
    }
    fn close(&self) -> Answer<'_, ()> {
        Box::pin(async { Ok(()) })
    }
}

struct Running {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
}

fn configured(file: &str) -> ServerConfig {
    let input = Input {
        file: Some(std::path::Path::new("config.json")),
        flags: Vec::new(),
        env: &BTreeMap::new(),
        read_file: &|_| Ok(file.to_owned()),
        made_app: &mut |_| panic!("an app is configured"),
    };
    config::load(input).unwrap().server
}

async fn start(options: &str) -> Running {
    let config = configured(&format!(r#"{{"appId":"app","masterKey":"mk"{options}}}"#));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let health = Arc::new(Health::default());
    let (running, ended) = mpsc::channel(1);
    let mut sites = Vec::new();
    for app in &config.apps {
        let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
        let engine = Engine::new(app.clone(), Arc::new(Nothing), Arc::new(NoCode), clock, random).await.unwrap();
        sites.push(Arc::new(Site::new(Arc::new(engine)).unwrap()));
    }
    let log = Log::new(Sink::to(std::io::sink()).unwrap(), true, true, Ring::default());
    let edge = Edge::new(&config, sites, health.clone(), log, RequestIds::new(1), running.clone()).unwrap();
    health.set(State::Ok);
    let (stop, stopped) = watch::channel(false);
    let (close, closing) = watch::channel(false);
    let front = Arc::new(Front::new(&config, health.clone()).unwrap());
    front.open(edge);
    let door = Door { listener, front, limits: conn::Limits::of(&config.timeouts), running, closing };
    Running { address, stop, task: tokio::spawn(drain(door, close, health, ended, stopped)) }
}

impl Running {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// One request on a connection of its own; head and body of the answer.
    async fn ask(&self, head: &str, body: &str) -> (String, String) {
        let mut stream = self.connect().await;
        send(&mut stream, head, body, "Connection: close\r\n").await;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), body.to_owned())
    }

    async fn status_and_body(&self, head: &str, body: &str) -> String {
        let (head, body) = self.ask(head, body).await;
        format!("{} {body}", &head[9..12])
    }
}

async fn send(stream: &mut TcpStream, head: &str, body: &str, more: &str) {
    let (line, headers) = head.split_once('\n').unwrap_or((head, ""));
    let headers: String = headers.lines().map(|line| format!("{}\r\n", line.trim())).collect();
    let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    let text = format!("{line} HTTP/1.1\r\nHost: x\r\n{more}{headers}{length}\r\n{body}");
    stream.write_all(text.as_bytes()).await.unwrap();
}

const APP: &str = "X-Parse-Application-Id: app";
const MASTER: &str = "X-Parse-Application-Id: app\nX-Parse-Master-Key: mk";

#[tokio::test]
async fn the_first_vectors() {
    let server = start("").await;
    let is = async |head: &str, body: &str, expected: &str| {
        assert_eq!(server.status_and_body(head, body).await, expected, "{head}");
    };
    is("GET /parse/health", "", r#"200 {"status":"ok"}"#).await;
    is("GET /parse/classes/A", "", r#"403 {"error":"unauthorized"}"#).await;
    is("GET /parse/classes/A\nX-Parse-Application-Id: wrong", "", r#"403 {"error":"unauthorized"}"#).await;
    let page = "404 <!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>\n</head>\n<body>\n\
        <pre>Cannot GET /parse/nothing</pre>\n</body>\n</html>\n";
    is(&format!("GET /parse/nothing?x=1\n{APP}"), "", page).await;
    is(&format!("GET /parse/schemas\n{APP}"), "", r#"403 {"error":"Permission denied"}"#).await;
    is("OPTIONS /parse/x", "", "200 OK").await;
    let context = format!("POST /parse/functions/x\n{APP}\nX-Parse-Cloud-Context: [1]x");
    is(&context, "{}", r#"400 {"code":107,"error":"Invalid object for context."}"#).await;
    let token = format!("GET /parse/classes/A\n{APP}\nX-Parse-Session-Token: r:no");
    is(&token, "", r#"400 {"code":209,"error":"Invalid session token"}"#).await;
    is(&format!("GET /parse/classes/%zz\n{APP}"), "", r#"400 {"error":"Failed to decode param '%zz'"}"#).await;
    let batch = format!("POST /parse/batch\n{APP}");
    is(&batch, "{}", r#"400 {"code":107,"error":"requests must be an array"}"#).await;
    let nested = r#"{"requests":[{"method":"POST","path":"/parse/batch","body":{}}]}"#;
    is(&batch, nested, r#"400 {"code":107,"error":"nested batch requests are not allowed"}"#).await;
    let nowhere = r#"{"requests":[{"method":"GET","path":"/parse/nothing"}]}"#;
    is(&batch, nowhere, r#"400 {"code":107,"error":"cannot route GET /nothing"}"#).await;
    let outside = r#"{"requests":[{"method":"GET","path":"/classes/Q"}]}"#;
    is(&batch, outside, r#"400 {"code":107,"error":"cannot route batch path /classes/Q"}"#).await;
    let nobody = r#"400 {"code":200,"error":"username/email is required."}"#;
    is(&format!("POST /parse//LOGIN/\n{APP}"), "{}", nobody).await;
    assert!(
        server.status_and_body(&format!("GET /parse/serverInfo\n{MASTER}"), "").await.starts_with("200 {\"features\"")
    );
}

#[tokio::test]
async fn sdk_bodies_name_app_method_and_keys() {
    let server = start("").await;
    let body = r#"{"_method":"GET","_ApplicationId":"app","_MasterKey":"mk","_ClientVersion":"js8.6.0"}"#;
    let (head, answer) = server.ask("POST /parse/serverInfo\nContent-Type: text/plain", body).await;
    assert!(head.starts_with("HTTP/1.1 200") && answer.contains("9.10.0"), "{head} {answer}");
    let wrong = r#"{"_method":"GET","_ApplicationId":"app","_MasterKey":"no"}"#;
    assert_eq!(server.status_and_body("POST /parse/serverInfo", wrong).await, r#"403 {"error":"Permission denied"}"#);
}

#[tokio::test]
async fn headers_of_answers() {
    let server = start("").await;
    let (head, _) = server.ask(&format!("GET /parse/serverInfo\n{MASTER}"), "").await;
    let head = head.to_ascii_lowercase();
    for line in [
        "content-type: application/json; charset=utf-8",
        "access-control-allow-origin: *",
        "access-control-allow-methods: get,put,post,delete,options",
        "etag: w/\"",
        "content-length: ",
    ] {
        assert!(head.contains(line), "{line} in {head}");
    }
    assert!(!head.contains("x-powered-by"));
    let tag = head.lines().find_map(|l| l.strip_prefix("etag: ")).unwrap().replace("w/", "W/");
    let (head, _) = server.ask(&format!("GET /parse/health\nIf-None-Match: {tag}"), "").await;
    assert!(head.starts_with("HTTP/1.1 200"), "another body");
    let (head, _) = server.ask("GET /parse/health", "").await;
    let tag = head.lines().find_map(|l| l.strip_prefix("etag: ")).unwrap();
    let (head, body) = server.ask(&format!("GET /parse/health\nIf-None-Match: {tag}"), "").await;
    assert!(head.starts_with("HTTP/1.1 304") && body.is_empty(), "{head}");
    let (head, _) = server.ask("GET /parse/classes/A", "").await;
    assert!(!head.to_ascii_lowercase().contains("\ncontent-type:"), "{head}");
}

#[tokio::test]
async fn panics_and_internal_errors_are_told_apart_from_nothing() {
    let server = start("").await;
    let internal = r#"500 {"code":1,"message":"Internal server error."}"#;
    assert_eq!(server.status_and_body(&format!("GET /parse/classes/Panic\n{MASTER}"), "").await, internal);
    assert_eq!(server.status_and_body(&format!("GET /parse/classes/Slow\n{MASTER}"), "").await, internal);
    assert_eq!(server.status_and_body("GET /parse/health", "").await, r#"200 {"status":"ok"}"#);
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let server = start(r#","maxUploadSize":"1kb""#).await;
    let large = format!(r#"{{"a":"{}"}}"#, "x".repeat(2000));
    let head = format!("POST /parse/classes/A\n{APP}");
    assert_eq!(server.status_and_body(&head, &large).await, r#"413 {"error":"request entity too large"}"#);
    assert!(server.status_and_body(&head, "{bad").await.starts_with(r#"400 {"error":""#));
}

#[tokio::test]
async fn request_ids_run_once() {
    let server = start(r#","idempotencyOptions":{"paths":["classes/.*"],"ttl":60}"#).await;
    let head = format!("POST /parse/classes/A\n{MASTER}\nX-Parse-Request-Id: twice");
    assert_eq!(server.status_and_body(&head, "{}").await, r#"400 {"code":159,"error":"Duplicate request"}"#);
}

#[tokio::test]
async fn silent_slow_and_idle_connections_are_closed() {
    let server = start(r#","headerTimeout":100,"keepAliveTimeout":200"#).await;
    let mut silent = server.connect().await;
    let mut slow = server.connect().await;
    slow.write_all(b"GET /parse/health HTTP/1.1\r\nHost").await.unwrap();
    let mut idle = server.connect().await;
    send(&mut idle, "GET /parse/health", "", "").await;
    let mut buffer = Vec::new();
    assert_eq!(silent.read_to_end(&mut buffer).await.unwrap(), 0);
    assert_eq!(slow.read_to_end(&mut buffer).await.unwrap(), 0);
    idle.read_to_end(&mut buffer).await.unwrap();
    assert!(buffer.ends_with(br#"{"status":"ok"}"#));
}

#[tokio::test]
async fn draining_ends_idle_connections_and_finishes_requests() {
    let server = start("").await;
    let silent = server.connect().await;
    let mut idle = server.connect().await;
    send(&mut idle, "GET /parse/health", "", "").await;
    let mut idle_too = server.connect().await;
    send(&mut idle_too, "GET /parse/health", "", "").await;
    let mut busy = server.connect().await;
    send(&mut busy, &format!("GET /parse/classes/Slow\n{MASTER}"), "", "").await;
    let mut buffer = [0; 2048];
    assert!(idle.read(&mut buffer).await.unwrap() > 0 && idle_too.read(&mut buffer).await.unwrap() > 0);
    server.stop.send_replace(true);
    assert_eq!(server.status_and_body("GET /parse/health", "").await, r#"503 {"status":"draining"}"#);
    // A request on a connection at rest may have been sent before its client could know.
    send(&mut idle, "GET /parse/health", "", "").await;
    let mut last = String::new();
    idle.read_to_string(&mut last).await.unwrap();
    assert!(last.starts_with("HTTP/1.1 503") && last.contains("connection: close"), "{last}");
    assert_eq!(idle_too.read(&mut buffer).await.unwrap(), 0);
    let mut answer = String::new();
    busy.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 500"), "finished: {answer}");
    server.task.await.unwrap();
    drop(silent);
    assert!(TcpStream::connect(server.address).await.is_err(), "the door is shut");
}
