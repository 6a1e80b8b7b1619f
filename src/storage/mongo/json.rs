//! Documents as Parse JSON, byte for byte what the object would be (`decode.rs`), without making one. What is rare or odd is left
//! to that way: a value, or the whole row.

use std::io::Write;

use mongodb::bson::raw::RawArray;
use mongodb::bson::{RawBsonRef, RawDocument};

use super::decode;
use super::names::{POINTER, PROVIDER};
use crate::access::Render;
use crate::access::render::Shown;
use crate::error::Result;
use crate::model::names::INTERNAL_COLUMNS;
use crate::model::{Acl, ClassSchema, Date, FieldType, Value, number, wire};

/// Is a row, or a value, written? If not, it must go the other way, and what is written of it is to be forgotten.
type Written = bool;

/// Appends a document as a plan shows it.
///
/// # Errors
/// 1 for bytes that are no BSON.
pub fn row(document: &RawDocument, schema: &ClassSchema, render: &Render, out: &mut Vec<u8>) -> Result<Written> {
    if render.shows_internals() {
        return Ok(false);
    }
    let Ok(Some(RawBsonRef::String(id))) = document.get("_id") else { return Ok(false) };
    let shown = render.of_row(id, |column| decode::value(document, schema, column));
    out.extend_from_slice(b"{\"objectId\":");
    wire::string(id, out);
    let mut lists = [None, None];
    for entry in document {
        let (key, value) = entry.map_err(decode::broken)?;
        match (key.as_str(), value) {
            ("_id" | "_acl", _) => {}
            ("_rperm", RawBsonRef::Array(list)) => lists[0] = Some(list),
            ("_wperm", RawBsonRef::Array(list)) => lists[1] = Some(list),
            ("_rperm" | "_wperm", _) => return Ok(false),
            ("_session_token", _) if schema.name == "_User" => {}
            (key, _) if INTERNAL_COLUMNS.contains(&key) => {}
            (key, value) => {
                if !(Field { schema, shown: &shown, out }.field(key, value)?) {
                    return Ok(false);
                }
            }
        }
    }
    for (field, target) in shown.relations() {
        name(field, out);
        wire::write(&Value::Relation(target.to_owned()), out);
    }
    if lists != [None, None] && shown.shows_acl() {
        name("ACL", out);
        acl(lists, out)?;
    }
    out.push(b'}');
    Ok(true)
}

/// Writes one field of a row.
struct Field<'a> {
    schema: &'a ClassSchema,
    shown: &'a Shown<'a>,
    out: &'a mut Vec<u8>,
}

impl Field<'_> {
    fn field(&mut self, key: &str, value: RawBsonRef<'_>) -> Result<Written> {
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
            return Ok(self.pointer(field, value));
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
        match (ty, value) {
            (_, RawBsonRef::DateTime(date)) if matches!(field, "createdAt" | "updatedAt") => {
                instant(date.timestamp_millis(), self.out);
            }
            (Some(FieldType::File | FieldType::GeoPoint | FieldType::Polygon | FieldType::Bytes), value) => {
                match decode::column(decode::plain(value)?, ty) {
                    Value::File(file) => wire::write(&self.shown.file(file), self.out),
                    other => wire::write(&other, self.out),
                }
            }
            (_, value) => plain(value, self.out)?,
        }
        Ok(true)
    }

    fn pointer(&mut self, field: &str, value: RawBsonRef<'_>) -> Written {
        let Some(FieldType::Pointer(class)) = self.schema.field_type(field) else { return true };
        let text = match value {
            RawBsonRef::String(text) => text,
            RawBsonRef::Null => return true,
            _ => return false,
        };
        match text.split_once('$') {
            Some((found, id)) if found == class => {
                if self.shown.shows(field) {
                    name(field, self.out);
                    self.out.extend_from_slice(b"{\"__type\":\"Pointer\",\"className\":");
                    wire::string(class, self.out);
                    self.out.extend_from_slice(b",\"objectId\":");
                    wire::string(id, self.out);
                    self.out.push(b'}');
                }
                true
            }
            _ => false,
        }
    }
}

fn name(field: &str, out: &mut Vec<u8>) {
    out.push(b',');
    wire::string(field, out);
    out.push(b':');
}

fn instant(ms: i64, out: &mut Vec<u8>) {
    // Nothing goes wrong when memory is written to.
    let _ = write!(out, "\"{}\"", Date(ms));
}

/// Both lists as the map that they are on the wire.
fn acl(lists: [Option<&RawArray>; 2], out: &mut Vec<u8>) -> Result<()> {
    if lists.iter().flatten().all(|list| list.is_empty()) {
        out.extend_from_slice(b"{}");
        return Ok(());
    }
    let [read, write] = lists.map(|list| list.map_or(Ok(Vec::new()), |list| decode::entries(RawBsonRef::Array(list))));
    wire::write(&Acl { read: read?, write: write? }.to_wire(), out);
    Ok(())
}

/// A value, typed as it says itself.
fn plain(value: RawBsonRef<'_>, out: &mut Vec<u8>) -> Result<()> {
    match value {
        RawBsonRef::Null | RawBsonRef::Undefined => out.extend_from_slice(b"null"),
        RawBsonRef::Boolean(true) => out.extend_from_slice(b"true"),
        RawBsonRef::Boolean(false) => out.extend_from_slice(b"false"),
        RawBsonRef::Int32(n) => out.extend_from_slice(itoa::Buffer::new().format(n).as_bytes()),
        RawBsonRef::Int64(n) => number::write(n as f64, out),
        RawBsonRef::Double(n) => number::write(n, out),
        RawBsonRef::String(text) => wire::string(text, out),
        RawBsonRef::DateTime(date) => {
            out.extend_from_slice(b"{\"__type\":\"Date\",\"iso\":");
            instant(date.timestamp_millis(), out);
            out.push(b'}');
        }
        RawBsonRef::Array(list) => {
            out.push(b'[');
            for (at, value) in list.into_iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                plain(value.map_err(decode::broken)?, out)?;
            }
            out.push(b']');
        }
        RawBsonRef::Document(document) => {
            let before = out.len();
            if !object(document, out)? {
                out.truncate(before);
                wire::write(&decode::plain(value)?, out);
            }
        }
        other => wire::write(&decode::plain(other)?, out),
    }
    Ok(())
}

/// An object whose keys stand as JavaScript would list them, and that is no typed value but a pointer.
fn object(document: &RawDocument, out: &mut Vec<u8>) -> Result<Written> {
    out.push(b'{');
    for (at, entry) in document.into_iter().enumerate() {
        let (key, value) = entry.map_err(decode::broken)?;
        let key = key.as_str();
        let is_odd = match key {
            "__type" => at > 0 || !is_pointer(document),
            _ => key.starts_with(|first: char| first.is_ascii_digit()),
        };
        if is_odd {
            return Ok(false);
        }
        if at > 0 {
            out.push(b',');
        }
        wire::string(key, out);
        out.push(b':');
        plain(value, out)?;
    }
    out.push(b'}');
    Ok(true)
}

/// Does an object hold what a pointer does, in its order, and nothing else?
fn is_pointer(document: &RawDocument) -> bool {
    let mut entries = document.into_iter().flatten();
    let mut text = |name: &str| match entries.next() {
        Some((key, RawBsonRef::String(text))) if key.as_str() == name => Some(text),
        _ => None,
    };
    text("__type") == Some("Pointer")
        && text("className").is_some()
        && text("objectId").is_some()
        && document.into_iter().count() == 3
}
