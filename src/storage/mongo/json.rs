//! Documents as Parse JSON, byte for byte what the object would be (`decode.rs`), without making one. What is rare or odd is left
//! to that way: a value, or the whole row.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mongodb::bson::{RawBsonRef, RawDocument};

use super::decode;
use super::elements::{Elements, Item};
use super::names::{POINTER, PROVIDER};
use crate::access::Render;
use crate::access::render::{Shown, is_bare_date};
use crate::error::Result;
use crate::model::names::INTERNAL_COLUMNS;
use crate::model::value::GeoPoint;
use crate::model::{Acl, ClassSchema, Date, FieldType, Value, number, wire};

/// Is a row, or a value, written? If not, it must go the other way, and what is written of it is to be forgotten.
type Written = bool;

/// Appends a document as a plan shows it.
///
/// # Errors
/// 1 for bytes that are no BSON.
pub fn row(document: &RawDocument, schema: &ClassSchema, render: &Render, out: &mut Vec<u8>) -> Result<Written> {
    let elements = Elements::of(document.as_bytes());
    let id = elements.clone().find_map(|(key, item)| match item {
        Item::Text(id) if key == b"_id" => Some(str::from_utf8(id).ok()),
        Item::Other => Some(None),
        _ => None,
    });
    let Some(Some(id)) = id.filter(|_| !render.shows_internals()) else { return Ok(false) };
    let start = out.len();
    out.extend_from_slice(b"{\"objectId\":");
    wire::string(id, out);
    let shown = render.of_row(id, |column| decode::value(document, schema, column));
    if !(Row { document, schema, shown, out }.fields(elements)?) {
        return Ok(false);
    }
    out.push(b'}');
    // Keys and texts have not been looked at one by one.
    Ok(str::from_utf8(&out[start..]).is_ok())
}

/// Writes the fields of a row.
struct Row<'a> {
    document: &'a RawDocument,
    schema: &'a ClassSchema,
    shown: Shown<'a>,
    out: &'a mut Vec<u8>,
}

impl Row<'_> {
    fn fields(&mut self, elements: Elements<'_>) -> Result<Written> {
        let mut lists = [None, None];
        for (key, item) in elements {
            let Ok(key) = str::from_utf8(key) else { return Ok(false) };
            match (key, item) {
                (_, Item::Other) => return Ok(false),
                ("_id" | "_acl", _) => {}
                ("_rperm", Item::Array(list)) => lists[0] = Some(list),
                ("_wperm", Item::Array(list)) => lists[1] = Some(list),
                ("_rperm" | "_wperm", _) => return Ok(false),
                ("_session_token", _) if self.schema.name == "_User" => {}
                (key, _) if key.starts_with('_') && INTERNAL_COLUMNS.contains(&key) => {}
                (key, item) => {
                    if !self.field(key, item)? {
                        return Ok(false);
                    }
                }
            }
        }
        for (field, target) in self.shown.relations() {
            name(field, self.out);
            wire::write(&Value::Relation(target.to_owned()), self.out);
        }
        if lists != [None, None] && self.shown.shows_acl() {
            name("ACL", self.out);
            return Ok(acl(lists, self.out));
        }
        Ok(true)
    }

    fn field(&mut self, key: &str, item: Item<'_>) -> Result<Written> {
        let field = match key {
            "_created_at" => "createdAt",
            "_updated_at" => "updatedAt",
            "_session_token" => "sessionToken",
            "_last_used" => "lastUsed",
            "times_used" => "timesUsed",
            // The same field may stand under two names.
            "objectId" | "createdAt" | "updatedAt" | "sessionToken" | "lastUsed" | "timesUsed" => return Ok(false),
            other => other,
        };
        if let Some(field) = field.strip_prefix(POINTER) {
            return Ok(self.pointer(field, item));
        }
        if self.schema.name == "_User" && (field == "authData" || field.starts_with(PROVIDER)) {
            return Ok(!self.shown.shows("authData"));
        }
        if field.starts_with(|first: char| first == '_' || first.is_ascii_digit()) {
            return Ok(false);
        }
        let ty = self.schema.field_type(field);
        match ty {
            Some(FieldType::Relation(_)) => return Ok(true),
            Some(FieldType::Pointer(_)) => return Ok(false),
            _ if !self.shown.shows(field) => return Ok(true),
            _ => name(field, self.out),
        }
        match (ty, item) {
            (_, Item::Date(ms)) if is_bare_date(field) => {
                self.out.push(b'"');
                Date(ms).write(self.out);
                self.out.push(b'"');
                Ok(true)
            }
            (Some(FieldType::GeoPoint), Item::Array(pair)) if let Some(place) = place(pair) => {
                wire::geo_point(place, self.out);
                Ok(true)
            }
            (Some(FieldType::File | FieldType::Polygon | FieldType::Bytes), _) => self.typed(key, ty),
            (_, item) => plain(item, self.out),
        }
    }

    /// A value that its column gives a type.
    fn typed(&mut self, key: &str, ty: Option<&FieldType>) -> Result<Written> {
        let Ok(Some(value)) = self.document.get(key) else { return Ok(false) };
        match decode::column(decode::plain(value)?, ty) {
            Value::File(file) => wire::write(&self.shown.file(file), self.out),
            other => wire::write(&other, self.out),
        }
        Ok(true)
    }

    fn pointer(&mut self, field: &str, item: Item<'_>) -> Written {
        let Some(FieldType::Pointer(class)) = self.schema.field_type(field) else { return true };
        let text = match item {
            Item::Text(text) => text,
            Item::Null => return true,
            _ => return false,
        };
        let Some(id) = text.strip_prefix(class.as_bytes()).and_then(|rest| rest.strip_prefix(b"$")) else {
            return false;
        };
        if self.shown.shows(field) {
            name(field, self.out);
            self.out.extend_from_slice(b"{\"__type\":\"Pointer\",\"className\":");
            wire::string(class, self.out);
            self.out.extend_from_slice(b",\"objectId\":");
            wire::raw_string(id, self.out);
            self.out.push(b'}');
        }
        true
    }
}

