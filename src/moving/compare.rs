//! Reads back what was written: is every row there that was not left out, and equal?

use std::sync::Arc;

use super::fit::Fit;
use super::store::{Known, by_ids, hook_key, hook_keys, known_entries, short};
use super::{Entries, HOOKS, Item, Report, Rows, Sink, digest};
use crate::error::Result;
use crate::storage::{Answer, Bulk};

/// A sink that only looks.
pub struct Compare {
    target: Arc<dyn Bulk>,
    fit: Fit,
    entries: Known,
    /// Rows and entries that were found equal.
    pub equal: u64,
}

impl Compare {
    /// With a database.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn new(target: Arc<dyn Bulk>) -> Result<Self> {
        Ok(Self { fit: Fit::new(&*target).await?, target, entries: Known::new(), equal: 0 })
    }

    async fn rows(&mut self, rows: Rows, report: &mut Report) -> Result<()> {
        let class = rows.from.class.to_string();
        let mut wanted = Vec::with_capacity(rows.rows.len());
        for (number, object) in rows.rows {
            let Ok(mut object) = object else { continue };
            let is_told = report.is_told(&rows.from.fault(number, Some(&object.id), ""));
            if !is_told && self.fit.row(&class, &mut object).is_ok() {
                wanted.push((number, object));
            }
        }
        if class == HOOKS {
            let known = hook_keys(&*self.target).await?;
            let (equal, gone): (Vec<_>, Vec<_>) =
                wanted.into_iter().partition(|(_, hook)| known.contains(&hook_key(hook)));
            self.equal += equal.len() as u64;
            for (number, hook) in gone {
                report.fault(rows.from.fault(number, Some(&hook.id), "it is not there when it is read back"));
            }
            return Ok(());
        }
        let schema = Arc::new(self.fit.get(&class));
        let there = by_ids(&*self.target, &schema, wanted.iter().map(|(_, object)| object.id.as_str())).await?;
        for (number, object) in wanted {
            let what = match there.get(&object.id).map(|own| digest::differences(own, &object)) {
                Some(same) if same.is_empty() => {
                    self.equal += 1;
                    continue;
                }
                Some(other) => format!("read back it has other values: {}", other.join(", ")),
                None => "it is not there when it is read back".to_owned(),
            };
            report.fault(rows.from.fault(number, Some(&object.id), what));
        }
        Ok(())
    }

    async fn entries(&mut self, entries: Entries, report: &mut Report) -> Result<()> {
        let Entries { relation, from, entries } = entries;
        if !self.fit.is_relation(&relation) {
            return Ok(());
        }
        let known = known_entries(&mut self.entries, &*self.target, &relation).await?;
        for (number, entry) in entries {
            match entry {
                Ok(_) if report.is_told(&from.fault(number, None, "")) => {}
                Ok(entry) if !known.contains(&short(&entry)) => {
                    let what = format!("the entry {} → {} is not there when it is read back", entry.0, entry.1);
                    report.fault(from.fault(number, None, what));
                }
                Ok(_) => self.equal += 1,
                Err(_) => {}
            }
        }
        Ok(())
    }
}

impl Sink for Compare {
    fn take<'a>(&'a mut self, item: Item, report: &'a mut Report) -> Answer<'a, ()> {
        Box::pin(async move {
            match item {
                Item::Rows(rows) => self.rows(rows, report).await,
                Item::Entries(entries) => self.entries(entries, report).await,
                Item::Class(_) | Item::Fault(_) => Ok(()),
            }
        })
    }
}
