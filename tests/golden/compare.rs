//! Compares a recorded answer with one received: byte for byte, or with the allowances of this replay.

use super::mask::{Names, Vars};
use super::vectors::Expected;
use crate::support::Answer;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What a request's answer may differ in, beside masks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Allowance {
    /// The wording of a JSON syntax error.
    pub wording: bool,
    /// The order of keys in any object.
    pub any_key_order: bool,
    /// The order of `results`, where no `order` was asked for.
    pub result_order: bool,
}

/// How an answer compares.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The same bytes.
    Exact,
    /// The same but for an allowance.
    AsSet,
    /// Different; says where.
    Differs(String),
}

/// Headings of the HTML pages seen so far, by page id: no text of a page is recorded, but each has headings of its own.
pub type Pages = BTreeMap<String, String>;

/// Compares status, body and headers; learns the names that the answer defines.
pub fn compare(
    names: &Names,
    expected: &Expected,
    actual: &Answer,
    allow: Allowance,
    vars: &mut Vars,
    pages: &mut Pages,
) -> Verdict {
    if expected.status != actual.status {
        return Verdict::Differs("status".to_owned());
    }
    let mut seen = vars.clone();
    let verdict = match expected.body.strip_prefix("page ") {
        Some(page) => compare_page(page, &actual.text(), pages),
        None => compare_body(names, &expected.body, &actual.text(), allow, &mut seen),
    };
    for (name, value) in &expected.headers {
        let own = actual.header(name).unwrap_or("-");
        if !names.matches(value, own, &mut seen) {
            return Verdict::Differs(format!("header {name}: {own}"));
        }
    }
    if !matches!(verdict, Verdict::Differs(_)) {
        *vars = seen;
    }
    verdict
}

fn compare_page(page: &str, html: &str, pages: &mut Pages) -> Verdict {
    let headings: Vec<&str> = ["<title>", "<h1>"].iter().flat_map(|tag| texts(html, tag)).collect();
    if headings.is_empty() {
        return Verdict::Differs(format!("no HTML page {page}"));
    }
    let heading = headings.join(" / ");
    let known = pages.entry(page.to_owned()).or_insert_with(|| heading.clone()).clone();
    let shared = pages.values().filter(|own| **own == known).count();
    if known == heading && shared == 1 { Verdict::Exact } else { Verdict::Differs(format!("page {page}: {heading}")) }
}

/// The text after each `tag`, up to the next one.
fn texts<'a>(html: &'a str, tag: &str) -> impl Iterator<Item = &'a str> {
    html.split(tag).skip(1).filter_map(|rest| rest.split('<').next()).map(str::trim)
}

fn compare_body(names: &Names, expected: &str, actual: &str, allow: Allowance, vars: &mut Vars) -> Verdict {
    if names.matches(expected, actual, vars) {
        return Verdict::Exact;
    }
    let (Ok(want), Ok(have)) = (serde_json::from_str::<Value>(expected), serde_json::from_str::<Value>(actual)) else {
        return Verdict::Differs("text".to_owned());
    };
    if allow.wording {
        let same =
            have.as_object().is_some_and(|have| have.len() == 1 && have.get("error").is_some_and(Value::is_string));
        return if same { Verdict::AsSet } else { Verdict::Differs("form of a syntax error".to_owned()) };
    }
    let trees = Trees { names, allow };
    match trees.value(&want, &have, "", vars) {
        Ok(()) => Verdict::AsSet,
        Err(place) => Verdict::Differs(place),
    }
}

struct Trees<'a> {
    names: &'a Names,
    allow: Allowance,
}

