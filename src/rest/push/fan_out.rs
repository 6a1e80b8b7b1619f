//! A push on its way: installations are read page by page and sent to while the next ones are read, so that it takes as much
//! memory for a million as for a thousand.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;
use tokio::task::JoinSet;

use super::badge::Badge;
use super::locale::Localised;
use super::pages::{self, Pages, Target};
use super::patience::Patience;
use super::pushes::{Pushes, Stop};
use super::status::Status;
use super::told::Told;
use super::work::Work;
use crate::error::{Code, Error, Result};
use crate::model::{Map, Value};
use crate::rest::Call;

/// Pages that are sent to at once.
const PAGES: usize = 4;

/// A push.
pub struct FanOut {
    /// The server's own call.
    pub call: Call,
    /// That of the client who asked for it.
    pub asked: Call,
    /// What is sent.
    pub body: Map,
    /// To which installations.
    pub clause: Value,
    /// What it does to their badges.
    pub badge: Option<Badge>,
    /// Will something else send it?
    pub put_off: bool,
    /// Its row.
    pub status: Status,
    /// Tells that the process ends.
    pub stop: Stop,
}

impl FanOut {
    /// Sends it. What goes wrong is told by the status and the log.
    pub async fn run(mut self) {
        let engine = self.call.engine.clone();
        let Some(pushes) = &engine.pushes else { return };
        let mut stop = pushes.stop();
        let done = tokio::select! {
            done = AssertUnwindSafe(self.deliver(pushes)).catch_unwind() => {
                done.unwrap_or_else(|_| Err(Error::internal("sending ended in the middle")))
            }
            () = stop.over() => Err(cut_short()),
        };
        let Err(error) = done else { return };
        let (app, push) = (&engine.config.app_id, &self.status.id);
        tracing::error!(app, push, %error, "a push was not sent, or not to all");
        if self.put_off && self.stop.is_told() {
            // Whoever sends it later finds it as it was.
            return;
        }
        if let Err(error) = self.status.fail(&self.call, shown(&error)).await {
            tracing::error!(app, push, %error, "its status does not say so");
        }
    }

    async fn deliver(&mut self, pushes: &Pushes) -> Result<()> {
        if self.put_off && self.badge.is_none() {
            return Ok(());
        }
        let _turn = tokio::select! {
            turn = pushes.turn() => turn?,
            () = self.stop.told() => return Err(cut_short()),
        };
        let mut pages = Pages::of(&self.call, &self.clause, pushes.config.batch_size)?;
        let engine = self.call.engine.clone();
        let badge = self.badge.as_ref().map(|badge| badge.op(&engine.schemas.get_or_new(pages::CLASS))).transpose()?;
        let work = Arc::new(Work {
            engine,
            push: Localised::of(std::mem::take(&mut self.body)),
            badge,
            increments: self.badge.as_ref().is_some_and(|badge| badge.increments),
        });
        let mut patience = Patience::default();
        let count = loop {
            match pages.count(&self.asked).await {
                Ok(count) => break count,
                Err(error) => patience.after(error).await?,
            }
        };
        if self.put_off {
            return self.badges_alone(&mut pages, &work).await;
        }
        if count == 0 {
            return self.status.complete(&self.call).await;
        }
        let mut told = Told::new(count, pushes);
        self.status.running(&self.call, told.all).await?;
        let sent = self.send(&mut pages, &work, &mut told).await;
        told.tell_all(sent.is_ok(), &self.call, &self.status).await?;
        sent?;
        self.status.complete(&self.call).await
    }

    /// Parse Server changes badges as soon as it is asked for a push, whoever sends it later.
    async fn badges_alone(&mut self, pages: &mut Pages, work: &Work) -> Result<()> {
        while let Some(mut page) = self.page(pages).await? {
            work.change_badges(&mut page).await?;
        }
        Ok(())
    }

    /// Sends page by page. What was begun is finished, also after an error.
    async fn send(&mut self, pages: &mut Pages, work: &Arc<Work>, told: &mut Told) -> Result<()> {
        let mut under_way = JoinSet::new();
        let mut done = Ok(());
        let mut more = true;
        loop {
            while more && under_way.len() < PAGES {
                match self.page(pages).await {
                    Ok(None) => more = false,
                    Ok(Some(page)) => drop(under_way.spawn(work.clone().send(page))),
                    Err(error) => (more, done) = (false, Err(error)),
                }
            }
            let Some(sent) = under_way.join_next().await else { return done };
            match sent {
                Ok(Ok((devices, outcomes))) => told.add(devices, outcomes),
                Ok(Err(error)) => (more, done) = (false, Err(error)),
                Err(error) => (more, done) = (false, Err(Error::caused("sending ended in the middle", error))),
            }
            told.tell(&self.call, &self.status).await;
        }
    }

    /// The next page; an error if the process ends.
    async fn page(&mut self, pages: &mut Pages) -> Result<Option<Vec<Target>>> {
        let mut patience = Patience::default();
        loop {
            if self.stop.is_told() {
                return Err(cut_short());
            }
            match pages.next(&self.call).await {
                Ok(page) => return Ok(page),
                Err(error) => patience.after(error).await?,
            }
        }
    }
}

fn cut_short() -> Error {
    Error::new(Code::OtherCause, "The server was stopped before this push was sent to all.")
}

/// An error as the status tells it.
fn shown(error: &Error) -> Map {
    let number = error.number().unwrap_or(Code::InternalServerError.number());
    let message = error.client_message(false).unwrap_or("Internal server error.");
    Map::from([("code", Value::Number(f64::from(number))), ("message", Value::from(message))])
}
