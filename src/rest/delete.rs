//! `DELETE /classes/:className/:objectId`.

use super::{Answer, Call};
use crate::error::Result;

/// Deletes an object: `{}`.
///
/// # Errors
/// 101 if there is none that the caller may delete.
pub async fn delete(call: &Call, class: &str, id: &str) -> Result<Answer> {
    let _ = (call, class, id);
    Err(crate::error::Error::internal("not there yet"))
}
