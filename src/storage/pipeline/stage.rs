//! Stages, parsed once.

use super::bucket::{Auto, Bucket};
use super::expr::{Expr, Names, parse as expression, shown};
use super::group::Group;
use super::lookup::Lookup;
use super::path;
use super::project::Projection;
use super::query::{self, Query};
use super::sort::Order;
use super::translate::RawStage;
use crate::error::{Error, Result};
use crate::model::{Key, Map, Value};

/// A stage, ready to run.
#[derive(Debug)]
pub enum Stage {
    /// `$match`
    Match(Query),
    /// `$project`, `$addFields`, `$set`, `$unset`
    Project(Projection),
    /// `$replaceRoot`, `$replaceWith`
    ReplaceRoot(Expr),
    /// `$unwind`
    Unwind(Unwind),
    /// `$skip`
    Skip(usize),
    /// `$limit`
    Limit(usize),
    /// `$sort`, and how many of the first documents are wanted.
    Sort(Order, Option<usize>),
    /// `$group`
    Group(Group),
    /// `$count` into this field.
    Count(String),
    /// `$sample`
    Sample(usize),
    /// `$bucket`
    Bucket(Box<Bucket>),
    /// `$bucketAuto`
    BucketAuto(Box<Auto>),
    /// `$facet`
    Facet(Vec<(String, Vec<Stage>)>),
    /// `$lookup`
    Lookup(Box<Lookup>),
    /// `$geoNear`
    GeoNear(Box<GeoNear>),
}

/// The stage `$unwind`.
#[derive(Debug)]
pub struct Unwind {
    /// The list.
    pub path: Vec<String>,
    /// The field for the place in the list.
    pub index: Option<Vec<String>>,
    /// Do documents without elements stay?
    pub preserve: bool,
}

/// The stage `$geoNear`.
#[derive(Debug)]
pub struct GeoNear {
    /// Longitude and latitude to be near to.
    pub near: (f64, f64),
    /// The field with the places; the first place in the document if it is not named.
    pub key: Option<Vec<String>>,
    /// The field for the distance.
    pub distance: Option<Vec<String>>,
    /// The field for the place that was measured.
    pub location: Option<Vec<String>>,
    /// The least and the greatest distance.
    pub range: (f64, f64),
    /// What the distance is multiplied with.
    pub multiplier: f64,
    /// What turns radians (or degrees on the plane) into the unit of the distance.
    pub unit: f64,
    /// Degrees on the plane instead of the sphere?
    pub planar: bool,
    /// A condition.
    pub query: Query,
}

/// Stages that MongoDB has and that are not run here: they write, tell about the server, or need what SQL does not have.
const UNSUPPORTED: [&str; 26] = [
    "$changeStream",
    "$changeStreamSplitLargeEvent",
    "$collStats",
    "$currentOp",
    "$densify",
    "$documents",
    "$fill",
    "$graphLookup",
    "$indexStats",
    "$listClusterCatalog",
    "$listLocalSessions",
    "$listSampledQueries",
    "$listSearchIndexes",
    "$listSessions",
    "$merge",
    "$out",
    "$planCacheStats",
    "$querySettings",
    "$rankFusion",
    "$redact",
    "$search",
    "$searchMeta",
    "$setWindowFields",
    "$shardedDataDistribution",
    "$unionWith",
    "$vectorSearch",
];

/// Reads a pipeline; a `$sort` learns of the `$limit` behind it.
///
/// # Errors
/// 102 for a stage that is unknown, not supported or wrong.
pub fn parse(stages: &[RawStage], names: &Names) -> Result<Vec<Stage>> {
    let mut out = Vec::with_capacity(stages.len());
    for (i, raw) in stages.iter().enumerate() {
        if raw.name == "$geoNear" && i > 0 {
            return Err(Error::query("$geoNear was not the first stage in the pipeline after optimization."));
        }
        out.extend(stage(raw, names)?);
        if let [.., Stage::Sort(_, wanted @ None), Stage::Limit(n)] = out.as_mut_slice() {
            *wanted = Some(*n);
        }
    }
    Ok(out)
}

