//! Several writes of one batch: everything is prepared, then written together, then finished. With `transaction: true` all of
//! them succeed or none.

use futures_util::stream::{self, StreamExt};

use super::classes::{installation, refused};
use super::{Answer, Call, create, delete, get, update};
use crate::access::Write;
use crate::cloud::Trigger;
use crate::error::{Error, Result};
use crate::model::{Map, Value};
use crate::storage::Outcome;

/// One request of a batch, its path already read.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// `POST /classes/:className`
    Create {
        /// The class.
        class: String,
        /// The body.
        body: Value,
    },
    /// `PUT /classes/:className/:objectId`
    Update {
        /// The class.
        class: String,
        /// The object.
        id: String,
        /// The body.
        body: Value,
    },
    /// `DELETE /classes/:className/:objectId`
    Delete {
        /// The class.
        class: String,
        /// The object.
        id: String,
    },
    /// `GET /classes/:className/:objectId`, answered as things are before the writes.
    Get {
        /// The class.
        class: String,
        /// The object.
        id: String,
        /// The parameters.
        params: Map,
    },
}

impl Item {
    /// The id and the body, if an installation is saved: one save of those is several writes.
    fn of_installation(&self) -> Option<(Option<&str>, &Value)> {
        match self {
            Self::Create { class, body } if class == installation::CLASS => Some((None, body)),
            Self::Update { class, id, body } if class == installation::CLASS => Some((Some(id), body)),
            _ => None,
        }
    }

    fn class(&self) -> &str {
        match self {
            Self::Create { class, .. }
            | Self::Update { class, .. }
            | Self::Delete { class, .. }
            | Self::Get { class, .. } => class,
        }
    }
}

enum Pending {
    Create(Box<create::Pending>),
    Update(Box<update::Pending>),
    Delete(delete::Pending),
    Installation(usize, installation::Pending),
    Done(Answer),
}

/// Writes of one batch that are prepared, written and finished at the same time.
const AT_ONCE: usize = 64;

/// Carries out items that do not depend on each other, each with its own answer. None of them saves an installation, which is
/// several writes, and more of them if those meet others.
pub async fn together(call: &Call, items: Vec<Item>) -> Vec<Result<Answer>> {
    let mut answers = Vec::with_capacity(items.len());
    let mut items = items.into_iter();
    while items.len() > 0 {
        let some: Vec<Item> = items.by_ref().take(AT_ONCE).collect();
        answers.extend(some_together(call, some).await);
    }
    answers
}

async fn some_together(call: &Call, items: Vec<Item>) -> Vec<Result<Answer>> {
    let wait = items.iter().any(|item| may_wait(call, item.class()));
    let prepared = all(items, wait, |item| async move {
        let (class, is_create) = (item.class().to_owned(), matches!(item, Item::Create { .. }));
        (class, is_create, step(call, item).await)
    });
    let prepared = prepared.await;
    let mut writes = Vec::with_capacity(prepared.len());
    let mut waiting = Vec::with_capacity(prepared.len());
    for (class, is_create, step) in prepared {
        let before = writes.len();
        let pending = step.map(|(write, pending)| {
            writes.extend(write);
            pending
        });
        waiting.push((class, is_create, pending, writes.len() > before));
    }
    let written = if writes.is_empty() { Ok(Vec::new()) } else { call.engine.write_all(writes, false).await };
    let mut outcomes = match written {
        Ok(outcomes) => outcomes.into_iter(),
        Err(error) => {
            let failed = |_| Err(Error::internal(error.to_string()));
            return waiting.iter().map(failed).collect();
        }
    };
    let written = waiting.into_iter().map(|(class, is_create, pending, is_written)| {
        let outcome = if is_written { outcomes.next() } else { None };
        (class, is_create, pending, outcome)
    });
    let finish = |(class, is_create, pending, outcome)| finished(call, class, is_create, pending, outcome);
    all(written.collect(), wait, finish).await
}

/// Can there be something to wait for besides the write: a hook, or what Parse's own classes do?
fn may_wait(call: &Call, class: &str) -> bool {
    let triggers = [Trigger::BeforeSave, Trigger::AfterSave, Trigger::BeforeDelete, Trigger::AfterDelete];
    class.starts_with('_') || triggers.into_iter().any(|trigger| call.engine.invoker.has(class, trigger))
}

