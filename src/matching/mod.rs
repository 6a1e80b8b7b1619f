//! The where tree evaluated in memory, with MongoDB's meaning: missing and null, arrays, paths through arrays, comparison
//! across types.
//!
//! Values are taken in the form in which MongoDB would store them: a pointer column is the text `Class$id`, a file its
//! name, a place the pair `[longitude, latitude]`, a polygon a GeoJSON object; a pointer inside an array or object is the
//! object `{__type, className, objectId}`. SQLite's query functions, LiveQuery and the storage tests share this code.

mod compare;
mod constraint;
mod distinct;
pub mod geo;
pub mod regex;
mod sort;
pub mod text;
mod walk;
mod work;

use std::borrow::Cow;

use crate::error::Result;
use crate::model::{Filter, Map, ParseObject, Value};

pub use compare::{compare, equal};
pub use constraint::holds;
pub use distinct::values_at;
pub use sort::{order, sort_key};
pub use work::Work;

/// Something that has fields: an object, or the bare map of one.
pub trait Fields {
    /// The value of a field by its name on the wire; `None` if it is missing.
    fn field(&self, name: &str) -> Option<Cow<'_, Value>>;
}

impl Fields for ParseObject {
    fn field(&self, name: &str) -> Option<Cow<'_, Value>> {
        self.get(name)
    }
}

impl Fields for Map {
    fn field(&self, name: &str) -> Option<Cow<'_, Value>> {
        self.get(name).map(Cow::Borrowed)
    }
}

/// Does the condition hold for the object?
///
/// # Errors
/// 102 for a regular expression that cannot be used, 124 when `work` is used up.
pub fn matches(filter: &Filter, object: &dyn Fields, work: &mut Work) -> Result<bool> {
    work.spend(1)?;
    match filter {
        Filter::And(all) => {
            for one in all {
                if !matches(one, object, work)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        Filter::Or(all) => any(all, object, work),
        Filter::Nor(all) => any(all, object, work).map(|hit| !hit),
        Filter::Field(path, constraints) => {
            let value = object.field(path.root());
            holds(constraints, path.rest(), value.as_deref(), work)
        }
        Filter::Text(search) => {
            let document = text::Document::of(std::slice::from_ref(&search.field), object);
            text::Search::new(search)?.matches(&document, work)
        }
    }
}

fn any(all: &[Filter], object: &dyn Fields, work: &mut Work) -> Result<bool> {
    for one in all {
        if matches(one, object, work)? {
            return Ok(true);
        }
    }
    Ok(false)
}
