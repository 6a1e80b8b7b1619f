//! `$lookup`.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::Documents;
use super::bson;
use super::expr::{Expr, Names, Scope, parse as expression, user_variable};
use super::path;
use super::rows::{Frame, collect};
use super::stage::{Stage, field, nested};
use crate::error::{Error, Result};
use crate::model::{Map, Value};

/// The stage `$lookup`.
#[derive(Debug)]
pub struct Lookup {
    from: String,
    into: Vec<String>,
    on: Option<(Vec<String>, Vec<String>)>,
    vars: Vec<(String, Expr)>,
    pipeline: Option<Vec<Stage>>,
}

/// The documents of the other class, read once; by the key of each value at the foreign field, the places of its documents.
struct Foreign {
    rows: Vec<Map>,
    index: HashMap<Vec<u8>, Vec<usize>>,
}

impl Lookup {
    /// Reads the argument of `$lookup`.
    ///
    /// # Errors
    /// 102 for options that are missing or of the wrong type.
    pub fn parse(spec: &Map, names: &Names) -> Result<Self> {
        let known = ["from", "as", "localField", "foreignField", "let", "pipeline"];
        if let Some(key) = spec.keys().find(|k| !known.contains(&k.as_str())) {
            return Err(Error::query(format!("unknown argument to $lookup: {key}")));
        }
        let text = |key: &str| {
            let found = spec.get(key).and_then(Value::as_str).map(str::to_owned);
            found.ok_or_else(|| Error::query(format!("$lookup argument '{key}' must be a string")))
        };
        let on = match (spec.get("localField"), spec.get("foreignField")) {
            (Some(local), Some(foreign)) => {
                Some((field("localField", local, false)?, field("foreignField", foreign, false)?))
            }
            (None, None) => None,
            _ => return Err(Error::query("$lookup requires both or neither of 'localField' and 'foreignField'")),
        };
        let vars = match spec.get("let") {
            None => Vec::new(),
            Some(Value::Object(map)) => {
                map.iter().map(|(n, v)| Ok((user_variable(n)?, expression(v, names)?))).collect::<Result<Vec<_>>>()?
            }
            Some(_) => return Err(Error::query("$lookup argument 'let' must be an object")),
        };
        let inner = names.with(vars.iter().map(|(n, _)| n.as_str()));
        let pipeline = spec.get("pipeline").map(|v| nested(v, &inner)).transpose()?;
        if on.is_none() && pipeline.is_none() {
            return Err(Error::query(
                "$lookup requires either 'pipeline' or both 'localField' and 'foreignField' to be specified",
            ));
        }
        let into = spec.get("as").ok_or_else(|| Error::query("must specify 'as' field for a $lookup"))?;
        Ok(Self { from: text("from")?, into: field("as", into, false)?, on, vars, pipeline })
    }

    /// The documents with what they look up.
    pub fn stream<'a>(&'a self, rows: Documents<'a>, frame: &'a Frame<'a>) -> Documents<'a> {
        let held = RefCell::new(frame.shared.budget.hold());
        let mut foreign: Option<Rc<Foreign>> = None;
        let mut same: Option<Vec<Map>> = None;
        Box::new(rows.map(move |row| {
            let mut row = row?;
            let other = match &foreign {
                Some(other) => Rc::clone(other),
                None => {
                    let other = Rc::new(self.read(frame, &mut |bytes| held.borrow_mut().add(bytes))?);
                    foreign.insert(other).clone()
                }
            };
            let found = match &same {
                Some(found) => found.clone(),
                None => self.find(&row, &other, frame)?,
            };
            // Without a condition on the document every one finds the same.
            if self.on.is_none() && self.vars.is_empty() && same.is_none() {
                held.borrow_mut().add(found.iter().map(bson::size_of_map).sum())?;
                same = Some(found.clone());
            }
            let found = found.into_iter().map(Value::Object).collect();
            path::write(&mut row, &self.into, Some(&Value::Array(found)));
            Ok(row)
        }))
    }

    fn read(&self, frame: &Frame<'_>, hold: &mut dyn FnMut(usize) -> Result<()>) -> Result<Foreign> {
        let mut foreign = Foreign { rows: Vec::new(), index: HashMap::new() };
        frame.source.documents(&self.from, &mut |row| {
            frame.shared.budget.step(4)?;
            hold(bson::size_of_map(&row))?;
            let place = foreign.rows.len();
            if let Some((_, path)) = &self.on {
                for key in keys(&row, path) {
                    hold(key.len() + 32)?;
                    foreign.index.entry(key).or_default().push(place);
                }
            }
            foreign.rows.push(row);
            Ok(())
        })?;
        Ok(foreign)
    }

    fn find(&self, row: &Map, foreign: &Foreign, frame: &Frame<'_>) -> Result<Vec<Map>> {
        let joined: Vec<&Map> = match &self.on {
            None => foreign.rows.iter().collect(),
            Some((local, _)) => {
                let mut places: Vec<usize> =
                    wanted(row, local).iter().filter_map(|k| foreign.index.get(k)).flatten().copied().collect();
                places.sort_unstable();
                places.dedup();
                places.into_iter().filter_map(|i| foreign.rows.get(i)).collect()
            }
        };
        frame.shared.budget.step(joined.len())?;
        let Some(pipeline) = &self.pipeline else { return Ok(joined.into_iter().cloned().collect()) };
        let env = frame.env(row);
        let values = self.vars.iter().map(|(n, e)| Ok((n.as_str(), e.value(&env)?))).collect::<Result<Vec<_>>>()?;
        with_scope(&values, frame.scope, &mut |scope| {
            let inner = Frame { shared: frame.shared, scope, source: frame.source };
            collect(pipeline, Box::new(joined.iter().map(|m| Ok((*m).clone()))), &inner)
        })
    }
}

fn with_scope(
    values: &[(&str, Option<Value>)],
    outer: Option<&Scope<'_>>,
    run: &mut dyn FnMut(Option<&Scope<'_>>) -> Result<Vec<Map>>,
) -> Result<Vec<Map>> {
    match values.split_first() {
        None => run(outer),
        Some(((name, value), rest)) => {
            with_scope(rest, Some(&Scope { name, value: value.as_ref(), parent: outer }), run)
        }
    }
}

/// The keys of the values that a document looks up: those of a list's elements, not its own; null if there are none.
fn wanted(row: &Map, path: &[String]) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    path::walk(row, path, &mut |value, _| {
        match value {
            None => {}
            Some(Value::Array(list)) => out.extend(list.iter().map(bson::key_of)),
            Some(value) => out.push(bson::key_of(value)),
        }
        false
    });
    if out.is_empty() {
        out.push(bson::key_of(&Value::Null));
    }
    out
}

/// The keys under which a document is found: those of the values at a path, lists and their elements; what is missing
/// counts as null.
fn keys(row: &Map, path: &[String]) -> Vec<Vec<u8>> {
    let mut out = Vec::new();
    path::walk(row, path, &mut |value, open| {
        let value = value.unwrap_or(&Value::Null);
        if let (Value::Array(list), true) = (value, open) {
            out.extend(list.iter().map(bson::key_of));
        }
        out.push(bson::key_of(value));
        false
    });
    out.sort_unstable();
    out.dedup();
    out
}
