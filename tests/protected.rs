//! Protected fields: whose rows show them, and no way around.

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
            "classLevelPermissions": {"get": {"*": true}, "create": {"*": true}, "update": {"*": true}, "protectedFields": {"*": ["rank"]}}});
        assert_eq!(master.post("/schemas/A", &class).status, 200);
        assert_eq!(told(&master), (json!(1), json!(2)));
        let seen = if exempt { (json!(1), json!(2)) } else { (Value::Null, Value::Null) };
        assert_eq!(told(&server.client(Actor::Client)), seen, "{exempt}");
    }
}

/// A server whose users are `ann` and `bob`, and a class `Doc` with these protected fields and four rows: of nobody, of
/// ann, of ann and bob, and with bob in its team.
struct Docs {
    server: Server,
    users: Vec<(String, String)>,
}

impl Docs {
    fn start(protected: &Value, options: Value) -> Self {
        let server = Server::start(options);
        let client = server.client(Actor::Client);
        let users = ["ann", "bob"].map(|name| {
            let user = client.post("/users", &json!({"username": name, "password": "pw"})).json();
            (user["objectId"].as_str().unwrap().to_owned(), user["sessionToken"].as_str().unwrap().to_owned())
        });
        let docs = Self { server, users: users.into() };
        let open = json!({"*": true});
        let class = json!({
            "fields": {"owner": {"type": "Pointer", "targetClass": "_User"}, "team": {"type": "Array"},
                "a": {"type": "String"}, "b": {"type": "String"}, "kin": {"type": "Relation", "targetClass": "_User"}},
            "classLevelPermissions": {"find": open, "get": open, "count": open, "protectedFields": protected},
        });
        let master = docs.server.client(Actor::Master);
        assert_eq!(master.post("/schemas/Doc", &class).status, 200);
        let (ann, bob) = (docs.pointer(0), docs.pointer(1));
        for (n, more) in
            [json!({}), json!({"owner": ann}), json!({"owner": ann, "team": ["x", bob]}), json!({"team": [bob]})]
                .into_iter()
                .enumerate()
        {
            let mut row = json!({"n": n, "a": "a", "b": "b"});
            row.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
            let id = master.post("/classes/Doc", &row).json()["objectId"].clone();
            let pointer = json!({"__type": "Pointer", "className": "Doc", "objectId": id});
            master.post("/classes/Link", &json!({"n": n, "doc": pointer, "docs": [pointer]}));
        }
        docs
    }

    fn pointer(&self, user: usize) -> Value {
        json!({"__type": "Pointer", "className": "_User", "objectId": self.users[user].0})
    }

    /// A client without a user, ann, bob.
    fn clients(&self) -> [Client; 3] {
        let user = |n: usize| self.server.client(Actor::Session(self.users[n].1.clone()));
        [self.server.client(Actor::Client), user(0), user(1)]
    }
}

/// Which of the fields `a` and `b` each row shows, in the order of `n`.
fn shown<'v>(rows: impl IntoIterator<Item = &'v Value>) -> Vec<String> {
    let fields = |row: &Value| ["a", "b"].into_iter().filter(|field| row.get(field).is_some()).collect();
    rows.into_iter().map(fields).collect()
}

fn results(client: &Client, path: &str) -> Vec<Value> {
    let answer = client.get(path).json();
    answer["results"].as_array().unwrap_or_else(|| panic!("{path}: {answer}")).clone()
}

#[test]
fn every_row_is_shown_as_its_own_owners_may_see_it_on_every_way() {
    let protected = json!({"*": ["a", "b"], "userField:owner": ["a"], "userField:team": ["b"]});
    let docs = Docs::start(&protected, json!({"allowClientClassCreation": true}));
    let expected = [["", "", "", ""], ["", "b", "b", ""], ["", "", "a", "a"]];
    for (client, expected) in docs.clients().iter().zip(expected) {
        let found = results(client, "/classes/Doc?order=n");
        assert_eq!(shown(&found), expected);
        assert_eq!(shown(&results(client, "/classes/Doc?order=n&keys=a,b")), expected);
        assert_eq!(shown(&results(client, "/classes/Doc?order=n&excludeKeys=owner,team")), expected);
        let get = |row: &Value| client.get(&format!("/classes/Doc/{}", row["objectId"].as_str().unwrap())).json();
        assert_eq!(shown(&found.iter().map(get).collect::<Vec<_>>()), expected);
        let linked = results(client, "/classes/Link?order=n&include=doc");
        assert_eq!(shown(linked.iter().map(|row| &row["doc"])), expected);
        let listed = results(client, "/classes/Link?order=n&include=docs&keys=docs.a,docs.b");
        assert_eq!(shown(listed.iter().map(|row| &row["docs"][0])), expected);
        let own = results(client, "/classes/Doc?order=n&keys=a");
        assert!(own.iter().all(|row| row.get("owner").is_none() && row.get("team").is_none()), "{own:?}");
    }
    assert_eq!(shown(&results(&docs.server.client(Actor::Master), "/classes/Doc")), ["ab"; 4]);
}

