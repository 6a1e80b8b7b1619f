//! An app in memory for the tests of recipes.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::engine::Clock;
use super::{Call, Engine, Room};
use crate::access::Limits;
use crate::app::{SystemClock, SystemRandom};
use crate::auth::Caller;
use crate::cloud::Invoker;
use crate::config::{self, Input};
use crate::model::{Map, wire};
use crate::storage::Storage;
use crate::storage::sqlite::Sqlite;

/// A call of a client without a session, to an app with these options and this code.
pub async fn call(dir: &tempfile::TempDir, options: &str, invoker: Arc<dyn Invoker>) -> Call {
    at(Arc::new(SystemClock), dir, options, invoker).await
}

/// The same, by another clock.
pub async fn at(clock: Arc<dyn Clock>, dir: &tempfile::TempDir, options: &str, invoker: Arc<dyn Invoker>) -> Call {
    over(Arc::new(Sqlite::open(&dir.path().join("x.db")).unwrap()), clock, options, invoker).await
}

/// The same, over a database of the test's own.
pub async fn over(storage: Arc<dyn Storage>, clock: Arc<dyn Clock>, options: &str, invoker: Arc<dyn Invoker>) -> Call {
    let file = format!(r#"{{"appId":"app","masterKey":"mk",{}"#, &options[1..]).replace(",}", "}");
    let input = Input {
        file: Some(std::path::Path::new("config.json")),
        flags: Vec::new(),
        env: &BTreeMap::new(),
        read_file: &|_| Ok(file.clone()),
        made_app: &mut |_| panic!("an app is configured"),
    };
    let config = config::load(input).unwrap().server.apps.remove(0);
    let engine = Engine::new(config, storage, invoker, clock, Arc::new(SystemRandom)).await.unwrap();
    Call {
        engine: Arc::new(engine),
        caller: Arc::new(Caller::anonymous()),
        context: Map::new(),
        headers: Arc::default(),
        ip: None,
        limits: Limits::default(),
        room: Arc::new(Room::new(Arc::default())),
        in_transaction: false,
    }
}

/// A JSON object.
pub fn map(text: &str) -> Map {
    wire::parse(text.as_bytes(), 9).unwrap().as_object().cloned().unwrap()
}
