//! `push.web`: the push services of browsers (`push-files-live.md` section 6).

use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::options::{options, whole};
use super::text;
use crate::config::Secret;

/// What may stand in the options.
const KNOWN: [&str; 12] = [
    "vapidDetails",
    "TTL",
    "urgency",
    "topic",
    "headers",
    "timeout",
    "contentEncoding",
    "gcmAPIKey",
    "proxy",
    "agent",
    "allowedHosts",
    "ca",
];
/// The longest that a notification is kept for a browser: four weeks, seconds.
const LONGEST_TTL: u64 = 28 * 24 * 60 * 60;

/// Web push.
#[derive(Clone, Debug, PartialEq)]
pub struct WebPushConfig {
    /// Who sends, as a `mailto:` or `https:` URL.
    pub subject: String,
    /// The public key that browsers subscribed with, base64url.
    pub public_key: String,
    /// The key that signs, base64url.
    pub private_key: Secret,
    /// So long a service keeps a notification for a browser that is away (`TTL`), seconds.
    pub ttl: u64,
    /// How much the notification is worth waking a device for (`urgency`).
    pub urgency: String,
    /// A notification replaces one of the same topic that waits (`topic`).
    pub topic: Option<String>,
    /// Further headers (`headers`).
    pub headers: Vec<(String, String)>,
    /// So long one request may take (`timeout`).
    pub timeout: Duration,
    /// Hosts besides the push services of browsers that are sent to, `*.x` for all below `x` (`allowedHosts`, an option of
    /// Parsimony's own).
    pub allowed_hosts: Vec<String>,
    /// A certificate that vouches for them besides those that everybody trusts (`ca`), a path or PEM.
    pub ca: Option<String>,
}

/// What the options say.
pub(super) fn read(path: &str, value: &Value) -> Result<WebPushConfig, String> {
    let options = options(path, value, &KNOWN)?;
    refuse(path, options)?;
    let details = options.get("vapidDetails").and_then(Value::as_object);
    let details =
        details.ok_or("WEB Push Configuration is invalid: vapidDetails{subject, publicKey, privateKey} are needed")?;
    let vapid = format!("{path}.vapidDetails");
    let ttl = whole(path, options, "TTL", 0..=LONGEST_TTL)?.unwrap_or(LONGEST_TTL);
    let timeout = whole(path, options, "timeout", 0..=600_000)?.filter(|timeout| *timeout > 0);
    Ok(WebPushConfig {
        subject: subject(&vapid, details)?,
        public_key: key(&vapid, details, "publicKey", 65)?,
        private_key: Secret::new(key(&vapid, details, "privateKey", 32)?),
        ttl,
        urgency: urgency(path, options)?,
        topic: topic(path, options)?,
        headers: headers(path, options)?,
        timeout: timeout.map_or(Duration::from_secs(30), Duration::from_millis),
        allowed_hosts: allowed_hosts(path, options)?,
        ca: text(path, options, "ca")?.map(str::to_owned),
    })
}

/// What the client of Parse Server takes and we do not.
fn refuse(path: &str, options: &Map<String, Value>) -> Result<(), String> {
    let given = |key: &str| options.get(key).is_some_and(|value| !value.is_null() && value != "");
    match text(path, options, "contentEncoding")? {
        None | Some("" | "aes128gcm") => {}
        Some("aesgcm") => {
            return Err(format!(
                "{path}.contentEncoding aesgcm is a draft that browsers gave up; leave it at aes128gcm"
            ));
        }
        Some(_) => return Err(format!("{path}.contentEncoding must be aes128gcm")),
    }
    for (key, why) in [
        ("gcmAPIKey", "is of a service that Google has shut"),
        ("proxy", "is not built yet"),
        ("agent", "is JavaScript, which does not run here"),
    ] {
        if given(key) {
            return Err(format!("{path}.{key} {why}"));
        }
    }
    Ok(())
}

fn subject(path: &str, details: &Map<String, Value>) -> Result<String, String> {
    let subject = text(path, details, "subject")?.filter(|subject| !subject.is_empty());
    let subject = subject.ok_or_else(|| format!("{path}.subject is needed"))?;
    match url::Url::parse(subject) {
        Ok(url) if ["https", "mailto"].contains(&url.scheme()) => Ok(subject.to_owned()),
        _ => Err(format!("{path}.subject must be an https: or mailto: URL")),
    }
}

fn key(path: &str, details: &Map<String, Value>, name: &str, length: usize) -> Result<String, String> {
    let key = text(path, details, name)?.filter(|key| !key.is_empty());
    let key = key.ok_or_else(|| format!("{path}.{name} is needed"))?;
    match BASE64_URL_SAFE_NO_PAD.decode(key) {
        Ok(bytes) if bytes.len() == length => Ok(key.to_owned()),
        Ok(_) => Err(format!("{path}.{name} must be {length} bytes long when decoded")),
        Err(_) => Err(format!("{path}.{name} must be URL-safe base64 (without \"=\")")),
    }
}

