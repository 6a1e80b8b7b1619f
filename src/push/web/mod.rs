//! Push services of browsers.

use super::{Device, Push, PushSender, Sent};
use crate::config::WebPushConfig;
use crate::error::{Error, Result};

/// Web push.
pub struct Web;

impl Web {
    /// One with these keys.
    ///
    /// # Errors
    /// 1 for keys that are none.
    pub fn open(_config: &WebPushConfig) -> Result<Self> {
        Err(Error::internal("not built yet"))
    }
}

impl PushSender for Web {
    fn send<'a>(&'a self, _push: Push<'a>, _devices: Vec<Device>) -> Sent<'a> {
        Box::pin(async { Vec::new() })
    }
}
