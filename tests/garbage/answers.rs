//! Well-formed requests that make no sense: 778 of them, with Parse Server's answers, and ours where it is at fault.

use crate::golden::compare::Verdict;
use crate::golden::judge::judge;
use crate::golden::lists;
use crate::golden::replay::{Target, replay};
use crate::golden::vectors::Recording;
use crate::support::backend::{Backend, lacks};
use crate::support::subject::is_sound;
use crate::support::{Actor, Answer, Subject};
use serde_json::json;
use std::collections::BTreeMap;
use std::io::Write;

#[test]
fn nonsense_is_answered_as_by_parse_server() {
    let recording = Recording::of(include_str!("requests.txt"));
    let mut ours = lists::answers(include_str!("ours.txt"));
    if Backend::chosen() == Backend::Mongo && lacks().contains(&"caseSensitive") {
        // That engine takes a projection without a field for all fields, as in the recording.
        ours.remove(&718);
    }
    let subject = Subject::start(json!({ "allowClientClassCreation": true, "maxLimit": 1000 }));
    let instead = if subject.own().is_some() { ours.clone() } else { BTreeMap::new() };
    let (first, second) = (subject.client(Actor::NoKeys), subject.client(Actor::NoKeys));
    let target = Target { first, second, mail: None, patient: &[], any_key_order: false, before: Box::new(|_| {}) };
    let outcomes = replay(&target, &recording, &instead);
    assert_eq!(outcomes.len(), 778);
    let debt = if subject.own().is_some() { lists::debt(include_str!("debt.txt")) } else { BTreeMap::new() };
    let mut report = judge(&outcomes, &debt, |number| instead.contains_key(&number));
    if subject.own().is_some() {
        let unsound = outcomes
            .iter()
            .filter(|outcome| outcome.result.is_ok() && !outcome.answer.as_ref().is_some_and(is_in_order));
        report
            .failures
            .extend(unsound.map(|outcome| format!("neither success nor an error of Parse's\n{}", outcome.story)));
    }
    writeln!(std::io::stderr(), "garbage: {}", report.to_string().trim_start_matches("golden: ")).expect("stderr");
    assert!(report.failures.is_empty(), "{report}\n\n{}", report.failures.join("\n\n"));
    assert!(outcomes.iter().any(|outcome| outcome.result == Ok(Verdict::Exact)));
    subject.assert_well();
}

/// A route that does not exist is the one error that Parse Server answers in HTML.
fn is_in_order(answer: &Answer) -> bool {
    is_sound(answer) || answer.status == 404 && answer.text().contains("<pre>Cannot ")
}
