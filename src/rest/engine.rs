//! What the recipes of one app work with. Put together by `app.rs`, the only place that knows which back end it is.

use std::sync::Arc;

use crate::cloud::Invoker;
use crate::config::AppConfig;
use crate::model::Date;
use crate::model::id::Random;
use crate::schema::Schemas;
use crate::storage::Storage;

/// Tells the time; tests have one that they set.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Date;
}

/// One app, without its edge.
pub struct Engine {
    /// Its configuration.
    pub config: AppConfig,
    /// Its database.
    pub storage: Arc<dyn Storage>,
    /// The classes it has.
    pub schemas: Schemas,
    /// Its Cloud Code.
    pub invoker: Arc<dyn Invoker>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Chance, for ids and tokens.
    pub random: Arc<dyn Random>,
}
