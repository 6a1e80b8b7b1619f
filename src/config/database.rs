//! Where an app keeps its objects: `databaseURI`, `databaseOptions`.

use std::path::{Path, PathBuf};

use super::error::Warning;
use super::mongo::{self, MongoConfig};
use super::settings::Settings;

/// Where an app keeps its objects. Two are equal if they are one place.
#[derive(Clone, Debug)]
pub enum Database {
    /// One SQLite file.
    Sqlite(PathBuf),
    /// A database of a MongoDB server.
    Mongo(Box<MongoConfig>),
}

impl PartialEq for Database {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Sqlite(own), Self::Sqlite(other)) => own == other,
            (Self::Mongo(own), Self::Mongo(other)) => own.is_at_place_of(other),
            _ => false,
        }
    }
}

impl Database {
    /// Where it is, for people: no user, no password.
    pub fn shown(&self) -> String {
        match self {
            Self::Sqlite(path) => path.display().to_string(),
            Self::Mongo(mongo) => mongo.shown.clone(),
        }
    }
}

/// Options of `databaseOptions` that do not concern the back end alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatabaseOptions {
    /// Whether `explain` needs no master key.
    pub allow_public_explain: bool,
    /// Whether an index may name a field that its class has not.
    pub disable_index_field_validation: bool,
}

/// The options that do not concern the back end alone.
pub(super) fn options(settings: &Settings) -> DatabaseOptions {
    let name = "databaseOptions";
    DatabaseOptions {
        allow_public_explain: settings.bool_in(name, "allowPublicExplain"),
        disable_index_field_validation: settings.bool_in(name, "disableIndexFieldValidation"),
    }
}

/// The database of `databaseURI`. The rest of a URI may hold a password: only its scheme is ever shown.
pub(super) fn build(settings: &Settings, data_dir: &Path, warnings: &mut Vec<Warning>) -> Result<Database, String> {
    let Some(uri) = settings.text("databaseURI")? else {
        return Ok(Database::Sqlite(data_dir.join("parsimony.db")));
    };
    let known = "it must be sqlite:<path> or mongodb://<host>/<database>";
    let (scheme, rest) = uri.split_once(':').unwrap_or(("", ""));
    match scheme.to_ascii_lowercase().as_str() {
        "sqlite" => {
            let path = rest.strip_prefix("//").unwrap_or(rest);
            if path.is_empty() || path.starts_with(':') || path.contains('?') {
                return Err("databaseURI must name a file: sqlite:<path>".into());
            }
            Ok(Database::Sqlite(PathBuf::from(path)))
        }
        "mongodb" | "mongodb+srv" if cfg!(feature = "mongodb") => {
            Ok(Database::Mongo(Box::new(mongo::read(settings, &uri, warnings)?)))
        }
        "mongodb" | "mongodb+srv" => Err(format!(
            "databaseURI ({scheme}:) names MongoDB, which is left out of this build: build it with the feature mongodb"
        )),
        "postgres" | "postgresql" => {
            Err(format!("databaseURI ({scheme}:) names PostgreSQL, which is not built yet: {known}"))
        }
        "" => Err(format!("databaseURI names no database: {known}")),
        other => Err(format!("databaseURI has the unknown scheme {other}: {known}")),
    }
}
