//! The way along a path to the values that a constraint looks at.
//!
//! MongoDB goes through arrays on its way: `a.b` means `b` in each object of the array `a`, `a.0` its first element *and*
//! the key `0` of its objects. At the end of the path it takes each element of an array, then the array itself.

use super::Work;
use super::compare::{Form, pair_of, plain, pointer_object};
use crate::error::Result;
use crate::model::Value;

/// What to take of an array that ends the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leaf {
    /// Each element, then the array.
    Each,
    /// The array alone.
    Whole,
}

/// Looks at one value (`None` if there is nothing) and says whether that was enough.
pub(super) type Visit<'a> = &'a mut dyn FnMut(Option<&Value>, Form, &mut Work) -> Result<bool>;

/// Visits what the path leads to until a visit says that it was enough; the answer is whether one did.
pub(super) fn walk(
    value: Option<&Value>,
    rest: &[&str],
    leaf: Leaf,
    visit: Visit<'_>,
    work: &mut Work,
) -> Result<bool> {
    step(value, Form::Column, rest, leaf, visit, work)
}

fn step(
    value: Option<&Value>,
    form: Form,
    rest: &[&str],
    leaf: Leaf,
    visit: Visit<'_>,
    work: &mut Work,
) -> Result<bool> {
    work.spend(1)?;
    let Some(value) = value else { return visit(None, form, work) };
    match (value, rest) {
        (Value::Array(list), _) => elements(list, value, form, rest, leaf, visit, work),
        (Value::GeoPoint(point), _) => elements(&pair_of(*point), value, form, rest, leaf, visit, work),
        (_, []) => visit(Some(value), form, work),
        (Value::Object(map), [key, rest @ ..]) => step(map.get(key), Form::Interior, rest, leaf, visit, work),
        (Value::Pointer(pointer), [key, rest @ ..]) if form == Form::Interior => {
            step(pointer_object(pointer).get(key), Form::Interior, rest, leaf, visit, work)
        }
        (Value::Polygon(_), _) => step(Some(&plain(value, form)), form, rest, leaf, visit, work),
        _ => visit(None, form, work),
    }
}

fn elements(
    list: &[Value],
    array: &Value,
    form: Form,
    rest: &[&str],
    leaf: Leaf,
    visit: Visit<'_>,
    work: &mut Work,
) -> Result<bool> {
    let [key, below @ ..] = rest else {
        if leaf == Leaf::Each {
            for element in list {
                work.spend(1)?;
                if visit(Some(element), Form::Interior, work)? {
                    return Ok(true);
                }
            }
        }
        return visit(Some(array), form, work);
    };
    let place = index(key);
    for (i, element) in list.iter().enumerate() {
        work.spend(1)?;
        let here = place == Some(i);
        let hit = match element {
            Value::Object(_) | Value::Pointer(_) => {
                step(Some(element), Form::Interior, rest, leaf, visit, work)?
                    || (here && step(Some(element), Form::Interior, below, leaf, visit, work)?)
            }
            // An element asked for by its place is not taken apart, even if it is an array.
            _ if here && below.is_empty() => visit(Some(element), Form::Interior, work)?,
            Value::Array(inner) if here => elements(inner, element, Form::Interior, below, leaf, visit, work)?,
            _ => false,
        };
        if hit {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The place in an array that a component of a path stands for.
pub(super) fn index(component: &str) -> Option<usize> {
    crate::model::map::array_index(component).map(|n| n as usize)
}
