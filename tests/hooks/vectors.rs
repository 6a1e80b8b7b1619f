//! `webhook-vectors.txt`: requests of clients, the questions that Parse Server put to webhooks for them, and the answers.

use crate::support::{Actor, Answer, Asked, Client, Peer, Said, Server};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

/// One request with all that follows from it.
#[derive(Default)]
struct Exchange {
    request: String,
    hooks: Vec<String>,
    answers: Vec<String>,
    answer: String,
}

#[test]
fn webhooks_are_asked_and_understood_as_by_parse_server() {
    let exchanges = read(include_str!("webhook-vectors.txt"));
    assert_eq!(exchanges.len(), 21);
    let mut stage = Stage::set();
    let failures: Vec<String> = exchanges.iter().filter_map(|exchange| stage.play(exchange).err()).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

fn read(text: &str) -> Vec<Exchange> {
    let mut exchanges: Vec<Exchange> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let Some((mark, rest)) = line.trim_start().split_once(' ') else { continue };
        match mark {
            ">" => exchanges.push(Exchange { request: rest.to_owned(), ..Exchange::default() }),
            "HOOK" => exchanges.last_mut().unwrap().hooks.push(rest.to_owned()),
            "ANSWER" => exchanges.last_mut().unwrap().answers.push(rest.to_owned()),
            "<" => exchanges.last_mut().unwrap().answer = rest.to_owned(),
            _ => panic!("{line}"),
        }
    }
    exchanges
}

struct Stage {
    server: Server,
    peer: Peer,
    answers: Arc<Mutex<VecDeque<String>>>,
    /// Names of the recording with their values here.
    names: Vec<(&'static str, String)>,
}

impl Stage {
    fn set() -> Stage {
        let server = Server::start(json!({"allowClientClassCreation": true}));
        let answers: Arc<Mutex<VecDeque<String>>> = Arc::default();
        let queue = Arc::clone(&answers);
        let peer = Peer::start(move |_| said(&queue.lock().unwrap().pop_front().expect("an answer for the hook")));
        let master = server.client(Actor::Master);
        let mut names = Vec::new();
        for (name, id, token) in [("$whname", "$u", "$t"), ("$un", "$lu", "<token>")] {
            let user = json!({"username": format!("name{}", names.len()), "password": "p"});
            let signed_up = server.client(Actor::Client).post("/users", &user).json();
            names.push((name, user["username"].as_str().unwrap().to_owned()));
            names.push((id, signed_up["objectId"].as_str().unwrap().to_owned()));
            names.push((token, signed_up["sessionToken"].as_str().unwrap().to_owned()));
        }
        let declare = |path: &str, body: Value| assert_eq!(master.post(path, &body).status, 200, "{body}");
        for n in 1..=7 {
            let name = format!("f{n}");
            declare("/hooks/functions", json!({"functionName": name, "url": peer.url(&format!("/{name}"))}));
        }
        declare("/hooks/functions", json!({"functionName": "f8", "url": "http://127.0.0.1:1/f8"}));
        let stage = Stage { server, peer, answers, names };
        ["beforeSave", "afterSave", "beforeDelete", "afterDelete"]
            .iter()
            .for_each(|trigger| stage.declare("WH", trigger));
        ["beforeLogin", "afterLogin"].iter().for_each(|trigger| stage.declare("_User", trigger));
        stage
    }

    fn declare(&self, class: &str, trigger: &str) {
        let url = self.peer.url(&format!("/{trigger}{class}"));
        let body = json!({"className": class, "triggerName": trigger, "url": url});
        assert_eq!(self.server.client(Actor::Master).post("/hooks/triggers", &body).status, 200, "{body}");
    }

