//! `POST /functions/:functionName`.

use super::{Answer, Call};
use crate::cloud::{FunctionRequest, no_function};
use crate::error::Result;
use crate::model::{Map, Value};

/// Runs a function: `{"result"}`, or `{}` if it says nothing.
///
/// # Errors
/// 141 for a function that is none, 130 for a file at a place where none may be, and what the function says.
pub async fn run(call: &Call, name: &str, params: Map) -> Result<Answer> {
    let invoker = &call.engine.invoker;
    if !invoker.has_function(name) {
        return Err(no_function(name));
    }
    call.engine.file_domains.check(&params)?;
    let mut about = call.about();
    // A function is told what was sent, not for what the server takes a key.
    about.installation_id = about.installation_id.filter(|id| id != "cloud");
    let Some(result) = invoker.call(name, FunctionRequest { about, params }).await? else {
        return Ok(Answer::empty());
    };
    call.room.take(result.weight())?;
    Ok(Answer::ok(&Value::Object(Map::from([("result", result)]))))
}
