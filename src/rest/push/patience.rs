//! What the database cannot do for a while is tried again.

use std::time::Duration;

use crate::error::{Code, Error, Result};

/// Pauses before it is.
const PAUSES: [Duration; 4] =
    [Duration::from_millis(500), Duration::from_secs(2), Duration::from_secs(8), Duration::from_secs(20)];

/// How often what the database could not do is tried again.
pub struct Patience(std::slice::Iter<'static, Duration>);

impl Default for Patience {
    fn default() -> Self {
        Self(PAUSES.iter())
    }
}

impl Patience {
    /// Waits for a while after an error that may pass.
    ///
    /// # Errors
    /// The error, if it does not pass or too much time has.
    pub async fn after(&mut self, error: Error) -> Result<()> {
        let passes = error.is_away() || matches!(error.code(), Some(Code::RequestLimitExceeded | Code::Timeout));
        match self.0.next().filter(|_| passes) {
            Some(pause) => tokio::time::sleep(*pause).await,
            None => return Err(error),
        }
        Ok(())
    }
}
