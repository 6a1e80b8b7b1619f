//! The pushes of an app that are on their way.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit, watch};

use super::worker::Worker;
use crate::config::PushConfig;
use crate::error::{Code, Error, Result};
use crate::model::id::Random;
use crate::push::Senders;

/// So many may wait or be under way.
const MOST: u32 = 1000;
/// So many are sent at once; the others wait.
const AT_ONCE: usize = 4;
/// How long the end of the process waits until pushes that are cut short have noted it.
const DRAIN: Duration = Duration::from_secs(5);
/// How long a push goes on with what it has begun when the process ends; then it is left where it is.
const GRACE: Duration = Duration::from_secs(3);

/// What sends, and room for what is sent.
pub struct Pushes {
    /// What the app says of push.
    pub config: PushConfig,
    /// What sends, by type of device.
    pub senders: Senders,
    /// What they work on.
    pub worker: Worker,
    places: Arc<Semaphore>,
    turns: Semaphore,
    stop: watch::Sender<bool>,
}

/// Room for one push.
pub struct Place(#[expect(dead_code, reason = "it is there to be dropped")] OwnedSemaphorePermit);

/// Tells a push that the process ends.
pub struct Stop(watch::Receiver<bool>);

impl Stop {
    /// Does the process end?
    pub fn is_told(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until the process ends.
    pub async fn told(&mut self) {
        // Without a sender there is no app any more.
        let _ = self.0.wait_for(|told| *told).await;
    }

    /// Waits until the process ends, and what was begun has had its time.
    pub async fn over(&mut self) {
        self.told().await;
        tokio::time::sleep(GRACE).await;
    }
}

impl Pushes {
    /// One that sends as the configuration says.
    ///
    /// # Errors
    /// 1 for keys and certificates that cannot be read.
    pub fn open(config: &PushConfig, random: &Arc<dyn Random>) -> Result<Self> {
        Ok(Self {
            senders: Senders::open(config, random)?,
            worker: Worker::start()?,
            config: config.clone(),
            places: Arc::new(Semaphore::new(MOST as usize)),
            turns: Semaphore::new(AT_ONCE),
            stop: watch::Sender::new(false),
        })
    }

    /// Room for a push.
    ///
    /// # Errors
    /// 155 if too many are on their way.
    pub fn place(&self) -> Result<Place> {
        let full = |_| Error::new(Code::RequestLimitExceeded, "Too many pushes are waiting to be sent.");
        self.places.clone().try_acquire_owned().map(Place).map_err(full)
    }

    /// What tells a push that the process ends.
    pub fn stop(&self) -> Stop {
        Stop(self.stop.subscribe())
    }

    /// Waits until it is a push's turn.
    ///
    /// # Errors
    /// 1 if no more are sent.
    pub async fn turn(&self) -> Result<SemaphorePermit<'_>> {
        self.turns.acquire().await.map_err(|e| Error::caused("no push is sent any more", e))
    }

    /// Tells what is on its way that the process ends.
    pub fn cut_short(&self) {
        self.stop.send_replace(true);
    }

    /// Cuts short what is on its way, and waits for a moment until that is noted.
    pub async fn close(&self) {
        self.cut_short();
        if tokio::time::timeout(DRAIN, self.places.acquire_many(MOST)).await.is_err() {
            let left = MOST as usize - self.places.available_permits();
            tracing::error!(left, "pushes are cut short and their status does not say so");
        }
    }
}
