//! Who is behind the session token of a request.

use crate::auth::{Auth, Caller};
use crate::error::{Error, Result};
use crate::http::batch;
use crate::model::Date;

/// The caller behind a token; two routes take more than a session in use.
///
/// # Errors
/// 209 for a token that is none, 400 without a code where the database fails.
pub(super) async fn resolve(
    auth: &Auth,
    (method, path): (&str, &str),
    token: &str,
    installation: Option<&str>,
    now: Date,
) -> Result<Caller> {
    let posts = |route: &str| method == "POST" && batch::is(path, route);
    let caller = if posts("/upgradeToRevocableSession") && !token.starts_with("r:") {
        auth.resolve_legacy(token, installation, now).await
    } else if posts("/logout") {
        auth.resolve_leaving(token, installation, now).await
    } else {
        auth.resolve(token, installation, now).await
    };
    caller.map_err(|error| match error.is_internal() {
        false => error,
        true => {
            tracing::error!(%error, "error getting auth for sessionToken");
            Error::http(400, "Unknown error")
        }
    })
}
