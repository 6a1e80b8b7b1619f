//! Writes of plans: one after the other, new objects of one class together.

use std::sync::Arc;

use mongodb::bson::{Bson, Document, RawDocumentBuf, doc};
use mongodb::error::ErrorKind;

use super::filter::{self, Near};
use super::group::Outcomes;
use super::hand::Hand;
use super::{Mongo, decode, encode, error, names, update};
use crate::access::{Absent, Create, Delete, Join, Update, Write};
use crate::error::{Error, Result};
use crate::model::{ClassSchema, ParseObject};
use crate::storage::Outcome;

impl Mongo {
    /// Carries out writes that stand for themselves.
    pub(super) async fn each(&self, writes: &[Write]) -> Result<Outcomes> {
        let mut outcomes = Vec::with_capacity(writes.len());
        let mut rest = writes;
        while let Some(first) = rest.first() {
            let (now, later) = rest.split_at(self.alike(rest));
            if self.texts_of(first).is_some() {
                outcomes.extend(self.together(now, false).await?);
            } else {
                outcomes.extend(Hand::new(self).some(now, false).await);
            }
            rest = later;
        }
        Ok(outcomes)
    }

    /// One change to all that match.
    pub(super) async fn update_all(&self, plan: &Update) -> Result<u64> {
        let schema = plan.schema();
        let condition = condition(schema, plan.filter(), plan.groups())?;
        let changed = Hand::new(self).change_many(&schema.name, condition, update::document(plan)).await;
        changed.map_err(error::of_write)
    }

    /// How many new objects of one class that one command can store stand at the beginning; 1 for any other write.
    pub(super) fn alike(&self, writes: &[Write]) -> usize {
        let class = writes.first().and_then(creates).map(|plan| plan.schema());
        let alike = |write: &&Write| {
            let one = creates(write).filter(|plan| plan.joins().is_empty() && self.texts_of(write).is_none());
            one.zip(class)
                .is_some_and(|(plan, class)| Arc::ptr_eq(plan.schema(), class) || plan.schema().name == class.name)
        };
        writes.iter().take_while(alike).count().max(1)
    }
}

