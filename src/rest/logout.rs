//! `POST /logout`.

use super::create::trigger_object;
use super::{Answer, Call};
use crate::access::{Write, internal};
use crate::cloud::{Trigger, TriggerRequest};
use crate::error::Result;
use crate::model::Filter;

/// Ends the session of the call: `{}`, also if there is none.
///
/// # Errors
/// Those of the database, and what afterLogout says.
pub async fn logout(call: &Call) -> Result<Answer> {
    let (token, schema) = (call.caller.session_token.as_deref(), call.engine.schemas.get("_Session"));
    if let (Some(token), Some(schema)) = (token, schema) {
        let mut filter = Filter::eq("sessionToken", token);
        if let Some(user) = call.subject().user() {
            // It says whose sessions are to be forgotten, too.
            filter = filter.and(crate::access::account::of_user("user", user));
        }
        let hooked = call.engine.invoker.has("_Session", Trigger::AfterLogout);
        let ended = if hooked { call.engine.auth.first("_Session", filter.clone()).await? } else { None };
        let plan = internal("a token is the right to end its session").delete(schema, filter);
        call.engine.write(Write::Delete(plan)).await?;
        if let Some(session) = ended {
            let told = |request: &mut TriggerRequest| request.object = Some(trigger_object(session));
            call.clone().trigger("_Session", Trigger::AfterLogout, told).await?;
        }
    }
    Ok(Answer::empty())
}
