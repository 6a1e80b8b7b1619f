//! One call: who asks, on which app, and what bounds the work.

use std::net::IpAddr;
use std::sync::Arc;

use super::Engine;
use crate::access::{Limits, Subject};
use crate::auth::Caller;
use crate::model::Map;

/// Everything a recipe needs to know besides the class and the body. Cheap to clone; batch makes one for each of its requests.
#[derive(Clone)]
pub struct Call {
    /// The app.
    pub engine: Arc<Engine>,
    /// Who asks.
    pub caller: Arc<Caller>,
    /// `X-Parse-Cloud-Context`.
    pub context: Map,
    /// The address the request came from.
    pub ip: Option<IpAddr>,
    /// What bounds the work.
    pub limits: Limits,
}

impl Call {
    /// Who asks, as permissions know it.
    pub fn subject(&self) -> &Subject {
        &self.caller.subject
    }
}
