//! The pages that links in mails lead to (`http.md` section 10). They need no key: the token in the link says enough.

mod page;

use std::sync::Arc;

use hyper::header::HeaderValue;

use self::page::{Page, Params};
use super::percent;
use super::respond::Reply;
use crate::error::{Code, Error, Result};
use crate::model::{Map, Value};
use crate::rest::Call;
use crate::rest::email::{reset, verification};

/// What a path below `/apps` stands for.
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

/// The route of a path below the mount path, if it is one of a page.
pub fn find(method: &str, path: &str) -> Option<Route> {
    let (front, rest) = path.split_at_checked(6)?;
    if !front.eq_ignore_ascii_case("/apps/") || rest.is_empty() {
        return None;
    }
    let parts: Vec<&str> = rest.strip_suffix('/').unwrap_or(rest).split('/').collect();
    let is =
        |wanted: &str, method_wanted: &str, given: &str| method == method_wanted && given.eq_ignore_ascii_case(wanted);
    let of = |app: &str, action| percent::strict(app).map(|app| Route::App(app.into_owned(), action));
    match parts.as_slice() {
        [app, name] if is("verify_email", "GET", name) => of(app, Action::Verify),
        [app, name] if is("resend_verification_email", "POST", name) => of(app, Action::Resend),
        [app, name] if is("request_password_reset", "GET", name) => of(app, Action::AskPassword),
        [app, name] if is("request_password_reset", "POST", name) => of(app, Action::SetPassword),
        [name] if is("choose_password", "GET", name) => Some(Route::ChoosePassword),
        _ if method == "GET" => Some(Route::File(rest.to_owned())),
        _ => None,
    }
}

/// A request for a page of an app.
pub struct Visit {
    /// On whose behalf: nobody's.
    pub call: Call,
    /// What the page does.
    pub action: Action,
    /// The query string, all texts.
    pub query: Map,
    /// The body, if it is a form.
    pub body: Map,
    /// Does a script ask, which wants JSON?
    pub by_script: bool,
}

/// Answers a request for a page of an app.
///
/// # Errors
/// To scripts, what is wrong; to people, only what is wrong with the server.
pub async fn answer(visit: Visit) -> Result<Reply> {
    let Visit { call, action, query, body, by_script } = visit;
    let text =
        |map: &Map, key: &str| map.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned);
    match action {
        Action::Verify => {
            let verified = match text(&query, "token") {
                Some(token) => verification::verify(&call, &token).await,
                None => Err(Error::not_found()),
            };
            let page = if done(verified)? { Page::VerificationSuccess } else { Page::VerificationLinkInvalid };
            Ok(page.show(&call, Params::new()))
        }
        Action::Resend => {
            let (name, token) = (text(&body, "username"), text(&body, "token"));
            // Any other name than a text is one that nobody has.
            if !body.get("username").is_some_and(Value::truthy) && token.is_none() {
                return Ok(Page::VerificationLinkInvalid.redirect(&call));
            }
            let sent = done(verification::resend(&call, name.as_deref(), token.as_deref()).await)?;
            let hides = !call.engine.config.security.verification_tells_of_users;
            let page = if sent || hides { Page::VerificationSendSuccess } else { Page::VerificationSendFail };
            Ok(page.redirect(&call))
        }
        Action::AskPassword => {
            let token = text(&query, "token");
            match &token {
                Some(token) if done(reset::holder(&call, token).await)? => Ok(form(&call, token, None)),
                _ => Ok(Page::ResetLinkInvalid.show(&call, Params::new())),
            }
        }
        Action::SetPassword => set_password(&call, text(&body, "token"), text(&body, "new_password"), by_script).await,
    }
}

async fn set_password(call: &Call, token: Option<String>, password: Option<String>, by_script: bool) -> Result<Reply> {
    let (token, password) = match (token, password) {
        (Some(token), Some(password)) => (token, password),
        _ if !by_script => return Ok(Page::ResetLinkInvalid.redirect(call)),
        (None, _) => return Err(Error::new(Code::OtherCause, "Missing token")),
        (_, None) => return Err(Error::new(Code::PasswordMissing, "Missing password")),
    };
    match reset::choose(call, &token, &password).await {
        Ok(()) if by_script => Ok(Reply::json(200, br#""Password successfully reset""#.to_vec())),
        Ok(()) => Ok(Page::ResetSuccess.show(call, Params::new())),
        Err(error) if by_script || error.is_internal() => Err(error),
        Err(error) => Ok(form(call, &token, error.client_message(false))),
    }
}

/// The form for a new password.
fn form(call: &Call, token: &str, error: Option<&str>) -> Reply {
    let config = &call.engine.config;
    let mut params = Params::new();
    params.add("token", token);
    params.add("appId", &config.app_id);
    error.into_iter().for_each(|error| params.add("error", error));
    Page::Reset.show(call, params)
}

/// Did it work? What is wrong with the server is no answer.
fn done<T>(result: Result<T>) -> Result<bool> {
    match result {
        Err(error) if error.is_internal() => Err(error),
        result => Ok(result.is_ok()),
    }
}

/// The form for a new password, with what the query string says and no check.
pub fn choose_password(call: &Call, query: &Map) -> Reply {
    let config = &call.engine.config;
    let mut params = Params::new();
    params.add("appId", &config.app_id);
    config.app_name.iter().for_each(|name| params.add("appName", name));
    for name in ["token", "username"] {
        query.get(name).and_then(Value::as_str).into_iter().for_each(|text| params.add(name, text));
    }
    Page::Reset.show(call, params)
}

/// A page by the name of its file, for an app if one is named; 404 for any other name.
pub fn file(call: Option<&Call>, name: &str) -> Reply {
    match (Page::named(name), call) {
        (None, _) => page::not_found(),
        (Some(page), Some(call)) => page.show(call, Params::new()),
        (Some(page), None) => page.bare(),
    }
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
pub fn visitor(engine: Arc<crate::rest::Engine>, ip: std::net::IpAddr, limits: crate::access::Limits) -> Call {
    let room = Arc::new(crate::rest::Room::new(engine.pool.clone()));
    let caller = Arc::new(crate::auth::Caller::anonymous());
    Call {
        engine,
        caller,
        context: Map::new(),
        headers: Arc::default(),
        ip: Some(ip),
        limits,
        room,
        in_transaction: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_found_by_method_and_path() {
        let app = |action| Some(Route::App("a b".to_owned(), action));
        assert_eq!(find("GET", "/apps/a%20b/verify_email"), app(Action::Verify));
        assert_eq!(find("GET", "/Apps/a%20b/Request_Password_Reset/"), app(Action::AskPassword));
        assert_eq!(find("POST", "/apps/a%20b/request_password_reset"), app(Action::SetPassword));
        assert_eq!(find("POST", "/apps/a%20b/resend_verification_email"), app(Action::Resend));
        assert_eq!(find("POST", "/apps/a%20b/verify_email"), None);
        assert_eq!(find("GET", "/apps/choose_password"), Some(Route::ChoosePassword));
        assert_eq!(find("GET", "/apps/x.html"), Some(Route::File("x.html".to_owned())));
        assert_eq!(find("GET", "/application/x"), None);
    }
}
