//! Does a body fit the columns of its class? Columns that it brings along are found here and made by [`super::Schemas`]
//! (`objects.md` sections 1 to 4).

use indexmap::IndexMap;

use crate::error::{Code, Error, Result};
use crate::model::schema::{infer, infer_path};
use crate::model::wire::is_delete;
use crate::model::{ClassSchema, Field, FieldType, Map, Value, names};

/// Columns that objects of Parse's own classes must have.
const REQUIRED: [(&str, &[&str]); 2] =
    [("_Product", &["productIdentifier", "icon", "order", "title", "subtitle"]), ("_Role", &["name", "ACL"])];

/// What a body is checked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// Is the object there already?
    pub updating: bool,
    /// May internal columns be named? For the maintenance key.
    pub internals: bool,
}

/// The columns that a body would add to a class, in the body's order; an error if it does not fit those that are there.
///
/// # Errors
/// 105 for a field name, 111 for a type, 108 for an unknown operation.
pub fn fit(schema: &ClassSchema, body: &Map, kind: Kind) -> Result<Vec<(String, Field)>> {
    let mut added: IndexMap<String, Field> = IndexMap::new();
    one_geo_point(body)?;
    for (key, value) in body {
        if key == "ACL" {
            continue;
        }
        let (name, ty) = infer_path(key, value)?;
        check_name(schema, key, name, kind)?;
        let Some(ty) = ty else { continue };
        if kind.internals && name.starts_with('_') {
            continue;
        }
        let known = schema.field_type(name).or_else(|| added.get(name).map(|field| &field.ty));
        match known {
            Some(expected) if *expected == ty => {}
            Some(expected) => return Err(mismatch(schema, name, expected, &ty)),
            None => {
                check_new(schema, &added, name, &ty)?;
                added.insert(name.to_owned(), Field::new(ty));
            }
        }
    }
    required(schema, body, kind)?;
    Ok(added.into_iter().collect())
}

/// Does a body name columns that the class does not have, whatever it says of them? A deletion brings none along.
pub fn brings_columns(schema: &ClassSchema, body: &Map) -> bool {
    let has = |name: &str| schema.fields.contains_key(name);
    let known = |key: &str| key == "ACL" || has(key) || key.split_once('.').is_some_and(|(root, _)| has(root));
    body.iter().any(|(key, value)| !known(key) && !is_delete(value))
}

fn check_name(schema: &ClassSchema, key: &str, name: &str, kind: Kind) -> Result<()> {
    if kind.updating && key.starts_with("authData.") {
        return Err(Error::new(Code::InvalidKeyName, format!("Invalid field name for update: {key}")));
    }
    let hooks = schema.name == "_Hooks" && name == "className";
    let internal = kind.internals && name.starts_with('_') && name != "__type";
    if hooks || internal || names::is_valid_field(name) {
        return Ok(());
    }
    let shown = if name.is_empty() { key } else { name };
    Err(Error::new(Code::InvalidKeyName, format!("Invalid field name: {shown}.")))
}

fn mismatch(schema: &ClassSchema, name: &str, expected: &FieldType, got: &FieldType) -> Error {
    let text = format!("schema mismatch for {}.{name}; expected {expected} but got {got}", schema.name);
    Error::new(Code::IncorrectType, text)
}

fn one_geo_point(body: &Map) -> Result<()> {
    let is_geo = |value: &Value| matches!(infer(value), Ok(Some(FieldType::GeoPoint)));
    if body.values().filter(|value| is_geo(value)).count() > 1 {
        return Err(Error::new(Code::IncorrectType, "there can only be one geopoint field in a class"));
    }
    Ok(())
}

fn check_new(schema: &ClassSchema, added: &IndexMap<String, Field>, name: &str, ty: &FieldType) -> Result<()> {
    if *ty == FieldType::Relation(String::new()) {
        return Err(Error::json(format!("Could not add field {name}")));
    }
    if *ty == FieldType::GeoPoint {
        let mut fields = schema.fields.values().chain(added.values());
        if fields.any(|field| field.ty == FieldType::GeoPoint) {
            let text = "MongoDB only supports one GeoPoint field in a class.";
            return Err(Error::new(Code::IncorrectType, text));
        }
    }
    if let FieldType::Relation(target) = ty
        && !names::is_valid_class(target)
    {
        return Err(Error::new(Code::InvalidClassName, invalid_class(target)));
    }
    Ok(())
}

/// The text for a class name that breaks the rules (`admin.md` section 1; it ends in a blank there too).
pub fn invalid_class(name: &str) -> String {
    format!(
        "Invalid classname: {name}, classnames can only have alphanumeric characters and _, and must start with an alpha \
         character "
    )
}

fn required(schema: &ClassSchema, body: &Map, kind: Kind) -> Result<()> {
    let columns = REQUIRED.iter().find(|(class, _)| *class == schema.name).map_or(&[][..], |(_, columns)| columns);
    for column in columns {
        let missing = match body.get(column) {
            None => !kind.updating,
            Some(value) if kind.updating => is_delete(value),
            Some(value) => !value.truthy(),
        };
        if missing {
            return Err(Error::new(Code::IncorrectType, format!("{column} is required.")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::wire;

    fn body(text: &str) -> Map {
        match wire::parse(text.as_bytes(), 20).unwrap() {
            Value::Object(map) => map,
            _ => unreachable!(),
        }
    }

    fn message(schema: &ClassSchema, text: &str) -> String {
        let kind = Kind { updating: false, internals: false };
        fit(schema, &body(text), kind).map_or_else(
            |e| e.to_string(),
            |added| added.iter().map(|(n, f)| format!("{n}:{}", f.ty)).collect::<Vec<_>>().join(" "),
        )
    }

    #[test]
    fn finds_new_columns_and_mismatches() {
        let mut schema = ClassSchema::new("C");
        schema.fields.insert("n".into(), Field::new(FieldType::Number));
        schema.fields.insert("p".into(), Field::new(FieldType::Pointer("A".into())));
        for (text, expected) in [
            (r#"{"n":1,"s":"x","z":null,"o.a":1,"a.0":1}"#, "s:String o:Object a:Array"),
            (r#"{"o.a":{"__op":"Delete"},"q.a":null}"#, ""),
            (r#"{"n":"x"}"#, "111: schema mismatch for C.n; expected Number but got String"),
            (
                r#"{"p":{"__type":"Pointer","className":"B","objectId":"x"}}"#,
                "111: schema mismatch for C.p; expected Pointer<A> but got Pointer<B>",
            ),
            (r#"{"1bad":1}"#, "105: Invalid field name: 1bad."),
            (r#"{"_x":1}"#, "105: Invalid field name: _x."),
            (r#"{"x":{"__type":"Foo"}}"#, "111: This is not a valid Foo"),
            (r#"{"x":{"__op":"Nope"}}"#, "108: The Nope operator is not supported yet."),
            (r#"{"createdAt":"2020"}"#, "111: schema mismatch for C.createdAt; expected Date but got String"),
        ] {
            assert_eq!(message(&schema, text), expected, "{text}");
        }
    }
}
