//! Texts with parts that vary: `<time>` and the like, and `$name` for what an earlier answer brought.

use fancy_regex::{Captures, Regex};
use std::collections::{BTreeMap, BTreeSet};

/// Values of `$name`s seen so far.
pub type Vars = BTreeMap<String, String>;

/// What each mask stands for, as a regular expression.
const MASKS: [(&str, &str); 8] = [
    ("<time>", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"),
    ("<id>", "[A-Za-z0-9]{10}"),
    ("<token>", "r:[0-9a-f]{32}"),
    ("<hex32>", "[0-9a-f]{32}"),
    ("<bcrypt>", r"\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}"),
    ("<dir>", ".+"),
    ("<number>", r"-?\d+"),
    ("<any>", r#"(?:[^"\\]|\\.)+"#),
];

/// The names that answers define; any other `$word` is text (`$in`, `$regex`).
#[derive(Clone, Debug, Default)]
pub struct Names(BTreeSet<String>);

impl Names {
    /// Learns names from an answer or a mailed link: a `$word` that is a whole JSON string or a token in a link.
    pub fn learn(&mut self, text: &str) {
        let whole = Regex::new(r#"(?:(?<=")|(?<=token=))\$([A-Za-z_]\w*)(?=$|["&])"#).unwrap();
        self.0.extend(whole.captures_iter(text).map(|found| found.unwrap()[1].to_owned()));
    }

    /// The names that stand in `text`.
    pub fn used(&self, text: &str) -> BTreeSet<String> {
        text.split('$')
            .skip(1)
            .filter_map(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next())
            .filter(|name| self.0.contains(*name))
            .map(str::to_owned)
            .collect()
    }

    /// `text` with its names replaced by their values, or the first name without one.
    pub fn fill(&self, text: &str, vars: &Vars) -> Result<String, String> {
        let mut missing = None;
        let filled = Regex::new(r"\$([A-Za-z_]\w*)").unwrap().replace_all(text, |found: &Captures<str>| {
            let name = &found[1];
            match vars.get(name) {
                Some(value) => value.clone(),
                None => {
                    if self.0.contains(name) {
                        missing.get_or_insert(name.to_owned());
                    }
                    found[0].to_owned()
                }
            }
        });
        let filled = filled.into_owned();
        missing.map_or(Ok(filled), Err)
    }

    /// Compares all of `actual` with a text that holds masks and names; learns the values of new names.
    pub fn matches(&self, expected: &str, actual: &str, vars: &mut Vars) -> bool {
        let (pattern, names) = self.pattern(expected, vars);
        let Some(found) = pattern.captures(actual).expect("a mask that can be matched") else { return false };
        for name in names {
            vars.insert(name.clone(), found.name(&name).expect("a group for each name").as_str().to_owned());
        }
        true
    }

    fn pattern(&self, expected: &str, vars: &Vars) -> (Regex, Vec<String>) {
        let parts = Regex::new(r"<(?:time|id|token|hex32|bcrypt|dir|number|any)>|\$[A-Za-z_]\w*").unwrap();
        let mut pattern = String::from(r"\A");
        let mut names: Vec<String> = Vec::new();
        let mut at = 0;
        for found in parts.find_iter(expected).map(Result::unwrap) {
            let before = &expected[at..found.start()];
            pattern.push_str(&fancy_regex::escape(before));
            at = found.end();
            let mask = MASKS.iter().find(|(mask, _)| *mask == found.as_str());
            let name = found.as_str().trim_start_matches('$');
            match (mask, vars.get(name)) {
                (Some((_, meaning)), _) => pattern.push_str(meaning),
                (None, Some(value)) => pattern.push_str(&fancy_regex::escape(value)),
                (None, None) if names.iter().any(|known| known == name) => pattern.push_str(&format!(r"\k<{name}>")),
                (None, None) if self.0.contains(name) => {
                    pattern.push_str(&format!("(?<{name}>{})", shape(before)));
                    names.push(name.to_owned());
                }
                (None, None) => pattern.push_str(&fancy_regex::escape(found.as_str())),
            }
        }
        pattern.push_str(&fancy_regex::escape(&expected[at..]));
        pattern.push_str(r"\z");
        (Regex::new(&pattern).expect("a pattern from masks"), names)
    }
}

/// What a value looks like, told by what stands before it.
fn shape(before: &str) -> &'static str {
    if before.ends_with(r#""objectId":""#) {
        "[A-Za-z0-9]{10}"
    } else if before.ends_with(r#""sessionToken":""#) {
        "r:[0-9a-f]{32}"
    } else {
        r#"[^"/\s&?]+"#
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(learned: &str) -> Names {
        let mut names = Names::default();
        names.learn(learned);
        names
    }

    #[test]
    fn only_whole_strings_and_link_tokens_are_names() {
        let names = names(r#"{"objectId":"$g1","error":"bad $in value"} http://x/?token=$vt"#);
        assert_eq!(names.0, BTreeSet::from(["g1".to_owned(), "vt".to_owned()]));
    }

    #[test]
    fn a_name_is_captured_once_and_then_compared() {
        let names = names(r#""$g1""#);
        let mut vars = Vars::new();
        assert!(names.matches(
            r#"{"objectId":"$g1","same":"$g1"}"#,
            r#"{"objectId":"abcdefghij","same":"abcdefghij"}"#,
            &mut vars
        ));
        assert_eq!(vars["g1"], "abcdefghij");
        assert!(!names.matches(r#"{"objectId":"$g1"}"#, r#"{"objectId":"abcdefghiJ"}"#, &mut vars));
        assert_eq!(
            names.fill("/classes/A/$g1?where={\"a\":{\"$in\":[]}}", &vars).unwrap(),
            "/classes/A/abcdefghij?where={\"a\":{\"$in\":[]}}"
        );
    }

    #[test]
    fn masks_are_strict() {
        let names = Names::default();
        let mut vars = Vars::new();
        assert!(names.matches("<time>", "2020-01-01T00:00:00.000Z", &mut vars));
        assert!(!names.matches("<time>", "2020-01-01T00:00:00Z", &mut vars));
        assert!(!names.matches(r#"{"a":<id>}"#, r#"{"a":abcdefghij }"#, &mut vars));
        assert!(!names.matches("<id>", "abcdefghij\n", &mut vars));
    }
}
