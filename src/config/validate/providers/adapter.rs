//! Adapters of the app's own behind `http-auth-adapter`.

use serde_json::Value;

use super::super::url;
use super::check_name;
use crate::config::providers::{ADAPTER, Role, is_adapter};
use crate::config::settings::texts;

/// What checks `authData` in all cases.
const WHOLE: &str = "validateAuthData";
/// What checks it case by case.
const PARTS: [&str; 3] = ["validateSetUp", "validateLogin", "validateUpdate"];
/// What else there may be.
const MORE: [&str; 3] = ["validateAppId", "challenge", "afterFind"];

pub(super) fn check(name: &str, options: &Value) -> Result<(), String> {
    check_name(name)?;
    let path = format!("auth.{name}.bridge");
    let methods = bridge(&path, options)?;
    let known = |method: &str| method == WHOLE || PARTS.contains(&method) || MORE.contains(&method);
    if let Some(unknown) = methods.iter().find(|method| !known(method)) {
        let all = [[WHOLE].as_slice(), &PARTS, &MORE].concat().join(", ");
        return Err(format!("{path}.methods: {unknown} is none of {all}"));
    }
    let has = |method: &str| methods.iter().any(|own| own == method);
    if !has(WHOLE) && !PARTS.into_iter().all(has) {
        return Err(format!(
            "{path}.methods: Adapter is not configured. Implement either validateAuthData or all of the following: \
             validateSetUp, validateLogin and validateUpdate"
        ));
    }
    match options["bridge"].get("policy").filter(|policy| !policy.is_null()) {
        Some(policy) if policy.as_str().and_then(Role::named).is_none() => Err(format!(
            "{path}.policy: AuthAdapter policy is not configured correctly. The value must be either \"solo\", \
             \"additional\", \"default\" or undefined (will be handled as \"default\")"
        )),
        _ => Ok(()),
    }
}

/// Has `mfa` something that sends tokens to telephones?
pub(super) fn sends_sms(options: &Value) -> Result<(), String> {
    let sends = is_adapter(options) && bridge("auth.mfa.bridge", options)? == ["sendSMS"];
    if sends {
        return Ok(());
    }
    Err(format!(
        "mfa.sendSMS callback must be defined when using SMS OTPs: \"module\": \"{ADAPTER}\", \"bridge\": {{\"url\", \
         \"methods\": [\"sendSMS\"]}}"
    ))
}

/// The methods of a bridge that leads somewhere.
fn bridge(path: &str, options: &Value) -> Result<Vec<String>, String> {
    let bridge = options.get("bridge").filter(|bridge| bridge.is_object());
    let bridge = bridge.ok_or_else(|| format!("{path} must be an object with url and methods"))?;
    let place = bridge.get("url").and_then(Value::as_str).ok_or_else(|| format!("{path}.url must be a string"))?;
    url::check(&format!("{path}.url"), place)?;
    if let Some(key) =
        bridge.as_object().into_iter().flatten().map(|(key, _)| key).find(|key| !KEYS.contains(&key.as_str()))
    {
        return Err(format!("{path}.{key} is none of {}", KEYS.join(", ")));
    }
    bridge.get("methods").and_then(texts).ok_or_else(|| format!("{path}.methods must be a list of strings"))
}

/// What a bridge is told by.
const KEYS: [&str; 3] = ["url", "methods", "policy"];
