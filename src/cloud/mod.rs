//! Cloud Code: the points at which an app's own code runs, and who runs it.

pub mod headers;
mod trigger;
pub mod webhook;

use std::future::Future;
use std::pin::Pin;

pub use self::trigger::{About, FunctionAnswer, FunctionRequest, Trigger, TriggerAnswer, TriggerRequest};
use self::webhook::Hook;
use crate::error::{Code, Error, Result};

/// What runs an app's own code gives back.
pub type Ran<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// Runs an app's own code.
pub trait Invoker: Send + Sync {
    /// Is there any code at all? Asked on every request: only then is put together what only code wants to know.
    fn any(&self) -> bool {
        true
    }

    /// Is there code for this point of this class? Asked on every request, so a look-up in a snapshot.
    fn has(&self, class: &str, trigger: Trigger) -> bool;

    /// Is there a function with this name?
    fn has_function(&self, _: &str) -> bool {
        false
    }

    /// The names of all jobs; an app has none unless its code says so.
    fn jobs(&self) -> Vec<String> {
        Vec::new()
    }

    /// From now on these are all webhooks.
    fn hook(&self, _: Vec<Hook>) {}

    /// Runs a trigger.
    fn run<'a>(&'a self, class: &'a str, trigger: Trigger, request: TriggerRequest) -> Ran<'a, TriggerAnswer>;

    /// Runs a function.
    fn call<'a>(&'a self, name: &'a str, _: FunctionRequest) -> Ran<'a, FunctionAnswer> {
        Box::pin(async move { Err(no_function(name)) })
    }
}

/// The error for a function that is none.
pub fn no_function(name: &str) -> Error {
    Error::new(Code::ScriptFailed, format!("Invalid function: \"{name}\""))
}

/// The invoker of an app without Cloud Code.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoCode;

impl Invoker for NoCode {
    fn any(&self) -> bool {
        false
    }

    fn has(&self, _: &str, _: Trigger) -> bool {
        false
    }

    fn run<'a>(&'a self, _: &'a str, _: Trigger, _: TriggerRequest) -> Ran<'a, TriggerAnswer> {
        Box::pin(async { Ok(TriggerAnswer::default()) })
    }
}
