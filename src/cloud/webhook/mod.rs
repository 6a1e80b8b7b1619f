//! Webhooks: an app's own code on another server, asked over HTTP (`cloud.md` section 8).

mod answer;
mod form;
mod hook;
mod peer;

use std::time::Instant;

use arc_swap::ArcSwap;

pub use self::hook::{Hook, What};
use self::hook::{Hooks, Target};
use self::peer::Peers;
use super::{FunctionAnswer, FunctionRequest, Invoker, Ran, Trigger, TriggerAnswer, TriggerRequest, no_function};
use crate::config::Secret;
use crate::error::Result;
use crate::model::{Map, Value};

/// Runs the webhooks of an app. Those there are stand in a snapshot, which is replaced as a whole.
pub struct Webhooks {
    hooks: ArcSwap<Hooks>,
    peers: Peers,
    app_id: String,
}

impl Webhooks {
    /// None yet; `key` is sent with every question.
    ///
    /// # Errors
    /// 1 if the key cannot stand in a header.
    pub fn new(app_id: &str, key: Option<&Secret>) -> Result<Self> {
        Ok(Self { hooks: ArcSwap::default(), peers: Peers::new(key)?, app_id: app_id.to_owned() })
    }

    async fn ask(&self, target: &Target, body: Map, deadline: Option<Instant>) -> Result<Option<Value>> {
        answer::success(self.peers.post(target, &Value::Object(body), deadline).await?)
    }
}

impl Invoker for Webhooks {
    fn any(&self) -> bool {
        !self.hooks.load().is_empty()
    }

    fn has(&self, class: &str, trigger: Trigger) -> bool {
        self.hooks.load().trigger(class, trigger).is_some()
    }

    fn has_function(&self, name: &str) -> bool {
        self.hooks.load().function(name).is_some()
    }

    fn hook(&self, hooks: Vec<Hook>) {
        if !hooks.is_empty() && !self.any() && !self.peers.has_key() {
            tracing::warn!("Making outgoing webhook request without webhookKey being set!");
        }
        self.hooks.rcu(|old| Hooks::new(&hooks, old));
    }

    fn run<'a>(&'a self, class: &'a str, trigger: Trigger, request: TriggerRequest) -> Ran<'a, TriggerAnswer> {
        Box::pin(async move {
            let Some(target) = self.hooks.load().trigger(class, trigger) else { return Ok(TriggerAnswer::default()) };
            let deadline = request.about.deadline;
            let said = self.ask(&target, form::trigger(&self.app_id, class, trigger, request), deadline).await?;
            Ok(answer::of_trigger(trigger, said))
        })
    }

    fn call<'a>(&'a self, name: &'a str, request: FunctionRequest) -> Ran<'a, FunctionAnswer> {
        Box::pin(async move {
            let target = self.hooks.load().function(name).ok_or_else(|| no_function(name))?;
            let deadline = request.about.deadline;
            self.ask(&target, form::function(&self.app_id, name, request), deadline).await
        })
    }
}
