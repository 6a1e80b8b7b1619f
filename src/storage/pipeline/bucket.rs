//! `$bucket` and `$bucketAuto`.

use super::Documents;
use super::bson;
use super::expr::{Env, Expr, Names, parse, shown};
use super::group::{Accumulator, Group, Groups, accumulators};
use super::rows::{Frame, Kept};
use crate::error::{Error, Result};
use crate::model::{Map, Value};

/// The stage `$bucket`.
#[derive(Debug)]
pub struct Bucket {
    by: Expr,
    bounds: Vec<Value>,
    default: Option<Value>,
    group: Group,
}

/// The fields of a bucket: as given, or a count.
fn output(spec: &Map, names: &Names) -> Result<Vec<Accumulator>> {
    match spec.get("output") {
        None => {
            let one = Map::from([("$sum", Value::Number(1.0))]);
            accumulators(&Map::from([("count", Value::Object(one))]), "_id", names)
        }
        Some(Value::Object(map)) => accumulators(map, "_id", names),
        Some(_) => Err(Error::query("The $bucket 'output' field must be an object")),
    }
}

fn known(name: &str, spec: &Map, keys: &[&str]) -> Result<()> {
    match spec.keys().find(|k| !keys.contains(&k.as_str())) {
        Some(key) => Err(Error::query(format!("Unrecognized option to {name}: {key}."))),
        None => Ok(()),
    }
}

/// A value that an expression gives without a document.
fn constant(value: &Value) -> Result<Value> {
    match parse(value, &Names::default())? {
        Expr::Literal(value) => Ok(value),
        _ => Err(Error::query(format!("$bucket needs constant values, found {}", shown(Some(value))))),
    }
}

impl Bucket {
    /// Reads the argument of `$bucket`.
    ///
    /// # Errors
    /// 102 for boundaries that do not ascend, or a default that lies between them.
    pub fn parse(spec: &Map, names: &Names) -> Result<Self> {
        known("$bucket", spec, &["groupBy", "boundaries", "default", "output"])?;
        let (Some(by), Some(Value::Array(bounds))) = (spec.get("groupBy"), spec.get("boundaries")) else {
            return Err(Error::query("$bucket requires 'groupBy' and 'boundaries' to be specified."));
        };
        let bounds = bounds.iter().map(constant).collect::<Result<Vec<_>>>()?;
        let (Some(first), Some(last)) = (bounds.first(), bounds.last().filter(|_| bounds.len() > 1)) else {
            return Err(Error::query("The $bucket 'boundaries' field must have at least 2 values"));
        };
        if bounds.iter().any(|b| bson::rank(b) != bson::rank(first)) {
            return Err(Error::query("All values in the 'boundaries' option to $bucket must have the same type."));
        }
        if bounds.windows(2).any(|w| matches!(w, [a, b] if bson::compare(a, b).is_ge())) {
            return Err(Error::query("The 'boundaries' option to $bucket must be sorted, and without equal values"));
        }
        let default = spec.get("default").map(constant).transpose()?;
        let inside = |d: &Value| bson::compare(d, first).is_ge() && bson::compare(d, last).is_lt();
        if default.as_ref().is_some_and(inside) {
            return Err(Error::query(
                "The $bucket 'default' field must be less than the lowest boundary or greater than or equal to the highest boundary.",
            ));
        }
        let group = Group::new(Expr::Literal(Value::Null), output(spec, names)?);
        Ok(Self { by: parse(by, names)?, bounds, default, group })
    }

    /// The buckets that have documents, in their order.
    ///
    /// # Errors
    /// 102 for a value outside of the boundaries when there is no default.
    pub fn run<'a>(&'a self, rows: Documents<'a>, frame: &'a Frame<'a>) -> Result<Kept<'a>> {
        let mut groups = Groups::new(&self.group, frame.shared.budget.hold());
        for row in rows {
            let row = row?;
            let env = frame.env(&row);
            groups.add_to(self.place(&env)?, &env)?;
        }
        let (mut rows, held) = groups.finish();
        rows.sort_by(|a, b| bson::compare_missing(a.get("_id"), b.get("_id")));
        Ok(Kept::new(rows, held))
    }

