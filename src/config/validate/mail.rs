//! E-mail: what must be there for mails to be sent.

use serde_json::Value;

use super::url;
use crate::config::settings::{Settings, texts};

/// What an adapter over HTTP may have.
const METHODS: [&str; 3] = ["sendMail", "sendVerificationEmail", "sendPasswordResetEmail"];

pub(super) fn check(settings: &Settings) -> Result<(), String> {
    verification(settings)?;
    settings.given("emailAdapter").map_or(Ok(()), adapter)
}

fn verification(settings: &Settings) -> Result<(), String> {
    if !settings.bool("verifyUserEmails") {
        return Ok(());
    }
    if settings.given("emailAdapter").is_none() {
        return Err("An emailAdapter is required for e-mail verification and password resets.".into());
    }
    if settings.given("appName").is_none() {
        return Err("An app name is required for e-mail verification and password resets.".into());
    }
    if settings.given("publicServerURL").is_none() {
        return Err("The option publicServerURL is required.".into());
    }
    match settings.int("emailVerifyTokenValidityDuration") {
        Some(seconds) if seconds < 0 => {
            Err("Email verify token validity duration must be a value greater than 0.".into())
        }
        None | Some(0) if settings.bool("emailVerifyTokenReuseIfValid") => {
            Err("You cannot use emailVerifyTokenReuseIfValid without emailVerifyTokenValidityDuration".into())
        }
        _ => Ok(()),
    }
}

fn adapter(adapter: &Value) -> Result<(), String> {
    let options = adapter.get("options").unwrap_or(&Value::Null);
    if options.get("localeField").is_some_and(|field| !field.is_string()) {
        return Err("emailAdapter.options.localeField must be a string, the name of a field of users".into());
    }
    match adapter.get("module").and_then(Value::as_str) {
        Some("http-email-adapter") => http(options),
        Some("smtp") => smtp(options),
        _ => Err("emailAdapter.module must be \"http-email-adapter\" or \"smtp\"; other adapters are JavaScript, which a page \
                  of Node can serve to the first"
            .into()),
    }
}

fn http(options: &Value) -> Result<(), String> {
    let place = options.get("url").and_then(Value::as_str).ok_or("emailAdapter.options.url must be a string")?;
    url::check("emailAdapter.options.url", place)?;
    let methods = options.get("methods").and_then(texts).unwrap_or_default();
    let unknown = methods.iter().any(|name| !METHODS.contains(&name.as_str()));
    if unknown || !methods.iter().any(|name| name == METHODS[0]) {
        return Err(format!(
            "emailAdapter.options.methods must list what the adapter has of {}, {} at least",
            METHODS.join(", "),
            METHODS[0]
        ));
    }
    Ok(())
}

fn smtp(options: &Value) -> Result<(), String> {
    let text = |key: &str| {
        let given = options.get(key).and_then(Value::as_str);
        given.ok_or_else(|| format!("emailAdapter.options.{key} must be a string"))
    };
    let url = text("url")?;
    if !url.starts_with("smtp://") && !url.starts_with("smtps://") {
        return Err("emailAdapter.options.url must be a URL that starts with smtp:// or smtps://".into());
    }
    text("sender")?;
    if options.get("caPath").is_some_and(|path| !path.is_string()) {
        return Err("emailAdapter.options.caPath must be a string".into());
    }
    let Some(templates) = options.get("templates").filter(|templates| !templates.is_null()) else { return Ok(()) };
    let wrong = "emailAdapter.options.templates must map verificationEmail and passwordResetEmail to subjectPath, textPath, \
                 htmlPath and placeholders";
    for (name, template) in templates.as_object().ok_or(wrong)? {
        let files = template.as_object().ok_or(wrong)?;
        let known = |(key, value): (&String, &Value)| match key.as_str() {
            "subjectPath" | "textPath" | "htmlPath" => value.is_string(),
            "placeholders" => value.is_object(),
            _ => false,
        };
        if !["verificationEmail", "passwordResetEmail"].contains(&name.as_str()) || !files.iter().all(known) {
            return Err(wrong.into());
        }
    }
    Ok(())
}
