//! `GET /aggregate/:className` over HTTP: pipelines and distinct values on stored rows.

use crate::support::backend::Backend;
use crate::support::{Actor, Client, Server};
use serde_json::{Value, json};

fn server(options: Value) -> Server {
    let mut all = json!({ "allowClientClassCreation": true, "allowCustomObjectId": true });
    all.as_object_mut().unwrap().extend(options.as_object().cloned().unwrap_or_default());
    Server::start(all)
}

/// A few rows that have a column of each type.
fn fill(client: &Client) {
    let pointer = |id: &str| json!({ "__type": "Pointer", "className": "Shop", "objectId": id });
    for id in ["north", "south"] {
        create(client, "Shop", json!({ "objectId": id, "name": id.to_uppercase() }));
    }
    create(
        client,
        "Sale",
        json!({ "objectId": "s1", "item": "tea", "n": 2, "hot": true, "shop": pointer("north"), "tags": ["a", "b"],
        "day": { "__type": "Date", "iso": "2024-01-15T10:00:00.000Z" }, "place": { "__type": "GeoPoint", "latitude": 1, "longitude": 2 } }),
    );
    create(
        client,
        "Sale",
        json!({ "objectId": "s2", "item": "milk", "n": 0.5, "hot": false, "shop": pointer("south"), "tags": ["b"],
        "day": { "__type": "Date", "iso": "2024-02-20T11:00:00.000Z" }, "rel": { "__op": "AddRelation", "objects": [pointer("north")] } }),
    );
    create(
        client,
        "Sale",
        json!({ "objectId": "s3", "item": null, "n": 7, "ACL": { "u": { "read": true } },
        "doc": { "__type": "File", "name": "a b.txt" }, "deep": { "k": [pointer("north")] } }),
    );
}

fn create(client: &Client, class: &str, body: Value) {
    let answer = client.post(&format!("/classes/{class}"), &body);
    assert_eq!(answer.status, 201, "{}", answer.text());
}

/// The results, without the relation column that Parse adds to each of them.
fn results(client: &Client, query: &str) -> Value {
    let answer = client.get(&format!("/aggregate/Sale?{query}"));
    assert_eq!(answer.status, 200, "{query}: {}", answer.text());
    let mut results = answer.json()["results"].take();
    for row in results.as_array_mut().unwrap().iter_mut().filter_map(Value::as_object_mut) {
        row.remove("rel");
    }
    results
}

fn pipeline(client: &Client, stages: &Value) -> Value {
    results(client, &format!("pipeline={stages}"))
}

fn refused(client: &Client, query: &str, code: i64, word: &str) {
    let answer = client.get(&format!("/aggregate/Sale?{query}"));
    let body = answer.json();
    assert_eq!((answer.status, body["code"].as_i64()), (400, Some(code)), "{query}: {body}");
    // What is wrong inside a pipeline MongoDB tells in its own words.
    let own = Backend::chosen() == Backend::Mongo;
    assert!(own || body["error"].as_str().unwrap().contains(word), "{query}: {body}");
}

