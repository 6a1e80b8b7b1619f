//! Who asks? Keys and sessions, from what a request carries to a [`Caller`].

pub mod credential;
pub mod session;

use crate::access::Subject;
use crate::model::Map;

/// Who makes a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Caller {
    /// The caller as permissions know it.
    pub subject: Subject,
    /// `X-Parse-Installation-Id`, or `cloud` for a master key without one.
    pub installation_id: Option<String>,
    /// The session token that the request carried, if it was accepted.
    pub session_token: Option<String>,
    /// The user of the session, in wire form.
    pub user: Option<Map>,
}

impl Caller {
    /// A client without a session.
    pub fn anonymous() -> Self {
        Self { subject: Subject::anonymous(), installation_id: None, session_token: None, user: None }
    }

    /// The server itself, with all rights.
    pub fn server() -> Self {
        Self { subject: Subject::Master, installation_id: Some("cloud".into()), session_token: None, user: None }
    }
}
