//! Roles: who inherits what.

use super::*;

/// A role with users and roles in it; its path.
fn role(master: &Client, name: &str, users: &[&User], roles: &[&str]) -> String {
    let body = json!({"name": name, "ACL": {}});
    let made = master.post("/roles", &body);
    assert_eq!(made.status, 201, "{}", made.text());
    let path = format!("/roles/{}", text(&made.json()["objectId"]));
    for user in users {
        let add = json!({"users": {"__op": "AddRelation", "objects": [user.pointer()]}});
        assert_eq!(put(master, &path, &add).status, 200);
    }
    roles.iter().for_each(|inner| give(master, &path, inner));
    path
}

/// Puts the role at a path into another.
fn give(master: &Client, outer: &str, inner: &str) {
    let id = inner.rsplit('/').next().unwrap();
    let pointer = json!({"__type": "Pointer", "className": "_Role", "objectId": id});
    assert_eq!(put(master, outer, &json!({"roles": {"__op": "AddRelation", "objects": [pointer]}})).status, 200);
}

#[test]
fn members_of_a_role_inherit_from_those_that_hold_it_and_circles_end() {
    let server = Server::start(json!({"allowClientClassCreation": true}));
    let (user, other) = (User::sign_up(&server, "user"), User::sign_up(&server, "other"));
    let master = server.client(Actor::Master);
    let inner = role(&master, "Inner", &[&user], &[]);
    let middle = role(&master, "Middle", &[], &[&inner]);
    let outer = role(&master, "Outer", &[&other], &[&middle]);
    for name in ["Inner", "Middle", "Outer"] {
        let body = json!({"name": name, "ACL": {format!("role:{name}"): {"read": true}}});
        assert_eq!(master.post("/classes/Door", &body).status, 201);
    }
    let doors = |user: &User| -> Vec<String> {
        let found = user.client(&server).get("/classes/Door?order=name").json();
        found["results"].as_array().unwrap().iter().map(|door| text(&door["name"])).collect()
    };
    assert_eq!(
        (doors(&user), doors(&other)),
        (vec!["Inner".into(), "Middle".into(), "Outer".into()], vec!["Outer".into()])
    );
    give(&master, &inner, &outer);
    assert_eq!(doors(&other).len(), 3, "a circle makes all members of all");
    assert_eq!(put(&master, &outer, &json!({"name": "Renamed"})).status, 200);
    assert_eq!(doors(&user), ["Inner", "Middle"]);
    assert_eq!(master.send("DELETE", &middle, &[], None).status, 200);
    assert_eq!(doors(&user), ["Inner"]);
}

#[test]
fn a_role_is_changed_by_those_whom_its_acl_names() {
    let server = Server::start(json!({}));
    let (boss, other) = (User::sign_up(&server, "boss"), User::sign_up(&server, "other"));
    let body = json!({"name": "Team", "ACL": {boss.id.as_str(): {"read": true, "write": true}}});
    let made = boss.client(&server).post("/roles", &body);
    let path = format!("/roles/{}", text(&made.json()["objectId"]));
    let add = json!({"users": {"__op": "AddRelation", "objects": [other.pointer()]}});
    assert_eq!(said(&put(&other.client(&server), &path, &add)), "101: Object not found.");
    assert_eq!(said(&put(&boss.client(&server), &path, &add)), "200");
    let again = said(&boss.client(&server).post("/roles", &body));
    assert_eq!(again, "137: A duplicate value for a field with unique values was provided");
}
