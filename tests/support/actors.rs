//! Who asks: the callers that Parse tells apart by the keys in their request headers.

/// Application id in every test config.
pub const APP_ID: &str = "app";
/// Master key in every test config.
pub const MASTER_KEY: &str = "mk";
/// Read-only master key in every test config.
pub const READ_ONLY_MASTER_KEY: &str = "ro";
/// Maintenance key in every test config.
pub const MAINTENANCE_KEY: &str = "mt";

/// A caller, as the keys it sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Sends nothing: not even the application id.
    NoKeys,
    /// An app's client without a session.
    Client,
    /// The master key.
    Master,
    /// The read-only master key.
    ReadOnly,
    /// The maintenance key.
    Maintenance,
    /// A client with this session token.
    Session(String),
}

impl Actor {
    /// The request headers that make a request this caller's.
    pub fn headers(&self) -> Vec<(String, String)> {
        let key = match self {
            Actor::NoKeys => return Vec::new(),
            Actor::Client => None,
            Actor::Master => Some(("X-Parse-Master-Key", MASTER_KEY)),
            Actor::ReadOnly => Some(("X-Parse-Master-Key", READ_ONLY_MASTER_KEY)),
            Actor::Maintenance => Some(("X-Parse-Maintenance-Key", MAINTENANCE_KEY)),
            Actor::Session(token) => Some(("X-Parse-Session-Token", token.as_str())),
        };
        let app = ("X-Parse-Application-Id", APP_ID);
        std::iter::once(app).chain(key).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }
}
