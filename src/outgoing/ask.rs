//! Questions whose answer is a JSON object: to the places that the configuration names and no others, each bounded in time and
//! in the size of its answer.

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};
use tokio::sync::Semaphore;

use super::{Unread, reasons};
use crate::error::{Error, Result};
use crate::model::{Map, Value, wire};

/// The longest that a question takes, waiting for its turn included.
pub const LONGEST: Duration = Duration::from_secs(10);
/// The longest answer that is read, bytes.
const LARGEST: usize = 256 * 1024;
/// How deep the JSON of an answer may nest.
const DEEPEST: usize = 20;
/// So many are asked at once; the others wait.
const AT_ONCE: usize = 64;

/// Asks one kind of servers.
pub struct Http {
    /// What questions are made with.
    pub client: Client,
    /// Who is asked, for errors.
    who: &'static str,
    places: Semaphore,
    longest: Duration,
}

impl Http {
    /// One that gives up after a while.
    ///
    /// # Errors
    /// 1 if there is no TLS.
    pub fn new(who: &'static str, longest: Duration) -> Result<Self> {
        // A redirect would carry tokens to a place that nobody has configured.
        Ok(Self { client: super::client(Policy::none())?, who, places: Semaphore::new(AT_ONCE), longest })
    }

    /// One over the same connections whose questions do not wait for those of this one.
    pub fn beside(&self) -> Self {
        Self { client: self.client.clone(), places: Semaphore::new(AT_ONCE), ..*self }
    }

    /// The object that is the answer to a question.
    ///
    /// # Errors
    /// 1 for every other answer, and for none.
    pub async fn ask(&self, question: RequestBuilder) -> Result<Map> {
        let who = self.who;
        let failed = |e: reqwest::Error| Error::internal(format!("{who}: {}", reasons(&e.without_url())));
        let work = async {
            let _place = self.places.acquire().await.map_err(|e| Error::caused("no server is asked any more", e))?;
            let answer = question.send().await.map_err(failed)?.error_for_status().map_err(failed)?;
            if !answer.status().is_success() {
                return Err(Error::internal(format!("{who} answered {}", answer.status())));
            }
            let body = super::body(answer, LARGEST).await.map_err(|unread| match unread {
                Unread::Broken(error) => failed(error),
                Unread::TooLarge => Error::internal(format!("the answer of {who} is too large")),
            })?;
            match wire::parse(&body, DEEPEST) {
                Ok(Value::Object(map)) => Ok(map),
                _ => Err(Error::internal(format!("the answer of {who} is no JSON object"))),
            }
        };
        let late = |_| Err(Error::internal(format!("{who} did not answer in time")));
        tokio::time::timeout(self.longest, work).await.unwrap_or_else(late)
    }
}

#[cfg(test)]
mod tests;
