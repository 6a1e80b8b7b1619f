//! Apple's own service.

use super::{Device, Push, PushSender, Sent};
use crate::config::ApnsConfig;
use crate::error::{Error, Result};

/// Apple's own service.
pub struct Apns;

impl Apns {
    /// One with these providers.
    ///
    /// # Errors
    /// 1 for a key or certificate that cannot be read.
    pub fn open(_providers: &[ApnsConfig]) -> Result<Self> {
        Err(Error::internal("not built yet"))
    }
}

impl PushSender for Apns {
    fn send<'a>(&'a self, _push: Push<'a>, _devices: Vec<Device>) -> Sent<'a> {
        Box::pin(async { Vec::new() })
    }
}
