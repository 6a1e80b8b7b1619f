//! Writes with the read-only master key, classes of the server's own, pipelines that write, redirects to other classes.
//! `tests/access/table.txt` has the read-only key and the internal classes, cell by cell; here are the ways around it.

use super::*;
use crate::support::Backend;

#[test]
fn the_read_only_key_gains_no_session_that_writes() {
    let server = Server::start(json!({"enforcePrivateUsers": false}));
    let user = User::sign_up(&server, "user");
    let (reader, master) = (server.client(Actor::ReadOnly), server.client(Actor::Master));
    assert_eq!(said(&reader.get(&user.path())), "200");
    assert_eq!(said(&reader.post("/loginAs", &json!({"userId": user.id}))), "119: Permission denied");
    assert_eq!(said(&master.post("/loginAs", &json!({"userId": user.id}))), "200");
    assert_eq!(said(&reader.post("/users", &json!({"username": "n", "password": "p"}))), "119: Permission denied");
    let forms = json!({"username": "user", "password": "pw", "authData": {"anonymous": {"id": "x"}}});
    assert_eq!(said(&reader.post("/users", &forms)), "119: Permission denied");
}

#[test]
fn the_read_only_key_writes_nothing_in_a_batch_or_a_transaction() {
    if Backend::lacks_transactions() {
        return;
    }
    let server = Server::start(json!({"allowClientClassCreation": true}));
    let id = stored(&server, "A", json!({"n": 1}));
    let write = |method: &str, path: &str| json!({"method": method, "path": format!("/parse{path}"), "body": {"n": 2}});
    let one = format!("/classes/A/{id}");
    let writes = [write("PUT", &one), write("POST", "/classes/A"), write("DELETE", &one), write("PUT", "/config")];
    for transaction in [false, true] {
        for request in &writes[..if transaction { 3 } else { 4 }] {
            let body = json!({"requests": [request], "transaction": transaction});
            let answer = server.client(Actor::ReadOnly).post("/batch", &body);
            let told = answer.text();
            assert!(told.contains("119") || told.contains("Permission denied"), "{request}: {told}");
        }
    }
    let left = server.client(Actor::Master).get("/classes/A").json();
    assert_eq!((left["results"].as_array().unwrap().len(), &left["results"][0]["n"]), (1, &json!(1)));
}

#[test]
fn a_user_makes_itself_no_member_of_a_role() {
    let server = Server::start(json!({}));
    let user = User::sign_up(&server, "user");
    let master = server.client(Actor::Master);
    let role = text(&master.post("/roles", &json!({"name": "Admin", "ACL": {"*": {"read": true}}})).json()["objectId"]);
    let client = user.client(&server);
    let entry = json!({"owningId": role, "relatedId": user.id});
    for class in ["_Join:users:_Role", "_Join%3Ausers%3A_Role", "%5FJoin:users:_Role"] {
        assert_eq!(said(&client.post(&format!("/classes/{class}"), &entry)), "119: Permission denied", "{class}");
    }
    let joins = json!({"users": {"__op": "AddRelation", "objects": [user.pointer()]}});
    assert_eq!(said(&put(&client, &format!("/roles/{role}"), &joins)), "101: Object not found.");
    let same = json!({"name": "Admin", "ACL": {&user.id: {"read": true, "write": true}}, "users": joins["users"]});
    assert!(said(&client.post("/roles", &same)).starts_with("137"), "a second role of the name");
    let members = json!({"$relatedTo": {"object": pointer("_Role", &role), "key": "users"}});
    assert_eq!(found(&master, "_User", &members), Ok(0));
    assert_eq!(said(&put(&master, &format!("/roles/{role}"), &joins)), "200");
    assert_eq!(found(&master, "_User", &members), Ok(1));
}

#[test]
fn no_pipeline_writes() {
    let server = Server::start(json!({"allowClientClassCreation": true}));
    stored(&server, "A", json!({"n": 1}));
    for actor in [Actor::Master, Actor::ReadOnly] {
        let client = server.client(actor);
        let run = |pipeline: Value| client.get(&format!("/aggregate/A?pipeline={pipeline}"));
        assert_eq!(run(json!([{"$match": {"n": 1}}])).json()["results"].as_array().unwrap().len(), 1);
        for stage in [json!({"$out": "_User"}), json!({"$merge": {"into": "_User"}}), json!({"$OUT": "B"})] {
            assert!(said(&run(json!([stage]))).starts_with("102"), "{stage}");
            let lookup = json!([{"$lookup": {"from": "A", "as": "a", "pipeline": [stage]}}]);
            assert!(said(&run(lookup)).starts_with("102"), "{stage} in a lookup");
            assert!(said(&run(json!([{"$facet": {"a": [stage]}}]))).starts_with("102"), "{stage} in a facet");
        }
    }
    assert_eq!(server.client(Actor::Master).get("/users").json()["results"], json!([]));
}

