//! The roles of a user: those that hold it, and those that inherit from them.

use std::collections::HashSet;

use super::Auth;
use crate::access::{Limits, Select, internal};
use crate::error::Result;
use crate::model::{Constraint, Date, Filter, ParseObject, Value};
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
        let names = self.look_up_roles(user).await?;
        self.role_cache.put(ticket, user, names.clone(), now);
        Ok(names)
    }

    /// The roles that hold the user, those that hold these, and so on. One that was found is not looked at again, so that a
    /// circle ends; one that was deleted leads nowhere, though what it held and what held it may still be on record.
    async fn look_up_roles(&self, user: &str) -> Result<Vec<String>> {
        let relation = |field: &str| Relation { class: "_Role".to_owned(), field: field.to_owned() };
        let mut next = self.storage.joined(&relation("users"), Side::Related, &[user.to_owned()]).await?;
        let mut seen: HashSet<String> = HashSet::new();
        let mut names = Vec::new();
        for _ in 0..MOST_STEPS {
            next.retain(|id| seen.insert(id.clone()));
            let roles = self.existing_roles(next).await?;
            if roles.is_empty() {
                break;
            }
            let ids: Vec<String> = roles.iter().map(|role| role.id.clone()).collect();
            let name = |role: &ParseObject| Some(format!("role:{}", role.fields.get("name")?.as_str()?));
            names.extend(roles.iter().filter_map(name));
            next = self.storage.joined(&relation("roles"), Side::Related, &ids).await?;
        }
        Ok(names)
    }

    async fn existing_roles(&self, ids: Vec<String>) -> Result<Vec<ParseObject>> {
        let Some(schema) = self.schemas.get("_Role").filter(|_| !ids.is_empty()) else { return Ok(Vec::new()) };
        let wanted = Constraint::In(ids.into_iter().map(Value::String).collect());
        let filter = Filter::Field("objectId".into(), vec![wanted]);
        let read = internal("the roles of a user decide what it may see")
            .read(schema, filter, Limits::default())
            .selecting(Select::Only(HashSet::from(["name".to_owned()])));
        let rows = self.storage.find(&read).await?;
        (0..rows.len()).map(|i| rows.object(i)).collect()
    }
}

#[cfg(test)]
mod tests;
