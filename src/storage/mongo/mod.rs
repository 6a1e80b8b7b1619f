//! MongoDB, in the layout of Parse Server (`storage.md` part A): both can run on one database at the same time.

mod aggregate;
mod alter;
mod class;
mod decode;
pub mod dump;
mod elements;
mod encode;
mod error;
mod filter;
mod gather;
mod group;
mod hand;
mod hold;
mod indexes;
mod json;
mod lineage;
mod names;
mod odd;
mod question;
mod read;
mod rows;
mod scan;
#[cfg(test)]
mod tests;
mod turns;
mod undo;
mod unique;
mod update;
#[cfg(test)]
mod vectors;
mod watch;
mod write;

use std::sync::atomic::AtomicBool;

use mongodb::bson::{DateTime, RawDocumentBuf, doc};
use mongodb::error::ErrorKind;
use mongodb::options::{ClientOptions, ConnectionString, DriverInfo};
use mongodb::{Client, Collection, Database};
use tokio::sync::{Notify, OnceCell};

use self::error::Db;
use self::gather::{Gets, Inserts, Sets};
use self::hold::Left;
use self::turns::Turns;
use self::unique::Unique;
use super::{Answer, Bulk, Entry, Flow, Index, Lineage, Odd, Outcome, Relation, Rows, SchemaChange, Side, Storage};
use crate::access::{Aggregate, Create, Read, Update, Write};
use crate::config::MongoConfig;
use crate::error::{Error, Result};
use crate::model::{ClassSchema, Date, Map, Path, Value};

/// A database of a MongoDB server.
pub struct Mongo {
    client: Client,
    db: Database,
    config: MongoConfig,
    unique: Unique,
    turns: Turns,
    gets: Gets,
    inserts: Inserts,
    sets: Sets,
    /// Memory for answers that are being read.
    left_for_answers: Left,
    /// Does the database know transactions?
    transactions: OnceCell<bool>,
    /// Has the database refused to follow entries of relations by itself?
    no_lineage: AtomicBool,
}

impl Mongo {
    /// Connects, and makes the indexes of Parse's own classes.
    ///
    /// # Errors
    /// 1 for a configuration that the driver refuses, and for a database that cannot be reached.
    pub async fn open(config: &MongoConfig) -> Result<Self> {
        let mongo = Self::view(config).await?;
        mongo.own_indexes().await?;
        Ok(mongo)
    }

    /// Connects, and leaves the database as it is.
    ///
    /// # Errors
    /// As [`Mongo::open`].
    pub async fn view(config: &MongoConfig) -> Result<Self> {
        let mut options = ClientOptions::parse(config.uri.reveal()).await.or_db()?;
        options.app_name.get_or_insert_with(|| "parsimony".to_owned());
        options.driver_info = config.client.as_ref().map(|(name, version)| {
            let mut info = DriverInfo::builder().name(name).build();
            info.version = Some(version.clone()).filter(|version| !version.is_empty());
            info
        });
        let name = options.default_database.clone().unwrap_or_default();
        let client = Client::with_options(options).or_db()?;
        let db = client.database(&name);
        let (unique, turns, left_for_answers, transactions, no_lineage) = Default::default();
        let config = config.clone();
        let gets = gather::gets(&db, &left_for_answers, config.batch_size);
        let (inserts, sets) = (gather::inserts(&db), gather::sets(&db));
        Ok(Self { client, db, config, unique, turns, gets, inserts, sets, left_for_answers, transactions, no_lineage })
    }

    /// The name of the collection of a class.
    fn name(&self, class: &str) -> String {
        format!("{}{class}", self.config.prefix)
    }

    /// The collection of a class.
    fn collection(&self, class: &str) -> Collection<RawDocumentBuf> {
        self.db.collection(&self.name(class))
    }

    /// A key is taken by whoever stores it first, or renews it when its time has come.
    async fn take(&self, key: &str, now: Date, until: Date) -> Result<bool> {
        let claims = self.collection("_Idempotency");
        let [now, until] = [now, until].map(|date| DateTime::from_millis(date.0));
        let entry = doc! { "_id": mongodb::bson::oid::ObjectId::new().to_hex(), "reqId": key, "expire": until,
        "_created_at": now, "_updated_at": now };
        let entry = RawDocumentBuf::try_from(&entry).map_err(|e| Error::caused("a key that cannot be stored", e))?;
        match claims.insert_one(entry).await {
            Ok(_) => return Ok(true),
            Err(error) if error::is_duplicate(&error) || error::is_constraint(&error) => {}
            Err(error) => return Err(error::any(error)),
        }
        let old = doc! { "reqId": key, "expire": { "$lte": now } };
        let renewed = claims.update_one(old, doc! { "$set": { "expire": until, "_updated_at": now } }).await.or_db()?;
        Ok(renewed.modified_count == 1)
    }
}

