//! The pages of the house, in the place of those that an app does not have. They load nothing and work without scripts.

use super::page::Page;
use super::params::Params;
use crate::error::{Error, Result};
use crate::model::js::encode;
use crate::model::mustache::Template;
use crate::model::{Map, Value, locale, wire};

/// How they look.
pub const STYLE: &str = include_str!("house/style.css");
/// What they do beyond that: they tell at once when two passwords differ.
pub const SCRIPT: &str = include_str!("house/script.js");

/// The language of those who name none.
const FIRST: &str = "en";
/// Languages, and their texts.
const TEXTS: [(&str, &str); 4] = [
    (FIRST, include_str!("house/en.json")),
    ("de", include_str!("house/de.json")),
    ("es", include_str!("house/es.json")),
    ("fr", include_str!("house/fr.json")),
];

/// Where number stands in a text.
const NUMBER: char = '#';

/// The pages.
pub struct House {
    template: Template,
    texts: Vec<(&'static str, Map)>,
}

impl House {
    /// Reads them.
    ///
    /// # Errors
    /// 1 if they were built wrong.
    pub fn open() -> Result<Self> {
        let texts = TEXTS.iter().map(|(language, json)| match wire::reread(json.as_bytes()) {
            Ok(Value::Object(texts)) => Ok((*language, texts)),
            _ => Err(Error::internal(format!("the texts of pages in {language}"))),
        });
        Ok(Self { template: Template::parse(include_str!("house/page.html"))?, texts: texts.collect::<Result<_>>()? })
    }

    /// The folder of a language, `None` for the first one and for those that are not there.
    pub fn folder(locale: &str) -> Option<&'static str> {
        let mut choices = locale::choices(locale).into_iter();
        choices.find_map(|name| TEXTS.iter().map(|(own, _)| *own).find(|own| *own == name && *own != FIRST))
    }

    /// A page. `endpoint` is where forms go below the URL of the app.
    pub fn page(&self, page: Page, folder: Option<&str>, params: &Params, endpoint: &str) -> String {
        let (language, texts) =
            self.texts.iter().find(|(own, _)| Some(*own) == folder).unwrap_or_else(|| &self.texts[0]);
        let text = |value: &str| Value::from(value);
        let mut values = params.values().clone();
        // A field is left out if it would be empty.
        let app = params.get("appId").zip(params.get("publicServerUrl"));
        for (name, value) in texts.iter() {
            values.set(name.clone(), value.clone());
        }
        if let Some(Value::Object(own)) = texts.get(page.id()) {
            own.iter().for_each(|(name, value)| drop(values.set(name.clone(), value.clone())));
        }
        values.set("lang", text(language));
        values.set("style", text(STYLE));
        values.set("script", text(SCRIPT));
        values.set(mark(page), Value::Bool(true));
        let base = app.map(|(app, url)| format!("{url}/{endpoint}/{}", encode(app)));
        match (page, base) {
            (Page::Reset, Some(base)) => {
                drop(values.set("resetAction", text(&format!("{base}/request_password_reset"))))
            }
            (Page::VerificationLinkInvalid | Page::VerificationLinkExpired, Some(base)) if params.token.is_some() => {
                values.set("resendAction", text(&format!("{base}/resend_verification_email")));
            }
            _ => {}
        }
        params.token.iter().for_each(|token| drop(values.set("token", text(token))));
        if let Some(error) = params.get("error") {
            values.set("error", text(&translated(texts, error)));
        }
        self.template.render(&Value::Object(values), true)
    }
}

/// The picture of a page.
fn mark(page: Page) -> &'static str {
    match page {
        Page::Reset => "key",
        Page::ResetSuccess | Page::VerificationSuccess => "good",
        Page::VerificationSendSuccess => "letter",
        _ => "bad",
    }
}

/// What is wrong, in the language of the page if the house has a word for it; a number in it may be any.
fn translated(texts: &Map, error: &str) -> String {
    let digits: String = error.chars().filter(char::is_ascii_digit).collect();
    let key = if digits.is_empty() { error.to_owned() } else { error.replace(&digits, &NUMBER.to_string()) };
    let known = texts.get("errors").and_then(|errors| errors.as_object()?.get(&key)?.as_str());
    known.map_or_else(|| error.to_owned(), |text| text.replace(NUMBER, &digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_every_text() {
        let house = House::open().unwrap();
        let keys = |value: &Map| -> Vec<String> {
            let inner = value.iter().flat_map(|(key, value)| match value {
                Value::Object(inner) => inner.keys().map(|own| format!("{key}.{own}")).collect(),
                _ => vec![key.to_string()],
            });
            inner.collect()
        };
        let first = keys(&house.texts[0].1);
        for (language, texts) in &house.texts {
            assert_eq!(keys(texts), first, "{language}");
            for page in Page::all() {
                let html = house.page(page, Some(language), &Params::new(), "apps");
                let heading = texts.get(page.id()).unwrap().as_object().unwrap().get("heading").unwrap();
                assert!(html.contains(&format!("<html lang=\"{language}\">")), "{html}");
                assert!(
                    html.contains(&format!("<h1>{}</h1>", heading.as_str().unwrap().replace('\'', "&#39;"))),
                    "{html}"
                );
            }
        }
        assert_eq!((House::folder("de-AT"), House::folder("en"), House::folder("xx")), (Some("de"), None, None));
    }

    #[test]
    fn what_is_wrong_is_told_in_the_language_of_the_page() {
        let house = House::open().unwrap();
        let german = &house.texts[1].1;
        let told = translated(german, "New password should not be the same as last 12 passwords.");
        assert!(told.contains("12") && !told.contains("should"), "{told}");
        assert_eq!(translated(german, "our own rule 1"), "our own rule 1");
    }
}
