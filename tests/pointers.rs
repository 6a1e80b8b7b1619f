//! Pointer permissions: who reaches which objects because a column names the caller. `TEST_URL` proves the
//! expectations against Parse Server (`allowClientClassCreation`, `enableSanitizedErrorResponse: false`).

use crate::support::{Actor, Answer, Client, Subject};
use serde_json::{Value, json};

/// Users `ann` and `bob`, and a class of three rows: ann's, ann's with bob in its list, and one with bob in its list
/// whose ACL lets nobody but ann in.
struct Docs {
    server: Subject,
    class: String,
    users: Vec<(String, String)>,
    rows: Vec<String>,
}

fn pointer(class: &str, id: &str) -> Value {
    json!({"__type": "Pointer", "className": class, "objectId": id})
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

/// The status, and what is wrong.
fn said(answer: &Answer) -> String {
    match answer.status {
        200..300 => answer.status.to_string(),
        _ => format!("{} {}", answer.json()["code"], text(&answer.json()["error"])),
    }
}

impl Docs {
    fn start(class: &str, permissions: &Value) -> Self {
        let options = json!({"allowClientClassCreation": true, "enableSanitizedErrorResponse": false});
        let server = Subject::start(options);
        let (client, master) = (server.client(Actor::Client), server.client(Actor::Master));
        let users: Vec<_> = ["ann", "bob"]
            .map(|name| {
                let name = format!("{name}{class}{}", std::process::id());
                let user = client.post("/users", &json!({"username": name, "password": "pw"})).json();
                (text(&user["objectId"]), text(&user["sessionToken"]))
            })
            .into();
        let fields = json!({"owner": {"type": "Pointer", "targetClass": "_User"}, "team": {"type": "Array"},
            "n": {"type": "Number"}, "kin": {"type": "Relation", "targetClass": "_User"}});
        let class = format!("{class}{}", std::process::id());
        let body = json!({"fields": fields, "classLevelPermissions": permissions});
        assert_eq!(master.post(&format!("/schemas/{class}"), &body).status, 200);
        let (ann, bob) = (pointer("_User", &users[0].0), pointer("_User", &users[1].0));
        let kin = json!({"__op": "AddRelation", "objects": [ann]});
        let bodies = [
            json!({"n": 0, "owner": ann, "kin": kin}),
            json!({"n": 1, "owner": ann, "team": ["x", bob]}),
            json!({"n": 2, "team": [bob], "ACL": {&users[0].0: {"read": true, "write": true}}}),
        ];
        let row = |body: &Value| text(&master.post(&format!("/classes/{class}"), body).json()["objectId"]);
        let rows = bodies.iter().map(row).collect();
        Self { server, class, users, rows }
    }

    fn path(&self, row: usize) -> String {
        format!("/classes/{}/{}", self.class, self.rows[row])
    }

    fn ann(&self) -> Client {
        self.server.client(Actor::Session(self.users[0].1.clone()))
    }

    fn bob(&self) -> Client {
        self.server.client(Actor::Session(self.users[1].1.clone()))
    }

    fn anyone(&self) -> Client {
        self.server.client(Actor::Client)
    }

    /// The rows that a find shows, by their numbers; or what is wrong.
    fn finds(&self, client: &Client) -> String {
        let answer = client.get(&format!("/classes/{}?order=n", self.class));
        match answer.json()["results"].as_array() {
            Some(rows) => rows.iter().map(|row| row["n"].to_string()).collect(),
            None => said(&answer),
        }
    }

    fn gets(&self, client: &Client) -> [String; 3] {
        [0, 1, 2].map(|row| said(&client.get(&self.path(row))))
    }

    fn counts(&self, client: &Client) -> String {
        let answer = client.get(&format!("/classes/{}?limit=0&count=1", self.class));
        if answer.status == 200 { answer.json()["count"].to_string() } else { said(&answer) }
    }

    fn puts(&self, client: &Client, body: &Value) -> [String; 3] {
        [0, 1, 2].map(|row| said(&client.send("PUT", &self.path(row), &[], Some(body.to_string().as_bytes()))))
    }
}

const NOT_FOUND: &str = "101 Object not found.";

#[test]
fn columns_of_an_operation_and_of_all_reads_add_up_and_the_acl_counts_too() {
    let permissions = json!({"find": {"pointerFields": ["owner"]}, "get": {}, "count": {"pointerFields": ["team"]},
        "readUserFields": ["team"]});
    let docs = Docs::start("Reads", &permissions);
    assert_eq!((docs.finds(&docs.ann()), docs.finds(&docs.bob())), ("01".into(), "1".into()));
    assert_eq!((docs.finds(&docs.anyone()), docs.counts(&docs.bob())), (String::new(), "1".into()));
    assert_eq!(docs.gets(&docs.ann()), [NOT_FOUND; 3]);
    assert_eq!(docs.gets(&docs.bob()), [NOT_FOUND, "200", NOT_FOUND]);
    assert_eq!(docs.gets(&docs.anyone()), [NOT_FOUND; 3]);
}

#[test]
fn who_can_see_nothing_is_not_told_what_is_wrong_with_a_query() {
    let docs = Docs::start("Blind", &json!({"find": {"pointerFields": ["owner"]}}));
    let asked = |client: Client| said(&client.get(&format!(r#"/classes/{}?where={{"ACL":{{"a":1}}}}"#, docs.class)));
    assert_eq!(asked(docs.anyone()), "200");
    assert_eq!(asked(docs.ann()), "102 Cannot query on ACL.");
}

#[test]
fn a_denied_count_is_told_before_a_denied_include() {
    let closed = Docs::start("Closed", &json!({"find": {"*": true}, "get": {}, "count": {}}));
    let asked = |more: &str| said(&closed.ann().get(&format!("/classes/{}?include=self{more}", closed.class)));
    let link = json!({"self": pointer(&closed.class, &closed.rows[0])}).to_string();
    assert_eq!(
        closed.server.client(Actor::Master).send("PUT", &closed.path(1), &[], Some(link.as_bytes())).status,
        200
    );
    let denied = |action: &str| format!("119 Permission denied for action {action} on class {}.", closed.class);
    assert_eq!((asked(""), asked("&count=1")), (denied("get"), denied("count")));
}

#[test]
fn a_log_in_that_is_enough_for_the_class_is_not_enough_for_its_objects() {
    let either = json!({"requiresAuthentication": true, "pointerFields": ["team"]});
    let permissions = json!({"find": either, "get": {"requiresAuthentication": true}, "update": {"requiresAuthentication": true},
        "delete": either, "writeUserFields": ["owner"]});
    let docs = Docs::start("LoggedIn", &permissions);
    let log_in = "101 Permission denied, user needs to be authenticated.";
    assert_eq!((docs.finds(&docs.ann()), docs.finds(&docs.bob())), (String::new(), "1".into()));
    assert_eq!(docs.finds(&docs.anyone()), log_in);
    assert_eq!(docs.gets(&docs.bob()), ["200", "200", NOT_FOUND]);
    assert_eq!(docs.puts(&docs.ann(), &json!({"n": 5})), ["200", "200", NOT_FOUND]);
    assert_eq!(docs.puts(&docs.bob(), &json!({"n": 5})), [NOT_FOUND; 3]);
    let delete = |client: &Client, row| said(&client.send("DELETE", &docs.path(row), &[], None));
    assert_eq!((delete(&docs.anyone(), 1), delete(&docs.bob(), 0)), (log_in.into(), NOT_FOUND.into()));
    assert_eq!((delete(&docs.bob(), 1), delete(&docs.ann(), 0)), ("200".into(), "200".into()));
}

#[test]
fn what_is_open_to_a_caller_is_open_whatever_columns_say() {
    let docs =
        Docs::start("Open", &json!({"find": {"*": true, "pointerFields": ["owner"]}, "readUserFields": ["team"]}));
    assert_eq!(
        (docs.finds(&docs.ann()), docs.finds(&docs.bob()), docs.finds(&docs.anyone())),
        ("012".into(), "01".into(), "01".into())
    );
    assert_eq!(docs.gets(&docs.ann()), [NOT_FOUND; 3]);
}

#[test]
fn an_include_of_what_a_caller_without_a_user_cannot_reach_ends_the_find() {
    let docs = Docs::start("Included", &json!({"get": {"pointerFields": ["team"]}}));
    let links = format!("Links{}", std::process::id());
    let master = docs.server.client(Actor::Master);
    for row in &docs.rows {
        assert_eq!(master.post(&format!("/classes/{links}"), &json!({"doc": pointer(&docs.class, row)})).status, 201);
    }
    let find = |client: &Client| client.get(&format!("/classes/{links}?include=doc&order=createdAt"));
    assert_eq!(said(&find(&docs.anyone())), NOT_FOUND);
    let shown = |client: &Client| {
        let answer = find(client).json();
        let docs = answer["results"].as_array().unwrap().iter().map(|row| row["doc"]["n"].as_u64());
        docs.collect::<Vec<_>>()
    };
    assert_eq!((shown(&docs.ann()), shown(&docs.bob())), (vec![None; 3], vec![None, Some(1), None]));
}

#[test]
fn relations_of_objects_that_the_caller_cannot_read_are_empty() {
    let docs = Docs::start("Related", &json!({"get": {"pointerFields": ["owner"]}}));
    let related = json!({"$relatedTo": {"object": pointer(&docs.class, &docs.rows[0]), "key": "kin"}});
    let found =
        |client: &Client| client.get(&format!("/users?where={related}")).json()["results"].as_array().map(Vec::len);
    assert_eq!([docs.ann(), docs.bob(), docs.anyone()].map(|client| found(&client)), [Some(1), Some(0), Some(0)]);
}

#[test]
fn columns_let_nobody_create_and_let_new_columns_in_on_updates_alone() {
    let permissions = json!({"create": {"pointerFields": ["owner"]}, "update": {"*": true},
        "addField": {"pointerFields": ["owner"]}, "writeUserFields": ["team"]});
    let docs = Docs::start("Writes", &permissions);
    let path = format!("/classes/{}", docs.class);
    let denied = format!("119 Permission denied for action create on class {}.", docs.class);
    let own = json!({"owner": pointer("_User", &docs.users[0].0)});
    assert_eq!(said(&docs.ann().post(&path, &own)), denied);
    assert_eq!(docs.puts(&docs.anyone(), &json!({"n": 1})), ["200", "200", NOT_FOUND]);
    assert_eq!(docs.puts(&docs.bob(), &json!({"new": 1})), [NOT_FOUND, "200", NOT_FOUND]);
    // A column that the first update has made is none that the third one adds.
    assert_eq!(docs.puts(&docs.ann(), &json!({"newer": 1})), ["200", "200", "200"]);
}

#[test]
fn only_columns_that_can_hold_users_may_be_named() {
    let docs = Docs::start("Named", &json!({"find": {"*": true}}));
    let master = docs.server.client(Actor::Master);
    let path = format!("/schemas/{}", docs.class);
    let put = |permissions: Value| {
        let body = json!({"classLevelPermissions": permissions}).to_string();
        said(&master.send("PUT", &path, &[], Some(body.as_bytes())))
    };
    let bad = |column: &str, at: &str| {
        format!("107 '{column}' is not a valid column for class level pointer permissions {at}")
    };
    for (permissions, answer) in [
        (json!({"readUserFields": ["owner", "team"], "find": {"pointerFields": ["team"]}}), "200".to_owned()),
        (json!({"readUserFields": ["n"]}), bad("n", "readUserFields")),
        (json!({"writeUserFields": ["kin"]}), bad("kin", "writeUserFields")),
        (json!({"get": {"pointerFields": ["nope"]}}), bad("nope", "[object Object]")),
        (json!({"ACL": {"pointerFields": ["n"]}}), bad("n", "[object Object]")),
        (json!({"find": ["x"]}), "107 'x' is not a valid value for class level permissions acl find:0".to_owned()),
        (json!("x"), "107 0 is not a valid operation for class level permissions".to_owned()),
        (json!({"find": {"role:": true}, "protectedFields": {"userField:nope": ["n"]}}), "200".to_owned()),
        (json!({"ACL": {"a b": {}}}), "107 'a b' is not a valid key for class level permissions".to_owned()),
        (
            json!({"ACL": {"*": {"x": true, "y": 1}}}),
            "107 'x,y' is not a valid key for class level permissions acl".to_owned(),
        ),
        (
            json!({"protectedFields": {"*": ["updatedAt"]}}),
            "107 Default field 'updatedAt' can not be protected".to_owned(),
        ),
        (json!({"protectedFields": {"*": ["id"]}}), "107 Field 'id' in protectedFields:* does not exist".to_owned()),
    ] {
        assert_eq!(put(permissions.clone()), answer, "{permissions}");
    }
    // Permissions that are none are those of a new class.
    assert_eq!(put(Value::Null), "200");
    assert_eq!(master.get(&path).json()["classLevelPermissions"]["delete"], json!({"*": true}));
}

#[test]
fn a_change_of_users_is_told_with_what_the_option_protects() {
    let server = Subject::start(json!({"allowClientClassCreation": true}));
    let master = server.client(Actor::Master);
    let protected = |answer: Answer| answer.json()["classLevelPermissions"]["protectedFields"].clone();
    let body =
        json!({"classLevelPermissions": {"find": {"*": true}, "protectedFields": {"*": ["username"], "role:x": []}}});
    let put = master.send("PUT", "/schemas/_User", &[], Some(body.to_string().as_bytes()));
    assert_eq!(protected(put), json!({"*": ["username", "email"], "role:x": []}));
    assert_eq!(protected(master.get("/schemas/_User")), json!({"*": ["username"], "role:x": []}));
    let put = master.send("PUT", "/schemas/_User", &[], Some(br#"{"classLevelPermissions":null}"#));
    assert_eq!(protected(put), json!({"*": ["email"]}));
}
