//! What a request tells the database of how it wants to be read. No permission hangs on it, and a back end that has no use for a
//! part of it leaves it.

use crate::model::Value;

/// Advice for one read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Advice {
    /// The index to use: its name, or its keys.
    pub hint: Option<Value>,
    /// What is noted in the database's log.
    pub comment: Option<String>,
    /// Which members of a replica set may answer.
    pub preference: Option<Preference>,
    /// How much is told of a plan that is explained.
    pub verbosity: Option<String>,
}

/// Which members of a replica set may answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preference {
    /// The primary alone.
    Primary,
    /// The primary if there is one.
    PrimaryPreferred,
    /// Secondaries alone.
    Secondary,
    /// A secondary if there is one.
    SecondaryPreferred,
    /// Whoever is near.
    Nearest,
}

impl Preference {
    /// The preference with this name, whatever its case.
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name.to_uppercase().as_str() {
            "PRIMARY" => Self::Primary,
            "PRIMARY_PREFERRED" => Self::PrimaryPreferred,
            "SECONDARY" => Self::Secondary,
            "SECONDARY_PREFERRED" => Self::SecondaryPreferred,
            "NEAREST" => Self::Nearest,
            _ => return None,
        })
    }
}

impl From<Preference> for Advice {
    fn from(preference: Preference) -> Self {
        Self { preference: Some(preference), ..Self::default() }
    }
}