#[test]
fn pipelines_run_over_stored_rows() {
    let server = server(json!({}));
    let master = server.client(Actor::Master);
    fill(&master);
    rows_by_their_columns(&master);
    other_classes(&master);
    distinct_values(&master);
    raw_values_and_names(&master);
    whole_rows(&master);
    wrong_requests(&master);
    for actor in [Actor::Client, Actor::Maintenance] {
        let answer = master.with(actor).get("/aggregate/Sale");
        assert_eq!((answer.status, answer.json()), (403, json!({ "error": "Permission denied" })));
    }
    let no_class = master.get(r#"/aggregate/Nothing?pipeline=[{"$foo":1}]"#);
    assert_eq!((no_class.status, no_class.text().as_str()), (200, r#"{"results":[]}"#));
}

/// A `$match` in front also narrows the SQL; behind another stage it does not. Both find the same.
fn rows_by_their_columns(master: &Client) {
    for (condition, ids) in [
        (json!({ "objectId": "s1" }), "s1"),
        (json!({ "item": "tea" }), "s1"),
        (json!({ "item": { "$in": ["tea", null] } }), "s1 s3"),
        (json!({ "item": { "$ne": "tea" } }), "s2 s3"),
        (json!({ "item": { "$regex": "^m" } }), "s2"),
        (json!({ "n": { "$gt": 0.5, "$lte": 7 } }), "s1 s3"),
        (json!({ "n": { "$nin": [2] } }), "s2 s3"),
        (json!({ "n": "2" }), ""),
        (json!({ "hot": null }), "s3"),
        (json!({ "hot": { "$exists": false } }), "s3"),
        (json!({ "hot": { "$gte": false } }), "s1 s2"),
        (json!({ "day": { "$lt": "2024-02-01T00:00:00.000Z" } }), "s1"),
        (json!({ "createdAt": { "$gt": "2000-01-01T00:00:00.000Z" } }), "s1 s2 s3"),
        (json!({ "shop": "north" }), "s1"),
        (json!({ "shop": null }), "s3"),
        (json!({ "tags": "b" }), "s1 s2"),
        (json!({ "$or": [{ "item": "milk" }, { "tags": { "$size": 2 } }] }), "s1 s2"),
        (json!({ "$or": [{ "item": "milk" }, {}] }), "s1 s2 s3"),
        (json!({ "$and": [{ "hot": true }, { "n": 2 }] }), "s1"),
        (json!({ "_rperm": "u" }), "s3"),
        (json!({ "place": [2, 1] }), "s1"),
        (json!({ "$expr": { "$eq": ["$_p_shop", "Shop$south"] } }), "s2"),
    ] {
        let stages = json!([{ "$match": condition }, { "$sort": { "_id": 1 } }, { "$project": { "_id": 1 } }]);
        let behind = json!([{ "$addFields": { "x": 1 } }, stages[0], stages[1], stages[2]]);
        for stages in [&stages, &behind] {
            let found = pipeline(master, stages);
            let found: Vec<&str> = found.as_array().unwrap().iter().filter_map(|r| r["objectId"].as_str()).collect();
            assert_eq!(found.join(" "), ids, "{stages}");
        }
    }
}

fn other_classes(master: &Client) {
    let names = json!([
        { "$match": { "n": { "$in": [0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5, 10.5, 11.5, 12.5, 13.5, 14.5, 15.5, 16.5, 2, 7] } } },
        { "$addFields": { "id": { "$arrayElemAt": [{ "$split": ["$_p_shop", { "$literal": "$" }] }, 1] } } },
        { "$lookup": { "from": "Shop", "localField": "id", "foreignField": "_id", "as": "found" } },
        { "$project": { "_id": 0, "name": "$found.name" } },
    ]);
    assert_eq!(pipeline(master, &names), json!([{ "name": ["NORTH"] }, { "name": ["SOUTH"] }, { "name": [] }]));
    let related = json!([
        { "$lookup": { "from": "_Join:rel:Sale", "localField": "_id", "foreignField": "owningId", "as": "r" } },
        { "$project": { "ids": "$r.relatedId" } }, { "$match": { "ids": { "$ne": [] } } },
    ]);
    assert_eq!(pipeline(master, &related), json!([{ "ids": ["north"], "objectId": "s2" }]));
    let groups = json!([{ "$group": { "_id": "$shop", "n": { "$sum": "$n" } } }, { "$sort": { "_id": 1 } }, { "$project": { "n": 1 } }]);
    let found = pipeline(master, &groups);
    let found: Vec<(&Value, &Value)> = found.as_array().unwrap().iter().map(|r| (&r["objectId"], &r["n"])).collect();
    assert_eq!(found, [(&Value::Null, &json!(7)), (&json!("north"), &json!(2)), (&json!("south"), &json!(0.5))]);
}

fn distinct_values(master: &Client) {
    for (query, expected) in [
        ("distinct=item", json!(["tea", "milk"])),
        (r#"distinct=item&where={"n":{"$lt":1}}"#, json!(["milk"])),
        (r#"distinct=n&where={"shop":{"$inQuery":{"className":"Shop","where":{"name":"NORTH"}}}}"#, json!([2])),
        ("distinct=tags", json!(["a", "b"])),
        ("distinct=objectId", json!(["s1", "s2", "s3"])),
        ("distinct=hot", json!([true, false])),
        ("distinct=place", json!([2, 1])),
        ("distinct=doc", json!(["a b.txt"])),
        ("distinct=nothing", json!([])),
        ("distinct=5", json!([])),
        ("distinct=_hashed_password", json!([])),
        (
            "distinct=shop&$limit=1",
            json!([{ "__type": "Pointer", "className": "Shop", "objectId": "north" }, { "__type": "Pointer", "className": "Shop", "objectId": "south" }]),
        ),
    ] {
        let (mut found, mut expected) = (results(master, query), expected);
        if Backend::chosen() == Backend::Mongo {
            // It gives them in an order of its own.
            for list in [&mut found, &mut expected] {
                list.as_array_mut().unwrap().sort_by_key(Value::to_string);
            }
        }
        assert_eq!(found, expected, "{query}");
    }
    refused(master, r#"distinct=item&where={"a":{"$foo":1}}"#, 107, "bad constraint: $foo");
    refused(master, "distinct=item&where=x", 107, "where parameter is not valid JSON");
    refused(master, "distinct=", 102, "distinct");
}

fn raw_values_and_names(master: &Client) {
    let stages = r#"[{"$match":{"day":{"$lt":{"$date":"2024-02-01T00:00:00Z"}}}},{"$project":{"day":1,"_p_shop":1}}]"#;
    let day = json!({ "$date": "2024-01-15T10:00:00Z" });
    assert_eq!(
        results(master, &format!("rawValues=true&pipeline={stages}")),
        json!([{ "_p_shop": "Shop$north", "day": day, "objectId": "s1" }])
    );
    assert_eq!(
        results(master, &format!("rawValues=true&rawFieldNames=true&pipeline={stages}")),
        json!([{ "_id": "s1", "_p_shop": "Shop$north", "day": day }])
    );
    let renamed = r#"[{"$match":{"_id":"s1"}},{"$project":{"day":1}}]"#;
    assert_eq!(
        results(master, &format!("rawFieldNames=true&pipeline={renamed}")),
        json!([{ "_id": "s1", "day": "2024-01-15T10:00:00.000Z" }])
    );
}

fn whole_rows(master: &Client) {
    let text = master.get(r#"/aggregate/Sale?pipeline=[{"$match":{"objectId":"s3"}}]"#).text();
    assert!(
        text.starts_with(r#"{"results":[{"item":null,"n":7,"doc":{"__type":"File","name":"a b.txt","url":""#),
        "{text}"
    );
    assert!(text.contains(r#"/parse/files/app/a%20b.txt"},"deep":{"k":[{"__type":"Pointer","#), "{text}");
    assert!(text.contains(r#","objectId":"s3","rel":{"__type":"Relation","className":"Shop"}"#), "{text}");
    assert!(!text.contains("perm") && !text.contains("_acl") && !text.contains("ACL"), "{text}");
    if Backend::chosen() == Backend::Mongo {
        // It has plans of its own, and takes a hint at its word.
        return;
    }
    let plan = results(master, r#"explain=true&pipeline=[{"$match":{"item":"tea"}},{"$count":"n"}]"#);
    let stages = plan[0]["stages"].as_array().unwrap();
    assert!(stages[0]["$cursor"]["sql"].as_str().unwrap().contains("WHERE"), "{plan}");
    assert_eq!(stages[2], json!({ "$count": "n" }));
    let ignored = r#"hint=i&comment=c&readPreference=secondary&pipeline=[{"$count":"n"}]"#;
    assert_eq!(results(master, ignored)[0]["n"], 3);
}

fn wrong_requests(master: &Client) {
    for (query, word) in [
        (r#"pipeline=[{"$out":"Other"}]"#, "'$out' is not supported"),
        (
            r#"pipeline=[{"$lookup":{"from":"Shop","as":"x","pipeline":[{"$merge":"Other"}]}}]"#,
            "'$merge' is not supported",
        ),
        (r#"pipeline=[{"$foo":1}]"#, "Unrecognized pipeline stage name: '$foo'"),
        (r#"pipeline=[{"$project":{"x":{"$divide":["$n",0]}}}]"#, "by zero"),
        (r#"pipeline=[{"$project":{"_foo":"$n"}}]"#, "bad key in untransform: _foo"),
        (r#"explain=true&pipeline=[{"$foo":1}]"#, "Unrecognized"),
        (r#"explain=yes&pipeline=[{"$count":"n"}]"#, "Invalid value for explain"),
        (r#"readPreference=moon&pipeline=[{"$count":"n"}]"#, "Not supported read preference."),
        (r#"rawValues=1&$count=n"#, "Invalid aggregate stage 'rawValues'."),
        (r#"pipeline=[null]"#, "Pipeline stages should only have one key but found ."),
    ] {
        refused(master, query, 102, word);
    }
    assert_eq!(master.get("/classes/Other").json(), json!({ "results": [] }));
}

#[test]
fn options_decide_who_may_and_what_is_raw() {
    let server = server(json!({
        "allowAggregationForReadOnlyMasterKey": false,
        "query": { "aggregationRawFieldNames": true, "aggregationRawValues": true },
    }));
    let master = server.client(Actor::Master);
    fill(&master);
    let denied = json!({ "code": 119, "error": "Cannot run an aggregation pipeline when using the readOnlyMasterKey" });
    for query in [r#"pipeline=[{"group":1}]"#, "distinct=item"] {
        let answer = master.with(Actor::ReadOnly).get(&format!("/aggregate/Sale?{query}"));
        assert_eq!((answer.status, answer.json()), (400, denied.clone()));
    }
    let stages = r#"[{"$match":{"_id":"s1"}},{"$project":{"day":1}}]"#;
    let day = json!({ "$date": "2024-01-15T10:00:00Z" });
    assert_eq!(results(&master, &format!("pipeline={stages}")), json!([{ "_id": "s1", "day": day }]));
    assert_eq!(
        results(&master, &format!("rawValues=false&rawFieldNames=false&pipeline={stages}"))[0]["day"],
        json!({ "__type": "Date", "iso": "2024-01-15T10:00:00.000Z" })
    );
}

#[test]
fn the_read_only_key_may_aggregate_by_default() {
    let server = server(json!({}));
    fill(&server.client(Actor::Master));
    assert_eq!(results(&server.client(Actor::ReadOnly), r#"$count=n"#)[0]["n"], 3);
}

/// More than a pipeline may hold passes through one that holds little, and the process stays small meanwhile.
#[test]
fn rows_stream_and_work_is_bounded() {
    if Backend::chosen() == Backend::Mongo {
        eprintln!("left out on MongoDB: pipelines run there, within its own bounds");
        return;
    }
    let server = server(json!({ "requestTimeout": 3000 }));
    let master = server.client(Actor::Master);
    let text = "x".repeat(2 << 20);
    for n in 0..56 {
        create(&master, "Sale", json!({ "n": n, "text": text }));
    }
    let before = server.resident_kib();
    let sum =
        json!([{ "$group": { "_id": null, "n": { "$sum": "$n" }, "len": { "$max": { "$strLenBytes": "$text" } } } }]);
    let found = pipeline(&master, &sum);
    assert_eq!(found, json!([{ "n": 1540, "len": text.len(), "objectId": null }]));
    let grown = server.resident_kib().saturating_sub(before);
    assert!(grown < 60 << 10, "the rows were all in memory: {grown} KiB more");
    refused(&master, r#"pipeline=[{"$sort":{"n":-1}},{"$skip":55}]"#, 102, "memory limit");

    let long = r#"pipeline=[{"$project":{"x":{"$map":{"input":{"$range":[0,2000000]},"in":{"$range":[0,1000]}}}}}]"#;
    refused(&master, long, 124, "");
    assert_eq!(results(&master, r#"pipeline=[{"$match":{"n":{"$lt":3}}},{"$count":"n"}]"#), json!([{ "n": 3 }]));
}
