//! Ways to sign in other than by password: `authData` (`accounts-auth.md`).

mod anonymous;

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use self::anonymous::Anonymous;
use crate::config::AccountsConfig;
use crate::error::{Code, Error, Result};
use crate::model::{Map, Value};

/// What of a log-in a provider is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// One way in among others.
    Default,
    /// Enough by itself, whatever else the user has set up.
    Solo,
    /// Wanted besides another one, once it is set up.
    Additional,
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

    /// Is what a client sent right? `stored` is what the user has, if there is one yet.
    fn check<'a>(&'a self, sent: &'a Map, stored: Option<&'a Map>) -> Checked<'a>;

    /// What it asks back before a log-in, if it is one that does.
    fn challenge<'a>(&'a self, wish: &'a Value, stored: Option<&'a Map>) -> Asked<'a> {
        let _ = (wish, stored);
        Box::pin(async { Ok(None) })
    }
}

/// The providers of an app.
pub struct Providers(BTreeMap<String, Box<dyn Provider>>);

impl Providers {
    /// Those that the configuration switches on.
    pub fn new(config: &AccountsConfig) -> Self {
        let mut all: BTreeMap<String, Box<dyn Provider>> = BTreeMap::new();
        if config.enable_anonymous_users {
            all.insert("anonymous".to_owned(), Box::new(Anonymous));
        }
        Self(all)
    }

    /// Their names; the id that each gives is unique among users.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The one with this name.
    pub fn get(&self, name: &str) -> Option<&dyn Provider> {
        self.0.get(name).map(|provider| &**provider)
    }

    /// 252 for a name that is none.
    pub fn unsupported() -> Error {
        Error::new(Code::UnsupportedService, "This authentication method is unsupported.")
    }

    /// Has a user who signs in with `sent` brought along what its account asks for?
    ///
    /// # Errors
    /// -1 with the names of those that are missing.
    pub fn check_complete(&self, sent: &Map, stored: &Map) -> Result<()> {
        let mut missing = Vec::new();
        let mut additional = false;
        for (name, data) in stored {
            let (Some(provider), Some(data)) = (self.get(name), data.as_object()) else { continue };
            let brought = sent.get(name).is_some_and(Value::truthy);
            match provider.role(data) {
                Role::Solo if brought => return Ok(()),
                Role::Additional if brought => additional = true,
                Role::Additional => missing.push(name.as_str()),
                Role::Solo | Role::Default => {}
            }
        }
        if additional || missing.is_empty() {
            return Ok(());
        }
        Err(Error::new(Code::OtherCause, format!("Missing additional authData {}", missing.join(","))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fake(Role);
    impl Provider for Fake {
        fn role(&self, _: &Map) -> Role {
            self.0
        }
        fn check<'a>(&'a self, _: &'a Map, _: Option<&'a Map>) -> Checked<'a> {
            Box::pin(async { Ok(Verdict::default()) })
        }
    }

    #[test]
    fn an_additional_provider_is_asked_for_unless_a_solo_one_is_there() {
        let fake = |role| -> Box<dyn Provider> { Box::new(Fake(role)) };
        let all = [("mfa", Role::Additional), ("key", Role::Solo), ("plain", Role::Default)];
        let providers = Providers(all.into_iter().map(|(name, role)| (name.to_owned(), fake(role))).collect());
        let map = |names: &[&str]| -> Map { names.iter().map(|name| (*name, Value::Object(Map::new()))).collect() };
        let stored = map(&["mfa", "key", "plain"]);
        for (sent, complete) in [(&["plain"][..], false), (&["mfa"], true), (&["key"], true), (&[], false)] {
            assert_eq!(providers.check_complete(&map(sent), &stored).is_ok(), complete, "{sent:?}");
        }
        let error = providers.check_complete(&Map::new(), &map(&["mfa"])).unwrap_err();
        assert_eq!(error.to_string(), "-1: Missing additional authData mfa");
        assert!(providers.check_complete(&Map::new(), &map(&["plain", "gone"])).is_ok());
    }
}
