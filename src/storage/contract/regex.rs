//! Regular expressions as PCRE reads them.

use super::kit::{Bed, Class};
use crate::error::Code;
use crate::model::query::Regex;
use crate::model::{Constraint, Filter};

/// Beginnings, ends, quoting, alternatives, look-ahead.
pub async fn patterns(db: &Bed) {
    let t = db.class("T", "s String").await;
    t.put([
        ("a", r#"{"s":"abc"}"#),
        ("b", r#"{"s":"xabc"}"#),
        ("c", r#"{"s":"a.c|d"}"#),
        ("d", r#"{"s":"ABC"}"#),
        ("e", r#"{"s":"über"}"#),
        ("f", r#"{"s":""}"#),
        ("g", "{}"),
    ])
    .await;
    let ask = |pattern: &str| format!(r#"{{"s":{{"$regex":"{pattern}"}}}}"#);
    for (pattern, ids) in [
        ("abc", "a b"),
        ("^abc", "a"),
        ("c$", "a b"),
        ("^a.c", "a c"),
        ("^\\\\Qa.c\\\\E", "c"),
        ("\\\\Q|\\\\E", "c"),
        ("^x|d$", "b c"),
        ("^ab?c?", "a c"),
        ("^(?=abc)", "a"),
        ("(?i)^abc$", "a d"),
        ("^[^a-z]*$", "d f"),
        ("^.ber", "e"),
        ("^ü", "e"),
        ("", "a b c d e f"),
        ("^$", "f"),
    ] {
        t.finds(&[(&ask(pattern), ids)]).await;
    }
}

/// `i`, `m`, `s`, `x`.
pub async fn options(db: &Bed) {
    let t = db.class("T", "s String").await;
    t.put([("a", r#"{"s":"One\ntwo"}"#), ("b", r#"{"s":"ÄB"}"#)]).await;
    let ask = |pattern: &str, options: &str| format!(r#"{{"s":{{"$regex":"{pattern}","$options":"{options}"}}}}"#);
    for (pattern, options, ids) in [
        ("ONE", "i", "a"),
        ("^äb$", "i", "b"),
        ("^two", "m", "a"),
        ("One.two", "s", "a"),
        ("one.TWO", "is", "a"),
        ("t w o # word", "x", "a"),
        ("^TWO$", "im", "a"),
    ] {
        t.finds(&[(&ask(pattern, options), ids)]).await;
    }
    t.finds(&[(r#"{"s":{"$regex":"^two"}}"#, ""), (r#"{"s":{"$regex":"One.two"}}"#, "")]).await;
}

/// One element that matches is enough.
pub async fn lists(db: &Bed) {
    let t = db.class("T", "a Array, o Object").await;
    t.put([
        ("a", r#"{"a":["x","abc",1]}"#),
        ("b", r#"{"a":[["abc"]]}"#),
        ("c", r#"{"o":{"k":["abd"]}}"#),
        ("d", r#"{"a":["abc","abd"]}"#),
    ])
    .await;
    t.finds(&[
        (r#"{"a":{"$regex":"^ab"}}"#, "a d"),
        (r#"{"o.k":{"$regex":"^ab"}}"#, "c"),
        (r#"{"a":{"$all":[{"$regex":"^\\Qab\\E"},{"$regex":"^\\Qx\\E"}]}}"#, "a"),
        (r#"{"a":{"$all":[{"$regex":"^\\Qabc\\E"},{"$regex":"^\\Qabd\\E"}]}}"#, "d"),
    ])
    .await;
}

/// What is no text matches nothing; a file is its name.
pub async fn other_types(db: &Bed) {
    let t = db.class("T", "n Number, d Date, f File, b Boolean").await;
    t.put([("a", r#"{"n":1,"d":{"__type":"Date","iso":"2020"},"f":{"__type":"File","name":"1.txt"},"b":true}"#)]).await;
    t.finds(&[
        (r#"{"n":{"$regex":"1"}}"#, ""),
        (r#"{"d":{"$regex":"2"}}"#, ""),
        (r#"{"b":{"$regex":"."}}"#, ""),
        (r#"{"unknown":{"$regex":""}}"#, ""),
        (r#"{"f":{"$regex":"^1\\.txt$"}}"#, "a"),
        (r#"{"objectId":{"$regex":"^a"}}"#, "a"),
    ])
    .await;
}

/// 102 for a pattern that is none, whether there are rows or not.
pub async fn refused(db: &Bed) {
    let t = db.class("T", "s String, o Object").await;
    refuses(&t).await;
    t.put([("a", r#"{"s":"x","o":{"k":"x"}}"#)]).await;
    refuses(&t).await;
}

async fn refuses(t: &Class<'_>) {
    for pattern in ["(", "[", "*", "a{2,1}"] {
        let regex = Regex { pattern: pattern.into(), options: String::new() };
        for path in ["s", "o.k", "unknown"] {
            let constraint = Constraint::Regex(regex.clone());
            let plan = t.read_by(Filter::Or(vec![t.filter("{}"), Filter::Field(path.into(), vec![constraint])]));
            let refused = t.db.find(&plan).await.err().map(|e| e.code());
            assert_eq!(refused, Some(Some(Code::InvalidQuery)), "{pattern} {path}");
            let refused = t.db.count(&plan).await.err().map(|e| e.code());
            assert_eq!(refused, Some(Some(Code::InvalidQuery)), "{pattern} {path}");
        }
    }
}
