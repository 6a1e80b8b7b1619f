//! Pushes in the languages of their readers: `alert-fr` and `title-fr` in place of `alert` and `title`.

use std::sync::OnceLock;

use indexmap::IndexSet;

use crate::model::{Map, Value};

/// What may have a language.
const KEYS: [&str; 2] = ["alert", "title"];

/// A push in the languages that it names, and in none of them.
#[derive(Debug, Clone)]
pub struct Localised {
    locales: Vec<String>,
    /// What was asked for.
    body: Map,
    /// One body a locale, and the one for everybody else behind them; made when one is first wanted.
    bodies: Vec<OnceLock<Map>>,
}

impl Localised {
    /// The bodies that a body stands for.
    pub fn of(body: Map) -> Self {
        let data = body.get("data").and_then(Value::as_object);
        let named = data.into_iter().flat_map(Map::keys).filter_map(|key| locale_of(key));
        let locales: Vec<String> = named.map(str::to_owned).collect::<IndexSet<_>>().into_iter().collect();
        let bodies = (0..=locales.len()).map(|_| OnceLock::new()).collect();
        Self { locales, body, bodies }
    }

    /// Which of the bodies an installation gets: that of the first locale with which its own begins.
    pub fn choose(&self, locale: Option<&str>) -> usize {
        let own = locale.filter(|locale| !locale.is_empty());
        let fits = |wanted: &String| own.is_some_and(|own| own.starts_with(wanted.as_str()));
        self.locales.iter().position(fits).unwrap_or(self.locales.len())
    }

    /// One of the bodies.
    pub fn body(&self, which: usize) -> &Map {
        let which = which.min(self.locales.len());
        self.bodies[which].get_or_init(|| spoken(&self.body, self.locales.get(which)))
    }
}

/// The locale of `alert-fr`.
fn locale_of(key: &str) -> Option<&str> {
    KEYS.iter().find_map(|own| key.strip_prefix(own)?.strip_prefix('-'))
}

/// The body in one language.
fn spoken(body: &Map, locale: Option<&String>) -> Map {
    let mut body = body.clone();
    let Some(Value::Object(data)) = body.get_mut("data") else { return body };
    for key in KEYS {
        let own = locale.and_then(|locale| data.get(&format!("{key}-{locale}"))).filter(|own| own.truthy()).cloned();
        if let Some(own) = own {
            data.set(key, own);
        }
    }
    data.retain(|key, _| locale_of(key).is_none());
    body
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::wire;

    #[test]
    fn each_installation_gets_its_language_or_that_of_all() {
        let body =
            r#"{"data":{"alert":"hi","alert-fr":"salut","title-fr":"T","title-de":"","alert-de":"hallo","x":1}}"#;
        let Ok(Value::Object(body)) = wire::parse(body.as_bytes(), 9) else { panic!() };
        let push = Localised::of(body);
        let text = |locale| wire::to_string(&Value::Object(push.body(push.choose(locale)).clone()));
        assert_eq!(text(Some("fr-CA")), r#"{"data":{"alert":"salut","x":1,"title":"T"}}"#);
        assert_eq!(text(Some("de")), r#"{"data":{"alert":"hallo","x":1}}"#);
        for other in [Some("en-US"), Some(""), None, Some("d")] {
            assert_eq!(text(other), r#"{"data":{"alert":"hi","x":1}}"#, "{other:?}");
        }
    }

    #[test]
    fn a_push_without_languages_is_the_same_for_all() {
        for body in [r#"{"data":{"alert":"hi"}}"#, "{}", r#"{"data":"x"}"#] {
            let Ok(Value::Object(map)) = wire::parse(body.as_bytes(), 9) else { panic!() };
            let push = Localised::of(map);
            assert_eq!(wire::to_string(&Value::Object(push.body(push.choose(Some("fr"))).clone())), body);
        }
    }
}