/// Does something with each item: at the same time, if that may wait; if not, one after the other costs less.
async fn all<T, R, F: Future<Output = R>>(items: Vec<T>, wait: bool, run: impl Fn(T) -> F) -> Vec<R> {
    if wait {
        return stream::iter(items).map(run).buffered(AT_ONCE).collect().await;
    }
    let mut done = Vec::with_capacity(items.len());
    for item in items {
        done.push(run(item).await);
    }
    done
}

/// Ends one item, its errors in the words of its class: of a create only those of the write itself.
async fn finished(
    call: &Call,
    class: String,
    is_create: bool,
    pending: Result<Pending>,
    outcome: Option<Result<Outcome>>,
) -> Result<Answer> {
    let own = |error| if is_create { error } else { refused(call, &class, error) };
    let pending = pending.map_err(own)?;
    let outcome = outcome.transpose().map_err(|error| refused(call, &class, error))?;
    finish(pending, &mut outcome.into_iter()).await.map_err(own)
}

/// Carries out all items or none.
///
/// # Errors
/// That of the first item that fails, and 108 from a database without transactions; nothing is stored then.
pub async fn transaction(call: &Call, items: Vec<Item>) -> Result<Vec<Answer>> {
    call.engine.storage.check_transactions().await?;
    let call = &Call { in_transaction: true, ..call.clone() };
    let mut writes = Vec::with_capacity(items.len());
    let mut pending = Vec::with_capacity(items.len());
    let mut classes = Vec::with_capacity(items.len());
    for item in items {
        let class = item.class().to_owned();
        let prepared = prepare(call, item, &mut writes).await?;
        if let Pending::Create(create) = &prepared
            && let Some(refusal) = create.refusal()
        {
            return Err(refusal);
        }
        pending.push(prepared);
        classes.resize(writes.len(), class);
    }
    let expected = writes.len();
    let mut outcomes = Vec::with_capacity(expected);
    if expected > 0 {
        for (outcome, class) in call.engine.write_all(writes, true).await?.into_iter().zip(&classes) {
            outcomes.push(outcome.map_err(|error| refused(call, class, error))?);
        }
    }
    let mut outcomes = outcomes.into_iter();
    let mut answers = Vec::with_capacity(pending.len());
    for one in pending {
        answers.push(finish(one, &mut outcomes).await?);
    }
    Ok(answers)
}

async fn prepare(call: &Call, item: Item, writes: &mut Vec<Write>) -> Result<Pending> {
    if let Some((id, body)) = item.of_installation() {
        return Ok(match installation::prepare(call, id, body.clone()).await? {
            installation::Prepared::Done(answer) => Pending::Done(answer),
            installation::Prepared::Writes(own, pending) => {
                let before = own.len().saturating_sub(1);
                writes.extend(own);
                Pending::Installation(before, pending)
            }
        });
    }
    let (write, pending) = step(call, item).await?;
    writes.extend(write);
    Ok(pending)
}

/// Prepares an item; its write, unless it is done already.
async fn step(call: &Call, item: Item) -> Result<(Option<Write>, Pending)> {
    Ok(match item {
        Item::Create { class, body } => match create::prepare(call.clone(), &class, body).await? {
            create::Prepared::Write(write, pending) => (Some(write), Pending::Create(pending)),
            create::Prepared::Done(answer) => (None, Pending::Done(answer)),
        },
        Item::Update { class, id, body } => match update::prepare(call.clone(), &class, &id, body).await? {
            update::Prepared::Write(write, pending) => (Some(write), Pending::Update(pending)),
            update::Prepared::Done(answer) => (None, Pending::Done(answer)),
        },
        Item::Delete { class, id } => {
            let (write, pending) = delete::prepare(call.clone(), &class, &id).await?;
            (Some(write), Pending::Delete(pending))
        }
        Item::Get { class, id, params } => (None, Pending::Done(get::get(call, &class, &id, params).await?)),
    })
}

async fn finish(pending: Pending, outcomes: &mut impl Iterator<Item = Outcome>) -> Result<Answer> {
    if let Pending::Done(answer) = pending {
        return Ok(answer);
    }
    if let Pending::Installation(before, pending) = pending {
        let outcome = outcomes.nth(before).ok_or_else(installation::raced)?;
        return pending.finish(outcome).await;
    }
    let outcome = outcomes.next().ok_or_else(Error::not_found)?;
    match pending {
        Pending::Create(pending) => pending.finish(outcome).await,
        Pending::Update(pending) => pending.finish(outcome).await,
        Pending::Delete(pending) => pending.finish(outcome).await,
        Pending::Installation(_, pending) => pending.finish(outcome).await,
        Pending::Done(answer) => Ok(answer),
    }
}
