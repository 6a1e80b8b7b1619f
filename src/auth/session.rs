//! Session tokens: from what a request carries to the user behind it (`http.md` section 5).

use crate::auth::Caller;
use crate::error::{Code, Error, Result};
use crate::model::Date;
use crate::storage::Storage;

/// The caller behind a session token.
///
/// # Errors
/// 209 `Invalid session token` for a token that no session has. Sessions are made by log-in, which is not built yet, so no
/// token has one.
pub async fn resolve(storage: &dyn Storage, token: &str, installation_id: Option<&str>, now: Date) -> Result<Caller> {
    let _ = (storage, token, installation_id, now);
    Err(Error::new(Code::InvalidSessionToken, "Invalid session token"))
}
