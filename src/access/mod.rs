//! May they? The one authoriser, and the plans that storage takes.
//!
//! Pure: roles and sessions are looked up by `auth/` and handed in. Nothing reaches storage without a plan, and a plan is made
//! only here: by [`authorise`] for a caller, or by [`internal`] for the server's own needs.

pub mod account;
pub mod advice;
pub mod authorise;
pub mod clp;
pub mod internal;
pub mod plan;
pub mod protected;
pub mod render;

pub use advice::{Advice, Preference};
pub use internal::internal;
pub use plan::{Absent, Aggregate, Create, Delete, Join, Limits, Pipeline, Read, Update, Write};
pub use render::{Render, Select, SharedVeil, Veil};

/// Who asks, as far as permissions know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// The master key: everything is allowed.
    Master,
    /// The read-only master key: everything may be read.
    ReadOnlyMaster,
    /// The maintenance key: objects with their internal columns, no administration.
    Maintenance,
    /// A client, logged in or not.
    Client {
        /// The id of the user, if logged in.
        user: Option<String>,
        /// `role:<name>` for each role the user has, directly or by inheritance.
        roles: Vec<String>,
    },
}

impl Subject {
    /// A client without a session.
    pub const fn anonymous() -> Self {
        Self::Client { user: None, roles: Vec::new() }
    }

    /// Does the caller read past every ACL and CLP?
    pub fn reads_all(&self) -> bool {
        !matches!(self, Self::Client { .. })
    }

    /// Does the master key, full or read-only, stand behind the call?
    pub fn is_master(&self) -> bool {
        matches!(self, Self::Master | Self::ReadOnlyMaster)
    }

    /// The id of the user, if there is one.
    pub fn user(&self) -> Option<&str> {
        match self {
            Self::Client { user, .. } => user.as_deref(),
            _ => None,
        }
    }

    /// The entries of a permission list that let this client in: `*`, its roles, its user id; `None` for those who need none.
    pub fn groups(&self) -> Option<Vec<String>> {
        let Self::Client { user, roles } = self else { return None };
        let mut groups = vec!["*".to_owned()];
        groups.extend(roles.iter().cloned());
        groups.extend(user.clone());
        Some(groups)
    }
}
