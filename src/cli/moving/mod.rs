//! `import`, `export`, `copy`, `verify`, `doctor`. They end with 0 when all is done, 1 when rows were left out or differ or something is wrong, 2 when they could
//! not run, 130 when they were stopped.

mod args;
mod diagnosis;
mod ends;
mod screen;
mod table;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;

pub(super) use args::{Moving, NAMES, commands, read};

use self::args::Task;
use self::ends::{database, kept, parted, there};
use self::screen::Screen;
use crate::app;
use crate::config::Database;
use crate::moving::database::Database as Whole;
use crate::moving::doctor::{Setting, doctor};
use crate::moving::verify::verify;
use crate::moving::{End, Pace, Report, Run, Source, Transfer, look, pump, transfer};
use crate::rest::engine::Clock as _;
use crate::storage::Bulk;

/// Could not run.
pub(super) const FAILED: u8 = 2;
/// Told to stop, as a shell has it of a program that SIGINT ends.
const STOPPED: u8 = 130;

/// Does what was asked for; the status to exit with.
pub(super) fn perform(moving: &Moving, env: &BTreeMap<String, String>) -> anyhow::Result<u8> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(crate::STACK).build()?;
    runtime.block_on(async {
        let run = Run { pace: Pace { batch: moving.batch, rate: moving.rate }, stop: Arc::default() };
        tokio::spawn(stop_when_told(run.stop.clone()));
        let label = if matches!(moving.task, Task::Verify { .. }) { "differs" } else { "left out" };
        let mut report = Report::new(Box::new(Screen::new(moving.is_json, label)));
        let status = task(&moving.task, env, &run, &mut report, moving.is_json).await?;
        Ok(status)
    })
}

/// The first SIGINT or SIGTERM ends the work between two pieces, the second the process.
async fn stop_when_told(stop: Arc<AtomicBool>) {
    for again in [false, true] {
        if tokio::signal::ctrl_c().await.is_err() {
            return;
        }
        if again {
            std::process::exit(i32::from(STOPPED));
        }
        stop.store(true, Ordering::Relaxed);
        eprintln!("stopping");
    }
}

async fn task(
    task: &Task,
    env: &BTreeMap<String, String>,
    run: &Run,
    report: &mut Report,
    is_json: bool,
) -> anyhow::Result<u8> {
    match task {
        Task::Import { from, to, is_dry } => {
            let to = database(to, env)?;
            let source = kept(from, &to, run.pace.batch).await?;
            match is_dry {
                true => looked(&source, None, &to, run, report, is_json).await,
                false => moved(source, None, &to, run, report, is_json).await,
            }
        }
        Task::Copy { from, to, is_dry } => {
            let (from, to) = (database(from, env)?, database(to, env)?);
            anyhow::ensure!(from != to, "both are the same database");
            let from = app::view(&from).await.context("opening the source")?;
            let source: Arc<dyn Source> = Arc::new(Whole::all(from.clone(), run.pace.batch).await?);
            match is_dry {
                true => looked(&source, Some(from), &to, run, report, is_json).await,
                false => moved(source, Some(from), &to, run, report, is_json).await,
            }
        }
        Task::Export { to, from, part } => {
            let from = database(from, env)?;
            let storage = app::view(&from).await?;
            let (source, mut sink) = parted(&storage, part, to, &from.shown(), run.pace.batch).await?;
            report.watcher().phase("writing");
            let is_over = pump(&source, &mut *sink, run, report).await?;
            storage.close().await?;
            let end = if is_over { End::Done { equal: 0 } } else { End::Stopped };
            Ok(table::moved(report, end, table::Kind::Export, is_json))
        }
        Task::Doctor { of } => {
            let database = database(of, env)?;
            let prefix = match &database {
                Database::Mongo(mongo) => Some(mongo.prefix.clone()),
                Database::Sqlite(_) => None,
            };
            let setting = Setting { now: app::SystemClock.now(), prefix };
            let storage = app::view(&database).await.with_context(|| format!("opening {}", database.shown()))?;
            let found = doctor(&*storage, &setting, run, report).await?;
            storage.close().await?;
            Ok(diagnosis::shown(report, found, is_json))
        }
        Task::Verify { one, other } => {
            let (one, other) = (database(one, env)?, database(other, env)?);
            let one = app::view(&one).await.with_context(|| format!("opening {}", one.shown()))?;
            let other = app::view(&other).await.with_context(|| format!("opening {}", other.shown()))?;
            let verdicts = verify(&*one, &*other, run, report).await?;
            Ok(table::verdicts(report, verdicts, is_json))
        }
    }
}

async fn looked(
    source: &Arc<dyn Source>,
    database: Option<Arc<dyn Bulk>>,
    to: &Database,
    run: &Run,
    report: &mut Report,
    is_json: bool,
) -> anyhow::Result<u8> {
    let target = there(to).await?;
    let end = look(source, database, target.as_deref(), run, report).await?;
    Ok(table::moved(report, end, table::Kind::Dry, is_json))
}

async fn moved(
    source: Arc<dyn Source>,
    database: Option<Arc<dyn Bulk>>,
    to: &Database,
    run: &Run,
    report: &mut Report,
    is_json: bool,
) -> anyhow::Result<u8> {
    if let Database::Sqlite(path) = to
        && let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder).with_context(|| format!("making the folder {}", folder.display()))?;
    }
    let what = Transfer { source, database, target: app::open_database(to).await? };
    let end = transfer(&what, run, report).await;
    // What was written stays, whatever came in between.
    what.target.close().await?;
    Ok(table::moved(report, end?, table::Kind::Transfer, is_json))
}