#[test]
fn owners_get_the_intersection_with_the_other_groups_and_the_option() {
    // The option adds `b` to the list of everybody and `a` to that of owners.
    let option = json!({"Doc": {"*": ["b"], "userField:owner": ["a"]}});
    let docs = Docs::start(&json!({"*": ["a"], "userField:owner": []}), json!({"protectedFields": option}));
    let [anyone, ann, bob] = docs.clients().map(|client| shown(&results(&client, "/classes/Doc?order=n")));
    assert_eq!(
        (anyone, ann, bob),
        (vec![String::new(); 4], vec!["".into(), "b".into(), "b".into(), "".into()], vec![String::new(); 4])
    );
    // A group of owners alone protects nothing, and cannot protect what others see.
    let docs = Docs::start(&json!({"authenticated": ["b"], "userField:owner": ["a", "b"]}), json!({}));
    let [anyone, ann, _] = docs.clients().map(|client| shown(&results(&client, "/classes/Doc?order=n")));
    assert_eq!((anyone, ann), (vec!["ab".to_owned(); 4], vec!["a".to_owned(); 4]));
}

#[test]
fn nobody_may_ask_about_what_some_rows_hide() {
    let protected = json!({"*": ["a", "kin"], "userField:owner": []});
    let docs =
        Docs::start(&protected, json!({"allowClientClassCreation": true, "enableSanitizedErrorResponse": false}));
    let [_, ann, _] = docs.clients();
    let doc = results(&ann, "/classes/Doc?order=-n")[0]["objectId"].clone();
    let doc = json!({"__type": "Pointer", "className": "Doc", "objectId": doc});
    let (query, sort) = ("This user is not allowed to query", "This user is not allowed to sort by");
    let clauses = [
        (json!({"a": "a"}), "a"),
        (json!({"a.x": 1}), "a.x"),
        (json!({"$or": [{"n": 1}, {"$and": [{"a": {"$exists": true}}]}]}), "a"),
        (json!({"$nor": [{"a": {"$regex": "^a"}}]}), "a"),
        (json!({"kin": docs.pointer(0)}), "kin"),
        // What is wrong with a query is told to those only who may ask it.
        (json!({"a": {"x": 1}}), "a"),
        (json!({"n": {"$nope": 1}, "$or": [{"a": {"$in": 1}}]}), "a"),
    ];
    for (clause, path) in &clauses {
        for more in ["", "&limit=0", "&limit=0&count=1", "&keys=n"] {
            let answer = ann.get(&format!("/classes/Doc?where={clause}{more}"));
            let expected = json!({"code": 119, "error": format!("{query} {path} on class Doc")});
            assert_eq!(answer.json(), expected, "{clause}{more}");
        }
        let inside = json!({"doc": {"$inQuery": {"className": "Doc", "where": clause}}});
        let answer = ann.get(&format!("/classes/Link?where={inside}")).json();
        assert_eq!(answer["error"], format!("{query} {path} on class Doc"));
    }
    let answer = ann.get("/classes/Doc?order=n,-a").json();
    assert_eq!(answer["error"], format!("{sort} a on class Doc"));
    let related = json!({"$relatedTo": {"object": doc, "key": "kin"}});
    let answer = ann.get(&format!("/users?where={related}")).json();
    assert_eq!(answer["error"], format!("{query} kin on class Doc"));
    // A value that a sub-query takes out of rows is taken as the caller sees them: out of ann's own only.
    let select = json!({"word": {"$select": {"query": {"className": "Doc", "where": {}}, "key": "a"}}});
    docs.server.client(Actor::Master).post("/classes/Word", &json!({"word": "a"}));
    let [anyone, ann, _] =
        docs.clients().map(|client| results(&client, &format!("/classes/Word?where={select}")).len());
    assert_eq!((anyone, ann), (0, 1));
}

#[test]
fn users_are_exempt_from_what_protects_them_unless_the_option_says_otherwise() {
    for exempt in [true, false] {
        let server = Server::start(json!({
            "protectedFieldsOwnerExempt": exempt, "protectedFields": {"_User": {"*": ["phone"], "userField:friend": []}},
        }));
        let client = server.client(Actor::Client);
        let sign_up =
            |name: &str| client.post("/users", &json!({"username": name, "password": "pw", "phone": "1"})).json();
        let (ann, bob) = (sign_up("ann"), sign_up("bob"));
        let friend = json!({"__type": "Pointer", "className": "_User", "objectId": bob["objectId"]});
        let body = json!({"friend": friend, "ACL": {"*": {"read": true}}}).to_string();
        let path = format!("/users/{}", ann["objectId"].as_str().unwrap());
        assert_eq!(server.client(Actor::Master).send("PUT", &path, &[], Some(body.as_bytes())).status, 200);
        let sees = |user: &Value| {
            let reader = server.client(Actor::Session(user["sessionToken"].as_str().unwrap().to_owned()));
            reader.get(&path).json().get("phone").is_some()
        };
        assert_eq!((sees(&ann), sees(&bob)), (exempt, true), "{exempt}");
        assert!(client.get(&path).json().get("phone").is_none());
    }
}