impl Trees<'_> {
    /// `Err` names the first place that differs.
    fn value(&self, want: &Value, have: &Value, place: &str, vars: &mut Vars) -> Result<(), String> {
        let same = match (want, have) {
            (Value::Object(want), Value::Object(have)) => return self.object(want, have, place, vars),
            (Value::Array(want), Value::Array(have)) if want.len() == have.len() => {
                if self.allow.result_order && place == ".results" {
                    return self.rows(want, &have.iter().collect::<Vec<_>>(), place, vars);
                }
                return want
                    .iter()
                    .zip(have)
                    .enumerate()
                    .try_for_each(|(at, (want, have))| self.value(want, have, &format!("{place}[{at}]"), vars));
            }
            (Value::String(want), Value::String(have)) => want == "<any>" || self.names.matches(want, have, vars),
            (want, have) => want == have,
        };
        if same { Ok(()) } else { Err(format!("{place}: {have}")) }
    }

    fn object(
        &self,
        want: &Map<String, Value>,
        have: &Map<String, Value>,
        place: &str,
        vars: &mut Vars,
    ) -> Result<(), String> {
        for (at, (key, want)) in want.iter().enumerate() {
            let key = self.names.fill(key, vars).map_err(|name| format!("{place}: key ${name}"))?;
            let found = if self.allow.any_key_order {
                have.get(&key)
            } else {
                have.iter().nth(at).filter(|(own, _)| **own == key).map(|(_, value)| value)
            };
            let found = found.ok_or_else(|| format!("{place}: no {key}"))?;
            self.value(want, found, &format!("{place}.{key}"), vars)?;
        }
        if want.len() == have.len() { Ok(()) } else { Err(format!("{place}: further keys")) }
    }

    /// Pairs each wanted row with another one of those that came.
    fn rows(&self, want: &[Value], have: &[&Value], place: &str, vars: &mut Vars) -> Result<(), String> {
        let Some((first, rest)) = want.split_first() else { return Ok(()) };
        let mut reason = format!("{place}: no row for {first}");
        for at in 0..have.len() {
            let mut tried = vars.clone();
            let mut others = have.to_vec();
            let row = others.remove(at);
            let paired =
                self.value(first, row, place, &mut tried).and_then(|()| self.rows(rest, &others, place, &mut tried));
            match paired {
                Ok(()) => {
                    *vars = tried;
                    return Ok(());
                }
                Err(place) => reason = place,
            }
        }
        Err(reason)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(want: &str, have: &str, allow: Allowance) -> bool {
        let answer = Answer { status: 200, headers: Vec::new(), body: have.as_bytes().to_vec() };
        let expected = Expected { status: 200, body: want.to_owned(), headers: Vec::new() };
        let verdict = compare(&Names::default(), &expected, &answer, allow, &mut Vars::new(), &mut Pages::new());
        !matches!(verdict, Verdict::Differs(_))
    }

    #[test]
    fn key_order_counts_unless_it_is_being_recorded() {
        let plain = Allowance::default();
        for (want, have) in [
            (r#"{"objectId":"x","a":1}"#, r#"{"a":1,"objectId":"x"}"#),
            (r#"{"code":1,"error":"x"}"#, r#"{"error":"x","code":1}"#),
            (r#"{"results":[{"a":1,"b":2}]}"#, r#"{"results":[{"b":2,"a":1}]}"#),
        ] {
            assert!(!verdict(want, have, plain), "{want} taken for {have}");
            assert!(verdict(want, have, Allowance { any_key_order: true, ..plain }), "{want} not taken for {have}");
        }
    }

    #[test]
    fn every_difference_is_seen() {
        let free = Allowance { any_key_order: true, result_order: true, wording: false };
        for (want, have) in [
            (r#"{"objectId":"x","a":1}"#, r#"{"objectId":"x","a":1,"b":2}"#),
            (r#"{"objectId":"x","a":1}"#, r#"{"objectId":"x"}"#),
            (r#"{"objectId":"x","a":1}"#, r#"{"objectId":"x","a":1.5}"#),
            (r#"{"objectId":"x","a":[1,2]}"#, r#"{"a":[2,1],"objectId":"x"}"#),
            (r#"{"results":[{"a":1},{"a":2}]}"#, r#"{"results":[{"a":1},{"a":1}]}"#),
            (r#"{"results":[]}"#, r#"{"results":[],"count":0}"#),
            (r#"{"a":"1"}"#, r#"{"a":1}"#),
            ("{}", ""),
        ] {
            assert!(!verdict(want, have, free), "{want} taken for {have}");
        }
    }

    #[test]
    fn result_order_is_free_where_no_order_was_asked() {
        let (want, have) = (r#"{"results":[{"a":1},{"a":2}]}"#, r#"{"results":[{"a":2},{"a":1}]}"#);
        assert!(verdict(want, have, Allowance { result_order: true, ..Allowance::default() }));
        assert!(!verdict(want, have, Allowance::default()));
    }
}
