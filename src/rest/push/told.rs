//! What the status of a push has been told.

use std::time::Duration;

use tokio::time::Instant;

use super::pushes::Pushes;
use super::status::Status;
use super::tally::Tally;
use super::{one_of, pages};
use crate::access::internal;
use crate::error::Result;
use crate::model::{Op, Path};
use crate::push::Outcome;
use crate::rest::{Call, Engine};

/// The status is told at most so often.
const TELLING: Duration = Duration::from_millis(500);

/// So many device tokens are taken away at once.
const AT_ONCE: usize = 500;

/// What came of a push, and when the status was told of it.
pub struct Told {
    tally: Tally,
    /// Installations of a batch.
    batch: u64,
    /// Batches that there are.
    pub all: u64,
    clean_up: bool,
    devices: u64,
    at: Instant,
}

impl Told {
    /// Nothing yet, of a push to so many.
    pub fn new(count: u64, pushes: &Pushes) -> Self {
        let (batch, clean_up) = (pushes.config.batch_size, pushes.config.clean_up);
        let all = count.div_ceil(batch);
        Self { tally: Tally::default(), batch, all, clean_up, devices: 0, at: Instant::now() }
    }

    /// Counts what came of sending to some.
    pub fn add(&mut self, devices: u64, outcomes: Vec<Outcome>) {
        self.devices += devices;
        self.tally.add(outcomes);
        self.tally.batches = self.all.saturating_sub(self.devices / self.batch);
    }

    /// Tells it, if that was not just done. If it fails it is told the next time.
    pub async fn tell(&mut self, call: &Call, status: &Status) {
        if self.at.elapsed() < TELLING {
            return;
        }
        self.at = Instant::now();
        if let Err(error) = status.track(call, &self.tally).await {
            tracing::warn!(app = call.engine.config.app_id, push = status.id, %error, "its status is told later");
        }
    }

    /// Tells the rest; is it to be that all were sent to? Only then device tokens are taken away, so that the pages of this
    /// push stay as they are.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn tell_all(&mut self, whole: bool, call: &Call, status: &Status) -> Result<()> {
        if whole {
            self.tally.batches = 0;
        }
        status.track(call, &self.tally).await?;
        let dead = self.tally.dead();
        if self.clean_up && !dead.is_empty() {
            for some in dead.chunks(AT_ONCE) {
                if let Err(error) = forget(&call.engine, some).await {
                    tracing::warn!(app = call.engine.config.app_id, push = status.id, %error, "device tokens stay");
                }
            }
        }
        Ok(())
    }
}

/// Takes away device tokens that are no good any more.
async fn forget(engine: &Engine, tokens: &[&str]) -> Result<()> {
    tracing::info!(
        app = engine.config.app_id,
        tokens = tokens.len(),
        "device tokens that are no good any more are taken away"
    );
    let filter = one_of("deviceToken", tokens.iter().copied());
    let ops = vec![(Path::from("deviceToken"), Op::Delete)];
    let why = internal("the push service says that nobody is there any more");
    let plan = why.update(engine.schemas.get_or_new(pages::CLASS), filter, ops, engine.clock.now()).silently();
    engine.storage.change_all(&plan).await.map(drop)
}
