//! `push.web`: the push services of browsers (`push-files-live.md` section 6).

use serde_json::Value;

use crate::config::Secret;

/// Web push.
#[derive(Clone, Debug, PartialEq)]
pub struct WebPushConfig {
    /// Who sends, as a `mailto:` or `https:` URL.
    pub subject: String,
    /// The public key that browsers subscribed with, base64url.
    pub public_key: String,
    /// The key that signs, base64url.
    pub private_key: Secret,
}

/// What the options say.
pub(super) fn read(path: &str, _value: &Value) -> Result<WebPushConfig, String> {
    Err(format!("{path} is not built yet"))
}
