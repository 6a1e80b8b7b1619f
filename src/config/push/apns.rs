//! `push.ios`, `tvos`, `osx`, `watchos` without Firebase: Apple's own service (`push-files-live.md` section 4).

use std::time::Duration;

use serde_json::Value;

use crate::config::Secret;

/// One provider of notifications.
#[derive(Clone, Debug, PartialEq)]
pub struct ApnsConfig {
    /// Who the provider is.
    pub credential: ApnsCredential,
    /// The app (`topic`, `bundleId`) whose installations it serves; `None`: all that no other provider serves.
    pub topic: Option<String>,
    /// Is it Apple's production service? It is asked before the sandbox.
    pub production: bool,
    /// Are bodies put together as by `useNativeAPNs: true`?
    pub native: bool,
    /// Where the service is (`address`, `port`): host and port.
    pub address: (String, u16),
    /// A certificate that vouches for it besides those that everybody trusts (`ca`), a path or PEM.
    pub ca: Option<String>,
    /// So often a request is tried again (`connectionRetryLimit`).
    pub retries: u32,
    /// So long one request may take (`requestTimeout`).
    pub timeout: Duration,
}

/// Who a provider is. Keys and certificates are PEM, or the path of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum ApnsCredential {
    /// `token`: a signing key of a team.
    Token {
        /// The key, PKCS #8 (`.p8`).
        key: Secret,
        /// Its id.
        key_id: String,
        /// The team.
        team_id: String,
    },
    /// `cert` and `key`.
    Pem {
        /// The certificate.
        cert: String,
        /// Its key.
        key: Secret,
        /// What the key is locked by.
        passphrase: Option<Secret>,
    },
    /// `pfx`: certificate and key in one file (PKCS #12).
    Pfx {
        /// The file.
        pfx: Secret,
        /// What it is locked by.
        passphrase: Option<Secret>,
    },
}

/// The providers that the options (one object or a list) tell of.
pub(super) fn read(path: &str, _value: &Value) -> Result<Vec<ApnsConfig>, String> {
    Err(format!("{path} is not built yet"))
}
