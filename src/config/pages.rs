//! What an app says of its pages: whose they are, in which languages, and where they lie.

use std::path::PathBuf;

use serde_json::{Map, Value};

use super::secret::Secret;
use super::settings::Settings;

/// The pages of one app (`pages`, and what still counts of `customPages`).
#[derive(Clone, Debug, PartialEq)]
pub struct PagesConfig {
    /// The part of their paths that comes after the mount path, no slash at its ends (`pagesEndpoint`).
    pub endpoint: String,
    /// The directory of the app's own pages and files (`pagesPath`).
    pub path: Option<PathBuf>,
    /// Is there more than one language (`enableLocalization`)?
    pub localize: bool,
    /// The file with texts in several languages (`localizationJsonPath`).
    pub translations: Option<PathBuf>,
    /// The language of texts where the wanted one is missing (`localizationFallbackLocale`).
    pub fallback: String,
    /// Further values for pages (`placeholders`).
    pub placeholders: Map<String, Value>,
    /// Is a page never shown but by a redirect to its own URL (`forceRedirect`)?
    pub force_redirect: bool,
    /// Are the values in headers URI-encoded (`encodePageParamHeaders`)?
    pub encode_headers: bool,
    /// URLs in the place of pages, by the ids of these (`customUrls`); paths among them have no effect, as in Parse Server.
    pub custom_urls: Vec<(String, String)>,
    /// Routes of the app's own, in order (`customRoutes`).
    pub routes: Vec<CustomRoute>,
    /// The page around the pages of links, whose URL stands in mails (`customPages.parseFrameURL`).
    pub frame_url: Option<String>,
}

/// A route of the app's own beside its pages.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomRoute {
    /// GET, POST, PUT or DELETE.
    pub method: String,
    /// Its path behind the app's id, as a pattern.
    pub path: String,
    /// The server that is asked what page is shown (`handler`).
    pub url: Secret,
}

/// The pages of one app.
pub(super) fn build(settings: &Settings) -> PagesConfig {
    let text = |name| match settings.get_in("pages", name) {
        Some(Value::String(text)) if !text.is_empty() => Some(text),
        _ => None,
    };
    let object = |name| match settings.get_in("pages", name) {
        Some(Value::Object(object)) => object,
        _ => Map::new(),
    };
    let urls = object("customUrls").into_iter();
    PagesConfig {
        endpoint: text("pagesEndpoint").map_or_else(|| "apps".to_owned(), |name| name.trim_matches('/').to_owned()),
        path: text("pagesPath").map(PathBuf::from),
        localize: settings.bool_in("pages", "enableLocalization"),
        translations: text("localizationJsonPath").map(PathBuf::from),
        fallback: text("localizationFallbackLocale").unwrap_or_else(|| "en".to_owned()),
        placeholders: object("placeholders"),
        force_redirect: settings.bool_in("pages", "forceRedirect"),
        encode_headers: settings.bool_in("pages", "encodePageParamHeaders"),
        custom_urls: urls
            .filter_map(|(id, url)| Some((id, url.as_str().filter(|url| !url.is_empty() && !is_path(url))?.to_owned())))
            .collect(),
        routes: match settings.get_in("pages", "customRoutes") {
            Some(Value::Array(routes)) => routes.iter().filter_map(route).collect(),
            _ => Vec::new(),
        },
        frame_url: settings.given_in("customPages", "parseFrameURL").and_then(Value::as_str).map(str::to_owned),
    }
}

/// A route that has been checked.
fn route(given: &Value) -> Option<CustomRoute> {
    let text = |name: &str| given.get(name).and_then(Value::as_str).map(str::to_owned);
    let url = Secret::new(handler(given.get("handler")?)?);
    Some(CustomRoute { method: text("method")?, path: text("path")?, url })
}

/// The URL that a handler is given as: a text, or an object with nothing else.
pub(super) fn handler(given: &Value) -> Option<&str> {
    let only = given.as_object().filter(|object| object.len() == 1);
    given.as_str().or_else(|| only?.get("url")?.as_str())
}

/// Is it a path, and no URL?
pub(super) fn is_path(text: &str) -> bool {
    ["/", "./", "../"].iter().any(|front| text.starts_with(front))
}
