//! `push.android`, `push.fcm`, and Apple's types with `firebaseServiceAccount`: Firebase (`push-files-live.md` section 5).

use serde_json::Value;

use crate::config::Secret;

/// Firebase.
#[derive(Clone, Debug, PartialEq)]
pub struct FcmConfig {
    /// The service account: its JSON, or the path of the file with it.
    pub service_account: Secret,
    /// Are messages put together for Apple's devices?
    pub apple: bool,
    /// Is a push that the client library cannot build left out of the counts instead of failing (`resolveUnhandledClientError`)?
    pub resolve_client_errors: bool,
    /// Where messages go, no slash at the end (`endpoint`, an option of Parsimony's own).
    pub endpoint: String,
    /// A certificate that vouches for it besides those that everybody trusts (`ca`), a path or PEM.
    pub ca: Option<String>,
}

/// What the options say.
pub(super) fn read(path: &str, _value: &Value, _apple: bool) -> Result<FcmConfig, String> {
    Err(format!("{path}.firebaseServiceAccount is not built yet"))
}
