//! A server of webhooks: real HTTP, kept connections, and every bad habit that such a server may have.

use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{sleep, spawn};
use std::time::Duration;

/// A question that was put to the peer.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The path.
    pub path: String,
    /// Header names in lower case, with their values.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Value,
}

/// What the peer does with a question.
pub enum Said {
    /// Answers 200 with JSON.
    Json(Value),
    /// Answers with a status, a line of further headers, and a body.
    With(u16, &'static str, String),
    /// Answers with JSON after a while.
    Late(Duration, Value),
    /// Sends these bytes and closes the connection.
    Bytes(Vec<u8>),
    /// Sends nothing, and keeps the connection.
    Nothing,
}

/// A running peer; its threads end with the test.
pub struct Peer {
    base: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    connections: Arc<AtomicUsize>,
}

type Answers = Arc<dyn Fn(&Asked) -> Said + Send + Sync>;

impl Peer {
    /// Starts a peer that answers with what `answers` says to a question.
    pub fn start(answers: impl Fn(&Asked) -> Said + Send + Sync + 'static) -> Peer {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port for the peer");
        let base = format!("http://{}", listener.local_addr().expect("the address of the peer"));
        let (asked, connections) = (Arc::default(), Arc::new(AtomicUsize::new(0)));
        let peer = Peer { base, asked: Arc::clone(&asked), connections: Arc::clone(&connections) };
        let answers: Answers = Arc::new(answers);
        spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                connections.fetch_add(1, Ordering::Relaxed);
                let (answers, asked) = (Arc::clone(&answers), Arc::clone(&asked));
                spawn(move || serve(stream, &answers, &asked));
            }
        });
        peer
    }

    /// The URL of a path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// The questions since the last look.
    pub fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.asked.lock().expect("the questions"))
    }

    /// How many connections were made to it.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::Relaxed)
    }
}

fn serve(stream: TcpStream, answers: &Answers, asked: &Mutex<Vec<Asked>>) {
    let mut reader = BufReader::new(stream.try_clone().expect("the stream"));
    let mut writer = stream;
    while let Some(question) = read(&mut reader) {
        asked.lock().expect("the questions").push(question.clone());
        let sent = match answers(&question) {
            Said::Json(value) => send(&mut writer, 200, "content-type: application/json", &value.to_string()),
            Said::With(status, header, body) => send(&mut writer, status, header, &body),
            Said::Late(pause, value) => {
                sleep(pause);
                send(&mut writer, 200, "content-type: application/json", &value.to_string())
            }
            Said::Bytes(bytes) => {
                let _ = writer.write_all(&bytes);
                return;
            }
            Said::Nothing => Ok(()),
        };
        if sent.is_err() {
            return;
        }
    }
}

fn send(writer: &mut TcpStream, status: u16, header: &str, body: &str) -> std::io::Result<()> {
    let head = format!("HTTP/1.1 {status} Said\r\n{header}\r\ncontent-length: {}\r\n\r\n", body.len());
    writer.write_all(format!("{head}{body}").as_bytes())
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Asked> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|n| *n > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, n)| n.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    Some(Asked { path, headers, body: serde_json::from_slice(&body).unwrap_or_default() })
}
