//! Questions to the servers of webhooks, each bounded in time and in the size of its answer; connections are kept.

use std::error::Error as _;
use std::io;
use std::sync::OnceLock;
use std::time::Instant;

use reqwest::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, Url};

use super::hook::Target;
use crate::cloud::headers;
use crate::config::Secret;
use crate::error::{Code, Error, Result};
use crate::model::{Map, Value, wire};
use crate::outgoing::{self, Unread, reasons};

/// The longest answer that is read, bytes.
const LARGEST: usize = 8 << 20;
/// The same for an answer with the status of a failure, which is told byte by byte.
const LARGEST_FAILURE: usize = 256 << 10;
const KEY: HeaderName = HeaderName::from_static("x-parse-webhook-key");

/// What a server answered.
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// Its headers, as code is shown them.
    pub headers: Map,
    /// Its body.
    pub body: Vec<u8>,
}

/// Asks the servers of webhooks.
pub struct Peers {
    /// Made with the first question: an app without webhooks starts without it.
    client: OnceLock<Client>,
    key: Option<HeaderValue>,
}

impl Peers {
    /// Sends `key` with every question.
    ///
    /// # Errors
    /// 1 if the key cannot stand in a header.
    pub fn new(key: Option<&Secret>) -> Result<Self> {
        let value = |key: &Secret| {
            let value = HeaderValue::from_str(key.reveal());
            value.map_err(|_| Error::internal("webhookKey has letters that no header can hold"))
        };
        let mut key = key.filter(|key| !key.reveal().is_empty()).map(value).transpose()?;
        key.iter_mut().for_each(|key| key.set_sensitive(true));
        Ok(Self { client: OnceLock::new(), key })
    }

    fn client(&self) -> Result<&Client> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        // Parse Server follows no redirect; the key stays where the administrator sends it.
        let client = outgoing::client(Policy::none())?;
        Ok(self.client.get_or_init(|| client))
    }

    /// Is there a key?
    pub fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// Puts a question.
    ///
    /// # Errors
    /// 141 with what Node says, if the server cannot be reached or its answer cannot be read; 124 at the deadline; 1 if there is
    /// no TLS.
    pub async fn post(&self, target: &Target, body: &Value, deadline: Option<Instant>) -> Result<Reply> {
        let url = checked(&target.url)?;
        let mut text = Vec::with_capacity(512);
        wire::write(body, &mut text);
        let work = async {
            let _place = target.places.acquire().await.map_err(|e| Error::caused("no webhook is asked any more", e))?;
            let mut question = self.client()?.post(url.clone()).header(CONTENT_TYPE, "application/json").body(text);
            if let Some(key) = &self.key {
                question = question.header(KEY, key);
            }
            read(question.send().await.map_err(|error| broken(&url, &error))?, &url).await
        };
        match deadline {
            None => work.await,
            Some(deadline) => tokio::time::timeout_at(deadline.into(), work)
                .await
                .unwrap_or_else(|_| Err(Error::new(Code::Timeout, "Request timed out."))),
        }
    }
}

async fn read(answer: Response, url: &Url) -> Result<Reply> {
    let status = answer.status().as_u16();
    let headers = headers::shown(answer.headers());
    let largest = if status < 400 { LARGEST } else { LARGEST_FAILURE };
    let body = outgoing::body(answer, largest).await.map_err(|unread| match unread {
        Unread::TooLarge => failed("the answer of the webhook is too large"),
        Unread::Broken(error) => broken(url, &error),
    })?;
    Ok(Reply { status, headers, body })
}

/// A URL that can be asked.
fn checked(url: &str) -> Result<Url> {
    let parsed = Url::parse(url).ok();
    match parsed {
        Some(parsed) if matches!(parsed.scheme(), "http" | "https") => Ok(parsed),
        Some(parsed) => Err(failed(format!("Unsupported protocol {}:", parsed.scheme()))),
        None => Err(failed("Unsupported protocol null")),
    }
}

/// What Node says of a connection that could not be made, or broke.
fn broken(url: &Url, error: &reqwest::Error) -> Error {
    let (host, port) = (url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default());
    let causes = std::iter::successors(error.source(), |error| (*error).source());
    let kind = causes.filter_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind).next();
    match kind {
        Some(io::ErrorKind::ConnectionRefused) => failed(format!("connect ECONNREFUSED {host}:{port}")),
        Some(io::ErrorKind::ConnectionReset) => failed("read ECONNRESET"),
        Some(io::ErrorKind::TimedOut) => failed(format!("connect ETIMEDOUT {host}:{port}")),
        _ if error.is_connect() => failed(format!("connect {host}:{port}: {}", reasons(root(error)))),
        _ if error.is_request() => failed("socket hang up"),
        _ => failed("aborted"),
    }
}

/// The first cause, which alone says what happened.
fn root(error: &reqwest::Error) -> &(dyn std::error::Error + 'static) {
    let mut cause: &(dyn std::error::Error + 'static) = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause
}

fn failed(text: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(Code::ScriptFailed, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_that_cannot_be_asked_are_told_as_node_tells_them() {
        let error = |url: &str| checked(url).unwrap_err().to_string();
        assert_eq!(error("ftp://a/b"), "141: Unsupported protocol ftp:");
        assert_eq!(error("here/there"), "141: Unsupported protocol null");
        assert!(checked("https://a.example/b?c=d").is_ok());
    }
}
