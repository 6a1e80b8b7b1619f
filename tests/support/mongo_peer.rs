//! A peer that speaks MongoDB's protocol (OP_MSG): it notes each command that it is sent, and plays faults from a script. Alone it
//! answers as an empty database that agrees to everything; in front of an engine it passes on what the script does not touch.

use mongodb::bson::{Bson, Document, doc};
use std::collections::VecDeque;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{sleep, spawn};
use std::time::Duration;

/// What the peer says that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A server by itself: it knows no transactions.
    Standalone,
    /// A replica set with so many members; the first is the primary.
    ReplicaSet(usize),
    /// The way into a sharded cluster.
    Mongos,
}

/// A command that the peer was sent.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Its name.
    pub name: String,
    /// The collection that it is about, if it is about one.
    pub collection: String,
    /// All of it.
    pub command: Document,
    /// Which member it was sent to.
    pub member: usize,
}

/// What the peer does with one command.
#[derive(Clone, Debug)]
pub enum Fault {
    /// It answers this.
    Answer(Document),
    /// It closes the connection in place of an answer.
    Cut,
    /// It carries out the command, and closes the connection in place of the answer.
    CutAfter,
    /// It takes its time.
    Late(Duration),
    /// It never answers, and keeps the connection.
    Silent,
    /// The member is no primary any more: the next one is.
    Elect,
}

impl Fault {
    /// An error of the database.
    pub fn error(code: i32, text: &str) -> Self {
        Self::labelled(code, text, &[])
    }

    /// An error of the database with labels for drivers.
    pub fn labelled(code: i32, text: &str, labels: &[&str]) -> Self {
        Self::Answer(doc! { "ok": 0, "code": code, "codeName": "Scripted", "errmsg": text, "errorLabels": labels })
    }

    /// An error of one write.
    pub fn refused(code: i32, text: &str) -> Self {
        Self::Answer(doc! { "ok": 1, "n": 0, "writeErrors": [{ "index": 0, "code": code, "errmsg": text }] })
    }
}

/// A running peer; its threads end with the test.
pub struct Peer(Arc<State>);

struct State {
    kind: Kind,
    engine: Option<SocketAddr>,
    database: String,
    members: Vec<SocketAddr>,
    primary: AtomicUsize,
    frozen: AtomicBool,
    sent: Mutex<Vec<Sent>>,
    script: Mutex<VecDeque<(String, Fault)>>,
    open: Mutex<Vec<TcpStream>>,
}

impl Peer {
    /// A peer that answers by itself.
    pub fn start(kind: Kind) -> Self {
        Self::run(kind, None, "db")
    }

    /// A peer in front of an engine: it is what the engine is.
    pub fn before(uri: &str) -> Self {
        let (address, database) = uri.trim_start_matches("mongodb://").split_once('/').unwrap();
        Self::run(Kind::Standalone, Some(address.parse().unwrap()), database)
    }

    fn run(kind: Kind, engine: Option<SocketAddr>, database: &str) -> Self {
        let number = if let Kind::ReplicaSet(number) = kind { number } else { 1 };
        let listeners: Vec<TcpListener> = (0..number).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
        let members = listeners.iter().map(|listener| listener.local_addr().unwrap()).collect();
        let (primary, frozen) = Default::default();
        let (sent, script, open) = Default::default();
        let database = database.to_owned();
        let state = Arc::new(State { kind, engine, database, members, primary, frozen, sent, script, open });
        for (member, listener) in listeners.into_iter().enumerate() {
            let state = state.clone();
            spawn(move || {
                for stream in listener.incoming().flatten() {
                    state.open.lock().unwrap().push(stream.try_clone().unwrap());
                    let state = state.clone();
                    spawn(move || drop(state.serve(member, stream)));
                }
            });
        }
        Self(state)
    }

    /// The URI of a database there: that of the engine's URI, if there is an engine behind it.
    pub fn uri(&self, options: &str) -> String {
        let members: Vec<String> = self.0.members.iter().map(ToString::to_string).collect();
        let set = if let Kind::ReplicaSet(_) = self.0.kind { "replicaSet=rs" } else { "" };
        let options = [set, options].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("&");
        format!("mongodb://{}/{}?{options}", members.join(","), self.0.database)
    }

