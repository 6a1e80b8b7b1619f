//! One page of a push: the badges of its installations, and the bodies that they get.

use std::sync::Arc;

use indexmap::IndexMap;

use super::badge;
use super::locale::Localised;
use super::one_of;
use super::pages::{self, Target};
use super::patience::Patience;
use crate::access::{Limits, Select, internal};
use crate::error::Result;
use crate::model::{Op, Path, Value};
use crate::push::{Device, Outcome, Push};
use crate::rest::Engine;

/// What is the same for all pages.
pub struct Work {
    /// The app.
    pub engine: Arc<Engine>,
    /// The bodies.
    pub push: Localised,
    /// The change of the column.
    pub badge: Option<(Path, Op)>,
    /// Does each device get the number that its installation has then?
    pub increments: bool,
}

impl Work {
    /// Sends to the installations of a page; how many there were, and what came of it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn send(self: Arc<Self>, mut page: Vec<Target>) -> Result<(u64, Vec<Outcome>)> {
        let devices = page.len() as u64;
        self.change_badges(&mut page).await?;
        let mut groups: IndexMap<(usize, Option<Option<i64>>), Vec<Device>> = IndexMap::new();
        for target in page {
            // One that has gone meanwhile is no number.
            let badge = self.increments.then(|| target.badge.map(|badge| badge as i64));
            groups.entry((self.push.choose(target.locale.as_deref()), badge)).or_default().push(target.device);
        }
        let sent = groups.into_iter().map(|((which, badge), devices)| self.send_one(which, badge, devices));
        let sent = futures_util::future::join_all(sent).await;
        Ok((devices, sent.into_iter().flatten().collect()))
    }

    /// Sends one body.
    async fn send_one(&self, which: usize, badge: Option<Option<i64>>, devices: Vec<Device>) -> Vec<Outcome> {
        let Some(pushes) = &self.engine.pushes else { return Vec::new() };
        let now = self.engine.clock.now();
        let body = self.push.body(which);
        let Some(badge) = badge else { return pushes.senders.send(Push { body, now }, devices).await };
        let mut body = body.clone();
        if let Some(Value::Object(data)) = body.get_mut("data") {
            data.set(badge::COLUMN, badge.map_or(Value::Null, |badge| Value::Number(badge as f64)));
        }
        pushes.senders.send(Push { body: &body, now }, devices).await
    }

    /// Changes the badges of a page; where each device gets its own, they are as they are then.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn change_badges(&self, page: &mut [Target]) -> Result<()> {
        let Some(op) = self.badge.clone().filter(|_| !page.is_empty()) else { return Ok(()) };
        let schema = self.engine.schemas.get_or_new(pages::CLASS);
        let filter = one_of("objectId", page.iter().map(|target| target.id.as_str()));
        let why = internal("a push changes the badges of those whom it goes to");
        let plan = why.update(schema.clone(), filter.clone(), vec![op], self.engine.clock.now());
        let mut patience = Patience::default();
        while let Err(error) = self.engine.storage.change_all(&plan).await {
            if self.increments && error.is_away() {
                // It may have been done all the same, and a second time would count twice. What is there is shown.
                tracing::warn!(app = self.engine.config.app_id, %error, "badges may not count up with a push");
                break;
            }
            patience.after(error).await?;
        }
        if !self.increments {
            return Ok(());
        }
        let read = why.read(schema, filter, Limits::default());
        let read = read.selecting(Select::Only([badge::COLUMN.to_owned()].into()));
        let mut patience = Patience::default();
        let rows = loop {
            match self.engine.storage.find(&read).await {
                Ok(rows) => break rows,
                Err(error) => patience.after(error).await?,
            }
        };
        let mut badges = IndexMap::with_capacity(rows.len());
        for i in 0..rows.len() {
            let row = rows.object(i)?;
            badges.insert(row.id, row.fields.get(badge::COLUMN).and_then(Value::as_number));
        }
        page.iter_mut().for_each(|target| target.badge = badges.get(&target.id).copied().flatten());
        Ok(())
    }
}
