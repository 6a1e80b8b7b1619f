//! Routes of an app's own beside its pages (`pages.customRoutes`): what Parse Server asks a function is asked a server of the app's
//! over HTTP, which says what page is shown, and with what.

use std::borrow::Cow;

use hyper::HeaderMap;
use hyper::http::request::Parts;

use super::Reader;
use super::deliver::not_found;
use super::params::Params;
use crate::cloud::headers;
use crate::config::{CustomRoute, Secret};
use crate::error::{Error, Result};
use crate::http::pattern::Pattern;
use crate::http::percent;
use crate::http::respond::Reply;
use crate::model::{Map, Value};
use crate::outgoing::adapter::{self, Said};
use crate::outgoing::ask::{Http, LONGEST};

/// Who is asked, for errors.
const SERVER: &str = "the server of a route of pages";
/// What stands for the app's id in a path.
const APP: &str = "appId";

/// The routes of an app, in order: the first that fits counts.
pub struct Routes(Vec<Route>);

/// One of them, ready to be asked.
struct Route {
    method: String,
    pattern: Pattern,
    url: Secret,
    /// Questions of a route wait only for each other, so that one that hangs holds up no other.
    http: Http,
}

/// A route that is asked for, and what its path says.
#[derive(Debug, Clone, PartialEq)]
pub struct Found {
    index: usize,
    /// The parameters of its path.
    pub params: Map,
}

/// What a request for a route is told by.
pub struct Request<'r> {
    /// What was sent.
    pub head: &'r Parts,
    /// The mount path.
    pub mount: &'r str,
    /// The query string.
    pub query: Map,
    /// The body, if it is a form.
    pub body: Option<Map>,
    /// Does a script ask?
    pub by_script: bool,
}

impl Routes {
    /// Those of the configuration.
    ///
    /// # Errors
    /// 1 for a path that is no pattern, and if there is no TLS.
    pub fn new(routes: &[CustomRoute]) -> Result<Self> {
        let Some(_) = routes.first() else { return Ok(Self(Vec::new())) };
        let http = Http::new(SERVER, LONGEST)?;
        let ready = |route: &CustomRoute| {
            let pattern = Pattern::new("pages.customRoutes: the path", &format!("/:{APP}/{}", route.path))?;
            Ok(Route { method: route.method.clone(), pattern, url: route.url.clone(), http: http.beside() })
        };
        Ok(Self(routes.iter().map(ready).collect::<Result<_>>()?))
    }

    /// The route of a path below the pages of a mount.
    ///
    /// # Errors
    /// 400 for a part of it that cannot be decoded.
    pub fn find(&self, method: &str, path: &str) -> Result<Option<Found>> {
        let mut fitting = self.0.iter().enumerate().filter(|(_, route)| route.method == method);
        let found = fitting.find_map(|(index, route)| Some((index, route.pattern.parts(path)?)));
        let Some((index, parts)) = found else { return Ok(None) };
        let mut params = Map::new();
        for (parameter, part) in parts {
            let value = match parameter.many {
                true => Value::Array(part.split('/').map(decoded).collect::<Result<_>>()?),
                false => decoded(part)?,
            };
            params.set(parameter.name.as_str(), value);
        }
        Ok(Some(Found { index, params }))
    }
}

fn decoded(part: &str) -> Result<Value> {
    let text = percent::strict(part).map(Cow::into_owned);
    text.map(Value::String).ok_or_else(|| Error::http(400, format!("Failed to decode param '{part}'")))
}

/// Puts a question to the server of a route, and shows the page that it chooses.
///
/// # Errors
/// What the server says, if that has a code; 1 for any other failure of it, for a template of the app that is none, and for a
/// file that cannot be read.
pub async fn ask(reader: Reader, (index, request): (usize, Map)) -> Result<Reply> {
    let Some(route) = reader.setup.routes.0.get(index) else { return Ok(not_found()) };
    let question = adapter::ask(&route.http.client, route.url.reveal(), vec![Value::Object(request)]);
    let mut page = match adapter::said(route.http.ask(question).await?) {
        Said::Done(Some(Value::Object(page))) => page,
        Said::Done(_) | Said::Failed(None) => return Ok(not_found()),
        Said::Failed(Some(reason)) => return Err(failed(&reason)),
    };
    let params = match page.take("query") {
        Some(Value::Object(query)) => Params::said(query),
        _ => Params::new(),
    };
    match page.take("file").filter(Value::truthy) {
        None => Ok(not_found()),
        Some(Value::String(file)) => reader.chosen(&file, params).await,
        Some(_) => Err(Error::internal(format!("{SERVER} names a file that is no text"))),
    }
}

/// Which server of a route is asked, and what it is told of the request: what Parse Server's function reads of it, but for keys
/// of the app.
pub fn question(reader: &Reader, found: Found, request: Request<'_>) -> (usize, Map) {
    let Request { head, mount, query, body, by_script } = request;
    let text = |text: &str| Value::from(text);
    let whole = head.uri.path_and_query().map_or("/", |whole| whole.as_str());
    let config = &reader.call.engine.config;
    let mut app = Map::from([("appId", text(&config.app_id)), ("applicationId", text(&config.app_id))]);
    config.app_name.iter().for_each(|name| drop(app.set("appName", text(name))));
    config.public_server_url.iter().for_each(|url| drop(app.set("publicServerURL", text(url))));
    let mut told = Map::from([
        ("method", text(head.method.as_str())),
        ("originalUrl", text(whole)),
        ("baseUrl", text(mount)),
        ("url", text(whole.get(mount.len()..).unwrap_or(whole))),
        ("path", text(head.uri.path().get(mount.len()..).unwrap_or_default())),
        ("query", Value::Object(query)),
        ("params", Value::Object(found.params)),
        ("headers", Value::Object(public(&head.headers))),
        ("xhr", Value::Bool(by_script)),
        ("config", Value::Object(app)),
    ]);
    body.into_iter().for_each(|body| drop(told.set("body", Value::Object(body))));
    reader.call.ip.iter().for_each(|ip| drop(told.set("ip", text(&ip.to_string()))));
    (found.index, told)
}

/// The headers without keys of the app, which no page needs.
fn public(headers: &HeaderMap) -> Map {
    let mut shown = headers::shown(headers);
    shown.retain(|name, value| match name.as_str() {
        "authorization" => !value.as_str().is_some_and(is_basic),
        name => !(name.starts_with("x-parse-") && name.ends_with("-key")),
    });
    shown
}

/// Is it how a key of the app may be sent?
fn is_basic(value: &str) -> bool {
    value.get(..6).is_some_and(|scheme| scheme.eq_ignore_ascii_case("basic "))
}

/// What a server of the app has thrown: an error with a code is told, any other only logged.
fn failed(reason: &Value) -> Error {
    match adapter::thrown(reason) {
        (Some(code), words) => Error::numbered(code, words.unwrap_or_default().to_owned()),
        (None, words) => Error::internal(format!("{SERVER} failed: {}", words.unwrap_or("no reason"))),
    }
}
