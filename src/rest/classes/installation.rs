//! `_Installation`: one row for each app on each device (`objects.md` section 12).
//!
//! A device token moves between rows: an app is installed anew, a device gets another token. So a save may go to another row
//! than it names, and take the token from others. What is read for the decision is put into a condition, and the condition,
//! the rows that go and the row that is saved are one group of writes: of saves that race, one finds the ground changed and
//! decides anew.

mod decide;

use self::decide::{Decision, Sent, decide};
use crate::access::clp::{self, Action, Granted};
use crate::access::{Write, authorise, internal};
use crate::error::{Code, Error, Result};
use crate::matching::{Work, matches};
use crate::model::{ClassSchema, Constraint, Filter, Op, ParseObject, Path, Value};
use crate::rest::body::{entries, screen};
use crate::rest::{Answer, Call, create, update};
use crate::storage::Outcome;

/// The class.
pub const CLASS: &str = "_Installation";
/// How often a save decides anew before it gives up.
const TRIES: usize = 8;

/// A save that waits for its writes, the last of which is the one of its row.
pub enum Pending {
    /// A new row.
    Create(Box<create::Pending>),
    /// A row that is there.
    Update(Box<update::Pending>),
}

/// A save up to its writes.
pub enum Prepared {
    /// The writes, and what waits for them.
    Writes(Vec<Write>, Pending),
    /// It is done already.
    Done(Answer),
}

impl Pending {
    /// Everything after the write.
    ///
    /// # Errors
    /// Those of a create or an update.
    pub async fn finish(self, outcome: Outcome) -> Result<Answer> {
        match self {
            Self::Create(pending) => pending.finish(outcome).await,
            Self::Update(pending) => pending.finish(outcome).await,
        }
    }
}

/// Saves an installation: the row with this id, or the one that the body belongs to, or a new one.
///
/// # Errors
/// 132, 135 and 136 as the rules have them, and those of a create or an update.
pub async fn save(call: &Call, id: Option<&str>, body: Value) -> Result<Answer> {
    for again in (0..TRIES).rev() {
        let (writes, pending) = match prepare(call, id, body.clone()).await? {
            Prepared::Writes(writes, pending) => (writes, pending),
            Prepared::Done(answer) => return Ok(answer),
        };
        let wanted = writes.len();
        let mut outcomes = call.engine.write_all(writes, true).await?;
        match outcomes.pop() {
            // Another save may have merged the row away; only if it is there is it the caller who may not.
            Some(Ok(Outcome::Updated(None))) if id.is_none() && again > TRIES - 2 => {}
            Some(outcome) if outcomes.len() + 1 == wanted => return pending.finish(outcome?).await,
            Some(Err(error)) => return Err(error),
            _ => {}
        }
    }
    Err(raced())
}

/// Others were quicker, again and again.
pub fn raced() -> Error {
    Error::new(Code::DuplicateDeviceToken, "The installation is being changed by other requests; try again.")
}

/// Everything up to the writes.
///
/// # Errors
/// As [`save`].
pub async fn prepare(call: &Call, id: Option<&str>, body: Value) -> Result<Prepared> {
    let action = if id.is_some() { Action::Update } else { Action::Create };
    authorise::class(call.subject(), CLASS, action)?;
    let mut body = entries(body)?;
    screen(call, &body)?;
    if id.is_none() {
        create::object_id(call, CLASS, &mut body.clone())?;
    }
    let sent = Sent::read(call, id, &mut body)?;
    let (mut writes, target) = match sent.wanted() {
        None => (Vec::new(), id.map(str::to_owned)),
        Some(wanted) => {
            let rows = read(call, Filter::Or(wanted.clone())).await?;
            let decision = decide(&sent, &rows, &call.engine.config.installation)?;
            if decision.target.is_some() {
                body.take("objectId");
                body.take("createdAt");
            }
            (before(call, &rows, &decision, wanted)?, decision.target)
        }
    };
    let body = Value::Object(body);
    let (write, pending) = match target {
        Some(id) => match update::prepare(call.clone(), CLASS, &id, body).await? {
            update::Prepared::Write(write, pending) => (write, Pending::Update(pending)),
            update::Prepared::Done(answer) => return Ok(Prepared::Done(answer)),
        },
        None => match create::prepare(call.clone(), CLASS, body).await? {
            create::Prepared::Write(write, pending) => (write, Pending::Create(pending)),
            create::Prepared::Done(answer) => return Ok(Prepared::Done(answer)),
        },
    };
    writes.push(write);
    Ok(Prepared::Writes(writes, pending))
}