impl Hand<'_> {
    /// Carries out one write, or several that are alike: with `ordered` up to the first that fails.
    pub async fn some(&mut self, writes: &[Write], ordered: bool) -> Outcomes {
        match writes {
            [Write::Create(plan)] => vec![self.create(plan, &writes[0]).await],
            [Write::Update(plan)] => vec![self.update(plan, &writes[0]).await],
            [Write::Delete(plan)] => vec![self.delete(plan).await],
            [Write::Absent(plan)] => vec![self.absent(plan).await],
            alike => self.insert(alike, ordered).await,
        }
    }

    async fn create(&mut self, plan: &Create, write: &Write) -> Result<Outcome> {
        let schema = plan.schema();
        let document = encode::object(schema, plan.object());
        if let Some(texts) = self.mongo.texts_of(write) {
            self.mongo.check_texts(&texts, &Bson::Null).await?;
        }
        let stored = self.insert_one(&schema.name, raw(&document)?).await;
        if may_have_happened(&stored) {
            self.done(|undo| undo.created(write));
        }
        if let Err(refused) = stored {
            return Err(self.mongo.refused(schema, &document, refused).await);
        }
        self.join(schema, &plan.object().id, plan.joins()).await?;
        Ok(Outcome::Created)
    }

    /// Several new objects of one class.
    async fn insert(&mut self, writes: &[Write], ordered: bool) -> Outcomes {
        let plans: Vec<&Create> = writes.iter().filter_map(creates).collect();
        let documents: Result<Vec<_>> =
            plans.iter().map(|plan| raw(&encode::object(plan.schema(), plan.object()))).collect();
        let (Ok(documents), Some(first)) = (documents, plans.first()) else {
            return plans.iter().map(|_| Err(Error::json("a value that cannot be stored"))).collect();
        };
        let mut outcomes: Outcomes = plans.iter().map(|_| Ok(Outcome::Created)).collect();
        if let Err(failed) = self.insert_many(&first.schema().name, &documents, ordered).await {
            outcomes = refused(outcomes, failed, ordered);
        }
        let made = writes.iter().zip(&outcomes).filter(|(_, outcome)| outcome.is_ok());
        made.for_each(|(write, _)| self.done(|undo| undo.created(write)));
        outcomes
    }

    async fn update(&mut self, plan: &Update, write: &Write) -> Result<Outcome> {
        let schema = plan.schema();
        let mut condition = condition(schema, plan.filter(), plan.groups())?;
        let change = update::document(plan);
        let texts = self.mongo.texts_of(write);
        let by_itself = self.undo.is_some() || self.session.is_some() || texts.is_some();
        let way = if by_itself { None } else { self.mongo.setting(plan, &condition, &change) };
        let _place = match way {
            None => None,
            Some(way) => match way.answer().await {
                Ok(Ok(id)) => return Ok(Outcome::Updated(Some(ParseObject { id, ..ParseObject::default() }))),
                Ok(Err(away)) => return Err(error::of_write(away)),
                Err(place) => place,
            },
        };
        let mut back = None;
        if self.undo.is_some() || texts.is_some() {
            let Some(before) = self.find_one(&schema.name, condition.clone()).await.map_err(error::of_read)? else {
                return Ok(Outcome::Updated(None));
            };
            let id = before.get("_id").ok().flatten().and_then(|id| Bson::try_from(id).ok()).unwrap_or(Bson::Null);
            if let Some(texts) = texts {
                self.mongo.check_texts(&texts, &id).await?;
            }
            condition = doc! { "$and": [{ "_id": id }, condition] };
            back = Some(before);
        }
        let after = match change.is_empty() {
            true => self.find_one(&schema.name, condition).await.map_err(error::of_read)?,
            false => {
                let kept = back.map(|before| (before, change.clone()));
                let changed = self.change_one(&schema.name, condition, change, plan.is_unseen()).await;
                let kept = kept.filter(|_| may_have_happened(&changed) && !matches!(changed, Ok(None)));
                if let Some((before, change)) = kept {
                    self.done(|undo| undo.changed(&schema.name, &before, &change));
                }
                match changed {
                    Ok(after) => after,
                    Err(refused) => return Err(self.mongo.refused(schema, &update::document(plan), refused).await),
                }
            }
        };
        let Some(after) = after else { return Ok(Outcome::Updated(None)) };
        let object = decode::object(&after, schema, true)?;
        self.join(schema, &object.id, plan.joins()).await?;
        Ok(Outcome::Updated(Some(object)))
    }

    async fn delete(&mut self, plan: &Delete) -> Result<Outcome> {
        let schema = plan.schema();
        let condition = condition(schema, plan.filter(), plan.groups())?;
        if let Some(undo) = &mut self.undo {
            undo.gone(self.mongo, &schema.name, condition.clone()).await?;
        }
        let gone = self.delete_many(&schema.name, condition).await.map_err(error::of_write)?;
        Ok(Outcome::Deleted(gone))
    }

    async fn absent(&mut self, plan: &Absent) -> Result<Outcome> {
        let found = self.is_there(&plan.schema().name, absent(plan)?).await.map_err(error::of_read)?;
        Ok(Outcome::Absent(!found))
    }

    /// Adds and removes entries of relations, all of a field in one command each.
    async fn join(&mut self, schema: &ClassSchema, owner: &str, joins: &[Join]) -> Result<()> {
        let mut fields: Vec<&str> = joins.iter().map(|join| join.field.as_str()).collect();
        fields.sort_unstable();
        fields.dedup();
        for field in fields {
            let name = names::join(&schema.name, field);
            if let Some(undo) = &mut self.undo {
                undo.joined(self.mongo, &name, owner).await?;
            }
            let of = |add: bool| {
                let mut ids: Vec<&str> =
                    joins.iter().filter(|j| j.field == field && j.add == add).map(|j| j.related.as_str()).collect();
                ids.sort_unstable();
                ids.dedup();
                ids
            };
            let (added, removed) = (of(true), of(false));
            self.add_entries(&name, owner, &added).await?;
            if !removed.is_empty() {
                let gone = doc! { "owningId": owner, "relatedId": { "$in": removed } };
                self.delete_many(&name, gone).await.map_err(error::of_write)?;
            }
        }
        Ok(())
    }

    async fn add_entries(&mut self, name: &str, owner: &str, added: &[&str]) -> Result<()> {
        for some in added.chunks(1000) {
            let entry = |related: &&str| {
                let entry = doc! { "relatedId": *related, "owningId": owner };
                Bson::Document(doc! { "q": entry.clone(), "u": { "$set": entry }, "upsert": true })
            };
            let entries: Vec<Bson> = some.iter().map(entry).collect();
            let command = doc! { "update": self.mongo.name(name), "updates": entries, "ordered": false };
            let answer = self.command(command).await.map_err(error::of_write)?;
            if answer.contains_key("writeErrors") {
                return Err(Error::internal(format!("entries of {name} could not be stored: {answer}")));
            }
        }
        Ok(())
    }
}

/// The condition that no object may fulfil.
///
/// # Errors
/// 102 for one that cannot be asked.
pub fn absent(plan: &Absent) -> Result<Document> {
    condition(plan.schema(), plan.filter(), None)
}

/// What became of new objects of which some were refused, or all; with `ordered` up to the first of them.
fn refused(mut outcomes: Outcomes, failed: mongodb::error::Error, ordered: bool) -> Outcomes {
    let mut end = outcomes.len();
    match &*failed.kind {
        ErrorKind::InsertMany(many) if many.write_errors.as_ref().is_some_and(|errors| !errors.is_empty()) => {
            for refused in many.write_errors.iter().flatten() {
                let told = error::of_code(refused.code, &refused.message);
                let told = told.unwrap_or_else(|| Error::internal(refused.message.clone()));
                if let Some(outcome) = outcomes.get_mut(refused.index) {
                    *outcome = Err(told);
                    end = if ordered { refused.index + 1 } else { end };
                }
            }
        }
        _ => {
            outcomes.iter_mut().for_each(|outcome| *outcome = Err(error::of_write(failed.clone())));
            end = if ordered { 1 } else { end };
        }
    }
    outcomes.truncate(end);
    outcomes
}

/// Has a write happened, as far as anybody can tell? Not if the database has refused it.
fn may_have_happened<T>(done: &mongodb::error::Result<T>) -> bool {
    done.as_ref().err().is_none_or(|error| error::told(error).is_none())
}

fn creates(write: &Write) -> Option<&Create> {
    match write {
        Write::Create(plan) => Some(plan),
        _ => None,
    }
}

fn condition(schema: &ClassSchema, filter: &crate::model::Filter, groups: Option<&[String]>) -> Result<Document> {
    filter::condition(schema, filter, "_wperm", groups, Near::Circle)
}

/// A document as bytes.
fn raw(document: &Document) -> Result<RawDocumentBuf> {
    RawDocumentBuf::try_from(document).map_err(|_| Error::json("a value that cannot be stored"))
}
