//! The columns in a body of `/schemas`.

use crate::error::{Code, Error, Result};
use crate::model::schema::{default_fields, infer};
use crate::model::wire::is_delete;
use crate::model::{ClassSchema, Field, FieldType, Map, Value, names};
use crate::schema::check::invalid_class;
use crate::storage::SchemaChange;

/// The columns that a body adds to a class.
///
/// # Errors
/// 105, 107, 111, 135, 136 as `admin.md` section 1 has them.
pub(super) fn additions(schema: &ClassSchema, given: &Map, creating: bool) -> Result<Vec<(String, Field)>> {
    let mut added = Vec::new();
    for (name, wish) in given {
        let valid = names::is_valid_field(name) || (schema.name == "_Hooks" && name == "className");
        if !valid {
            return Err(Error::new(Code::InvalidKeyName, format!("invalid field name: {name}")));
        }
        if default_fields(&schema.name).contains_key(name.as_str()) {
            // Columns that the class has from the start may be repeated as they are.
            if creating && !default_fields("").contains_key(name.as_str()) {
                continue;
            }
            return Err(Error::new(Code::ImmutableField, format!("field {name} cannot be added")));
        }
        added.push((name.to_string(), field(schema, name, wish)?));
    }
    one_geo_point(schema, &added)?;
    Ok(added)
}

/// The changes that a body makes to the columns of a class: deletions first, then additions and options.
///
/// # Errors
/// As [`additions`], and 255 for a column that is there with another type, or is not there.
pub(super) fn changes(schema: &ClassSchema, given: &Map) -> Result<Vec<SchemaChange>> {
    let class = &schema.name;
    let (mut deleted, mut added, mut changes) = (Vec::new(), Map::new(), Vec::new());
    for (name, wish) in given {
        match schema.fields.get(name.as_str()) {
            Some(_) if is_delete(wish) => deleted.push(name.to_string()),
            None if is_delete(wish) => {
                let text = format!("Field {name} does not exist, cannot delete.");
                return Err(Error::new(Code::InvalidSchemaOperation, text));
            }
            Some(known) if !has_type(wish, known) => {
                let text = format!("Field {name} exists, cannot update.");
                return Err(Error::new(Code::InvalidSchemaOperation, text));
            }
            Some(known) => {
                let wanted = field(schema, name, wish)?;
                if wanted.ty != known.ty {
                    let text = format!("Field {name} exists, cannot update.");
                    return Err(Error::new(Code::InvalidSchemaOperation, text));
                }
                let (class, field) = (class.clone(), name.to_string());
                changes.push(SchemaChange::SetFieldOptions { class, field, options: wanted.options });
            }
            None => drop(added.set(name.as_str(), wish.clone())),
        }
    }
    let mut rest = schema.clone();
    deleted.iter().for_each(|name| drop(rest.fields.shift_remove(name)));
    let fields = additions(&rest, &added, false)?;
    if let Some(name) = deleted.iter().find(|name| default_fields(class).contains_key(*name)) {
        return Err(Error::new(Code::ImmutableField, format!("field {name} cannot be changed")));
    }
    // Parse Server adds the column, and then does not find in it the class that was asked for.
    let aimless = |(name, field): &&(String, Field)| {
        let leads = matches!(field.ty, FieldType::Pointer(_) | FieldType::Relation(_));
        !leads && added.get(name).and_then(Value::as_object).is_some_and(|wish| wish.contains_key("targetClass"))
    };
    if let Some((name, _)) = fields.iter().find(aimless) {
        return Err(Error::json(format!("Could not add field {name}")));
    }
    if !fields.is_empty() {
        changes.insert(0, SchemaChange::AddFields { class: class.clone(), fields });
    }
    if !deleted.is_empty() {
        changes.insert(0, SchemaChange::DeleteFields { class: class.clone(), fields: deleted });
    }
    Ok(changes)
}

/// Does a body declare a column with the type that it has?
fn has_type(wish: &Value, known: &Field) -> bool {
    let declared = wish.as_object().and_then(|wish| wish.get("type")).and_then(Value::as_str);
    declared == Some(known.ty.name())
}

/// What a class looks like after such changes.
pub(super) fn apply(schema: &mut ClassSchema, changes: &[SchemaChange]) {
    for change in changes {
        match change {
            SchemaChange::AddFields { fields, .. } => schema.fields.extend(fields.iter().cloned()),
            SchemaChange::DeleteFields { fields, .. } => {
                fields.iter().for_each(|name| drop(schema.fields.shift_remove(name)));
            }
            _ => {}
        }
    }
}

/// One column as a body declares it.
fn field(schema: &ClassSchema, name: &str, wish: &Value) -> Result<Field> {
    let Value::Object(wish) = wish else { return Err(Error::json("invalid JSON")) };
    let mut options = wish.clone();
    let (ty, target) = (options.take("type"), options.take("targetClass"));
    let Some(Value::String(ty)) = ty else { return Err(Error::json("invalid JSON")) };
    let target = match (ty.as_str(), target) {
        ("Pointer" | "Relation", Some(Value::String(target))) => {
            if !names::is_in_schemas(&target) {
                return Err(Error::new(Code::InvalidClassName, invalid_class(&target)));
            }
            Some(target)
        }
        ("Pointer" | "Relation", None) => {
            return Err(Error::new(Code::MissingRequiredField, format!("type {ty} needs a class name")));
        }
        ("Pointer" | "Relation", Some(_)) => return Err(Error::json("invalid JSON")),
        _ => None,
    };
    let known = FieldType::from_name(&ty, target.as_deref()).filter(|ty| *ty != FieldType::Acl);
    let ty = known.ok_or_else(|| Error::new(Code::IncorrectType, format!("invalid field type: {ty}")))?;
    let field = Field { ty, options };
    check_options(schema, name, &field)?;
    Ok(field)
}

fn check_options(schema: &ClassSchema, name: &str, field: &Field) -> Result<()> {
    let relation = matches!(field.ty, FieldType::Relation(_));
    let refuse = |what: &str| {
        let text = format!("The '{what}' option is not applicable for {}", field.ty);
        Err(Error::new(Code::IncorrectType, text))
    };
    if let Some(default) = field.options.get("defaultValue") {
        let got = infer(default)?;
        if relation && matches!(got, Some(FieldType::Pointer(_) | FieldType::Relation(_))) {
            return refuse("default value");
        }
        if got.as_ref() != Some(&field.ty) {
            let (class, got) = (&schema.name, got.map_or_else(|| "null".to_owned(), |got| got.to_string()));
            let text = format!("schema mismatch for {class}.{name} default value; expected {} but got {got}", field.ty);
            return Err(Error::new(Code::IncorrectType, text));
        }
    }
    if relation && field.options.get("required").is_some_and(Value::truthy) { refuse("required") } else { Ok(()) }
}

fn one_geo_point(schema: &ClassSchema, added: &[(String, Field)]) -> Result<()> {
    let all = schema.fields.iter().chain(added.iter().map(|(name, field)| (name, field)));
    let places: Vec<&String> = all.filter(|(_, field)| field.ty == FieldType::GeoPoint).map(|(name, _)| name).collect();
    match places.as_slice() {
        [first, second, ..] => {
            let text = format!(
                "currently, only one GeoPoint field may exist in an object. Adding {second} when {first} already exists."
            );
            Err(Error::new(Code::IncorrectType, text))
        }
        _ => Ok(()),
    }
}
