//! Reads the recorded requests: the format is told by the head of `http-vectors.txt`.

use crate::support::Actor;
use std::collections::BTreeMap;

/// The first request that goes to the second server of the recording.
pub const SECOND_SERVER_FROM: u32 = 384;

/// One recorded request with its answer.
#[derive(Clone, Debug)]
pub struct Vector {
    /// Its number in the recording, from 1.
    pub number: u32,
    /// `GET`, `POST`, …
    pub method: String,
    /// Below the mount path, with the query, not yet percent-encoded; may hold `$name`.
    pub path: String,
    /// Who asks; a session's token may be `$name`.
    pub actor: Actor,
    /// Headers beyond the caller's.
    pub headers: Vec<(String, String)>,
    /// The body as sent; may hold `$name`.
    pub body: Option<String>,
    /// A body typed in by a person in a form.
    pub form: bool,
    /// What came back.
    pub answer: Expected,
    /// The link that a mail brought after the answer; holds a `$name`.
    pub mailed: Option<String>,
}

impl Vector {
    /// All of the request in which a `$name` may stand.
    pub fn sent(&self) -> String {
        format!("{} {:?} {}", self.path, self.actor, self.body.as_deref().unwrap_or_default())
    }

    /// All of the answer, and of the mail after it, in which a `$name` may stand.
    pub fn received(&self) -> String {
        format!("{} {:?} {}", self.answer.body, self.answer.headers, self.mailed.as_deref().unwrap_or_default())
    }
}

/// A recorded answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// HTTP status.
    pub status: u16,
    /// The body with masks and `$name`s; for an HTML page its id after `page `.
    pub body: String,
    /// Headers that were recorded; the value `-` means that the header is absent.
    pub headers: Vec<(String, String)>,
}

/// The recording as it holds for MongoDB, which SQLite follows.
pub struct Recording {
    /// Requests in the order of the recording.
    pub vectors: Vec<Vector>,
}

/// Recorded on MongoDB's default file store; this replay keeps files in a directory, as the first recording did.
const GRIDFS_ONLY: u32 = 266;

impl Recording {
    /// A recording of its own, taken as it is.
    pub fn of(text: &str) -> Recording {
        Recording { vectors: parse(text) }
    }

    /// The PostgreSQL recording with the answers that MongoDB gives in their place, and the order in which it has their keys.
    pub fn load() -> Recording {
        let mongo = include_str!("http-vectors-mongo.txt");
        let observed = mongo.split("### B.").next().unwrap_or_default();
        let replaced: BTreeMap<u32, Expected> =
            parse(observed).into_iter().map(|vector| (vector.number, vector.answer)).collect();
        let mut vectors = parse(include_str!("http-vectors.txt"));
        let orders: BTreeMap<&str, &str> =
            include_str!("key-order.txt").lines().filter_map(|line| line.split_once(' ')).collect();
        for vector in &mut vectors {
            if let Some(answer) = replaced.get(&vector.number).filter(|_| vector.number != GRIDFS_ONLY) {
                vector.answer = answer.clone();
            }
            if let Some(body) = orders.get(vector.number.to_string().as_str()) {
                vector.answer.body = (*body).to_owned();
            }
        }
        Recording { vectors }
    }
}

/// All records of a file in this format, in order.
pub fn parse(text: &str) -> Vec<Vector> {
    let mut vectors: Vec<Vector> = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        if let Some(vector) = request_line(line) {
            vectors.push(vector);
        } else if let Some(link) = line.strip_prefix("-- link mailed: ") {
            vectors.last_mut().expect("a request before a mail").mailed = Some(link.to_owned());
        } else if let Some(body) = line.strip_prefix("  > ").or((line == "  >").then_some("")) {
            let vector = vectors.last_mut().expect("a request before a body");
            vector.form = body.starts_with("(form) ");
            vector.body = Some(body.strip_prefix("(form) ").unwrap_or(body).to_owned());
        } else if let Some(answer) = line.strip_prefix("  < ") {
            let mut text = answer.to_owned();
            if text.ends_with("<!DOCTYPE html>") {
                for html in lines.by_ref().take_while(|line| !line.is_empty()) {
                    text = format!("{text}\n{html}");
                }
                text.push('\n');
            }
            vectors.last_mut().expect("a request before an answer").answer = expected(&text);
        }
    }
    vectors
}

/// `14 POST /classes/A [client] {Header: value}`
fn request_line(line: &str) -> Option<Vector> {
    let (number, rest) = line.split_once(' ')?;
    let number = number.parse().ok()?;
    let (method, rest) = rest.split_once(' ')?;
    let (rest, headers) = take_headers(rest, " {");
    let (path, actor) = take_actor(rest);
    Some(Vector {
        number,
        method: method.to_owned(),
        path: path.to_owned(),
        actor,
        headers,
        body: None,
        form: false,
        answer: Expected { status: 0, body: String::new(), headers: Vec::new() },
        mailed: None,
    })
}

fn take_actor(line: &str) -> (&str, Actor) {
    let Some((path, name)) = line.strip_suffix(']').and_then(|line| line.rsplit_once(" [")) else {
        return (line, Actor::NoKeys);
    };
    let actor = match name {
        "no keys" => Actor::NoKeys,
        "client" => Actor::Client,
        "master" => Actor::Master,
        "readonly" => Actor::ReadOnly,
        "maintenance" => Actor::Maintenance,
        other => Actor::Session(other.strip_prefix("session ").expect("a kind of caller").to_owned()),
    };
    (path, actor)
}

/// `200 {"a":1}  {Location: x}`
pub fn expected(text: &str) -> Expected {
    let (status, rest) = text.split_once(' ').unwrap_or((text, ""));
    let (body, headers) = take_headers(rest, "  {");
    Expected { status: status.parse().expect("a status"), body: body.to_owned(), headers }
}

/// Cuts `{Name: value}` groups off the end of a line.
fn take_headers<'a>(line: &'a str, opening: &str) -> (&'a str, Vec<(String, String)>) {
    let mut rest = line;
    let mut headers = Vec::new();
    while let Some((before, name, value)) = last_header(rest, opening) {
        headers.insert(0, (name.to_owned(), value.to_owned()));
        rest = before;
    }
    (rest, headers)
}

fn last_header<'a>(line: &'a str, opening: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let (before, group) = line.strip_suffix('}')?.rsplit_once(opening)?;
    let (name, value) = group.split_once(": ")?;
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_name.then_some((before, name, value))
}
