//! Brings what a source has to a sink: the one works while the other does, at a pace that a live database can bear.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::{Item, Progress, Report, Sink, Source};
use crate::error::{Error, Result};

/// How long a wait lasts before it is looked whether the work shall end.
const LOOK: Duration = Duration::from_millis(100);

/// How fast the work may go.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Rows at a time.
    pub batch: u32,
    /// Rows a second; `None` is as fast as it goes.
    pub rate: Option<u32>,
}

impl Default for Pace {
    fn default() -> Self {
        Self { batch: 500, rate: None }
    }
}

/// How the work goes.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// How fast.
    pub pace: Pace,
    /// Set when it shall end; it does so between two pieces.
    pub stop: Arc<AtomicBool>,
}

impl Run {
    /// Has it been told to end?
    pub fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

/// The way from a source to a sink.
pub struct Pipe {
    items: mpsc::Sender<(Item, u64)>,
    at: u64,
}

impl Pipe {
    /// Says how far the source is, in its units.
    pub fn at(&mut self, at: u64) {
        self.at = at;
    }

    /// Sends a piece, when there is room for it.
    ///
    /// # Errors
    /// 1 when nobody takes it any more: the source must end, too.
    pub async fn send(&mut self, item: Item) -> Result<()> {
        self.items.send((item, self.at)).await.map_err(|_| Error::internal("nobody takes what is read"))
    }
}

/// Brings all that a source has to a sink, or until it is told to stop; `false` if it was.
///
/// # Errors
/// Those of the two ends that are no faults of single rows.
pub async fn pump(source: &Arc<dyn Source>, sink: &mut dyn Sink, run: &Run, report: &mut Report) -> Result<bool> {
    let (items, mut waiting) = mpsc::channel(2);
    let giving = tokio::spawn({
        let source = Arc::clone(source);
        async move { source.run(&mut Pipe { items, at: 0 }).await }
    });
    let mut clock = Clock::new(run.pace.rate);
    while let Some((item, at)) = waiting.recv().await {
        if run.is_stopped() {
            return Ok(false);
        }
        clock.rows += match &item {
            Item::Rows(rows) => rows.rows.len() as u64,
            Item::Entries(entries) => entries.entries.len() as u64,
            Item::Class(_) | Item::Fault(_) => 0,
        };
        sink.take(item, report).await?;
        let since = clock.began.elapsed();
        report.watcher().progress(Progress { at, total: source.total(), rows: clock.rows, since });
        clock.wait(run).await;
    }
    giving.await.map_err(|e| Error::caused("reading ended in the middle", e))??;
    sink.finish(report).await?;
    Ok(!run.is_stopped())
}

/// How long it takes, and how far it has come.
pub struct Clock {
    /// When it began.
    pub began: Instant,
    /// Rows so far.
    pub rows: u64,
    rate: Option<u32>,
}

impl Clock {
    /// Begins now, for at most so many rows a second.
    pub fn new(rate: Option<u32>) -> Self {
        Self { began: Instant::now(), rows: 0, rate }
    }

    /// Waits until so many rows may have been moved, or until it is told to end.
    pub async fn wait(&self, run: &Run) {
        let Some(rate) = self.rate else { return };
        let due = Duration::from_secs_f64(self.rows as f64 / f64::from(rate.max(1)));
        loop {
            let left = due.saturating_sub(self.began.elapsed());
            if left.is_zero() || run.is_stopped() {
                return;
            }
            tokio::time::sleep(left.min(LOOK)).await;
        }
    }
}
