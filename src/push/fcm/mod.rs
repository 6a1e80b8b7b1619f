//! Firebase Cloud Messaging, HTTP v1.

use std::sync::Arc;

use super::{Device, Push, PushSender, Sent};
use crate::config::FcmConfig;
use crate::error::{Error, Result};
use crate::model::id::Random;

/// Firebase.
pub struct Fcm;

impl Fcm {
    /// One with this account.
    ///
    /// # Errors
    /// 1 for an account that cannot be read.
    pub fn open(_config: &FcmConfig, _random: Arc<dyn Random>) -> Result<Self> {
        Err(Error::internal("not built yet"))
    }
}

impl PushSender for Fcm {
    fn send<'a>(&'a self, _push: Push<'a>, _devices: Vec<Device>) -> Sent<'a> {
        Box::pin(async { Vec::new() })
    }
}
