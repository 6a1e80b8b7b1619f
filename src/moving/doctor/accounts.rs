//! Users whose names or addresses pass for one another.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use futures_util::TryStreamExt;
use indexmap::IndexSet;

use super::findings::NAMED;
use super::{Walk, kinds, mend};
use crate::error::Result;
use crate::model::{ClassSchema, ParseObject, Value, names};

/// The columns by which users are known.
const COLUMNS: [&str; 2] = ["username", "email"];
/// Providers beyond so many are not looked at.
const MOST_PROVIDERS: usize = 100;

/// What is remembered of all users: eight bytes for each name and address, some 40 MB of a million users. That two names of a
/// million share them happens once in some thirty million databases.
#[derive(Default)]
pub struct Accounts {
    seen: [HashSet<u64>; 2],
    twice: [IndexSet<u64>; 2],
    hasher: RandomState,
    /// By which users are known elsewhere.
    pub providers: BTreeSet<String>,
}

impl Accounts {
    /// Takes a user.
    pub fn take(&mut self, user: &ParseObject) {
        for (at, column) in COLUMNS.iter().enumerate() {
            if let Some(name) = self.folded(user, column)
                && !self.seen[at].insert(name)
            {
                self.twice[at].insert(name);
            }
        }
        let accounts = user.fields.get("authData").and_then(Value::as_object).into_iter().flatten();
        let with_id = |account: &&Value| account.as_object().is_some_and(|account| account.contains_key("id"));
        let providers = accounts.filter(|(_, account)| with_id(account)).map(|(provider, _)| provider.as_str());
        for provider in providers {
            if self.providers.len() < MOST_PROVIDERS && !self.providers.contains(provider) {
                self.providers.insert(provider.to_owned());
            }
        }
    }

    fn folded(&self, user: &ParseObject, column: &str) -> Option<u64> {
        let name = user.fields.get(column)?.as_str()?;
        Some(self.hasher.hash_one(names::fold(name)))
    }

    /// Looks at all users again, to name those of the first groups.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn look(&self, walk: &mut Walk<'_>, schema: &ClassSchema) -> Result<()> {
        if self.twice.iter().all(IndexSet::is_empty) {
            return Ok(());
        }
        let mut groups = [(); 2].map(|()| HashMap::<u64, Vec<(String, String)>>::new());
        for (at, group) in groups.iter_mut().enumerate() {
            group.extend(self.twice[at].iter().take(NAMED).map(|name| (*name, Vec::new())));
        }
        let plan = super::plan(schema);
        let mut pages = walk.database.scan(&plan, walk.run.pace.batch);
        while let Some(page) = pages.try_next().await? {
            for user in (0..page.len()).filter_map(|row| page.object(row).ok()) {
                for (at, column) in COLUMNS.iter().enumerate() {
                    let group = self.folded(&user, column).and_then(|name| groups[at].get_mut(&name));
                    let name = user.fields.get(column).and_then(Value::as_str).unwrap_or_default();
                    if let Some(group) = group.filter(|group| group.len() < NAMED) {
                        group.push((user.id.clone(), name.to_owned()));
                    }
                }
            }
        }
        for (at, column) in COLUMNS.iter().enumerate() {
            for name in &self.twice[at] {
                let group = groups[at].get(name).map_or(&[][..], Vec::as_slice);
                note(walk, column, group);
            }
        }
        Ok(())
    }
}

fn note(walk: &mut Walk<'_>, column: &str, group: &[(String, String)]) {
    let id = group.first().map(|(id, _)| id.as_str());
    walk.found.note(&kinds::SAME_NAME, ("_User", Some(column)), id, || {
        let named: Vec<String> = group.iter().map(|(id, name)| format!("{name} ({id})")).collect();
        let last = group.last().map_or("", |(id, _)| id);
        let other = if column == "email" { "somebody.else@example.com" } else { "SOMETHING ELSE" };
        (named.join(", "), mend::set("_User", last, column, Value::from(other)))
    });
}
