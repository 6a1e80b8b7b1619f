//! Webhooks: `/hooks`, what they are asked and how they are understood, and peers that behave badly.

mod manage;
mod misbehave;
mod vectors;
mod works;

use crate::support::{Actor, Client, Peer, Server};
use serde_json::{Value, json};

/// A server without more options than a test needs, and its administrator.
fn server(options: Value) -> (Server, Client) {
    let mut all = json!({"allowClientClassCreation": true});
    all.as_object_mut().unwrap().extend(options.as_object().cloned().unwrap_or_default());
    let server = Server::start(all);
    let master = server.client(Actor::Master);
    (server, master)
}

/// Declares a webhook for a trigger, at `/<trigger>`.
fn trigger(master: &Client, peer: &Peer, class: &str, name: &str) {
    let body = json!({"className": class, "triggerName": name, "url": peer.url(&format!("/{name}"))});
    assert_eq!(master.post("/hooks/triggers", &body).status, 200, "{body}");
}

/// Declares a webhook for a function, at `/<name>`.
fn function(master: &Client, peer: &Peer, name: &str) {
    let body = json!({"functionName": name, "url": peer.url(&format!("/{name}"))});
    assert_eq!(master.post("/hooks/functions", &body).status, 200, "{body}");
}
