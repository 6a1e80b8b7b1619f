//! Expo's push service: a hundred messages in a request, a ticket for each.

use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Response};
use tokio::sync::Semaphore;

use super::retry::{Attempt, retried, wished};
use super::{Device, NO_DATA, Outcome, Push, PushSender, Sent, client, once, text};
use crate::config::ExpoConfig;
use crate::error::{Error, Result};
use crate::model::{Map, Value, wire};
use crate::outgoing::{self, reasons};

/// The most messages that Expo takes in a request.
const CHUNK: usize = 100;
/// The longest that one takes.
const LONGEST: Duration = Duration::from_secs(30);
/// The most that is read of an answer, bytes.
const LARGEST: usize = 256 * 1024;
/// How deep the JSON of an answer may nest.
const DEEPEST: usize = 20;

/// Expo.
pub struct Expo {
    client: Client,
    url: String,
    bearer: Option<HeaderValue>,
    places: Semaphore,
    pauses: [Duration; 2],
}

impl Expo {
    /// One that asks where the configuration says.
    ///
    /// # Errors
    /// 1 if there is no TLS, or for an access token that is none.
    pub fn open(config: &ExpoConfig) -> Result<Self> {
        let bearer =
            config.access_token.as_ref().map(|token| HeaderValue::try_from(format!("Bearer {}", token.reveal())));
        let mut bearer = bearer.transpose().map_err(|_| Error::internal("push.expo.accessToken is none"))?;
        bearer.iter_mut().for_each(|bearer| bearer.set_sensitive(true));
        Ok(Self {
            client: client::built(client::builder("push.expo", config.ca.as_deref())?.timeout(LONGEST))?,
            url: format!("{}/--/api/v2/push/send", config.endpoint),
            bearer,
            places: Semaphore::new(config.at_once),
            pauses: [config.pause, config.pause * 2],
        })
    }

    async fn send_all(&self, push: Push<'_>, devices: Vec<Device>) -> Vec<Outcome> {
        let devices = once(devices);
        let Some(Value::Object(data)) = push.body.get("data") else {
            return devices.into_iter().map(|to| Outcome::failed(to.token, to.kind, NO_DATA)).collect();
        };
        let rest = rest(data);
        let send = async |devices: &[Device]| {
            let tickets = self.ask(messages(&rest, devices), devices.len()).await;
            let outcome = |(n, device): (usize, &Device)| {
                let failure = match &tickets {
                    Ok(tickets) => tickets.get(n).and_then(failure),
                    Err(why) => Some(why.as_str().into()),
                };
                Outcome { token: device.token.clone(), kind: device.kind.clone(), failure }
            };
            devices.iter().enumerate().map(outcome).collect::<Vec<_>>()
        };
        // More wait for their turn, those of other pushes among them.
        stream::iter(devices.chunks(CHUNK)).map(send).buffer_unordered(CHUNK).concat().await
    }

    /// Sends messages, again after a pause if Expo is asked too much. There is a ticket for each.
    async fn ask(&self, messages: String, count: usize) -> Result<Vec<Value>, String> {
        let Ok(_place) = self.places.acquire().await else { return Err("nothing is sent any more".into()) };
        let tickets = retried(&self.pauses, || async {
            let mut ask = self.client.post(&self.url).header(ACCEPT, "application/json");
            if let Some(bearer) = &self.bearer {
                ask = ask.header(AUTHORIZATION, bearer.clone());
            }
            match ask.header(CONTENT_TYPE, "application/json").body(messages.clone()).send().await {
                Ok(answer) => read(answer).await,
                Err(error) => Attempt::Settled(Err(reasons(&error.without_url()))),
            }
        })
        .await?;
        let got = tickets.len();
        let word = if count == 1 { "ticket" } else { "tickets" };
        (got == count)
            .then_some(tickets)
            .ok_or_else(|| format!("Expected Expo to respond with {count} {word} but got {got}"))
    }
}

/// What all messages have in common, in the order in which Expo is told: `body`, which `alert` stands in for, comes first.
fn rest(data: &Map) -> Map {
    let mut rest = Map::new();
    let (body, alert) = (data.get("body"), data.get("alert"));
    if let Some(text) = body.filter(|body| body.truthy()).or(alert) {
        rest.set("body", text.clone());
    }
    for (key, value) in data.iter().filter(|(key, _)| !["to", "body", "alert"].contains(&key.as_str())) {
        rest.set(key.clone(), value.clone());
    }
    rest
}

