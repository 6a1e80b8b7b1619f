//! Lock-out, password policy and sessions.

use serde_json::Value;

use crate::config::settings::Settings;

pub(super) fn check(settings: &Settings) -> Result<(), String> {
    lockout(settings)?;
    password_policy(settings)?;
    if settings.bool("expireInactiveSessions") && settings.int("sessionLength").is_some_and(|length| length <= 0) {
        return Err("Session length must be a value greater than 0.".into());
    }
    Ok(())
}

fn lockout(settings: &Settings) -> Result<(), String> {
    if settings.given("accountLockout").and_then(Value::as_object).is_none_or(|policy| policy.is_empty()) {
        return Ok(());
    }
    let number = |name| settings.given_in("accountLockout", name).and_then(Value::as_f64);
    if !number("duration").is_some_and(|minutes| minutes > 0.0 && minutes <= 99999.0) {
        return Err("Account lockout duration should be greater than 0 and less than 100000".into());
    }
    if !number("threshold").is_some_and(|count| (1.0..=999.0).contains(&count) && count.fract() == 0.0) {
        return Err("Account lockout threshold should be an integer greater than 0 and less than 1000".into());
    }
    Ok(())
}

fn password_policy(settings: &Settings) -> Result<(), String> {
    let given = |name| settings.given_in("passwordPolicy", name);
    let wrong = |name, right: fn(&Value) -> bool| given(name).is_some_and(|value| !right(value));
    let refuse = |text: &str| Err(text.to_owned());
    if wrong("maxPasswordAge", |v| v.as_f64().is_some_and(|days| days >= 0.0)) {
        return refuse("passwordPolicy.maxPasswordAge must be a positive number");
    }
    if wrong("resetTokenValidityDuration", |v| v.as_f64().is_some_and(|seconds| seconds > 0.0)) {
        return refuse("passwordPolicy.resetTokenValidityDuration must be a positive number");
    }
    if wrong("validatorPattern", Value::is_string) {
        return refuse("passwordPolicy.validatorPattern must be a regex string or RegExp object.");
    }
    if given("validatorCallback").is_some_and(|callback| *callback != Value::Bool(false)) {
        return refuse("passwordPolicy.validatorCallback must be a function.");
    }
    if wrong("doNotAllowUsername", Value::is_boolean) {
        return refuse("passwordPolicy.doNotAllowUsername must be a boolean value.");
    }
    if wrong("maxPasswordHistory", |v| v.as_u64().is_some_and(|count| count <= 20)) {
        return refuse("passwordPolicy.maxPasswordHistory must be an integer ranging 0 - 20");
    }
    if wrong("resetTokenReuseIfValid", Value::is_boolean) {
        return refuse("resetTokenReuseIfValid must be a boolean value");
    }
    if given("resetTokenReuseIfValid") == Some(&Value::Bool(true)) && given("resetTokenValidityDuration").is_none() {
        return refuse("You cannot use resetTokenReuseIfValid without resetTokenValidityDuration");
    }
    if wrong("resetPasswordSuccessOnInvalidEmail", Value::is_boolean) {
        return refuse("resetPasswordSuccessOnInvalidEmail must be a boolean value");
    }
    Ok(())
}
