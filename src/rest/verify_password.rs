//! `GET` and `POST /verifyPassword`: is this the user's password? Nothing begins and nothing is told but the user.

use super::login::{authenticate, shown};
use super::{Answer, Call};
use crate::error::Result;
use crate::model::Map;

/// The user, if the credentials are right.
///
/// # Errors
/// As a log-in.
pub async fn verify_password(call: &Call, body: Map, texts: Map) -> Result<Answer> {
    let user = authenticate(call, body, texts).await?;
    shown(call, &user.id).await
}
