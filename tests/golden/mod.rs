//! Golden replay: 431 requests recorded from Parse Server 9.10 and their answers, byte for byte.
//!
//! `cargo test golden` replays them against our own binary. With `PARSIMONY_GOLDEN_URL`, `PARSIMONY_GOLDEN_URL2` (the
//! second server of the recording) and `PARSIMONY_GOLDEN_MAIL` (a file with a mailed link a line) it replays them against
//! servers that run already, for example those of `oracle.js`, and heeds neither debt nor deviations: that proves the
//! replay itself. `PARSIMONY_GOLDEN_RECORD` then names a file to which the order of keys is written (`key-order.txt`).

mod cloud;
pub mod compare;
pub mod judge;
pub mod lists;
mod mask;
mod record;
pub mod replay;
pub mod vectors;

use crate::support::backend::lacks;
use crate::support::{Actor, Backend, Client, Mailbox, Server};
use judge::judge;
use replay::{Target, replay};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use tempfile::TempDir;
use vectors::Recording;

/// The URL that the recorded servers gave as their own; it stands in `Location` headers and file URLs.
const RECORDED_URL: &str = "http://localhost:15995/parse";
/// Shows what a job leaves behind when it ends, some time after its start was answered.
const JOB_ENDS: u32 = 139;
/// The first that is about webhooks, of which there were none.
const WEBHOOKS_ARE_SHOWN: u32 = 237;
/// Drops a purged class; the database engine behind the oracle counts documents a moment late.
const PURGED_CLASS_IS_EMPTY: u32 = 231;

#[test]
fn golden_replay() {
    let recorded = Recording::load();
    assert_eq!(recorded.vectors.len(), 431);
    let report = match std::env::var("PARSIMONY_GOLDEN_URL") {
        Ok(first) => {
            let outcomes = replay(&running(&first), &recorded, &BTreeMap::new());
            if let Some(file) = std::env::var_os("PARSIMONY_GOLDEN_RECORD") {
                let orders = outcomes.iter().filter_map(|o| Some(format!("{} {}\n", o.number, o.reordered.as_ref()?)));
                std::fs::write(file, orders.collect::<String>()).expect("write the order of keys");
            }
            judge(&outcomes, &BTreeMap::new(), |_| false)
        }
        Err(_) => own(Backend::Sqlite, &recorded),
    };
    show(&report);
}

#[test]
fn golden_replay_on_mongodb() {
    if Backend::has_mongo("the golden replay") {
        show(&own(Backend::Mongo, &Recording::load()));
    }
}

fn show(report: &judge::Report) {
    // Past the capture of the test runner: the count is for the person who runs the tests.
    writeln!(std::io::stderr(), "{report}").expect("stderr");
    assert!(report.failures.is_empty(), "{report}\n\n{}", report.failures.join("\n\n"));
}

fn own(backend: Backend, recorded: &Recording) -> judge::Report {
    let dir = TempDir::new().expect("temporary directory");
    let links = dir.path().join("mail.txt");
    let mailbox = Mailbox::noting(Some(&links));
    let mails = |mut options: Value| {
        options["emailAdapter"] = mailbox.whole_adapter();
        options
    };
    let first = Server::start_on(backend, mails(first_options()));
    let second = Server::start_on(backend, mails(second_options()));
    let master = first.client(Actor::Master);
    let _code = cloud::declare(&master);
    let (debt, mut deviations) =
        (lists::debt(include_str!("debt.txt")), lists::answers(include_str!("deviations.txt")));
    if backend == Backend::Mongo && lacks().contains(&"transactions") {
        deviations.extend(lists::answers(include_str!("standalone.txt")));
    }
    let target = Target {
        first: first.client(Actor::NoKeys),
        second: second.client(Actor::NoKeys),
        mail: Some(links),
        patient: &[JOB_ENDS],
        any_key_order: false,
        before: Box::new(move |number| {
            if number == WEBHOOKS_ARE_SHOWN {
                cloud::withdraw(&master);
            }
        }),
    };
    let report = judge(&replay(&target, recorded, &deviations), &debt, |number| deviations.contains_key(&number));
    for server in [&first, &second] {
        assert!(!server.output().contains("panicked"), "a panic during the replay\n{}", server.output());
    }
    report
}

fn running(first: &str) -> Target {
    let second = std::env::var("PARSIMONY_GOLDEN_URL2").expect("PARSIMONY_GOLDEN_URL2 beside PARSIMONY_GOLDEN_URL");
    let mail = std::env::var_os("PARSIMONY_GOLDEN_MAIL").map(Into::into);
    let patient = &[JOB_ENDS, PURGED_CLASS_IS_EMPTY];
    let before = Box::new(|_| {});
    let (first, second) = (Client::new(first, Actor::NoKeys), Client::new(&second, Actor::NoKeys));
    let any_key_order = std::env::var_os("PARSIMONY_GOLDEN_RECORD").is_some();
    Target { first, second, mail, patient, any_key_order, before }
}

fn first_options() -> Value {
    json!({
        "appName": "App", "serverURL": RECORDED_URL, "publicServerURL": RECORDED_URL,
        "allowClientClassCreation": true, "maxLimit": 1000,
    })
}

fn second_options() -> Value {
    let mut options = first_options();
    let second = json!({
        "verifyUserEmails": true, "preventLoginWithUnverifiedEmail": true, "emailVerifyTokenValidityDuration": 3600,
        "passwordPolicy": {
            "validatorPattern": "^.{4,}$", "doNotAllowUsername": true, "maxPasswordHistory": 2,
            "resetTokenValidityDuration": 3600,
        },
        "accountLockout": { "duration": 5, "threshold": 2 },
        "enableSanitizedErrorResponse": false,
    });
    options.as_object_mut().unwrap().extend(second.as_object().unwrap().clone());
    options
}

#[test]
fn a_request_that_needs_a_value_of_debt_is_debt() {
    let debt = lists::debt(include_str!("debt.txt"));
    let recording = Recording::load();
    let mut names = mask::Names::default();
    let mut first_in: BTreeMap<String, u32> = BTreeMap::new();
    let mut unlisted = Vec::new();
    for vector in &recording.vectors {
        names.learn(&vector.answer.body);
        names.learn(vector.mailed.as_deref().unwrap_or_default());
        for name in names.used(&vector.sent()) {
            if first_in.get(&name).is_some_and(|number| debt.contains_key(number)) && !debt.contains_key(&vector.number)
            {
                unlisted.push(format!("{} needs ${name} of {}", vector.number, first_in[&name]));
            }
        }
        for name in names.used(&vector.received()) {
            first_in.entry(name).or_insert(vector.number);
        }
    }
    assert!(unlisted.is_empty(), "{unlisted:#?}");
}

#[test]
fn no_fault_of_the_recorded_server_is_expected_of_ours() {
    let (debt, deviations) = (lists::debt(include_str!("debt.txt")), lists::answers(include_str!("deviations.txt")));
    for vector in Recording::load().vectors {
        let ours = deviations.get(&vector.number).unwrap_or(&vector.answer);
        assert!(ours.status < 500 || debt.contains_key(&vector.number), "{} expects {}", vector.number, ours.status);
    }
    assert!(debt.keys().chain(deviations.keys()).all(|number| (1..=431).contains(number)));
    assert!(deviations.keys().all(|number| !debt.contains_key(number)), "a number stands in both lists");
}
