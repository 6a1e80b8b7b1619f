//! `POST /push` (`push-files-live.md` sections 1 and 2): what is asked for is checked, noted in `_PushStatus` and answered;
//! then it is sent in the background.

mod badge;
mod fan_out;
mod locale;
mod pages;
mod patience;
mod pushes;
mod status;
mod tally;
mod times;
mod told;
mod work;
mod worker;

use std::sync::Arc;

use tokio::sync::oneshot;

use self::badge::Badge;
use self::fan_out::FanOut;
pub use self::pushes::Pushes;
use self::status::Status;
use super::{Answer, Call, update};
use crate::access::{Limits, Subject};
use crate::auth::Caller;
use crate::cloud::Trigger;
use crate::error::{Code, Error, Result};
use crate::model::{Constraint, Filter, Map, Path, Value, js};

/// The class of audiences.
const AUDIENCE: &str = "_Audience";

/// Begins a push: 200 `{"result":true}`, and the id of its `_PushStatus`.
///
/// # Errors
/// 119 for the read-only master key, 115 for what cannot be sent, 155 if too many pushes are on their way, 1 for a badge that
/// is none, and those of the database.
pub async fn send(call: &Call, mut body: Map) -> Result<Answer> {
    if *call.subject() != Subject::Master {
        let text = "read-only masterKey isn't allowed to send push notifications.";
        return Err(Error::denied(Code::OperationForbidden, text));
    }
    let clause = target(&body)?;
    let engine = &call.engine;
    let Some(pushes) = &engine.pushes else { return Err(misconfigured("Missing push configuration")) };
    times::settle(&mut body, engine.clock.now())?;
    let badge = Badge::of(body.get("data"))?;
    let place = pushes.place()?;
    let put_off = body.contains_key("push_time") && pushes.config.scheduled;
    let asked = background(call, call.caller.clone());
    // Code that is told of what the server does itself hears of no installation.
    let own = Caller { installation_id: None, ..Caller::server() };
    let call = background(call, Arc::new(own));
    let stop = pushes.stop();
    let hooked = is_hooked(&call);
    let (told, id) = oneshot::channel();
    let work = async move {
        match Status::begin(&call, &body, &clause, put_off).await {
            Ok(status) => {
                // Whether the client still waits makes no difference to the push.
                let _ = told.send(Ok(status.id.clone()));
                used_audience(&call, body.get("audience_id")).await;
                FanOut { call, asked, body, clause, badge, put_off, status, stop }.run().await;
            }
            Err(error) => drop(told.send(Err(error))),
        }
        drop(place);
    };
    // Connections to webhooks are those of requests, too, and are not to wait for pushes.
    if hooked {
        drop(tokio::spawn(work))
    } else {
        pushes.worker.begin(work)
    }
    let id = id.await.map_err(|e| Error::caused("a push was not begun", e))??;
    let told = Value::Object(Map::from([("result", Value::Bool(true))]));
    Ok(Answer { header: Some(("x-parse-push-status-id", id)), ..Answer::ok(&told) })
}

/// Does code look at what a push reads and writes?
fn is_hooked(call: &Call) -> bool {
    use Trigger::{AfterFind, AfterSave, BeforeFind, BeforeSave};
    let looked_at = [(pages::CLASS, BeforeFind), (pages::CLASS, AfterFind), (status::CLASS, AfterSave)];
    let audience = [(AUDIENCE, BeforeSave), (AUDIENCE, AfterSave)];
    looked_at.into_iter().chain(audience).any(|(class, trigger)| call.engine.invoker.has(class, trigger))
}

/// `{"__op":"Increment"}`
fn increment(amount: Value) -> Value {
    Value::Object(Map::from([("__op", Value::from("Increment")), ("amount", amount)]))
}

fn misconfigured(text: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(Code::PushMisconfigured, text)
}

/// Whose installations are sent to, as a where clause.
fn target(body: &Map) -> Result<Value> {
    match (body.get("where"), body.get("channels")) {
        (Some(_), Some(_)) => Err(misconfigured("Channels and query can not be set at the same time.")),
        (Some(clause), None) => Ok(clause.clone()),
        (None, Some(channels)) => {
            let one_of = Value::Object(Map::from([("$in", channels.clone())]));
            Ok(Value::Object(Map::from([("channels", one_of)])))
        }
        (None, None) => Err(misconfigured("Sending a push requires either \"channels\" or a \"where\" query.")),
    }
}

/// A call for what goes on after the answer.
fn background(call: &Call, caller: Arc<Caller>) -> Call {
    Call {
        caller,
        context: Map::new(),
        headers: Arc::default(),
        ip: None,
        limits: Limits::default(),
        in_transaction: false,
        ..call.clone()
    }
    .with_room()
}

/// Notes that an audience was used. Whether there is such a one is of no account for the push.
async fn used_audience(call: &Call, id: Option<&Value>) {
    let Some(id) = id.filter(|id| id.truthy()) else { return };
    let now = Value::Object(Map::from([
        ("__type", Value::from("Date")),
        ("iso", Value::from(call.engine.clock.now().iso())),
    ]));
    let change = Map::from([("lastUsed", now), ("timesUsed", increment(Value::Number(1.0)))]);
    if let Err(error) = update::update(call, AUDIENCE, &js::text(id), Value::Object(change)).await {
        tracing::warn!(app = call.engine.config.app_id, %error, "the use of a push audience is not noted");
    }
}

fn one_of<'a>(column: &str, values: impl Iterator<Item = &'a str>) -> Filter {
    Filter::Field(Path::from(column), vec![Constraint::In(values.map(Value::from).collect())])
}
