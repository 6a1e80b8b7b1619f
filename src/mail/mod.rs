//! Mails to users: what stands in them, and what carries them. Nothing that answers a request waits for a mail.

mod http;
mod outbox;
mod smtp;
mod templates;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

pub use self::outbox::{Outbox, Place};
use crate::config::MailerConfig;
use crate::error::{Error, Result};
use crate::model::{Map, Value};

/// What a mail is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To prove that an address is the user's.
    Verification,
    /// To choose a new password.
    PasswordReset,
}

/// A mail that is to be sent.
#[derive(Clone)]
pub struct Mail {
    /// What it is for.
    pub purpose: Purpose,
    /// The name of the app.
    pub app_name: String,
    /// Where its reader goes on. The token in it is a secret.
    pub link: String,
    /// The user, in wire form.
    pub user: Map,
}

impl Mail {
    /// Whom it goes to: the address of the user. A user without one may have an address for its name.
    pub fn to(&self) -> &str {
        let named = if self.purpose == Purpose::PasswordReset { self.field("username") } else { None };
        self.field("email").or(named).unwrap_or_default()
    }

    /// What it is about, in Parse Server's words.
    pub fn subject(&self) -> String {
        match self.purpose {
            Purpose::Verification => format!("Please verify your e-mail for {}", self.app_name),
            Purpose::PasswordReset => format!("Password Reset for {}", self.app_name),
        }
    }

    /// What it says, in Parse Server's words.
    pub fn text(&self) -> String {
        let (app, link) = (&self.app_name, &self.link);
        match self.purpose {
            Purpose::Verification => format!(
                "Hi,\n\nYou are being asked to confirm the e-mail address {} with {app}\n\nClick here to confirm it:\n{link}",
                self.to()
            ),
            Purpose::PasswordReset => {
                let name = self.field("username").map(|name| format!(" (your username is '{name}')"));
                format!(
                    "Hi,\n\nYou requested to reset your password for {app}{}.\n\nClick here to reset it:\n{link}",
                    name.unwrap_or_default()
                )
            }
        }
    }

    fn field(&self, name: &str) -> Option<&str> {
        self.user.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }
}

/// A mail in words, to whom the server has no tie.
#[derive(Debug, Clone)]
pub struct Plain {
    /// Whom it goes to.
    pub to: String,
    /// What it is about.
    pub subject: String,
    /// What it says.
    pub text: String,
}

/// Why a mail did not go out.
#[derive(Debug)]
pub enum Failed {
    /// It may go out later.
    Later(Error),
    /// It was refused.
    Refused(Error),
}

/// What comes of a try to send a mail.
pub type Sent<'a> = Pin<Box<dyn Future<Output = Result<(), Failed>> + Send + 'a>>;

/// What carries mails.
pub trait Mailer: Send + Sync {
    /// Tries once.
    fn send<'a>(&'a self, mail: &'a Mail) -> Sent<'a>;

    /// Tries once to send plain words.
    fn send_plain<'a>(&'a self, mail: &'a Plain) -> Sent<'a>;
}

/// What the configuration says that mails are sent by.
///
/// # Errors
/// 1 if it cannot be used.
pub fn open(config: &MailerConfig) -> Result<Outbox> {
    mailer(config).map(Outbox::new)
}

/// Sees whether [`open`] would take a configuration.
///
/// # Errors
/// As there.
pub fn check(config: &MailerConfig) -> Result<()> {
    mailer(config).map(drop)
}

fn mailer(config: &MailerConfig) -> Result<Arc<dyn Mailer>> {
    Ok(match config {
        MailerConfig::Http(config) => Arc::new(http::Http::new(config.clone())?),
        MailerConfig::Smtp(config) => Arc::new(smtp::Smtp::new(config)?),
    })
}

/// Sends one mail that says nothing but that mails arrive, and waits for what comes of it.
///
/// # Errors
/// 1 with the reason why it was not sent.
pub async fn test(config: &MailerConfig, app_name: &str, to: &str) -> Result<()> {
    let subject = format!("A test of the mails of {app_name}");
    let text = format!("Hi,\n\nThis mail was sent to see whether {app_name} can send mails. It can.\n");
    match mailer(config)?.send_plain(&Plain { to: to.to_owned(), subject, text }).await {
        Ok(()) => Ok(()),
        Err(Failed::Later(error)) => Err(Error::caused("the mail was not sent; a later try may do better", error)),
        Err(Failed::Refused(error)) => Err(Error::caused("the mail was refused", error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(purpose: Purpose, user: &[(&str, &str)]) -> Mail {
        let user = user.iter().map(|(key, value)| (*key, Value::from(*value))).collect();
        Mail { purpose, app_name: "App".to_owned(), link: "http://x/?token=t".to_owned(), user }
    }

    #[test]
    fn mails_are_worded_as_parse_server_words_them() {
        let verify = mail(Purpose::Verification, &[("username", "ann"), ("email", "ann@e.com")]);
        assert_eq!((verify.to(), verify.subject().as_str()), ("ann@e.com", "Please verify your e-mail for App"));
        let text = "Hi,\n\nYou are being asked to confirm the e-mail address ann@e.com with App\n\n\
                    Click here to confirm it:\nhttp://x/?token=t";
        assert_eq!(verify.text(), text);
        let reset = mail(Purpose::PasswordReset, &[("username", "ann@e.com")]);
        assert_eq!((reset.to(), reset.subject().as_str()), ("ann@e.com", "Password Reset for App"));
        let text = "Hi,\n\nYou requested to reset your password for App (your username is 'ann@e.com').\n\n\
                    Click here to reset it:\nhttp://x/?token=t";
        assert_eq!(reset.text(), text);
    }

    #[test]
    fn a_name_is_no_address_to_verify() {
        assert_eq!(mail(Purpose::Verification, &[("username", "ann@e.com")]).to(), "");
    }
}
