//! One provider: a connection to Apple's service, and how long it is asked to take a notification.

use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, Request, Response, Url};
use serde::Deserialize;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout};

use super::keys::{self, Shown};
use super::note::{COLLAPSE, Note};
use super::signer::Signer;
use crate::config::ApnsConfig;
use crate::model::Date;
use crate::outgoing;
use crate::push::client::{authorities, is_not_taken};

/// So many requests are under way at once; the service lets in about as many on a connection.
pub const AT_ONCE: usize = 1_000;
/// What the service says of a token that it cannot have given out.
const BAD_TOKEN: &str = "BadDeviceToken";
/// What the service says of a signature that is too old.
const EXPIRED: &str = "ExpiredProviderToken";
/// Answers after which a request is sent again: the service did not take it.
const AGAIN: [u16; 6] = [408, 429, 500, 502, 503, 504];
/// Bytes of an answer that are read.
const LARGEST: usize = 4 << 10;
/// Characters of an answer that is not JSON that are told.
const TOLD: usize = 200;
/// The first pause before a request is sent again; each is twice the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// No pause of our own is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// Nor one that the service asks for, s.
const LONGEST_ASKED: u64 = 10;
/// A request that waits behind others may take so many times as long as one may.
const PATIENCE: u32 = 12;

/// A provider of notifications.
pub struct Provider {
    /// The app that it serves.
    pub topic: Option<String>,
    /// The URL of a device, without its token.
    pub base: String,
    client: Client,
    signer: Option<Box<Signer>>,
    retries: u32,
    timeout: Duration,
    places: Semaphore,
    /// When it was made, and how many ms later the service last answered.
    made: Instant,
    heard: AtomicU64,
}

/// Why a device was not reached.
pub struct Failure {
    /// What the service says, or what broke.
    pub why: String,
    /// May the device have been reached all the same?
    pub doubtful: bool,
    /// Asked again, the service may take it, after this pause or a longer one.
    again: Option<Duration>,
}

impl Failure {
    fn new(why: impl Into<String>) -> Self {
        Self { why: why.into(), doubtful: false, again: None }
    }
}

impl Provider {
    /// One as the options say. It connects with the first notification.
    ///
    /// # Errors
    /// A text that names the option and what is wrong with it.
    pub fn open(config: &ApnsConfig) -> Result<Self, String> {
        let authorities = authorities(&format!("{}.ca", config.path), config.ca.iter().map(String::as_str))?;
        // With HTTP/2 known beforehand all requests share one connection from the first one on.
        let mut builder = outgoing::builder(Policy::none())
            .https_only(true)
            .http2_prior_knowledge()
            .http2_keep_alive_interval(config.heart_beat)
            .http2_keep_alive_while_idle(true)
            .pool_idle_timeout(None)
            .connect_timeout(config.timeout)
            .tls_certs_merge(authorities);
        let signer = match keys::shown(config)? {
            Shown::Token(signer) => Some(signer),
            Shown::Certificate(identity) => {
                builder = builder.identity(identity);
                None
            }
        };
        let base = format!("https://{}:{}/3/device/", config.host(), config.port);
        let place = Url::parse(&base).map_err(|e| format!("{}.address cannot be used: {e}", config.path))?;
        if place.path() != "/3/device/" || !place.username().is_empty() {
            return Err(format!("{}.address must be a host", config.path));
        }
        Ok(Self {
            topic: config.topic.clone(),
            base,
            client: builder
                .build()
                .map_err(|e| format!("{} cannot be used: {}", config.path, outgoing::reasons(&e)))?,
            signer,
            retries: config.retries,
            timeout: config.timeout,
            places: Semaphore::new(AT_ONCE),
            made: Instant::now(),
            heard: AtomicU64::new(0),
        })
    }

