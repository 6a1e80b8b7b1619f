//! Full-text search over HTTP: `$text`, its score, its index, and who finds what.

use crate::support::backend::{Backend, lacks};
use crate::support::{Actor, Client, Server};
use serde_json::{Value, json};

/// Is it an engine that speaks MongoDB's protocol, with a full text of its own: other words, scores and errors, no phrases?
fn is_another_engine() -> bool {
    Backend::chosen() == Backend::Mongo && lacks().contains(&"caseSensitive")
}

/// The same; then a line says what is left out.
fn lacks_words_and_scores() -> bool {
    let lacks = is_another_engine();
    if lacks {
        eprintln!("left out: the MongoDB of TEST_MONGO_URI knows no phrases and scores in its own way");
    }
    lacks
}

/// A server on which clients may create classes.
fn open(mut options: Value) -> (Server, Client) {
    options["allowClientClassCreation"] = json!(true);
    let server = Server::start(options);
    let client = server.client(Actor::Client);
    (server, client)
}

/// A server with five documents of the class `Doc`.
fn documents(options: Value) -> (Server, Client) {
    let (server, client) = open(options);
    for (name, subject, views) in [
        ("one", "coffee shopping", 5),
        ("two", "Coffee with cake, coffee with cream", 90),
        ("three", "Baking a cake", 80),
        ("four", "Café Con Leche", 200),
    ] {
        assert_eq!(create(&client, json!({ "name": name, "subject": subject, "views": views })).0, 201);
    }
    create(&client, json!({ "name": "five", "views": 1 }));
    (server, client)
}

fn create(client: &Client, body: Value) -> (u16, Value) {
    let answer = client.post("/classes/Doc", &body);
    (answer.status, answer.json())
}

fn query(client: &Client, where_: &Value, rest: &str) -> Value {
    client.get(&format!("/classes/Doc?where={where_}{rest}")).json()
}

fn search(term: &str) -> Value {
    json!({ "subject": { "$text": { "$search": { "$term": term } } } })
}

