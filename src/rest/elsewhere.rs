//! What other processes on the same database change: classes and webhooks.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;

use super::{Engine, webhooks};
use crate::error::Result;

/// A pause after a reading that failed.
const PAUSE: Duration = Duration::from_secs(1);

/// Follows what happens in the database until it is dropped; ends at once where nobody else can change anything.
pub async fn follow(engine: Arc<Engine>) {
    let changed = Notify::new();
    tokio::select! {
        () = read_on(&engine, &changed) => {}
        watched = engine.storage.watch(&changed) => {
            if let Err(error) = watched {
                tracing::error!(app = engine.config.app_id, %error, "changes of other processes are not seen any more");
            }
        }
    }
}

async fn read_on(engine: &Engine, changed: &Notify) {
    loop {
        changed.notified().await;
        if let Err(error) = read(engine).await {
            tracing::warn!(app = engine.config.app_id, %error, "reading what another process has changed");
            tokio::time::sleep(PAUSE).await;
            changed.notify_one();
        }
    }
}

async fn read(engine: &Engine) -> Result<()> {
    engine.schemas.reload().await?;
    let _turn = engine.hooks_turn.lock().await;
    webhooks::load(engine).await
}
