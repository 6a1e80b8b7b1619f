//! The contract of the back ends on a database that speaks MongoDB's protocol, and what a scripted peer shows of the rest.

mod advice;
mod bytes;
mod faults;
mod gathered;
#[path = "../../../../tests/support/mongo_peer.rs"]
mod peer;
mod races;
mod settings;
mod transactions;
mod trips;

use std::sync::atomic::{AtomicU32, Ordering};

use self::peer::Peer;
use super::Mongo;
use crate::config::MongoConfig;
use crate::storage::Storage;
use crate::storage::contract::contract;
use crate::storage::contract::kit::{self, Bed, Class};

/// Drops the database of a test when the test is over.
struct Dropped(String, String);

impl Drop for Dropped {
    fn drop(&mut self) {
        let (uri, name) = (self.0.clone(), self.1.clone());
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let client = mongodb::Client::with_uri_str(uri).await.unwrap();
                client.database(&name).drop().await.unwrap();
            });
        });
        drop(dropping.join());
    }
}

/// The URI of a database of its own, and what drops it; `None`, and a line that says so, without an engine.
fn engine() -> Option<(String, Dropped)> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let Ok(uri) = std::env::var("TEST_MONGO_URI") else {
        assert!(std::env::var_os("CI").is_none(), "CI is set, but TEST_MONGO_URI is not");
        eprintln!("left out: TEST_MONGO_URI is not set");
        return None;
    };
    let name = format!("eng_contract_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    Some((format!("{}/{name}", uri.trim_end_matches('/')), Dropped(uri, name)))
}

async fn open_at(uri: &str) -> Mongo {
    Mongo::open(&MongoConfig::at(uri).unwrap()).await.unwrap()
}

async fn open() -> Option<Bed> {
    let (uri, keep) = engine()?;
    Some(Bed::new(open_at(&uri).await, keep))
}

// `tests/mongo` holds random filters against the engine, and knows where it orders otherwise than MongoDB (empty lists).
contract!(open, random: round_trips json_agrees_with_objects);

/// What stands in the place of a database, without what was said at the start.
async fn connected(peer: &Peer, options: &str) -> Mongo {
    let mongo = open_at(&peer.uri(options)).await;
    drop(mongo.check_transactions().await);
    peer.take();
    mongo
}

/// A class that is not stored.
fn class<'d>(db: &'d dyn Storage, name: &str, columns: &str) -> Class<'d> {
    let mut schema = crate::model::ClassSchema::new(name);
    schema.fields.extend(kit::fields(columns));
    Class { db, schema: std::sync::Arc::new(schema) }
}

/// A plan as a request makes it, which asks for some fields.
fn requested(t: &Class<'_>, keys: &[&str]) -> crate::access::Read {
    use crate::access::{Limits, Select, Subject, authorise, clp::Action};
    let door = authorise::Door::new(&Subject::Master, t.schema.clone(), None, true, Limits::default());
    let select = Select::Only(keys.iter().map(|&key| key.to_owned()).collect());
    let wanted = authorise::Wanted { select, ..authorise::Wanted::default() };
    door.open(Action::Find).unwrap().read(wanted).unwrap()
}
