//! Limits that are on without being asked for. What deep, long and hostile requests cost is measured in `tests/garbage`
//! (`depth.rs`, `bombs.rs`, `dear.rs`, `slow.rs`, `bodies.rs`).

use super::*;

/// `depth` conditions one inside the other.
fn nested(depth: usize) -> Value {
    (0..depth).fold(json!({"n": 1}), |inner, _| json!({"$or": [inner, {"n": 2}]}))
}

/// `depth` sub-queries one inside the other.
fn sub_queries(depth: usize) -> Value {
    (0..depth).fold(json!({}), |inner, _| json!({"p": {"$inQuery": {"className": "A", "where": inner}}}))
}

#[test]
fn conditions_sub_queries_includes_and_batches_are_limited_by_default() {
    let server = Server::start(json!({"allowClientClassCreation": true}));
    let a = stored(&server, "A", json!({"n": 1}));
    stored(&server, "A", json!({"n": 2, "p": pointer("A", &a)}));
    let (client, master) = (server.client(Actor::Client), server.client(Actor::Master));
    let counted = |clause: &Value| found(&client, "A", clause);
    assert!(counted(&nested(9)).is_ok() && counted(&sub_queries(10)).is_ok());
    for clause in [nested(11), sub_queries(11), json!({"p": {"$inQuery": {"className": "A", "where": nested(11)}}})] {
        let refused = counted(&clause).unwrap_err();
        assert!(refused.contains("exceeds maximum allowed depth"), "{refused}");
        assert!(found(&master, "A", &clause).is_ok());
    }
    // What is no condition by itself hides none inside it.
    let hidden = json!({"n": {"$in": [nested(50)]}});
    assert!(counted(&hidden).is_err() || counted(&hidden) == Ok(0));
    let path = |depth: usize| vec!["p"; depth].join(".");
    assert_eq!(find(&client, "A", &format!("include={}", path(10))).status, 200);
    assert!(said(&find(&client, "A", &format!("include={}", path(11)))).contains("Include depth"));
    let many: Vec<String> = (0..101).map(|n| format!("f{n}")).collect();
    assert!(said(&find(&client, "A", &format!("include={}", many.join(",")))).contains("nclude"));
    let batch = |size: usize| {
        let one = json!({"method": "GET", "path": "/parse/classes/A", "body": {"limit": 1}});
        client.post("/batch", &json!({"requests": vec![one; size]}))
    };
    assert_eq!(batch(100).status, 200);
    assert_eq!(said(&batch(101)), "107: Batch request contains 101 sub-requests, which exceeds the limit of 100.");
}

#[test]
fn a_provider_that_is_not_configured_is_not_looked_up() {
    let server = Server::start(json!({}));
    let client = server.client(Actor::Client);
    let data: serde_json::Map<String, Value> = (0..200).map(|n| (format!("p{n}"), json!({"id": "x"}))).collect();
    let unsupported = "252: This authentication method is unsupported.";
    assert_eq!(said(&client.post("/users", &json!({"authData": data}))), unsupported);
    assert_eq!(said(&client.post("/users", &json!({"authData": {"anonymous": {"id": "x"}}}))), "201");
}