    fn place(&self, env: &Env<'_>) -> Result<Value> {
        let value = self.by.value(env)?.unwrap_or_default();
        let upper = self.bounds.partition_point(|b| bson::compare(b, &value).is_le());
        let lower = upper.checked_sub(1).filter(|_| upper < self.bounds.len());
        let found = lower.and_then(|i| self.bounds.get(i)).or(self.default.as_ref()).cloned();
        found.ok_or_else(|| {
            Error::query(
                "$switch could not find a matching branch for an input, and no default was specified: \
                 a $bucket without 'default' met a value outside of its boundaries",
            )
        })
    }
}

/// The stage `$bucketAuto`.
#[derive(Debug)]
pub struct Auto {
    by: Expr,
    buckets: usize,
    group: Group,
}

impl Auto {
    /// Reads the argument of `$bucketAuto`.
    ///
    /// # Errors
    /// 102 for a number of buckets that is none, and for a granularity, which is not supported.
    pub fn parse(spec: &Map, names: &Names) -> Result<Self> {
        known("$bucketAuto", spec, &["groupBy", "buckets", "output", "granularity"])?;
        if spec.contains_key("granularity") {
            return Err(Error::query("$bucketAuto does not support 'granularity' on this database"));
        }
        let (Some(by), Some(buckets)) = (spec.get("groupBy"), spec.get("buckets")) else {
            return Err(Error::query("$bucketAuto requires 'groupBy' and 'buckets' to be specified."));
        };
        let buckets = buckets.as_number().filter(|n| n.trunc() == *n && (1.0..=2_147_483_647.0).contains(n));
        let buckets =
            buckets.ok_or_else(|| Error::query("The $bucketAuto 'buckets' field must be a positive whole number"))?;
        let group = Group::new(Expr::Literal(Value::Null), output(spec, names)?);
        Ok(Self { by: parse(by, names)?, buckets: buckets as usize, group })
    }

    /// Buckets of about equal size; equal values are never parted.
    ///
    /// # Errors
    /// As evaluation.
    pub fn run<'a>(&'a self, rows: Documents<'a>, frame: &'a Frame<'a>) -> Result<Kept<'a>> {
        let mut held = frame.shared.budget.hold();
        let mut all = Vec::new();
        for row in rows {
            let row = row?;
            let value = self.by.value(&frame.env(&row))?.unwrap_or_default();
            held.add(bson::size(&value) + bson::size_of_map(&row))?;
            all.push((value, row));
        }
        all.sort_by(|a, b| bson::compare(&a.0, &b.0));
        let size = ((all.len() as f64 / self.buckets as f64).round() as usize).max(1);
        let same = |i: usize, j: usize| matches!((all.get(i), all.get(j)), (Some(a), Some(b)) if bson::compare(&a.0, &b.0).is_eq());
        let (mut out, mut from) = (Vec::new(), 0);
        while from < all.len() {
            let last_bucket = out.len() + 1 == self.buckets;
            let mut to = if last_bucket { all.len() } else { (from + size).min(all.len()) };
            while to < all.len() && same(to - 1, to) {
                to += 1;
            }
            let Some(members) = all.get(from..to) else { break };
            // A bucket ends where the next begins; the last one includes its end.
            let end = all.get(to).or(members.last()).map(|(v, _)| v.clone()).unwrap_or_default();
            out.push(self.bucket(members, end, frame)?);
            from = to;
        }
        Ok(Kept::new(out, held))
    }

    fn bucket(&self, members: &[(Value, Map)], end: Value, frame: &Frame<'_>) -> Result<Map> {
        let mut groups = Groups::new(&self.group, frame.shared.budget.hold());
        for (_, row) in members {
            groups.add_to(Value::Null, &frame.env(row))?;
        }
        let start = members.first().map(|(v, _)| v.clone()).unwrap_or_default();
        let mut row = groups.finish().0.pop().unwrap_or_default();
        row.set("_id", Value::Object(Map::from([("min", start), ("max", end)])));
        Ok(row)
    }
}
