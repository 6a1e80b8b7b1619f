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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::access::account::of_user;
    use crate::access::internal;
    use crate::model::{ClassSchema, Date, ParseObject};

    fn schema(class: &str) -> Arc<ClassSchema> {
        Arc::new(ClassSchema::new(class))
    }

    fn update(class: &str, filter: Filter) -> Changed {
        Changed::by(&Write::Update(internal("test").update(schema(class), filter, Vec::new(), Date(0))))
    }

    #[test]
    fn a_write_says_whose_sessions_it_changes() {
        let id = || Filter::eq("objectId", "u");
        let user = || Changed::User("u".to_owned());
        assert_eq!(update("_User", id()), user());
        assert_eq!(update("_User", id().and(Filter::Nor(vec![Filter::eq("n", 1.0)]))), user());
        assert_eq!(update("_User", Filter::eq("username", "u")), Changed::Users);
        assert_eq!(update("_User", Filter::Or(vec![id(), Filter::eq("objectId", "v")])), Changed::Users);
        assert_eq!(update("_Session", of_user("user", "u").and(Filter::eq("a", "b"))), user());
        assert_eq!(update("_Session", id()), Changed::Users);
        assert_eq!(update("_Role", id()), Changed::Roles);
        assert_eq!(update("Other", id()), Changed::Nothing);
        let all = |class: &str| Changed::by(&Write::Delete(internal("test").delete(schema(class), Filter::all())));
        assert_eq!((all("_Session"), all("_User"), all("_Role")), (Changed::Users, Changed::Users, Changed::Roles));
        let create = |class: &str| {
            Changed::by(&Write::Create(internal("test").create(schema(class), ParseObject::default(), Vec::new())))
        };
        assert_eq!((create("_Session"), create("_Role")), (Changed::Nothing, Changed::Roles));
    }
}
