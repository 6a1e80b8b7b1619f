//! What an administrator sees and changes besides schemas (`admin.md` sections 3 to 7).

pub mod audiences;
pub mod config;
pub mod graphql_config;
pub mod jobs;
pub mod logs;
pub mod purchase;
pub mod security;
mod single;

use super::Call;
use crate::access::Subject;
use crate::error::{Code, Error, Result};

/// Refuses the read-only master key; the master key stands on the page of routes.
fn check_writer(call: &Call, what: &str) -> Result<()> {
    match call.subject() {
        Subject::Master => Ok(()),
        _ => Err(Error::denied(
            Code::OperationForbidden,
            format!("read-only masterKey isn't allowed to update the {what}."),
        )),
    }
}
