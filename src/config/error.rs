//! What can be wrong with a configuration, and what is only worth saying.

/// Why a configuration is refused. `Display` is one line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct ConfigError {
    /// The reason, in one line.
    pub reason: String,
    /// Lines to show before the reason: a recipe.
    pub help: Vec<String>,
}

impl ConfigError {
    /// An error without a recipe.
    pub fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), help: Vec::new() }
    }
}

impl From<String> for ConfigError {
    fn from(reason: String) -> Self {
        Self::new(reason)
    }
}

impl From<&str> for ConfigError {
    fn from(reason: &str) -> Self {
        Self::new(reason)
    }
}

/// Something an operator should know, that does not stop the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// What it is about.
    pub kind: WarningKind,
    /// The message, in one line.
    pub message: String,
}

/// What a warning is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WarningKind {
    /// An option that changes nothing here.
    NoEffect,
    /// An option left out by `ignoreUnsupported`.
    Ignored,
    /// A default that Parse Server has announced to change, or an option it will remove.
    Deprecation,
    /// A value or a variable that probably does not mean what its author thinks.
    Suspicious,
}
