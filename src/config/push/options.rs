//! What options of senders have in common, and how each is read.

use std::ops::RangeInclusive;

use serde_json::{Map, Value};
use url::Host;

use super::text;

/// The options of a sender: an object with none but these keys.
pub(super) fn options<'a>(path: &str, value: &'a Value, known: &[&str]) -> Result<&'a Map<String, Value>, String> {
    let options = value.as_object().ok_or_else(|| format!("{path} must be an object"))?;
    match options.keys().find(|key| !known.contains(&key.as_str())) {
        None => Ok(options),
        Some(key) => Err(format!("{path}.{key} is not known: there are {}", known.join(", "))),
    }
}

/// A yes or no among options, if it is there.
pub(super) fn flag(path: &str, options: &Map<String, Value>, key: &str) -> Result<Option<bool>, String> {
    match options.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Bool(flag)) => Ok(Some(*flag)),
        Some(_) => Err(format!("{path}.{key} must be true or false")),
    }
}

/// A whole number within bounds among options, if it is there (a blank text is none); digits count as one.
pub(super) fn whole(
    path: &str,
    options: &Map<String, Value>,
    key: &str,
    bounds: RangeInclusive<u64>,
) -> Result<Option<u64>, String> {
    let number = match options.get(key) {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::String(blank)) if blank.is_empty() => return Ok(None),
        Some(Value::String(digits)) => digits.parse().ok(),
        Some(value) => value.as_u64(),
    };
    let wrong = || format!("{path}.{key} must be a whole number from {} to {}", bounds.start(), bounds.end());
    number.filter(|number| bounds.contains(number)).map(Some).ok_or_else(wrong)
}

/// The option `endpoint`: where a service is, no slash at its end.
pub(super) fn place(path: &str, options: &Map<String, Value>, default: &str) -> Result<String, String> {
    match text(path, options, "endpoint")? {
        None => Ok(default.to_owned()),
        Some(url) if is_private(url) => Ok(url.trim_end_matches('/').to_owned()),
        Some(_) => Err(format!("{path}.endpoint must be an https: URL (http: only on this machine)")),
    }
}

/// Does what is sent to this URL reach its host unread: by `https:`, or without leaving this machine?
pub fn is_private(url: &str) -> bool {
    let Ok(url) = url::Url::parse(url) else { return false };
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && here)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stays_on_this_machine_may_go_unencrypted() {
        for url in ["https://a.b/c", "http://127.0.0.1:1", "http://[::1]/", "http://localhost:80/", "HTTPS://a.b"] {
            assert!(is_private(url), "{url}");
        }
        for url in ["http://a.b", "http://127.0.0.1.a.b", "http://localhost@a.b", "ftp://localhost", "a.b", ""] {
            assert!(!is_private(url), "{url}");
        }
    }
}
