//! Writes of plans: one after the other, new objects of one class together.

use std::sync::Arc;

use mongodb::bson::{Bson, Document, RawDocumentBuf, doc};
use mongodb::error::ErrorKind;
use mongodb::options::ReturnDocument;

use super::filter::{self, Near};
use super::undo::Undo;
use super::{Mongo, decode, encode, error, names, update};
use crate::access::{Absent, Create, Delete, Join, Update, Write};
use crate::error::{Error, Result};
use crate::model::ClassSchema;
use crate::storage::Outcome;

impl Mongo {
    /// Carries out writes that stand for themselves; new objects of one class that follow each other are one command.
    pub(super) async fn each(&self, writes: Vec<Write>) -> Result<Vec<Result<Outcome>>> {
        let mut outcomes = Vec::with_capacity(writes.len());
        let mut rest = &writes[..];
        while let Some(first) = rest.first() {
            let alike = run(rest);
            match alike {
                0 | 1 => outcomes.push(self.one(first, None).await),
                _ => outcomes.extend(self.insert(&rest[..alike], false).await),
            }
            rest = &rest[alike.max(1)..];
        }
        Ok(outcomes)
    }

    /// Carries out all writes or none: what was done is undone when one fails or misses its object.
    pub(super) async fn all(&self, writes: Vec<Write>) -> Result<Vec<Result<Outcome>>> {
        let mut undo = Undo::default();
        let mut outcomes: Vec<Result<Outcome>> = Vec::with_capacity(writes.len());
        let mut rest = &writes[..];
        while let Some(first) = rest.first() {
            let alike = run(rest).max(1);
            if alike > 1 {
                let done = self.insert(&rest[..alike], true).await;
                let made = rest.iter().zip(&done).filter(|(_, outcome)| outcome.is_ok());
                made.for_each(|(write, _)| undo.created(write));
                outcomes.extend(done);
            } else {
                outcomes.push(self.one(first, Some(&mut undo)).await);
            }
            if !outcomes.last().is_some_and(is_hit) {
                undo.run(self).await?;
                return Ok(outcomes);
            }
            rest = &rest[alike..];
        }
        Ok(outcomes)
    }

    /// Carries out one write; `undo` is told what would take it back.
    async fn one(&self, write: &Write, undo: Option<&mut Undo>) -> Result<Outcome> {
        match write {
            Write::Create(plan) => self.create(plan, write, undo).await,
            Write::Update(plan) => self.update(plan, undo).await,
            Write::Delete(plan) => self.delete(plan, undo).await,
            Write::Absent(plan) => self.absent(plan).await.map(Outcome::Absent),
        }
    }

    async fn create(&self, plan: &Create, write: &Write, mut undo: Option<&mut Undo>) -> Result<Outcome> {
        let schema = plan.schema();
        let document = encode::object(schema, plan.object());
        let id = names::id(&schema.name, &plan.object().id);
        self.check_texts(schema, &document, &Bson::Null).await?;
        let collection = self.collection(&schema.name);
        if let Err(refused) = collection.insert_one(raw(&document)?).await {
            return Err(self.refused(schema, &document, refused).await);
        }
        if let Some(undo) = undo.as_deref_mut() {
            undo.created(write);
        }
        if let Err(taken) = self.check_texts(schema, &document, &id).await {
            // Another was made at the same time.
            collection.delete_one(doc! { "_id": id }).await.map_err(error::of_write)?;
            return Err(taken);
        }
        self.join(schema, &plan.object().id, plan.joins(), undo).await?;
        Ok(Outcome::Created)
    }

    /// Several new objects of one class: with `ordered` up to the first that fails.
    async fn insert(&self, writes: &[Write], ordered: bool) -> Vec<Result<Outcome>> {
        let plans: Vec<&Create> = writes.iter().filter_map(creates).collect();
        let documents: Result<Vec<_>> =
            plans.iter().map(|plan| raw(&encode::object(plan.schema(), plan.object()))).collect();
        let (Ok(documents), Some(first)) = (documents, plans.first()) else {
            return vec![Err(Error::json("a value that cannot be stored"))];
        };
        let collection = self.collection(&first.schema().name);
        let Err(failed) = collection.insert_many(&documents).ordered(ordered).await else {
            return plans.iter().map(|_| Ok(Outcome::Created)).collect();
        };
        let ErrorKind::InsertMany(many) = &*failed.kind else { return vec![Err(error::of_write(failed))] };
        let mut outcomes: Vec<_> = plans.iter().map(|_| Ok(Outcome::Created)).collect();
        let mut end = outcomes.len();
        for refused in many.write_errors.iter().flatten() {
            let told = error::of_code(refused.code, &refused.message);
            let told = told.unwrap_or_else(|| Error::internal(refused.message.clone()));
            if let Some(outcome) = outcomes.get_mut(refused.index) {
                *outcome = Err(told);
                end = if ordered { refused.index + 1 } else { end };
            }
        }
        outcomes.truncate(end);
        outcomes
    }

