//! Installations over HTTP: one row for each app on each device, also when saves race.

use crate::support::{Actor, Backend, Client, Server};
use serde_json::{Value, json};
use std::thread;

const TOKEN: &str = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

struct Bed {
    server: Server,
    client: Client,
}

impl Bed {
    fn start(options: Value) -> Bed {
        let server = Server::start(options);
        Bed { client: server.client(Actor::Client), server }
    }

    fn post(&self, body: Value) -> (u16, Value) {
        let answer = self.client.post("/installations", &body);
        (answer.status, answer.json())
    }

    fn put(&self, id: &str, body: Value) -> (u16, Value) {
        let path = format!("/installations/{id}");
        let answer = self.client.send("PUT", &path, &[], Some(body.to_string().as_bytes()));
        (answer.status, answer.json())
    }

    /// Makes one and answers its id.
    fn made(&self, body: Value) -> String {
        let (status, answer) = self.post(body);
        assert_eq!(status, 201, "{answer}");
        answer["objectId"].as_str().unwrap().to_owned()
    }

    /// All rows, `id installationId deviceToken`, in the order of their making.
    fn rows(&self) -> Vec<String> {
        let answer = self.server.client(Actor::Master).get("/installations?order=createdAt").json();
        let text = |row: &Value, field: &str| row[field].as_str().unwrap_or("-").to_owned();
        let rows = answer["results"].as_array().unwrap_or_else(|| panic!("{answer}"));
        let fields = ["objectId", "installationId", "deviceToken"];
        rows.iter().map(|row| fields.map(|field| text(row, field)).join(" ")).collect()
    }
}

#[test]
fn one_device_one_row() {
    let bed = Bed::start(json!({}));
    let a = bed.made(json!({"installationId": "A", "deviceType": "ios", "deviceToken": TOKEN}));
    assert_eq!(bed.rows(), [format!("{a} a {}", TOKEN.to_lowercase())], "ids are in lower case");
    let (status, answer) = bed.post(json!({"installationId": "a", "badge": {"__op": "Increment", "amount": 2}}));
    assert_eq!((status, &answer["badge"], answer.get("objectId")), (200, &json!(2), None));
    let (status, answer) = bed.post(json!({"deviceToken": TOKEN, "deviceType": "ios", "objectId": null}));
    assert_eq!((status, answer["updatedAt"].is_string()), (200, true), "{answer}");
    // The app is installed anew: another installation, the same token.
    let b = bed.made(json!({"installationId": "b", "deviceType": "ios", "deviceToken": TOKEN}));
    assert_eq!(bed.rows(), [format!("{b} b {}", TOKEN.to_lowercase())]);
    assert_eq!(
        bed.put(&a, json!({"deviceType": "ios"})),
        (404, json!({"code": 101, "error": "Object not found for update."}))
    );
}

#[test]
fn two_halves_are_merged() {
    for (priority, left) in [("deviceToken", "half"), ("installationId", "own")] {
        let bed = Bed::start(json!({"installation": {"duplicateDeviceTokenMergePriority": priority}}));
        let own = bed.made(json!({"installationId": "i", "deviceType": "ios"}));
        let half = bed.made(json!({"deviceToken": "t", "deviceType": "ios"}));
        assert_eq!(bed.post(json!({"installationId": "i", "deviceToken": "t"})).0, 200);
        let id = if left == "half" { half } else { own };
        assert_eq!(bed.rows(), [format!("{id} i t")], "{priority}");
    }
}

#[test]
fn a_duplicate_may_be_kept_without_its_token() {
    let bed = Bed::start(json!({"installation": {"duplicateDeviceTokenAction": "update"}}));
    let a = bed.made(json!({"installationId": "a", "deviceType": "ios", "deviceToken": "t"}));
    let before = bed.client.get(&format!("/installations/{a}")).json()["updatedAt"].clone();
    let b = bed.made(json!({"installationId": "b", "deviceType": "ios", "deviceToken": "t"}));
    assert_eq!(bed.rows(), [format!("{a} a -"), format!("{b} b t")]);
    assert_eq!(bed.client.get(&format!("/installations/{a}")).json()["updatedAt"], before);
}

