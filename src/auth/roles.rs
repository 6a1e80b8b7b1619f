//! The roles of a user: those that hold it, and those that inherit from them.

use std::collections::{HashMap, HashSet};

use super::Auth;
use crate::access::{Limits, Select, internal};
use crate::error::Result;
use crate::model::{Constraint, Date, Filter, ParseObject, Value};
use crate::storage::{Lineage, Relation, Side};

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
        let (users, roles) = (relation("users"), relation("roles"));
        if let Some(lineage) = self.storage.lineage(&users, &roles, user).await? {
            return self.roles_in(lineage).await;
        }
        let mut next = self.storage.joined(&users, Side::Related, &[user.to_owned()]).await?;
        let mut seen: HashSet<String> = HashSet::new();
        let mut names = Vec::new();
        for _ in 0..MOST_STEPS {
            next.retain(|id| seen.insert(id.clone()));
            let found = self.existing_roles(next).await?;
            if found.is_empty() {
                break;
            }
            let ids: Vec<String> = found.iter().map(|role| role.id.clone()).collect();
            names.extend(found.iter().filter_map(name));
            next = self.storage.joined(&roles, Side::Related, &ids).await?;
        }
        Ok(names)
    }

    /// The same of what the database has told at once: all roles in it are read together.
    async fn roles_in(&self, lineage: Lineage) -> Result<Vec<String>> {
        let all: HashSet<&String> = lineage.first.iter().chain(lineage.above.iter().map(|(owner, _)| owner)).collect();
        let found = self.existing_roles(all.into_iter().cloned().collect()).await?;
        let mut left: HashMap<&str, &ParseObject> = found.iter().map(|role| (role.id.as_str(), role)).collect();
        let mut next: Vec<&str> = lineage.first.iter().map(String::as_str).collect();
        let mut names = Vec::new();
        for _ in 0..MOST_STEPS {
            let step: Vec<&ParseObject> = next.into_iter().filter_map(|id| left.remove(id)).collect();
            if step.is_empty() {
                break;
            }
            names.extend(step.iter().copied().filter_map(name));
            let held: HashSet<&str> = step.iter().map(|role| role.id.as_str()).collect();
            let above = lineage.above.iter().filter(|(_, related)| held.contains(related.as_str()));
            next = above.map(|(owner, _)| owner.as_str()).collect();
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

/// The entry of permission lists that stands for a role.
fn name(role: &ParseObject) -> Option<String> {
    Some(format!("role:{}", role.fields.get("name")?.as_str()?))
}

#[cfg(test)]
mod tests;