fn name(field: &str, out: &mut Vec<u8>) {
    out.push(b',');
    wire::string(field, out);
    out.push(b':');
}

/// Longitude and latitude.
fn place(pair: &[u8]) -> Option<GeoPoint> {
    let mut pair = Elements::of(pair);
    let mut next = || match pair.next()?.1 {
        Item::Double(n) => Some(n),
        Item::Int32(n) => Some(f64::from(n)),
        Item::Int64(n) => Some(n as f64),
        _ => None,
    };
    let (longitude, latitude) = (next()?, next()?);
    pair.next().is_none().then_some(GeoPoint { longitude, latitude })
}

/// Both lists as the map that they are on the wire.
fn acl(lists: [Option<&[u8]>; 2], out: &mut Vec<u8>) -> Written {
    let [Some(read), Some(write)] = lists.map(|list| list.map_or(Some(Vec::new()), entries)) else { return false };
    wire::write(&Acl { read, write }.to_wire(), out);
    true
}

/// The texts of a list.
fn entries(list: &[u8]) -> Option<Vec<String>> {
    let text = |item| match item {
        Item::Text(text) => Some(str::from_utf8(text).ok()?.to_owned()),
        _ => None,
    };
    Elements::of(list).map(|(_, item)| text(item)).collect()
}

/// A value, typed as it says itself.
fn plain(item: Item<'_>, out: &mut Vec<u8>) -> Result<Written> {
    match item {
        Item::Other => return Ok(false),
        Item::Null => out.extend_from_slice(b"null"),
        Item::Bool(true) => out.extend_from_slice(b"true"),
        Item::Bool(false) => out.extend_from_slice(b"false"),
        Item::Int32(n) => out.extend_from_slice(itoa::Buffer::new().format(n).as_bytes()),
        Item::Int64(n) => number::write(n as f64, out),
        Item::Double(n) => number::write(n, out),
        Item::Text(text) => wire::raw_string(text, out),
        Item::Date(ms) => wire::date(Date(ms), out),
        Item::Bytes(bytes) => {
            out.extend_from_slice(b"{\"__type\":\"Bytes\",\"base64\":");
            wire::string(&STANDARD.encode(bytes), out);
            out.push(b'}');
        }
        Item::Array(list) => {
            out.push(b'[');
            for (at, (_, item)) in Elements::of(list).enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                if !plain(item, out)? {
                    return Ok(false);
                }
            }
            out.push(b']');
        }
        Item::Document(document) => {
            let before = out.len();
            if !object(document, out)? {
                out.truncate(before);
                let document = RawDocument::from_bytes(document).map_err(decode::broken)?;
                wire::write(&decode::plain(RawBsonRef::Document(document))?, out);
            }
        }
    }
    Ok(true)
}

/// An object whose keys stand as JavaScript would list them, and that is no typed value but a pointer.
fn object(document: &[u8], out: &mut Vec<u8>) -> Result<Written> {
    out.push(b'{');
    for (at, (key, item)) in Elements::of(document).enumerate() {
        let is_odd = match key {
            b"__type" => at > 0 || !is_pointer(document),
            _ => key.first().is_some_and(u8::is_ascii_digit),
        };
        if is_odd {
            return Ok(false);
        }
        if at > 0 {
            out.push(b',');
        }
        wire::raw_string(key, out);
        out.push(b':');
        if !plain(item, out)? {
            return Ok(false);
        }
    }
    out.push(b'}');
    Ok(true)
}

/// Does an object hold what a pointer does, in its order, and nothing else?
fn is_pointer(document: &[u8]) -> bool {
    let mut elements = Elements::of(document);
    let mut text = |name: &[u8]| match elements.next() {
        Some((key, Item::Text(text))) if key == name => Some(text),
        _ => None,
    };
    text(b"__type") == Some(b"Pointer")
        && text(b"className").is_some()
        && text(b"objectId").is_some()
        && elements.next().is_none()
}
