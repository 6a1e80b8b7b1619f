//! One constraint on what a path leads to.

use std::cmp::Ordering;

use super::compare::{Form, Kind, compare_in, kind, pair_of};
use super::walk::{Leaf, walk};
use super::{Work, geo, regex};
use crate::error::Result;
use crate::model::{Constraint, Value};

/// Do all constraints hold for what `rest` (the components of the path below the field) leads to in the value of the field?
///
/// # Errors
/// 102 for a regular expression that cannot be used, 124 when `work` is used up.
pub fn holds<'p>(
    constraints: &[Constraint],
    rest: impl Iterator<Item = &'p str>,
    value: Option<&Value>,
    work: &mut Work,
) -> Result<bool> {
    let at = At { value, rest: &rest.collect::<Vec<_>>() };
    for constraint in constraints {
        if !at.holds(constraint, work)? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A field's value and the way into it.
struct At<'a> {
    value: Option<&'a Value>,
    rest: &'a [&'a str],
}

impl At<'_> {
    fn holds(&self, constraint: &Constraint, work: &mut Work) -> Result<bool> {
        match constraint {
            Constraint::Eq(value) => self.equals(value, work),
            Constraint::Ne(value) => self.equals(value, work).map(|hit| !hit),
            Constraint::Lt(value) => self.ordered(value, Ordering::is_lt, work),
            Constraint::Lte(value) => self.ordered(value, Ordering::is_le, work),
            Constraint::Gt(value) => self.ordered(value, Ordering::is_gt, work),
            Constraint::Gte(value) => self.ordered(value, Ordering::is_ge, work),
            Constraint::In(list) => self.one_of(list, work),
            Constraint::Nin(list) => self.one_of(list, work).map(|hit| !hit),
            Constraint::All(list) => self.every(list, work, Self::equals),
            Constraint::AllMatch(list) => self.every(list, work, Self::matches),
            Constraint::ContainedBy(list) => self.strays(list, work).map(|hit| !hit),
            Constraint::Exists(wanted) => {
                let there = walk(self.value, self.rest, Leaf::Whole, &mut |v, _, _| Ok(v.is_some()), work)?;
                Ok(there == *wanted)
            }
            Constraint::Regex(pattern) => self.matches(pattern, work),
            Constraint::Never => Ok(false),
            place => self.any(work, |value, _, _| Ok(value.is_some_and(|v| geo::holds(place, v)))),
        }
    }

    /// Is there a value that passes?
    fn any(
        &self,
        work: &mut Work,
        mut test: impl FnMut(Option<&Value>, Form, &mut Work) -> Result<bool>,
    ) -> Result<bool> {
        walk(self.value, self.rest, Leaf::Each, &mut test, work)
    }

    fn equals(&self, wanted: &Value, work: &mut Work) -> Result<bool> {
        self.any(work, |value, form, _| Ok(same(value, wanted, form)))
    }

    fn ordered(&self, bound: &Value, test: fn(Ordering) -> bool, work: &mut Work) -> Result<bool> {
        self.any(work, |value, form, _| {
            let value = value.unwrap_or(&Value::Null);
            Ok(kind(value, form) == kind(bound, form)
                && nan(value) == nan(bound)
                && test(compare_in(value, bound, form)))
        })
    }

    fn one_of(&self, list: &[Value], work: &mut Work) -> Result<bool> {
        self.any(work, |value, form, work| {
            work.spend(list.len() as u64)?;
            Ok(list.iter().any(|wanted| same(value, wanted, form)))
        })
    }

    /// An empty list of demands is never met.
    fn every<T>(&self, list: &[T], work: &mut Work, test: fn(&Self, &T, &mut Work) -> Result<bool>) -> Result<bool> {
        for one in list {
            if !test(self, one, work)? {
                return Ok(false);
            }
        }
        Ok(!list.is_empty())
    }

    /// Is there an array with an element that is not on the list?
    fn strays(&self, list: &[Value], work: &mut Work) -> Result<bool> {
        let mut test = |value: Option<&Value>, _: Form, work: &mut Work| {
            let elements = match value {
                Some(Value::Array(list)) => list.as_slice(),
                Some(Value::GeoPoint(point)) => &pair_of(*point),
                _ => &[],
            };
            work.spend((elements.len() * list.len()) as u64)?;
            Ok(!elements.iter().all(|e| list.iter().any(|wanted| compare_in(e, wanted, Form::Interior).is_eq())))
        };
        walk(self.value, self.rest, Leaf::Whole, &mut test, work)
    }

    fn matches(&self, pattern: &crate::model::query::Regex, work: &mut Work) -> Result<bool> {
        let compiled = regex::compile(pattern)?;
        self.any(work, |value, form, work| match value {
            Some(Value::String(text) | Value::File(text)) => compiled.is_match(text, work),
            Some(Value::Pointer(pointer)) if form == Form::Column => {
                compiled.is_match(&super::compare::pointer_text(pointer), work)
            }
            _ => Ok(false),
        })
    }
}

/// Equal, where nothing counts as null.
fn same(value: Option<&Value>, wanted: &Value, form: Form) -> bool {
    match value {
        Some(value) => compare_in(value, wanted, form).is_eq(),
        None => kind(wanted, form) == Kind::Null,
    }
}

/// NaN is neither less nor greater than a number, though it sorts before them.
fn nan(value: &Value) -> bool {
    value.as_number().is_some_and(f64::is_nan)
}
