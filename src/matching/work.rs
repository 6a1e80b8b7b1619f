//! A bound on the work that one query may cause.

use crate::error::{Code, Error, Result};

/// How many steps are left. A step is about what it takes to look at one value (some ten nanoseconds).
#[derive(Debug, Clone)]
pub struct Work(u64);

impl Work {
    /// So many steps. A row against an ordinary filter takes some ten of them.
    pub const fn new(steps: u64) -> Self {
        Self(steps)
    }

    /// As good as no bound; for conditions that no client wrote.
    pub const fn unlimited() -> Self {
        Self(u64::MAX)
    }

    /// The steps that are left.
    pub const fn left(&self) -> u64 {
        self.0
    }

    /// Takes steps off.
    ///
    /// # Errors
    /// 124 when there are not as many left.
    pub fn spend(&mut self, steps: u64) -> Result<()> {
        match self.0.checked_sub(steps) {
            Some(left) => {
                self.0 = left;
                Ok(())
            }
            None => {
                self.0 = 0;
                Err(too_much())
            }
        }
    }
}

/// The answer to a query that would take too long.
pub(super) fn too_much() -> Error {
    Error::new(Code::Timeout, "The query needs too much work.")
}
