//! The classes of an app: a snapshot in memory, changes to it, and what a body must be to fit.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use tokio::sync::Mutex;

use crate::error::Result;
use crate::model::ClassSchema;
use crate::model::schema::Named;
use crate::storage::{SchemaChange, Storage};

pub mod check;

/// All classes at one moment, in the order they were made.
pub type Snapshot = Named<Arc<ClassSchema>>;

/// The classes that are there from the first start on, as with Parse Server.
const FIRST: [&str; 2] = ["_User", "_Role"];

/// The classes of one app. Reading is free of locks; changes go one at a time through the database and make a new snapshot.
pub struct Schemas {
    storage: Arc<dyn Storage>,
    snapshot: ArcSwap<Snapshot>,
    changing: Mutex<()>,
    /// Readings of all classes so far, and the one that the snapshot is of.
    readings: AtomicU64,
    newest: std::sync::Mutex<u64>,
    /// When the last look at what another process has made began.
    looked: Mutex<Option<Instant>>,
    /// How long a look is believed for classes that are known.
    believed: Option<Duration>,
}

/// The least time between two such looks: what is unknown everywhere may be asked for again and again.
const PACE: Duration = Duration::from_millis(50);

impl Schemas {
    /// Reads all classes from the database, and makes those that every app has. What others may change is believed for so long, or
    /// until a change is seen.
    ///
    /// # Errors
    /// 1 if the database cannot be read or written.
    pub async fn load(storage: Arc<dyn Storage>, believed: Option<Duration>) -> Result<Self> {
        let (snapshot, changing, readings) = Default::default();
        let (newest, looked) = Default::default();
        let schemas = Self { storage, snapshot, changing, readings, newest, looked, believed };
        schemas.reload().await?;
        let missing = FIRST.into_iter().filter(|class| schemas.get(class).is_none());
        let made: Vec<_> = missing.map(|class| SchemaChange::CreateClass(ClassSchema::new(class))).collect();
        if !made.is_empty() {
            schemas.alter(made).await?;
        }
        Ok(schemas)
    }

    /// Reads all classes anew.
    ///
    /// # Errors
    /// 1 if the database cannot be read.
    pub async fn reload(&self) -> Result<()> {
        let reading = self.readings.fetch_add(1, Ordering::Relaxed) + 1;
        let classes = self.storage.schemas().await?;
        let snapshot = Arc::new(classes.into_iter().map(|c| (c.name.clone(), Arc::new(c))).collect());
        let mut newest = self.newest.lock().unwrap_or_else(PoisonError::into_inner);
        // One that began before another may end after it, and knows less.
        if *newest < reading {
            *newest = reading;
            self.snapshot.store(snapshot);
        }
        Ok(())
    }

    /// Sees to it that a class is known as it is, or as it was a moment ago that is short enough, if another process has made it.
    ///
    /// # Errors
    /// 1 if the database cannot be read.
    pub async fn know(&self, class: &str) -> Result<()> {
        let Some(believed) = self.believed.filter(|_| self.storage.is_shared()) else {
            return if self.get(class).is_some() { Ok(()) } else { self.look().await };
        };
        let mut looked = self.looked.lock().await;
        if looked.is_none_or(|began| began.elapsed() >= believed) {
            *looked = Some(Instant::now());
            self.reload().await?;
        }
        Ok(())
    }

    /// Sees to it that the columns of a class are known, if another process has made them; gives back the class as it is known then.
    /// Which columns is asked only where there may be such a process.
    ///
    /// # Errors
    /// 1 if the database cannot be read.
    pub async fn know_columns<'a>(
        &self,
        class: &str,
        columns: impl FnOnce() -> Vec<&'a str>,
    ) -> Result<Arc<ClassSchema>> {
        if !self.storage.is_shared() {
            return Ok(self.get_or_new(class));
        }
        let columns = columns();
        let known = |schema: &Arc<ClassSchema>| columns.iter().all(|column| schema.fields.contains_key(*column));
        if let Some(schema) = self.get(class).filter(known) {
            return Ok(schema);
        }
        self.look().await?;
        Ok(self.get_or_new(class))
    }

    /// Reads all classes anew if another process may have changed them, unless somebody did so since it was asked for.
    async fn look(&self) -> Result<()> {
        if !self.storage.is_shared() {
            return Ok(());
        }
        let asked = Instant::now();
        let mut looked = self.looked.lock().await;
        if looked.is_some_and(|began| began > asked) {
            return Ok(());
        }
        if let Some(began) = *looked {
            tokio::time::sleep_until((began + PACE).into()).await;
        }
        let began = Instant::now();
        self.reload().await?;
        *looked = Some(began);
        Ok(())
    }

    /// The classes as they are now.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }

    /// One class, if it has a stored schema.
    pub fn get(&self, class: &str) -> Option<Arc<ClassSchema>> {
        self.snapshot.load().get(class).cloned()
    }

    /// One class, or what it would be if it had just been made.
    pub fn get_or_new(&self, class: &str) -> Arc<ClassSchema> {
        self.get(class).unwrap_or_else(|| Arc::new(ClassSchema::new(class)))
    }

    /// Makes a change and reads the classes anew.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn alter(&self, changes: Vec<SchemaChange>) -> Result<()> {
        let _one_at_a_time = self.changing.lock().await;
        for change in changes {
            self.storage.alter(change).await?;
        }
        self.reload().await
    }
}
