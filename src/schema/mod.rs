//! The classes of an app: a snapshot in memory, changes to it, and what a body must be to fit.

use std::sync::Arc;

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
}

impl Schemas {
    /// Reads all classes from the database, and makes those that every app has.
    ///
    /// # Errors
    /// 1 if the database cannot be read or written.
    pub async fn load(storage: Arc<dyn Storage>) -> Result<Self> {
        let schemas = Self { storage, snapshot: ArcSwap::default(), changing: Mutex::new(()) };
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
        let classes = self.storage.schemas().await?;
        self.snapshot.store(Arc::new(classes.into_iter().map(|c| (c.name.clone(), Arc::new(c))).collect()));
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
