//! A stored object as the house handles it once it is more than bytes to pass on.

use super::{Acl, Map, Value};

/// One object of a class.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ParseObject {
    /// `objectId`.
    pub id: String,
    /// The fields in stored order, typed; `createdAt` and `updatedAt` among them as dates. Neither `objectId`, nor `ACL`,
    /// nor relations, nor anything internal.
    pub fields: Map,
    /// The permissions, if the object has any of its own.
    pub acl: Option<Acl>,
    /// Internal columns (`_hashed_password`, `_perishable_token`…), which no client ever sees; empty unless asked for.
    pub internal: Map,
}

impl ParseObject {
    /// The value of a field by its name on the wire, `objectId` included.
    pub fn get(&self, field: &str) -> Option<std::borrow::Cow<'_, Value>> {
        use std::borrow::Cow;
        match field {
            "objectId" => Some(Cow::Owned(Value::String(self.id.clone()))),
            _ if field.starts_with('_') => self.internal.get(field).map(Cow::Borrowed),
            _ => self.fields.get(field).map(Cow::Borrowed),
        }
    }
}
