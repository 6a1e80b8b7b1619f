//! `/config`: parameters of the app that clients read and the master key sets (`admin.md` section 3).

use super::{check_writer, single};
use crate::cloud::Trigger;
use crate::error::Result;
use crate::model::{Key, Map, Value};
use crate::rest::body::{self, Changes};
use crate::rest::{Answer, Call};
use crate::schema::check::Kind;

const CLASS: &str = "_GlobalConfig";
/// What triggers call the configuration.
const HOOKED: &str = "@Config";

/// `GET /config`: all parameters, without the secret ones for those who are not the master.
///
/// # Errors
/// Those of the database.
pub async fn get(call: &Call) -> Result<Answer> {
    let none = || Map::from([("params", Value::Object(Map::new()))]);
    let mut row = single::read(call, CLASS).await?.unwrap_or_else(none);
    let mut params = row.take("params");
    let mut flags = row.take("masterKeyOnly");
    if !call.subject().is_master()
        && let (Some(Value::Object(params)), Some(Value::Object(flags))) = (&mut params, &mut flags)
    {
        let secret = |name: &Key| flags.get(name).is_some_and(Value::truthy);
        let secret: Vec<Key> = params.keys().filter(|name| secret(name)).cloned().collect();
        for name in secret {
            params.take(&name);
            flags.take(&name);
        }
    }
    let parts = [("params", params), ("masterKeyOnly", flags)];
    let answer = parts.into_iter().filter_map(|(name, part)| Some((name, part?)));
    Ok(Answer::ok(&Value::Object(answer.collect())))
}

/// `PUT /config`: sets, changes or deletes the parameters that the body names.
///
/// # Errors
/// 119 with the read-only master key, what beforeSave says, 105 for keys that no body may hold, 108 and 121 for values that cannot be kept.
pub async fn put(call: &Call, mut body: Map) -> Result<Answer> {
    check_writer(call, "config")?;
    let params = map(body.take("params"));
    let flags = map(body.take("masterKeyOnly"));
    let mut hooks = call.clone();
    let original = original(call).await?;
    let run = |request: &mut crate::cloud::TriggerRequest, object: Map| {
        request.object = Some(object);
        request.original.clone_from(&original);
    };
    hooks.trigger(HOOKED, Trigger::BeforeSave, |request| run(request, params.clone())).await?;
    let update = update(&params, &flags);
    call.engine.denylist.check(&update)?;
    let Changes { ops, .. } = body::changes(update, Kind { updating: true, internals: false })?;
    if !ops.is_empty() {
        single::store(call, CLASS, ops).await?;
    }
    hooks.trigger(HOOKED, Trigger::AfterSave, |request| run(request, params)).await?;
    Ok(Answer::raw(br#"{"result":true}"#.to_vec()))
}

/// Each parameter with its flag, which is off if the body does not say.
fn update(params: &Map, flags: &Map) -> Map {
    let mut update = Map::with_capacity(params.len() * 2);
    for (name, value) in params {
        update.set(format!("params.{name}"), value.clone());
        let flag = flags.get(name).filter(|flag| flag.truthy()).cloned();
        update.set(format!("masterKeyOnly.{name}"), flag.unwrap_or(Value::Bool(false)));
    }
    update
}

/// The parameters before the change, if a hook will want to see them.
async fn original(call: &Call) -> Result<Option<Map>> {
    let wanted = [Trigger::BeforeSave, Trigger::AfterSave];
    if !wanted.into_iter().any(|trigger| call.engine.invoker.has(HOOKED, trigger)) {
        return Ok(None);
    }
    Ok(single::read(call, CLASS).await?.map(|mut row| map(row.take("params"))))
}

/// What has no keys, a number for instance, says nothing.
fn map(value: Option<Value>) -> Map {
    value.and_then(|value| body::entries(value).ok()).unwrap_or_default()
}
