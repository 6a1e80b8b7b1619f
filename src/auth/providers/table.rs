//! The providers of one app, and what a log-in needs of them together.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::adapter::Adapter;
use super::anonymous::Anonymous;
use super::bridge::Bridge;
use super::keycloak::Keycloak;
use super::mfa::Mfa;
use super::oauth2::OAuth2;
use super::{Provider, Role};
use crate::access::Veil;
use crate::config::{AccountsConfig, ProviderConfig};
use crate::error::{Code, Error, Result};
use crate::model::{Map, Value};
use crate::outgoing::ask::{Http, LONGEST};

/// The providers of an app.
pub struct Providers(BTreeMap<String, Box<dyn Provider>>);

impl Providers {
    /// Those that the configuration switches on.
    ///
    /// # Errors
    /// 1 if no other server can be asked.
    pub fn new(config: &AccountsConfig) -> Result<Self> {
        let mut all: BTreeMap<String, Box<dyn Provider>> = BTreeMap::new();
        // Without a configuration it lets nobody in, but what users have of it stays secret and wanted.
        all.insert("mfa".to_owned(), Box::new(Mfa::new(None, None)));
        if config.enable_anonymous_users {
            all.insert("anonymous".to_owned(), Box::new(Anonymous));
        }
        let mut http = None;
        for (name, options) in &config.providers {
            let provider: Box<dyn Provider> = match options {
                ProviderConfig::Mfa(options) => {
                    let sms = options.sms.as_ref().map(|sms| Ok(Bridge::new(sms, shared(&mut http)?))).transpose()?;
                    Box::new(Mfa::new(Some(options), sms))
                }
                ProviderConfig::Adapter(options) => {
                    Box::new(Adapter::new(options, Bridge::new(&options.bridge, shared(&mut http)?)))
                }
                ProviderConfig::OAuth2(options) => Box::new(OAuth2::new(options.clone(), shared(&mut http)?)),
                ProviderConfig::Keycloak(options) => Box::new(Keycloak::new(options, shared(&mut http)?)),
            };
            all.insert(name.clone(), provider);
        }
        Ok(Self(all))
    }

    /// The names of those whose ids must be unique among users.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|(_, provider)| provider.gives_ids()).map(|(name, _)| name.as_str())
    }

    /// The one with this name.
    pub fn get(&self, name: &str) -> Option<&dyn Provider> {
        self.0.get(name).map(|provider| &**provider)
    }

    /// Are providers asked about what is shown of users?
    pub fn are_asked_what_to_show(&self) -> bool {
        self.0.values().any(|provider| provider.is_asked_what_to_show())
    }

    /// Is there one that must be told of requests?
    pub fn want_requests(&self) -> bool {
        self.0.values().any(|provider| provider.wants_request())
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

impl Veil for Providers {
    fn shown(&self, provider: &str, stored: &Map) -> Option<Map> {
        self.get(provider)?.shown(stored)
    }
}

/// The one client for all providers, made when the first one needs it.
fn shared(http: &mut Option<Arc<Http>>) -> Result<Arc<Http>> {
    if let Some(http) = http {
        return Ok(http.clone());
    }
    Ok(http.insert(Arc::new(Http::new("an auth provider's server", LONGEST)?)).clone())
}

#[cfg(test)]
mod tests {
    use super::super::{Checked, Question, Verdict};
    use super::*;

    struct Fake(Role);
    impl Provider for Fake {
        fn role(&self, _: &Map) -> Role {
            self.0
        }
        fn check<'a>(&'a self, _: Question<'a>) -> Checked<'a> {
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
