//! The points at which code runs, and what it is told and says there.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use crate::model::{Map, Value};

/// Builds [`Trigger`] from one table: its name, and Parse's.
macro_rules! triggers {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)+) => {
        /// A point of the recipes at which an app's own code may run (`cloud.md` section 4).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Trigger { $($(#[$doc])* $name,)+ }

        impl Trigger {
            /// Parse's name for it.
            pub const fn name(self) -> &'static str { match self { $(Self::$name => $text,)+ } }
            /// The point with this name.
            pub fn from_name(name: &str) -> Option<Self> { match name { $($text => Some(Self::$name),)+ _ => None } }
        }
    };
}

triggers! {
    /// Before an object is stored; may change or refuse it.
    BeforeSave = "beforeSave",
    /// After an object was stored.
    AfterSave = "afterSave",
    /// Before an object is deleted; may refuse.
    BeforeDelete = "beforeDelete",
    /// After an object was deleted.
    AfterDelete = "afterDelete",
    /// Before a query runs; may change or refuse it.
    BeforeFind = "beforeFind",
    /// After a query ran; may change its results.
    AfterFind = "afterFind",
    /// Before a user gets a session; may refuse.
    BeforeLogin = "beforeLogin",
    /// After a user got a session.
    AfterLogin = "afterLogin",
    /// After a session ended.
    AfterLogout = "afterLogout",
    /// Before a mail to reset a password is sent; may refuse.
    BeforePasswordResetRequest = "beforePasswordResetRequest",
    /// Before a LiveQuery client is connected; may refuse.
    BeforeConnect = "beforeConnect",
    /// Before a LiveQuery client subscribes; may refuse.
    BeforeSubscribe = "beforeSubscribe",
    /// Before a LiveQuery client is told of an event.
    AfterEvent = "afterEvent",
}

/// What code is told of the request for which it runs.
#[derive(Debug, Clone, Default)]
pub struct About {
    /// Is it a master key that asks?
    pub master: bool,
    /// Is that the read-only one?
    pub read_only: bool,
    /// The user who asks, in wire form, with its session token.
    pub user: Option<Map>,
    /// The installation that asks.
    pub installation_id: Option<String>,
    /// The context of the request, which code may change for that which runs after it.
    pub context: Map,
    /// The headers of the request, their names in lower case.
    pub headers: Arc<Map>,
    /// Where the request came from.
    pub ip: Option<IpAddr>,
    /// When the answer is of no use any more.
    pub deadline: Option<Instant>,
}

/// What a trigger is told.
#[derive(Debug, Clone, Default)]
pub struct TriggerRequest {
    /// The request.
    pub about: About,
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
}

/// What a trigger answered. Everything in it is untrusted and checked again.
#[derive(Debug, Clone, Default)]
pub struct TriggerAnswer {
    /// The complete new save data, for [`Trigger::BeforeSave`]; or the body of the response, for [`Trigger::AfterSave`].
    pub object: Option<Map>,
    /// Other results, for [`Trigger::AfterFind`]; for [`Trigger::BeforeFind`] an empty list says that nothing is found.
    pub objects: Option<Vec<Map>>,
    /// Another query, for [`Trigger::BeforeFind`].
    pub query: Option<Map>,
    /// The context as the trigger left it.
    pub context: Option<Map>,
}

/// What a function is told.
#[derive(Debug, Clone, Default)]
pub struct FunctionRequest {
    /// The request.
    pub about: About,
    /// Its parameters, in wire form.
    pub params: Map,
}

/// What a function answered, in wire form; `None` if it said nothing.
pub type FunctionAnswer = Option<Value>;
