//! Values as JSON bytes, as `JSON.stringify` would print what Parse Server answers.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::words::{is_escaped, is_plain};
use crate::model::value::GeoPoint;
use crate::model::{Date, Map, Pointer, Value, number};

/// Appends a value in its wire form.
pub fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Number(n) => number::write(*n, out),
        Value::String(text) => string(text, out),
        Value::Date(date) => self::date(*date, out),
        Value::Pointer(pointer) => self::pointer(pointer, out),
        Value::GeoPoint(point) => geo_point(*point, out),
        Value::Polygon(points) => polygon(points, out),
        Value::File(name) => tagged("File", "name", name, out),
        Value::Bytes(bytes) => tagged("Bytes", "base64", &STANDARD.encode(bytes), out),
        Value::Relation(class) => tagged("Relation", "className", class, out),
        Value::Array(list) => array(list, out),
        Value::Object(map) => object(map, out),
    }
}

/// Appends a text as a JSON string.
pub fn string(text: &str, out: &mut Vec<u8>) {
    raw_string(text.as_bytes(), out);
}

/// Appends bytes as a JSON string, for a caller that sees to it that what comes out is UTF-8.
pub fn raw_string(text: &[u8], out: &mut Vec<u8>) {
    out.reserve(text.len() + 2);
    out.push(b'"');
    if is_plain(text) {
        out.extend_from_slice(text);
    } else {
        escaped(text, out);
    }
    out.push(b'"');
}

fn escaped(text: &[u8], out: &mut Vec<u8>) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let mut from = 0;
    for (i, &b) in text.iter().enumerate() {
        if !is_escaped(b) {
            continue;
        }
        out.extend_from_slice(&text[from..i]);
        from = i + 1;
        match b {
            b'"' => out.extend_from_slice(b"\\\""),
            b'\\' => out.extend_from_slice(b"\\\\"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'\t' => out.extend_from_slice(b"\\t"),
            0x08 => out.extend_from_slice(b"\\b"),
            0x0c => out.extend_from_slice(b"\\f"),
            _ => {
                out.extend_from_slice(b"\\u00");
                out.push(HEX[usize::from(b >> 4)]);
                out.push(HEX[usize::from(b & 15)]);
            }
        }
    }
    out.extend_from_slice(&text[from..]);
}

fn tagged(ty: &str, key: &str, text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"__type\":\"");
    out.extend_from_slice(ty.as_bytes());
    out.extend_from_slice(b"\",\"");
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(b"\":");
    string(text, out);
    out.push(b'}');
}

/// Appends an instant as an object that says so.
pub fn date(date: Date, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"__type\":\"Date\",\"iso\":\"");
    date.write(out);
    out.extend_from_slice(b"\"}");
}

fn pointer(pointer: &Pointer, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"__type\":\"Pointer\",\"className\":");
    string(&pointer.class, out);
    out.extend_from_slice(b",\"objectId\":");
    string(&pointer.id, out);
    out.push(b'}');
}

/// Appends a place.
pub fn geo_point(point: GeoPoint, out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"__type\":\"GeoPoint\",\"latitude\":");
    number::write(point.latitude, out);
    out.extend_from_slice(b",\"longitude\":");
    number::write(point.longitude, out);
    out.push(b'}');
}

fn polygon(points: &[GeoPoint], out: &mut Vec<u8>) {
    out.extend_from_slice(b"{\"__type\":\"Polygon\",\"coordinates\":[");
    for (i, point) in points.iter().enumerate() {
        out.extend_from_slice(if i == 0 { b"[" } else { b",[" });
        number::write(point.latitude, out);
        out.push(b',');
        number::write(point.longitude, out);
        out.push(b']');
    }
    out.extend_from_slice(b"]}");
}

fn array(list: &[Value], out: &mut Vec<u8>) {
    out.push(b'[');
    for (i, value) in list.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        write(value, out);
    }
    out.push(b']');
}

fn object(map: &Map, out: &mut Vec<u8>) {
    out.push(b'{');
    for (i, (key, value)) in map.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        string(key, out);
        out.push(b':');
        write(value, out);
    }
    out.push(b'}');
}