fn messages(rest: &Map, devices: &[Device]) -> String {
    let message = |device: &Device| {
        let mut message = Map::from([("to", device.token.as_str().into())]);
        rest.iter().for_each(|(key, value)| drop(message.set(key.clone(), value.clone())));
        Value::Object(message)
    };
    wire::to_string(&devices.iter().map(message).collect::<Vec<_>>().into())
}

async fn read(answer: Response) -> Attempt<Result<Vec<Value>, String>> {
    let (status, pause) = (answer.status(), wished(answer.headers()));
    let Ok(body) = outgoing::body(answer, LARGEST).await else {
        return Attempt::Settled(Err("the answer of Expo broke off, or is too large".into()));
    };
    let told = wire::parse(&body, DEEPEST).ok();
    let part = |key: &str| told.as_ref().and_then(Value::as_object).and_then(|told| told.get(key));
    let error = part("errors").and_then(Value::as_array).and_then(|errors| text(errors.first()?, "message"));
    match (error, part("data")) {
        (None, Some(Value::Array(tickets))) if status == 200 => Attempt::Settled(Ok(tickets.clone())),
        (error, _) => {
            let told = || {
                let text = String::from_utf8_lossy(&body);
                format!("Expo responded with an error with status code {}: {text}", status.as_u16())
            };
            let why = Err(error.map_or_else(told, str::to_owned));
            if status == 429 { Attempt::Again(why, pause) } else { Attempt::Settled(why) }
        }
    }
}

/// Why a ticket is none. A token that is no good any more is told as Parse knows it, wherever Expo says so.
fn failure(ticket: &Value) -> Option<Value> {
    if text(ticket, "status") == Some("ok") {
        return None;
    }
    let gone = Some("DeviceNotRegistered");
    let details = ticket.as_object().and_then(|ticket| ticket.get("details"));
    match text(ticket, "message") {
        message if message == gone || details.and_then(|details| text(details, "error")) == gone => {
            Some("NotRegistered".into())
        }
        Some(message) => Some(message.into()),
        None => Some("Expo gives no reason".into()),
    }
}

impl PushSender for Expo {
    fn send<'a>(&'a self, push: Push<'a>, devices: Vec<Device>) -> Sent<'a> {
        Box::pin(self.send_all(push, devices))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(data: &str) -> String {
        let Value::Object(data) = wire::parse_text(data, 20).unwrap() else { panic!("{data}") };
        let device = Device { token: "t".into(), kind: "ios".into(), push_type: None, app: None };
        messages(&rest(&data), &[device])
    }

    #[test]
    fn messages_are_those_of_parse_server() {
        for (data, wanted) in [
            (r#"{"title":"T","alert":"a"}"#, r#"[{"to":"t","body":"a","title":"T"}]"#),
            (
                r#"{"alert":"a","body":"b","sound":"s","data":{"x":1}}"#,
                r#"[{"to":"t","body":"b","sound":"s","data":{"x":1}}]"#,
            ),
            (r#"{"body":"","alert":"a"}"#, r#"[{"to":"t","body":"a"}]"#),
            (r#"{"to":"other","badge":1}"#, r#"[{"to":"t","badge":1}]"#),
        ] {
            assert_eq!(told(data), wanted);
        }
    }

    #[test]
    fn tickets_tell_what_became_of_a_message() {
        for (ticket, wanted) in [
            (r#"{"status":"ok","id":"x"}"#, None),
            (r#"{"status":"error","message":"DeviceNotRegistered"}"#, Some("NotRegistered")),
            (
                r#"{"status":"error","message":"\"t\" is not a registered token","details":{"error":"DeviceNotRegistered"}}"#,
                Some("NotRegistered"),
            ),
            (r#"{"status":"error","message":"too big","details":{"error":"MessageTooBig"}}"#, Some("too big")),
            (r#"{"status":"error"}"#, Some("Expo gives no reason")),
            ("null", Some("Expo gives no reason")),
        ] {
            assert_eq!(failure(&wire::parse_text(ticket, 20).unwrap()), wanted.map(Value::from), "{ticket}");
        }
    }
}
