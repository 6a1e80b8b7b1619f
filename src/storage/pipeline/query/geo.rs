//! Places and areas: GeoJSON, pairs and objects of coordinates, in degrees of longitude and latitude.

use crate::error::{Error, Result};
use crate::model::Value;

/// MongoDB's radius of the earth, in metres.
pub const EARTH: f64 = 6_378_100.0;

/// Longitude and latitude.
pub type Point = (f64, f64);

/// An area on the plane, or on the sphere for a radius in radians.
#[derive(Debug)]
pub enum Shape {
    /// South-west and north-east corner.
    Box(Point, Point),
    /// A centre and a radius in degrees.
    Circle(Point, f64),
    /// A centre and a radius in radians on the sphere.
    Cap(Point, f64),
    /// Polygons, each a ring and holes in it.
    Polygons(Vec<Vec<Vec<Point>>>),
    /// One place.
    Point(Point),
}

/// The place a value tells: `[lng, lat]`, `{lng, lat}` under any names, or a GeoJSON point.
pub fn point(value: &Value) -> Option<Point> {
    match value {
        Value::Array(list) => match list.as_slice() {
            [Value::Number(lng), Value::Number(lat), ..] => Some((*lng, *lat)),
            _ => None,
        },
        Value::Object(map) if map.get("type").and_then(Value::as_str) == Some("Point") => {
            point(map.get("coordinates")?)
        }
        Value::Object(map) => {
            let mut numbers = map.values().map_while(Value::as_number);
            Some((numbers.next()?, numbers.next()?))
        }
        _ => None,
    }
}

/// The angle between two places, in radians (haversine).
pub fn distance(a: Point, b: Point) -> f64 {
    let (lat_a, lat_b) = (a.1.to_radians(), b.1.to_radians());
    let (lat, lng) = ((lat_b - lat_a) / 2.0, (b.0 - a.0).to_radians() / 2.0);
    let h = lat.sin().powi(2) + lat_a.cos() * lat_b.cos() * lng.sin().powi(2);
    2.0 * h.sqrt().min(1.0).asin()
}

impl Shape {
    /// Reads the argument of `$geoWithin` or `$geoIntersects`.
    ///
    /// # Errors
    /// 102 for a shape that is none.
    pub fn parse(arg: &Value) -> Result<Self> {
        let bad = || Error::query(format!("unknown geo specifier: {}", crate::model::wire::to_string(arg)));
        let (name, arg) = arg.as_object().and_then(|m| m.iter().next()).ok_or_else(bad)?;
        let list = arg.as_array().unwrap_or_default();
        let pair = |i: usize| list.get(i).and_then(point).ok_or_else(bad);
        let radius = || list.get(1).and_then(Value::as_number).filter(|r| *r >= 0.0).ok_or_else(bad);
        Ok(match name.as_str() {
            "$box" => Self::Box(pair(0)?, pair(1)?),
            "$center" => Self::Circle(pair(0)?, radius()?),
            "$centerSphere" => Self::Cap(pair(0)?, radius()?),
            "$polygon" => Self::Polygons(vec![vec![list.iter().map(point).collect::<Option<_>>().ok_or_else(bad)?]]),
            "$geometry" => geometry(arg).ok_or_else(bad)?,
            _ => return Err(bad()),
        })
    }

    /// Does the place lie within?
    pub fn has(&self, p: Point) -> bool {
        match self {
            Self::Box(a, b) => {
                (a.0.min(b.0)..=a.0.max(b.0)).contains(&p.0) && (a.1.min(b.1)..=a.1.max(b.1)).contains(&p.1)
            }
            Self::Circle(center, radius) => (p.0 - center.0).hypot(p.1 - center.1) <= *radius,
            Self::Cap(center, radius) => distance(*center, p) <= *radius,
            Self::Polygons(all) => all.iter().any(|rings| in_polygon(rings, p)),
            Self::Point(q) => *q == p,
        }
    }

    /// Has a stored shape a place in common with this one?
    pub fn touches(&self, value: &Value) -> bool {
        let Some(stored) = geometry(value).or_else(|| point(value).map(Shape::Point)) else { return false };
        match (self, &stored) {
            (_, Shape::Point(p)) => self.has(*p),
            (Self::Point(p), other) => other.has(*p),
            (Self::Polygons(a), Self::Polygons(b)) => a.iter().any(|a| b.iter().any(|b| overlap(a, b))),
            _ => false,
        }
    }
}

fn geometry(value: &Value) -> Option<Shape> {
    let map = value.as_object()?;
    let coordinates = map.get("coordinates")?;
    let ring = |v: &Value| v.as_array()?.iter().map(point).collect::<Option<Vec<_>>>();
    let polygon = |v: &Value| v.as_array()?.iter().map(ring).collect::<Option<Vec<_>>>();
    match map.get("type")?.as_str()? {
        "Point" => point(coordinates).map(Shape::Point),
        "Polygon" => Some(Shape::Polygons(vec![polygon(coordinates)?])),
        "MultiPolygon" => coordinates.as_array()?.iter().map(polygon).collect::<Option<_>>().map(Shape::Polygons),
        _ => None,
    }
}

fn in_polygon(rings: &[Vec<Point>], p: Point) -> bool {
    let mut rings = rings.iter();
    rings.next().is_some_and(|outer| in_ring(outer, p)) && !rings.any(|hole| in_ring(hole, p) && !on_edge(hole, p))
}

fn edges(ring: &[Point]) -> impl Iterator<Item = (Point, Point)> + '_ {
    ring.iter().copied().zip(ring.iter().copied().cycle().skip(1))
}

fn in_ring(ring: &[Point], p: Point) -> bool {
    on_edge(ring, p)
        || edges(ring)
            .filter(|(a, b)| (a.1 > p.1) != (b.1 > p.1) && p.0 < (b.0 - a.0) * (p.1 - a.1) / (b.1 - a.1) + a.0)
            .count()
            % 2
            == 1
}

fn cross(o: Point, a: Point, b: Point) -> f64 {
    (a.0 - o.0) * (b.1 - o.1) - (a.1 - o.1) * (b.0 - o.0)
}

fn on_edge(ring: &[Point], p: Point) -> bool {
    edges(ring).any(|(a, b)| {
        cross(a, b, p) == 0.0
            && (a.0.min(b.0)..=a.0.max(b.0)).contains(&p.0)
            && (a.1.min(b.1)..=a.1.max(b.1)).contains(&p.1)
    })
}

fn overlap(a: &[Vec<Point>], b: &[Vec<Point>]) -> bool {
    let (Some(outer_a), Some(outer_b)) = (a.first(), b.first()) else { return false };
    let crossing = |(p, q): (Point, Point), (r, s): (Point, Point)| {
        cross(p, q, r).signum() != cross(p, q, s).signum() && cross(r, s, p).signum() != cross(r, s, q).signum()
    };
    outer_a.iter().any(|p| in_polygon(b, *p))
        || outer_b.iter().any(|p| in_polygon(a, *p))
        || edges(outer_a).any(|e| edges(outer_b).any(|f| crossing(e, f)))
}
