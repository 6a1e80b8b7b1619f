//! From SQLite to MongoDB and back to SQLite: equal at every hop, looked at from both sides, and the same to an app.

use super::generator::{Size, write};
use super::kit::moved;
use super::round::use_it;
use crate::support::backend::Place;
use crate::support::{Actor, Backend, Client, Server};
use serde_json::{Value, json};
use std::path::Path;
use tempfile::TempDir;

/// What an app answers that is the same wherever its database lies.
const PAGES: [&str; 10] = [
    "/schemas",
    "/config",
    "/hooks/functions",
    "/hooks/triggers",
    "/push_audiences",
    "/installations?order=objectId&limit=1000",
    "/sessions?order=objectId&limit=1000",
    "/roles?order=objectId&limit=1000",
    "/classes/Everything?order=objectId&limit=1000",
    "/classes/GameScore?order=objectId&limit=1000",
];
/// What a copy of it cannot do without.
const CLASSES: [&str; 14] = [
    "_User",
    "_Role",
    "_Session",
    "_Installation",
    "_Audience",
    "_Hooks",
    "_GlobalConfig",
    "GameScore",
    "Everything",
    "Odd",
    "_Join:users:_Role",
    "_Join:roles:_Role",
    "_Join:likes:GameScore",
    "_Join:friends:Everything",
];

#[test]
fn sqlite_to_mongodb_and_back_is_equal() {
    if !Backend::has_mongo("SQLite to MongoDB and back") {
        return;
    }
    let dir = TempDir::new().unwrap();
    let size = Size::of(400);
    write(&dir.path().join("in"), size);
    // What no request brings, and databases hold all the same.
    let odd = r#"[{"objectId":"a b/\u0000%","b":{"__type":"Bytes","base64":""},"f":{"__type":"File","name":""}},{"objectId":"b"}]"#;
    std::fs::write(dir.path().join("in/Odd.json"), odd).unwrap();
    let place = |backend, name: &str| {
        let sub = dir.path().join(name);
        std::fs::create_dir(&sub).unwrap();
        Place::new(backend, &sub)
    };
    let places = [place(Backend::Sqlite, "one"), place(Backend::Mongo, "two"), place(Backend::Sqlite, "three")];
    let [one, _, three] = &places;
    assert_eq!(moved(dir.path(), &["import", "in", "--to", one.uri()]).status, Some(0));
    let (before, token) = filled(one);
    for hop in places.windows(2) {
        let [from, to] = hop else { unreachable!() };
        let copied = moved(dir.path(), &["copy", "--from", from.uri(), "--to", to.uri()]);
        assert_eq!((copied.status, copied.faults()), (Some(0), Vec::new()), "{}", copied.err);
        for name in CLASSES {
            assert!(copied.class(name)["stored"].as_u64().unwrap() > 0, "{name} has nothing to lose");
        }
        equal(dir.path(), from, to);
        equal(dir.path(), to, from);
    }
    equal(dir.path(), one, three);
    // And by files.
    assert_eq!(moved(dir.path(), &["export", "out", "--from", three.uri()]).status, Some(0));
    let four = place(Backend::Sqlite, "four");
    let read = moved(dir.path(), &["import", "out", "--to", four.uri()]);
    assert_eq!((read.status, read.faults()), (Some(0), Vec::new()), "{}", read.err);
    equal(dir.path(), one, &four);
    let server = served(three);
    for (page, was) in PAGES.iter().zip(before) {
        assert_eq!(answered(&server, page), was, "{page}");
    }
    let login = server.client(Actor::Client).post("/login", &json!({"username": "dee", "password": "new"}));
    assert_eq!((login.status, &login.json()["objectId"]), (200, &json!("dee")), "{}", login.text());
    assert_eq!(server.client(Actor::Session(token)).get("/users/me").json()["objectId"], "dee");
    drop(server);
    use_it(three, size);
}

fn served(place: &Place) -> Server {
    Server::start_on(Backend::Sqlite, json!({"databaseURI": place.uri(), "allowCustomObjectId": true}))
}

/// An answer but for the server's own address; classes stand in an order of the database's own.
fn answered(server: &Server, page: &str) -> Value {
    let text = server.client(Actor::Master).get(page).text().replace(server.base(), "");
    let mut answer: Value = serde_json::from_str(&text).unwrap();
    if let Some(Value::Array(list)) = answer.get_mut("results") {
        list.sort_by_key(|row| row["className"].as_str().map(str::to_owned));
    }
    answer
}

fn equal(dir: &Path, one: &Place, other: &Place) {
    let verified = moved(dir, &["verify", one.uri(), other.uri()]);
    assert_eq!((verified.status, verified.faults()), (Some(0), Vec::new()), "{}", verified.err);
    for name in CLASSES {
        let class = verified.class(name);
        assert!(class["rows"][0].as_u64().unwrap() > 0, "{class}");
        assert_eq!((&class["rows"][0], &class["checksums"][0]), (&class["rows"][1], &class["checksums"][1]), "{class}");
    }
}

