//! What an update does to a field (`objects.md` section 2).

use super::value_set::ValueSet;
use super::{Pointer, Value};
use crate::error::{Code, Error, Result};

/// One operation on one path.
#[derive(Debug, Clone, PartialEq)]
pub enum Op {
    /// A plain value.
    Set(Value),
    /// Adds to a number; a missing field counts as 0.
    Increment(f64),
    /// Appends to a list; a missing field counts as empty.
    Add(Vec<Value>),
    /// Appends what is not there yet.
    AddUnique(Vec<Value>),
    /// Takes out every element equal to one of these.
    Remove(Vec<Value>),
    /// Takes the field away.
    Delete,
    /// Adds to a relation and removes from it.
    Relate {
        /// Objects to add.
        add: Vec<Pointer>,
        /// Objects to remove.
        remove: Vec<Pointer>,
    },
}

/// What an operation gives back: the new value, or `None` if the field is gone or was never there.
pub type Applied = Result<Option<Value>>;

impl Op {
    /// The result of the operation on a value, `None` standing for a missing one. MongoDB's rules: a type that does not fit is
    /// an error, and null is a type of its own.
    pub fn apply(&self, old: Option<Value>) -> Applied {
        Ok(match self {
            Self::Set(value) => Some(value.clone()),
            Self::Delete => None,
            Self::Relate { .. } => old,
            Self::Increment(by) => match old {
                None => Some(Value::Number(*by)),
                Some(Value::Number(n)) => Some(Value::Number(n + by)),
                Some(_) => return Err(mismatch("Cannot apply Increment to a value that is not a number.")),
            },
            Self::Add(items) => {
                let mut list = list_of(old)?;
                list.extend(items.iter().cloned());
                Some(Value::Array(list))
            }
            Self::AddUnique(items) => {
                let mut list = list_of(old)?;
                let mut set = ValueSet::of(&list);
                let fresh: Vec<Value> = items.iter().filter(|item| set.insert(item)).cloned().collect();
                list.extend(fresh);
                Some(Value::Array(list))
            }
            Self::Remove(items) => match old {
                None => None,
                old => {
                    let mut list = list_of(old)?;
                    let gone = ValueSet::of(items);
                    list.retain(|v| !gone.contains(v));
                    Some(Value::Array(list))
                }
            },
        })
    }

    /// Does the answer to the client carry the result of this operation?
    pub fn is_reported(&self) -> bool {
        matches!(self, Self::Increment(_) | Self::Add(_) | Self::AddUnique(_) | Self::Remove(_))
    }
}

fn list_of(old: Option<Value>) -> Result<Vec<Value>> {
    match old {
        None => Ok(Vec::new()),
        Some(Value::Array(list)) => Ok(list),
        Some(_) => Err(mismatch("Cannot apply a list operation to a value that is not an array.")),
    }
}

fn mismatch(message: &'static str) -> Error {
    Error::new(Code::IncorrectType, message)
}
