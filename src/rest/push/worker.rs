//! The thread that sends pushes: one beside those that answer requests, which steps back behind them.

use std::future::Future;
use std::pin::Pin;

use tokio::runtime::Builder;
use tokio::sync::mpsc;

use crate::error::{Error, Result};

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The thread.
pub struct Worker(mpsc::UnboundedSender<Work>);

impl Worker {
    /// Starts it.
    ///
    /// # Errors
    /// 1 if there can be no more threads.
    pub fn start() -> Result<Self> {
        let (begun, mut waiting) = mpsc::unbounded_channel::<Work>();
        let run = move || {
            step_back();
            match Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime.block_on(async move {
                    while let Some(work) = waiting.recv().await {
                        tokio::spawn(work);
                    }
                }),
                Err(error) => tracing::error!(%error, "the thread for pushes cannot work"),
            }
        };
        let started = std::thread::Builder::new().name("push".into()).stack_size(crate::STACK).spawn(run);
        started.map_err(|e| Error::caused("the thread for pushes cannot be started", e))?;
        Ok(Self(begun))
    }

    /// Begins a piece of work; it goes on beside the others.
    pub fn begin(&self, work: impl Future<Output = ()> + Send + 'static) {
        if self.0.send(Box::pin(work)).is_err() {
            tracing::error!("the thread for pushes has ended");
        }
    }
}

/// Whoever waits for an answer comes first: with a hundred thousand notifications to sign, encrypt and count, a small machine
/// has a processor's time less to give for seconds.
#[cfg(target_os = "linux")]
fn step_back() {
    /// What `nice` adds when it is told nothing else.
    const STEP: i32 = 10;
    if let Err(error) = rustix::process::setpriority_process(Some(rustix::thread::gettid()), STEP) {
        tracing::debug!(%error, "pushes are as urgent as requests");
    }
}

#[cfg(not(target_os = "linux"))]
fn step_back() {}
