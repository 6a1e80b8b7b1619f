//! `{"__op":…}` in a body to the operation it stands for.

use super::typed::{field, interior};
use crate::error::{Error, Result};
use crate::model::schema::unsupported;
use crate::model::{Map, Op, Pointer, Value};

/// Is the value `{"__op":"Delete"}`?
pub fn is_delete(value: &Value) -> bool {
    value.as_object().and_then(|map| map.get("__op")).and_then(Value::as_str) == Some("Delete")
}

/// What one entry of a body does. On a create the operations stand for the value they would make; Parse Server's texts of
/// errors differ there (`objects.md` section 2).
///
/// # Errors
/// 107 for operands of the wrong shape, 108 for an unknown operation, and those of [`field`].
pub fn op(value: Value, create: bool, dotted: bool) -> Result<Op> {
    let Value::Object(map) = value else { return interior(value).map(Op::Set) };
    // A create asks for an operation with a name, an update for the key alone.
    let Some(name) = map.get("__op").filter(|op| !create || op.truthy()).cloned() else {
        let value = Value::Object(map);
        return if dotted { below(value) } else { field(value) }.map(Op::Set);
    };
    match name.as_str() {
        Some("Increment") => match map.get("amount") {
            Some(Value::Number(n)) => Ok(Op::Increment(*n)),
            _ if create => Err(Error::json("objects to add must be an array")),
            _ => Err(Error::json("incrementing must provide a number")),
        },
        Some("Add") => Ok(Op::Add(objects(map, "objects to add must be an array")?)),
        Some("AddUnique") => Ok(Op::AddUnique(objects(map, "objects to add must be an array")?)),
        Some("Remove") => {
            let text = if create { "objects to add must be an array" } else { "objects to remove must be an array" };
            Ok(Op::Remove(objects(map, text)?))
        }
        Some("Delete") => Ok(Op::Delete),
        Some("AddRelation") => Ok(Op::Relate { add: pointers(&map)?, remove: Vec::new() }),
        Some("RemoveRelation") => Ok(Op::Relate { add: Vec::new(), remove: pointers(&map)? }),
        Some("Batch") => batch(map),
        _ => Err(unsupported(&name)),
    }
}

/// A value for a dotted key: of a polygon the points are put in order, a relation says nothing, everything else is as inside an
/// object.
fn below(value: Value) -> Result<Value> {
    match value.wire_type() {
        Some("Relation") => Ok(Value::Relation(String::new())),
        Some("Polygon") => field(value).map(super::untyped),
        _ => interior(value),
    }
}

fn objects(mut map: Map, text: &'static str) -> Result<Vec<Value>> {
    match map.take("objects") {
        Some(Value::Array(list)) => list.into_iter().map(interior).collect(),
        _ => Err(Error::json(text)),
    }
}

fn pointers(map: &Map) -> Result<Vec<Pointer>> {
    let list =
        map.get("objects").and_then(Value::as_array).ok_or_else(|| Error::json("objects to add must be an array"))?;
    list.iter().map(related).collect()
}

fn related(value: &Value) -> Result<Pointer> {
    let text = |key: &str| value.as_object()?.get(key)?.as_str().map(str::to_owned);
    match (text("className"), text("objectId")) {
        (Some(class), Some(id)) => Ok(Pointer { class, id }),
        _ => Err(Error::json("objects of a relation must be pointers")),
    }
}

fn batch(mut map: Map) -> Result<Op> {
    let Some(Value::Array(list)) = map.take("ops") else { return Err(Error::json("ops must be an array")) };
    let (mut all_add, mut all_remove) = (Vec::new(), Vec::new());
    for one in list {
        match op(one, false, false)? {
            Op::Relate { add, remove } => {
                all_add.extend(add);
                all_remove.extend(remove);
            }
            _ => return Err(unsupported(&Value::from("Batch"))),
        }
    }
    Ok(Op::Relate { add: all_add, remove: all_remove })
}
