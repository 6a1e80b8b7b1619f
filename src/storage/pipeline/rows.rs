//! Stages at work: each takes a stream of documents and gives one.

use std::rc::Rc;

use super::bson;
use super::budget::Held;
use super::expr::{Env, Expr, Scope, Shared};
use super::group::Groups;
use super::path;
use super::query;
use super::sort::{Key, Order};
use super::stage::{GeoNear, Stage, Unwind};
use super::{Documents, Source};
use crate::error::{Error, Result};
use crate::model::{Map, Value};

/// What the stages of one pipeline run in.
#[derive(Clone, Copy)]
pub struct Frame<'a> {
    /// What all pipelines of the request share.
    pub shared: &'a Shared<'a>,
    /// Variables from outside (`let` of `$lookup`).
    pub scope: Option<&'a Scope<'a>>,
    /// Other classes.
    pub source: &'a dyn Source,
}

impl<'a> Frame<'a> {
    /// Where an expression sees this document.
    pub fn env<'e>(&'e self, root: &'e Map) -> Env<'e>
    where
        'a: 'e,
    {
        Env { root, scope: self.scope, shared: self.shared }
    }
}

/// Runs a pipeline to its end; what comes out counts as held while it grows.
pub fn collect(stages: &[Stage], rows: Documents<'_>, frame: &Frame<'_>) -> Result<Vec<Map>> {
    let mut held = frame.shared.budget.hold();
    let mut out = Vec::new();
    for row in stream(stages, rows, frame) {
        let row = row?;
        held.add(bson::size_of_map(&row))?;
        out.push(row);
    }
    Ok(out)
}

/// The documents that a pipeline makes of others.
pub fn stream<'a>(stages: &'a [Stage], rows: Documents<'a>, frame: &'a Frame<'a>) -> Documents<'a> {
    let counted = |rows: Documents<'a>| Box::new(rows.map(move |row| frame.shared.budget.step(4).and(row)));
    // A stage may make many documents of one, so that what comes out of each is counted too.
    stages.iter().fold(counted(rows), |rows, stage| counted(apply(stage, rows, frame)))
}

fn apply<'a>(stage: &'a Stage, rows: Documents<'a>, frame: &'a Frame<'a>) -> Documents<'a> {
    match stage {
        Stage::Match(query) => Box::new(rows.filter_map(move |row| {
            let row = match row {
                Ok(row) => row,
                error => return Some(error),
            };
            match query.matches(&frame.env(&row)) {
                Ok(true) => Some(Ok(row)),
                Ok(false) => None,
                Err(error) => Some(Err(error)),
            }
        })),
        Stage::Project(projection) => Box::new(rows.map(move |row| projection.apply(&frame.env(&row?)))),
        Stage::ReplaceRoot(expr) => Box::new(rows.map(move |row| replaced(expr, &row?, frame))),
        Stage::Unwind(unwind) => Box::new(rows.flat_map(move |row| unwound(unwind, row))),
        Stage::Skip(n) => Box::new(Skip { rows, left: *n }),
        Stage::Limit(n) => Box::new(rows.take(*n)),
        Stage::Lookup(lookup) => lookup.stream(rows, frame),
        Stage::Sort(order, wanted) => later(move || sorted(rows, frame, *wanted, order)),
        Stage::Group(group) => later(move || {
            let mut groups = Groups::new(group, frame.shared.budget.hold());
            for row in rows {
                groups.add(&frame.env(&row?))?;
            }
            let (rows, held) = groups.finish();
            Ok(Kept::new(rows, held))
        }),
        Stage::Count(field) => later(move || {
            let mut n = 0.0;
            for row in rows {
                row?;
                n += 1.0;
            }
            let one = (n > 0.0).then(|| Map::from([(field.as_str(), Value::Number(n))]));
            Ok(Kept::new(one.into_iter().collect(), frame.shared.budget.hold()))
        }),
        Stage::Sample(size) => later(move || sample(rows, frame, *size)),
        Stage::Bucket(bucket) => later(move || bucket.run(rows, frame)),
        Stage::BucketAuto(auto) => later(move || auto.run(rows, frame)),
        Stage::Facet(facets) => later(move || facet(facets, rows, frame)),
        Stage::GeoNear(near) => later(move || nearest(near, rows, frame)),
    }
}

