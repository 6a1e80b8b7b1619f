//! Notifications to installations: what is sent to which service, and what comes of it. Who is sent to is `rest/push`'s to say.

mod apns;
mod client;
mod expo;
mod fcm;
mod retry;
mod web;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use futures_util::future::join_all;
use indexmap::IndexMap;

use crate::config::{PushConfig, PushType, SenderConfig};
use crate::error::Result;
use crate::model::id::Random;
use crate::model::{Date, Map, Value};

/// A push as it goes to devices.
#[derive(Clone, Copy)]
pub struct Push<'a> {
    /// The body of the request: `data`, and what stands beside it.
    pub body: &'a Map,
    /// When it is sent.
    pub now: Date,
}

/// Where a push goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// `deviceToken`.
    pub token: String,
    /// `deviceType`.
    pub kind: String,
    /// `pushType`, which comes before the type of the device.
    pub push_type: Option<String>,
    /// `appIdentifier`.
    pub app: Option<String>,
}

/// What came of it for one device.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    /// `deviceToken`.
    pub token: String,
    /// The type that the service reports.
    pub kind: String,
    /// Why it was not sent: a text, or an object with `code` and `message`.
    pub failure: Option<Value>,
}

impl Outcome {
    /// It was sent.
    pub fn sent(token: impl Into<String>, kind: impl Into<String>) -> Self {
        Self { token: token.into(), kind: kind.into(), failure: None }
    }

    /// It was not sent.
    pub fn failed(token: impl Into<String>, kind: impl Into<String>, why: impl Into<Value>) -> Self {
        Self { token: token.into(), kind: kind.into(), failure: Some(why.into()) }
    }

    /// Does its failure say that the token is no good any more (`push-files-live.md` section 2)?
    pub fn is_dead(&self) -> bool {
        const TEXTS: [&str; 4] = ["NotRegistered", "InvalidRegistration", "Unregistered", "BadDeviceToken"];
        const CODES: [&str; 2] =
            ["messaging/registration-token-not-registered", "messaging/invalid-registration-token"];
        match &self.failure {
            Some(Value::String(text)) => TEXTS.contains(&text.as_str()),
            Some(Value::Object(error)) => {
                let part = |key: &str| error.get(key).and_then(Value::as_str).unwrap_or_default();
                let invalid = part("code") == "messaging/invalid-argument"
                    && part("message") == "The registration token is not a valid FCM registration token";
                invalid || CODES.contains(&part("code"))
            }
            _ => false,
        }
    }
}

/// Why a push without `data` goes to no service that sends nothing else.
const NO_DATA: &str = "invalid push payload";

/// A text of an answer.
fn text<'a>(map: &'a Value, key: &str) -> Option<&'a str> {
    map.as_object()?.get(key)?.as_str()
}

/// Each token once, at its first place, with what was said of it last.
fn once(devices: Vec<Device>) -> Vec<Device> {
    let by_token: IndexMap<String, Device> = devices.into_iter().map(|device| (device.token.clone(), device)).collect();
    by_token.into_values().collect()
}

/// What comes of sending: an outcome for each device of which there is something to say.
pub type Sent<'a> = Pin<Box<dyn Future<Output = Vec<Outcome>> + Send + 'a>>;

/// What sends to one kind of service.
pub trait PushSender: Send + Sync {
    /// Sends to these devices, as many at once as the service takes, each tried again as it should be.
    fn send<'a>(&'a self, push: Push<'a>, devices: Vec<Device>) -> Sent<'a>;
}

/// What sends, by type of device.
pub struct Senders(Vec<(PushType, Arc<dyn PushSender>)>);

impl Senders {
    /// What the configuration says.
    ///
    /// # Errors
    /// 1 for a key or certificate that cannot be read.
    pub fn open(config: &PushConfig, random: &Arc<dyn Random>) -> Result<Self> {
        let open = |(kind, config): &(PushType, SenderConfig)| {
            let sender: Arc<dyn PushSender> = match config {
                SenderConfig::Apns(providers) => Arc::new(apns::Apns::open(providers)?),
                SenderConfig::Fcm(config) => Arc::new(fcm::Fcm::open(config, random.clone())?),
                SenderConfig::Web(config) => Arc::new(web::Web::open(config)?),
                SenderConfig::Expo(config) => Arc::new(expo::Expo::open(config)?),
            };
            Ok((*kind, sender))
        };
        config.senders.iter().map(open).collect::<Result<_>>().map(Self)
    }

    /// Sees whether [`Senders::open`] would take a configuration.
    ///
    /// # Errors
    /// As there.
    pub fn check(config: &PushConfig) -> Result<()> {
        struct Chanceless;
        impl Random for Chanceless {
            fn fill(&self, _: &mut [u8]) {}
        }
        let random: Arc<dyn Random> = Arc::new(Chanceless);
        Self::open(config, &random).map(drop)
    }

    /// Sends to devices of any type. A device without a known type is left out.
    pub async fn send(&self, push: Push<'_>, devices: Vec<Device>) -> Vec<Outcome> {
        let mut by_type: [Vec<Device>; PushType::ALL.len()] = Default::default();
        for device in devices {
            let named = device.push_type.as_deref().and_then(PushType::from_name);
            if let Some(kind) = named.or_else(|| PushType::from_name(&device.kind)) {
                by_type[kind as usize].push(device);
            }
        }
        let sent = PushType::ALL.into_iter().zip(by_type).filter(|(_, devices)| !devices.is_empty());
        let sent = join_all(sent.map(|(kind, devices)| self.send_to(kind, push, devices))).await;
        sent.into_iter().flatten().collect()
    }

    async fn send_to(&self, kind: PushType, push: Push<'_>, devices: Vec<Device>) -> Vec<Outcome> {
        match self.0.iter().find(|(own, _)| *own == kind) {
            Some((_, sender)) => sender.send(push, devices).await,
            None => {
                let why = format!("Can not find sender for push type {}, [object Object]", kind.name());
                devices.into_iter().map(|device| Outcome::failed(device.token, device.kind, why.as_str())).collect()
            }
        }
    }
}
