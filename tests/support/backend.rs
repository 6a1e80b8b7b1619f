//! The database below a server under test: SQLite, or a database of its own on the MongoDB of `TEST_MONGO_URI`.

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

/// What a server stores in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// A file.
    Sqlite,
    /// A database of the server that `TEST_MONGO_URI` names.
    Mongo,
}

impl Backend {
    /// The one that tests run on which name none: SQLite, or what `TEST_BACKEND` says (`mongo`).
    pub fn chosen() -> Self {
        match std::env::var("TEST_BACKEND").as_deref() {
            Ok("mongo") => Self::Mongo,
            Ok(other) if other != "sqlite" => panic!("TEST_BACKEND is sqlite or mongo, not {other}"),
            _ => Self::Sqlite,
        }
    }

    /// Is there a MongoDB? If not, a line says what is left out.
    pub fn has_mongo(what: &str) -> bool {
        let there = mongo_uri().is_some();
        if !there {
            assert!(std::env::var_os("CI").is_none(), "CI is set, but TEST_MONGO_URI is not");
            eprintln!("left out on MongoDB: {what}: TEST_MONGO_URI is not set");
        }
        there
    }
}

/// What a MongoDB has that the one for tests lacks, in the words of `SDK_LACKS`.
#[cfg(feature = "mongodb")]
pub fn lacks() -> Vec<&'static str> {
    use mongodb::bson::doc;
    let Some(uri) = mongo_uri() else { return Vec::new() };
    let asking = async {
        let client = mongodb::Client::with_uri_str(uri).await?;
        let admin = client.database("admin");
        Ok::<_, mongodb::error::Error>((
            admin.run_command(doc! { "hello": 1 }).await?,
            admin.run_command(doc! { "buildInfo": 1 }).await?,
        ))
    };
    let (hello, build) = runtime().block_on(asking).expect("the MongoDB of TEST_MONGO_URI");
    let standalone = !hello.contains_key("setName") && !hello.get_str("msg").is_ok_and(|msg| msg == "isdbgrid");
    let mut lacks = if standalone { vec!["transactions"] } else { Vec::new() };
    if build.contains_key("ferretdb") {
        lacks.extend(["caseSensitive", "diacriticSensitive"]);
    }
    lacks
}

/// Nothing, for there is no MongoDB.
#[cfg(not(feature = "mongodb"))]
pub fn lacks() -> Vec<&'static str> {
    Vec::new()
}

#[cfg(feature = "mongodb")]
fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// A database, gone when dropped.
#[derive(Debug)]
pub struct Place {
    uri: String,
    backend: Backend,
}

impl Place {
    /// A new one; a file goes into `dir`.
    pub fn new(backend: Backend, dir: &Path) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let uri = match backend {
            Backend::Sqlite => format!("sqlite:{}", dir.join("x.db").display()),
            Backend::Mongo => {
                let server = mongo_uri().expect("TEST_MONGO_URI names a MongoDB");
                let name = format!("mwit_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
                format!("{}/{name}", server.trim_end_matches('/'))
            }
        };
        Self { uri, backend }
    }

    /// Its URI.
    pub fn uri(&self) -> &str {
        &self.uri
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.backend == Backend::Mongo {
            away_with(&self.uri);
        }
    }
}

/// Drops a database of MongoDB.
#[cfg(feature = "mongodb")]
pub fn away_with(uri: &str) {
    let dropping = async {
        let client = mongodb::Client::with_uri_str(uri).await?;
        match client.default_database() {
            Some(database) => database.drop().await,
            None => Ok(()),
        }
    };
    if let Err(error) = runtime().block_on(dropping) {
        eprintln!("a database stays: {error}");
    }
}

/// There is none.
#[cfg(not(feature = "mongodb"))]
pub fn away_with(_: &str) {}

/// Host and port of the MongoDB for tests.
pub fn mongo_uri() -> Option<String> {
    std::env::var("TEST_MONGO_URI").ok().filter(|uri| !uri.is_empty() && cfg!(feature = "mongodb"))
}