/// A pipeline inside a stage, from its value.
pub fn nested(value: &Value, names: &Names) -> Result<Vec<Stage>> {
    let list = value.as_array().ok_or_else(|| Error::query("'pipeline' option must be specified as an array"))?;
    let raw = list.iter().map(RawStage::of_value).collect::<Result<Vec<_>>>()?;
    if let Some(stage) = raw.iter().find(|s| s.name == "$facet") {
        return Err(Error::query(format!("{} is not allowed to be used within a $facet or $lookup stage", stage.name)));
    }
    parse(&raw, names)
}

fn stage(raw: &RawStage, names: &Names) -> Result<Vec<Stage>> {
    let (name, spec) = (raw.name.as_str(), &raw.spec);
    Ok(vec![match name {
        "$match" => Stage::Match(query::parse(object(name, spec)?, names)?),
        "$project" => Stage::Project(Projection::project(object(name, spec)?, names)?),
        "$addFields" | "$set" => Stage::Project(Projection::add_fields(object(name, spec)?, names)?),
        "$unset" => Stage::Project(Projection::unset(spec)?),
        "$replaceRoot" => {
            let root = object(name, spec)?.get("newRoot");
            Stage::ReplaceRoot(expression(
                root.ok_or_else(|| Error::query("no newRoot specified for the $replaceRoot stage"))?,
                names,
            )?)
        }
        "$replaceWith" => Stage::ReplaceRoot(expression(spec, names)?),
        "$unwind" => Stage::Unwind(unwind(spec)?),
        "$skip" => Stage::Skip(whole(name, spec, 0)?),
        "$limit" => Stage::Limit(whole(name, spec, 1)?),
        "$sort" => Stage::Sort(Order::parse(object(name, spec)?)?, None),
        "$group" => Stage::Group(Group::parse(object(name, spec)?, names)?),
        "$count" => Stage::Count(count_field(spec)?),
        "$sample" => {
            let size =
                object(name, spec)?.get("size").ok_or_else(|| Error::query("$sample stage must specify a size"))?;
            Stage::Sample(whole("size argument to $sample", size, 0)?)
        }
        "$sortByCount" => return sort_by_count(spec, names),
        "$bucket" => Stage::Bucket(Box::new(Bucket::parse(object(name, spec)?, names)?)),
        "$bucketAuto" => Stage::BucketAuto(Box::new(Auto::parse(object(name, spec)?, names)?)),
        "$facet" => Stage::Facet(facets(object(name, spec)?, names)?),
        "$lookup" => Stage::Lookup(Box::new(Lookup::parse(object(name, spec)?, names)?)),
        "$geoNear" => Stage::GeoNear(Box::new(GeoNear::parse(object(name, spec)?, names)?)),
        _ if UNSUPPORTED.contains(&name) => {
            return Err(Error::query(format!("Aggregation stage '{name}' is not supported on this database")));
        }
        _ => return Err(Error::query(format!("Unrecognized pipeline stage name: '{name}'"))),
    }])
}

fn object<'a>(name: &str, spec: &'a Value) -> Result<&'a Map> {
    spec.as_object().ok_or_else(|| Error::query(format!("the {name} stage specification must be an object")))
}

fn whole(name: &str, spec: &Value, least: usize) -> Result<usize> {
    let n = spec.as_number().filter(|n| n.trunc() == *n && *n >= least as f64 && *n < 9e15);
    let kind = if least == 0 { "non-negative" } else { "positive" };
    n.map(|n| n as usize).ok_or_else(|| {
        Error::query(format!("invalid argument to {name} stage: Expected a {kind} number in: {}", shown(Some(spec))))
    })
}

fn count_field(spec: &Value) -> Result<String> {
    let name = spec.as_str().filter(|s| !s.is_empty());
    let name = name.ok_or_else(|| Error::query("the count field must be a non-empty string"))?;
    match name.starts_with('$') || name.contains(['.', '\0']) {
        true => Err(Error::query("the count field cannot be a $-prefixed path and cannot contain '.'")),
        false => Ok(name.to_owned()),
    }
}

fn sort_by_count(spec: &Value, names: &Names) -> Result<Vec<Stage>> {
    let expr = match spec {
        Value::String(s) if s.starts_with('$') => true,
        Value::Object(map) => map.keys().next().is_some_and(|k| k.starts_with('$')),
        _ => false,
    };
    if !expr {
        return Err(Error::query(
            "the sortByCount field must be defined as a $-prefixed path or an expression inside an object",
        ));
    }
    let one = Map::from([("$sum", Value::Number(1.0))]);
    let group = Map::from([("_id", spec.clone()), ("count", Value::Object(one))]);
    let order = Map::from([("count", Value::Number(-1.0))]);
    Ok(vec![Stage::Group(Group::parse(&group, names)?), Stage::Sort(Order::parse(&order)?, None)])
}

