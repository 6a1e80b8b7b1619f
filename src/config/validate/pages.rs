//! Pages: what their options must be, apart from their types.

use serde_json::Value;

use super::url;
use crate::config::pages::{handler, is_path};
use crate::config::settings::Settings;

pub(super) fn check(settings: &Settings) -> Result<(), String> {
    let given = |name| settings.given_in("pages", name);
    if given("placeholders").is_some_and(|value| !value.is_object()) {
        return Err("Parse Server option pages.placeholders must be an object or a function.".into());
    }
    if let Some(name) = given("pagesEndpoint").and_then(Value::as_str) {
        let plain = |part: &str| {
            !part.starts_with('.') && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b))
        };
        let parts = name.trim_matches('/').split('/');
        if !name.is_empty() && !parts.clone().all(|part| !part.is_empty() && plain(part)) {
            return Err(format!("pages.pagesEndpoint must be a plain path, but is \"{name}\""));
        }
    }
    for (id, page) in given("customUrls").and_then(Value::as_object).into_iter().flatten() {
        if let Some(page) = page.as_str().filter(|page| !page.is_empty() && !is_path(page)) {
            url::check(&format!("pages.customUrls.{id}"), page)?;
        }
    }
    for (index, route) in given("customRoutes").and_then(Value::as_array).into_iter().flatten().enumerate() {
        custom_route(&format!("pages.customRoutes[{index}]"), route)?;
    }
    match settings.given_in("customPages", "parseFrameURL").and_then(Value::as_str) {
        Some(frame) => url::check("customPages.parseFrameURL", frame),
        None => Ok(()),
    }
}

fn custom_route(name: &str, route: &Value) -> Result<(), String> {
    let text = |key: &str| route.get(key).and_then(Value::as_str).unwrap_or_default();
    if !["POST", "GET", "PUT", "DELETE"].contains(&text("method")) {
        return Err(format!("{name}.method: cannot route method: {}", text("method")));
    }
    if text("path").is_empty() {
        return Err(format!("{name}.path must be a string that is not empty"));
    }
    let place = route.get("handler").and_then(handler);
    place.ok_or(()).and_then(|place| url::check("handler", place).map_err(drop)).map_err(|()| {
        format!(
            "{name}.handler must be the URL of a server, as \"https://example.com/route\" or {{\"url\": \"https://example.com/route\"}}: \
             a JavaScript function stays in a server of Node, as the README shows"
        )
    })
}
