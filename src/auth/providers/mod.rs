//! Ways to sign in other than by password: `authData` (`accounts-auth.md`).

mod adapter;
mod anonymous;
mod bridge;
mod jwt;
mod keycloak;
mod keys;
mod mfa;
mod oauth2;
mod sms;
mod table;
mod totp;

use std::future::Future;
use std::pin::Pin;

pub use self::table::Providers;
pub use crate::config::Role;
use crate::error::{Error, Result};
use crate::model::id::Random;
use crate::model::{Date, Map, Value};

/// What a provider is asked.
pub struct Question<'a> {
    /// What the client sent.
    pub sent: &'a Map,
    /// What the user has, if there is a user who has something.
    pub stored: Option<&'a Map>,
    /// Who sent it.
    pub asker: Asker,
    /// The request, as [`Provider::wants_request`] is told it.
    pub request: Map,
    /// Now.
    pub now: Date,
    /// Chance, for codes.
    pub random: &'a dyn Random,
}

/// Who sends `authData`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asker {
    /// Somebody who is not logged in as the user.
    Stranger,
    /// The user, logged in.
    Owner,
    /// The master key, about the user.
    Master,
}

/// What is to be done with what a client sent.
#[derive(Debug, Default)]
pub struct Verdict {
    /// What is stored instead of it.
    pub save: Option<Map>,
    /// Nothing is stored; what is there stays.
    pub keep: bool,
    /// What the client is told in `authDataResponse`.
    pub response: Option<Value>,
    /// What is said after all, once the user has been given what is to be stored.
    pub refused: Option<Error>,
}

/// What a provider is made to ask back.
pub struct Challenge<'a> {
    /// What the client wants of it.
    pub wish: &'a Value,
    /// The `authData` that came along.
    pub sent: Option<&'a Value>,
    /// The request, as [`Provider::wants_request`] is told it.
    pub request: Map,
}

/// What a provider's check gives back.
pub type Checked<'a> = Pin<Box<dyn Future<Output = Result<Verdict>> + Send + 'a>>;

/// What a provider asks back.
pub type Asked<'a> = Pin<Box<dyn Future<Output = Result<Option<Value>>> + Send + 'a>>;

/// One way to sign in.
pub trait Provider: Send + Sync {
    /// What of a log-in it is, for a user with this stored.
    fn role(&self, stored: &Map) -> Role {
        let _ = stored;
        Role::Default
    }

    /// Are users known by an id that it gives?
    fn gives_ids(&self) -> bool {
        true
    }

    /// Is what a client sent right?
    fn check<'a>(&'a self, question: Question<'a>) -> Checked<'a>;

    /// Must it be told of the request? Only then is put together what it is told: the object, the user, who asks.
    fn wants_request(&self) -> bool {
        false
    }

    /// What it asks back before a log-in, if it is one that does.
    fn challenge<'a>(&'a self, challenge: Challenge<'a>) -> Asked<'a> {
        let _ = challenge;
        Box::pin(async { Ok(None) })
    }

    /// Is it asked about what is shown of a user? Where it cannot be, [`Provider::shown`] holds.
    fn is_asked_what_to_show(&self) -> bool {
        false
    }

    /// What is shown of what is stored in an answer to a request; `None`: all of it.
    fn after_find<'a>(&'a self, request: &'a Map, stored: &'a Map) -> Asked<'a> {
        let _ = (request, stored);
        Box::pin(async { Ok(None) })
    }

    /// What everybody but the master key sees of what is stored; `None`: all of it.
    fn shown(&self, stored: &Map) -> Option<Map> {
        let _ = stored;
        None
    }
}

/// A text that is not empty, under a key of what a client sent. Anything else, operators among it, is none.
fn text<'a>(sent: &'a Map, key: &str) -> Option<&'a str> {
    sent.get(key).and_then(Value::as_str).filter(|text| !text.is_empty())
}
