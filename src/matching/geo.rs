//! Places: distances on the sphere, boxes and polygons on the plane, polygons on the sphere.
//!
//! MongoDB reads a pair of numbers as a place on the plane of longitude and latitude (`2d`), a GeoJSON polygon as one on
//! the sphere, its edges parts of great circles.

use crate::model::value::GeoPoint;
use crate::model::{Constraint, Value};

/// The distance of two places in radians, along the great circle.
pub fn radians_between(a: GeoPoint, b: GeoPoint) -> f64 {
    let (lat_a, lat_b) = (a.latitude.to_radians(), b.latitude.to_radians());
    let by_lat = ((lat_b - lat_a) / 2.0).sin().powi(2);
    let by_lng = ((b.longitude - a.longitude).to_radians() / 2.0).sin().powi(2);
    2.0 * (by_lat + lat_a.cos() * lat_b.cos() * by_lng).clamp(0.0, 1.0).sqrt().asin()
}

/// Is the point within the box, its border included? Any two opposite corners will do.
pub fn within_box(point: GeoPoint, one: GeoPoint, other: GeoPoint) -> bool {
    let between = |v: f64, a: f64, b: f64| a.min(b) <= v && v <= a.max(b);
    between(point.latitude, one.latitude, other.latitude) && between(point.longitude, one.longitude, other.longitude)
}

/// Is the point within the polygon on the plane, its border included? The last edge leads back to the first point.
pub fn within_polygon(point: GeoPoint, polygon: &[GeoPoint]) -> bool {
    let (x, y) = (point.longitude, point.latitude);
    let mut inside = false;
    for (a, b) in edges(polygon) {
        let (ax, ay, bx, by) = (a.longitude, a.latitude, b.longitude, b.latitude);
        if (bx - ax) * (y - ay) == (by - ay) * (x - ax) && within_box(point, a, b) {
            return true;
        }
        if (ay > y) != (by > y) && x < (bx - ax) * (y - ay) / (by - ay) + ax {
            inside = !inside;
        }
    }
    inside
}

/// Is the point within the polygon on the sphere, its border included? Of the two sides of the line the smaller one counts.
pub fn on_sphere_within(point: GeoPoint, polygon: &[GeoPoint]) -> bool {
    let p = Vector::of(point);
    let corners: Vec<Vector> = polygon.iter().map(|c| Vector::of(*c)).collect();
    let pairs = || corners.iter().zip(corners.iter().cycle().skip(1));
    if pairs().any(|(a, b)| p.on_arc(*a, *b)) {
        return true;
    }
    // Seen from the point, the line goes once around it, or once around the point opposite, or around neither.
    let (east, north) = p.frame();
    let turned: f64 = pairs()
        .map(|(a, b)| {
            let (xa, ya, xb, yb) = (a.dot(east), a.dot(north), b.dot(east), b.dot(north));
            (xa * yb - ya * xb).atan2(xa * xb + ya * yb)
        })
        .sum();
    let middle = corners.iter().fold(Vector(0.0, 0.0, 0.0), |m, c| Vector(m.0 + c.0, m.1 + c.1, m.2 + c.2));
    turned.abs() > std::f64::consts::PI && p.dot(middle) > 0.0
}

fn edges(polygon: &[GeoPoint]) -> impl Iterator<Item = (GeoPoint, GeoPoint)> + '_ {
    polygon.iter().copied().zip(polygon.iter().copied().cycle().skip(1))
}

/// A direction from the middle of the earth.
#[derive(Clone, Copy)]
struct Vector(f64, f64, f64);

impl Vector {
    fn of(point: GeoPoint) -> Self {
        let (lat, lng) = (point.latitude.to_radians(), point.longitude.to_radians());
        Self(lat.cos() * lng.cos(), lat.cos() * lng.sin(), lat.sin())
    }

    fn dot(self, v: Self) -> f64 {
        self.0 * v.0 + self.1 * v.1 + self.2 * v.2
    }

    fn cross(self, v: Self) -> Self {
        Self(self.1 * v.2 - self.2 * v.1, self.2 * v.0 - self.0 * v.2, self.0 * v.1 - self.1 * v.0)
    }

    fn unit(self) -> Self {
        let length = self.dot(self).sqrt();
        Self(self.0 / length, self.1 / length, self.2 / length)
    }

    /// Two directions that span the plane that touches the sphere here.
    fn frame(self) -> (Self, Self) {
        let aside = if self.2.abs() < 0.9 { Self(0.0, 0.0, 1.0) } else { Self(1.0, 0.0, 0.0) };
        let east = aside.cross(self).unit();
        (east, self.cross(east))
    }

    /// On the shorter arc from `a` to `b`, to within some micrometres on earth?
    fn on_arc(self, a: Self, b: Self) -> bool {
        const CLOSE: f64 = 1e-12;
        let near = |v: Self| (self.0 - v.0).abs() + (self.1 - v.1).abs() + (self.2 - v.2).abs() < CLOSE;
        if near(a) || near(b) {
            return true;
        }
        let normal = a.cross(b);
        let length = normal.dot(normal).sqrt();
        length > CLOSE
            && (self.dot(normal) / length).abs() < CLOSE
            && a.cross(self).dot(normal) >= 0.0
            && self.cross(b).dot(normal) >= 0.0
    }
}

/// Does a constraint on places hold for one value?
pub(super) fn holds(constraint: &Constraint, value: &Value) -> bool {
    if let Constraint::Intersects(asked) = constraint {
        return match value {
            Value::Polygon(points) => on_sphere_within(*asked, points),
            _ => false,
        };
    }
    let Some(place) = place(value) else { return false };
    match constraint {
        Constraint::Near { center, max } => max.is_none_or(|max| radians_between(place, *center) <= max),
        Constraint::WithinSphere { center, radians } => radians_between(place, *center) <= *radians,
        Constraint::WithinBox { southwest, northeast } => within_box(place, *southwest, *northeast),
        Constraint::WithinPolygon(points) => within_polygon(place, points),
        _ => false,
    }
}

/// A place, or a pair of numbers that stands for one: longitude, then latitude.
fn place(value: &Value) -> Option<GeoPoint> {
    match value {
        Value::GeoPoint(point) => Some(*point),
        Value::Array(pair) => match pair.as_slice() {
            [Value::Number(longitude), Value::Number(latitude)] => {
                Some(GeoPoint { latitude: *latitude, longitude: *longitude })
            }
            _ => None,
        },
        _ => None,
    }
}