/// What stands in no export of Parse.com: what the server answers of it then, and the token of a session.
fn filled(place: &Place) -> (Vec<Value>, String) {
    let server = served(place);
    let master = server.client(Actor::Master);
    declare(&master);
    let dee = json!({"objectId": "dee", "username": "dee", "password": "new", "email": "dee@example.com",
        "authData": {"anonymous": {"id": "d"}}, "lang": "de", "nothing": null});
    let token = made(&server.client(Actor::Client), "/users", &dee)["sessionToken"].as_str().unwrap().to_owned();
    let add = |class: &str, ids: &[&str]| {
        let objects: Vec<Value> = ids.iter().map(|id| pointer(class, id)).collect();
        json!({"__op": "AddRelation", "objects": objects})
    };
    let role =
        json!({"name": "Crew", "users": add("_User", &["dee"]), "roles": add("_Role", &["roleAdmins"]), "ACL": {}});
    made(&master, "/roles", &role);
    made(&master, "/push_audiences", &json!({"name": "all", "query": "{\"channels\":\"team1\"}"}));
    made(&master, "/hooks/functions", &json!({"functionName": "f", "url": "http://127.0.0.1:1/f"}));
    let trigger = json!({"className": "Everything", "triggerName": "afterDelete", "url": "http://127.0.0.1:1/t"});
    made(&master, "/hooks/triggers", &trigger);
    let config = json!({"params": {"n": 1, "list": [null, {"a": "b"}], "secret": pointer("_User", "dee")},
        "masterKeyOnly": {"secret": true}});
    assert_eq!(master.send("PUT", "/config", &[], Some(config.to_string().as_bytes())).status, 200);
    for (n, row) in rows().into_iter().enumerate() {
        let mut row = row;
        row["objectId"] = json!(format!("row{n}"));
        row["friends"] = add("_User", if n % 2 == 0 { &["dee", "gone"] } else { &["dee"] });
        made(&master, "/classes/Everything", &row);
    }
    (PAGES.iter().map(|page| answered(&server, page)).collect(), token)
}

fn declare(master: &Client) {
    let ty = |name: &str| json!({"type": name});
    let to = |name: &str, class: &str| json!({"type": name, "targetClass": class});
    let fields = json!({"s": ty("String"), "n": ty("Number"), "b": ty("Boolean"), "d": ty("Date"), "o": ty("Object"),
        "a": ty("Array"), "place": ty("GeoPoint"), "area": ty("Polygon"), "raw": ty("Bytes"), "file": ty("File"),
        "owner": to("Pointer", "_User"), "friends": to("Relation", "_User"),
        "needed": {"type": "Number", "required": true, "defaultValue": 7}});
    let clp = json!({"find": {"*": true, "pointerFields": ["owner"]}, "get": {"role:Crew": true}, "create": {"requiresAuthentication": true},
        "update": {}, "delete": {"dee": true}, "addField": {}, "readUserFields": ["owner"], "protectedFields": {"*": ["s"], "role:Crew": []}});
    let indexes = json!({"by_n_s": {"n": -1, "s": 1}, "by_owner": {"_p_owner": 1}, "words": {"s": "text"}});
    let class = json!({"className": "Everything", "fields": fields, "classLevelPermissions": clp, "indexes": indexes});
    made(master, "/schemas/Everything", &class);
    made(master, "/schemas/Nothing", &json!({"className": "Nothing"}));
}

/// Values of every type, those at the ends of what each can be among them.
fn rows() -> Vec<Value> {
    let date = |iso: &str| json!({"__type": "Date", "iso": iso});
    let mut rows = vec![
        json!({}),
        json!({"s": null, "n": null, "b": null, "d": null, "o": null, "a": null, "place": null, "area": null, "raw": null, "file": null, "owner": null}),
        json!({"s": "", "n": -0.0, "b": false, "o": {}, "a": []}),
        json!({"place": {"__type": "GeoPoint", "latitude": -90, "longitude": 180}, "file": {"__type": "File", "name": "a b.txt"},
            "area": {"__type": "Polygon", "coordinates": [[0, 0], [0, 1.5], [1, 1], [0, 0]]}}),
        json!({"raw": {"__type": "Bytes", "base64": "/+8AAQ=="}, "owner": pointer("_User", "dee"), "ACL": {"dee": {"read": true, "write": true}, "role:Crew": {"read": true}}}),
        json!({"o": {"null": null, "1": 1, "0": 0, "": {"ö": [[]]}, "p": pointer("_User", "gone"), "d": date("1969-12-31T23:59:59.999Z"),
            "b": {"__type": "Bytes", "base64": "AA=="}, "f": {"__type": "File", "name": "x"}, "g": {"__type": "GeoPoint", "latitude": 1, "longitude": 2}}}),
        json!({"a": [null, true, -1.5e-300, "x", date("2020-02-29T12:00:00.001Z"), pointer("_User", "dee"), [[{"a": [{}]}]], {"__type": "GeoPoint", "latitude": 0, "longitude": 0}]}),
        json!({"s": "x".repeat(100_000)}),
    ];
    for text in [
        "\u{2028}\u{2029}\u{feff}\u{85}",
        "tab\t line\n \r\n\u{8}\u{c}\\\"/",
        "\u{1f600}é\u{301}\u{10ffff}",
        "$a.b",
        "=1+1",
        "0x1F",
    ] {
        rows.push(json!({"s": text, "o": {"k": text}, "a": [text]}));
    }
    for number in [1e308, -1e308, 5e-324, 1e21, 9_007_199_254_740_993.0, 4_294_967_296.0, 0.1, -1.0, 2_147_483_648.0] {
        rows.push(json!({"n": number, "o": {"n": number}, "a": [number]}));
    }
    for iso in
        ["0000-01-01T00:00:00.000Z", "1970-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z", "1582-10-10T00:00:00.000Z"]
    {
        rows.push(json!({"d": date(iso), "o": {"d": date(iso)}}));
    }
    rows
}

fn pointer(class: &str, id: &str) -> Value {
    json!({"__type": "Pointer", "className": class, "objectId": id})
}

fn made(client: &Client, path: &str, body: &Value) -> Value {
    let answer = client.post(path, body);
    assert!(answer.status < 300, "{path} {body}: {}", answer.text());
    answer.json()
}
