//! The constraints on places.

use super::Constraint;
use crate::error::{Error, Result};
use crate::model::value::GeoPoint;
use crate::model::{Map, Value};

const MILES_PER_RADIAN: f64 = 3959.0;
const KILOMETERS_PER_RADIAN: f64 = 6371.0;

/// `$nearSphere` with its distances. For a count the order does not matter, and a circle will do.
pub(super) fn near(map: &Map, count: bool) -> Result<Constraint> {
    let on_earth = |p: &GeoPoint| p.latitude.abs() <= 90.0 && p.longitude.abs() <= 180.0;
    let center =
        map.get("$nearSphere").and_then(point).filter(on_earth).ok_or_else(|| Error::json("bad $nearSphere value"))?;
    let mut max: Option<f64> = None;
    for (key, per_radian) in [
        ("$maxDistance", 1.0),
        ("$maxDistanceInRadians", 1.0),
        ("$maxDistanceInMiles", MILES_PER_RADIAN),
        ("$maxDistanceInKilometers", KILOMETERS_PER_RADIAN),
    ] {
        match map.get(key) {
            None => {}
            Some(Value::Number(n)) if *n >= 0.0 => max = Some(n / per_radian),
            Some(_) => return Err(Error::json(format!("bad {key} value"))),
        }
    }
    Ok(match max {
        Some(radians) if count => Constraint::WithinSphere { center, radians },
        None if count => Constraint::WithinSphere { center, radians: std::f64::consts::PI },
        max => Constraint::Near { center, max },
    })
}

/// `$within: {$box: [south-west, north-east]}`
pub(super) fn within_box(value: &Value) -> Result<Constraint> {
    let corners = value.as_object().and_then(|v| v.get("$box")).and_then(Value::as_array).unwrap_or_default();
    match corners {
        [a, b] => match (point(a), point(b)) {
            (Some(southwest), Some(northeast)) => Ok(Constraint::WithinBox { southwest, northeast }),
            _ => Err(Error::json("malformatted $within arg")),
        },
        _ => Err(Error::json("malformatted $within arg")),
    }
}

/// `$geoWithin: {$polygon}` or `{$centerSphere}`; anything else says nothing.
pub(super) fn within(value: &Value) -> Result<Option<Constraint>> {
    if value.is_null() {
        return Err(Error::json("bad $geoWithin value"));
    }
    let Some(map) = value.as_object() else { return Ok(None) };
    if let Some(polygon) = map.get("$polygon") {
        return self::polygon(polygon).map(Constraint::WithinPolygon).map(Some);
    }
    map.get("$centerSphere").map(circle).transpose()
}

fn polygon(value: &Value) -> Result<Vec<GeoPoint>> {
    let bad = |what: &str| Error::json(format!("bad $geoWithin value; {what}"));
    let points = match value {
        Value::Array(list) if list.len() < 3 => return Err(bad("$polygon should contain at least 3 GeoPoints")),
        Value::Array(list) => list,
        Value::Object(map) if value.wire_type() == Some("Polygon") => {
            let pairs = map.get("coordinates").and_then(Value::as_array).filter(|list| list.len() >= 3);
            pairs.ok_or_else(|| bad("Polygon.coordinates should contain at least 3 lon/lat pairs"))?
        }
        _ => return Err(bad("$polygon should be Polygon object or Array of Parse.GeoPoint's")),
    };
    points
        .iter()
        .map(|p| {
            let point = pair(p).or_else(|| point(p)).filter(GeoPoint::is_on_earth);
            point.ok_or_else(|| Error::json("bad $geoWithin value"))
        })
        .collect()
}

fn circle(value: &Value) -> Result<Constraint> {
    let bad = |what: &str| Error::json(format!("bad $geoWithin value; $centerSphere {what}"));
    let Some([center, radius]) = value.as_array() else {
        return Err(bad("should be an array of Parse.GeoPoint and distance"));
    };
    let center = pair(center).or_else(|| point(center)).filter(GeoPoint::is_on_earth);
    let center = center.ok_or_else(|| bad("geo point invalid"))?;
    match radius {
        Value::Number(radians) if *radians >= 0.0 => Ok(Constraint::WithinSphere { center, radians: *radians }),
        _ => Err(bad("distance invalid")),
    }
}

/// `$geoIntersects: {$point}`
pub(super) fn intersects(value: &Value) -> Result<Constraint> {
    let found = value.as_object().and_then(|v| v.get("$point")).and_then(point).filter(GeoPoint::is_on_earth);
    found.map(Constraint::Intersects).ok_or_else(|| Error::json("bad $geoIntersect value; $point should be GeoPoint"))
}

/// A `GeoPoint` in wire form.
fn point(value: &Value) -> Option<GeoPoint> {
    let map = value.as_object()?;
    let number = |key: &str| map.get(key).and_then(Value::as_number);
    Some(GeoPoint { latitude: number("latitude")?, longitude: number("longitude")? })
}

/// A bare pair, which in queries is longitude first (unlike in a stored polygon).
fn pair(value: &Value) -> Option<GeoPoint> {
    match value.as_array()? {
        [Value::Number(longitude), Value::Number(latitude)] => {
            Some(GeoPoint { latitude: *latitude, longitude: *longitude })
        }
        _ => None,
    }
}
