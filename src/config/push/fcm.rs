//! `push.android`, `push.fcm`, and Apple's types with `firebaseServiceAccount`: Firebase (`push-files-live.md` section 5).

use serde_json::Value;

use super::options::{flag, options, place};
use super::text;
use crate::config::Secret;

/// What may stand in the options. `resolveUnhandledClientError` and `fcmEnableLegacyHttpTransport` change nothing: a push that
/// cannot be built fails for each device, and HTTP/2 is all that is spoken.
const KNOWN: [&str; 5] =
    ["firebaseServiceAccount", "fcmEnableLegacyHttpTransport", "resolveUnhandledClientError", "endpoint", "ca"];

/// Firebase.
#[derive(Clone, Debug, PartialEq)]
pub struct FcmConfig {
    /// What it is called where something is wrong with it (`push.android`).
    pub path: String,
    /// The service account: its JSON, or the path of the file with it.
    pub service_account: Secret,
    /// Are messages put together for Apple's devices?
    pub apple: bool,
    /// Where messages go, no slash at the end (`endpoint`, an option of Parsimony's own).
    pub endpoint: String,
    /// A certificate that vouches for it besides those that everybody trusts (`ca`), a path or PEM.
    pub ca: Option<String>,
}

/// What the options say.
pub(super) fn read(path: &str, value: &Value, apple: bool) -> Result<FcmConfig, String> {
    let options = options(path, value, &KNOWN)?;
    for key in ["fcmEnableLegacyHttpTransport", "resolveUnhandledClientError"] {
        flag(path, options, key)?;
    }
    let service_account = match options.get("firebaseServiceAccount") {
        Some(Value::String(text)) if !text.is_empty() => text.clone(),
        Some(account @ Value::Object(_)) => account.to_string(),
        _ => return Err(format!("{path}.firebaseServiceAccount must be the path of a file, or an object")),
    };
    Ok(FcmConfig {
        path: path.to_owned(),
        service_account: Secret::new(service_account),
        apple,
        endpoint: place(path, options, "https://fcm.googleapis.com")?,
        ca: text(path, options, "ca")?.map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_a_path_or_an_account() {
        let config = read("push.android", &json!({"firebaseServiceAccount": "/a.json"}), false).unwrap();
        assert_eq!(config.service_account.reveal(), "/a.json");
        assert_eq!((config.endpoint.as_str(), config.apple), ("https://fcm.googleapis.com", false));
        let account = json!({"firebaseServiceAccount": {"private_key": "s3cr3t"}, "endpoint": "http://127.0.0.1:1/"});
        let config = read("push.ios", &account, true).unwrap();
        assert_eq!(config.service_account.reveal(), r#"{"private_key":"s3cr3t"}"#);
        assert_eq!((config.endpoint.as_str(), config.apple), ("http://127.0.0.1:1", true));
        assert!(!format!("{config:?}").contains("s3cr3t"));
    }

    #[test]
    fn refuses_what_is_none() {
        for (more, wanted) in [
            (json!({"firebaseServiceAccount": 1}), "must be the path of a file, or an object"),
            (json!({"firebaseServiceAccount": ""}), "must be the path of a file, or an object"),
            (json!({"firebaseServiceAccount": "x", "apiKey": "x"}), "push.android.apiKey is not known"),
            (json!({"firebaseServiceAccount": "x", "endpoint": "http://fcm.googleapis.com"}), "must be an https: URL"),
            (json!({"firebaseServiceAccount": "x", "resolveUnhandledClientError": 1}), "must be true or false"),
        ] {
            let error = read("push.android", &more, false).unwrap_err();
            assert!(error.contains(wanted), "{error}");
        }
    }
}
