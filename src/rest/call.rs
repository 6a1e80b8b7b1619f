//! One call: who asks, on which app, and what bounds the work.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::Arc;

use super::{Engine, Room};
use crate::access::authorise::{Door, Gate};
use crate::access::clp::Action;
use crate::access::protected::Protected;
use crate::access::{Limits, SharedVeil, Subject};
use crate::auth::Caller;
use crate::cloud::{About, Trigger, TriggerAnswer, TriggerRequest};
use crate::error::{Code, Error, Result};
use crate::matching::{Work, matches};
use crate::model::{ClassSchema, Filter, Map, ParseObject, Value};

/// Everything a recipe needs to know besides the class and the body. Cheap to clone; batch makes one for each of its requests.
#[derive(Clone)]
pub struct Call {
    /// The app.
    pub engine: Arc<Engine>,
    /// Who asks.
    pub caller: Arc<Caller>,
    /// `X-Parse-Cloud-Context`.
    pub context: Map,
    /// The headers of the request as code is shown them; none where there is no code.
    pub headers: Arc<Map>,
    /// The address the request came from.
    pub ip: Option<IpAddr>,
    /// What bounds the work.
    pub limits: Limits,
    /// What bounds the results.
    pub room: Arc<Room>,
    /// Is it one of a batch whose writes all happen or none?
    pub in_transaction: bool,
}

impl Call {
    /// Who asks, as permissions know it.
    pub fn subject(&self) -> &Subject {
        &self.caller.subject
    }

    /// Steps in front of a class.
    pub fn door(&self, schema: Arc<ClassSchema>) -> Door<'_> {
        let protected = &self.engine.config.protected_fields;
        let option = protected.fields.get(&schema.name);
        let veil = SharedVeil(self.engine.auth.providers.clone());
        Door::new(self.subject(), schema, option, protected.owner_exempt, self.limits).veiled(veil)
    }

    /// The same with nothing taken of its room.
    #[must_use]
    pub fn with_room(self) -> Self {
        Self { room: Arc::new(Room::new(self.engine.pool.clone())), ..self }
    }

    /// Opens the gate for an action on a class.
    ///
    /// # Errors
    /// 119, or 101 for a caller who would have to log in.
    pub fn gate(&self, schema: Arc<ClassSchema>, action: Action) -> Result<Gate<'_>> {
        self.door(schema).open(action)
    }

    /// Refuses what is done before the writes of a transaction, and could not be undone with them.
    ///
    /// # Errors
    /// 108 in a transaction.
    pub fn check_undoable(&self, what: &str) -> Result<()> {
        match self.in_transaction {
            true => Err(Error::new(Code::CommandUnavailable, format!("{what} cannot be part of a transaction"))),
            false => Ok(()),
        }
    }

    /// May the caller get or find an object that it saves? To be asked with what is stored, before the answer is told.
    pub fn sees(&self, schema: &Arc<ClassSchema>, object: &ParseObject) -> bool {
        let holds = |filter: &Filter| matches(filter, object, &mut Work::unlimited()).unwrap_or(false);
        [Action::Get, Action::Find]
            .into_iter()
            .any(|action| self.gate(schema.clone(), action).is_ok_and(|gate| gate.reaches(object, holds)))
    }

    /// Takes the protected fields out of the answer to a save of the object with an id, where the app does not exempt it.
    pub fn hide_protected(&self, class: &str, id: &str, answer: &mut Map) {
        if !self.engine.config.protected_fields.save_response_exempt {
            self.protected(class, id).iter().for_each(|field| drop(answer.take(field)));
        }
    }

    /// What is hidden from the caller in objects of a class, whoever they belong to; nothing in the caller's own user.
    pub fn protected(&self, class: &str, id: &str) -> HashSet<String> {
        let config = &self.engine.config.protected_fields;
        if class == "_User" && config.owner_exempt && self.subject().user() == Some(id) {
            return HashSet::new();
        }
        let schema = self.engine.schemas.get_or_new(class);
        Protected::of(&schema, config.fields.get(class), self.subject()).fields
    }

    /// What code is told of the call.
    pub fn about(&self) -> About {
        let mut user = self.caller.user.as_deref().cloned();
        if let (Some(user), Some(token)) = (&mut user, &self.caller.session_token) {
            user.set("sessionToken", Value::from(token.as_str()));
        }
        About {
            master: self.subject().is_master(),
            read_only: *self.subject() == Subject::ReadOnlyMaster,
            user,
            installation_id: self.caller.installation_id.clone(),
            context: self.context.clone(),
            headers: self.headers.clone(),
            ip: self.ip,
            deadline: self.limits.deadline,
        }
    }

    /// Runs a trigger, if the app has code for it.
    ///
    /// # Errors
    /// What the code says.
    pub async fn trigger(
        &mut self,
        class: &str,
        trigger: Trigger,
        fill: impl FnOnce(&mut TriggerRequest),
    ) -> Result<Option<TriggerAnswer>> {
        if !self.engine.invoker.has(class, trigger) {
            return Ok(None);
        }
        let mut request = TriggerRequest { about: self.about(), ..TriggerRequest::default() };
        fill(&mut request);
        let engine = self.engine.clone();
        let mut answer = engine.invoker.run(class, trigger, request).await?;
        if let Some(context) = answer.context.take() {
            self.context = context;
        }
        Ok(Some(answer))
    }
}
