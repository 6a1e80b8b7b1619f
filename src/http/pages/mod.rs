//! The pages that links in mails lead to (`http.md` section 10). They need no key: the token in the link says enough.

mod deliver;
mod files;
mod house;
mod page;
mod params;
mod setup;

use std::net::IpAddr;
use std::sync::Arc;

use hyper::header::{CACHE_CONTROL, HeaderMap, HeaderValue};

pub use self::deliver::Reader;
use self::page::Page;
use self::params::Params;
pub use self::setup::Setup;
use super::percent;
use super::respond::Reply;
use crate::access::Limits;
use crate::auth::Caller;
use crate::error::{Code, Error, Result};
use crate::model::{Map, Value, locale};
use crate::rest::email::{reset, verification};
use crate::rest::{Call, Engine, Room};

/// What is wrong with a form whose two passwords are not the same.
const DIFFER: &str = "The passwords differ.";

/// What a path below the pages of a mount stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Route {
    /// A page of one app, by its id.
    App(String, Action),
    /// A form with what the query string says.
    ChoosePassword,
    /// A file.
    File(String),
}

/// What a page of an app does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Verifies an address.
    Verify,
    /// Sends the mail for that again.
    Resend,
    /// Shows the form for a new password.
    AskPassword,
    /// Sets a new password.
    SetPassword,
}

/// A route that a link in a mail leads to.
#[derive(Debug)]
pub struct Link {
    /// Method.
    pub method: &'static str,
    /// The last part of the path.
    pub name: &'static str,
    /// What it does for the app that the path names before; one without names no app.
    pub action: Option<Action>,
}

/// Every route that a link in a mail leads to.
pub const LINKS: [Link; 5] = [
    Link { method: "GET", name: "verify_email", action: Some(Action::Verify) },
    Link { method: "POST", name: "resend_verification_email", action: Some(Action::Resend) },
    Link { method: "GET", name: "request_password_reset", action: Some(Action::AskPassword) },
    Link { method: "POST", name: "request_password_reset", action: Some(Action::SetPassword) },
    Link { method: "GET", name: "choose_password", action: None },
];

/// The route of a path below the mount path, if it is one of a page.
pub fn find(method: &str, path: &str, endpoint: &str) -> Option<Route> {
    let rest = below(path, endpoint)?;
    of_links(method, rest).or_else(|| (method == "GET").then(|| Route::File(rest.to_owned())))
}

/// What stands after the slash behind the endpoint.
fn below<'p>(path: &'p str, endpoint: &str) -> Option<&'p str> {
    let (front, rest) = path.strip_prefix('/')?.split_at_checked(endpoint.len())?;
    rest.strip_prefix('/').filter(|rest| !rest.is_empty() && front.eq_ignore_ascii_case(endpoint))
}

/// The route of a page that a link in a mail leads to.
fn of_links(method: &str, rest: &str) -> Option<Route> {
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    let (app, name) = rest.split_once('/').map_or((None, rest), |(app, name)| (Some(app), name));
    let fits = |link: &&Link| {
        link.method == method && link.name.eq_ignore_ascii_case(name) && link.action.is_some() == app.is_some()
    };
    match LINKS.iter().find(fits)?.action.zip(app) {
        Some((action, app)) => Some(Route::App(percent::strict(app)?.into_owned(), action)),
        None => Some(Route::ChoosePassword),
    }
}

/// A request for a page of an app.
pub struct Visit {
    /// Who is shown a page.
    pub reader: Reader,
    /// What the page does.
    pub action: Action,
    /// The query string, all texts.
    pub query: Map,
    /// The body, if it is a form.
    pub body: Map,
    /// Does a script ask, which wants JSON?
    pub by_script: bool,
}

