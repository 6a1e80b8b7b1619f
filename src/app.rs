//! The composition root: the only place that names a concrete database, clock and source of chance.

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use rand::Rng;
use tokio::task::AbortHandle;

use crate::cloud::webhook::Webhooks;
use crate::config::{AppConfig, Database, MongoConfig};
use crate::error::{Error, Result};
use crate::http::Site;
use crate::model::Date;
use crate::model::id::Random;
use crate::rest::engine::Clock;
use crate::rest::{Engine, admin, elsewhere, schemas, webhooks};
use crate::storage::Bulk;
use crate::storage::sqlite::Sqlite;

/// One app, opened.
pub struct App {
    /// Its recipes and what they work with.
    pub engine: Arc<Engine>,
    /// Its edge.
    pub site: Arc<Site>,
    /// Follows what other processes change.
    following: AbortHandle,
}

impl App {
    /// Opens an app: its database, its schemas (brought to what the configuration defines), its webhooks, its edge.
    ///
    /// # Errors
    /// 1 for a database that cannot be opened, a pattern of the configuration that is none, or a migration that must succeed
    /// and did not.
    pub async fn open(config: AppConfig, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Result<Self> {
        let storage = open_database(&config.database).await?;
        let code = Arc::new(Webhooks::new(&config.app_id, config.webhook_key.as_ref())?);
        let engine = Arc::new(Engine::new(config, storage, code, clock, random).await?);
        engine.prepare().await?;
        schemas::defined::migrate(&engine).await?;
        engine.storage.started().await?;
        webhooks::load(&engine).await?;
        admin::security::log(&engine.config);
        let site = Arc::new(Site::new(engine.clone())?);
        let following = tokio::spawn(elsewhere::follow(engine.clone())).abort_handle();
        Ok(Self { engine, site, following })
    }

    /// The process is about to end: no more is begun of pushes that are on their way.
    pub fn cut_short(&self) {
        if let Some(pushes) = &self.engine.pushes {
            pushes.cut_short();
        }
    }

    /// Cuts short the pushes that are on their way, sends the mails that wait, and lets go of the database; a failure is logged, for there is nothing else to be done about it.
    pub async fn close(&self) {
        self.following.abort();
        if let Some(pushes) = &self.engine.pushes {
            pushes.close().await;
        }
        if let Some(outbox) = &self.engine.outbox {
            outbox.close().await;
        }
        if let Err(error) = self.engine.storage.close().await {
            tracing::error!(app = self.engine.config.app_id, %error, "closing the database");
        }
    }
}

/// Sees whether an app could be opened, its database aside.
///
/// # Errors
/// 1 for what [`App::open`] refuses of the configuration: a directory or template that is not there, a pattern that is none.
pub fn check(config: &AppConfig) -> Result<()> {
    Webhooks::new(&config.app_id, config.webhook_key.as_ref())?;
    Engine::check(config)?;
    Site::check(config)
}

/// Opens a database to go through it: nothing in it changes, and it may be in use by others.
///
/// # Errors
/// 1 for a database that is not there or cannot be opened.
pub async fn view(database: &Database) -> Result<Arc<dyn Bulk>> {
    match database {
        Database::Sqlite(path) => Ok(Arc::new(Sqlite::view(path).map_err(|e| cannot_open(path, e))?)),
        Database::Mongo(mongo) => view_mongo(mongo).await,
    }
}

/// Opens a database for this process; that of a file is nobody else's then.
///
/// # Errors
/// 1 for a database that cannot be opened.
pub async fn open_database(database: &Database) -> Result<Arc<dyn Bulk>> {
    match database {
        Database::Sqlite(path) => Ok(Arc::new(Sqlite::open(path).map_err(|e| cannot_open(path, e))?)),
        Database::Mongo(mongo) => open_mongo(mongo).await,
    }
}

fn cannot_open(path: &Path, error: Error) -> Error {
    Error::caused(format!("cannot open {}", path.display()), error)
}

#[cfg(feature = "mongodb")]
async fn view_mongo(config: &MongoConfig) -> Result<Arc<dyn Bulk>> {
    Ok(Arc::new(crate::storage::mongo::Mongo::view(config).await?))
}

#[cfg(feature = "mongodb")]
async fn open_mongo(config: &MongoConfig) -> Result<Arc<dyn Bulk>> {
    Ok(Arc::new(crate::storage::mongo::Mongo::open(config).await?))
}

/// The configuration has told before that there is none.
#[cfg(not(feature = "mongodb"))]
async fn open_mongo(_: &MongoConfig) -> Result<Arc<dyn Bulk>> {
    Err(Error::internal("this build has no MongoDB"))
}

#[cfg(not(feature = "mongodb"))]
use open_mongo as view_mongo;

/// Looks at what only the database's driver can judge of a configuration, without asking the database.
///
/// # Errors
/// What is wrong with it.
pub fn check_database(config: &AppConfig) -> Result<(), String> {
    match &config.database {
        #[cfg(feature = "mongodb")]
        Database::Mongo(mongo) => crate::storage::mongo::check(mongo),
        _ => Ok(()),
    }
}

/// Copies the database of an app into another file, while a server runs on it or not.
///
/// # Errors
/// 1 if the copy cannot be made.
pub async fn backup(config: &AppConfig, to: &Path) -> Result<()> {
    match &config.database {
        Database::Sqlite(path) => Sqlite::copy(path.clone(), to.to_owned()).await,
        Database::Mongo(_) => Err(Error::internal("a database of MongoDB is copied by its own tools: mongodump")),
    }
}

/// The time of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that others take the time from")]
    fn now(&self) -> Date {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Date(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// Chance from a generator that the operating system seeds.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    fn fill(&self, bytes: &mut [u8]) {
        rand::rng().fill_bytes(bytes);
    }
}