    async fn update(&self, plan: &Update, mut undo: Option<&mut Undo>) -> Result<Outcome> {
        let schema = plan.schema();
        let mut condition = condition(schema, plan.filter(), plan.groups())?;
        let change = update::document(plan);
        let collection = self.collection(&schema.name);
        let texts = self.texts(schema, &change);
        if undo.is_some() || !texts.is_empty() {
            let Some(before) = collection.find_one(condition.clone()).await.map_err(error::of_read)? else {
                return Ok(Outcome::Updated(None));
            };
            let id = before.get("_id").ok().flatten().and_then(|id| Bson::try_from(id).ok()).unwrap_or(Bson::Null);
            for (key, text) in texts {
                self.check_text(schema, &key, &text, &id).await?;
            }
            condition = doc! { "$and": [{ "_id": id }, condition] };
            if let Some(undo) = undo.as_deref_mut() {
                undo.changed(&schema.name, before);
            }
        }
        let after = if change.is_empty() {
            collection.find_one(condition).await.map_err(error::of_read)?
        } else {
            let changed =
                collection.find_one_and_update(condition, change.clone()).return_document(ReturnDocument::After);
            match changed.await {
                Ok(after) => after,
                Err(refused) => return Err(self.refused(schema, &change, refused).await),
            }
        };
        let Some(after) = after else { return Ok(Outcome::Updated(None)) };
        let object = decode::object(&after, schema, true)?;
        self.join(schema, &object.id, plan.joins(), undo).await?;
        Ok(Outcome::Updated(Some(object)))
    }

    async fn delete(&self, plan: &Delete, undo: Option<&mut Undo>) -> Result<Outcome> {
        let schema = plan.schema();
        let condition = condition(schema, plan.filter(), plan.groups())?;
        let collection = self.collection(&schema.name);
        if let Some(undo) = undo {
            let mut cursor = collection.find(condition.clone()).await.map_err(error::of_read)?;
            while cursor.advance().await.map_err(error::of_read)? {
                undo.changed(&schema.name, cursor.current().to_owned());
            }
        }
        let gone = collection.delete_many(condition).await.map_err(error::of_write)?;
        Ok(Outcome::Deleted(gone.deleted_count))
    }

    async fn absent(&self, plan: &Absent) -> Result<bool> {
        let condition = condition(plan.schema(), plan.filter(), None)?;
        let collection = self.collection(&plan.schema().name);
        let found = collection.find_one(condition).projection(doc! { "_id": 1 });
        Ok(found.await.map_err(error::of_read)?.is_none())
    }

    /// Adds and removes entries of relations, all of a field in one command each.
    async fn join(&self, schema: &ClassSchema, owner: &str, joins: &[Join], mut undo: Option<&mut Undo>) -> Result<()> {
        let mut fields: Vec<&str> = joins.iter().map(|join| join.field.as_str()).collect();
        fields.sort_unstable();
        fields.dedup();
        for field in fields {
            let name = names::join(&schema.name, field);
            if let Some(undo) = undo.as_deref_mut() {
                undo.joined(self, &name, owner).await?;
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
                self.collection(&name).delete_many(gone).await.map_err(error::of_write)?;
            }
        }
        Ok(())
    }

    async fn add_entries(&self, name: &str, owner: &str, added: &[&str]) -> Result<()> {
        for some in added.chunks(1000) {
            let entry = |related: &&str| {
                let entry = doc! { "relatedId": *related, "owningId": owner };
                Bson::Document(doc! { "q": entry.clone(), "u": { "$set": entry }, "upsert": true })
            };
            let entries: Vec<Bson> = some.iter().map(entry).collect();
            let command = doc! { "update": self.name(name), "updates": entries, "ordered": false };
            let answer = self.db.run_command(command).await.map_err(error::of_write)?;
            if answer.contains_key("writeErrors") {
                return Err(Error::internal(format!("entries of {name} could not be stored: {answer}")));
            }
        }
        Ok(())
    }
}

/// How many new objects of one class, without entries of relations and without texts to look at, stand at the beginning.
fn run(writes: &[Write]) -> usize {
    let class = writes.first().and_then(creates).map(|plan| plan.schema());
    let alike = |write: &&Write| {
        let one = creates(write).filter(|plan| plan.joins().is_empty() && plan.schema().name != "_User");
        one.zip(class)
            .is_some_and(|(plan, class)| Arc::ptr_eq(plan.schema(), class) || plan.schema().name == class.name)
    };
    writes.iter().take_while(alike).count()
}

fn creates(write: &Write) -> Option<&Create> {
    match write {
        Write::Create(plan) => Some(plan),
        _ => None,
    }
}

/// Did a write of an all-or-nothing group find what it was for?
fn is_hit(outcome: &Result<Outcome>) -> bool {
    !matches!(outcome, Err(_) | Ok(Outcome::Updated(None) | Outcome::Deleted(0) | Outcome::Absent(false)))
}

fn condition(schema: &ClassSchema, filter: &crate::model::Filter, groups: Option<&[String]>) -> Result<Document> {
    filter::condition(schema, filter, "_wperm", groups, Near::Circle)
}

/// A document as bytes.
fn raw(document: &Document) -> Result<RawDocumentBuf> {
    RawDocumentBuf::try_from(document).map_err(|_| Error::json("a value that cannot be stored"))
}