/// A text of a query string or a form, if it is one and not empty.
fn text(map: &Map, key: &str) -> Option<String> {
    map.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// Answers a request for a page of an app.
///
/// # Errors
/// To scripts, what is wrong; to people, only what is wrong with the server.
pub async fn answer(visit: Visit) -> Result<Reply> {
    let Visit { reader, action, query, body, by_script } = visit;
    let call = &reader.call;
    let mut params = Params::new();
    match action {
        Action::Verify => {
            let token = text(&query, "token");
            let verified = match &token {
                Some(token) => verification::verify(call, token).await,
                None => Err(Error::not_found()),
            };
            params.token = token;
            let page = if done(verified)? { Page::VerificationSuccess } else { Page::VerificationLinkInvalid };
            reader.page(page, params, false).await
        }
        Action::Resend => {
            let (name, token) = (text(&body, "username"), text(&body, "token"));
            // Any other name than a text is one that nobody has.
            if !body.get("username").is_some_and(Value::truthy) && token.is_none() {
                return reader.page(Page::VerificationLinkInvalid, params, false).await;
            }
            let sent = done(verification::resend(call, name.as_deref(), token.as_deref()).await)?;
            let hides = !call.engine.config.security.verification_tells_of_users;
            let page = if sent || hides { Page::VerificationSendSuccess } else { Page::VerificationSendFail };
            reader.page(page, params, false).await
        }
        Action::AskPassword => match text(&query, "token") {
            Some(token) if done(reset::holder(call, &token).await)? => form(&reader, &token, None).await,
            _ => reader.page(Page::ResetLinkInvalid, params, false).await,
        },
        Action::SetPassword => set_password(&reader, &body, by_script).await,
    }
}

async fn set_password(reader: &Reader, body: &Map, by_script: bool) -> Result<Reply> {
    let (token, password) = match (text(body, "token"), text(body, "new_password")) {
        (Some(token), Some(password)) => (token, password),
        _ if !by_script => return reader.page(Page::ResetLinkInvalid, Params::new(), false).await,
        (None, _) => return Err(Error::new(Code::OtherCause, "Missing token")),
        (_, None) => return Err(Error::new(Code::PasswordMissing, "Missing password")),
    };
    let repeated = body.get("confirm_new_password").and_then(Value::as_str).is_none_or(|again| again == password);
    let chosen = match repeated {
        true => reset::choose(&reader.call, &token, &password).await,
        false => Err(Error::new(Code::OtherCause, DIFFER)),
    };
    match chosen {
        Ok(()) if by_script => Ok(Reply::json(200, br#""Password successfully reset""#.to_vec())),
        Ok(()) => reader.page(Page::ResetSuccess, Params::new(), true).await,
        Err(error) if by_script || error.is_internal() => Err(error),
        Err(error) => form(reader, &token, error.client_message(false)).await,
    }
}

/// The form for a new password.
async fn form(reader: &Reader, token: &str, error: Option<&str>) -> Result<Reply> {
    let mut params = Params::new();
    params.add("token", token);
    params.add("appId", &reader.call.engine.config.app_id);
    error.into_iter().for_each(|error| params.add("error", error));
    reader.page(Page::Reset, params, error.is_some()).await
}

/// Did it work? What is wrong with the server is no answer.
fn done<T>(result: Result<T>) -> Result<bool> {
    match result {
        Err(error) if error.is_internal() => Err(error),
        result => Ok(result.is_ok()),
    }
}

/// The form for a new password, with what the query string says and no check.
///
/// # Errors
/// 1 for a template of the app that is none.
pub async fn choose_password(reader: &Reader, query: &Map) -> Result<Reply> {
    let config = &reader.call.engine.config;
    let mut params = Params::new();
    params.add("appId", &config.app_id);
    config.app_name.iter().for_each(|name| params.add("appName", name));
    for name in ["token", "username"] {
        query.get(name).and_then(Value::as_str).into_iter().for_each(|text| params.add(name, text));
    }
    reader.page(Page::Reset, params, false).await
}

/// A file. `known` says that the app is named; `query` may hold a token that a redirect has put there.
///
/// # Errors
/// 1 for a template of the app that is none, and a file that cannot be read.
pub async fn file(reader: &Reader, path: &str, known: bool, query: &Map) -> Result<Reply> {
    reader.file(path, known, query).await
}

/// What is told of a page without asking for it: that it is there. Mail programs look at links so, which must use nothing up.
pub fn glance() -> Reply {
    let mut reply = Reply::html(200, String::new());
    reply.headers.push((CACHE_CONTROL, HeaderValue::from_static("no-store")));
    reply
}

/// The language that a page is wanted in: what the query string, the form or a header says, if that names one.
pub fn wanted_locale(query: &Map, body: &Map, headers: &HeaderMap) -> Option<String> {
    let header = headers.get("x-parse-page-param-locale").and_then(|value| value.to_str().ok()).map(Value::from);
    let given = [query.get("locale"), body.get("locale"), header.as_ref()];
    let first = given.into_iter().flatten().find(|value| value.truthy())?;
    first.as_str().filter(|text| locale::is_one(text)).map(str::to_owned)
}

/// 403 for an app that is none.
pub fn unauthorized() -> Reply {
    Reply::json(403, br#"{"error":"unauthorized"}"#.to_vec())
}

/// Does a script ask?
pub fn is_script(header: Option<&HeaderValue>) -> bool {
    header.is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"xmlhttprequest"))
}

/// The call of somebody who is nobody.
pub fn visitor(engine: Arc<Engine>, ip: IpAddr, limits: Limits) -> Call {
    let room = Arc::new(Room::new(engine.pool.clone()));
    let caller = Arc::new(Caller::anonymous());
    let headers = Arc::default();
    Call { engine, caller, context: Map::new(), headers, ip: Some(ip), limits, room, in_transaction: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_found_by_method_and_path() {
        let find = |method, path| super::find(method, path, "apps");
        let app = |action| Some(Route::App("a b".to_owned(), action));
        assert_eq!(find("GET", "/apps/a%20b/verify_email"), app(Action::Verify));
        assert_eq!(find("GET", "/Apps/a%20b/Request_Password_Reset/"), app(Action::AskPassword));
        assert_eq!(find("POST", "/apps/a%20b/request_password_reset"), app(Action::SetPassword));
        assert_eq!(find("POST", "/apps/a%20b/resend_verification_email"), app(Action::Resend));
        assert_eq!(find("POST", "/apps/a%20b/verify_email"), None);
        assert_eq!(find("GET", "/apps/choose_password"), Some(Route::ChoosePassword));
        assert_eq!(find("GET", "/apps/x.html"), Some(Route::File("x.html".to_owned())));
        assert_eq!((find("GET", "/apps"), find("GET", "/apps/")), (None, None));
        assert_eq!(find("GET", "/application/x"), None);
        assert_eq!(super::find("GET", "/my/pages/x", "my/pages"), Some(Route::File("x".to_owned())));
    }

    #[test]
    fn the_first_that_says_anything_says_the_language() {
        let wanted = |query: &str, body: &str, header: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            header.into_iter().for_each(|value| {
                headers.insert("x-parse-page-param-locale", HeaderValue::from_static(value));
            });
            wanted_locale(&super::super::query::parse(query), &super::super::query::parse(body), &headers)
        };
        assert_eq!(wanted("locale=de", "locale=fr", Some("es")).as_deref(), Some("de"));
        assert_eq!(wanted("locale=", "locale=fr", Some("es")).as_deref(), Some("fr"));
        assert_eq!(wanted("", "", Some("es")).as_deref(), Some("es"));
        assert_eq!(wanted("locale=../x", "locale=fr", None), None, "what is said first and is none counts");
        assert_eq!(wanted("locale[]=de", "", Some("es")), None);
    }
}
