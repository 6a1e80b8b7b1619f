//! Access control lists: who may read and who may write an object.

use std::collections::HashSet;

use super::{Map, Value};

/// The two lists of an object. An object without an [`Acl`] is public; one with empty lists is for the master key alone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Acl {
    /// Entries that may read: `*`, user ids, `role:<name>`.
    pub read: Vec<String>,
    /// Entries that may write.
    pub write: Vec<String>,
}

impl Acl {
    /// Reads the form on the wire; only truthy flags count, anything that is no object gives nobody anything.
    pub fn from_wire(value: &Value) -> Self {
        let mut acl = Self::default();
        for (entry, flags) in value.as_object().into_iter().flatten() {
            let Some(flags) = flags.as_object() else { continue };
            if flags.get("read").is_some_and(Value::truthy) {
                acl.read.push(entry.to_string());
            }
            if flags.get("write").is_some_and(Value::truthy) {
                acl.write.push(entry.to_string());
            }
        }
        acl
    }

    /// The form on the wire: entries in the order of the read list, then those that may only write; true flags only.
    pub fn to_wire(&self) -> Value {
        let (may_read, may_write): (HashSet<_>, HashSet<_>) = (self.read.iter().collect(), self.write.iter().collect());
        let flags = |entry: &String| {
            let flags = [("read", may_read.contains(entry)), ("write", may_write.contains(entry))];
            Value::Object(
                flags.into_iter().filter(|(_, may)| *may).map(|(flag, _)| (flag, Value::Bool(true))).collect(),
            )
        };
        let entries = self.read.iter().chain(self.write.iter().filter(|entry| !may_read.contains(entry)));
        Value::Object(entries.map(|entry| (entry.as_str(), flags(entry))).collect::<Map>())
    }
}
