//! A browser's subscription. A client wrote it, so nothing in it is believed: the server goes to push services alone.

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use url::Url;

use crate::model::{Map, Value, wire};

/// The longest subscription that is looked at, bytes.
const LONGEST: usize = 8 * 1024;
/// How deep it may nest.
const DEEPEST: usize = 10;
/// Browsers put no padding at the end, libraries do.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);
/// The push services of browsers: Chrome and most others, Chromium without Google's keys, Firefox, Edge, Safari.
const SERVICES: [&str; 5] = [
    "fcm.googleapis.com",
    "jmt17.google.com",
    "*.push.services.mozilla.com",
    "*.notify.windows.com",
    "*.push.apple.com",
];

/// Where a browser is reached, and what only it can read.
#[derive(Debug)]
pub struct Subscription {
    /// Where notifications go.
    pub endpoint: Url,
    /// The browser's public key.
    pub key: Vec<u8>,
    /// What the browser and the app alone know.
    pub auth: Vec<u8>,
}

impl Subscription {
    /// Reads the JSON of a subscription at a push service, or at a host that the app allows.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(text: &str, allowed: &[String]) -> Result<Self, String> {
        let json =
            Some(text).filter(|text| text.len() <= LONGEST).and_then(|text| wire::parse_text(text, DEEPEST).ok());
        let Some(Value::Object(json)) = json else {
            return Err("The deviceToken is not the JSON of a subscription".into());
        };
        let endpoint = word(&json, "endpoint").ok_or("You must pass in a subscription with at least an endpoint.")?;
        let endpoint = checked(endpoint, allowed)?;
        let keys = json.get("keys").and_then(Value::as_object).ok_or(NO_KEYS)?;
        let key = decoded(keys, "p256dh")?;
        if key.len() != 65 {
            return Err("The subscription p256dh value should be 65 bytes long.".into());
        }
        let auth = decoded(keys, "auth")?;
        if auth.len() < 16 {
            return Err("The subscription auth key should be at least 16 bytes long".into());
        }
        Ok(Self { endpoint, key, auth })
    }
}

const NO_KEYS: &str = "To send a message with a payload, the subscription must have 'auth' and 'p256dh' keys.";

fn word<'a>(map: &'a Map, key: &str) -> Option<&'a str> {
    map.get(key)?.as_str().filter(|word| !word.is_empty())
}

fn decoded(keys: &Map, key: &str) -> Result<Vec<u8>, String> {
    let text = word(keys, key).ok_or(NO_KEYS)?;
    BASE64.decode(text).map_err(|_| format!("The subscription {key} value is not URL-safe base64"))
}

fn checked(endpoint: &str, allowed: &[String]) -> Result<Url, String> {
    let url = Url::parse(endpoint).map_err(|_| "The subscription endpoint must be a string with a valid URL.")?;
    if url.scheme() != "https" || !url.username().is_empty() || url.password().is_some() {
        return Err("The subscription endpoint must be an https: URL without a user".into());
    }
    let host = url.host_str().unwrap_or_default();
    // At a push service, another port is not the service.
    let known = url.port().is_none() && SERVICES.iter().any(|service| covers(service, host));
    match known || allowed.iter().any(|own| covers(own, host)) {
        true => Ok(url),
        false => Err(format!("{host} is not a known push service; push.web.allowedHosts may allow it")),
    }
}

/// Is it this host, or for `*.x` one below `x`?
fn covers(entry: &str, host: &str) -> bool {
    match entry.strip_prefix('*') {
        Some(below) => host.len() > below.len() && host.ends_with(below),
        None => host == entry,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(endpoint: &str, key: usize, auth: usize) -> Result<Subscription, String> {
        let [key, auth] = [key, auth].map(|length| BASE64.encode(vec![4; length]));
        let text =
            format!(r#"{{"endpoint":"{endpoint}","expirationTime":null,"keys":{{"p256dh":"{key}","auth":"{auth}"}}}}"#);
        Subscription::read(&text, &["*.own.example".into(), "127.0.0.1".into()])
    }

    #[test]
    fn goes_to_push_services_and_allowed_hosts_alone() {
        for good in [
            "https://fcm.googleapis.com/fcm/send/x:y",
            "https://FCM.googleapis.com:443/wp/x",
            "https://updates.push.services.mozilla.com/wpush/v2/x",
            "https://wns2-par02p.notify.windows.com/w/?token=x",
            "https://web.push.apple.com/x",
            "https://a.own.example:8443/x",
            "https://127.0.0.1:7200/x",
        ] {
            assert!(read(good, 65, 16).is_ok(), "{good}");
        }
        for bad in [
            "http://fcm.googleapis.com/x",
            "https://user@fcm.googleapis.com/x",
            "https://user:word@fcm.googleapis.com/x",
            "https://fcm.googleapis.com:8443/x",
            "https://fcm.googleapis.com.evil.example/x",
            "https://evil.example/?fcm.googleapis.com",
            "https://evil.example\\\\@fcm.googleapis.com/x",
            "https://evil.example#@fcm.googleapis.com",
            "https://push.apple.com/x",
            "https://evilpush.apple.com/x",
            "https://.push.apple.com/x",
            "https://own.example/x",
            "https://127.0.0.2/x",
            "https://169.254.169.254/latest/meta-data",
            "https://[::1]/x",
            "https://localhost/x",
            "file:///etc/passwd",
            "ftp://fcm.googleapis.com/x",
            "//fcm.googleapis.com/x",
        ] {
            assert!(read(bad, 65, 16).is_err(), "{bad}");
        }
    }

    #[test]
    fn says_what_is_wrong() {
        let ours = "https://127.0.0.1/";
        assert!(read(ours, 64, 16).unwrap_err().contains("should be 65 bytes long"));
        assert!(read(ours, 65, 15).unwrap_err().contains("at least 16 bytes long"));
        assert!(
            read("https://evil.example/", 65, 16).unwrap_err().contains("evil.example is not a known push service")
        );
        for (text, wanted) in [
            ("", "not the JSON of a subscription"),
            ("{", "not the JSON of a subscription"),
            ("[]", "not the JSON of a subscription"),
            (&*"[".repeat(100), "not the JSON of a subscription"),
            (&*format!("{{\"a\":\"{}\"}}", "x".repeat(LONGEST)), "not the JSON of a subscription"),
            ("{}", "at least an endpoint"),
            (r#"{"endpoint":{"$ne":1}}"#, "at least an endpoint"),
            (r#"{"endpoint":"x"}"#, "a valid URL"),
            (r#"{"endpoint":"https://127.0.0.1/"}"#, "'auth' and 'p256dh' keys"),
            (r#"{"endpoint":"https://127.0.0.1/","keys":{"p256dh":"AAAA"}}"#, "should be 65 bytes long"),
            (r#"{"endpoint":"https://127.0.0.1/","keys":{"p256dh":"a/b+","auth":"x"}}"#, "not URL-safe base64"),
        ] {
            let error = Subscription::read(text, &["127.0.0.1".into()]).unwrap_err();
            assert!(error.contains(wanted), "{error}");
        }
    }
}
