//! The row of `_PushStatus` that tells how a push goes.

use md5::{Digest, Md5};

use super::patience::Patience;
use super::tally::Tally;
use crate::error::{Error, Result};
use crate::model::{Map, Value, wire};
use crate::rest::{Call, create, update};

/// The class.
pub const CLASS: &str = "_PushStatus";

/// The row of one push.
pub struct Status {
    /// Its id.
    pub id: String,
}

fn gone() -> Value {
    Value::Object(Map::from([("__op", Value::from("Delete"))]))
}

impl Status {
    /// The row of a push that is about to begin.
    ///
    /// # Errors
    /// Those of a create.
    pub async fn begin(call: &Call, body: &Map, clause: &Value, put_off: bool) -> Result<Self> {
        let row = row(body, clause, put_off, call.engine.clock.now().iso());
        let answer = create::create(call, CLASS, Value::Object(row)).await?;
        // An afterSave may put something else in the place of the body.
        let id = answer.location.as_deref().and_then(|place| place.rsplit('/').next());
        let id = id.ok_or_else(|| Error::internal("a push without an id"))?;
        Ok(Self { id: id.to_owned() })
    }

    /// It has begun; there are so many batches.
    ///
    /// # Errors
    /// Those of an update.
    pub async fn running(&self, call: &Call, batches: u64) -> Result<()> {
        let batches = Value::Number(batches as f64);
        self.change(call, Map::from([("status", Value::from("running")), ("count", batches)])).await
    }

    /// What came of it so far.
    ///
    /// # Errors
    /// Those of an update.
    pub async fn track(&self, call: &Call, tally: &Tally) -> Result<()> {
        self.change(call, tally.change()).await
    }

    /// All is sent.
    ///
    /// # Errors
    /// Those of an update.
    pub async fn complete(&self, call: &Call) -> Result<()> {
        self.change(call, Map::from([("status", Value::from("succeeded")), ("count", gone())])).await
    }

    /// It could not be sent, or not to all.
    ///
    /// # Errors
    /// Those of an update.
    pub async fn fail(&self, call: &Call, why: Map) -> Result<()> {
        let why = Value::Object(why);
        let change = [("errorMessage", why), ("status", Value::from("failed")), ("count", gone())];
        self.change(call, Map::from(change)).await
    }

    /// What is told are values and no operations on them: it may be told twice.
    async fn change(&self, call: &Call, change: Map) -> Result<()> {
        let mut patience = Patience::default();
        loop {
            let call = call.clone().with_room();
            match update::update(&call, CLASS, &self.id, Value::Object(change.clone())).await {
                Ok(_) => return Ok(()),
                Err(error) => patience.after(error).await?,
            }
        }
    }
}

fn row(body: &Map, clause: &Value, put_off: bool, now: String) -> Map {
    let data = body.get("data").filter(|data| data.truthy()).cloned().unwrap_or_else(|| Value::Object(Map::new()));
    let later = body.get("push_time").filter(|_| put_off).cloned();
    let mut row = Map::from([
        ("pushTime", later.unwrap_or(Value::String(now))),
        ("query", Value::String(wire::to_string(clause))),
        ("payload", Value::String(wire::to_string(&data))),
        ("source", Value::from("rest")),
    ]);
    for (column, key) in [("expiry", "expiration_time"), ("expiration_interval", "expiration_interval")] {
        if let Some(value) = body.get(key) {
            row.set(column, value.clone());
        }
    }
    row.set("status", Value::from(if put_off { "scheduled" } else { "pending" }));
    row.set("numSent", Value::Number(0.0));
    row.set("pushHash", Value::String(hash(&data)));
    row.set("ACL", Value::Object(Map::new()));
    row
}

/// By what the dashboard sees that two pushes say the same: MD5 of the alert.
fn hash(data: &Value) -> String {
    let alert = data.as_object().and_then(|data| data.get("alert"));
    let text = match alert {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(_) | Value::Bool(_)) | None => String::new(),
        Some(other) => wire::to_string(other),
    };
    Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashed(data: &str) -> String {
        hash(&wire::parse(data.as_bytes(), 9).unwrap())
    }

    #[test]
    fn the_hash_is_that_of_the_alert() {
        assert_eq!(hashed("{}"), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(hashed(r#"{"alert":5}"#), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(hashed(r#"{"alert":"hello"}"#), "5d41402abc4b2a76b9719d911017c592");
        assert_eq!(hashed(r#"{"alert":null}"#), "37a6259cc0c1dae299a7866489dff0bd");
    }
}
