//! Memory for what requests bring along: who finds none left waits until others are done.
//!
//! Small requests are not counted. A large body is counted by its bytes while it comes in, and by what its values take from
//! then on until it is answered, which may be thirty times as much.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Error, Result};
use crate::model::{Value, wire};

/// Bytes of bodies on their way in, unless a single one may be larger.
const INCOMING: u64 = 128 << 20;
/// Bytes of values that requests are working with, unless a single body may be larger.
const VALUES: u64 = 256 << 20;
/// Requests that take less are not counted, bytes.
const SMALL: u64 = 64 << 10;
/// How often a value stands in memory while its request is worked on: as it came, as it will be stored.
const COPIES: u64 = 3;
/// Bytes are counted in units of this size.
const UNIT: u64 = 1 << 10;
/// So many values are not worth a closer look.
const NOTHING: usize = 10_000;

/// A place in memory, given back when dropped.
pub type Place = Option<OwnedSemaphorePermit>;

/// What is left of both.
#[derive(Debug, Clone)]
pub struct Memory {
    incoming: Pool,
    values: Pool,
}

impl Memory {
    /// Memory for bodies up to this size, bytes.
    pub fn new(largest: u64) -> Self {
        Self { incoming: Pool::new(INCOMING.max(largest)), values: Pool::new(VALUES.max(largest.saturating_mul(2))) }
    }

    /// Waits for a place for the bytes of a body.
    ///
    /// # Errors
    /// 413 for more than there can ever be.
    pub async fn incoming(&self, bytes: u64) -> Result<Place> {
        self.incoming.place(bytes).await
    }

    /// Waits for a place for the values of a text with so many bytes and values.
    ///
    /// # Errors
    /// As [`Memory::incoming`].
    pub async fn values(&self, bytes: usize, values: usize) -> Result<Place> {
        self.values.place(bytes as u64 + (values * size_of::<Value>()) as u64 * COPIES).await
    }

    /// How many values a body has, as far as that can matter.
    pub fn count(text: &[u8]) -> usize {
        match wire::most_values(text) {
            most if most <= NOTHING => most,
            _ => wire::count_values(text),
        }
    }
}

#[derive(Debug, Clone)]
struct Pool {
    units: Arc<Semaphore>,
    all: u32,
}

impl Pool {
    fn new(bytes: u64) -> Self {
        let all = u32::try_from(bytes / UNIT).unwrap_or(u32::MAX);
        Self { units: Arc::new(Semaphore::new(all as usize)), all }
    }

    async fn place(&self, bytes: u64) -> Result<Place> {
        if bytes < SMALL {
            return Ok(None);
        }
        let units = u32::try_from(bytes / UNIT).ok().filter(|units| *units <= self.all);
        let units = units.ok_or_else(|| Error::http(413, "request entity too large"))?;
        Ok(self.units.clone().acquire_many_owned(units).await.ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn waits_for_a_place() {
        let memory = Memory::new(0);
        assert!(memory.incoming(SMALL - 1).await.unwrap().is_none());
        assert_eq!(memory.incoming(INCOMING + UNIT).await.unwrap_err().status(), 413);
        let all = memory.incoming(INCOMING).await.unwrap();
        let next = memory.incoming(SMALL);
        tokio::pin!(next);
        assert!(tokio::time::timeout(std::time::Duration::from_millis(20), &mut next).await.is_err());
        drop(all);
        assert!(next.await.unwrap().is_some());
        assert_eq!(memory.values(0, 10_000_000).await.unwrap_err().status(), 413);
    }
}
