//! What it costs to find 100 rows of MongoDB as Parse JSON, in CPU time: the server over HTTP, beside the sum of the parts that it
//! cannot do without: the bare driver that reads the same raw batches, our encoder on those rows, and an echo of that body.
//!
//! `TEST_MONGO_URI=$(tests/support/mongo-up) cargo bench --bench find100`

#![allow(clippy::panic, reason = "a benchmark that cannot be made reports by panicking")]

use std::convert::Infallible;
use std::future::Future;
use std::io::{BufRead, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, Command};
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::future::join_all;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use mongodb::Client;
use mongodb::bson::{RawDocumentBuf, doc};
use parsimony::access::{Limits, Read, Write, internal};
use parsimony::config::MongoConfig;
use parsimony::model::{ClassSchema, Date, Field, FieldType, Filter, Map, ParseObject, Pointer, Value};
use parsimony::storage::mongo::Mongo;
use parsimony::storage::{SchemaChange, Storage};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

const ROWS: usize = 100;
const AT_ONCE: usize = 16;
const ROUNDS: usize = 60;

fn schema() -> Arc<ClassSchema> {
    let mut schema = ClassSchema::new("GameScore");
    let columns = [
        ("score", FieldType::Number),
        ("playerName", FieldType::String),
        ("cheatMode", FieldType::Boolean),
        ("tags", FieldType::Array),
        ("stats", FieldType::Object),
        ("player", FieldType::Pointer("_User".into())),
        ("playedAt", FieldType::Date),
    ];
    schema.fields.extend(columns.map(|(name, ty)| (name.to_owned(), Field::new(ty))));
    Arc::new(schema)
}

fn object(i: usize) -> ParseObject {
    let at = Value::Date(Date(1_577_836_800_000 + i as i64));
    let stats = Map::from([("wins", Value::Number(i as f64)), ("ratio", Value::Number(i as f64 / 7.0))]);
    let fields = Map::from([
        ("score", Value::Number(i as f64)),
        ("playerName", Value::from(format!("Player {i} of the game"))),
        ("cheatMode", Value::Bool(i.is_multiple_of(2))),
        ("tags", Value::Array(vec![Value::from("a"), Value::from("tag"), Value::from("of a row")])),
        ("stats", Value::Object(stats)),
        ("player", Value::Pointer(Pointer { class: "_User".into(), id: format!("user{i}") })),
        ("playedAt", at.clone()),
        ("createdAt", at.clone()),
        ("updatedAt", at),
    ]);
    ParseObject { id: format!("object{i:04}"), fields, ..ParseObject::default() }
}

/// CPU time of a process so far; of its threads with a name alone, if one is given.
fn cpu(process: &str, name: Option<&str>) -> Duration {
    let read = |path: std::path::PathBuf| std::fs::read_to_string(path).unwrap_or_default();
    let threads = std::fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    let counted = threads.filter(|thread| name.is_none_or(|name| read(thread.path().join("comm")).trim() == name));
    let time = |stat: String| stat.split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or(0);
    Duration::from_nanos(counted.map(|thread| time(read(thread.path().join("schedstat")))).sum())
}

fn report(what: &str, cpu: Duration, clock: Duration, bytes: usize) -> Duration {
    let number = (ROUNDS * AT_ONCE) as u32;
    println!("{what:<48} {:>8.1?} CPU {:>8.1?} clock {bytes:>8} bytes", cpu / number, clock / number);
    cpu / number
}

async fn measured<F: Future<Output = usize>>(what: &str, run: impl Fn() -> F) -> Duration {
    run().await;
    let (used, before, mut bytes) = (cpu("self", None), Instant::now(), 0);
    for _ in 0..ROUNDS {
        bytes = join_all((0..AT_ONCE).map(|_| run())).await.into_iter().sum::<usize>() / AT_ONCE;
    }
    report(what, cpu("self", None) - used, before.elapsed(), bytes)
}

/// Asks a server over as many connections as there are requests at a time; `used` tells its CPU time.
fn asked(what: &str, address: SocketAddr, used: impl Fn() -> Duration) -> anyhow::Result<Duration> {
    let ask = |times: usize| -> anyhow::Result<usize> {
        std::thread::scope(|scope| {
            let all: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(move || client(address, times))).collect();
            let mut bytes = 0;
            for one in all {
                bytes = one.join().map_err(|_| anyhow::anyhow!("a client panicked"))??;
            }
            Ok(bytes)
        })
    };
    ask(5)?;
    let (cpu, before) = (used(), Instant::now());
    let bytes = ask(ROUNDS)?;
    Ok(report(what, used() - cpu, before.elapsed(), bytes))
}

/// Asks for the rows over one connection; how many bytes the last answer has.
fn client(address: SocketAddr, times: usize) -> anyhow::Result<usize> {
    let mut stream = TcpStream::connect(address)?;
    let mut answers = BufReader::new(stream.try_clone()?);
    let mut body = Vec::new();
    for _ in 0..times {
        stream.write_all(
            b"GET /parse/classes/GameScore?limit=100 HTTP/1.1\r\nHost: x\r\nX-Parse-Application-Id: app\r\n\r\n",
        )?;
        let (mut line, mut length) = (String::new(), 0);
        while line != "\r\n" {
            line.clear();
            answers.read_line(&mut line)?;
            if let Some(text) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = text.trim().parse()?;
            }
        }
        body.resize(length, 0);
        answers.read_exact(&mut body)?;
    }
    anyhow::ensure!(body.starts_with(b"{\"results\":["), "{}", String::from_utf8_lossy(&body));
    Ok(body.len())
}

