//! Apple's own service: which provider sends to which device.

mod aps;
mod keys;
mod note;
mod provider;
mod signer;

use std::borrow::Cow;

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use futures_util::stream;
use indexmap::IndexMap;

use self::note::Note;
use self::provider::Provider;
use super::{Device, Outcome, Push, PushSender, Sent};
use crate::config::ApnsConfig;
use crate::error::{Error, Result};
use crate::model::{Date, Map, Value};

/// What Parse Server calls all of Apple's devices in its counts.
const KIND: &str = "ios";

/// What is said of an app that nobody serves.
const NOBODY: &str = "No Provider found";

/// Apple's own service.
pub struct Apns {
    providers: Vec<Provider>,
    /// Are bodies put together as by `useNativeAPNs: true`?
    native: bool,
}

impl Apns {
    /// One with these providers, which are asked in this order.
    ///
    /// # Errors
    /// 1 for a key or certificate that cannot be read, with the path of the option.
    pub fn open(providers: &[ApnsConfig]) -> Result<Self> {
        let native = providers.iter().any(|config| config.native);
        let providers = providers.iter().map(|config| Provider::open(config).map_err(Error::internal));
        Ok(Self { providers: providers.collect::<Result<_>>()?, native })
    }

    /// The providers of an app, else those of no app.
    fn of_app(&self, app: Option<&str>) -> Vec<&Provider> {
        let with = |topic: Option<&str>| {
            self.providers.iter().filter(|provider| provider.topic.as_deref() == topic).collect::<Vec<_>>()
        };
        let own = with(app.filter(|app| !app.is_empty()));
        if own.is_empty() { with(None) } else { own }
    }

    async fn send_to_app(&self, push: Push<'_>, data: &Map, app: Option<&str>, tokens: Vec<String>) -> Vec<Outcome> {
        let failed = |why: &str| tokens.iter().map(|token| Outcome::failed(token, KIND, why)).collect();
        let providers = self.of_app(app);
        if providers.is_empty() {
            return failed(NOBODY);
        }
        let note = match Note::new(push.body, data, app, self.native) {
            Ok(note) => note,
            Err(why) => return failed(&why),
        };
        let send = tokens.into_iter().map(|token| send_to_device(&providers, &note, push.now, token));
        let outcomes: Vec<Outcome> = stream::iter(send).buffer_unordered(provider::AT_ONCE).collect().await;
        outcomes
    }
}

impl PushSender for Apns {
    fn send<'a>(&'a self, push: Push<'a>, devices: Vec<Device>) -> Sent<'a> {
        Box::pin(async move {
            let Some(data) = push.body.get("data").and_then(keys) else { return Vec::new() };
            let mut apps = IndexMap::<_, Vec<_>>::new();
            for device in devices {
                apps.entry(device.app).or_default().push(device.token);
            }
            let send = apps
                .iter_mut()
                .map(|(app, tokens)| self.send_to_app(push, &data, app.as_deref(), std::mem::take(tokens)));
            let outcomes = join_all(send).await.into_iter().flatten().collect::<Vec<_>>();
            report(&outcomes);
            outcomes
        })
    }
}

/// What JavaScript lists as the keys of `data`, whatever that is; with nothing in it nothing is sent.
fn keys(data: &Value) -> Option<Cow<'_, Map>> {
    let numbered =
        |parts: Vec<Value>| Cow::Owned(parts.into_iter().enumerate().map(|(i, part)| (i.to_string(), part)).collect());
    Some(match data {
        Value::Object(data) => Cow::Borrowed(data),
        Value::Array(list) => numbered(list.clone()),
        other if !other.truthy() => return None,
        Value::String(text) => numbered(text.chars().map(|c| Value::String(c.into())).collect()),
        _ => Cow::default(),
    })
}

/// Sends by one provider after the other, until one reaches the device. The last failure counts; but no token is called dead
/// while a provider that may know it was away. Where the device may have been reached nobody asks again.
async fn send_to_device(providers: &[&Provider], note: &Note, now: Date, token: String) -> Outcome {
    let mut last: Option<Outcome> = None;
    let mut doubtful = Vec::new();
    for provider in providers {
        if doubtful.contains(&provider.base.as_str()) {
            continue;
        }
        let Err(failure) = provider.send(note, now, &token).await else { return Outcome::sent(token, KIND) };
        if failure.doubtful {
            doubtful.push(provider.base.as_str());
        }
        let failed = Outcome::failed(token.as_str(), KIND, failure.why);
        if !failed.is_dead() || last.as_ref().is_none_or(Outcome::is_dead) {
            last = Some(failed);
        }
    }
    last.unwrap_or_else(|| Outcome::failed(token, KIND, NOBODY))
}

/// Tells the log how many were not reached, and one of them why.
fn report(outcomes: &[Outcome]) {
    let mut failures = outcomes.iter().filter_map(|outcome| outcome.failure.as_ref().and_then(Value::as_str));
    if let Some(why) = failures.next() {
        let failed = 1 + failures.count();
        tracing::warn!(failed, of = outcomes.len(), why, "Apple's push service did not take a notification");
    }
}
