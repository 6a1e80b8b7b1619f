//! A mail server (SMTP, RFC 5321) on a port of its own: takes mails from those who know its password.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
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

/// The running server.
pub struct MailServer {
    port: u16,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    messages: Mutex<VecDeque<Message>>,
    /// What the next mails are answered with instead of being taken.
    refusals: Mutex<VecDeque<String>>,
    /// How many connections there were.
    connections: Mutex<usize>,
}

impl MailServer {
    /// Starts one.
    pub fn start() -> MailServer {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let shared = Arc::new(Shared::default());
        let served = shared.clone();
        spawn(move || {
            for stream in listener.incoming().flatten() {
                *served.connections.lock().expect("connections") += 1;
                let shared = served.clone();
                spawn(move || serve(&shared, stream));
            }
        });
        MailServer { port, shared }
    }

    /// Where it is, with this password, nothing encrypted.
    pub fn url(&self, password: &str) -> String {
        format!("smtp://app:{password}@127.0.0.1:{}?tls=none", self.port)
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

/// Talks to one client, until it goes.
fn serve(shared: &Shared, stream: TcpStream) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let (mut message, mut known) = (Message::default(), false);
    let plain = BASE64_STANDARD.encode("\0app\0secret");
    let mut answer = "220 mail.test ESMTP".to_owned();
    loop {
        reader.get_mut().write_all(format!("{answer}\r\n").as_bytes()).ok()?;
        let line = read(&mut reader)?;
        let (verb, rest) = line.split_once([' ', ':']).unwrap_or((&line, ""));
        answer = match verb.to_ascii_uppercase().as_str() {
            "EHLO" => "250-mail.test\r\n250-8BITMIME\r\n250 AUTH PLAIN".to_owned(),
            "AUTH" if rest == format!("PLAIN {plain}") => {
                known = true;
                "235 2.7.0 welcome".to_owned()
            }
            "AUTH" => "535 5.7.8 wrong password".to_owned(),
            "NOOP" | "RSET" => "250 ok".to_owned(),
            "QUIT" => "221 bye".to_owned(),
            _ if !known => "530 5.7.0 who are you".to_owned(),
            "MAIL" => {
                message = Message { from: address(rest), ..Message::default() };
                "250 ok".to_owned()
            }
            "RCPT" => {
                message.to.push(address(rest));
                "250 ok".to_owned()
            }
            "DATA" => {
                reader.get_mut().write_all(b"354 go on\r\n").ok()?;
                loop {
                    let line = read(&mut reader)?;
                    if line == "." {
                        break;
                    }
                    message.data += line.strip_prefix('.').unwrap_or(&line);
                    message.data.push('\n');
                }
                let refusal = shared.refusals.lock().expect("refusals").pop_front();
                refusal.unwrap_or_else(|| {
                    shared.messages.lock().expect("messages").push_back(message.clone());
                    "250 taken".to_owned()
                })
            }
            _ => "502 what".to_owned(),
        };
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    (reader.read_line(&mut line).ok()? > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
}

/// What stands in `<…>`.
fn address(text: &str) -> String {
    text.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map_or("", |(address, _)| address).to_owned()
}
