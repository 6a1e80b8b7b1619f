//! Cloud Code: the points at which an app's own code runs, and who runs it.

use std::future::Future;
use std::pin::Pin;

use crate::error::Result;
use crate::model::Map;

/// A point of the recipes at which an app's own code may run (`cloud.md` section 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Trigger {
    /// Before an object is stored; may change or refuse it.
    BeforeSave,
    /// After an object was stored.
    AfterSave,
    /// Before an object is deleted; may refuse.
    BeforeDelete,
    /// After an object was deleted.
    AfterDelete,
    /// Before a query runs; may change or refuse it.
    BeforeFind,
    /// After a query ran; may change its results.
    AfterFind,
}

/// What a trigger is told.
#[derive(Debug, Clone, Default)]
pub struct TriggerRequest {
    /// The object with the changes of the request, in wire form; none for find triggers.
    pub object: Option<Map>,
    /// The stored object before the request, in wire form.
    pub original: Option<Map>,
    /// The results, for [`Trigger::AfterFind`].
    pub objects: Vec<Map>,
    /// The query, for find triggers.
    pub query: Option<Map>,
    /// Was the query a count?
    pub count: bool,
    /// Was the query a get by id?
    pub is_get: bool,
    /// Is it the master key that asks?
    pub master: bool,
    /// The user who asks, in wire form.
    pub user: Option<Map>,
    /// The installation that asks.
    pub installation_id: Option<String>,
    /// The context of the request, which triggers may change for those after them.
    pub context: Map,
}

/// What a trigger answered. Everything in it is untrusted and checked again.
#[derive(Debug, Clone, Default)]
pub struct TriggerAnswer {
    /// The complete new save data, for [`Trigger::BeforeSave`]; or the body of the response, for [`Trigger::AfterSave`].
    pub object: Option<Map>,
    /// Other results, for [`Trigger::AfterFind`].
    pub objects: Option<Vec<Map>>,
    /// Another query, for [`Trigger::BeforeFind`].
    pub query: Option<Map>,
    /// The context as the trigger left it.
    pub context: Option<Map>,
}

/// Runs an app's own code.
pub trait Invoker: Send + Sync {
    /// Is there code for this point of this class? Asked on every request, so a look-up in a snapshot.
    fn has(&self, class: &str, trigger: Trigger) -> bool;

    /// The names of all jobs; an app has none unless its code says so.
    fn jobs(&self) -> Vec<String> {
        Vec::new()
    }

    /// Runs it.
    fn run<'a>(
        &'a self,
        class: &'a str,
        trigger: Trigger,
        request: TriggerRequest,
    ) -> Pin<Box<dyn Future<Output = Result<TriggerAnswer>> + Send + 'a>>;
}

/// The invoker of an app without Cloud Code.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoCode;

impl Invoker for NoCode {
    fn has(&self, _: &str, _: Trigger) -> bool {
        false
    }

    fn run<'a>(
        &'a self,
        _: &'a str,
        _: Trigger,
        _: TriggerRequest,
    ) -> Pin<Box<dyn Future<Output = Result<TriggerAnswer>> + Send + 'a>> {
        Box::pin(async { Ok(TriggerAnswer::default()) })
    }
}