/// Answers every request with one body, on threads whose CPU time can be told; where.
fn echo(body: Bytes) -> anyhow::Result<(SocketAddr, Runtime)> {
    let runtime = Builder::new_multi_thread().worker_threads(2).thread_name("echo").enable_all().build()?;
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    runtime.spawn(async move {
        let Ok(listener) = TcpListener::from_std(listener) else { return };
        while let Ok((stream, _)) = listener.accept().await {
            let body = body.clone();
            let answer = service_fn(move |_: Request<Incoming>| {
                std::future::ready(Ok::<_, Infallible>(Response::new(Full::new(body.clone()))))
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
        }
    });
    Ok((address, runtime))
}

/// The server as a process of its own, ended when dropped.
struct Server(Child, SocketAddr, #[expect(dead_code, reason = "it is there to be dropped with the server")] TempDir);

impl Server {
    fn start(uri: &str) -> anyhow::Result<Self> {
        let (dir, free) = (tempfile::tempdir()?, std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?);
        let file = dir.path().join("config.json");
        let url = format!("http://{free}/parse");
        let config = serde_json::json!({ "appId": "app", "masterKey": "mk", "serverURL": url, "port": free.port(), "host": "127.0.0.1",
            "databaseURI": uri });
        std::fs::write(&file, config.to_string())?;
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600))?;
        let log = std::fs::File::create(dir.path().join("log"))?;
        let child = Command::new(env!("CARGO_BIN_EXE_parsimony")).arg(file).stdout(log).spawn()?;
        let server = Self(child, free, dir);
        let until = Instant::now() + Duration::from_secs(30);
        while client(free, 1).is_err() {
            anyhow::ensure!(Instant::now() < until, "the server did not start");
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop((self.0.kill(), self.0.wait()));
    }
}

async fn json(mongo: &Mongo, plan: &Read) -> usize {
    let Ok(rows) = mongo.find(plan).await else { return 0 };
    let mut out = Vec::with_capacity(32 << 10);
    for row in 0..rows.len() {
        let _ = rows.write_json(row, plan.render(), &mut out);
    }
    out.len()
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let Ok(uri) = std::env::var("TEST_MONGO_URI") else {
        println!("left out: TEST_MONGO_URI is not set");
        return Ok(());
    };
    let (schema, uri) = (schema(), format!("{}/mh_find100", uri.trim_end_matches('/')));
    let client = Client::with_uri_str(&uri).await?;
    let db = client.database("mh_find100");
    db.drop().await?;
    let config = MongoConfig::at(&uri).map_err(anyhow::Error::msg)?;
    let mongo = Mongo::open(&config).await?;
    mongo.alter(SchemaChange::CreateClass((*schema).clone())).await?;
    let why = internal("a benchmark");
    let creates = (0..ROWS).map(|i| Write::Create(why.create(schema.clone(), object(i), Vec::new())));
    let done = mongo.write(creates.collect(), false).await?;
    assert!(done.iter().all(Result::is_ok));
    let plan = why.read(schema, Filter::all(), Limits::default()).window(0, Some(ROWS as u64));
    let collection = db.collection::<RawDocumentBuf>("GameScore");
    let bare = || async {
        let mut bytes = 0;
        let Ok(mut cursor) = collection.find(doc! {}).limit(ROWS as i64).batch_size(1000).batch().await else {
            return 0;
        };
        while let Some(Ok(batch)) = cursor.next().await {
            bytes += batch.as_raw_document().as_bytes().len();
        }
        bytes
    };
    let rows = mongo.find(&plan).await?;
    let encoded = || async {
        let mut out = Vec::with_capacity(32 << 10);
        (0..rows.len()).for_each(|row| drop(rows.write_json(row, plan.render(), &mut out)));
        out.len()
    };
    let by_object = || async {
        let mut out = Vec::with_capacity(32 << 10);
        for row in 0..rows.len() {
            if let Ok(object) = rows.object(row) {
                parsimony::model::wire::write(&Value::Object(plan.render().object(object)), &mut out);
            }
        }
        out.len()
    };
    let server = Server::start(&uri)?;
    let process = server.0.id().to_string();
    let mut body = Vec::new();
    (0..rows.len()).for_each(|row| drop(rows.write_json(row, plan.render(), &mut body)));
    let (place, echoing) = echo(Bytes::from([&b"{\"results\":["[..], &body, b"]}"].concat()))?;
    for _ in 0..3 {
        let driver = measured("the bare driver, raw batches", bare).await;
        let encoder = measured("our encoder on those rows", encoded).await;
        let echo = asked("an echo of that body over HTTP", place, || cpu("self", Some("echo")))?;
        measured("the same rows by way of objects", by_object).await;
        measured("ours: find and JSON", || json(&mongo, &plan)).await;
        let whole = asked("ours over HTTP", server.1, || cpu(&process, None))?;
        println!(
            "ours over HTTP is {:.2} x the sum of its parts",
            whole.as_secs_f64() / (driver + encoder + echo).as_secs_f64()
        );
    }
    echoing.shutdown_background();
    db.drop().await?;
    Ok(())
}
