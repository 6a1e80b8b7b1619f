//! What an app says of mails: what carries them, which addresses must be verified, how long links are good.

use std::time::Duration;

use serde_json::Value;

use super::Secret;
use super::settings::{Settings, texts};

/// Mails and the tokens in them.
#[derive(Clone, Debug, PartialEq)]
pub struct MailConfig {
    /// What carries mails; `None`: there are none.
    pub mailer: Option<MailerConfig>,
    /// The field of users that names their language (`emailAdapter.options.localeField`).
    pub locale_field: Option<String>,
    /// Does a new address have to be verified (`verifyUserEmails`)?
    pub verify: bool,
    /// Does the server itself send the mail for that (`sendUserEmailVerification`)?
    pub send_verification: bool,
    /// Is a log-in refused until then (`preventLoginWithUnverifiedEmail`)?
    pub prevent_login: bool,
    /// Does a sign-up say so (`preventSignupWithUnverifiedEmail`)?
    pub prevent_signup: bool,
    /// Tokens that verify an address.
    pub verify_tokens: TokenConfig,
    /// Tokens that let a password be chosen.
    pub reset_tokens: TokenConfig,
}

/// Tokens in links of mails.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct TokenConfig {
    /// How long one is good; `None`: until it is used.
    pub life: Option<Duration>,
    /// Does a further mail hold the same one while it is good?
    pub reuse: bool,
}

/// What carries mails.
#[derive(Clone, Debug, PartialEq)]
pub enum MailerConfig {
    /// `http-email-adapter`
    Http(HttpMailerConfig),
    /// `smtp`
    Smtp(Box<SmtpConfig>),
}

/// An adapter of the app's own, asked over HTTP.
#[derive(Clone, Debug, PartialEq)]
pub struct HttpMailerConfig {
    /// Where it is, no slash at its end. It may hold a password.
    pub url: Secret,
    /// The methods that it has.
    pub methods: Vec<String>,
}

/// A mail server.
#[derive(Clone, Debug, PartialEq)]
pub struct SmtpConfig {
    /// `smtps://user:password@host:465`, or `smtp://…` with the parameter `tls`, which says how far STARTTLS is wanted.
    pub url: Secret,
    /// Who mails come from: `App <no-reply@example.org>`.
    pub sender: String,
    /// A file (PEM) with the certificate of the authority that made the server's, besides those that everybody trusts.
    pub ca: Option<String>,
    /// The app's own words.
    pub templates: TemplatesConfig,
}

/// The app's own words for mails.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TemplatesConfig {
    /// For the mail that verifies an address (`verificationEmail`).
    pub verification: TemplateConfig,
    /// For the mail that lets a password be chosen (`passwordResetEmail`).
    pub password_reset: TemplateConfig,
    /// The field of users that names their language (`localeField`).
    pub locale_field: Option<String>,
}

/// The files with the words of one mail.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TemplateConfig {
    /// `subjectPath`
    pub subject: Option<String>,
    /// `textPath`
    pub text: Option<String>,
    /// `htmlPath`
    pub html: Option<String>,
    /// Further values (`placeholders`).
    pub placeholders: serde_json::Map<String, Value>,
}

/// The mails of one app.
pub(super) fn build(settings: &Settings) -> MailConfig {
    let policy = |name| settings.get_in("passwordPolicy", name);
    MailConfig {
        mailer: settings.given("emailAdapter").and_then(mailer),
        locale_field: settings.given("emailAdapter").and_then(|adapter| locale_field(adapter.get("options")?)),
        verify: settings.bool("verifyUserEmails"),
        send_verification: settings.bool("sendUserEmailVerification"),
        prevent_login: settings.bool("preventLoginWithUnverifiedEmail"),
        prevent_signup: settings.bool("preventSignupWithUnverifiedEmail"),
        verify_tokens: TokenConfig {
            life: seconds(settings.get("emailVerifyTokenValidityDuration")),
            reuse: settings.bool("emailVerifyTokenReuseIfValid"),
        },
        reset_tokens: TokenConfig {
            life: seconds(policy("resetTokenValidityDuration")),
            reuse: settings.bool_in("passwordPolicy", "resetTokenReuseIfValid"),
        },
    }
}

fn seconds(value: Option<Value>) -> Option<Duration> {
    value?.as_f64().filter(|seconds| *seconds > 0.0).and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
}

fn mailer(adapter: &Value) -> Option<MailerConfig> {
    let options = adapter.get("options")?;
    match adapter.get("module")?.as_str()? {
        "http-email-adapter" => Some(MailerConfig::Http(HttpMailerConfig {
            url: Secret::new(options.get("url")?.as_str()?.trim_end_matches('/')),
            methods: options.get("methods").and_then(texts).unwrap_or_default(),
        })),
        "smtp" => Some(MailerConfig::Smtp(Box::new(SmtpConfig {
            url: Secret::new(smtp_url(options.get("url")?.as_str()?)),
            sender: options.get("sender")?.as_str()?.to_owned(),
            ca: options.get("caPath").and_then(Value::as_str).map(str::to_owned),
            templates: TemplatesConfig {
                verification: template(options, "verificationEmail"),
                password_reset: template(options, "passwordResetEmail"),
                locale_field: locale_field(options),
            },
        }))),
        _ => None,
    }
}

/// Without a word on it, nothing is sent before the connection is encrypted; `tls=none` means that it never is.
fn smtp_url(url: &str) -> String {
    let (place, query) = url.split_once('?').unwrap_or((url, ""));
    match query {
        "" if place.starts_with("smtp:") => format!("{place}?tls=required"),
        "tls=none" => place.to_owned(),
        _ => url.to_owned(),
    }
}

fn locale_field(options: &Value) -> Option<String> {
    options.get("localeField")?.as_str().map(str::to_owned)
}

fn template(options: &Value, name: &str) -> TemplateConfig {
    let of = |key: &str| options.get("templates")?.get(name)?.get(key);
    let file = |key: &str| of(key)?.as_str().map(str::to_owned);
    TemplateConfig {
        subject: file("subjectPath"),
        text: file("textPath"),
        html: file("htmlPath"),
        placeholders: of("placeholders").and_then(Value::as_object).cloned().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::smtp_url;

    #[test]
    fn nothing_is_sent_in_the_clear_unless_that_is_said() {
        for (given, wanted) in [
            ("smtp://u:p@h:587", "smtp://u:p@h:587?tls=required"),
            ("smtp://h?tls=none", "smtp://h"),
            ("smtp://h?tls=opportunistic", "smtp://h?tls=opportunistic"),
            ("smtps://h", "smtps://h"),
        ] {
            assert_eq!(smtp_url(given), wanted);
        }
    }
}
