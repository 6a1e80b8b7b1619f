//! Includes: pointers replaced by the objects they point to (`queries.md` section 4).

mod splice;

use std::collections::{HashMap, HashSet};

pub use splice::splice;

use super::Params;
use crate::access::authorise::Wanted;
use crate::access::clp::Action;
use crate::access::{Read, Select};
use crate::error::{Error, Result};
use crate::model::{ClassSchema, Constraint, Filter, Map, Pointer, Value};
use crate::rest::find::{self, after_find, before_find};
use crate::rest::{Call, Room};

/// The objects found for one path, by what pointed to them, each with its weight.
type Found = HashMap<Pointer, (Map, usize)>;

/// Replaces the pointers at all paths that the parameters name, shallow ones first.
///
/// # Errors
/// What reading the included classes says.
pub async fn run(call: &Call, schema: &ClassSchema, params: &Params, rows: &mut [Map]) -> Result<()> {
    for path in paths(schema, params) {
        let mut wanted: HashMap<String, HashSet<String>> = HashMap::new();
        for row in rows.iter() {
            collect(row, &path, &mut wanted);
        }
        if wanted.is_empty() {
            continue;
        }
        let mut found = Found::new();
        for (class, ids) in wanted {
            fetch(call, &class, ids, &path, params, &mut found).await?;
        }
        let mut replacing = Replacing { found: &found, room: &call.room, failed: None };
        rows.iter_mut().for_each(|row| replacing.in_row(row, &path));
        replacing.failed.map_or(Ok(()), Err)?;
    }
    Ok(())
}

fn paths(schema: &ClassSchema, params: &Params) -> Vec<Vec<String>> {
    let mut paths = params.include.clone();
    if params.include_all {
        for path in schema.followed().map(|name| vec![name.clone()]) {
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
        paths.sort_by(|a, b| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
    }
    paths
}

fn collect(row: &Map, path: &[String], wanted: &mut HashMap<String, HashSet<String>>) {
    let Some((first, rest)) = path.split_first() else { return };
    if let Some(value) = row.get(first) {
        collect_value(value, rest, wanted);
    }
}

fn collect_value(value: &Value, rest: &[String], wanted: &mut HashMap<String, HashSet<String>>) {
    match value {
        Value::Array(list) => list.iter().for_each(|value| collect_value(value, rest, wanted)),
        Value::Pointer(pointer) if rest.is_empty() => {
            wanted.entry(pointer.class.clone()).or_default().insert(pointer.id.clone());
        }
        Value::Object(map) => collect(map, rest, wanted),
        _ => {}
    }
}

/// Reads the objects of one class that a path leads to, with the caller's rights, and only what of them is asked for.
async fn fetch(
    call: &Call,
    class: &str,
    ids: HashSet<String>,
    path: &[String],
    params: &Params,
    found: &mut Found,
) -> Result<()> {
    let mut hooked = call.clone();
    let (mut asked, alone) = (Params { clause: by_ids(&ids), ..Params::default() }, ids.len() == 1);
    before_find(&mut hooked, class, &mut asked, alone).await?;
    let read = plan(call, class, ids, path, params)?;
    let rows = call.engine.storage.find(&read).await?;
    let mut objects = find::read(call, &read, rows).await?;
    after_find(&mut hooked, class, &asked, alone, &mut objects).await?;
    for mut object in objects {
        let id = object.get("objectId").and_then(Value::as_str).unwrap_or_default().to_owned();
        object.set("__type", Value::from("Object"));
        object.set("className", Value::from(class));
        let weight = object.weight();
        found.insert(Pointer { class: class.to_owned(), id }, (object, weight));
    }
    Ok(())
}

/// The where clause for some objects, as hooks are told it.
fn by_ids(ids: &HashSet<String>) -> Map {
    let mut list: Vec<&String> = ids.iter().collect();
    list.sort();
    let mut values: Vec<Value> = list.into_iter().map(|id| Value::from(id.as_str())).collect();
    let wanted = match values.pop() {
        Some(only) if values.is_empty() => only,
        last => Value::Object(Map::from([("$in", Value::Array(values.into_iter().chain(last).collect()))])),
    };
    Map::from([("objectId", wanted)])
}

/// The plan for the objects of one class that a path leads to.
fn plan(call: &Call, class: &str, ids: HashSet<String>, path: &[String], params: &Params) -> Result<Read> {
    let gate = call.gate(call.engine.schemas.get_or_new(class), Action::Get)?;
    let ids = ids.into_iter().map(Value::String).collect();
    gate.read(Wanted {
        filter: Some(Filter::Field("objectId".into(), vec![Constraint::In(ids)])),
        select: below(path, params),
        included: true,
        file_base: call.engine.file_base.clone(),
        ..Wanted::default()
    })
    .map(|read| read.advised(params.include_advice()))
}

/// The fields of an included object that `keys` and `excludeKeys` leave.
fn below(path: &[String], params: &Params) -> Select {
    let under = |key: &str| -> Option<(String, bool)> {
        let parts: Vec<&str> = key.split('.').collect();
        let inside = parts.len() > path.len() && path.iter().zip(&parts).all(|(a, b)| a == b);
        inside.then(|| (parts[path.len()].to_owned(), parts.len() == path.len() + 1))
    };
    let only: HashSet<String> = params.keys.iter().flatten().filter_map(|k| under(k)).map(|(key, _)| key).collect();
    let except: HashSet<String> =
        params.exclude.iter().filter_map(|k| under(k)).filter(|(_, last)| *last).map(|(key, _)| key).collect();
    if !only.is_empty() {
        return Select::Only(only.difference(&except).cloned().collect());
    }
    if except.is_empty() { Select::All } else { Select::Except(except) }
}

/// Puts the objects found in the place of the pointers at a path. One object may stand in many places, and in each of them
/// many others: what that comes to is bounded.
struct Replacing<'a> {
    found: &'a Found,
    room: &'a Room,
    failed: Option<Error>,
}

impl Replacing<'_> {
    fn in_row(&mut self, row: &mut Map, path: &[String]) {
        let Some((first, rest)) = path.split_first() else { return };
        let keep = row.get_mut(first).is_none_or(|value| self.in_value(value, rest));
        if !keep {
            row.take(first);
        }
    }

    /// `false` if the value is a pointer to nothing that the caller can see.
    fn in_value(&mut self, value: &mut Value, rest: &[String]) -> bool {
        match value {
            Value::Array(list) => list.retain_mut(|value| self.in_value(value, rest)),
            Value::Object(map) => self.in_row(map, rest),
            Value::Pointer(pointer) if rest.is_empty() => match self.found.get(pointer) {
                Some((object, weight)) => match self.room.take(*weight) {
                    Ok(()) => *value = Value::Object(object.clone()),
                    Err(error) => self.failed = Some(error),
                },
                None => return false,
            },
            _ => {}
        }
        true
    }
}
