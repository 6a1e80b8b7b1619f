//! Who asks? Keys and sessions, from what a request carries to a [`Caller`].

pub mod cache;
pub mod credential;
pub mod forget;
pub mod lockout;
pub mod password;
pub mod policy;
pub mod providers;
mod roles;
pub mod session;

use std::sync::Arc;

use self::cache::Cache;
use self::password::Passwords;
use self::policy::Policy;
use self::providers::Providers;
use self::session::Known;
use crate::access::Subject;
use crate::config::AppConfig;
use crate::error::Result;
use crate::model::Map;
use crate::schema::Schemas;
use crate::storage::Storage;

/// Who makes a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Caller {
    /// The caller as permissions know it.
    pub subject: Subject,
    /// `X-Parse-Installation-Id`, or `cloud` for a master key without one.
    pub installation_id: Option<String>,
    /// The session token that the request carried. It belongs to the subject only if that is a user: with a key it stands here
    /// unlooked at.
    pub session_token: Option<String>,
    /// The user of the session, in wire form.
    pub user: Option<Arc<Map>>,
}

impl Caller {
    /// A client without a session.
    pub fn anonymous() -> Self {
        Self { subject: Subject::anonymous(), installation_id: None, session_token: None, user: None }
    }

    /// The server itself, with all rights.
    pub fn server() -> Self {
        Self { subject: Subject::Master, installation_id: Some("cloud".into()), session_token: None, user: None }
    }
}

/// What one app knows of who asks: sessions and roles in memory for a short while, passwords, providers.
pub struct Auth {
    storage: Arc<dyn Storage>,
    schemas: Arc<Schemas>,
    sessions: Cache<Known>,
    role_cache: Cache<Vec<String>>,
    /// Life of a session that is renewed while in use, ms; `None` if it is not.
    renewal: Option<i64>,
    /// Hashes and compares passwords.
    pub passwords: Passwords,
    /// What passwords must be.
    pub policy: Policy,
    /// Ways to sign in other than by password.
    pub providers: Arc<Providers>,
}

impl Auth {
    /// As the configuration says, over a database.
    ///
    /// # Errors
    /// 1 for a password pattern that is none, and if no provider's server can be asked.
    pub fn new(config: &AppConfig, storage: Arc<dyn Storage>, schemas: Arc<Schemas>) -> Result<Self> {
        let life = i64::try_from(config.cache_ttl.as_millis()).unwrap_or(i64::MAX);
        let most = usize::try_from(config.cache_max_size).unwrap_or(usize::MAX);
        Ok(Self {
            storage,
            schemas,
            sessions: Cache::new(life, most),
            role_cache: Cache::new(life, most),
            renewal: config
                .accounts
                .session_length
                .filter(|_| config.accounts.extend_session_on_use)
                .map(|length| i64::try_from(length.as_millis()).unwrap_or(i64::MAX)),
            passwords: Passwords::new(),
            policy: Policy::new(config.accounts.password_policy.as_ref())?,
            providers: Arc::new(Providers::new(&config.accounts)?),
        })
    }

    /// Sees whether [`Auth::new`] would take a configuration.
    ///
    /// # Errors
    /// As there.
    pub fn check(config: &AppConfig) -> Result<()> {
        Policy::new(config.accounts.password_policy.as_ref())?;
        Providers::new(&config.accounts).map(drop)
    }
}
