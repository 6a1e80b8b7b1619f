//! A push on its way: installations are read page by page and sent to while the next ones are read, so that it takes as much
//! memory for a million as for a thousand.

use std::sync::Arc;
use std::time::Duration;

use indexmap::IndexMap;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::badge::{self, Badge};
use super::locale::Localised;
use super::pages::{self, Pages, Target};
use super::pushes::{Pushes, Stop};
use super::status::Status;
use super::tally::Tally;
use crate::access::{Limits, Select, internal};
use crate::error::{Code, Error, Result};
use crate::model::{Constraint, Filter, Map, Op, Path, Value};
use crate::push::{Device, Outcome, Push};
use crate::rest::{Call, Engine};

/// Pages that are sent to at once.
const PAGES: usize = 3;
/// The status is told at most so often what has come of the push.
const TELLING: Duration = Duration::from_millis(500);
/// Pauses before what the database could not do is tried again.
const PAUSES: [Duration; 4] =
    [Duration::from_millis(500), Duration::from_secs(2), Duration::from_secs(8), Duration::from_secs(20)];

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
        let Err(error) = self.deliver(pushes).await else { return };
        tracing::error!(app = engine.config.app_id, push = self.status.id, %error, "a push was not sent, or not to all");
        if let Err(error) = self.status.fail(&self.call, shown(&error)).await {
            tracing::error!(app = engine.config.app_id, push = self.status.id, %error, "its status does not say so");
        }
    }

    async fn deliver(&mut self, pushes: &Pushes) -> Result<()> {
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
        if sent.is_ok() {
            told.tally.batches = told.all.saturating_sub(told.batches);
        }
        told.tell_all(&self.call, &self.status).await?;
        sent?;
        self.status.complete(&self.call).await
    }

    /// Parse Server changes badges as soon as it is asked for a push, whoever sends it later.
    async fn badges_alone(&mut self, pages: &mut Pages, work: &Work) -> Result<()> {
        if work.badge.is_none() {
            return Ok(());
        }
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

/// What is the same for all pages.
struct Work {
    engine: Arc<Engine>,
    push: Localised,
    /// The change of the column.
    badge: Option<(Path, Op)>,
    /// Does each device get the number that its installation has then?
    increments: bool,
}

impl Work {
    /// Sends to the installations of a page; how many there were, and what came of it.
    async fn send(self: Arc<Self>, mut page: Vec<Target>) -> Result<(u64, Vec<Outcome>)> {
        let devices = page.len() as u64;
        self.change_badges(&mut page).await?;
        let mut groups: IndexMap<(usize, Option<i64>), Vec<Device>> = IndexMap::new();
        for target in page {
            let badge = target.badge.filter(|_| self.increments).map(|badge| badge as i64);
            groups.entry((self.push.choose(target.locale.as_deref()), badge)).or_default().push(target.device);
        }
        let sent = groups.into_iter().map(|((which, badge), devices)| self.send_one(which, badge, devices));
        let sent = futures_util::future::join_all(sent).await;
        Ok((devices, sent.into_iter().flatten().collect()))
    }

    /// Sends one body.
    async fn send_one(&self, which: usize, badge: Option<i64>, devices: Vec<Device>) -> Vec<Outcome> {
        let Some(pushes) = &self.engine.pushes else { return Vec::new() };
        let now = self.engine.clock.now();
        let body = self.push.body(which);
        let Some(badge) = badge else { return pushes.senders.send(Push { body, now }, devices).await };
        let mut body = body.clone();
        if let Some(Value::Object(data)) = body.get_mut("data") {
            data.set(badge::COLUMN, Value::Number(badge as f64));
        }
        pushes.senders.send(Push { body: &body, now }, devices).await
    }

    /// Changes the badges of a page; where each device gets its own, they are as they are then.
    async fn change_badges(&self, page: &mut [Target]) -> Result<()> {
        let Some(op) = self.badge.clone().filter(|_| !page.is_empty()) else { return Ok(()) };
        let schema = self.engine.schemas.get_or_new(pages::CLASS);
        let filter = one_of("objectId", page.iter().map(|target| target.id.as_str()));
        let why = internal("a push changes the badges of those whom it goes to");
        let mut patience = Patience::default();
        let plan = why.update(schema.clone(), filter.clone(), vec![op], self.engine.clock.now());
        while let Err(error) = self.engine.storage.change_all(&plan).await {
            patience.after(error).await?;
        }
        if !self.increments {
            return Ok(());
        }
        let read = why.read(schema, filter, Limits::default());
        let read = read.selecting(Select::Only([badge::COLUMN.to_owned()].into()));
        let rows = self.engine.storage.find(&read).await?;
        let mut badges = IndexMap::with_capacity(rows.len());
        for i in 0..rows.len() {
            let row = rows.object(i)?;
            badges.insert(row.id, row.fields.get(badge::COLUMN).and_then(Value::as_number));
        }
        page.iter_mut().for_each(|target| target.badge = badges.get(&target.id).copied().flatten());
        Ok(())
    }
}

/// What came of a push, and how much of it the status has been told.
struct Told {
    tally: Tally,
    /// Installations of a batch.
    batch: u64,
    /// Batches that there are.
    all: u64,
    clean_up: bool,
    devices: u64,
    batches: u64,
    at: Instant,
}

impl Told {
    fn new(count: u64, pushes: &Pushes) -> Self {
        let (batch, clean_up) = (pushes.config.batch_size, pushes.config.clean_up);
        let all = count.div_ceil(batch);
        Self { tally: Tally::default(), batch, all, clean_up, devices: 0, batches: 0, at: Instant::now() }
    }

    fn add(&mut self, devices: u64, outcomes: Vec<Outcome>) {
        self.devices += devices;
        self.tally.add(outcomes);
        // What came in while it was sent is no batch more.
        self.tally.batches = (self.devices / self.batch).min(self.all) - self.batches;
    }

    /// Tells it, if that was not just done. If it fails it is told the next time.
    async fn tell(&mut self, call: &Call, status: &Status) {
        if self.at.elapsed() < TELLING {
            return;
        }
        if let Err(error) = self.tell_now(call, status).await {
            tracing::warn!(app = call.engine.config.app_id, push = status.id, %error, "its status is told later");
        }
    }

    async fn tell_all(&mut self, call: &Call, status: &Status) -> Result<()> {
        let mut patience = Patience::default();
        while let Err(error) = self.tell_now(call, status).await {
            patience.after(error).await?;
        }
        Ok(())
    }

    async fn tell_now(&mut self, call: &Call, status: &Status) -> Result<()> {
        self.at = Instant::now();
        if self.clean_up && !self.tally.dead.is_empty() {
            forget(&call.engine, &self.tally.dead).await?;
        }
        self.tally.dead.clear();
        status.track(call, &self.tally).await?;
        self.batches += self.tally.batches;
        self.tally = Tally::default();
        Ok(())
    }
}

/// Takes away device tokens that are no good any more.
async fn forget(engine: &Engine, tokens: &[String]) -> Result<()> {
    tracing::info!(
        app = engine.config.app_id,
        tokens = tokens.len(),
        "device tokens that are no good any more are taken away"
    );
    let filter = one_of("deviceToken", tokens.iter().map(String::as_str));
    let ops = vec![(Path::from("deviceToken"), Op::Delete)];
    let why = internal("the push service says that nobody is there any more");
    let plan = why.update(engine.schemas.get_or_new(pages::CLASS), filter, ops, engine.clock.now()).silently();
    engine.storage.change_all(&plan).await.map(drop)
}

fn one_of<'a>(column: &str, values: impl Iterator<Item = &'a str>) -> Filter {
    Filter::Field(Path::from(column), vec![Constraint::In(values.map(Value::from).collect())])
}

/// How often what the database could not do is tried again.
struct Patience(std::slice::Iter<'static, Duration>);

impl Default for Patience {
    fn default() -> Self {
        Self(PAUSES.iter())
    }
}

impl Patience {
    /// Waits for a while after an error that may pass.
    ///
    /// # Errors
    /// The error, if it does not pass or too much time has.
    async fn after(&mut self, error: Error) -> Result<()> {
        let passes = error.is_away() || matches!(error.code(), Some(Code::RequestLimitExceeded | Code::Timeout));
        match self.0.next().filter(|_| passes) {
            Some(pause) => tokio::time::sleep(*pause).await,
            None => return Err(error),
        }
        Ok(())
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