    fn withdraw(&self, class: &str, trigger: &str) {
        let path = format!("/hooks/triggers/{class}/{trigger}");
        let away = Some(br#"{"__op":"Delete"}"#.as_slice());
        assert_eq!(self.server.client(Actor::Master).send("PUT", &path, &[], away).status, 200);
    }

    fn play(&mut self, exchange: &Exchange) -> Result<(), String> {
        self.answers.lock().unwrap().extend(exchange.answers.iter().cloned());
        if exchange.request.starts_with(FIRST_FIND) {
            ["beforeFind", "afterFind"].iter().for_each(|trigger| self.declare("WH", trigger));
        }
        if exchange.request.starts_with("DELETE ") {
            ["beforeFind", "afterFind"].iter().for_each(|trigger| self.withdraw("WH", trigger));
        }
        let answer = self.send(&exchange.request);
        self.learn(&exchange.request, &answer);
        let asked = self.peer.asked();
        let told = |what: &str, wanted: &str, got: &str| {
            Err(format!("> {}\n{what}\n  wanted {wanted}\n  got    {got}", exchange.request))
        };
        if asked.len() != exchange.hooks.len() {
            return told("hooks", &exchange.hooks.len().to_string(), &asked.len().to_string());
        }
        for (wanted, got) in exchange.hooks.iter().zip(&asked) {
            let got = self.question(got);
            let wanted = masked(wanted);
            let (path, body) = wanted["POST ".len()..].split_once(' ').unwrap();
            // The first line shows what the others leave out.
            let body = body.find(r#"{"params":{"p":1}"#).map_or(body, |_| FIRST);
            let wanted: Value = serde_json::from_str(body).unwrap();
            if (path, &wanted) != (got.0.as_str(), &got.1) {
                return told("hook", &format!("{path} {wanted}"), &format!("{} {}", got.0, got.1));
            }
        }
        let (status, body) = exchange.answer.split_once(' ').unwrap();
        let mut wanted: Value = serde_json::from_str(&masked(body)).unwrap();
        let mut got: Value = serde_json::from_str(&self.masked(&answer.text())).unwrap();
        for answer in [&mut wanted, &mut got] {
            if let Some(headers) = answer.pointer_mut("/error/headers") {
                let kind = headers["content-type"].take();
                *headers = kind;
            }
        }
        if (status.parse(), &wanted) != (Ok(answer.status), &got) {
            return told("answer", &format!("{status} {wanted}"), &format!("{} {got}", answer.status));
        }
        Ok(())
    }

    fn send(&self, request: &str) -> Answer {
        let mut names: Vec<_> = self.names.iter().collect();
        names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
        let filled = names.iter().fold(request.to_owned(), |text, (name, value)| text.replace(name, value));
        let (method, rest) = filled.split_once(' ').unwrap();
        let (path, rest) = rest.split_once(" [").unwrap();
        let (who, body) = rest.split_once(']').unwrap();
        let actor = match who.strip_prefix("session ") {
            Some(rest) => Actor::Session(rest.split(',').next().unwrap().to_owned()),
            None => Actor::Client,
        };
        let more: &[_] = match who.contains("installation inst") {
            true => &[("X-Parse-Installation-Id", "inst"), ("X-Parse-Cloud-Context", r#"{"k":1}"#)],
            false => &[],
        };
        let client: Client = self.server.client(actor);
        client.send(method, path, more, Some(body.trim()).filter(|body| !body.is_empty()).map(str::as_bytes))
    }

    /// Learns what a request has made.
    fn learn(&mut self, request: &str, answer: &Answer) {
        let text = |key: &str| answer.json()[key].as_str().map(str::to_owned);
        if request.starts_with("POST /classes/") {
            self.names.push(("$o", text("objectId").unwrap()));
        } else if let Some(token) = text("sessionToken") {
            self.names.push(("<token>", token));
        }
    }

    fn masked(&self, text: &str) -> String {
        masked(&self.names.iter().fold(text.to_owned(), |text, (name, value)| text.replace(value.as_str(), name)))
    }

    /// A question as the recording shows it.
    fn question(&self, asked: &Asked) -> (String, Value) {
        let mut body: Value = serde_json::from_str(&self.masked(&asked.body.to_string())).unwrap();
        let map = body.as_object_mut().unwrap();
        assert_eq!(map.remove("log"), Some(json!({"options": {}, "appId": "app"})));
        assert_eq!(map.remove("ip"), Some(json!("127.0.0.1")));
        assert_eq!(map.remove("headers").unwrap()["x-parse-application-id"], "app");
        (asked.path.clone(), body)
    }
}

/// The request before which the recorded server got hooks for finds; it lost them before the delete, whose look at the object
/// they would have seen.
const FIRST_FIND: &str = r#"GET /classes/WH?where={"a":"#;
/// The body of the first line, but for what every body has.
const FIRST: &str = r#"{"params":{"p":1},"master":false,"isReadOnly":false,"functionName":"f1","context":{}}"#;

fn said(answer: &str) -> Said {
    let mut parts = answer.splitn(3, ' ');
    let status = parts.next().unwrap().parse().unwrap();
    let kind = match parts.next().unwrap() {
        "text/plain" => "content-type: text/plain",
        _ => "content-type: application/json",
    };
    Said::With(status, kind, parts.next().unwrap().to_owned())
}

/// Times and the ids of the recording under one name each.
fn masked(text: &str) -> String {
    let times = fancy_regex::Regex::new(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z").unwrap();
    let recent = |found: &fancy_regex::Captures<'_, str>| match found[0].starts_with("2020-01-01") {
        true => found[0].to_owned(),
        false => "<time>".to_owned(),
    };
    let text = times.replace_all(text, recent).into_owned();
    ["$o", "$lu"].iter().fold(text, |text, name| text.replace(name, "<id>"))
}
