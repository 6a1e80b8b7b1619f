//! The load client of `benches/compare`: replays prebuilt HTTP/1.1 requests over keep-alive connections, checks every
//! answer, and prints counts and latencies as one line of JSON. One file, std only, built by `run` with plain `rustc`.
//!
//! `load replay ADDR FILE CONNECTIONS LIMIT STATUS MARKER COUNT`
//!     FILE holds requests, each a 4-byte little-endian length and its bytes; they are sent in a cycle.
//!     LIMIT is `4s` (seconds) or `5000` (requests). An answer is right if it has STATUS and its body holds MARKER
//!     COUNT times. A request under way at the end of the time is finished and counted.
//! `load start ADDR COUNT PROGRAM ARGS…`
//!     starts PROGRAM COUNT times and prints the microseconds from spawn to the first 200 on `/parse/health`.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// An answer slower than this is an error; it bounds how long a run can hang.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// More errors than this end the row: it has failed anyway.
const MAX_ERRORS: u64 = 100;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args.as_slice() {
        ["replay", addr, file, connections, limit, status, marker, count] => {
            Plan::parse(addr, file, limit, status, marker, count).and_then(|plan| replay(&plan, connections.parse()?))
        }
        ["start", addr, count, program @ ..] if !program.is_empty() => start(addr, count, program),
        _ => Err("usage: load replay ADDR FILE CONNECTIONS LIMIT STATUS MARKER COUNT | load start ADDR COUNT PROGRAM…"
            .into()),
    };
    match done {
        Ok(json) => {
            println!("{json}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What to send, how long, and what a right answer looks like.
struct Plan {
    addr: SocketAddr,
    requests: Vec<Vec<u8>>,
    time: Duration,
    max_requests: u64,
    /// Requests a second; as many as come back without it.
    rate: Option<f64>,
    status: u16,
    marker: Vec<u8>,
    count: usize,
}

impl Plan {
    fn parse(addr: &str, file: &str, limit: &str, status: &str, marker: &str, count: &str) -> Result<Plan, Failure> {
        let (limit, rate) = match limit.split_once('@') {
            Some((limit, rate)) => (limit, Some(rate.parse()?)),
            None => (limit, None),
        };
        let (time, max_requests) = match limit.strip_suffix('s') {
            Some(seconds) => (Duration::from_secs_f64(seconds.parse()?), u64::MAX),
            None => (Duration::from_secs(600), limit.parse()?),
        };
        let requests = read_requests(&std::fs::read(file)?).ok_or("the request file is cut short")?;
        if requests.is_empty() {
            return Err("the request file is empty".into());
        }
        let marker = marker.as_bytes().to_vec();
        Ok(Plan {
            addr: addr.parse()?,
            requests,
            time,
            max_requests,
            rate,
            status: status.parse()?,
            marker,
            count: count.parse()?,
        })
    }
}

fn read_requests(mut bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut requests = Vec::new();
    while !bytes.is_empty() {
        let (length, rest) = bytes.split_first_chunk::<4>()?;
        let (request, rest) = rest.split_at_checked(u32::from_le_bytes(*length) as usize)?;
        requests.push(request.to_vec());
        bytes = rest;
    }
    Some(requests)
}

/// What all connections of a replay share.
#[derive(Default)]
struct Shared {
    next: AtomicU64,
    errors: AtomicU64,
    first_error: Mutex<Option<String>>,
}

impl Shared {
    fn failed(&self, error: &Failure) {
        self.errors.fetch_add(1, Ordering::Relaxed);
        if let Ok(mut first) = self.first_error.lock() {
            first.get_or_insert_with(|| error.to_string());
        }
    }
}

fn replay(plan: &Plan, connections: usize) -> Result<String, Failure> {
    let shared = Shared::default();
    let begin = Instant::now();
    let mut latencies: Vec<u32> = thread::scope(|scope| {
        let spawn =
            |_| thread::Builder::new().stack_size(64 << 10).spawn_scoped(scope, || connection(plan, &shared, begin));
        let threads: Vec<_> = (0..connections).map(spawn).collect::<Result<_, _>>()?;
        let joined = threads.into_iter().map(|thread| thread.join().map_err(|_| "a connection's thread panicked"));
        let per_connection: Vec<Vec<u32>> = joined.collect::<Result<_, _>>()?;
        Ok::<_, Failure>(per_connection.concat())
    })?;
    let seconds = begin.elapsed().as_secs_f64();
    latencies.sort_unstable();
    let at = |share: f64| {
        latencies.get((latencies.len() as f64 * share) as usize).or(latencies.last()).copied().unwrap_or(0)
    };
    let first_error = shared.first_error.lock().map_err(|_| "a thread panicked")?.take();
    Ok(format!(
        r#"{{"requests":{},"errors":{},"seconds":{seconds},"p50":{},"p99":{},"max":{},"firstError":{}}}"#,
        latencies.len(),
        shared.errors.load(Ordering::Relaxed),
        at(0.5),
        at(0.99),
        at(1.0),
        first_error.map_or("null".into(), |text| json_string(&text)),
    ))
}

/// Sends the plan's next request again and again on one connection; returns the microseconds each right answer took.
fn connection(plan: &Plan, shared: &Shared, begin: Instant) -> Vec<u32> {
    let mut latencies = Vec::with_capacity(1 << 14);
    let mut open: Option<Connection> = None;
    while begin.elapsed() < plan.time && shared.errors.load(Ordering::Relaxed) < MAX_ERRORS {
        let n = shared.next.fetch_add(1, Ordering::Relaxed);
        if n >= plan.max_requests {
            break;
        }
        if let Some(rate) = plan.rate {
            thread::sleep((begin + Duration::from_secs_f64(n as f64 / rate)).saturating_duration_since(Instant::now()));
        }
        let request = &plan.requests[(n % plan.requests.len() as u64) as usize];
        let mut connection = match open.take().map_or_else(|| Connection::open(plan.addr), Ok) {
            Ok(connection) => connection,
            Err(error) => {
                shared.failed(&error);
                continue;
            }
        };
        let sent = Instant::now();
        match connection.ask(request).and_then(|(status, body)| check(plan, status, body)) {
            Ok(()) => {
                latencies.push(sent.elapsed().as_micros().min(u128::from(u32::MAX)) as u32);
                open = Some(connection);
            }
            Err(error) => shared.failed(&error),
        }
    }
    latencies
}

fn check(plan: &Plan, status: u16, body: &[u8]) -> Result<(), Failure> {
    let found = occurrences(body, &plan.marker);
    if status == plan.status && found == plan.count {
        return Ok(());
    }
    let excerpt = String::from_utf8_lossy(&body[..body.len().min(300)]).into_owned();
    Err(format!("status {status}, marker {found} times; body: {excerpt}").into())
}

/// How often `marker` stands in `body`. Skips by the marker's last byte, so that large bodies cost the client little.
fn occurrences(body: &[u8], marker: &[u8]) -> usize {
    let Some((&last, head)) = marker.split_last() else { return 0 };
    let mut skip = [marker.len(); 256];
    for (i, &byte) in head.iter().enumerate() {
        skip[byte as usize] = head.len() - i;
    }
    let (mut end, mut found) = (head.len(), 0);
    while let Some(&byte) = body.get(end) {
        if byte == last && body[..end].ends_with(head) {
            found += 1;
            end += marker.len();
        } else {
            end += skip[byte as usize];
        }
    }
    found
}

/// A keep-alive connection with its receive buffer.
struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    fn open(addr: SocketAddr) -> Result<Connection, Failure> {
        let stream = TcpStream::connect(addr)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(ANSWER_TIMEOUT))?;
        Ok(Connection { stream, buffer: vec![0; 16 << 10] })
    }

    /// Sends one request and reads its whole answer: status and body. The answer must have a content-length.
    fn ask(&mut self, request: &[u8]) -> Result<(u16, &[u8]), Failure> {
        self.stream.write_all(request)?;
        let mut filled = 0;
        let head = loop {
            filled += self.read(filled)?;
            if let Some(end) = self.buffer[..filled].windows(4).position(|w| w == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let text = std::str::from_utf8(&self.buffer[..head])?;
        let status = text.get(9..12).ok_or("no status line")?.parse()?;
        let length: usize = text
            .lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
            .ok_or("an answer without content-length")?
            .1
            .trim()
            .parse()?;
        while filled < head + length {
            filled += self.read(filled)?;
        }
        if filled > head + length {
            return Err("bytes after the end of the answer".into());
        }
        Ok((status, &self.buffer[head..filled]))
    }

    fn read(&mut self, filled: usize) -> Result<usize, Failure> {
        if filled == self.buffer.len() {
            self.buffer.resize(filled * 2, 0);
        }
        match self.stream.read(&mut self.buffer[filled..])? {
            0 => Err("the server closed the connection".into()),
            read => Ok(read),
        }
    }
}

fn start(addr: &str, count: &str, program: &[&str]) -> Result<String, Failure> {
    let addr: SocketAddr = addr.parse()?;
    let mut times = Vec::new();
    for _ in 0..count.parse::<usize>()? {
        if TcpStream::connect(addr).is_ok() {
            return Err(format!("something listens on {addr} already").into());
        }
        let begin = Instant::now();
        let mut child =
            Command::new(program[0]).args(&program[1..]).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        let took = first_answer(addr, &mut child, begin);
        stop(&mut child)?;
        times.push(took?.as_micros().to_string());
    }
    Ok(format!("[{}]", times.join(",")))
}

/// Tries to connect every 50 µs until the server answers 200 on `/parse/health`.
fn first_answer(addr: SocketAddr, child: &mut Child, begin: Instant) -> Result<Duration, Failure> {
    let request = format!("GET /parse/health HTTP/1.1\r\nHost: {addr}\r\n\r\n");
    while begin.elapsed() < ANSWER_TIMEOUT {
        if let Ok(mut connection) = Connection::open(addr) {
            if matches!(connection.ask(request.as_bytes()), Ok((200, _))) {
                return Ok(begin.elapsed());
            }
        }
        if let Some(status) = child.try_wait()? {
            return Err(format!("the server ended at start: {status}").into());
        }
        thread::sleep(Duration::from_micros(50));
    }
    Err("the server did not answer".into())
}

/// SIGTERM, as an operator stops it, so that the next start finds a file that was closed properly.
fn stop(child: &mut Child) -> io::Result<()> {
    if child.try_wait()?.is_none() {
        Command::new("kill").arg(child.id().to_string()).status()?;
    }
    child.wait().map(drop)
}

fn json_string(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c < ' ' => out.push(' '),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