/// Documents that a stage keeps, and what is held for them.
pub struct Kept<'a> {
    rows: std::vec::IntoIter<Map>,
    _held: Held<'a>,
}

impl<'a> Kept<'a> {
    /// Gives the documents one by one; what is held for them is given back at the end.
    pub fn new(rows: Vec<Map>, held: Held<'a>) -> Self {
        Self { rows: rows.into_iter(), _held: held }
    }
}

/// A stage that must see all documents before it gives one; its work begins when the first is asked for.
fn later<'a>(work: impl FnOnce() -> Result<Kept<'a>> + 'a) -> Documents<'a> {
    let mut work = Some(work);
    let mut kept: Option<Kept<'a>> = None;
    Box::new(std::iter::from_fn(move || {
        if let Some(work) = work.take() {
            match work() {
                Ok(found) => kept = Some(found),
                Err(error) => return Some(Err(error)),
            }
        }
        kept.as_mut()?.rows.next().map(Ok)
    }))
}

/// `skip` that lets errors through.
struct Skip<'a> {
    rows: Documents<'a>,
    left: usize,
}

impl Iterator for Skip<'_> {
    type Item = Result<Map>;
    fn next(&mut self) -> Option<Self::Item> {
        while self.left > 0 {
            self.left -= 1;
            if let Err(error) = self.rows.next()? {
                return Some(Err(error));
            }
        }
        self.rows.next()
    }
}

fn replaced(expr: &Expr, row: &Map, frame: &Frame<'_>) -> Result<Map> {
    match expr.value(&frame.env(row))? {
        Some(Value::Object(map)) => Ok(map),
        other => Err(Error::query(format!(
            "'newRoot' expression must evaluate to an object, but resulting value was of type: {}",
            bson::type_name(other.as_ref())
        ))),
    }
}

/// One document for each element of a list.
fn unwound<'a>(unwind: &'a Unwind, row: Result<Map>) -> Documents<'a> {
    let row = match row {
        Ok(row) => row,
        Err(error) => return Box::new(std::iter::once(Err(error))),
    };
    let with = |row: &Map, value: Option<&Value>, index: Value| {
        let mut row = row.clone();
        if value.is_some() {
            path::write(&mut row, &unwind.path, value);
        }
        if let Some(path) = &unwind.index {
            path::write(&mut row, path, Some(&index));
        }
        row
    };
    match literal(&row, &unwind.path).cloned() {
        Some(Value::Array(list)) if !list.is_empty() => {
            // The list itself is in no document that comes out.
            let mut bare = row;
            path::write(&mut bare, &unwind.path, Some(&Value::Null));
            let items = list.into_iter().enumerate();
            Box::new(items.map(move |(i, value)| Ok(with(&bare, Some(&value), Value::Number(i as f64)))))
        }
        None | Some(Value::Null | Value::Array(_)) if !unwind.preserve => Box::new(std::iter::empty()),
        Some(Value::Array(_)) => {
            let mut bare = row;
            path::remove(&mut bare, &unwind.path);
            Box::new(std::iter::once(Ok(with(&bare, None, Value::Null))))
        }
        _ => Box::new(std::iter::once(Ok(with(&row, None, Value::Null)))),
    }
}

/// What stands at a path without looking into lists on the way.
fn literal<'m>(map: &'m Map, path: &[String]) -> Option<&'m Value> {
    let (first, rest) = path.split_first()?;
    let value = map.get(first)?;
    if rest.is_empty() { Some(value) } else { literal(value.as_object()?, rest) }
}

