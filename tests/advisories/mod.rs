//! What went wrong in Parse Server, a class of advisories a module, the honest use beside the attack. `README.md` lists the
//! advisories one by one. LiveQuery, GraphQL, files, jobs and push are not built yet: theirs come with them.

mod auth_adapters;
mod cheap_request_dear_query;
mod one_path_checks_another_does_not;
mod operator_and_type_injection;
mod protected_fields_as_an_oracle;
mod raced_tokens;
mod read_only_key_and_internal_classes;
mod secrets_in_logs_and_errors;
mod server_owned_fields;
mod timing_and_enumeration;

use crate::accounts::{User, log_in, put, said, sign_up, text};
use crate::support::{Actor, Answer, Client, Server};
use serde_json::{Value, json};

/// Makes a class as the master key, and answers with its name for paths.
fn class(server: &Server, name: &str, fields: Value, permissions: Value) {
    let body = json!({"fields": fields, "classLevelPermissions": permissions});
    assert_eq!(said(&server.client(Actor::Master).post(&format!("/schemas/{name}"), &body)), "200");
}

/// Stores an object as the master key; its id.
fn stored(server: &Server, class: &str, object: Value) -> String {
    let answer = server.client(Actor::Master).post(&format!("/classes/{class}"), &object);
    assert_eq!(said(&answer), "201");
    text(&answer.json()["objectId"])
}

fn pointer(class: &str, id: &str) -> Value {
    json!({"__type": "Pointer", "className": class, "objectId": id})
}

/// What a find with these parameters is answered.
fn find(client: &Client, class: &str, parameters: &str) -> Answer {
    client.get(&format!("/classes/{class}?{parameters}"))
}

/// How many objects a clause finds; the refusal where there is one.
fn found(client: &Client, class: &str, clause: &Value) -> Result<usize, String> {
    let answer = find(client, class, &format!("where={clause}"));
    match answer.json()["results"].as_array() {
        Some(results) => Ok(results.len()),
        None => Err(said(&answer)),
    }
}
