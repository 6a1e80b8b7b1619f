//! A mail server (SMTP, RFC 5321) on a port of its own: takes mails from those who know its password, in the clear, by
//! STARTTLS or encrypted from the start, and has its bad days.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{sleep, spawn};
use std::time::{Duration, Instant};

/// Longest wait for a mail.
const PATIENCE: Duration = Duration::from_secs(15);

/// A mail as it came.
#[derive(Clone, Debug, Default)]
pub struct Message {
    /// Who sent it, as the envelope says.
    pub from: String,
    /// Whom it is for, as the envelope says.
    pub to: Vec<String>,
    /// Head and body, lines ended by `\n`.
    pub data: String,
}

/// When a connection is encrypted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Encrypted {
    /// Never.
    Never,
    /// Once the client asks for it; nothing is taken before.
    StartTls,
    /// From its first byte on.
    Always,
}

/// The running server.
pub struct MailServer {
    port: u16,
    shared: Arc<Shared>,
    /// Its certificate, PEM.
    certificate: String,
}

struct Shared {
    encrypted: Encrypted,
    tls: Arc<ServerConfig>,
    /// The one way to log in that it knows.
    way: &'static str,
    /// Held: no mail is answered.
    held: Mutex<()>,
    messages: Mutex<VecDeque<Message>>,
    /// What the next mails are answered with instead of being taken; with an empty one the connection is closed.
    refusals: Mutex<VecDeque<String>>,
    /// How many connections there were.
    connections: Mutex<usize>,
}

impl MailServer {
    /// Starts one that encrypts nothing.
    pub fn start() -> MailServer {
        Self::with(Encrypted::Never, "PLAIN")
    }

    /// One that encrypts so, and is logged in to so (`PLAIN`, `LOGIN`).
    pub fn with(encrypted: Encrypted, way: &'static str) -> MailServer {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).expect("a certificate");
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
        let tls = ServerConfig::builder().with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key);
        let shared = Arc::new(Shared {
            encrypted,
            tls: Arc::new(tls.expect("TLS")),
            way,
            held: Mutex::default(),
            messages: Mutex::default(),
            refusals: Mutex::default(),
            connections: Mutex::default(),
        });
        let served = shared.clone();
        spawn(move || {
            for stream in listener.incoming().flatten() {
                *served.connections.lock().expect("connections") += 1;
                let shared = served.clone();
                spawn(move || serve(&shared, stream));
            }
        });
        MailServer { port, shared, certificate: made.cert.pem() }
    }

    /// Where it is, with this password.
    pub fn url(&self, password: &str) -> String {
        let (scheme, rest) = match self.shared.encrypted {
            Encrypted::Never => ("smtp", "?tls=none"),
            Encrypted::StartTls => ("smtp", ""),
            Encrypted::Always => ("smtps", ""),
        };
        format!("{scheme}://app:{password}@127.0.0.1:{}{rest}", self.port)
    }

    /// Its certificate, PEM.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// Answers no mail for as long as what is given back is there.
    pub fn hold(&self) -> MutexGuard<'_, ()> {
        self.shared.held.lock().expect("held")
    }

    /// Answers the next mails so, one each.
    pub fn refuse(&self, answers: &[&str]) {
        self.shared.refusals.lock().expect("refusals").extend(answers.iter().map(|answer| (*answer).to_owned()));
    }

    /// How many connections there were.
    pub fn connections(&self) -> usize {
        *self.shared.connections.lock().expect("connections")
    }

    /// The next mail.
    pub fn next(&self) -> Message {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            if let Some(message) = self.shared.messages.lock().expect("messages").pop_front() {
                return message;
            }
            sleep(Duration::from_millis(10));
        }
        panic!("no mail came");
    }

    /// How many mails came and were not taken.
    pub fn waiting(&self) -> usize {
        self.shared.messages.lock().expect("messages").len()
    }
}

/// A connection, encrypted or not.
trait Stream: Read + Write {}
impl<T: Read + Write> Stream for T {}

fn encrypt(shared: &Shared, stream: TcpStream) -> Box<dyn Stream> {
    let connection = ServerConnection::new(shared.tls.clone()).expect("TLS");
    Box::new(StreamOwned::new(connection, stream))
}

