//! `import`, `export`, `copy`, `verify`, `doctor`. They end with 0 when all is done, 1 when rows were left out or differ or something is wrong, 2 when they could
//! not run, 130 when they were stopped.

mod args;
mod diagnosis;
mod ends;
mod screen;
mod table;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Context as _;

pub(super) use args::{Moving, NAMES, commands, read};

use self::args::{Part, Place, Task};
use self::ends::{apart, database, kept, parted, there};
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
        // What others use is not asked for more at once than they can spare in a second.
        let batch = moving.rate.map_or(moving.batch, |rate| moving.batch.min(rate));
        let run = Run { pace: Pace { batch, rate: moving.rate }, stop: Arc::default() };
        let label = if matches!(moving.task, Task::Verify { .. }) { "differs" } else { "left out" };
        let report = Report::new(Box::new(Screen::new(moving.is_json, label)));
        Job { env, run, report, is_json: moving.is_json }.perform(&moving.task).await
    })
}

/// The first SIGINT ends the work between two pieces, the second the process.
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

/// A command that is being carried out.
struct Job<'a> {
    env: &'a BTreeMap<String, String>,
    run: Run,
    report: Report,
    is_json: bool,
}

/// What is to be brought where.
struct Cargo {
    source: Arc<dyn Source>,
    /// The source, if it is a database.
    database: Option<Arc<dyn Bulk>>,
    to: Database,
}

impl Job<'_> {
    async fn perform(&mut self, task: &Task) -> anyhow::Result<u8> {
        match task {
            Task::Import { from, to, is_dry, stray } => {
                if let Some(stray) = stray {
                    anyhow::bail!(
                        "{} stands beside --csv or --mongodump: import one of them at a time",
                        stray.display()
                    );
                }
                let to = database(to, self.env)?;
                let source = kept(from, &to, self.run.pace.batch).await?;
                self.bring(Cargo { source, database: None, to }, *is_dry).await
            }
            Task::Copy { from, to, is_dry } => {
                let (from, to) = (database(from, self.env)?, database(to, self.env)?);
                apart(&from, &to)?;
                let from = app::view(&from).await.context("opening the source")?;
                let source = Arc::new(Whole::all(from.clone(), self.run.pace.batch).await?);
                self.bring(Cargo { source, database: Some(from), to }, *is_dry).await
            }
            Task::Export { to, from, part } => self.export(to, from, part).await,
            Task::Doctor { of } => self.doctor(of).await,
            Task::Verify { one, other } => self.verify(one, other).await,
        }
    }

    /// The work begins: until now a SIGINT ended the process at once.
    fn begin(&self) {
        tokio::spawn(stop_when_told(self.run.stop.clone()));
    }

    async fn bring(&mut self, cargo: Cargo, is_dry: bool) -> anyhow::Result<u8> {
        let Cargo { source, database, to } = cargo;
        if is_dry {
            let target = there(&to).await?;
            self.begin();
            let end = look(&source, database, target.as_deref(), &self.run, &mut self.report).await?;
            return Ok(table::moved(&mut self.report, end, table::Kind::Dry, self.is_json));
        }
        if let Database::Sqlite(path) = &to
            && let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty())
        {
            std::fs::create_dir_all(folder).with_context(|| format!("making the folder {}", folder.display()))?;
        }
        let what = Transfer { source, database, target: app::open_database(&to).await? };
        self.begin();
        let end = transfer(&what, &self.run, &mut self.report).await;
        // What was written stays, whatever came in between.
        what.target.close().await?;
        Ok(table::moved(&mut self.report, end?, table::Kind::Transfer, self.is_json))
    }

    async fn export(&mut self, to: &Path, from: &Place, part: &Part) -> anyhow::Result<u8> {
        let from = database(from, self.env)?;
        let storage = app::view(&from).await?;
        let (source, mut sink) = parted(&storage, part, to, &from.shown(), self.run.pace.batch).await?;
        self.begin();
        self.report.watcher().phase("writing");
        let is_over = pump(&source, &mut *sink, &self.run, &mut self.report).await?;
        storage.close().await?;
        let end = if is_over { End::Done { equal: 0 } } else { End::Stopped };
        Ok(table::moved(&mut self.report, end, table::Kind::Export, self.is_json))
    }

    async fn doctor(&mut self, of: &Place) -> anyhow::Result<u8> {
        let database = database(of, self.env)?;
        let prefix = match &database {
            Database::Mongo(mongo) => Some(mongo.prefix.clone()),
            Database::Sqlite(_) => None,
        };
        let setting = Setting { now: app::SystemClock.now(), prefix };
        let storage = opened(&database).await?;
        self.begin();
        let found = doctor(&*storage, &setting, &self.run, &mut self.report).await?;
        storage.close().await?;
        Ok(diagnosis::shown(&mut self.report, found, self.is_json))
    }

    async fn verify(&mut self, one: &Place, other: &Place) -> anyhow::Result<u8> {
        let (one, other) = (database(one, self.env)?, database(other, self.env)?);
        apart(&one, &other)?;
        let (one, other) = (opened(&one).await?, opened(&other).await?);
        self.begin();
        let verdicts = verify(&*one, &*other, &self.run, &mut self.report).await?;
        Ok(table::verdicts(&mut self.report, verdicts, self.is_json))
    }
}

async fn opened(database: &Database) -> anyhow::Result<Arc<dyn Bulk>> {
    app::view(database).await.with_context(|| format!("opening {}", database.shown()))
}
