//! Relations in a where clause: `$relatedTo`, and constraints on relation columns, both turned into ids.

use std::collections::HashSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use crate::access::authorise;
use crate::access::clp::Action;
use crate::error::{Code, Error, Result};
use crate::model::{ClassSchema, FieldType, Filter, Key, Map, Value};
use crate::rest::Call;
use crate::storage::{Relation, Side};

/// Resolves the relations of a clause and of those inside its `$or`, `$and`, `$nor`.
///
/// # Errors
/// 102 and 119 for a relation that may not be asked about.
pub fn resolve<'a>(
    call: &'a Call,
    schema: &'a Arc<ClassSchema>,
    clause: &'a mut Map,
) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>> {
    Box::pin(async move {
        for key in ["$or", "$and", "$nor"] {
            let Some(Value::Array(list)) = clause.get_mut(key) else { continue };
            for one in list {
                if let Value::Object(below) = one {
                    resolve(call, schema, below).await?;
                }
            }
        }
        if let Some(related) = clause.take("$relatedTo") {
            let ids = related_to(call, &related).await?;
            restrict(clause, "$in", ids);
        }
        let columns: Vec<Key> = clause
            .keys()
            .filter(|key| matches!(schema.field_type(key), Some(FieldType::Relation(_))))
            .cloned()
            .collect();
        for column in columns {
            call.door(schema.clone()).check_asked(&Filter::Field(column.as_str().into(), Vec::new()), &[])?;
            let constraint = clause.take(&column).unwrap_or_default();
            let relation = Relation { class: schema.name.clone(), field: column.into() };
            for (operator, ids) in wanted(&constraint) {
                let owners = call.engine.storage.joined(&relation, Side::Related, &ids).await?;
                restrict(clause, operator, owners);
            }
        }
        Ok(())
    })
}

/// The related ids that a constraint on a relation column asks for; anything that is none of its forms asks for nothing.
fn wanted(constraint: &Value) -> Vec<(&'static str, Vec<String>)> {
    let id = |value: &Value| match value {
        Value::Pointer(p) => Some(p.id.clone()),
        Value::Object(map) => map.get("objectId").and_then(Value::as_str).map(str::to_owned),
        _ => None,
    };
    let ids = |value: &Value| value.as_array().unwrap_or_default().iter().filter_map(id).collect::<Vec<_>>();
    let Value::Object(map) = constraint else { return vec![("$in", Vec::new())] };
    let mut found = Vec::new();
    if map.get("__type").and_then(Value::as_str) == Some("Pointer") {
        found.push(("$in", id(constraint).into_iter().collect()));
    }
    for (key, value) in map {
        match key.as_str() {
            "$in" => found.push(("$in", ids(value))),
            "$nin" => found.push(("$nin", ids(value))),
            "$ne" => found.push(("$nin", id(value).into_iter().collect())),
            _ => {}
        }
    }
    if found.is_empty() {
        found.push(("$in", Vec::new()));
    }
    found
}

/// Narrows a clause to some ids (`$in`), or to all but some (`$nin`).
fn restrict(clause: &mut Map, operator: &str, ids: Vec<String>) {
    let mut constraint = match clause.take("objectId") {
        Some(Value::Object(map)) => map,
        Some(value) => Map::from([("$eq", value)]),
        None => Map::new(),
    };
    let before: Option<Vec<String>> = constraint
        .get(operator)
        .and_then(Value::as_array)
        .map(|list| list.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect());
    let merged = match (operator, before) {
        ("$in", Some(before)) => {
            let ids: HashSet<String> = ids.into_iter().collect();
            before.into_iter().filter(|id| ids.contains(id)).collect()
        }
        (_, Some(mut before)) => {
            before.extend(ids);
            before
        }
        (_, None) => ids,
    };
    constraint.set(operator, Value::Array(merged.into_iter().map(Value::String).collect()));
    clause.set("objectId", Value::Object(constraint));
}

/// The objects related to an owner that the caller may read; none if the wish does not name an owner and a column.
async fn related_to(call: &Call, related: &Value) -> Result<Vec<String>> {
    if !related.truthy() {
        return Err(Error::new(Code::InvalidKeyName, "Invalid key name: $relatedTo"));
    }
    let Some((class, id, field)) = owner(related) else { return Ok(Vec::new()) };
    if !owner_is_readable(call, class, id, field).await? {
        return Ok(Vec::new());
    }
    let relation = Relation { class: class.to_owned(), field: field.to_owned() };
    call.engine.storage.joined(&relation, Side::Owning, &[id.to_owned()]).await
}

/// Class, id and column that a `$relatedTo` names.
fn owner(related: &Value) -> Option<(&str, &str, &str)> {
    let map = related.as_object()?;
    let object = map.get("object")?.as_object()?;
    let text = |key: &str| object.get(key).and_then(Value::as_str);
    Some((text("className")?, text("objectId")?, map.get("key")?.as_str()?))
}

async fn owner_is_readable(call: &Call, class: &str, id: &str, field: &str) -> Result<bool> {
    authorise::class(call.subject(), class, Action::Get)?;
    let schema = call.engine.schemas.get_or_new(class);
    if call.subject().reads_all() {
        return Ok(true);
    }
    let door = call.door(schema);
    door.check_asked(&Filter::Field(field.into(), Vec::new()), &[])?;
    let gate = match door.open(Action::Get) {
        // Objects that the caller may not read are related to nothing.
        Err(error) if matches!(error.code(), Some(Code::OperationForbidden | Code::ObjectNotFound)) => {
            return Ok(false);
        }
        opened => opened?,
    };
    let wanted = authorise::Wanted { filter: Some(Filter::eq("objectId", id)), limit: Some(1), ..Default::default() };
    let rows = call.engine.storage.find(&gate.read(wanted)?).await?;
    Ok(!rows.is_empty())
}
