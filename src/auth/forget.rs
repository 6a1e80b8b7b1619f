//! What is known of users, sessions and roles is forgotten when they change.

use super::Auth;
use crate::access::Write;
use crate::model::{Constraint, Filter, Value};

/// What a write may have changed of what is in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// Nothing.
    Nothing,
    /// Whatever is known of one user's sessions.
    User(String),
    /// Whatever is known of all sessions.
    Users,
    /// Whatever is known of all roles.
    Roles,
}

impl Changed {
    /// What a write changes; to be asked before it is carried out.
    pub fn by(write: &Write) -> Self {
        let (class, filter) = match write {
            // Nothing is known of what is not there yet, except that a user has no role.
            Write::Create(plan) if plan.schema().name == "_Role" => return Self::Roles,
            Write::Create(_) | Write::Absent(_) => return Self::Nothing,
            Write::Update(plan) => (plan.schema().name.as_str(), plan.filter()),
            Write::Delete(plan) => (plan.schema().name.as_str(), plan.filter()),
        };
        match class {
            "_Role" => Self::Roles,
            "_User" => pinned(filter, "objectId").map_or(Self::Users, Self::User),
            "_Session" => pinned(filter, "user").map_or(Self::Users, Self::User),
            _ => Self::Nothing,
        }
    }
}

/// The one id that a filter asks for in a column.
fn pinned(filter: &Filter, column: &str) -> Option<String> {
    match filter {
        Filter::And(all) => all.iter().find_map(|one| pinned(one, column)),
        Filter::Field(path, constraints) if path.as_str() == column => constraints.iter().find_map(|one| match one {
            Constraint::Eq(Value::String(id)) => Some(id.clone()),
            Constraint::Eq(Value::Pointer(pointer)) => Some(pointer.id.clone()),
            _ => None,
        }),
        _ => None,
    }
}

impl Auth {
    /// Forgets what a write has changed; to be called after it.
    pub fn forget(&self, changed: &Changed) {
        match changed {
            Changed::Nothing => {}
            Changed::User(user) => self.sessions.forget(|_, known| known.user_id == *user),
            Changed::Users => self.sessions.forget(|_, _| true),
            Changed::Roles => self.role_cache.forget(|_, _| true),
        }
    }

    /// Forgets everything: a class has changed as a whole.
    pub fn forget_all(&self) {
        self.forget(&Changed::Users);
        self.forget(&Changed::Roles);
    }
}
