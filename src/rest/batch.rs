//! A batch with `transaction: true`: everything is prepared, then written all or nothing, then finished.

use super::classes::{installation, refused};
use super::{Answer, Call, create, delete, get, update};
use crate::access::Write;
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

/// Carries out all items or none.
///
/// # Errors
/// That of the first item that fails; nothing is stored then.
pub async fn transaction(call: &Call, items: Vec<Item>) -> Result<Vec<Answer>> {
    let mut writes = Vec::with_capacity(items.len());
    let mut pending = Vec::with_capacity(items.len());
    let mut classes = Vec::with_capacity(items.len());
    for item in items {
        let class = item.class().to_owned();
        pending.push(prepare(call, item, &mut writes).await?);
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
    let (write, pending) = match item {
        Item::Create { class, body } => match create::prepare(call.clone(), &class, body).await? {
            create::Prepared::Write(write, pending) => (write, Pending::Create(pending)),
            create::Prepared::Done(answer) => return Ok(Pending::Done(answer)),
        },
        Item::Update { class, id, body } => match update::prepare(call.clone(), &class, &id, body).await? {
            update::Prepared::Write(write, pending) => (write, Pending::Update(pending)),
            update::Prepared::Done(answer) => return Ok(Pending::Done(answer)),
        },
        Item::Delete { class, id } => {
            let (write, pending) = delete::prepare(call.clone(), &class, &id).await?;
            (write, Pending::Delete(pending))
        }
        Item::Get { class, id, params } => {
            return get::get(call, &class, &id, params).await.map(Pending::Done);
        }
    };
    writes.push(write);
    Ok(pending)
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
