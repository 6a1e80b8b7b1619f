//! Sub-queries in a where clause: `$inQuery`, `$notInQuery`, `$select`, `$dontSelect`, each replaced by the values it finds.

use std::future::Future;
use std::pin::Pin;

use super::Params;
use crate::access::Preference;
use crate::error::{Error, Result};
use crate::model::{Map, Pointer, Value};
use crate::rest::{Call, find};

const OPERATORS: [&str; 4] = ["$inQuery", "$notInQuery", "$select", "$dontSelect"];

/// Replaces every sub-query of a clause. `depth` is how many sub-queries the clause itself lies in, `preference` which members of
/// a replica set may answer.
///
/// # Errors
/// 102 for a sub-query that is none, or lies too deep; whatever running it says.
pub fn resolve<'a>(
    call: &'a Call,
    clause: &'a mut Map,
    depth: u64,
    preference: Option<Preference>,
) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>> {
    Box::pin(async move {
        for value in clause.values_mut() {
            match value {
                Value::Array(list) => {
                    for one in list {
                        if let Value::Object(below) = one {
                            resolve(call, below, depth, preference).await?;
                        }
                    }
                }
                Value::Object(constraint) => {
                    for operator in OPERATORS {
                        // A falsy one is no sub-query; what reads the clause says so.
                        if constraint.get(operator).is_some_and(Value::truthy)
                            && let Some(query) = constraint.take(operator)
                        {
                            let inner = Inner { call, depth: depth + 1, preference };
                            inner.replace(constraint, operator, query).await?;
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    })
}

/// Runs sub-queries of one clause.
#[derive(Clone, Copy)]
struct Inner<'a> {
    call: &'a Call,
    depth: u64,
    preference: Option<Preference>,
}

impl Inner<'_> {
    async fn replace(&self, constraint: &mut Map, operator: &str, query: Value) -> Result<()> {
        let (call, depth) = (self.call, self.depth);
        let limits = &call.engine.config.request_complexity;
        if let Some(max) = limits.subquery_depth.filter(|max| depth > *max && !call.subject().reads_all()) {
            return Err(Error::query(format!("Subquery nesting depth exceeds maximum allowed depth of {max}")));
        }
        let improper = || Error::query(format!("improper usage of {operator}"));
        let Value::Object(mut query) = query else { return Err(improper()) };
        let (found, target) = match operator {
            "$inQuery" | "$notInQuery" => {
                if !query.get("where").is_some_and(Value::truthy) {
                    return Err(improper());
                }
                (self.pointers(query, improper).await?, if operator == "$inQuery" { "$in" } else { "$nin" })
            }
            _ => {
                let key = query.take("key").filter(Value::truthy).ok_or_else(improper)?;
                let Some(Value::Object(inner)) = query.take("query") else { return Err(improper()) };
                if !query.is_empty() {
                    return Err(improper());
                }
                let key = key.as_str().ok_or_else(improper)?.to_owned();
                (self.values(inner, &key, improper).await?, if operator == "$select" { "$in" } else { "$nin" })
            }
        };
        let mut all = match constraint.take(target) {
            Some(Value::Array(list)) => list,
            _ => Vec::new(),
        };
        all.extend(found);
        constraint.set(target, Value::Array(all));
        Ok(())
    }

    /// The pointers to the objects that a query finds.
    async fn pointers(&self, query: Map, improper: impl Fn() -> Error) -> Result<Vec<Value>> {
        let (class, rows) = self.run(query, None, improper).await?;
        let pointer = |id: String| Value::Pointer(Pointer { class: class.clone(), id });
        let ids = rows.into_iter().filter_map(|row| row.get("objectId").and_then(Value::as_str).map(str::to_owned));
        Ok(ids.map(|id| crate::model::wire::untyped(pointer(id))).collect())
    }

    /// What stands at a path of the objects that a query finds; null where nothing does.
    async fn values(&self, query: Map, key: &str, improper: impl Fn() -> Error) -> Result<Vec<Value>> {
        let (_, rows) = self.run(query, Some(key), improper).await?;
        let at = |row: Map| {
            let mut value = Some(Value::Object(row));
            for part in key.split('.') {
                value = match value {
                    Some(Value::Object(mut map)) => map.take(part),
                    _ => None,
                };
            }
            crate::model::wire::untyped(value.unwrap_or_default())
        };
        Ok(rows.into_iter().map(at).collect())
    }

    async fn run(&self, mut query: Map, key: Option<&str>, improper: impl Fn() -> Error) -> Result<(String, Vec<Map>)> {
        let class = query.take("className").and_then(|c| c.as_str().map(str::to_owned)).filter(|c| !c.is_empty());
        let class = class.ok_or_else(&improper)?;
        let clause = match query.take("where") {
            Some(Value::Object(clause)) => clause,
            Some(other) if other.truthy() => return Err(improper()),
            _ => Map::new(),
        };
        let redirect = query.take("redirectClassNameForKey").and_then(|v| v.as_str().map(str::to_owned));
        let Self { call, depth, preference } = *self;
        let limits = &call.engine.config.request_complexity;
        let limit = limits.subquery_limit.filter(|_| !call.subject().reads_all());
        let root = key.map(|key| key.split('.').next().unwrap_or_default().to_owned());
        let keys = Some(root.into_iter().collect());
        let advice = preference.map(Into::into).unwrap_or_default();
        let params =
            Params { clause, limit, redirect, keys, advice, subquery_preference: preference, ..Params::default() };
        find::rows(call, &class, params, depth).await
    }
}
