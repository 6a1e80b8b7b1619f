//! Wire form to typed form: `{"__type":"Date",…}` to a date.

use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::error::{Code, Error, Result};
use crate::model::Map;
use crate::model::schema::{infer, invalid};
use crate::model::value::GeoPoint;
use crate::model::{Date, Pointer, Value};

/// The value of a column from its wire form.
///
/// # Errors
/// 111 for a `__type` that is unknown or incomplete, 107 for a polygon that is none, 121 for a key that a nested object
/// may not have.
pub fn field(value: Value) -> Result<Value> {
    let is_typed = |map: &Map| map.get("__type").is_some_and(Value::truthy);
    if value.as_object().is_some_and(is_typed) {
        infer(&value)?;
    }
    let Value::Object(map) = value else { return interior(value) };
    let Some(ty) = map.get("__type").filter(|ty| ty.truthy()) else { return interior(Value::Object(map)) };
    let text = |key: &str| map.get(key).and_then(Value::as_str);
    let number = |key: &str| map.get(key).and_then(Value::as_number);
    let typed = match ty.as_str() {
        Some("Date") => map.get("iso").and_then(date).map(Value::Date),
        Some("Pointer") => pointer(&map).map(Value::Pointer),
        Some("File") => text("name").map(|name| Value::File(name.to_owned())),
        Some("Bytes") => text("base64").map(|data| Value::Bytes(lenient_base64(data))),
        Some("Relation") => text("className").map(|class| Value::Relation(class.to_owned())),
        Some("GeoPoint") => match (number("latitude"), number("longitude")) {
            (Some(latitude), Some(longitude)) => Some(Value::GeoPoint(GeoPoint { latitude, longitude })),
            _ => None,
        },
        Some("Polygon") => return polygon(map.get("coordinates").unwrap_or(&Value::Null)).map(Value::Polygon),
        _ => None,
    };
    typed.ok_or_else(|| invalid(ty))
}

/// A value inside an array or object from its wire form: dates, pointers and bytes get their type, the rest stays.
///
/// # Errors
/// 121 for a key with `$` or `.`, 111 for a date that is none.
pub fn interior(value: Value) -> Result<Value> {
    match value {
        Value::Array(list) => list.into_iter().map(interior).collect::<Result<_>>().map(Value::Array),
        Value::Object(map) => of_object(map),
        other => Ok(other),
    }
}

fn of_object(mut map: Map) -> Result<Value> {
    if map.keys().any(|k| k.contains(['$', '.'])) {
        return Err(Error::new(Code::InvalidNestedKey, "Nested keys should not contain the '$' or '.' characters"));
    }
    match map.get("__type").and_then(Value::as_str) {
        Some("Date") => {
            let date = map.get("iso").and_then(date);
            return date.map(Value::Date).ok_or_else(|| invalid(&Value::from("Date")));
        }
        Some("Pointer") => {
            if let Some(pointer) = pointer(&map) {
                return Ok(Value::Pointer(pointer));
            }
        }
        Some("Bytes") => {
            if let Some(data) = map.get("base64").and_then(Value::as_str) {
                return Ok(Value::Bytes(lenient_base64(data)));
            }
        }
        _ => {}
    }
    for value in map.values_mut() {
        *value = interior(std::mem::take(value))?;
    }
    Ok(Value::Object(map))
}

fn date(iso: &Value) -> Option<Date> {
    match iso {
        Value::String(text) => Date::parse(text),
        Value::Number(ms) if ms.abs() <= 8.64e15 => Some(Date(*ms as i64)),
        _ => None,
    }
}

fn pointer(map: &Map) -> Option<Pointer> {
    let text = |key: &str| map.get(key).and_then(Value::as_str).map(str::to_owned);
    Some(Pointer { class: text("className")?, id: text("objectId")? })
}

/// Node's `Buffer.from(text, "base64")`: both alphabets, padding optional, other characters skipped.
fn lenient_base64(text: &str) -> Vec<u8> {
    let config = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true);
    let engine = GeneralPurpose::new(&alphabet::STANDARD, config);
    let digits = text.bytes().take_while(|b| *b != b'=').filter_map(|b| match b {
        b'-' => Some(b'+'),
        b'_' => Some(b'/'),
        b if b.is_ascii_alphanumeric() || b == b'+' || b == b'/' => Some(b),
        _ => None,
    });
    let mut digits: Vec<u8> = digits.collect();
    if digits.len() % 4 == 1 {
        digits.pop();
    }
    engine.decode(digits).unwrap_or_default()
}

/// The points of a polygon, closed.
///
/// # Errors
/// 107 with fewer than three points or points that are no pairs of numbers.
fn polygon(coordinates: &Value) -> Result<Vec<GeoPoint>> {
    let bad = || Error::json("Polygon must have at least 3 values");
    let mut points = Vec::new();
    for pair in coordinates.as_array().ok_or_else(bad)? {
        let [Value::Number(latitude), Value::Number(longitude)] = pair.as_array().ok_or_else(bad)? else {
            return Err(Error::json("Polygon coordinates must be pairs of numbers"));
        };
        points.push(GeoPoint { latitude: *latitude, longitude: *longitude });
    }
    if points.len() < 3 {
        return Err(bad());
    }
    if points.first() != points.last() {
        points.extend(points.first().copied());
    }
    // Three different ones are enough; going on would cost much for a long line.
    let mut distinct: Vec<GeoPoint> = Vec::new();
    for point in &points {
        if distinct.len() < 3 && !distinct.contains(point) {
            distinct.push(*point);
        }
    }
    if distinct.len() < 3 {
        return Err(Error::json("GeoJSON: Loop must have at least 3 different vertices"));
    }
    Ok(points)
}
