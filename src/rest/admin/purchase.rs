//! `POST /validate_purchase`: old iOS apps ask for the file of a product that was bought (`http.md` section 7).

use crate::error::{Code, Error, Result};
use crate::model::{Map, Value};
use crate::rest::Answer;

/// Would ask the App Store, which has given up the old receipts; so only the body is looked at.
///
/// # Errors
/// 107 for a body that lacks something, 108 for one that is complete.
pub fn validate(body: &Map) -> Result<Answer> {
    let given = |name: &str| body.get(name).is_some_and(Value::truthy);
    if !given("receipt") || !given("productIdentifier") {
        return Err(Error::json("missing receipt or productIdentifier"));
    }
    Err(Error::new(Code::CommandUnavailable, "Parsimony does not ask the App Store about receipts."))
}