/// The names of what a where clause finds, in the order of their making.
fn names(client: &Client, where_: &Value) -> String {
    let order = if Backend::chosen() == Backend::Mongo { "&order=createdAt" } else { "" };
    let answer = query(client, where_, order);
    let rows = answer["results"].as_array().unwrap_or_else(|| panic!("{where_}: {answer}"));
    rows.iter().map(|row| row["name"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

fn error(client: &Client, where_: &Value, rest: &str) -> String {
    let answer = query(client, where_, rest);
    format!("{} {}", answer["code"], answer["error"].as_str().unwrap_or_else(|| panic!("{where_}: {answer}")))
}

fn indexes(server: &Server) -> Value {
    server.client(Actor::Master).get("/schemas/Doc").json()["indexes"].clone()
}

fn put_indexes(server: &Server, indexes: Value) -> Value {
    let body = json!({ "indexes": indexes }).to_string();
    server.client(Actor::Master).send("PUT", "/schemas/Doc", &[], Some(body.as_bytes())).json()
}

#[test]
fn words_phrases_and_what_must_not_be_there() {
    if lacks_words_and_scores() {
        return;
    }
    let (_server, client) = documents(json!({}));
    for (term, expected) in [
        ("COFFEE", "one two"),
        ("shop", "one"),
        ("coffee baking", "one two three"),
        ("\"coffee shop\"", "one"),
        ("\"coffee with\" \"a cake\"", ""),
        ("cake -coffee", "three"),
        ("coffee -\"with cream\"", "one"),
        ("cafe", "four"),
        ("with", ""),
        ("-coffee", ""),
    ] {
        assert_eq!(names(&client, &search(term)), expected, "{term}");
    }
    for (options, expected) in [
        (json!({ "$term": "Coffee", "$caseSensitive": true }), "two"),
        (json!({ "$term": "cafe", "$diacriticSensitive": true }), ""),
        (json!({ "$term": "baking", "$language": "none" }), ""),
        (json!({ "$term": "bake", "$language": "none" }), "three"),
    ] {
        assert_eq!(names(&client, &json!({ "subject": { "$text": { "$search": options } } })), expected, "{options}");
    }
    assert_eq!(names(&client, &json!({ "subject": search("coffee")["subject"], "views": { "$gt": 50 } })), "two");
    assert_eq!(names(&client, &json!({ "$or": [search("baking"), { "views": 1 }] })), "three five");
    assert_eq!(query(&client, &search("coffee"), "&count=1&limit=0"), json!({ "results": [], "count": 2 }));
}

#[test]
fn the_best_comes_first_with_its_score() {
    if lacks_words_and_scores() {
        return;
    }
    let (_server, client) = documents(json!({}));
    let shown = |rest: &str| {
        let answer = query(&client, &search("coffee cake"), rest);
        let row = |row: &Value| format!("{} {}", row["name"].as_str().unwrap(), row["score"]);
        answer["results"].as_array().unwrap().iter().map(row).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(shown("&order=$score&keys=$score,name"), "two 1.75, one 0.75, three 0.75");
    assert_eq!(shown("&order=-$score,-views&keys=$score,name"), "two 1.75, three 0.75, one 0.75");
    assert_eq!(shown("&order=$score&limit=1"), "two null");
    let keys = client.get(&format!("/classes/Doc?where={}&keys=$score&limit=1", search("shopping"))).text();
    assert!(keys.starts_with(r#"{"results":[{"objectId":""#), "{keys}");
    assert!(keys.ends_with(r#","score":0.75}]}"#) && !keys.contains("subject"), "{keys}");
    let unscored = "102 query requires text score metadata, but it is not available";
    assert_eq!(error(&client, &json!({}), "&order=$score"), unscored);
    assert_eq!(error(&client, &json!({}), "&keys=$score"), unscored);
}

#[test]
fn score_is_a_column_like_any_other() {
    let (_server, client) = open(json!({}));
    for score in [2, 3, 1] {
        create(&client, json!({ "name": score.to_string(), "score": score }));
    }
    let rows = query(&client, &json!({}), "&order=-score&keys=score");
    let scores: Vec<i64> = rows["results"].as_array().unwrap().iter().map(|r| r["score"].as_i64().unwrap()).collect();
    assert_eq!(scores, [3, 2, 1]);
}

#[test]
fn the_index_comes_with_the_first_search_and_there_is_one() {
    let (server, client) = documents(json!({}));
    assert_eq!(indexes(&server), Value::Null);
    assert_eq!(names(&client, &search("coffee")), "one two");
    assert_eq!(indexes(&server), json!({ "_id_": { "_id": 1 }, "subject_text": { "subject": "text" } }));
    let other = json!({ "name": { "$text": { "$search": { "$term": "one" } } } });
    let refused = "102 only one text index per class: Doc has one with subject, and without name";
    assert_eq!(error(&client, &other, ""), refused);
    assert_eq!(put_indexes(&server, json!({ "more": { "name": "text" } }))["code"], 102);
    put_indexes(&server, json!({ "subject_text": { "__op": "Delete" } }));
    put_indexes(&server, json!({ "both": { "name": "text", "subject": "text" } }));
    assert_eq!(names(&client, &other), "one");
    assert_eq!(names(&client, &search("one three")), "one three", "the field that is named does not matter");
    let fields = json!({ "fields": { "subject": { "__op": "Delete" } } }).to_string();
    server.client(Actor::Master).send("PUT", "/schemas/Doc", &[], Some(fields.as_bytes()));
    assert_eq!(names(&client, &other), "one", "the index went with its field, and a new one came");
    assert_eq!(names(&client, &json!({ "name": { "$text": { "$search": { "$term": "coffee" } } } })), "");
}

#[test]
fn finds_what_is_stored_now() {
    let (server, client) = documents(json!({}));
    let master = server.client(Actor::Master);
    assert_eq!(names(&client, &search("coffee")), "one two");
    let id = create(&client, json!({ "name": "six", "subject": "tea" })).1["objectId"].as_str().unwrap().to_owned();
    let path = format!("/classes/Doc/{id}");
    client.send("PUT", &path, &[], Some(br#"{"subject":"coffee"}"#));
    assert_eq!((names(&client, &search("tea")), names(&client, &search("coffee"))), ("".into(), "one two six".into()));
    client.send("PUT", &path, &[], Some(br#"{"subject":{"__op":"Delete"}}"#));
    assert_eq!(names(&client, &search("coffee")), "one two");
    let request = |body: Value| json!({ "method": "POST", "path": "/parse/classes/Doc", "body": body });
    let batch = json!({
        "transaction": true,
        "requests": [request(json!({ "name": "x", "subject": "coffee" })), request(json!({ "views": "no number" }))]
    });
    assert_eq!(client.post("/batch", &batch).status, 400);
    assert_eq!(names(&client, &search("coffee")), "one two");
    client.send("DELETE", &path, &[], None);
    assert_eq!(master.send("DELETE", "/purge/Doc", &[], None).status, 200);
    assert_eq!(names(&client, &search("coffee cake")), "");
    assert_eq!(master.send("DELETE", "/schemas/Doc", &[], None).status, 200);
    create(&client, json!({ "name": "new", "subject": "coffee" }));
    assert_eq!(names(&client, &search("coffee")), "new");
}

#[test]
fn nobody_finds_what_is_not_theirs() {
    let options = json!({ "protectedFields": { "Doc": { "*": ["secret"] } }, "enableSanitizedErrorResponse": false });
    let (server, client) = documents(options);
    create(&client, json!({ "name": "mine", "subject": "coffee", "secret": "password", "ACL": {} }));
    assert_eq!(names(&client, &search("coffee")), "one two");
    assert_eq!(names(&server.client(Actor::Master), &search("coffee")), "one two mine");
    assert_eq!(query(&client, &search("coffee"), "&count=1&limit=0")["count"], 2);
    let secret = json!({ "secret": { "$text": { "$search": { "$term": "password" } } } });
    let refused = "119 This user is not allowed to query secret on class Doc";
    assert_eq!(error(&client, &secret, ""), refused);
    put_indexes(&server, json!({ "subject_text": { "__op": "Delete" } }));
    put_indexes(&server, json!({ "both": { "subject": "text", "secret": "text" } }));
    assert_eq!(error(&client, &search("password"), ""), refused, "an index over both would tell");
    assert_eq!(names(&server.client(Actor::Master), &search("password")), "mine");
}

#[test]
fn searches_that_cannot_be() {
    let (_server, client) = documents(json!({}));
    let text = |search: Value| json!({ "subject": { "$text": { "$search": search } } });
    let near = json!({ "$nearSphere": { "__type": "GeoPoint", "latitude": 1, "longitude": 1 } });
    for (clause, expected) in [
        (json!({ "subject": { "$text": 1 } }), "107 bad $text: $search, should be object"),
        (text(json!("coffee")), "107 bad $text: $search, should be object"),
        (text(json!({ "$term": 1 })), "107 bad $text: $term, should be string"),
        (text(json!({ "$term": "" })), "107 bad $text: $term, should be string"),
        (text(json!({ "$term": "x", "$language": 1 })), "107 bad $text: $language, should be string"),
        (text(json!({ "$term": "x", "$caseSensitive": 1 })), "107 bad $text: $caseSensitive, should be boolean"),
        (
            text(json!({ "$term": "x", "$diacriticSensitive": 1 })),
            "107 bad $text: $diacriticSensitive, should be boolean",
        ),
        (text(json!({ "$term": "x", "$language": "xx" })), "102 unsupported language: \"xx\" for text search"),
        (json!({ "$nor": [search("x")] }), "102 text expression not allowed in nor"),
        (json!({ "$and": [search("x"), search("y")] }), "102 Too many text expressions"),
        (json!({ "subject": search("x")["subject"], "g": near }), "102 text and geoNear not allowed in same query"),
        (
            json!({ "gone": { "$text": { "$search": { "$term": "x" } } } }),
            "102 Field gone does not exist, cannot add index.",
        ),
        (json!({ "$text": { "$search": { "$term": "x" } } }), "105 Invalid key name: $text"),
    ] {
        let told = error(&client, &clause, "");
        // What the database says is its own.
        let same = told == expected || is_another_engine() && told.starts_with("102") && expected.starts_with("102");
        assert!(same, "{clause}: {told}");
    }
}

#[test]
fn the_index_survives_kill_9() {
    let (mut server, client) = documents(json!({ "maxLimit": 5000 }));
    assert_eq!(names(&client, &search("coffee")), "one two");
    for round in 0..3 {
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let client = server.client(Actor::Client);
                scope.spawn(move || {
                    for turn in 0.. {
                        let word = format!("w{round}x{writer}x{turn}");
                        let body = json!({ "name": word, "subject": format!("load {word}") }).to_string();
                        if client.try_send("POST", "/classes/Doc", &[], Some(body.as_bytes())).is_err() {
                            return;
                        }
                    }
                });
            }
            std::thread::sleep(std::time::Duration::from_millis(200));
            server.kill();
        });
        server.restart();
        let client = server.client(Actor::Client);
        let stored = query(&client, &json!({ "subject": { "$regex": "^load" } }), "&order=objectId&count=1&limit=5000");
        let found = query(&client, &search("load"), "&order=objectId&count=1&limit=5000");
        assert!(stored["count"].as_u64().unwrap() > 0, "nothing was written");
        assert_eq!(stored, found);
        let last = stored["results"].as_array().unwrap().last().unwrap()["name"].as_str().unwrap();
        assert_eq!(names(&client, &search(last)), last);
    }
}
