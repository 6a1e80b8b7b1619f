//! The roles of a user: those that hold it, and those that inherit from them.

use std::collections::HashSet;

use super::Auth;
use crate::access::{Limits, Select, internal};
use crate::error::Result;
use crate::model::{Constraint, Date, Filter, Value};
use crate::storage::{Relation, Side};

/// So many steps of inheritance are followed, a query each.
const MOST_STEPS: usize = 100;

impl Auth {
    /// `role:<name>` for every role that the user has, from memory or from the database.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn roles(&self, user: &str, now: Date) -> Result<Vec<String>> {
        if let Some(roles) = self.role_cache.get(user, now) {
            return Ok(roles);
        }
        let ticket = self.role_cache.ticket();
        let ids = self.role_ids(user).await?;
        let names = self.role_names(ids).await?;
        self.role_cache.put(ticket, user, names.clone(), now);
        Ok(names)
    }

    /// The ids of the roles; one that was found is not looked at again, so that a circle ends.
    async fn role_ids(&self, user: &str) -> Result<Vec<String>> {
        let relation = |field: &str| Relation { class: "_Role".to_owned(), field: field.to_owned() };
        let mut next = self.storage.joined(&relation("users"), Side::Related, &[user.to_owned()]).await?;
        let mut seen: HashSet<String> = HashSet::new();
        let mut found = Vec::new();
        for _ in 0..MOST_STEPS {
            next.retain(|id| seen.insert(id.clone()));
            if next.is_empty() {
                break;
            }
            let parents = self.storage.joined(&relation("roles"), Side::Related, &next).await?;
            found.extend(std::mem::replace(&mut next, parents));
        }
        Ok(found)
    }

    async fn role_names(&self, ids: Vec<String>) -> Result<Vec<String>> {
        let Some(schema) = self.schemas.get("_Role").filter(|_| !ids.is_empty()) else { return Ok(Vec::new()) };
        let wanted = Constraint::In(ids.into_iter().map(Value::String).collect());
        let filter = Filter::Field("objectId".into(), vec![wanted]);
        let read = internal("the roles of a user decide what it may see")
            .read(schema, filter, Limits::default())
            .selecting(Select::Only(HashSet::from(["name".to_owned()])));
        let rows = self.storage.find(&read).await?;
        let mut names = Vec::with_capacity(rows.len());
        for i in 0..rows.len() {
            let role = rows.object(i)?;
            if let Some(name) = role.fields.get("name").and_then(Value::as_str) {
                names.push(format!("role:{name}"));
            }
        }
        Ok(names)
    }
}
