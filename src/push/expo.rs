//! Expo's push service.

use super::{Device, Push, PushSender, Sent};
use crate::config::ExpoConfig;
use crate::error::{Error, Result};

/// Expo.
pub struct Expo;

impl Expo {
    /// One that asks where the configuration says.
    ///
    /// # Errors
    /// 1 if there is no TLS.
    pub fn open(_config: &ExpoConfig) -> Result<Self> {
        Err(Error::internal("not built yet"))
    }
}

impl PushSender for Expo {
    fn send<'a>(&'a self, _push: Push<'a>, _devices: Vec<Device>) -> Sent<'a> {
        Box::pin(async { Vec::new() })
    }
}
