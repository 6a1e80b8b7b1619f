//! How much memory the answers of the database may take that are being read, all together. A request that meets the end of it is
//! refused as one that finds no room for its own answer is; what was asked for by then, an answer a connection, comes all the same.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::Result;
use crate::storage::{MOST_BYTES, no_room, too_large};

/// The answers to all reads at a time, in the largest that one read may get.
const LARGEST: usize = 4;

/// What is left, bytes.
#[derive(Debug, Clone)]
pub struct Left(Arc<AtomicUsize>);

impl Default for Left {
    fn default() -> Self {
        Self(Arc::new(AtomicUsize::new(MOST_BYTES * LARGEST)))
    }
}

/// What a read has taken of it, until it is dropped.
#[derive(Debug)]
pub struct Hold {
    taken: usize,
    left: Left,
}

impl Hold {
    /// Nothing yet.
    pub fn of(left: &Left) -> Self {
        Self { taken: 0, left: left.clone() }
    }

    /// Takes so many bytes.
    ///
    /// # Errors
    /// 102 when there are more than one read may get, 155 when all together have as many as may be.
    pub fn take(&mut self, bytes: usize) -> Result<()> {
        if self.taken + bytes > MOST_BYTES {
            return Err(too_large());
        }
        let less = |left: usize| left.checked_sub(bytes);
        self.left.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).map_err(|_| no_room())?;
        self.taken += bytes;
        Ok(())
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.left.0.fetch_add(self.taken, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    #[test]
    fn is_used_up_and_given_back() {
        let left = Left::default();
        let mut holds: Vec<Hold> = (0..LARGEST).map(|_| Hold::of(&left)).collect();
        for hold in &mut holds {
            hold.take(1).unwrap();
            assert_eq!(hold.take(MOST_BYTES).unwrap_err().code(), Some(Code::InvalidQuery));
            hold.take(MOST_BYTES - 1).unwrap();
        }
        let mut late = Hold::of(&left);
        assert_eq!(late.take(1).unwrap_err().code(), Some(Code::RequestLimitExceeded));
        holds.pop();
        late.take(MOST_BYTES).unwrap();
    }
}
