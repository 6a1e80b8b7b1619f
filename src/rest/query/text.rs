//! The full-text index of a class, made when it is first searched (`mongo-commands.txt`).

use std::sync::Arc;

use crate::error::{Error, Result};
use crate::model::query::TextSearch;
use crate::model::{ClassSchema, Map, Value};
use crate::rest::Call;
use crate::rest::schemas::indexes::with_id;
use crate::storage::SchemaChange;

/// Makes the index `<field>_text` if no index has the field of a search; the answer is the class as it is then, if it changed.
///
/// # Errors
/// 102 for a field that the class does not have, and if the class has a full-text index over other fields.
pub async fn ensure_index(call: &Call, schema: &ClassSchema, search: &TextSearch) -> Result<Option<Arc<ClassSchema>>> {
    let engine = &call.engine;
    let field = search.field.as_str();
    let has_field = |keys: &Value| keys.as_object().is_some_and(|keys| keys.contains_key(field));
    let fields = schema.text_fields();
    if engine.schemas.get(&schema.name).is_none() || (!fields.is_empty() && schema.indexes.values().any(has_field)) {
        return Ok(None);
    }
    if !engine.config.database_options.disable_index_field_validation && !schema.fields.contains_key(field) {
        return Err(Error::query(format!("Field {field} does not exist, cannot add index.")));
    }
    if let Some(other) = fields.first() {
        let class = &schema.name;
        let text = format!("only one text index per class: {class} has one with {other}, and without {field}");
        return Err(Error::query(text));
    }
    let keys = Value::Object(Map::from([(field, Value::from("text"))]));
    let indexes = with_id(schema, Map::from([(format!("{field}_text"), keys)]));
    engine.schemas.alter(vec![SchemaChange::CreateIndexes { class: schema.name.clone(), indexes }]).await?;
    Ok(engine.schemas.get(&schema.name))
}
