//! `GET /classes/:className/:objectId`.

use super::{Answer, Call};
use crate::error::Result;
use crate::model::Map;

/// One object by its id.
///
/// # Errors
/// 101 if there is none that the caller may see, 102 for parameters that a get does not take.
pub async fn get(call: &Call, class: &str, id: &str, params: Map) -> Result<Answer> {
    let _ = (call, class, id, params);
    Err(crate::error::Error::internal("not there yet"))
}
