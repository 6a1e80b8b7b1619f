//! How much memory the results of one request may take, those of its sub-queries, includes and batch items together.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::Result;
use crate::storage::{MOST_BYTES, too_large};

/// What is left for the results of a request.
#[derive(Debug)]
pub struct Room(AtomicUsize);

impl Default for Room {
    fn default() -> Self {
        Self(AtomicUsize::new(MOST_BYTES))
    }
}

impl Room {
    /// Takes so many bytes.
    ///
    /// # Errors
    /// 102 when there are not as many left.
    pub fn take(&self, bytes: usize) -> Result<()> {
        let take = |left: usize| left.checked_sub(bytes);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).map(drop).map_err(|_| too_large())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_used_up() {
        let room = Room::default();
        assert!(
            room.take(MOST_BYTES - 1).is_ok() && room.take(2).is_err() && room.take(1).is_ok() && room.take(1).is_err()
        );
    }
}
