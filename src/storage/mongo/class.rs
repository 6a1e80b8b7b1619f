//! Schemas as documents of `_SCHEMA` (`storage.md` A4).

use mongodb::bson::{Bson, Document, RawDocument, doc};

use super::{decode, encode};
use crate::error::Result;
use crate::model::{ClassSchema, Field, FieldType, Map, Value};

/// The collection of schemas.
pub const SCHEMA: &str = "_SCHEMA";

/// Columns that no document lists: every class has them, or they are stored otherwise.
fn is_listed(class: &str, field: &str) -> bool {
    !matches!(field, "objectId" | "createdAt" | "updatedAt" | "ACL") && (class, field) != ("_User", "password")
}

/// The type of a column as a document names it.
pub fn type_text(ty: &FieldType) -> String {
    match ty {
        FieldType::Pointer(target) => format!("*{target}"),
        FieldType::Relation(target) => format!("relation<{target}>"),
        other => other.name().to_ascii_lowercase(),
    }
}

/// The type of a column by its name in a document.
pub fn type_of(text: &str) -> Option<FieldType> {
    if let Some(target) = text.strip_prefix('*') {
        return Some(FieldType::Pointer(target.to_owned()));
    }
    if let Some(target) = text.strip_prefix("relation<").and_then(|rest| rest.strip_suffix('>')) {
        return Some(FieldType::Relation(target.to_owned()));
    }
    let name = match text {
        "number" => "Number",
        "string" => "String",
        "boolean" => "Boolean",
        "date" => "Date",
        "map" | "object" => "Object",
        "array" => "Array",
        "geopoint" => "GeoPoint",
        "file" => "File",
        "bytes" => "Bytes",
        "polygon" => "Polygon",
        _ => return None,
    };
    FieldType::from_name(name, None)
}

/// The document of a new class.
pub fn document(schema: &ClassSchema) -> Document {
    let mut out = doc! { "_id": &schema.name, "objectId": "string", "updatedAt": "date", "createdAt": "date" };
    let mut metadata = Document::new();
    let listed = || schema.fields.iter().filter(|(name, _)| is_listed(&schema.name, name));
    let options: Document = listed()
        .filter(|(_, field)| !field.options.is_empty())
        .map(|(name, field)| (name.clone(), Bson::Document(as_given(&field.options))))
        .collect();
    if !options.is_empty() {
        metadata.insert("fields_options", options);
    }
    if let Some(clp) = &schema.clp {
        metadata.insert("class_permissions", as_given(clp));
    }
    if !schema.indexes.is_empty() {
        metadata.insert("indexes", as_given(&schema.indexes));
    }
    if !metadata.is_empty() {
        out.insert("_metadata", metadata);
    }
    out.extend(listed().map(|(name, field)| (name.clone(), Bson::String(type_text(&field.ty)))));
    out
}

/// What was declared, dates among it as they were sent.
pub fn as_given(map: &Map) -> Document {
    map.iter().map(|(key, value)| (key.to_string(), encode::as_sent(value))).collect()
}

/// The class of a document, with the columns that Parse gives it; `None` for one that is none (`_id` is no text).
///
/// # Errors
/// 1 for bytes that are no BSON.
pub fn schema(document: &RawDocument) -> Result<Option<ClassSchema>> {
    let mut stored = decode::map(document)?;
    let Some(Value::String(name)) = stored.take("_id") else { return Ok(None) };
    let mut schema = ClassSchema::new(name);
    let mut metadata = object(stored.take("_metadata"));
    let mut options = object(metadata.take("fields_options"));
    for (field, ty) in stored {
        if !is_listed(&schema.name, &field) || field.starts_with('_') {
            continue;
        }
        let Some(ty) = ty.as_str().and_then(type_of) else { continue };
        let declared = Field { ty, options: object(options.take(&field)) };
        schema.fields.insert(field.to_string(), declared);
    }
    schema.clp = metadata.take("class_permissions").map(|clp| object(Some(clp)));
    schema.indexes = object(metadata.take("indexes"));
    Ok(Some(schema))
}

fn object(value: Option<Value>) -> Map {
    match value {
        Some(Value::Object(map)) => match crate::model::wire::untyped(Value::Object(map)) {
            Value::Object(map) => map,
            _ => Map::new(),
        },
        _ => Map::new(),
    }
}

#[cfg(test)]
mod tests {
    use mongodb::bson::RawDocumentBuf;

    use super::*;

    #[test]
    fn a_document_is_read_and_written_alike() {
        let plain = doc! { "_id": "Opt", "objectId": "string", "updatedAt": "date", "createdAt": "date" };
        let mut full = plain.clone();
        full.insert(
            "_metadata",
            doc! {
                "fields_options": { "d": { "defaultValue": { "__type": "Date", "iso": "2020-01-01T00:00:00.000Z" } },
                    "n": { "required": true } },
                "class_permissions": { "find": {}, "protectedFields": { "*": ["n"] } },
                "indexes": { "p_idx": { "_p_p": 1 } },
            },
        );
        for (field, ty) in [
            ("d", "date"),
            ("g", "geopoint"),
            ("pg", "polygon"),
            ("by", "bytes"),
            ("f", "file"),
            ("n", "number"),
            ("p", "*Tgt"),
            ("r", "relation<Tgt>"),
            ("s", "string"),
            ("b", "boolean"),
            ("o", "object"),
            ("a", "array"),
        ] {
            full.insert(field, ty);
        }
        let mut user = doc! { "_id": "_User", "objectId": "string", "updatedAt": "date", "createdAt": "date" };
        user.extend(doc! { "username": "string", "email": "string", "emailVerified": "boolean", "authData": "object" });
        for stored in [plain, full, user] {
            let read = schema(&RawDocumentBuf::try_from(&stored).unwrap()).unwrap().unwrap();
            assert_eq!(document(&read), stored);
        }
    }

    #[test]
    fn legacy_documents_are_read() {
        let stored = doc! { "_id": "Old", "objectId": "string", "createdAt": "string", "m": "map", "x": "strange",
        "_client_permissions": {}, "_metadata": {} };
        let read = schema(&RawDocumentBuf::try_from(&stored).unwrap()).unwrap().unwrap();
        let mut expected = ClassSchema::new("Old");
        expected.fields.insert("m".into(), Field::new(FieldType::Object));
        assert_eq!(read, expected);
    }
}
