//! An update carried out on an object in memory, as MongoDB would carry it out in its document.

use crate::error::{Code, Error, Result};
use crate::model::{Date, Map, Op, ParseObject, Path, Pointer, Value};

/// How many elements an update may add because one is set far behind the end of an array; they become null.
const MAX_GAP: usize = 10_000;

/// Carries out the operations in order. Paths that begin with `_` lead into the internal columns. Fields that are new go to
/// the end; `updatedAt` is set last.
///
/// # Errors
/// 111 for an operation on a value of another type, and for a path through a value that has no parts.
pub fn apply(object: &mut ParseObject, ops: &[(Path, Op)], updated: Date) -> Result<()> {
    let mut gap = MAX_GAP;
    for (path, op) in ops {
        if matches!(op, Op::Relate { .. }) || matches!(path.root(), "objectId" | "ACL" | "") {
            continue;
        }
        let map = if path.root().starts_with('_') { &mut object.internal } else { &mut object.fields };
        let keys: Vec<&str> = path.components().collect();
        Step { op, path, gap: &mut gap }.in_map(map, &keys)?;
    }
    object.fields.set("updatedAt", Value::Date(updated));
    Ok(())
}

/// One operation on its way along its path.
struct Step<'a> {
    op: &'a Op,
    path: &'a Path,
    /// What is left of [`MAX_GAP`] for the whole update.
    gap: &'a mut usize,
}

impl Step<'_> {
    fn in_map(&mut self, map: &mut Map, keys: &[&str]) -> Result<()> {
        let [key, below @ ..] = keys else { return Ok(()) };
        if below.is_empty() {
            return self.in_slot(map, key);
        }
        match map.get_mut(key) {
            Some(value) => self.inside(value, below),
            None => {
                let mut made = Map::new();
                self.in_map(&mut made, below)?;
                if !made.is_empty() {
                    map.set(*key, Value::Object(made));
                }
                Ok(())
            }
        }
    }

    fn in_slot(&self, map: &mut Map, key: &str) -> Result<()> {
        // The old value is replaced where it stands: a failing operation ends the whole update, so that nothing is lost.
        let old = map.get_mut(key).map(std::mem::take);
        match self.op.apply(old)? {
            Some(value) => drop(map.set(key, value)),
            None => drop(map.take(key)),
        }
        Ok(())
    }

    fn inside(&mut self, value: &mut Value, keys: &[&str]) -> Result<()> {
        if let Value::Pointer(pointer) = value {
            *value = Value::Object(Map::from([
                ("__type", Value::from("Pointer")),
                ("className", Value::from(pointer.class.as_str())),
                ("objectId", Value::from(pointer.id.as_str())),
            ]));
        }
        match value {
            Value::Object(map) => {
                self.in_map(map, keys)?;
                if let Some(pointer) = Pointer::from_keys(map) {
                    *value = Value::Pointer(pointer);
                }
                Ok(())
            }
            Value::Array(list) => self.in_list(list, keys),
            _ if matches!(self.op, Op::Delete) => Ok(()),
            _ => Err(no_parts(self.path)),
        }
    }

    fn in_list(&mut self, list: &mut Vec<Value>, keys: &[&str]) -> Result<()> {
        let [key, below @ ..] = keys else { return Ok(()) };
        let Some(at) = crate::model::map::array_index(key).map(|n| n as usize) else {
            return if matches!(self.op, Op::Delete) { Ok(()) } else { Err(no_parts(self.path)) };
        };
        let there = at < list.len();
        if !there && matches!(self.op, Op::Delete | Op::Remove(_)) {
            return Ok(());
        }
        if !below.is_empty() && there {
            return self.inside(&mut list[at], below);
        }
        self.reach(at, list.len())?;
        let mut slot = Map::new();
        if there {
            slot.set("v", std::mem::take(&mut list[at]));
        }
        let mut keys = vec!["v"];
        keys.extend(below);
        self.in_map(&mut slot, &keys)?;
        if !there {
            list.resize(at + 1, Value::Null);
        }
        list[at] = slot.take("v").unwrap_or_default();
        Ok(())
    }

    /// Takes the elements between the end of a list and a place behind it off what the update may add.
    fn reach(&mut self, at: usize, end: usize) -> Result<()> {
        let far = || format!("Cannot set {}: too far behind the end of the array.", self.path);
        let left =
            self.gap.checked_sub(at.saturating_sub(end)).ok_or_else(|| Error::new(Code::IncorrectType, far()))?;
        *self.gap = left;
        Ok(())
    }
}

fn no_parts(path: &Path) -> Error {
    Error::new(
        Code::IncorrectType,
        format!("Cannot create field at {path}: its parent is neither an object nor an array."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::wire;

    fn run(before: &str, path: &str, op: Op) -> Result<String> {
        let Value::Object(fields) = wire::parse(before.as_bytes(), 20).unwrap() else { panic!("an object is needed") };
        let mut object = ParseObject { fields, ..ParseObject::default() };
        apply(&mut object, &[(Path::from(path), op)], Date(0))?;
        object.fields.take("updatedAt");
        Ok(wire::to_string(&Value::Object(object.fields)))
    }

    #[test]
    fn follows_mongodb_into_objects_and_arrays() {
        let set = || Op::Set(Value::Number(5.0));
        for (before, path, op, after) in [
            (r#"{"a":1,"b":2}"#, "a", set(), r#"{"a":5,"b":2}"#),
            (r#"{"b":2}"#, "a", set(), r#"{"b":2,"a":5}"#),
            (r#"{}"#, "a.b.c", set(), r#"{"a":{"b":{"c":5}}}"#),
            (r#"{"a":{"b":1}}"#, "a.c", Op::Increment(2.0), r#"{"a":{"b":1,"c":2}}"#),
            (r#"{"a":{"b":1,"c":2}}"#, "a.b", Op::Delete, r#"{"a":{"c":2}}"#),
            (r#"{"a":[1]}"#, "a.3", set(), r#"{"a":[1,null,null,5]}"#),
            (r#"{"a":[1,2]}"#, "a.0", Op::Delete, r#"{"a":[null,2]}"#),
            (r#"{"a":[{"k":1}]}"#, "a.0.k", Op::Increment(1.0), r#"{"a":[{"k":2}]}"#),
            (r#"{"a":[]}"#, "a.0.k", set(), r#"{"a":[{"k":5}]}"#),
            (r#"{}"#, "a.0", set(), r#"{"a":{"0":5}}"#),
            (r#"{}"#, "a", Op::Remove(vec![Value::Null]), r#"{}"#),
            (r#"{}"#, "a.b", Op::Delete, r#"{}"#),
            (r#"{"a":7}"#, "a.b", Op::Delete, r#"{"a":7}"#),
            (r#"{"a":[1]}"#, "a", Op::Add(vec![Value::Number(1.0)]), r#"{"a":[1,1]}"#),
        ] {
            assert_eq!(run(before, path, op).unwrap(), after, "{before} {path}");
        }
    }

    #[test]
    fn refuses_a_path_through_a_scalar() {
        for before in [r#"{"a":7}"#, r#"{"a":null}"#, r#"{"a":[1]}"#] {
            let error = run(before, "a.b", Op::Set(Value::Null)).unwrap_err();
            assert_eq!(error.code(), Some(Code::IncorrectType), "{before}");
        }
        assert!(run(r#"{"a":[]}"#, "a.4000000", Op::Set(Value::Null)).is_err());
    }
}