/// Talks to one client, until it goes.
fn serve(shared: &Shared, stream: TcpStream) -> Option<()> {
    let clear = stream.try_clone().ok()?;
    if shared.encrypted != Encrypted::StartTls {
        let stream = if shared.encrypted == Encrypted::Always { encrypt(shared, stream) } else { Box::new(stream) };
        return Talk { shared, reader: BufReader::new(stream), known: false }.take_mails("220 mail.test ESMTP");
    }
    let mut talk = Talk { shared, reader: BufReader::new(Box::new(clear)), known: false };
    let mut answer = "220 mail.test ESMTP";
    loop {
        talk.say(answer)?;
        answer = match read(&mut talk.reader)?.to_ascii_uppercase().as_str() {
            "STARTTLS" => break,
            line if line.starts_with("EHLO") => "250-mail.test\r\n250 STARTTLS",
            "QUIT" => return None,
            _ => "530 5.7.0 not in the clear",
        };
    }
    talk.say("220 go on")?;
    Talk { shared, reader: BufReader::new(encrypt(shared, stream)), known: false }.take_mails("")
}

struct Talk<'a> {
    shared: &'a Shared,
    reader: BufReader<Box<dyn Stream>>,
    known: bool,
}

impl Talk<'_> {
    fn say(&mut self, answer: &str) -> Option<()> {
        self.reader.get_mut().write_all(format!("{answer}\r\n").as_bytes()).ok()?;
        self.reader.get_mut().flush().ok()
    }

    /// Takes mails; `greeting` is empty where the client begins.
    fn take_mails(&mut self, greeting: &str) -> Option<()> {
        let mut message = Message::default();
        if !greeting.is_empty() {
            self.say(greeting)?;
        }
        loop {
            let line = read(&mut self.reader)?;
            let (verb, rest) = line.split_once([' ', ':']).unwrap_or((&line, ""));
            let answer = match verb.to_ascii_uppercase().as_str() {
                "EHLO" => format!("250-mail.test\r\n250-8BITMIME\r\n250 AUTH {}", self.shared.way),
                "AUTH" => self.log_in(rest)?,
                "NOOP" | "RSET" => "250 ok".to_owned(),
                "QUIT" => return self.say("221 bye"),
                _ if !self.known => "530 5.7.0 who are you".to_owned(),
                "MAIL" => {
                    message = Message { from: address(rest), ..Message::default() };
                    "250 ok".to_owned()
                }
                "RCPT" => {
                    message.to.push(address(rest));
                    "250 ok".to_owned()
                }
                "DATA" => self.take(&mut message)?,
                _ => "502 what".to_owned(),
            };
            self.say(&answer)?;
        }
    }

    fn log_in(&mut self, given: &str) -> Option<String> {
        self.known = match (given, self.shared.way) {
            ("LOGIN", "LOGIN") => {
                let mut asked = Vec::new();
                for question in ["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6"] {
                    self.say(question)?;
                    asked.push(BASE64_STANDARD.decode(read(&mut self.reader)?).ok()?);
                }
                asked == [b"app".to_vec(), b"secret".to_vec()]
            }
            (given, "PLAIN") => given == format!("PLAIN {}", BASE64_STANDARD.encode("\0app\0secret")),
            _ => false,
        };
        Some(if self.known { "235 2.7.0 welcome" } else { "535 5.7.8 wrong password" }.to_owned())
    }

    /// Reads a mail; `None` if the connection is to be closed.
    fn take(&mut self, message: &mut Message) -> Option<String> {
        self.say("354 go on")?;
        loop {
            let line = read(&mut self.reader)?;
            if line == "." {
                break;
            }
            message.data += line.strip_prefix('.').unwrap_or(&line);
            message.data.push('\n');
        }
        drop(self.shared.held.lock().expect("held"));
        if let Some(refusal) = self.shared.refusals.lock().expect("refusals").pop_front() {
            return Some(refusal).filter(|refusal| !refusal.is_empty());
        }
        self.shared.messages.lock().expect("messages").push_back(message.clone());
        Some("250 taken".to_owned())
    }
}

fn read(reader: &mut BufReader<Box<dyn Stream>>) -> Option<String> {
    let mut line = String::new();
    (reader.read_line(&mut line).ok()? > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
}

/// What stands in `<…>`.
fn address(text: &str) -> String {
    text.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or("", |(address, _)| address).to_owned()
}