fn urgency(path: &str, options: &Map<String, Value>) -> Result<String, String> {
    match text(path, options, "urgency")?.unwrap_or_default() {
        "" => Ok("normal".into()),
        urgency @ ("very-low" | "low" | "normal" | "high") => Ok(urgency.into()),
        _ => Err(format!("{path}.urgency must be very-low, low, normal or high")),
    }
}

fn topic(path: &str, options: &Map<String, Value>) -> Result<Option<String>, String> {
    let Some(topic) = text(path, options, "topic")?.filter(|topic| !topic.is_empty()) else { return Ok(None) };
    let fits = topic.len() <= 32 && topic.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    fits.then(|| Some(topic.to_owned())).ok_or_else(|| format!("{path}.topic must be 1 to 32 letters, digits, - and _"))
}

fn headers(path: &str, options: &Map<String, Value>) -> Result<Vec<(String, String)>, String> {
    let Some(headers) = options.get("headers").filter(|headers| !headers.is_null()) else { return Ok(Vec::new()) };
    let headers = headers.as_object().ok_or_else(|| format!("{path}.headers must be an object"))?;
    let header = |(name, value): (&String, &Value)| match value {
        Value::String(text) => Ok((name.clone(), text.clone())),
        Value::Number(number) => Ok((name.clone(), number.to_string())),
        _ => Err(format!("{path}.headers.{name} must be a string")),
    };
    headers.iter().map(header).collect()
}

fn allowed_hosts(path: &str, options: &Map<String, Value>) -> Result<Vec<String>, String> {
    let refused = || format!("{path}.allowedHosts must be a list of hosts");
    let Some(hosts) = options.get("allowedHosts").filter(|hosts| !hosts.is_null()) else { return Ok(Vec::new()) };
    let host = |host: &Value| match host.as_str() {
        Some("*") => Err(format!("{path}.allowedHosts: \"*\" would have the server ask whatever a client names")),
        Some(host) if !host.is_empty() && !host.contains(['/', '@']) => Ok(host.to_ascii_lowercase()),
        _ => Err(refused()),
    };
    hosts.as_array().ok_or_else(refused)?.iter().map(host).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn with(more: Value) -> Result<WebPushConfig, String> {
        let public = BASE64_URL_SAFE_NO_PAD.encode([4; 65]);
        let private = BASE64_URL_SAFE_NO_PAD.encode([7; 32]);
        let mut all = json!({"vapidDetails": {"subject": "mailto:a@b.c", "publicKey": public, "privateKey": private}});
        for (key, value) in more.as_object().unwrap() {
            match key.strip_prefix("vapid.") {
                Some(key) => all["vapidDetails"][key] = value.clone(),
                None => all[key] = value.clone(),
            }
        }
        read("push.web", &all)
    }

    #[test]
    fn reads_what_web_push_reads() {
        let config = with(json!({})).unwrap();
        assert_eq!((config.ttl, config.urgency.as_str(), config.topic), (LONGEST_TTL, "normal", None));
        let config =
            with(json!({"TTL": 5, "urgency": "high", "topic": "news", "timeout": 100, "headers": {"X-A": "b"},
            "allowedHosts": ["*.Push.example", "127.0.0.1"], "contentEncoding": "aes128gcm"}))
            .unwrap();
        assert_eq!((config.ttl, config.urgency.as_str(), config.topic.as_deref()), (5, "high", Some("news")));
        assert_eq!(config.timeout, Duration::from_millis(100));
        assert_eq!(config.headers, [("X-A".to_owned(), "b".to_owned())]);
        assert_eq!(config.allowed_hosts, ["*.push.example", "127.0.0.1"]);
        assert!(!format!("{config:?}").contains(config.private_key.reveal()));
    }

    #[test]
    fn refuses_what_is_none() {
        for (more, wanted) in [
            (json!({"vapidDetails": null}), "vapidDetails{subject, publicKey, privateKey} are needed"),
            (json!({"vapid.subject": null}), "vapidDetails.subject is needed"),
            (json!({"vapid.subject": "http://a.b"}), "must be an https: or mailto: URL"),
            (json!({"vapid.publicKey": "AAAA"}), "publicKey must be 65 bytes long"),
            (json!({"vapid.privateKey": "a=+/"}), "must be URL-safe base64"),
            (json!({"vapid.privateKey": ""}), "privateKey is needed"),
            (json!({"contentEncoding": "aesgcm"}), "aesgcm is a draft"),
            (json!({"contentEncoding": "gzip"}), "must be aes128gcm"),
            (json!({"urgency": "now"}), "urgency must be"),
            (json!({"topic": "a b"}), "topic must be"),
            (json!({"TTL": -1}), "TTL must be a whole number"),
            (json!({"gcmAPIKey": "x"}), "Google has shut"),
            (json!({"proxy": "http://p"}), "proxy is not built yet"),
            (json!({"allowedHosts": ["*"]}), "whatever a client names"),
            (json!({"allowedHosts": ["https://a.b/"]}), "must be a list of hosts"),
            (json!({"ttl": 1}), "push.web.ttl is not known"),
        ] {
            let error = with(more).unwrap_err();
            assert!(error.contains(wanted), "{error}");
        }
    }
}
