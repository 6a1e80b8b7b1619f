//! What an app says of its users: sessions, sign-up, lock-out, password policy.

use std::time::Duration;

use super::providers::{self, ProvidersConfig};
use super::settings::Settings;

/// Rules for users and their sessions.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountsConfig {
    /// Life of a session; `None`: for ever (`sessionLength`, `expireInactiveSessions`).
    pub session_length: Option<Duration>,
    /// Is a session renewed while it is in use?
    pub extend_session_on_use: bool,
    /// Does a new password end all sessions of the user?
    pub revoke_session_on_password_reset: bool,
    /// Are new users hidden from everybody else?
    pub enforce_private_users: bool,
    /// Does the provider `anonymous` work?
    pub enable_anonymous_users: bool,
    /// The other providers that work.
    pub providers: ProvidersConfig,
    /// Are addresses stored in lower case?
    pub convert_email_to_lowercase: bool,
    /// Are names of users stored in lower case?
    pub convert_username_to_lowercase: bool,
    /// When failed log-ins lock an account.
    pub lockout: Option<LockoutConfig>,
    /// What passwords must be.
    pub password_policy: Option<PasswordPolicyConfig>,
}

/// `accountLockout`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LockoutConfig {
    /// For how many minutes.
    pub minutes: f64,
    /// After how many failures.
    pub threshold: f64,
    /// Does a password that was reset by mail unlock the account?
    pub unlock_on_reset: bool,
}

/// `passwordPolicy`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PasswordPolicyConfig {
    /// A regular expression that passwords must match.
    pub pattern: Option<String>,
    /// What a password that does not match is answered with.
    pub error: Option<String>,
    /// May a password not hold the user's name?
    pub not_username: bool,
    /// Days until a password must be changed; 0 is never.
    pub max_age: f64,
    /// How many of the last passwords may not be used again.
    pub history: usize,
}

/// The rules of one app.
pub(super) fn build(settings: &Settings) -> AccountsConfig {
    let length = settings.int("sessionLength").and_then(|seconds| u64::try_from(seconds).ok());
    AccountsConfig {
        session_length: length.filter(|_| settings.bool("expireInactiveSessions")).map(Duration::from_secs),
        extend_session_on_use: settings.bool("extendSessionOnUse"),
        revoke_session_on_password_reset: settings.bool("revokeSessionOnPasswordReset"),
        enforce_private_users: settings.bool("enforcePrivateUsers"),
        enable_anonymous_users: settings.bool("enableAnonymousUsers")
            && settings.given_in("auth", "anonymous").is_none_or(providers::is_on),
        providers: providers::build(settings),
        convert_email_to_lowercase: settings.bool("convertEmailToLowercase"),
        convert_username_to_lowercase: settings.bool("convertUsernameToLowercase"),
        lockout: lockout(settings),
        password_policy: settings.given("passwordPolicy").map(|_| password_policy(settings)),
    }
}

fn lockout(settings: &Settings) -> Option<LockoutConfig> {
    let number = |name| settings.given_in("accountLockout", name)?.as_f64();
    Some(LockoutConfig {
        minutes: number("duration")?,
        threshold: number("threshold")?,
        unlock_on_reset: settings.bool_in("accountLockout", "unlockOnPasswordReset"),
    })
}

fn password_policy(settings: &Settings) -> PasswordPolicyConfig {
    let given = |name| settings.get_in("passwordPolicy", name);
    let text = |name| given(name).and_then(|value| value.as_str().map(str::to_owned)).filter(|text| !text.is_empty());
    PasswordPolicyConfig {
        pattern: text("validatorPattern"),
        error: text("validationError"),
        not_username: settings.bool_in("passwordPolicy", "doNotAllowUsername"),
        max_age: given("maxPasswordAge").and_then(|days| days.as_f64()).unwrap_or_default(),
        history: given("maxPasswordHistory").and_then(|count| count.as_u64()).unwrap_or_default() as usize,
    }
}
