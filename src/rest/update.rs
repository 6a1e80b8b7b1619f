//! `PUT /classes/:className/:objectId`.

use super::{Answer, Call};
use crate::error::Result;
use crate::model::Value;

/// Changes an object: `updatedAt` and the results of operations.
///
/// # Errors
/// As `objects.md` section 4 has them.
pub async fn update(call: &Call, class: &str, id: &str, body: Value) -> Result<Answer> {
    let _ = (call, class, id, body);
    Err(crate::error::Error::internal("not there yet"))
}
