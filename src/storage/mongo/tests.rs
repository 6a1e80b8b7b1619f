//! The contract of the back ends on a database that speaks MongoDB's protocol.

use std::sync::atomic::{AtomicU32, Ordering};

use super::Mongo;
use crate::storage::contract::{contract, kit::Bed};

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

/// A database of its own; `None`, and a line that says so, without an engine.
async fn open() -> Option<Bed> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let Ok(uri) = std::env::var("TEST_MONGO_URI") else {
        assert!(std::env::var_os("CI").is_none(), "CI is set, but TEST_MONGO_URI is not");
        eprintln!("left out: TEST_MONGO_URI is not set");
        return None;
    };
    let name = format!("eng_contract_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let mongo = Mongo::open(&format!("{}/{name}", uri.trim_end_matches('/')), "").await.unwrap();
    Some(Bed::new(mongo, Dropped(uri, name)))
}

// `tests/mongo` holds random filters against the engine, and knows where it orders otherwise than MongoDB (empty lists).
contract!(open, random: round_trips json_agrees_with_objects);
