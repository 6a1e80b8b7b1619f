//! The pages themselves: plain ones, in English, in the place of Parse Server's.

use hyper::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, HeaderValue, LOCATION, REFERRER_POLICY};

use crate::http::respond::Reply;
use crate::model::html::escape;
use crate::model::js::encode;
use crate::rest::Call;

/// A page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// The form for a new password.
    Reset,
    /// There is a new password.
    ResetSuccess,
    /// A link for a new password that is none.
    ResetLinkInvalid,
    /// The address is verified.
    VerificationSuccess,
    /// The mail could not be sent again.
    VerificationSendFail,
    /// The mail is sent again.
    VerificationSendSuccess,
    /// A link for an address that is none.
    VerificationLinkInvalid,
    /// A link for an address that is too old.
    VerificationLinkExpired,
}

/// Page, file, heading, and what it says.
const PAGES: [(Page, &str, &str, &str); 8] = [
    (Page::Reset, "password_reset.html", "Choose a new password", ""),
    (
        Page::ResetSuccess,
        "password_reset_success.html",
        "Password changed",
        "You can log in with your new password now.",
    ),
    (
        Page::ResetLinkInvalid,
        "password_reset_link_invalid.html",
        "This link for a new password does not work",
        "It was used already, it is too old, or it is not complete. Please ask for another one.",
    ),
    (Page::VerificationSuccess, "email_verification_success.html", "E-mail address verified", "Thank you."),
    (
        Page::VerificationSendFail,
        "email_verification_send_fail.html",
        "No e-mail was sent",
        "There is no such address, or it is verified already.",
    ),
    (
        Page::VerificationSendSuccess,
        "email_verification_send_success.html",
        "The e-mail is on its way",
        "Please look into your mailbox.",
    ),
    (
        Page::VerificationLinkInvalid,
        "email_verification_link_invalid.html",
        "This link to verify an address does not work",
        "It was used already, it is too old, or it is not complete. Please ask for another one.",
    ),
    (
        Page::VerificationLinkExpired,
        "email_verification_link_expired.html",
        "This link to verify an address is too old",
        "Please ask for another one.",
    ),
];

/// What a page is told, in order; it stands in headers too.
#[derive(Debug, Default)]
pub struct Params(Vec<(&'static str, String)>);

impl Params {
    /// Nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// One thing more.
    pub fn add(&mut self, name: &'static str, value: &str) {
        if self.get(name).is_none() {
            self.0.push((name, value.to_owned()));
        }
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(own, _)| *own == name).map(|(_, value)| value.as_str())
    }

    /// What every page is told behind it; `None` if the app does not say it all.
    fn with_app(mut self, call: &Call) -> Option<Self> {
        let config = &call.engine.config;
        self.add("appId", &config.app_id);
        self.add("appName", config.app_name.as_deref()?);
        self.add("publicServerUrl", config.public_server_url.as_deref()?);
        Some(self)
    }

    fn headers(&self) -> Vec<(HeaderName, HeaderValue)> {
        let header = |(name, value): &(&str, String)| {
            let clean: String = value.chars().filter(|c| !c.is_control()).collect();
            let name = HeaderName::try_from(format!("x-parse-page-param-{}", name.to_lowercase())).ok()?;
            Some((name, HeaderValue::from_bytes(clean.as_bytes()).ok()?))
        };
        self.0.iter().filter_map(header).collect()
    }
}

impl Page {
    /// The page of a file.
    pub fn named(file: &str) -> Option<Self> {
        PAGES.iter().find(|(_, own, ..)| *own == file).map(|(page, ..)| *page)
    }

    fn row(self) -> &'static (Page, &'static str, &'static str, &'static str) {
        PAGES.iter().find(|(page, ..)| *page == self).unwrap_or(&PAGES[0])
    }

    /// The page itself.
    pub fn show(self, call: &Call, params: Params) -> Reply {
        params.with_app(call).map_or_else(not_found, |params| self.reply(&params))
    }

    /// The page, of no app.
    pub fn bare(self) -> Reply {
        self.reply(&Params::new())
    }

    fn reply(self, params: &Params) -> Reply {
        let mut reply = Reply::html(200, self.html(params));
        reply.headers = params.headers();
        // The address of the page holds a secret.
        reply.headers.push((REFERRER_POLICY, HeaderValue::from_static("no-referrer")));
        reply.headers.push((CACHE_CONTROL, HeaderValue::from_static("no-store")));
        let policy = HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
        reply.headers.push((CONTENT_SECURITY_POLICY, policy));
        reply
    }

    /// The way to the page, so that a form is not sent again when it is loaded anew.
    pub fn redirect(self, call: &Call) -> Reply {
        let Some(params) = Params::new().with_app(call) else { return not_found() };
        let query: Vec<String> = params.0.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let base = params.get("publicServerUrl").unwrap_or_default();
        let place = format!("{base}/apps/{}?{}", self.row().1, query.join("&"));
        let mut reply = Reply::html(303, format!("Found. Redirecting to {place}"));
        reply.headers = params.headers();
        if let Ok(place) = HeaderValue::try_from(place) {
            reply.headers.push((LOCATION, place));
        }
        reply
    }

    fn html(self, params: &Params) -> String {
        let (_, _, heading, text) = self.row();
        let app = escape(params.get("appName").unwrap_or_default());
        let inside = if self == Self::Reset { form(params) } else { format!("<p>{text}</p>") };
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{heading} – {app}</title>\n\
             <style>:root {{ color-scheme: light dark }} body {{ font: 1.1em/1.5 system-ui, sans-serif; max-width: 28em; \
             margin: 3em auto; padding: 0 1em }} input, button {{ font: inherit; display: block; width: 100%; \
             margin: .3em 0 1em; padding: .5em; box-sizing: border-box }}</style>\n\
             </head>\n<body>\n<h1>{heading}</h1>\n{inside}\n</body>\n</html>\n"
        )
    }
}

fn form(params: &Params) -> String {
    let value = |name: &str| escape(params.get(name).unwrap_or_default());
    let place = format!(
        "{}/apps/{}/request_password_reset",
        value("publicServerUrl"),
        escape(&encode(params.get("appId").unwrap_or_default()))
    );
    let error = params.get("error").map(|error| format!("<p role=\"alert\">{}</p>\n", escape(error)));
    format!(
        "{}<form method=\"post\" action=\"{place}\">\n<input type=\"hidden\" name=\"token\" value=\"{}\">\n\
         <label>New password <input type=\"password\" name=\"new_password\" autocomplete=\"new-password\" required></label>\n\
         <button>Change password</button>\n</form>",
        error.unwrap_or_default(),
        value("token")
    )
}

/// 404 for a page that is none.
pub fn not_found() -> Reply {
    Reply::html(404, "Not found.".to_owned())
}
