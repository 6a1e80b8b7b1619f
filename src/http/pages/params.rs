//! What a page is told: placeholders of its template, parts of the query string of a redirect, and headers.

use hyper::header::{HeaderName, HeaderValue};

use crate::config::AppConfig;
use crate::model::js::{encode, text};
use crate::model::{Key, Map, Value};

/// What a page is told, in order.
#[derive(Debug, Default)]
pub struct Params {
    told: Map,
    /// A token that only the page of the house is told.
    pub token: Option<String>,
}

impl Params {
    /// Nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// What a route of the app's own says.
    pub fn said(told: Map) -> Self {
        Self { told, token: None }
    }

    /// One thing more, in the place of what was told under that name.
    pub fn add(&mut self, name: &'static str, value: &str) {
        self.told.set(name, Value::from(value));
    }

    /// The language that is wanted, if one is.
    pub fn add_locale(&mut self, locale: Option<&str>) {
        match locale {
            Some(locale) => self.add("locale", locale),
            None => drop(self.told.take("locale")),
        }
    }

    /// What it is told under a name, if that is a text.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.told.get(name).and_then(Value::as_str)
    }

    /// What every page of an app is told behind it, as far as the app says it; `false` if that is not all.
    pub fn add_app(&mut self, config: &AppConfig) -> bool {
        self.add("appId", &config.app_id);
        config.app_name.iter().for_each(|name| self.add("appName", name));
        config.public_server_url.iter().for_each(|url| self.add("publicServerUrl", url));
        config.app_name.is_some() && config.public_server_url.is_some()
    }

    /// As texts, in order, with their names.
    pub fn texts(&self) -> impl Iterator<Item = (&str, String)> {
        self.told.iter().map(|(name, value)| (name.as_ref(), text(value)))
    }

    /// As values of a template.
    pub fn values(&self) -> &Map {
        &self.told
    }

    /// As headers: without control characters, URI-encoded if that is wanted, else in Latin-1 as far as that goes.
    pub fn headers(&self, encoded: bool) -> Vec<(HeaderName, HeaderValue)> {
        let header = |(name, value): (&Key, &Value)| {
            let value = match value.as_array() {
                Some(list) if !encoded => list.iter().map(text).collect::<Vec<_>>().join(", "),
                _ if encoded => encode(&text(value)),
                _ => text(value),
            };
            let clean: String = value.chars().filter(|c| !c.is_ascii_control()).collect();
            let name = HeaderName::try_from(format!("x-parse-page-param-{}", name.to_lowercase())).ok()?;
            let latin: Option<Vec<u8>> = clean.chars().map(|c| u8::try_from(c).ok()).collect();
            Some((name, HeaderValue::from_bytes(&latin.unwrap_or_else(|| clean.into_bytes())).ok()?))
        };
        self.told.iter().filter_map(header).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_become_headers() {
        let mut params = Params::new();
        for (name, value) in [("appName", "replaced"), ("error", "日本"), ("appName", "A\r\nB é")] {
            params.add(name, value);
        }
        let headers = |encoded| -> Vec<Vec<u8>> {
            params.headers(encoded).iter().map(|(_, value)| value.as_bytes().to_vec()).collect()
        };
        assert_eq!(headers(false), [b"AB \xe9".to_vec(), "日本".into()]);
        assert_eq!(headers(true), [b"A%0D%0AB%20%C3%A9".to_vec(), b"%E6%97%A5%E6%9C%AC".to_vec()]);
        assert_eq!(params.headers(false)[0].0, "x-parse-page-param-appname");
    }
}
