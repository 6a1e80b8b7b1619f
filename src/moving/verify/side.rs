//! One database in the middle of a class.

use std::collections::VecDeque;

use futures_util::TryStreamExt;
use futures_util::stream::{self, StreamExt};

use crate::access::Read;
use crate::error::Result;
use crate::model::{ParseObject, Value};
use crate::moving::fit::of_class;
use crate::moving::{HOOKS, Report, Run};
use crate::storage::{Bulk, Flow, Rows};

/// Its rows in the order of ids.
pub struct Side<'a> {
    class: String,
    pages: Flow<'a, Rows>,
    waiting: VecDeque<ParseObject>,
}

impl<'a> Side<'a> {
    /// Before the first row of a plan.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn open(database: &'a dyn Bulk, plan: &'a Read, run: &Run, report: &mut Report) -> Result<Self> {
        let class = plan.schema().name.clone();
        let pages = database.scan_by_id(plan, run.pace.batch);
        let mut side = Self { class, pages, waiting: VecDeque::new() };
        if side.class == HOOKS {
            let mut all = Vec::new();
            while let Some(hook) = side.next(report).await? {
                all.push(named(hook));
            }
            all.sort_by(|a, b| a.id.cmp(&b.id));
            (side.waiting, side.pages) = (all.into(), stream::empty().boxed());
        }
        Ok(side)
    }

    /// The next object; what cannot be read is told and passed over.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn next(&mut self, report: &mut Report) -> Result<Option<ParseObject>> {
        loop {
            if let Some(object) = self.waiting.pop_front() {
                return Ok(Some(object));
            }
            let Some(page) = self.pages.try_next().await? else { return Ok(None) };
            for row in 0..page.len() {
                match page.object(row) {
                    Ok(object) => self.waiting.push_back(object),
                    Err(why) => report.fault(of_class(&self.class, format!("a row cannot be read: {why}"))),
                }
            }
        }
    }
}

/// A webhook with a name in place of its number.
fn named(hook: ParseObject) -> ParseObject {
    let text = |field: &str| hook.fields.get(field).and_then(Value::as_str).unwrap_or_default().to_owned();
    let id = format!("{}{} {}", text("functionName"), text("triggerName"), text("className"));
    ParseObject { id: id.trim_end().to_owned(), ..hook }
}
