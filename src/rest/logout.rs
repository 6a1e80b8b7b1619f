//! `POST /logout`.

use super::{Answer, Call};
use crate::access::{Write, internal};
use crate::error::Result;
use crate::model::Filter;

/// Ends the session of the call: `{}`, also if there is none.
///
/// # Errors
/// Those of the database.
pub async fn logout(call: &Call) -> Result<Answer> {
    let (token, schema) = (call.caller.session_token.as_deref(), call.engine.schemas.get("_Session"));
    if let (Some(token), Some(schema)) = (token, schema) {
        let mut filter = Filter::eq("sessionToken", token);
        if let Some(user) = call.subject().user() {
            // It says whose sessions are to be forgotten, too.
            filter = filter.and(crate::access::account::of_user("user", user));
        }
        let plan = internal("a token is the right to end its session").delete(schema, filter);
        call.engine.write(Write::Delete(plan)).await?;
    }
    Ok(Answer::empty())
}
