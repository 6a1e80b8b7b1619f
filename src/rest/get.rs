//! `GET /classes/:className/:objectId`.

use super::classes::user::is_self;
use super::find::one;
use super::query::Params;
use super::{Answer, Call};
use crate::access::authorise;
use crate::access::clp::Action;
use crate::error::{Error, Result};
use crate::model::{Map, Value};

/// One object by its id.
///
/// # Errors
/// 101 if there is none that the caller may see, 102 for parameters that a get does not take.
pub async fn get(call: &Call, class: &str, id: &str, params: Map) -> Result<Answer> {
    authorise::class(call.subject(), class, Action::Get)?;
    let params = Params::of_get(call, params)?;
    let mut answer = one(call, class, id, params).await?.ok_or_else(Error::not_found)?;
    // The SDKs expect a user who reads itself to find its token there.
    if let Some(token) = call.caller.session_token.as_deref().filter(|_| class == "_User" && is_self(call, id)) {
        answer.append("sessionToken", &Value::from(token));
    }
    Ok(answer)
}