#[test]
fn a_redirect_leads_to_no_class_that_is_closed() {
    let server = Server::start(json!({"allowClientClassCreation": true}));
    User::sign_up(&server, "victim");
    let client = User::sign_up(&server, "user").client(&server);
    for target in ["_Session", "_Installation", "_GlobalConfig", "_Hooks", "_Join:users:_Role"] {
        let name = format!("To{}", target.replace(['_', ':'], ""));
        let related = json!({"to": {"__op": "AddRelation", "objects": [pointer(target, "x")]}});
        assert_eq!(said(&client.post(&format!("/classes/{name}"), &related)), "201", "{target}");
        let answer = find(&client, &name, "redirectClassNameForKey=to");
        if target == "_Session" {
            assert_eq!(answer.json()["results"].as_array().map(Vec::len), Some(1), "the own session alone");
        } else {
            assert_eq!(said(&answer), "119: Permission denied", "{target}");
        }
    }
}

#[test]
fn nobody_passes_for_others_by_the_id_it_chose() {
    let server = Server::start(json!({"allowCustomObjectId": true, "enforcePrivateUsers": false}));
    let sign_up = |id: &str| {
        let body = json!({"username": format!("user {id}"), "password": "pw", "objectId": id});
        server.client(Actor::Client).post("/users", &body)
    };
    for id in ["role:Admin", "*", "pointerFields", "requiresAuthentication", "authenticated", "userField:owner"] {
        assert_eq!(said(&sign_up(id)), "119: Permission denied", "{id}");
    }
    assert_eq!(said(&sign_up("pointer-fields")), "201");
}

#[test]
fn only_a_trusted_proxy_says_where_a_key_comes_from() {
    let keys = [("X-Parse-Application-Id", "app"), ("X-Parse-Master-Key", "mk")];
    let status = |server: &Server, more: &[(&str, &str)]| {
        let headers: Vec<_> = keys.iter().chain(more).copied().collect();
        server.client(Actor::NoKeys).send("GET", "/schemas", &headers, None).status
    };
    let from = |address| [("X-Forwarded-For", address)];
    let foreign = Server::start(json!({"masterKeyIps": ["10.0.0.1"]}));
    for name in ["X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Client-IP", "CF-Connecting-IP"] {
        assert_eq!(status(&foreign, &[(name, "10.0.0.1")]), 403, "{name}");
    }
    let behind_one = Server::start(json!({"masterKeyIps": ["10.0.0.1"], "trustProxy": 1}));
    assert_eq!(status(&behind_one, &from("10.0.0.1")), 200);
    for address in ["10.0.0.1, 9.9.9.9", "9.9.9.9", "unknown", "10.0.0.1.", "0x0a.0.0.1", "167772161"] {
        assert_eq!(status(&behind_one, &from(address)), 403, "{address}");
    }
    let local = Server::start(json!({"masterKeyIps": ["127.0.0.1"], "trustProxy": true}));
    assert_eq!((status(&local, &[]), status(&local, &from("9.9.9.9"))), (200, 403));
}

/// On MongoDB a class is a collection of its name, and so is what is no class.
#[test]
fn what_is_no_class_in_the_database_is_nobodys() {
    let server = Server::start(json!({"allowClientClassCreation": true}));
    no_class_is_nobodys(&server);
    if Backend::has_mongo("what is no class is nobody's") {
        no_class_is_nobodys(&Server::start_on(Backend::Mongo, json!({"allowClientClassCreation": true})));
    }
}

fn no_class_is_nobodys(server: &Server) {
    let user = User::sign_up(server, "user");
    let kept = stored(server, "Kept", json!({"a": 1}));
    let master = server.client(Actor::Master);
    let delete = |client: &Client, path: &str| said(&client.send("DELETE", path, &[], None));
    for client in [server.client(Actor::Client), user.client(server), server.client(Actor::Maintenance), master] {
        for class in ["_User", "_Session", "Kept"] {
            assert_eq!(delete(&client, &format!("/classes/_SCHEMA/{class}")), "101: Object not found.", "{class}");
        }
        let one = json!({"requests": [{"method": "DELETE", "path": "/parse/classes/_SCHEMA/Kept"}]});
        assert!(client.post("/batch", &one).text().contains("Object not found."), "in a batch");
    }
    let master = server.client(Actor::Master);
    delete(&master, "/purge/_SCHEMA");
    assert_eq!(said(&master.get("/schemas/Kept")), "200");
    assert_eq!(said(&log_in(&server.client(Actor::Client), "user", "pw")), "200");
    assert_eq!(delete(&server.client(Actor::Client), &format!("/classes/Kept/{kept}")), "200", "the honest use");
}
