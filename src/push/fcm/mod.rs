//! Firebase Cloud Messaging, HTTP v1: a message for each device.

mod account;
mod check;
mod failure;
mod message;
mod token;

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::{StreamExt as _, stream};
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use reqwest::{Client, Response};
use tokio::sync::Semaphore;

use self::account::Account;
use self::failure::failure;
use self::message::Message;
use self::token::{Token, Tokens};
use super::retry::{Attempt, retried, wished};
use super::{Device, Outcome, Push, PushSender, Sent, client, once};
use crate::config::FcmConfig;
use crate::error::Result;
use crate::model::id::{Random, object_id};
use crate::model::{Date, Value};
use crate::outgoing::{self, reasons};

/// So many messages are under way at once: what Firebase lets in on a connection. Others would spend their time waiting.
const AT_ONCE: usize = 100;
/// The longest that one takes.
const LONGEST: Duration = Duration::from_secs(15);
/// The most that is read of an answer, bytes.
const LARGEST: usize = 64 * 1024;
/// Pauses before a message is sent again, as the Firebase client makes them.
const PAUSES: [Duration; 4] = [Duration::ZERO, Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];
/// So often the connection is looked at while messages are under way.
const PING: Duration = Duration::from_secs(30);

/// Firebase.
pub struct Fcm {
    client: Client,
    url: String,
    apple: bool,
    tokens: Tokens,
    places: Semaphore,
    random: Arc<dyn Random>,
}

/// The end of an answer: its status and body.
struct Told(u16, Vec<u8>);

impl Fcm {
    /// One with this account.
    ///
    /// # Errors
    /// 1 for an account that cannot be read.
    pub fn open(config: &FcmConfig, random: Arc<dyn Random>) -> Result<Self> {
        let account = Account::read(&config.service_account)?;
        // With HTTP/2 settled beforehand, the first messages wait for one connection instead of making one each.
        let client = client::builder(&config.path, config.ca.as_deref())?
            .http2_prior_knowledge()
            .http2_keep_alive_interval(PING);
        Ok(Self {
            client: client::built(client)?,
            url: format!("{}/v1/projects/{}/messages:send", config.endpoint, account.project),
            apple: config.apple,
            tokens: Tokens::new(account, client::built(client::builder(&config.path, config.ca.as_deref())?)?),
            places: Semaphore::new(AT_ONCE),
            random,
        })
    }

    async fn send_all(&self, push: Push<'_>, devices: Vec<Device>) -> Vec<Outcome> {
        let devices = once(devices);
        let message = match message::build(push, self.apple, &object_id(&*self.random, 10)) {
            Ok(message) => message,
            Err(why) => {
                let why = failure("messaging/invalid-payload", why);
                return devices.into_iter().map(|to| Outcome::failed(to.token, to.kind, why.clone())).collect();
            }
        };
        let started = Instant::now();
        let send = async |device: Device| {
            let now = Date(push.now.0 + started.elapsed().as_millis() as i64);
            match self.deliver(&message, &device.token, now).await {
                Ok(()) => Outcome::sent(device.token, device.kind),
                Err(why) => Outcome::failed(device.token, device.kind, why),
            }
        };
        stream::iter(devices).map(send).buffer_unordered(AT_ONCE).collect().await
    }

    async fn deliver(&self, message: &Message, to: &str, now: Date) -> Result<(), Value> {
        let Ok(_place) = self.places.acquire().await else {
            return Err(failure("app/app-deleted", "Firebase is closed"));
        };
        let no_token = |why| failure("app/invalid-credential", format!("no access token for Firebase: {why}"));
        let token = self.tokens.get(now).await.map_err(no_token)?;
        let message = message.to(to);
        let mut told = self.post(&message, &token).await?;
        if failure::refuses_token(told.0, &told.1)
            && let Some(token) = self.tokens.other_than(&token, now).await
        {
            told = self.post(&message, &token).await?;
        }
        match told {
            Told(200, _) => Ok(()),
            Told(status, body) => Err(failure::told(status, &body)),
        }
    }

    /// Sends one message, again and again if Firebase is busy or has not begun with it.
    async fn post(&self, message: &str, token: &Token) -> Result<Told, Value> {
        retried(&PAUSES, || async {
            let Ok(mut bearer) = HeaderValue::try_from(format!("Bearer {}", token.text)) else {
                return Attempt::Settled(Err(failure("app/invalid-credential", "the access token is none")));
            };
            bearer.set_sensitive(true);
            let ask =
                self.client.post(&self.url).header(AUTHORIZATION, bearer).header(CONTENT_TYPE, "application/json");
            match ask.timeout(LONGEST).body(message.to_owned()).send().await {
                Ok(answer) => read(answer).await,
                // A message that may have been taken is not sent twice.
                Err(error) if client::is_not_taken(&error) => Attempt::Again(Err(broken(error)), None),
                Err(error) => Attempt::Settled(Err(broken(error))),
            }
        })
        .await
    }
}

async fn read(answer: Response) -> Attempt<Result<Told, Value>> {
    let (status, pause) = (answer.status().as_u16(), wished(answer.headers()));
    match outgoing::body(answer, LARGEST).await {
        Ok(body) if status == 503 => Attempt::Again(Ok(Told(status, body)), pause),
        Ok(body) => Attempt::Settled(Ok(Told(status, body))),
        // What it said does not matter then: a message that was taken must not be sent twice.
        Err(_) => Attempt::Settled(Ok(Told(status, Vec::new()))),
    }
}

fn broken(error: reqwest::Error) -> Value {
    let code = if error.is_timeout() { "app/network-timeout" } else { "app/network-error" };
    failure(code, format!("Error while making request: {}.", reasons(&error.without_url())))
}

impl PushSender for Fcm {
    fn send<'a>(&'a self, push: Push<'a>, devices: Vec<Device>) -> Sent<'a> {
        Box::pin(self.send_all(push, devices))
    }
}