    /// The next command of this name meets this fault, after those that were told before.
    pub fn plays(&self, command: &str, fault: Fault) {
        self.0.script.lock().unwrap().push_back((command.to_owned(), fault));
    }

    /// Faults that no command has met yet.
    pub fn unplayed(&self) -> usize {
        self.0.script.lock().unwrap().len()
    }

    /// What was sent since the last time, but for what drivers say to each other.
    pub fn take(&self) -> Vec<Sent> {
        std::mem::take(&mut self.0.sent.lock().unwrap())
    }

    /// The same in words: `find T`, `commitTransaction`.
    pub fn told(&self) -> Vec<String> {
        let words = |sent: Sent| format!("{} {}", sent.name, sent.collection).trim_end().to_owned();
        self.take().into_iter().map(words).collect()
    }

    /// Nothing is answered any more, not even hello; or all of it is again.
    pub fn freeze(&self, frozen: bool) {
        self.0.frozen.store(frozen, Ordering::SeqCst);
    }

    /// How many connections are open.
    pub fn connections(&self) -> usize {
        let mut open = self.0.open.lock().unwrap();
        open.retain(|stream| stream.peer_addr().is_ok());
        open.len()
    }

    /// Closes all connections.
    pub fn cut(&self) {
        for stream in self.0.open.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

impl State {
    fn serve(&self, member: usize, mut stream: TcpStream) -> io::Result<()> {
        let end = stream.try_clone()?;
        let result = self.converse(member, &mut stream);
        let _ = end.shutdown(Shutdown::Both);
        result
    }

    fn converse(&self, member: usize, stream: &mut TcpStream) -> io::Result<()> {
        let mut engine: Option<TcpStream> = None;
        loop {
            let message = message(stream)?;
            while self.frozen.load(Ordering::SeqCst) {
                sleep(Duration::from_millis(5));
            }
            let command = command(&message);
            let name = command.keys().next().cloned().unwrap_or_default();
            self.note(&name, &command, member);
            let fault = self.fault(&name);
            let late = |time: &Duration| sleep(*time);
            match &fault {
                Some(Fault::Cut) => return Ok(()),
                Some(Fault::Silent) => loop {
                    sleep(Duration::from_secs(1));
                },
                Some(Fault::Late(time)) => late(time),
                Some(Fault::Elect) => drop(self.primary.fetch_add(1, Ordering::SeqCst)),
                _ => {}
            }
            let reply = match (&fault, self.engine) {
                (Some(Fault::Answer(answer)), _) => envelope(&message, answer),
                (_, Some(address)) => {
                    let engine = match &mut engine {
                        Some(engine) => engine,
                        none => none.insert(TcpStream::connect(address)?),
                    };
                    engine.write_all(&message)?;
                    self::message(engine)?
                }
                _ => envelope(&message, &self.answer(&name, &command, member)),
            };
            // Who asks so wants no answer.
            let is_silent = message[16] & 2 != 0;
            match fault {
                Some(Fault::CutAfter) => return Ok(()),
                _ if is_silent => {}
                _ => stream.write_all(&reply)?,
            }
        }
    }

    fn note(&self, name: &str, command: &Document, member: usize) {
        const TALK: [&str; 7] = ["hello", "isMaster", "ismaster", "ping", "endSessions", "killCursors", "buildInfo"];
        if TALK.contains(&name) {
            return;
        }
        let collection = command.get_str(name).unwrap_or_default().to_owned();
        let sent = Sent { name: name.to_owned(), collection, command: command.clone(), member };
        self.sent.lock().unwrap().push(sent);
    }

    fn fault(&self, name: &str) -> Option<Fault> {
        let mut script = self.script.lock().unwrap();
        let at = script.iter().position(|(of, _)| of == name)?;
        script.remove(at).map(|(_, fault)| fault)
    }

    /// What an empty database answers that agrees to everything.
    fn answer(&self, name: &str, command: &Document, member: usize) -> Document {
        let primary = self.primary.load(Ordering::SeqCst) % self.members.len();
        let number = |list: &str| command.get_array(list).map_or(0, Vec::len) as i32;
        match name {
            "hello" | "isMaster" | "ismaster" => self.hello(member, primary),
            _ if member != primary && !command.contains_key("$readPreference") => not_primary(name, command),
            "find" | "aggregate" => {
                let of = command.get_str(name).unwrap_or_default();
                let database = command.get_str("$db").unwrap_or_default();
                doc! { "cursor": { "id": 0_i64, "ns": format!("{database}.{of}"), "firstBatch": [] }, "ok": 1 }
            }
            "insert" => doc! { "n": number("documents"), "ok": 1 },
            "update" => doc! { "n": number("updates"), "nModified": number("updates"), "ok": 1 },
            "delete" => doc! { "n": number("deletes"), "ok": 1 },
            "findAndModify" => doc! { "value": Bson::Null, "ok": 1 },
            _ => doc! { "ok": 1 },
        }
    }

    fn hello(&self, member: usize, primary: usize) -> Document {
        let mut hello = doc! { "ok": 1, "helloOk": true, "ismaster": member == primary, "isWritablePrimary": member == primary,
        "maxBsonObjectSize": 16_777_216, "maxMessageSizeBytes": 48_000_000, "maxWriteBatchSize": 100_000,
        "logicalSessionTimeoutMinutes": 30, "minWireVersion": 0, "maxWireVersion": 21, "readOnly": false };
        match self.kind {
            Kind::Standalone => {}
            Kind::Mongos => drop(hello.insert("msg", "isdbgrid")),
            Kind::ReplicaSet(_) => {
                let hosts: Vec<String> = self.members.iter().map(ToString::to_string).collect();
                hello
                    .extend(doc! { "setName": "rs", "setVersion": 1, "me": &hosts[member], "primary": &hosts[primary],
                    "hosts": hosts, "secondary": member != primary });
            }
        }
        hello
    }
}

/// The error of a member that is no primary, with the labels that a server gives it.
fn not_primary(name: &str, command: &Document) -> Document {
    let ends = ["commitTransaction", "abortTransaction"].contains(&name);
    let label = match command.contains_key("autocommit") && !ends {
        true => Some("TransientTransactionError"),
        false => command.contains_key("txnNumber").then_some("RetryableWriteError"),
    };
    let labels: Vec<&str> = label.into_iter().collect();
    doc! { "ok": 0, "code": 10107, "codeName": "NotWritablePrimary", "errmsg": "not primary", "errorLabels": labels }
}

/// The next message, its head included.
fn message(stream: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut message = vec![0; 16];
    stream.read_exact(&mut message)?;
    message.resize(number(&message) as usize, 0);
    stream.read_exact(&mut message[16..])?;
    Ok(message)
}

fn number(bytes: &[u8]) -> i32 {
    i32::from_le_bytes(bytes[..4].try_into().unwrap())
}

/// The command of a message; lists that were sent apart stand where they belong.
fn command(message: &[u8]) -> Document {
    assert_eq!(number(&message[12..]), 2013, "no OP_MSG");
    let (mut command, mut apart) = (Document::new(), Document::new());
    let mut rest = &message[20..];
    while let [kind, section @ ..] = rest {
        let (body, after) = section.split_at(number(section) as usize);
        rest = after;
        if *kind == 0 {
            command = Document::from_reader(body).unwrap();
            continue;
        }
        let end = body.iter().skip(4).position(|byte| *byte == 0).unwrap() + 4;
        let (name, mut documents) = (String::from_utf8(body[4..end].to_vec()).unwrap(), &body[end + 1..]);
        let mut list = Vec::new();
        while !documents.is_empty() {
            list.push(Bson::Document(Document::from_reader(&mut documents).unwrap()));
        }
        apart.insert(name, list);
    }
    command.extend(apart);
    command
}

/// An answer as the message that answers another.
fn envelope(asked: &[u8], answer: &Document) -> Vec<u8> {
    let mut body = Vec::new();
    answer.to_writer(&mut body).unwrap();
    let mut out = ((body.len() + 21) as i32).to_le_bytes().to_vec();
    out.extend([0; 4]);
    out.extend_from_slice(&asked[4..8]);
    out.extend(2013_i32.to_le_bytes());
    out.extend([0; 5]);
    out.append(&mut body);
    out
}
