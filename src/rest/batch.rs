//! A batch with `transaction: true`: everything is prepared, then written all or nothing, then finished.

use super::classes::installation;
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
}

enum Pending {
    Create(create::Pending),
    Update(update::Pending),
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
    for item in items {
        pending.push(prepare(call, item, &mut writes).await?);
    }
    let expected = writes.len();
    let mut outcomes = Vec::with_capacity(expected);
    if expected > 0 {
        for outcome in call.engine.storage.write(writes, true).await? {
            outcomes.push(outcome?);
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
        let (own, pending) = installation::prepare(call, id, body.clone()).await?;
        let before = own.len() - 1;
        writes.extend(own);
        return Ok(Pending::Installation(before, pending));
    }
    let (write, pending) = match item {
        Item::Create { class, body } => {
            let (write, pending) = create::prepare(call.clone(), &class, body).await?;
            (write, Pending::Create(pending))
        }
        Item::Update { class, id, body } => {
            let (write, pending) = update::prepare(call.clone(), &class, &id, body).await?;
            (write, Pending::Update(pending))
        }
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