#[test]
fn the_rights_of_the_caller_may_count() {
    let locked = json!({"installationId": "a", "deviceType": "ios", "deviceToken": "t", "ACL": {"*": {"read": true}}});
    for (enforce, kept) in [(false, 1), (true, 2)] {
        let bed = Bed::start(json!({"installation": {"duplicateDeviceTokenActionEnforceAuth": enforce}}));
        bed.made(locked.clone());
        bed.made(json!({"installationId": "b", "deviceType": "ios", "deviceToken": "t"}));
        assert_eq!(bed.rows().len(), kept, "{enforce}");
    }
}

#[test]
fn a_save_that_fails_takes_nothing_from_others() {
    let bed = Bed::start(json!({}));
    let a = bed.made(json!({"installationId": "a", "deviceType": "ios", "deviceToken": "t"}));
    let wrong = json!({"installationId": "b", "deviceType": "ios", "deviceToken": "t", "badge": "many"});
    let (status, answer) = bed.post(wrong);
    assert_eq!((status, &answer["code"]), (400, &json!(111)));
    assert_eq!(bed.rows(), [format!("{a} a t")]);
}

#[test]
fn the_installation_of_the_request_counts() {
    let bed = Bed::start(json!({}));
    let a = bed.made(json!({"installationId": "a", "deviceType": "ios"}));
    let send = |actor: Actor, body: Value| {
        let headers = [("X-Parse-Installation-Id", "A")];
        let answer = bed.client.with(actor).send("POST", "/installations", &headers, Some(body.to_string().as_bytes()));
        (answer.status, answer.json())
    };
    assert_eq!(send(Actor::Client, json!({"deviceToken": "t"})).0, 200);
    assert_eq!(bed.rows(), [format!("{a} a t")]);
    assert_eq!(send(Actor::Master, json!({"badge": 1})).0, 201, "for the master key only the body counts");
}

#[test]
fn who_may() {
    let bed = Bed::start(json!({}));
    let a = bed.made(json!({"installationId": "a", "deviceType": "ios"}));
    let path = format!("/installations/{a}");
    for (actor, find, delete) in [(Actor::Client, 400, 400), (Actor::ReadOnly, 200, 400), (Actor::Master, 200, 200)] {
        let client = bed.client.with(actor.clone());
        assert_eq!(client.get(&path).status, 200, "{actor:?}");
        for base in ["/installations", "/classes/_Installation"] {
            assert_eq!(client.get(base).status, find, "{actor:?}");
        }
        assert_eq!(client.send("DELETE", &path, &[], None).status, delete, "{actor:?}");
    }
}

#[test]
fn saves_that_race_leave_one_row() {
    let bed = Bed::start(json!({}));
    let same = json!({"installationId": "i", "deviceType": "ios", "deviceToken": "t"});
    let statuses: Vec<u16> = thread::scope(|scope| {
        let threads: Vec<_> = (0..16).map(|_| scope.spawn(|| bed.post(same.clone()).0)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 201)), "{statuses:?}");
    assert_eq!(bed.rows().len(), 1);
    // One token that several installations claim at once.
    thread::scope(|scope| {
        for n in 0..16 {
            let body = json!({"installationId": format!("n{n}"), "deviceType": "ios", "deviceToken": "t"});
            let bed = &bed;
            scope.spawn(move || {
                let (status, answer) = bed.post(body);
                assert!(status == 201 || answer["code"] == 132, "{answer}");
            });
        }
    });
    assert_eq!(bed.rows().iter().filter(|row| row.ends_with(" t")).count(), 1, "{:?}", bed.rows());
}

#[test]
fn a_transaction_saves_them_too() {
    if !Backend::has_transactions("installations in transactions") {
        return;
    }
    let bed = Bed::start(json!({}));
    bed.made(json!({"installationId": "a", "deviceType": "ios", "deviceToken": "t"}));
    let request = |body: Value| json!({"method": "POST", "path": "/parse/installations", "body": body});
    let save = |last: Value| {
        let first = request(json!({"installationId": "b", "deviceType": "ios", "deviceToken": "t"}));
        bed.client.post("/batch", &json!({"transaction": true, "requests": [first, request(last)]}))
    };
    assert_eq!(save(json!({"installationId": "c"})).status, 400);
    assert!(bed.rows()[0].ends_with(" a t"), "nothing is done: {:?}", bed.rows());
    let answer = save(json!({"installationId": "c", "deviceType": "ios"}));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let rows = bed.rows();
    assert!(rows.len() == 2 && rows[0].ends_with(" b t") && rows[1].ends_with(" c -"), "{rows:?}");
}
