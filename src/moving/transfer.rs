//! Import and copy: what will not fit is told first, then everything is written, then read back.

use std::sync::Arc;

use super::check::Check;
use super::compare::Compare;
use super::pump::pump;
use super::store::Store;
use super::{Pace, Report, Run, Source};
use crate::error::Result;
use crate::storage::Bulk;

/// From where to where.
pub struct Transfer {
    /// What is moved.
    pub source: Arc<dyn Source>,
    /// The same as a database, if it is one: its pointers are followed then.
    pub database: Option<Arc<dyn Bulk>>,
    /// Where to.
    pub target: Arc<dyn Bulk>,
}

/// How a transfer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Everything was gone through.
    Done {
        /// Rows and entries that were read back and are equal.
        equal: u64,
    },
    /// It was told to stop.
    Stopped,
}

/// Tells what will not fit a target; one that is not there yet has no classes.
///
/// # Errors
/// As [`transfer`].
pub async fn look(
    source: &Arc<dyn Source>,
    database: Option<Arc<dyn Bulk>>,
    target: Option<&dyn Bulk>,
    run: &Run,
    report: &mut Report,
) -> Result<End> {
    report.watcher().phase("looking at what will not fit");
    // Files bear any pace.
    let rate = run.pace.rate.filter(|_| database.is_some());
    let run = Run { pace: Pace { rate, ..run.pace }, stop: run.stop.clone() };
    let mut check = Check::new(target, database).await?;
    let is_over = pump(source, &mut check, &run, report).await?;
    Ok(if is_over { End::Done { equal: 0 } } else { End::Stopped })
}

/// Moves everything.
///
/// # Errors
/// What makes it impossible to go on: a database that is not there any more, files that cannot be read.
pub async fn transfer(what: &Transfer, run: &Run, report: &mut Report) -> Result<End> {
    let Transfer { source, database, target } = what;
    if look(source, database.clone(), Some(&**target), run, report).await? == End::Stopped {
        return Ok(End::Stopped);
    }
    report.watcher().phase("writing");
    let mut store = Store::new(target.clone()).await?;
    if !pump(source, &mut store, run, report).await? {
        return Ok(End::Stopped);
    }
    report.watcher().phase("reading back");
    let mut compare = Compare::new(target.clone()).await?;
    let is_over = pump(source, &mut compare, run, report).await?;
    Ok(if is_over { End::Done { equal: compare.equal } } else { End::Stopped })
}
