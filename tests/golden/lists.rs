//! The two lists beside the recording: what is not built yet, and where we answer otherwise on purpose.

use super::vectors::{Expected, expected};
use std::collections::BTreeMap;

/// Numbers of requests that need something not built yet, with the area that is missing, from a text in the form of `debt.txt`.
pub fn debt(text: &str) -> BTreeMap<u32, String> {
    let mut debt = BTreeMap::new();
    for line in entries(text) {
        let (numbers, reason) = line.split_once("  ").expect("two spaces before the reason");
        for item in numbers.split(' ') {
            let (from, to) = item.split_once('-').unwrap_or((item, item));
            for number in from.parse::<u32>().expect("a number")..=to.parse().expect("a number") {
                let before = debt.insert(number, reason.trim().to_owned());
                assert!(before.is_none(), "{number} stands twice in the debt");
            }
        }
    }
    debt
}

/// Our own answers in place of recorded ones, from a text in the form of `deviations.txt`.
pub fn answers(text: &str) -> BTreeMap<u32, Expected> {
    let mut answers = BTreeMap::new();
    for line in entries(text) {
        if line.starts_with("--") {
            continue;
        }
        let (number, answer) = line.split_once(" < ").expect("a number, ` < ` and the answer");
        let before = answers.insert(number.parse().expect("a number"), expected(answer));
        assert!(before.is_none(), "{number} stands twice among the deviations");
    }
    answers
}

fn entries(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}
