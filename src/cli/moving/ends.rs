//! What databases are moved between, and what files: from the arguments.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;

use super::super::{Keys, args, load};
use super::args::{Kept, Part, Place};
use crate::app;
use crate::config::{Database, Warning};
use crate::model::query::{self, Context};
use crate::model::{ClassSchema, Filter, Value, names, wire};
use crate::moving::csv::{Csv, Table};
use crate::moving::database::{Database as Whole, classes};
use crate::moving::dump::Dump;
use crate::moving::export::Export;
use crate::moving::folder::Folder;
use crate::moving::{Sink, Source};
use crate::rest::engine::Clock;
use crate::storage::Bulk;

/// What files have for a database.
pub(super) async fn kept(from: &Kept, to: &Database, batch: u32) -> anyhow::Result<Arc<dyn Source>> {
    Ok(match from {
        Kept::Export(folder) => Arc::new(Folder::open(folder, batch)?),
        Kept::Dump { path, prefix } => Arc::new(Dump::open(path, prefix, batch)?),
        Kept::Csv { path, class } => {
            anyhow::ensure!(
                names::is_valid_class(class) && !names::is_join_class(class),
                "{class} is no name of a class"
            );
            let target = there(to).await?;
            let known = match &target {
                Some(target) => classes(&**target).await?.into_iter().find(|known| known.name == *class),
                None => None,
            };
            Arc::new(Csv::open(path, known.unwrap_or_else(|| ClassSchema::new(class)), batch)?)
        }
    })
}

/// What is exported of a database, and where to.
pub(super) async fn parted(
    storage: &Arc<dyn Bulk>,
    part: &Part,
    to: &Path,
    of: &str,
    batch: u32,
) -> anyhow::Result<(Arc<dyn Source>, Box<dyn Sink>)> {
    let Some(class) = &part.class else {
        return Ok((Arc::new(Whole::all(storage.clone(), batch).await?), Box::new(Export::new(to, of)?)));
    };
    let class = classes(&**storage).await?.into_iter().find(|known| known.name == *class);
    let class = class.with_context(|| format!("there is no class {}", part.class.as_deref().unwrap_or_default()))?;
    let filter = match &part.clause {
        Some(clause) => filter(&class, clause)?,
        None => Filter::all(),
    };
    let sink: Box<dyn Sink> = match part.is_csv {
        true => Box::new(Table::new(to, &class)?),
        false => Box::new(Export::new(to, &format!("{of} {} {:?}", class.name, part.clause))?),
    };
    Ok((Arc::new(Whole::of(storage.clone(), vec![class], filter, batch).await?), sink))
}

/// A where clause as the master key may write it.
fn filter(class: &ClassSchema, clause: &str) -> anyhow::Result<Filter> {
    let value = wire::parse_text(clause, wire::MAX_DEPTH)
        .map_err(|syntax| anyhow::anyhow!("--where is no JSON: {}", syntax.0))?;
    let Value::Object(clause) = value else { anyhow::bail!("--where is no object") };
    let now = app::SystemClock.now();
    let context = Context { schema: class, internals: true, allow_regex: true, max_depth: None, count: false, now };
    Ok(query::parse(&clause, &context)?)
}

/// Refuses one database under two names: nothing would be moved, and nothing be proved.
pub(super) fn apart(one: &Database, other: &Database) -> anyhow::Result<()> {
    let is_same = match (one, other) {
        (Database::Sqlite(one), Database::Sqlite(other)) => match (one.canonicalize(), other.canonicalize()) {
            (Ok(one), Ok(other)) => one == other,
            _ => one == other,
        },
        _ => one == other,
    };
    anyhow::ensure!(!is_same, "both are the same database");
    Ok(())
}

/// A database, if it is there.
pub(super) async fn there(database: &Database) -> anyhow::Result<Option<Arc<dyn Bulk>>> {
    Ok(match database {
        Database::Sqlite(path) if !path.exists() => None,
        there => Some(app::view(there).await?),
    })
}

/// The database of a place.
pub(super) fn database(place: &Place, env: &BTreeMap<String, String>) -> anyhow::Result<Database> {
    let loaded = match place {
        Place::Uri { uri, prefix } => {
            let mut flags = vec![("databaseURI".to_owned(), uri.clone())];
            flags.extend(prefix.iter().map(|prefix| ("collectionPrefix".to_owned(), prefix.clone())));
            load(&args::Source { file: None, flags }, &BTreeMap::new(), Keys::Any)?
        }
        Place::Config(source) => load(source, env, Keys::Any)?,
    };
    let heeded = |warning: &Warning| eprintln!("warning: {}", warning.message);
    loaded.warnings.iter().for_each(heeded);
    let [app] = loaded.server.apps.as_slice() else {
        anyhow::bail!("name the config of a single app, or its database")
    };
    app::check_database(app).map_err(anyhow::Error::msg)?;
    Ok(app.database.clone())
}