    /// Sends a notification to one device. What may have reached the device is not sent to it again: a connection that breaks
    /// before the answer is a failure, unless the notification takes the place of an earlier one anyway (`apns-collapse-id`).
    /// A notification has no `apns-id` but the client's: the service promises nothing for one that it sees twice.
    ///
    /// # Errors
    /// Why the device was not reached.
    pub async fn send(&self, note: &Note, now: Date, token: &str) -> Result<(), Failure> {
        let url = Some(token).filter(|token| is_plain(token)).map(|token| Url::parse(&format!("{}{token}", self.base)));
        let Some(Ok(url)) = url else { return Err(Failure::new(BAD_TOKEN)) };
        let (mut tries, mut renewed) = (0, false);
        loop {
            let signed = self.signer.as_ref().map(|signer| signer.current(now)).transpose().map_err(Failure::new)?;
            let Err(failure) = self.ask(&url, note, signed.as_ref()).await else { return Ok(()) };
            if let (Some(signer), Some(signed), EXPIRED, false) = (&self.signer, &signed, failure.why.as_str(), renewed)
            {
                renewed = true;
                signer.renew(signed);
                continue;
            }
            let Some(pause) = failure.again.filter(|_| tries < self.retries) else { return Err(failure) };
            sleep(pause.max(FIRST_PAUSE.saturating_mul(1 << tries.min(16)).min(LONGEST_PAUSE))).await;
            tries += 1;
        }
    }

    /// Asks once, and waits for the answer. Behind a service that lets in few requests at a time, one waits for others: its
    /// time runs only while the service is silent.
    async fn ask(&self, url: &Url, note: &Note, signed: Option<&HeaderValue>) -> Result<(), Failure> {
        let Ok(_place) = self.places.acquire().await else { return Err(Failure::new("closed")) };
        let mut request = Request::new(Method::POST, url.clone());
        request.headers_mut().clone_from(&note.headers);
        if let Some(signed) = signed {
            request.headers_mut().insert(AUTHORIZATION, signed.clone());
        }
        *request.body_mut() = Some(note.body.clone().into());
        let mut answer = pin!(self.answer(request, note.headers.contains_key(COLLAPSE)));
        let (asked, mut wait) = (Instant::now(), self.timeout);
        loop {
            if let Ok(answer) = timeout(wait, answer.as_mut()).await {
                return answer;
            }
            let heard = self.made + Duration::from_millis(self.heard.load(Ordering::Relaxed));
            let silent = heard.max(asked).elapsed();
            if silent >= self.timeout || asked.elapsed() >= self.timeout * PATIENCE {
                return Err(Failure { doubtful: true, ..Failure::new("RequestTimeout") });
            }
            wait = self.timeout - silent;
        }
    }

    async fn answer(&self, request: Request, replaces: bool) -> Result<(), Failure> {
        match self.client.execute(request).await {
            Ok(answer) => {
                self.heard.store(self.made.elapsed().as_millis() as u64, Ordering::Relaxed);
                if answer.status().is_success() { Ok(()) } else { Err(refusal(answer).await) }
            }
            Err(error) => {
                let doubtful = !error.is_connect() && !is_not_taken(&error);
                let again = (replaces || !doubtful).then_some(Duration::ZERO);
                Err(Failure { why: outgoing::reasons(&error.without_url()), doubtful, again })
            }
        }
    }
}

async fn refusal(answer: Response) -> Failure {
    let again = AGAIN.contains(&answer.status().as_u16());
    let after = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let after = Duration::from_secs(after.unwrap_or(0).min(LONGEST_ASKED));
    let body = outgoing::body(answer, LARGEST).await.unwrap_or_default();
    Failure { again: again.then_some(after), ..Failure::new(reason(&body)) }
}

/// Why the service took a notification not, as it says itself.
fn reason(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Told {
        reason: Option<String>,
    }
    let told = match serde_json::from_slice::<Told>(body) {
        Ok(told) => told.reason,
        Err(_) => Some(String::from_utf8_lossy(body).chars().take(TOLD).collect()),
    };
    told.filter(|text| !text.is_empty()).unwrap_or_else(|| "Unknown status".to_owned())
}

/// Has a device token nothing that means anything in a path?
fn is_plain(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_token_makes_a_path() {
        assert!(["0f".repeat(32).as_str(), "Ab-_9"].into_iter().all(is_plain));
        let others = ["", ".", "..", "a/../b", "a%2fb", "a?b", "a#b", "a b", "<ab>", "a\\b", "\u{e9}", "a;b", "a\n"];
        assert_eq!(others.into_iter().find(|token| is_plain(token)), None);
    }

    #[test]
    fn a_reason_is_what_the_service_says() {
        let cases = [
            (r#"{"reason":"Unregistered","timestamp":1}"#, "Unregistered"),
            ("{}", "Unknown status"),
            ("", "Unknown status"),
            ("<html>bad gateway", "<html>bad gateway"),
        ];
        for (body, expected) in cases {
            assert_eq!(reason(body.as_bytes()), expected);
        }
        assert_eq!(reason("x".repeat(4000).as_bytes()).len(), TOLD);
    }
}