fn facets(spec: &Map, names: &Names) -> Result<Vec<(String, Vec<Stage>)>> {
    if spec.is_empty() {
        return Err(Error::query("the $facet specification must be a non-empty object"));
    }
    let facet = |(name, value): (&Key, &Value)| {
        if name.starts_with('$') || name.contains('.') {
            return Err(Error::query(format!("$facet field names may not begin with '$' or contain '.': {name}")));
        }
        let stages = nested(value, names)?;
        match stages.iter().any(|s| matches!(s, Stage::GeoNear(_))) {
            true => Err(Error::query("$geoNear is not allowed to be used within a $facet stage")),
            false => Ok((name.to_string(), stages)),
        }
    };
    spec.iter().map(facet).collect()
}

/// A path in an option, with or without the `$` as the option wants it.
pub fn field(name: &str, value: &Value, dollar: bool) -> Result<Vec<String>> {
    let bad =
        || Error::query(format!("{name} must be a field path{}", if dollar { " prefixed with a '$'" } else { "" }));
    let text = value.as_str().ok_or_else(bad)?;
    let text = if dollar { text.strip_prefix('$').ok_or_else(bad)? } else { text };
    match text.is_empty() || text.starts_with('$') || text.split('.').any(str::is_empty) {
        true => Err(bad()),
        false => Ok(path::split(text)),
    }
}

fn unwind(spec: &Value) -> Result<Unwind> {
    let Value::Object(map) = spec else {
        return Ok(Unwind { path: field("path option to $unwind stage", spec, true)?, index: None, preserve: false });
    };
    let known = ["path", "includeArrayIndex", "preserveNullAndEmptyArrays"];
    if let Some(key) = map.keys().find(|k| !known.contains(&k.as_str())) {
        return Err(Error::query(format!("unrecognized option to $unwind stage: {key}")));
    }
    let path = map.get("path").ok_or_else(|| Error::query("no path specified to $unwind stage"))?;
    let preserve = match map.get("preserveNullAndEmptyArrays") {
        None => false,
        Some(Value::Bool(b)) => *b,
        Some(_) => {
            return Err(Error::query("expected a boolean for the preserveNullAndEmptyArrays option to $unwind stage"));
        }
    };
    Ok(Unwind {
        path: field("path option to $unwind stage", path, true)?,
        index: map.get("includeArrayIndex").map(|v| field("includeArrayIndex", v, false)).transpose()?,
        preserve,
    })
}

impl GeoNear {
    fn parse(spec: &Map, names: &Names) -> Result<Self> {
        let near = spec.get("near").ok_or_else(|| Error::query("$geoNear requires a 'near' option"))?;
        let place = query::point(near).ok_or_else(|| Error::query("$geoNear requires 'near' to be a point"))?;
        let number = |key: &str, default: f64| match spec.get(key) {
            None => Ok(default),
            Some(Value::Number(n)) if *n >= 0.0 => Ok(*n),
            Some(_) => Err(Error::query(format!("{key} must be a nonnegative number"))),
        };
        let option = |key: &str| spec.get(key).map(|v| field(key, v, false)).transpose();
        // Places in GeoJSON form are measured in metres, pairs in radians, or in degrees where the plane is asked for.
        let metres = near.as_object().is_some_and(|m| m.contains_key("type"));
        let spherical = metres || spec.get("spherical").is_some_and(Value::truthy);
        let condition = match spec.get("query") {
            None => Query::And(Vec::new()),
            Some(Value::Object(map)) => query::parse(map, names)?,
            Some(_) => return Err(Error::query("$geoNear requires 'query' to be an object")),
        };
        Ok(Self {
            near: place,
            key: option("key")?,
            distance: option("distanceField")?,
            location: option("includeLocs")?,
            range: (number("minDistance", 0.0)?, number("maxDistance", f64::INFINITY)?),
            multiplier: number("distanceMultiplier", 1.0)?,
            unit: if metres { query::EARTH } else { 1.0 },
            planar: !spherical,
            query: condition,
        })
    }
}
