//! Protected fields in the answers to saves (`protectedFieldsSaveResponseExempt`).

use crate::support::{Actor, Client, Server};
use serde_json::{Value, json};

/// The values of a protected default and of a protected counter, as the answers to a create and to an update tell them.
fn told(client: &Client) -> (Value, Value) {
    let created = client.post("/classes/A", &json!({})).json();
    let path = format!("/classes/A/{}", created["objectId"].as_str().unwrap());
    let body = json!({"counter": {"__op": "Increment", "amount": 2}}).to_string();
    let updated = client.send("PUT", &path, &[], Some(body.as_bytes())).json();
    assert!(updated["updatedAt"].is_string(), "{updated}");
    (created["rank"].clone(), updated["counter"].clone())
}

#[test]
fn answers_to_saves_hide_what_is_protected_if_they_are_not_exempt() {
    for exempt in [true, false] {
        let server = Server::start(json!({
            "protectedFieldsSaveResponseExempt": exempt, "protectedFields": {"A": {"*": ["counter"]}},
        }));
        let master = server.client(Actor::Master);
        let class = json!({"fields": {"rank": {"type": "Number", "defaultValue": 1}, "counter": {"type": "Number"}},
            "classLevelPermissions": {"create": {"*": true}, "update": {"*": true}, "protectedFields": {"*": ["rank"]}}});
        assert_eq!(master.post("/schemas/A", &class).status, 200);
        assert_eq!(told(&master), (json!(1), json!(2)));
        let seen = if exempt { (json!(1), json!(2)) } else { (Value::Null, Value::Null) };
        assert_eq!(told(&server.client(Actor::Client)), seen, "{exempt}");
    }
}
