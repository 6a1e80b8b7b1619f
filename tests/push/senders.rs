//! What sends, opened as the configuration of a test says.

use parsimony::app::SystemRandom;
use parsimony::config::{PushConfig, PushType, SenderConfig};
use parsimony::error::Result;
use parsimony::model::{Date, Map, Value, wire};
use parsimony::push::{Device, Outcome, Push, Senders};
use std::sync::Arc;

/// When the pushes of these tests are sent.
pub const NOW: Date = Date(1_893_456_000_000);

/// What sends to one type of device.
pub fn open(kind: PushType, config: SenderConfig) -> Result<Senders> {
    let config = PushConfig { senders: vec![(kind, config)], batch_size: 100, scheduled: false, clean_up: false };
    let random: Arc<dyn parsimony::model::id::Random> = Arc::new(SystemRandom);
    Senders::open(&config, &random)
}

/// A device of a type.
pub fn device(kind: &str, token: impl Into<String>) -> Device {
    Device { token: token.into(), kind: kind.into(), push_type: None, app: None }
}

/// Sends a push, and tells what came of it in the order of the tokens.
pub async fn send(senders: &Senders, body: &str, devices: Vec<Device>) -> Vec<Outcome> {
    let Value::Object(body) = wire::parse_text(body, 20).unwrap() else { panic!("{body}") };
    let mut outcomes = senders.send(Push { body: &body, now: NOW }, devices).await;
    outcomes.sort_by(|a, b| a.token.cmp(&b.token));
    outcomes
}

/// A failure of Firebase's form.
pub fn failure(code: &str, message: &str) -> Option<Value> {
    Some(Map::from([("code", code.into()), ("message", message.into())]).into())
}
