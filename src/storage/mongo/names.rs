//! The names that fields have in the database (`storage.md` A2).

use mongodb::bson::{Bson, oid::ObjectId};

use crate::model::{ClassSchema, FieldType, Path};

/// What stands before the name of a pointer column.
pub const POINTER: &str = "_p_";
/// What stands before the name of a provider that a user is linked to.
pub const PROVIDER: &str = "_auth_data_";

/// The name of a path in the documents of a class.
pub fn stored(schema: &ClassSchema, path: &Path) -> String {
    if !path.is_dotted() {
        return column(schema, path.root());
    }
    let mut rest = path.rest();
    if schema.name == "_User"
        && path.root() == "authData"
        && let Some(provider) = rest.next()
    {
        let below: String = rest.flat_map(|key| [".", key]).collect();
        return format!("{PROVIDER}{provider}{below}");
    }
    path.as_str().to_owned()
}

/// The name of a column in the documents of a class.
pub fn column(schema: &ClassSchema, field: &str) -> String {
    match field {
        "objectId" => "_id",
        "createdAt" => "_created_at",
        "updatedAt" => "_updated_at",
        "sessionToken" => "_session_token",
        "lastUsed" => "_last_used",
        "timesUsed" => "times_used",
        _ if is_pointer(schema, field) => return format!("{POINTER}{field}"),
        _ => field,
    }
    .to_owned()
}

/// Is it a pointer column?
pub fn is_pointer(schema: &ClassSchema, field: &str) -> bool {
    matches!(schema.field_type(field), Some(FieldType::Pointer(_)))
}

/// Is it a relation column, of which nothing is stored?
pub fn is_relation(schema: &ClassSchema, field: &str) -> bool {
    matches!(schema.field_type(field), Some(FieldType::Relation(_)))
}

/// The `_id` of an object: a text, but for the classes whose rows Parse Server numbers or leaves to the database.
pub fn id(class: &str, id: &str) -> Bson {
    let special = match class {
        "_GlobalConfig" | "_GraphQLConfig" => id.parse().ok().map(Bson::Int32),
        "_Hooks" => ObjectId::parse_str(id).ok().map(Bson::ObjectId),
        _ => None,
    };
    special.unwrap_or_else(|| Bson::String(id.to_owned()))
}

/// The name of the collection with the entries of a relation.
pub fn join(class: &str, field: &str) -> String {
    format!("_Join:{field}:{class}")
}

/// The field whose values an index keeps apart, from the index's name; `None` for that of the ids.
pub fn indexed(index: &str) -> Option<String> {
    if index == "_id_" {
        return None;
    }
    if let Some(provider) = index.strip_prefix(PROVIDER).and_then(|rest| rest.strip_suffix("_id")) {
        return Some(format!("authData.{provider}.id"));
    }
    let field = index.strip_prefix("case_insensitive_").or_else(|| index.strip_suffix("_1")).unwrap_or(index);
    Some(field.strip_prefix(POINTER).unwrap_or(field).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_names_its_field() {
        for (index, field) in [
            ("_id_", None),
            ("username_1", Some("username")),
            ("case_insensitive_email", Some("email")),
            ("_auth_data_fb_id", Some("authData.fb.id")),
            ("_p_owner_1", Some("owner")),
            ("own_name", Some("own_name")),
        ] {
            assert_eq!(indexed(index).as_deref(), field, "{index}");
        }
    }
}