/// Documents in an order; only the first `wanted` are kept where that is known.
fn sorted<'a>(rows: Documents<'a>, frame: &'a Frame<'a>, wanted: Option<usize>, order: &'a Order) -> Result<Kept<'a>> {
    let mut held = frame.shared.budget.hold();
    let mut kept: Vec<(Key<'a>, usize, Map)> = Vec::new();
    let full = wanted.map_or(usize::MAX, |n| n.saturating_mul(2).saturating_add(1024));
    for row in rows {
        let row = row?;
        let key = order.key(&row);
        let size = key.size() + bson::size_of_map(&row);
        held.add(size)?;
        kept.push((key, size, row));
        if kept.len() >= full {
            kept.sort_by(|a, b| a.0.cmp(&b.0));
            for (_, size, _) in kept.drain(wanted.unwrap_or_default()..) {
                held.give(size);
            }
        }
    }
    frame.shared.budget.step(kept.len())?;
    kept.sort_by(|a, b| a.0.cmp(&b.0));
    kept.truncate(wanted.unwrap_or(usize::MAX));
    Ok(Kept::new(kept.into_iter().map(|(_, _, row)| row).collect(), held))
}

fn sample<'a>(rows: Documents<'a>, frame: &'a Frame<'a>, size: usize) -> Result<Kept<'a>> {
    let mut held = frame.shared.budget.hold();
    let mut kept: Vec<Map> = Vec::new();
    for (seen, row) in rows.enumerate() {
        let row = row?;
        let at = (frame.shared.random() * (seen + 1) as f64) as usize;
        held.add(bson::size_of_map(&row))?;
        if kept.len() < size {
            kept.push(row);
            let last = kept.len() - 1;
            kept.swap(at.min(last), last);
        } else {
            let gone = kept.get_mut(at).map_or(row.clone(), |slot| std::mem::replace(slot, row));
            held.give(bson::size_of_map(&gone));
        }
    }
    Ok(Kept::new(kept, held))
}

fn facet<'a>(facets: &[(String, Vec<Stage>)], rows: Documents<'a>, frame: &'a Frame<'a>) -> Result<Kept<'a>> {
    let mut held = frame.shared.budget.hold();
    let mut all = Vec::new();
    for row in rows {
        let row = row?;
        held.add(bson::size_of_map(&row))?;
        all.push(row);
    }
    let all: Rc<[Map]> = all.into();
    let mut out = Map::with_capacity(facets.len());
    for (name, stages) in facets {
        let found = collect(stages, Box::new(all.iter().cloned().map(Ok)), frame)?;
        held.add(found.iter().map(bson::size_of_map).sum())?;
        out.set(name.as_str(), Value::Array(found.into_iter().map(Value::Object).collect()));
    }
    Ok(Kept::new(vec![out], held))
}

fn nearest<'a>(near: &GeoNear, rows: Documents<'a>, frame: &'a Frame<'a>) -> Result<Kept<'a>> {
    let measured = rows.filter_map(|row| match row.and_then(|row| measure(near, row, frame)) {
        Ok(None) => None,
        Ok(Some(found)) => Some(Ok(found)),
        Err(error) => Some(Err(error)),
    });
    let mut held = frame.shared.budget.hold();
    let mut kept: Vec<(f64, Map)> = Vec::new();
    for row in measured {
        let row = row?;
        held.add(bson::size_of_map(&row.1))?;
        kept.push(row);
    }
    kept.sort_by(|a, b| a.0.total_cmp(&b.0));
    Ok(Kept::new(kept.into_iter().map(|(_, row)| row).collect(), held))
}

/// The distance of a document and the document with it, if it is asked for.
fn measure(near: &GeoNear, mut row: Map, frame: &Frame<'_>) -> Result<Option<(f64, Map)>> {
    let place = match &near.key {
        Some(path) => path::read(&row, path).map(std::borrow::Cow::into_owned),
        None => row.values().find(|v| matches!(v, Value::Array(_) | Value::Object(_)) && is_place(v)).cloned(),
    };
    let Some((place, point)) = place.and_then(|v| query::point(&v).map(|p| (v, p))) else { return Ok(None) };
    let distance = match near.planar {
        true => (point.0 - near.near.0).hypot(point.1 - near.near.1),
        false => query::distance(point, near.near) * near.unit,
    };
    if !(near.range.0..=near.range.1).contains(&distance) || !near.query.matches(&frame.env(&row))? {
        return Ok(None);
    }
    if let Some(path) = &near.distance {
        path::write(&mut row, path, Some(&Value::Number(distance * near.multiplier)));
    }
    if let Some(path) = &near.location {
        path::write(&mut row, path, Some(&place));
    }
    Ok(Some((distance, row)))
}

/// A pair of numbers that can be a longitude and a latitude, or a GeoJSON point.
fn is_place(value: &Value) -> bool {
    let pair = matches!(value, Value::Array(list) if list.len() == 2);
    let point = matches!(value, Value::Object(map) if map.contains_key("coordinates"));
    (pair || point) && query::point(value).is_some_and(|(lng, lat)| lng.abs() <= 180.0 && lat.abs() <= 90.0)
}