/// The rows that the save may be about.
async fn read(call: &Call, wanted: Filter) -> Result<Vec<ParseObject>> {
    let schema = call.engine.schemas.get_or_new(CLASS);
    let read = internal("a save finds the rows of its device").read(schema, wanted, call.limits);
    let rows = call.engine.storage.find(&read).await?;
    (0..rows.len()).map(|i| rows.object(i)).collect()
}

/// What is written before the row itself: the condition that everything is as it was read, and what becomes of duplicates.
fn before(call: &Call, rows: &[ParseObject], decision: &Decision, wanted: Vec<Filter>) -> Result<Vec<Write>> {
    let schema = call.engine.schemas.get_or_new(CLASS);
    let why = internal("a device token belongs to one installation");
    let known = Constraint::Nin(rows.iter().map(|row| Value::from(row.id.as_str())).collect());
    let unknown = Filter::Field("objectId".into(), vec![known]);
    // The list of ids is repeated, for a database finds each of these by an index, but not what is around them all.
    let mut changed: Vec<Filter> = wanted.into_iter().map(|one| one.and(unknown.clone())).collect();
    changed.extend(rows.iter().filter(|row| decision.rests_on(row)).map(has_changed));
    let mut writes = vec![Write::Absent(why.absent(schema.clone(), Filter::Or(changed)))];
    let config = &call.engine.config.installation;
    let action = if config.keep_duplicates { Action::Update } else { Action::Delete };
    let mut losers = Vec::new();
    for row in rows.iter().filter(|row| decision.losers.contains(&row.id)) {
        if !config.enforce_auth || may(call, &schema, action, row)? {
            losers.push(row);
        } else {
            tracing::warn!(action = action.name(), "an installation with the same device token is left to its owner");
        }
    }
    if !config.keep_duplicates && !losers.is_empty() {
        let ids = Constraint::In(losers.iter().map(|row| Value::from(row.id.as_str())).collect());
        writes.push(Write::Delete(why.delete(schema, Filter::Field("objectId".into(), vec![ids]))));
    } else {
        for row in losers {
            let ops = vec![(Path::from(decision.cleared), Op::Delete)];
            let filter = Filter::eq("objectId", row.id.as_str());
            let now = call.engine.clock.now();
            writes.push(Write::Update(why.update(schema.clone(), filter, ops, now).silently()));
        }
    }
    Ok(writes)
}

/// Has a row been given another token or installation id than it was read with?
fn has_changed(row: &ParseObject) -> Filter {
    let other = |field: &str| {
        let value = row.fields.get(field).cloned().unwrap_or_default();
        Filter::Field(field.into(), vec![Constraint::Ne(value)])
    };
    Filter::eq("objectId", row.id.as_str()).and(Filter::Or(vec![other("deviceToken"), other("installationId")]))
}

/// May the caller do this to a row, as its class and its own permissions say?
fn may(call: &Call, schema: &ClassSchema, action: Action, row: &ParseObject) -> Result<bool> {
    let subject = call.subject();
    let listed = match (subject.groups(), &row.acl) {
        (Some(groups), Some(acl)) => acl.write.iter().any(|entry| groups.contains(entry)),
        _ => true,
    };
    match clp::check(schema, subject, action, true) {
        Ok(Granted::All) => Ok(listed),
        Ok(Granted::Some(filter)) => Ok(listed && matches(&filter, row, &mut Work::unlimited())?),
        Err(error) if error.is_internal() => Err(error),
        Err(_) => Ok(false),
    }
}
