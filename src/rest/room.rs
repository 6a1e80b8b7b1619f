//! How much memory results may take: those of one request, with its sub-queries, includes and batch items, and those of all
//! requests together, until the last byte is sent.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::Result;
use crate::storage::{MOST_BYTES, no_room, too_large};

/// The results of all requests at a time, in requests with the largest answers.
const LARGEST: usize = 4;

/// What is left for the results of all requests of an app, bytes.
#[derive(Debug)]
pub struct Pool(AtomicUsize);

impl Default for Pool {
    fn default() -> Self {
        Self(AtomicUsize::new(MOST_BYTES * LARGEST))
    }
}

/// What a request has taken of it. All of it is given back when the answer is gone.
#[derive(Debug)]
pub struct Room {
    taken: AtomicUsize,
    pool: Arc<Pool>,
}

impl Room {
    /// Nothing taken yet.
    pub fn new(pool: Arc<Pool>) -> Self {
        Self { taken: AtomicUsize::new(0), pool }
    }

    /// Takes so many bytes.
    ///
    /// # Errors
    /// 102 when a request has taken as many as it may, 155 when all requests together have.
    pub fn take(&self, bytes: usize) -> Result<()> {
        let more = |taken: usize| taken.checked_add(bytes).filter(|taken| *taken <= MOST_BYTES);
        self.taken.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).map_err(|_| too_large())?;
        let less = |left: usize| left.checked_sub(bytes);
        self.pool.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).map(drop).map_err(|_| {
            self.taken.fetch_sub(bytes, Ordering::Relaxed);
            no_room()
        })
    }
}

impl Room {
    /// Room for something that may turn out to be in vain.
    pub fn trial(&self) -> Trial<'_> {
        Trial { room: self, taken: AtomicUsize::new(0) }
    }
}

/// What is taken for something that is tried: given back unless it is kept.
#[derive(Debug)]
pub struct Trial<'a> {
    room: &'a Room,
    taken: AtomicUsize,
}

impl Trial<'_> {
    /// Takes so many bytes.
    ///
    /// # Errors
    /// As [`Room::take`].
    pub fn take(&self, bytes: usize) -> Result<()> {
        self.room.take(bytes)?;
        self.taken.fetch_add(bytes, Ordering::Relaxed);
        Ok(())
    }

    /// It was not in vain: what was taken is now the request's.
    pub fn keep(mut self) {
        *self.taken.get_mut() = 0;
    }
}

impl Drop for Trial<'_> {
    fn drop(&mut self) {
        let taken = *self.taken.get_mut();
        self.room.taken.fetch_sub(taken, Ordering::Relaxed);
        self.room.pool.0.fetch_add(taken, Ordering::Relaxed);
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.pool.0.fetch_add(*self.taken.get_mut(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    #[test]
    fn is_used_up_and_given_back() {
        let pool = Arc::new(Pool::default());
        let room = Room::new(pool.clone());
        assert!(room.take(MOST_BYTES - 1).is_ok() && room.take(2).is_err() && room.take(1).is_ok());
        let others: Vec<Room> = (1..LARGEST).map(|_| Room::new(pool.clone())).collect();
        assert!(others.iter().all(|room| room.take(MOST_BYTES).is_ok()));
        let late = Room::new(pool);
        assert_eq!(late.take(1).unwrap_err().code(), Some(Code::RequestLimitExceeded));
        let trial = late.trial();
        assert!(trial.take(1).is_err());
        drop(room);
        assert!(trial.take(MOST_BYTES).is_ok() && late.take(1).is_err());
        drop(trial);
        assert!(late.take(MOST_BYTES).is_ok());
    }
}
