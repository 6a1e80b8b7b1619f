//! `push.expo`: Expo's service (`push-files-live.md` section 6).

use serde_json::Value;

use crate::config::Secret;

/// Expo.
#[derive(Clone, Debug, PartialEq)]
pub struct ExpoConfig {
    /// What Expo knows the app by (`accessToken`).
    pub access_token: Option<Secret>,
    /// Where messages go, no slash at the end (`endpoint`, an option of Parsimony's own).
    pub endpoint: String,
}

/// What the options say.
pub(super) fn read(path: &str, _value: &Value) -> Result<ExpoConfig, String> {
    Err(format!("{path} is not built yet"))
}
