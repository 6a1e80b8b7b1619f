//! Writes down the order of keys that a running server uses, where the recording has PostgreSQL's.

use super::mask::{Names, Vars};
use serde_json::{Map, Value};

/// The recorded body with its keys in the order of `actual`; `None` when that does not make it the same text.
pub fn reordered(names: &Names, recorded: &str, actual: &str, vars: &Vars) -> Option<String> {
    let (want, have) = (serde_json::from_str(recorded).ok()?, serde_json::from_str(actual).ok()?);
    let text = order(names, &want, &have, vars)?.to_string();
    names.matches(&text, actual, &mut vars.clone()).then_some(text)
}

fn order(names: &Names, want: &Value, have: &Value, vars: &Vars) -> Option<Value> {
    match (want, have) {
        (Value::Object(want), Value::Object(have)) => {
            let mut ordered = Map::new();
            for (key, have) in have {
                let same = |(name, _): &(&String, &Value)| names.fill(name, vars).as_ref() == Ok(key);
                let (name, want) = want.iter().find(same)?;
                ordered.insert(name.clone(), order(names, want, have, vars)?);
            }
            Some(Value::Object(ordered))
        }
        (Value::Array(want), Value::Array(have)) if want.len() == have.len() => {
            want.iter().zip(have).map(|(want, have)| order(names, want, have, vars)).collect()
        }
        (want, _) => Some(want.clone()),
    }
}
