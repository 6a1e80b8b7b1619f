//! Mails by an adapter of the app's own, over HTTP: `POST <url>/<method>` with `{"args":[…]}`.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};

use super::{Failed, Mail, Mailer, Plain, Purpose, Sent};
use crate::config::HttpMailerConfig;
use crate::error::{Error, Result};
use crate::model::{Map, Value, wire};
use crate::outgoing::adapter::{self, Said};
use crate::outgoing::{self, Unread};

/// The longest that one try takes.
const LONGEST: Duration = Duration::from_secs(30);
/// The longest answer that is read, bytes.
const LARGEST: usize = 64 * 1024;
/// How deep its JSON may nest.
const DEEPEST: usize = 20;

/// The adapter.
pub struct Http {
    config: HttpMailerConfig,
    client: Client,
}

impl Http {
    /// One at the place that the configuration names.
    ///
    /// # Errors
    /// 1 if there is no TLS.
    pub fn new(config: HttpMailerConfig) -> Result<Self> {
        // A redirect would carry tokens to a place that nobody has configured.
        Ok(Self { config, client: outgoing::client(Policy::none())? })
    }

    /// The method that a mail is for, and what it is called with.
    fn call(&self, mail: &Mail) -> (&'static str, Value) {
        let method = match mail.purpose {
            Purpose::Verification => "sendVerificationEmail",
            Purpose::PasswordReset => "sendPasswordResetEmail",
        };
        let text = |text: &str| Value::from(text);
        if !self.config.methods.iter().any(|own| own == method) {
            let plain = Plain { to: mail.to().to_owned(), subject: mail.subject(), text: mail.text() };
            return ("sendMail", argument(plain));
        }
        let user = adapter::object("_User", &mail.user);
        let options = [("link", text(&mail.link)), ("appName", text(&mail.app_name)), ("user", user)];
        (method, Value::Object(Map::from(options)))
    }

    async fn post(&self, (method, argument): (&str, Value)) -> Result<(), Failed> {
        let request = adapter::call(&self.client, self.config.url.reveal(), method, vec![argument]);
        let later = |e: reqwest::Error| {
            Failed::Later(Error::internal(format!("the mail adapter: {}", outgoing::reasons(&e.without_url()))))
        };
        let answer = request.timeout(LONGEST).send().await.map_err(later)?;
        let status = answer.status();
        if !status.is_success() {
            let error = Error::internal(format!("the mail adapter answered {method} with {status}"));
            let passes = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
            return Err(if passes { Failed::Later(error) } else { Failed::Refused(error) });
        }
        let body = outgoing::body(answer, LARGEST).await.map_err(|unread| match unread {
            Unread::TooLarge => Failed::Refused(Error::internal("the answer of the mail adapter is too large")),
            Unread::Broken(e) => later(e),
        })?;
        verdict(&body).map_err(Failed::Refused)
    }
}

impl Mailer for Http {
    fn send<'a>(&'a self, mail: &'a Mail) -> Sent<'a> {
        Box::pin(self.post(self.call(mail)))
    }

    fn send_plain<'a>(&'a self, mail: &'a Plain) -> Sent<'a> {
        Box::pin(self.post(("sendMail", argument(mail.clone()))))
    }
}

/// What `sendMail` is called with.
fn argument(mail: Plain) -> Value {
    let Plain { to, subject, text } = mail;
    Value::Object(
        [("to", to), ("subject", subject), ("text", text)].map(|(key, text)| (key, Value::String(text))).into(),
    )
}

/// What the adapter says: `{}`, `{"result":…}`, or `{"error":…}` with a text or an object that has a message.
fn verdict(body: &[u8]) -> Result<()> {
    let Ok(Value::Object(said)) = wire::parse(body, DEEPEST) else {
        return Err(Error::internal("the answer of the mail adapter is no JSON object"));
    };
    let Said::Failed(reason) = adapter::said(said) else { return Ok(()) };
    let message = |reason: &Value| reason.as_object().and_then(|reason| reason.get("message")).cloned();
    let message = reason.map(|reason| message(&reason).unwrap_or(reason));
    let text = message.as_ref().and_then(Value::as_str).unwrap_or("no reason");
    Err(Error::internal(format!("the mail adapter refused: {text}")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;

    fn called(methods: &[&str], purpose: Purpose) -> (&'static str, String) {
        let methods = methods.iter().map(|name| (*name).to_owned()).collect();
        let http = Http::new(HttpMailerConfig { url: Secret::new("http://x"), methods }).unwrap();
        let user = Map::from([("objectId", Value::from("u")), ("email", Value::from("a@b"))]);
        let (method, argument) = http.call(&Mail { purpose, app_name: "App".into(), link: "l".into(), user });
        (method, wire::to_string(&argument))
    }

    #[test]
    fn a_method_that_is_not_listed_is_not_called() {
        let user = r#"{"__type":"Object","className":"_User","objectId":"u","email":"a@b"}"#;
        let own = format!(r#"{{"link":"l","appName":"App","user":{user}}}"#);
        assert_eq!(called(&["sendVerificationEmail"], Purpose::Verification), ("sendVerificationEmail", own.clone()));
        assert_eq!(called(&["sendPasswordResetEmail"], Purpose::PasswordReset), ("sendPasswordResetEmail", own));
        let (method, argument) = called(&["sendVerificationEmail"], Purpose::PasswordReset);
        assert_eq!(method, "sendMail");
        assert!(argument.starts_with(r#"{"to":"a@b","subject":"Password Reset for App","text":"Hi,"#), "{argument}");
    }

    #[test]
    fn answers_are_read_as_adapters_give_them() {
        for (body, wanted) in [
            ("{}", "ok"),
            (r#"{"result":1}"#, "ok"),
            (r#"{"error":"full"}"#, "the mail adapter refused: full"),
            (r#"{"error":{"code":1,"message":"full"}}"#, "the mail adapter refused: full"),
            (r#"{"error":{"none":true}}"#, "the mail adapter refused: no reason"),
            ("[]", "the answer of the mail adapter is no JSON object"),
        ] {
            assert_eq!(verdict(body.as_bytes()).map_or_else(|e| e.to_string(), |()| "ok".into()), wanted, "{body}");
        }
    }
}
