//! The address of a user: what one looks like, and that a new one has to be verified.

use super::Extra;
use crate::config::MailConfig;
use crate::error::{Code, Error, Result};
use crate::model::wire::is_delete;
use crate::model::{Map, Value};
use crate::rest::{Call, email};

/// Looks at a new address.
///
/// # Errors
/// 125 for one that is none.
pub fn before_store(call: &Call, body: &mut Map, extra: &mut Extra) -> Result<()> {
    let Some(email) = body.get("email").filter(|email| !is_delete(email)).and_then(Value::as_str) else {
        return Ok(());
    };
    if email.is_empty() {
        return Ok(());
    }
    let line = !email.contains(['\n', '\r', '\u{2028}', '\u{2029}']);
    if !line || !email.char_indices().any(|(at, c)| c == '@' && at > 0 && at + 1 < email.len()) {
        return Err(Error::new(Code::InvalidEmailAddress, "Email address format is invalid."));
    }
    if call.engine.config.accounts.convert_email_to_lowercase {
        let email = email.to_lowercase();
        body.set("email", Value::String(email));
    }
    if call.engine.config.mail.verify && !is_vouched_for(body) {
        let (token, mut ops) = email::unverified(&call.engine);
        // No client may say it, so a hook has: its word counts.
        let by_hook = body.contains_key("emailVerified") && !call.subject().reads_all();
        match by_hook {
            true => ops.retain(|(path, _)| path.as_str() != "emailVerified"),
            false => drop(body.take("emailVerified")),
        }
        extra.ops.extend(ops);
        extra.user.verification = Some(token);
    }
    Ok(())
}

/// Does a provider stand behind the user? `anonymous` knows nobody.
fn is_vouched_for(body: &Map) -> bool {
    let providers = body.get("authData").and_then(Value::as_object);
    providers.is_some_and(|all| all.keys().any(|name| name != "anonymous"))
}

/// Does nobody come in before the address is verified?
pub fn comes_first(config: &MailConfig) -> bool {
    config.verify && config.prevent_login
}

/// 205 for an address that is not verified.
pub fn not_verified() -> Error {
    Error::new(Code::EmailNotFound, "User email is not verified.")
}
