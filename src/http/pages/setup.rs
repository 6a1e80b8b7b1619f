//! The pages of an app, ready: its files found, its texts read, its headers made.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::header::HeaderValue;
use url::Url;

use super::house::{House, SCRIPT, STYLE};
use super::routes::Routes;
use crate::config::{AppConfig, PagesConfig};
use crate::error::{Error, Result};
use crate::model::mustache::Template;
use crate::model::{Map, Value, locale, wire};

/// How deep the file with translations may nest.
const DEEPEST: usize = 50;

/// The pages of an app.
pub struct Setup {
    /// The directory of the app's own files, without links in its path.
    pub root: Option<PathBuf>,
    /// What stands in the place of pages that the app does not have.
    pub house: House,
    /// What may run and who may show it in a frame, for pages of the house.
    pub policy: HeaderValue,
    /// Who may show pages of the app's own in a frame.
    pub frames: HeaderValue,
    /// The further values of the configuration.
    pub placeholders: Map,
    /// The routes of the app's own.
    pub routes: Routes,
    fallback: String,
    translations: Map,
}

impl Setup {
    /// Those of an app.
    ///
    /// # Errors
    /// 1 for a directory or a file of the configuration that cannot be read.
    pub fn new(config: &AppConfig) -> Result<Self> {
        let pages = &config.pages;
        let unusable = |e| Error::caused("pages.pagesPath cannot be opened", e);
        let root = pages.path.as_ref().map(|path| path.canonicalize().map_err(unusable)).transpose()?;
        if root.as_ref().is_some_and(|root| !root.is_dir()) {
            return Err(Error::internal("pages.pagesPath is no directory"));
        }
        let frames = format!("frame-ancestors {}", origin(pages.frame_url.as_deref()).unwrap_or("'none'".to_owned()));
        let header = |text: String| HeaderValue::try_from(text).map_err(|e| Error::caused("a header of pages", e));
        Ok(Self {
            root,
            house: House::open()?,
            policy: header(format!("{}; {frames}", policy(config)))?,
            frames: header(frames)?,
            placeholders: map(&serde_json::Value::Object(pages.placeholders.clone()).to_string()).unwrap_or_default(),
            routes: Routes::new(&pages.routes)?,
            fallback: pages.fallback.clone(),
            translations: translations(pages)?,
        })
    }

    /// The texts of the app in a language, `{{…}}` in them filled in.
    pub fn texts(&self, locale: Option<&str>, values: &Value) -> Map {
        let [exact, language] = locale::choices(locale.unwrap_or(&self.fallback));
        let names = [exact, language, self.fallback.as_str()];
        let found = names.iter().find_map(|name| self.translations.get(name));
        let texts = found.and_then(|found| found.as_object()?.get("translation"));
        match texts.map(|texts| filled(texts, values)) {
            Some(Value::Object(texts)) => texts,
            _ => Map::new(),
        }
    }
}

fn map(json: &str) -> Option<Map> {
    match wire::parse(json.as_bytes(), DEEPEST) {
        Ok(Value::Object(map)) => Some(map),
        _ => None,
    }
}

/// The texts of `localizationJsonPath`, by language.
fn translations(pages: &PagesConfig) -> Result<Map> {
    let Some(path) = pages.translations.as_ref().filter(|_| pages.localize) else { return Ok(Map::new()) };
    let texts = read(path)?;
    check(&Value::Object(texts.clone()))
        .map_err(|e| Error::caused(format!("pages.localizationJsonPath, {}", path.display()), e))?;
    Ok(texts)
}

fn read(path: &Path) -> Result<Map> {
    let name = path.display();
    let text = std::fs::read_to_string(path)
        .map_err(|e| Error::caused(format!("pages.localizationJsonPath: {name} cannot be read"), e))?;
    map(&text).ok_or_else(|| Error::internal(format!("pages.localizationJsonPath: {name} is no JSON object")))
}

/// Are all texts templates?
fn check(value: &Value) -> Result<()> {
    match value {
        Value::String(text) => Template::parse(text).map(drop),
        Value::Array(items) => items.iter().try_for_each(check),
        Value::Object(map) => map.values().try_for_each(check),
        _ => Ok(()),
    }
}

fn filled(value: &Value, values: &Value) -> Value {
    match value {
        Value::String(text) => Template::parse(text).map_or(Value::Null, |text| Value::from(text.render(values, true))),
        Value::Array(items) => Value::Array(items.iter().map(|item| filled(item, values)).collect()),
        Value::Object(map) => {
            Value::Object(map.iter().map(|(key, value)| (key.clone(), filled(value, values))).collect())
        }
        other => other.clone(),
    }
}

/// What a page of the house may do: its own style, its own script, and sending its form to the app, which may lead to pages
/// elsewhere.
fn policy(config: &AppConfig) -> String {
    let custom = config.pages.custom_urls.iter().map(|(_, url)| url.as_str());
    let mut places: Vec<String> =
        config.public_server_url.as_deref().into_iter().chain(custom).filter_map(|url| origin(Some(url))).collect();
    places.sort();
    places.dedup();
    format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'self' {}",
        hash(STYLE),
        hash(SCRIPT),
        places.join(" ")
    )
}

fn hash(text: &str) -> String {
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, text.as_bytes());
    format!("sha256-{}", STANDARD.encode(hash))
}

fn origin(url: Option<&str>) -> Option<String> {
    Some(Url::parse(url?).ok()?.origin().ascii_serialization()).filter(|origin| origin != "null")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_filled_in_on_every_level() {
        let texts = map(r#"{"a":"Hi {{name}}","b":{"c":["{{name}}",1]}}"#).unwrap();
        let values = Value::Object(Map::from([("name", Value::from("<x>"))]));
        let done = wire::to_string(&filled(&Value::Object(texts), &values));
        assert_eq!(done, r#"{"a":"Hi &lt;x&gt;","b":{"c":["&lt;x&gt;",1]}}"#);
        assert!(check(&Value::from("{{#x}}")).is_err());
    }

    #[test]
    fn where_a_page_comes_from() {
        assert_eq!(origin(Some("https://x.test:8443/a?b")).as_deref(), Some("https://x.test:8443"));
        assert_eq!(origin(Some("data:x")), None);
    }
}
