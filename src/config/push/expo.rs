//! `push.expo`: Expo's service (`push-files-live.md` section 6).

use std::time::Duration;

use serde_json::Value;

use super::options::{options, place, whole};
use super::text;
use crate::config::Secret;

/// Expo.
#[derive(Clone, Debug, PartialEq)]
pub struct ExpoConfig {
    /// What Expo knows the app by (`accessToken`).
    pub access_token: Option<Secret>,
    /// So many requests go out at once (`maxConcurrentRequests`).
    pub at_once: usize,
    /// The pause before a request is made a second time (`retryMinTimeout`).
    pub pause: Duration,
    /// Where messages go, no slash at the end (`endpoint`, an option of Parsimony's own).
    pub endpoint: String,
    /// A certificate that vouches for it besides those that everybody trusts (`ca`), a path or PEM.
    pub ca: Option<String>,
}

/// What the options say.
pub(super) fn read(path: &str, value: &Value) -> Result<ExpoConfig, String> {
    if value.get("httpAgent").is_some_and(|agent| !agent.is_null()) {
        return Err(format!("{path}.httpAgent is JavaScript, which does not run here"));
    }
    let known = ["accessToken", "maxConcurrentRequests", "retryMinTimeout", "httpAgent", "endpoint", "ca"];
    let options = options(path, value, &known)?;
    Ok(ExpoConfig {
        access_token: text(path, options, "accessToken")?.filter(|token| !token.is_empty()).map(Secret::new),
        at_once: whole(path, options, "maxConcurrentRequests", 1..=100)?.unwrap_or(6) as usize,
        pause: Duration::from_millis(whole(path, options, "retryMinTimeout", 0..=60_000)?.unwrap_or(1000)),
        endpoint: place(path, options, "https://exp.host")?,
        ca: text(path, options, "ca")?.map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn reads_what_the_client_of_expo_reads() {
        let config = read("push.expo", &json!({})).unwrap();
        assert_eq!((config.access_token, config.at_once, config.pause), (None, 6, Duration::from_secs(1)));
        assert_eq!(config.endpoint, "https://exp.host");
        let given =
            json!({"accessToken": "s3cr3t", "maxConcurrentRequests": 2, "retryMinTimeout": 5, "httpAgent": null});
        let config = read("push.expo", &given).unwrap();
        assert_eq!((config.at_once, config.pause), (2, Duration::from_millis(5)));
        assert_eq!(config.access_token.as_ref().unwrap().reveal(), "s3cr3t");
        assert!(!format!("{config:?}").contains("s3cr3t"));
    }

    #[test]
    fn refuses_what_is_none() {
        for (given, wanted) in [
            (json!("token"), "push.expo must be an object"),
            (json!({"httpAgent": {}}), "push.expo.httpAgent is JavaScript"),
            (json!({"useFcmV1": true}), "push.expo.useFcmV1 is not known"),
            (json!({"maxConcurrentRequests": 0}), "must be a whole number from 1 to 100"),
            (json!({"endpoint": "http://exp.host"}), "must be an https: URL"),
        ] {
            let error = read("push.expo", &given).unwrap_err();
            assert!(error.contains(wanted), "{error}");
        }
    }
}
