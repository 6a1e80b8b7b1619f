//! `POST /classes/:className`.

use super::{Answer, Call};
use crate::error::Result;
use crate::model::Value;

/// Stores a new object: 201 with `objectId`, `createdAt` and what the server decided.
///
/// # Errors
/// As `objects.md` section 3 has them.
pub async fn create(call: &Call, class: &str, body: Value) -> Result<Answer> {
    let _ = (call, class, body);
    Err(crate::error::Error::internal("not there yet"))
}
