//! Push services of browsers.

mod encrypt;
mod subscription;
mod vapid;

use futures_util::{StreamExt as _, stream};
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Response};
use tokio::sync::Semaphore;

use self::encrypt::Once;
use self::subscription::Subscription;
use self::vapid::Vapid;
use super::{Device, NO_DATA, Outcome, Push, PushSender, Sent, client, once};
use crate::config::WebPushConfig;
use crate::error::{Error, Result};
use crate::model::{Date, wire};
use crate::outgoing::{self, reasons};

/// So many notifications are under way at once.
const AT_ONCE: usize = 200;
/// The most that is read of an answer, bytes.
const LARGEST: usize = 4 * 1024;

/// Web push.
pub struct Web {
    client: Client,
    vapid: Vapid,
    headers: HeaderMap,
    allowed: Vec<String>,
    places: Semaphore,
}

impl Web {
    /// One with these keys.
    ///
    /// # Errors
    /// 1 for keys that are none.
    pub fn open(config: &WebPushConfig) -> Result<Self> {
        Ok(Self {
            client: client::built(client::builder("push.web", config.ca.as_deref())?.timeout(config.timeout))?,
            vapid: Vapid::open(config)?,
            headers: headers(config)?,
            allowed: config.allowed_hosts.clone(),
            places: Semaphore::new(AT_ONCE),
        })
    }

    async fn deliver(&self, text: &[u8], to: &str, now: Date) -> Result<(), String> {
        let Ok(_place) = self.places.acquire().await else { return Err("nothing is sent any more".into()) };
        let subscription = Subscription::read(to, &self.allowed)?;
        let once = Once::new().map_err(|_| "there is no randomness")?;
        let body = encrypt::encrypt(text, &subscription, &once)?;
        let who = self.vapid.authorization(&subscription.endpoint, now).map_err(|error| reasons(&error))?;
        let ask = self.client.post(subscription.endpoint).headers(self.headers.clone()).header(AUTHORIZATION, who);
        let answer = ask.body(body).send().await.map_err(|error| reasons(&error.without_url()))?;
        told(answer).await
    }
}

/// What goes along with each notification; the configuration's own headers stand back only behind what says what the body is.
fn headers(config: &WebPushConfig) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    headers.insert("ttl", HeaderValue::from(config.ttl));
    for (name, value) in &config.headers {
        let unusable = || Error::internal(format!("push.web.headers.{name} is no header"));
        let name = HeaderName::try_from(name.as_str()).map_err(|_| unusable())?;
        headers.insert(name, HeaderValue::try_from(value.as_str()).map_err(|_| unusable())?);
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static("aes128gcm"));
    let text = |name: &str, value: &str| {
        HeaderValue::try_from(value).map_err(|e| Error::caused(format!("push.web.{name}"), e))
    };
    headers.insert("urgency", text("urgency", &config.urgency)?);
    if let Some(topic) = &config.topic {
        headers.insert("topic", text("topic", topic)?);
    }
    Ok(headers)
}

/// Was it taken? If not: what the service says, which is all that Parse Server tells, or its status.
async fn told(answer: Response) -> Result<(), String> {
    let status = answer.status();
    let body = outgoing::body(answer, LARGEST).await.unwrap_or_default();
    match String::from_utf8_lossy(&body).into_owned() {
        _ if status.is_success() => Ok(()),
        text if text.trim().is_empty() => Err(format!("The push service answered {status}")),
        text => Err(text),
    }
}

impl PushSender for Web {
    fn send<'a>(&'a self, push: Push<'a>, devices: Vec<Device>) -> Sent<'a> {
        Box::pin(async move {
            let devices = once(devices);
            let Some(data) = push.body.get("data").filter(|data| data.truthy()) else {
                return devices.into_iter().map(|to| Outcome::failed(to.token, "web", NO_DATA)).collect();
            };
            let text = wire::to_string(data);
            let send = async |device: Device| match self.deliver(text.as_bytes(), &device.token, push.now).await {
                Ok(()) => Outcome::sent(device.token, "web"),
                Err(why) => Outcome::failed(device.token, "web", why),
            };
            stream::iter(devices).map(send).buffer_unordered(AT_ONCE).collect().await
        })
    }
}
