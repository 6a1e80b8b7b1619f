//! Apple's own service: which provider sends to which device.

mod aps;
mod keys;
mod note;
mod provider;
mod signer;

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
            return failed("No Provider found");
        }
        let note = match Note::new(push.body, data, app, self.native) {
            Ok(note) => note,
            Err(why) => return failed(&why),
        };
        let mut outcomes: Vec<Outcome> = tokens.into_iter().map(|token| Outcome::failed(token, KIND, "")).collect();
        for (place, provider) in providers.into_iter().enumerate() {
            let (sent, left) = outcomes.into_iter().partition(|outcome| outcome.failure.is_none());
            outcomes = sent;
            outcomes.extend(send_by(provider, place == 0, &note, push.now, left).await);
        }
        report(app, &outcomes);
        outcomes
    }
}

impl PushSender for Apns {
    fn send<'a>(&'a self, push: Push<'a>, devices: Vec<Device>) -> Sent<'a> {
        Box::pin(async move {
            let Some(data) = push.body.get("data").and_then(Value::as_object) else { return Vec::new() };
            let mut apps = IndexMap::<_, Vec<_>>::new();
            for device in devices {
                apps.entry(device.app).or_default().push(device.token);
            }
            let send = apps
                .iter_mut()
                .map(|(app, tokens)| self.send_to_app(push, data, app.as_deref(), std::mem::take(tokens)));
            join_all(send).await.into_iter().flatten().collect()
        })
    }
}

/// Sends by one provider to those who are not reached yet. The last failure counts; but no token is called dead as long as a
/// provider that knows it may have been away.
async fn send_by(provider: &Provider, first: bool, note: &Note, now: Date, left: Vec<Outcome>) -> Vec<Outcome> {
    let send = |before: Outcome| async move {
        match provider.send(note, now, &before.token).await {
            Ok(()) => Outcome::sent(before.token, KIND),
            Err(why) => {
                let failed = Outcome::failed(before.token.as_str(), KIND, why);
                if first || before.is_dead() || !failed.is_dead() { failed } else { before }
            }
        }
    };
    stream::iter(left).map(send).buffer_unordered(provider::AT_ONCE).collect().await
}

/// Tells the log how many were not reached, and one of them why.
fn report(app: Option<&str>, outcomes: &[Outcome]) {
    let mut failures = outcomes.iter().filter_map(|outcome| outcome.failure.as_ref().and_then(Value::as_str));
    if let Some(why) = failures.next() {
        let failed = 1 + failures.count();
        tracing::warn!(app, failed, of = outcomes.len(), why, "Apple's push service did not take a notification");
    }
}
