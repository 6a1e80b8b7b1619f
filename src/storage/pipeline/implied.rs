//! What a leading `$match` says that the where tree says as well, so that a back end finds rows by its own means.
//!
//! The filter may let rows through that the stage does not, never the other way round: the stage runs all the same. Only
//! columns whose values are of one plain type take part, for which both languages mean the same.

use super::RawStage;
use crate::model::{ClassSchema, Constraint, FieldType, Filter, Map, Path, Pointer, Value};

/// Names that rows know and documents do not, or under which documents keep something else.
const RENAMED: [&str; 7] = ["objectId", "createdAt", "updatedAt", "sessionToken", "lastUsed", "timesUsed", "authData"];

/// What holds for every row that passes the `$match` stages at the beginning.
pub fn implied(stages: &[RawStage], schema: &ClassSchema) -> Filter {
    let conditions = stages.iter().map_while(|s| s.spec.as_object().filter(|_| s.name == "$match"));
    Filter::And(conditions.flat_map(|map| every(map, schema)).collect())
}

fn every(map: &Map, schema: &ClassSchema) -> Vec<Filter> {
    map.iter().filter_map(|(key, value)| one(key, value, schema)).collect()
}

fn one(key: &str, value: &Value, schema: &ClassSchema) -> Option<Filter> {
    let branches = || -> Option<Vec<Filter>> {
        let list = value.as_array()?.iter();
        list.map(|v| v.as_object().map(|map| Filter::And(every(map, schema)))).collect()
    };
    match key {
        "$and" => branches().map(Filter::And),
        "$or" => branches().map(Filter::Or),
        _ => field(key, value, schema),
    }
}

fn field(key: &str, value: &Value, schema: &ClassSchema) -> Option<Filter> {
    let name = match key {
        "_id" => "objectId",
        "_created_at" => "createdAt",
        "_updated_at" => "updatedAt",
        _ if RENAMED.contains(&key) => return None,
        _ => key.strip_prefix("_p_").unwrap_or(key),
    };
    let class = match (schema.field_type(name), key.starts_with("_p_")) {
        (Some(FieldType::Pointer(class)), true) => Some(class.as_str()),
        (Some(FieldType::String | FieldType::Number | FieldType::Boolean | FieldType::Date), false) => None,
        _ => return None,
    };
    let constraints: Vec<Constraint> = match value {
        Value::Object(map) => map.iter().filter_map(|(op, arg)| constraint(op, arg, class)).collect(),
        value => operand(value, class).map(Constraint::Eq).into_iter().collect(),
    };
    (!constraints.is_empty()).then(|| Filter::Field(Path::from(name), constraints))
}

/// `class` is that of a pointer, of which only equality is known.
fn constraint(op: &str, arg: &Value, class: Option<&str>) -> Option<Constraint> {
    let list = || arg.as_array()?.iter().map(|v| operand(v, class)).collect::<Option<Vec<_>>>();
    match op {
        "$eq" => operand(arg, class).map(Constraint::Eq),
        "$in" => list().map(Constraint::In),
        _ if class.is_some() => None,
        "$ne" => operand(arg, class).map(Constraint::Ne),
        "$nin" => list().map(Constraint::Nin),
        "$lt" => operand(arg, class).map(Constraint::Lt),
        "$lte" => operand(arg, class).map(Constraint::Lte),
        "$gt" => operand(arg, class).map(Constraint::Gt),
        "$gte" => operand(arg, class).map(Constraint::Gte),
        _ => None,
    }
}

/// A plain value as the where tree has it.
fn operand(value: &Value, class: Option<&str>) -> Option<Value> {
    match (value, class) {
        (Value::String(text), Some(class)) => {
            let id = text.strip_prefix(class)?.strip_prefix('$')?;
            Some(Value::Pointer(Pointer { class: class.to_owned(), id: id.to_owned() }))
        }
        (Value::String(_) | Value::Bool(_) | Value::Date(_) | Value::Null, None) => Some(value.clone()),
        (Value::Number(n), None) if n.is_finite() => Some(value.clone()),
        _ => None,
    }
}
