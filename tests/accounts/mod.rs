//! Users, sessions and roles over HTTP.

mod adapter;
mod keycloak;
pub mod mfa;
mod oauth2;
mod provider;
mod races;
mod roles;
mod secrets;
mod sessions;
mod transactions;

use crate::support::{Actor, Answer, Client, Server};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Barrier;
use std::thread::scope;

/// A user that was signed up.
pub struct User {
    /// Its id.
    pub id: String,
    /// Its session.
    pub token: String,
}

impl User {
    /// Signs up on an installation of its own.
    pub fn sign_up(server: &Server, name: &str) -> User {
        let answer = sign_up(&server.client(Actor::Client), name, "pw");
        assert_eq!(answer.status, 201, "{}", answer.text());
        let body = answer.json();
        User { id: text(&body["objectId"]), token: text(&body["sessionToken"]) }
    }

    pub fn client(&self, server: &Server) -> Client {
        server.client(Actor::Session(self.token.clone()))
    }

    pub fn path(&self) -> String {
        format!("/users/{}", self.id)
    }

    pub fn pointer(&self) -> Value {
        json!({"__type": "Pointer", "className": "_User", "objectId": self.id})
    }
}

pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

pub fn sign_up(client: &Client, name: &str, password: &str) -> Answer {
    client.post("/users", &json!({"username": name, "password": password}))
}

pub fn log_in(client: &Client, name: &str, password: &str) -> Answer {
    client.post("/login", &json!({"username": name, "password": password}))
}

pub fn put(client: &Client, path: &str, body: &Value) -> Answer {
    client.send("PUT", path, &[], Some(body.to_string().as_bytes()))
}

/// `code: error`, or the status of a success.
pub fn said(answer: &Answer) -> String {
    match answer.status {
        status @ 200..300 => status.to_string(),
        _ => format!("{}: {}", answer.json()["code"], answer.json()["error"].as_str().unwrap_or_default()),
    }
}

/// How many ask at the same time.
pub const MANY: usize = 24;

/// The answers to requests that are sent together, by what they said.
pub fn together(server: &Server, request: impl Fn(&Client, usize) -> Answer + Send + Sync) -> Vec<Answer> {
    let (barrier, client) = (Barrier::new(MANY), server.client(Actor::Client));
    let ask = |n| {
        let client = client.clone();
        barrier.wait();
        request(&client, n)
    };
    scope(|threads| {
        let asked: Vec<_> = (0..MANY).map(|n| threads.spawn(move || ask(n))).collect();
        asked.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

/// How many answers said what.
pub fn tally(answers: &[Answer]) -> BTreeMap<String, usize> {
    let mut tally = BTreeMap::new();
    answers.iter().for_each(|answer| *tally.entry(said(answer)).or_default() += 1);
    tally
}

/// What [`tally`] is meant to be.
pub fn expected(entries: &[(&str, usize)]) -> BTreeMap<String, usize> {
    entries.iter().map(|(text, count)| ((*text).to_owned(), *count)).collect()
}
