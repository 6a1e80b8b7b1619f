//! `/cloud_code/jobs`: when which job is to run (`admin.md` section 5). The rows are kept here; a worker beside the server
//! runs them, as with Parse Server.

use crate::error::{Code, Error, Result};
use crate::model::{Map, Value};
use crate::rest::query::Params;
use crate::rest::{Answer, Call, create, find, update};

/// The class of schedules.
const CLASS: &str = "_JobSchedule";

/// `GET /cloud_code/jobs`: all schedules, in a list.
///
/// # Errors
/// Those of a find.
pub async fn list(call: &Call) -> Result<Answer> {
    let rows = schedules(call).await?;
    Ok(Answer::ok(&Value::Array(rows.into_iter().map(Value::Object).collect())))
}

/// `GET /cloud_code/jobs/data`: the names of jobs that have a schedule, and of all that there are.
///
/// # Errors
/// Those of a find.
pub async fn names(call: &Call) -> Result<Answer> {
    let in_use = schedules(call).await?.into_iter().map(|mut row| row.take("jobName").unwrap_or_default());
    let jobs = call.engine.invoker.jobs().into_iter().map(Value::String);
    let answer = [("in_use", Value::Array(in_use.collect())), ("jobs", Value::Array(jobs.collect()))];
    Ok(Answer::ok(&Value::Object(Map::from(answer))))
}

/// `POST /cloud_code/jobs`
///
/// # Errors
/// 1 for a job that is none, 107 for a body without a schedule, and those of a create.
pub async fn add(call: &Call, body: Map) -> Result<Answer> {
    let schedule = schedule(call, body)?;
    create::create(call, CLASS, Value::Object(schedule)).await
}

/// `PUT /cloud_code/jobs/:objectId`
///
/// # Errors
/// As [`add`], and those of an update.
pub async fn change(call: &Call, id: &str, body: Map) -> Result<Answer> {
    let schedule = schedule(call, body)?;
    let answer = update::update(call, CLASS, id, Value::Object(schedule)).await?;
    // Parse Server wraps this one answer twice.
    let mut body = b"{\"response\":".to_vec();
    body.extend_from_slice(&answer.body);
    body.push(b'}');
    Ok(Answer::raw(body))
}

async fn schedules(call: &Call) -> Result<Vec<Map>> {
    find::rows(call, CLASS, Params::default(), 0).await.map(|(_, rows)| rows)
}

/// The schedule in a body, complete.
fn schedule(call: &Call, mut body: Map) -> Result<Map> {
    let Some(Value::Object(mut schedule)) = body.take("job_schedule") else {
        return Err(Error::json("job_schedule must be an object"));
    };
    let unknown = schedule.get("jobName").filter(|name| name.truthy()).is_some_and(|name| {
        let name = name.as_str();
        call.engine.invoker.jobs().iter().all(|job| Some(job.as_str()) != name)
    });
    if unknown {
        return Err(Error::new(Code::InternalServerError, "Cannot Schedule a job that is not deployed"));
    }
    if !schedule.contains_key("startAfter") {
        schedule.set("startAfter", Value::String(call.engine.clock.now().iso()));
    }
    Ok(schedule)
}
