//! The option `push`: what sends, by type of device (`push-files-live.md` section 3). Each part is read by one function, which
//! also says what is wrong with it.

mod apns;
mod expo;
mod fcm;
mod options;
mod web;

use serde_json::{Map, Value};

pub use self::apns::{ApnsConfig, ApnsCredential};
pub use self::expo::ExpoConfig;
pub use self::fcm::FcmConfig;
pub use self::options::is_private;
pub use self::web::WebPushConfig;
use super::settings::Settings;

/// What an app says of push.
#[derive(Clone, Debug, PartialEq)]
pub struct PushConfig {
    /// What sends, in the order of the configuration.
    pub senders: Vec<(PushType, SenderConfig)>,
    /// Installations in one message of the queue (`queueOptions.batchSize`).
    pub batch_size: u64,
    /// Does `push_time` put a push off, for something else to send (`scheduledPush`)?
    pub scheduled: bool,
    /// Do installations lose a device token that is no good any more?
    pub clean_up: bool,
}

impl PushConfig {
    /// Reads what the options leave open as where `NODE_ENV` is `production`.
    pub(super) fn in_production(&mut self) {
        for (_, sender) in &mut self.senders {
            if let SenderConfig::Apns(providers) = sender {
                providers.iter_mut().for_each(ApnsConfig::in_production);
            }
        }
    }
}

/// A type of device, or of what sends to it: `pushType` of an installation, else its `deviceType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushType {
    /// `ios`
    Ios,
    /// `osx`
    Osx,
    /// `tvos`
    Tvos,
    /// `watchos`
    Watchos,
    /// `android`
    Android,
    /// `fcm`
    Fcm,
    /// `web`
    Web,
    /// `expo`
    Expo,
}

impl PushType {
    /// All of them, in the order in which Parse Server sends to them.
    pub const ALL: [Self; 8] =
        [Self::Ios, Self::Osx, Self::Tvos, Self::Watchos, Self::Android, Self::Fcm, Self::Web, Self::Expo];

    /// Its name in the configuration and in installations.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ios => "ios",
            Self::Osx => "osx",
            Self::Tvos => "tvos",
            Self::Watchos => "watchos",
            Self::Android => "android",
            Self::Fcm => "fcm",
            Self::Web => "web",
            Self::Expo => "expo",
        }
    }

    /// The type with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// What sends to one type of device.
#[derive(Clone, Debug, PartialEq)]
pub enum SenderConfig {
    /// Apple's own service; production before sandbox.
    Apns(Vec<ApnsConfig>),
    /// Firebase.
    Fcm(FcmConfig),
    /// The services that browsers name.
    Web(WebPushConfig),
    /// Expo's service.
    Expo(ExpoConfig),
}

/// What the settings say, if they say anything of push.
pub(super) fn build(settings: &Settings) -> Result<Option<PushConfig>, String> {
    let Some(push) = settings.given("push") else { return Ok(None) };
    let push = push.as_object().ok_or("push must be an object")?;
    let mut senders = Vec::new();
    for (key, value) in push {
        match key.as_str() {
            // What cannot be used of these the table of options tells.
            "adapter" | "queueOptions" => {}
            _ if value.is_null() => {}
            _ => {
                let kind = PushType::from_name(key).ok_or_else(|| format!("Push to {key} is not supported"))?;
                senders.push((kind, sender(kind, value)?));
            }
        }
    }
    Ok(Some(PushConfig {
        senders,
        batch_size: batch_size(push)?,
        scheduled: settings.bool("scheduledPush"),
        clean_up: settings.bool("cleanupInvalidInstallations"),
    }))
}

fn sender(kind: PushType, value: &Value) -> Result<SenderConfig, String> {
    let path = format!("push.{}", kind.name());
    let firebase = value.as_object().is_some_and(|options| options.contains_key("firebaseServiceAccount"));
    match kind {
        PushType::Android | PushType::Fcm if !firebase => {
            Err("Firebase service account is required for Android/FCM push notifications".into())
        }
        PushType::Android | PushType::Fcm => fcm::read(&path, value, false).map(SenderConfig::Fcm),
        PushType::Web => web::read(&path, value).map(SenderConfig::Web),
        PushType::Expo => expo::read(&path, value).map(SenderConfig::Expo),
        _ if firebase => fcm::read(&path, value, true).map(SenderConfig::Fcm),
        _ => apns::read(&path, value).map(SenderConfig::Apns),
    }
}

fn batch_size(push: &Map<String, Value>) -> Result<u64, String> {
    const DEFAULT: u64 = 100;
    let given = push.get("queueOptions").and_then(|options| options.get("batchSize")).filter(|size| !size.is_null());
    let size = given.map(|size| size.as_u64().filter(|size| (1..=10_000).contains(size)));
    match size {
        None => Ok(DEFAULT),
        Some(size) => {
            size.ok_or_else(|| "push.queueOptions.batchSize must be a whole number from 1 to 10000".to_owned())
        }
    }
}

/// A text among options, if it is there.
fn text<'a>(path: &str, options: &'a Map<String, Value>, key: &str) -> Result<Option<&'a str>, String> {
    match options.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("{path}.{key} must be a string")),
    }
}
