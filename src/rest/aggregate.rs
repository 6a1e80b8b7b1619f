//! `GET /aggregate/:className`: pipelines and distinct values, for the master key (`queries.md` section 6).

use std::sync::Arc;

use super::find::{Query, before_find};
use super::query::Params;
use super::query::params::{explain, hint, preference};
use super::{Answer, Call};
use crate::access::authorise::{self, Aggregator};
use crate::access::clp::Action;
use crate::access::{Advice, Aggregate, Pipeline};
use crate::error::Result;
use crate::model::js;
use crate::model::{ClassSchema, Map, Path, Value, wire};
use crate::storage::pipeline::results;
use crate::storage::pipeline::translate::{self, RawStage, Style};

/// What an aggregation was asked for.
struct Request {
    stages: Vec<RawStage>,
    distinct: Option<Path>,
    explain: Value,
    preference: Value,
    advice: Advice,
    style: Style,
    params: Params,
}

/// Runs a pipeline, or finds distinct values: `{"results":[…]}`. `params` are the query parameters, already JSON where they
/// were JSON.
///
/// # Errors
/// As `queries.md` has them.
pub async fn aggregate(call: &Call, class: &str, params: Map) -> Result<Answer> {
    let read_only = call.engine.config.allow_aggregation_for_read_only_master_key;
    let aggregator = authorise::aggregate(call.subject(), read_only, call.limits)?;
    let mut request = Request::of(call, params)?;
    let mut call = call.clone();
    before_find(&mut call, class, &mut request.params, false).await?;
    let Some(schema) = call.engine.schemas.get(class) else { return Ok(answer(Vec::new())) };
    let rows = match request.distinct.take() {
        Some(path) => distinct(&call, schema, request.params, &path).await?,
        None => pipeline(&call, aggregator, schema, request).await?,
    };
    Ok(answer(rows))
}

fn answer(rows: Vec<Value>) -> Answer {
    let mut body = b"{\"results\":".to_vec();
    wire::write(&Value::Array(rows), &mut body);
    body.push(b'}');
    Answer::raw(body)
}

impl Request {
    fn of(call: &Call, mut params: Map) -> Result<Self> {
        let distinct = params.get("distinct").filter(|v| v.truthy()).map(|v| Path::from(js::text(v).as_str()));
        // What JavaScript counts as false stays, and is taken for a stage if there is no list of them.
        let mut take = |key: &str, fits: fn(&Value) -> bool| match params.get(key).is_some_and(fits) {
            true => params.take(key),
            false => None,
        };
        let given = ["hint", "explain", "comment", "readPreference"].map(|key| take(key, Value::truthy));
        let [index, explain, comment, preference] = given;
        let options = &call.engine.config.query;
        let mut flag = |key: &str, default: bool| match take(key, |v| matches!(v, Value::Bool(_))) {
            Some(value) => value.truthy(),
            None => default,
        };
        let style = Style {
            raw_values: flag("rawValues", options.aggregation_raw_values),
            raw_field_names: flag("rawFieldNames", options.aggregation_raw_field_names),
        };
        let stages = translate::read(&params, distinct.is_some())?;
        let clause = params.take("where").map(|clause| ("where", clause)).into_iter().collect();
        let params = Params { limit: None, ..Params::of_find(call, clause)? };
        let (explain, preference) = (explain.unwrap_or_default(), preference.unwrap_or_default());
        let advice = Advice {
            hint: index.and_then(hint),
            comment: comment.and_then(|comment| comment.as_str().map(str::to_owned)),
            verbosity: explain.as_str().map(str::to_owned),
            preference: None,
        };
        Ok(Self { stages, distinct, explain, preference, advice, style, params })
    }
}

async fn pipeline(
    call: &Call,
    aggregator: Aggregator,
    schema: Arc<ClassSchema>,
    request: Request,
) -> Result<Vec<Value>> {
    let engine = &call.engine;
    let explain = explain(call, &request.explain)?;
    let translated = translate::translate(request.stages, &schema, request.style)?;
    let advice = Advice { preference: preference(&request.preference)?, ..request.advice };
    let mut seed = [0; 8];
    engine.random.fill(&mut seed);
    let pipeline = Pipeline {
        stages: translated.stages.iter().map(RawStage::to_value).collect(),
        explain,
        now: engine.clock.now(),
        seed: u64::from_le_bytes(seed),
    };
    let plan = aggregator.plan(schema.clone(), pipeline, engine.file_base.clone()).advised(advice);
    let documents = engine.storage.aggregate(&plan).await?;
    let mut rows = results::results(documents, &schema, request.style, translated.pointer_key)?;
    for row in rows.iter_mut() {
        if let Value::Object(row) = row {
            finish(row, &plan);
        }
    }
    Ok(rows)
}

/// Files get their URL; a user's password is not for anybody.
fn finish(row: &mut Map, plan: &Aggregate) {
    if plan.schema().name == "_User" {
        row.take("password");
    }
    for value in row.values_mut() {
        if let Value::File(name) = value {
            *value = plan.render().file(std::mem::take(name));
        }
    }
}

async fn distinct(call: &Call, schema: Arc<ClassSchema>, params: Params, path: &Path) -> Result<Vec<Value>> {
    if !Aggregate::sees(path.root()) {
        return Ok(Vec::new());
    }
    let query = Query::prepare(call, &schema.name, params, 0).await?;
    let plan = query.plan(call, Action::Find)?;
    let values = call.engine.storage.distinct(&plan, path).await?;
    results::distinct(values, &schema, path)
}

#[cfg(test)]
mod tests;