/// Looks at what only the driver can judge of a configuration, without asking the database.
///
/// # Errors
/// What is wrong with it.
pub fn check(config: &MongoConfig) -> std::result::Result<(), String> {
    ConnectionString::parse(config.uri.reveal()).map(drop).map_err(|error| match &*error.kind {
        ErrorKind::InvalidArgument { message, .. } => format!("databaseURI or databaseOptions: {message}"),
        _ => "databaseURI or databaseOptions: the driver refuses them".to_owned(),
    })
}

impl Storage for Mongo {
    fn find<'a>(&'a self, plan: &'a Read) -> Answer<'a, Rows> {
        Box::pin(async move { Ok(Box::new(self.rows(plan).await?) as Rows) })
    }

    fn count<'a>(&'a self, plan: &'a Read) -> Answer<'a, u64> {
        Box::pin(self.number(plan))
    }

    fn distinct<'a>(&'a self, plan: &'a Read, path: &'a Path) -> Answer<'a, Vec<Value>> {
        Box::pin(self.values(plan, path))
    }

    fn aggregate<'a>(&'a self, plan: &'a Aggregate) -> Answer<'a, Vec<Map>> {
        Box::pin(self.pipeline(plan))
    }

    fn explain<'a>(&'a self, plan: &'a Read) -> Answer<'a, Value> {
        Box::pin(self.plan_of(plan))
    }

    fn write<'a>(&'a self, writes: Vec<Write>, atomic: bool) -> Answer<'a, Vec<Result<Outcome>>> {
        Box::pin(async move {
            match atomic {
                true => self.all(&writes).await,
                false => self.each(&writes).await,
            }
        })
    }

    fn change_all<'a>(&'a self, plan: &'a Update) -> Answer<'a, u64> {
        Box::pin(self.update_all(plan))
    }

    fn check_transactions(&self) -> Answer<'_, ()> {
        Box::pin(self.want_transactions())
    }

    fn joined<'a>(&'a self, relation: &'a Relation, side: Side, ids: &'a [String]) -> Answer<'a, Vec<String>> {
        Box::pin(self.others(relation, side, ids))
    }

    fn lineage<'a>(&'a self, first: &'a Relation, next: &'a Relation, id: &'a str) -> Answer<'a, Option<Lineage>> {
        Box::pin(self.line(first, next, id))
    }

    fn claim<'a>(&'a self, key: &'a str, now: Date, until: Date) -> Answer<'a, bool> {
        Box::pin(self.take(key, now, until))
    }

    fn schemas(&self) -> Answer<'_, Vec<ClassSchema>> {
        Box::pin(self.classes())
    }

    fn alter(&self, change: SchemaChange) -> Answer<'_, ()> {
        Box::pin(self.change(change))
    }

    fn started(&self) -> Answer<'_, ()> {
        Box::pin(self.note_indexes())
    }

    fn is_shared(&self) -> bool {
        true
    }

    fn watch<'a>(&'a self, changed: &'a Notify) -> Answer<'a, ()> {
        Box::pin(self.tell_changes(changed))
    }

    fn ping(&self) -> Answer<'_, ()> {
        Box::pin(async move { self.db.run_command(doc! { "ping": 1 }).await.map(drop).or_db() })
    }

    fn close(&self) -> Answer<'_, ()> {
        Box::pin(async move {
            self.client.clone().shutdown().await;
            Ok(())
        })
    }
}

impl Bulk for Mongo {
    fn scan<'a>(&'a self, plan: &'a Read, some: u32) -> Flow<'a, Rows> {
        self.all_rows(plan, some, None)
    }

    fn scan_by_id<'a>(&'a self, plan: &'a Read, some: u32) -> Flow<'a, Rows> {
        self.all_rows(plan, some, Some(doc! { "_id": 1 }))
    }

    fn entries<'a>(&'a self, relation: &'a Relation, some: u32) -> Flow<'a, Vec<Entry>> {
        self.all_entries(relation, some)
    }

    fn put(&self, plans: Vec<Create>) -> Answer<'_, (Vec<Result<Outcome>>, Vec<Create>)> {
        Box::pin(async move {
            let writes: Vec<Write> = plans.into_iter().map(Write::Create).collect();
            let outcomes = self.each(&writes).await?;
            Ok((outcomes, writes.into_iter().filter_map(Write::into_create).collect()))
        })
    }

    fn relate<'a>(&'a self, relation: &'a Relation, entries: Vec<Entry>) -> Answer<'a, ()> {
        Box::pin(self.add_new_entries(relation, entries))
    }

    fn indexes<'a>(&'a self, class: &'a str) -> Answer<'a, Vec<Index>> {
        Box::pin(self.real_indexes(class))
    }

    fn oddities(&self) -> Answer<'_, Vec<(String, Odd)>> {
        Box::pin(self.odd_classes())
    }
}
