//! `GET /classes/:className`.

use super::{Answer, Call};
use crate::error::Result;
use crate::model::Map;

/// Finds objects: `{"results":[…],"count"?}`. `params` are the query parameters, already JSON where they were JSON.
///
/// # Errors
/// As `queries.md` has them.
pub async fn find(call: &Call, class: &str, params: Map) -> Result<Answer> {
    let _ = (call, class, params);
    Err(crate::error::Error::internal("not there yet"))
}
