//! `POST /validate_purchase`: old iOS apps ask for the file of a product that was bought (`http.md` section 7).

use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use tokio::sync::Semaphore;

use crate::error::{Error, Result};
use crate::model::{Map, Value, wire};
use crate::outgoing::{self, reasons};
use crate::rest::{Answer, Call, find};

/// The longest that the store is waited for.
const LONGEST: Duration = Duration::from_secs(10);
/// The longest answer of the store that is read, bytes: it lists all that a customer ever bought.
const LARGEST: usize = 4 << 20;
/// How deep the JSON of an answer may nest.
const DEEPEST: usize = 20;
/// So many receipts are looked at at once; the others wait.
const AT_ONCE: usize = 16;
/// The store's word for a receipt of its sandbox.
const OF_SANDBOX: f64 = 21007.0;

/// Where receipts are looked at.
pub struct AppStore {
    production: Url,
    sandbox: Url,
    client: Client,
    places: Semaphore,
}

/// Why a receipt does not count: the store's number, or the status of an answer that is none; nothing if there was no answer.
type Refusal = Option<f64>;

impl AppStore {
    /// Apple's.
    ///
    /// # Errors
    /// 1 if there is no TLS.
    pub fn apple() -> Result<Self> {
        Self::at("https://buy.itunes.apple.com/verifyReceipt", "https://sandbox.itunes.apple.com/verifyReceipt")
    }

    fn at(production: &str, sandbox: &str) -> Result<Self> {
        let url = |text| Url::parse(text).map_err(|e| Error::caused("the URL of the App Store", e));
        let client = outgoing::client(Policy::none())?;
        Ok(Self { production: url(production)?, sandbox: url(sandbox)?, client, places: Semaphore::new(AT_ONCE) })
    }

    /// Whether a receipt counts.
    async fn check(&self, receipt: &Value) -> Result<(), Refusal> {
        match self.ask(&self.production, receipt).await {
            Err(Some(OF_SANDBOX)) => self.ask(&self.sandbox, receipt).await,
            answer => answer,
        }
    }

    async fn ask(&self, url: &Url, receipt: &Value) -> Result<(), Refusal> {
        let question = Value::Object(Map::from([("receipt-data", receipt.clone())]));
        let mut body = Vec::new();
        wire::write(&question, &mut body);
        let request = self.client.post(url.clone()).header("content-type", "application/json").body(body);
        let work = async {
            let _place = self.places.acquire().await.map_err(|_| None)?;
            let unread = |error: reqwest::Error| {
                tracing::warn!(error = reasons(&error.without_url()), "asking the App Store");
                None
            };
            let answer = request.send().await.map_err(unread)?;
            if !answer.status().is_success() {
                return Err(Some(f64::from(answer.status().as_u16())));
            }
            let body = outgoing::body(answer, LARGEST).await.map_err(|_| None)?;
            let said = wire::parse(&body, DEEPEST).ok().and_then(|said| said.as_object()?.get("status")?.as_number());
            if said == Some(0.0) { Ok(()) } else { Err(said) }
        };
        tokio::time::timeout(LONGEST, work).await.unwrap_or(Err(None))
    }
}

/// The file of a product, for a receipt that the App Store lets count; what the store says against another one is an answer, too.
///
/// # Errors
/// 107 for a body that lacks something, 101 unless there is one product of that name that the caller may see.
pub async fn validate(call: &Call, body: &Map) -> Result<Answer> {
    let given = |name: &str| body.get(name).filter(|value| value.truthy());
    let (Some(receipt), Some(product)) = (given("receipt"), given("productIdentifier")) else {
        return Err(Error::json("missing receipt or productIdentifier"));
    };
    let encoded = receipt.as_object().filter(|it| it.get("__type").and_then(Value::as_str) == Some("Bytes"));
    let receipt = encoded.and_then(|it| it.get("base64")).unwrap_or(receipt);
    match call.engine.app_store.check(receipt).await {
        Ok(()) => download(call, product).await,
        Err(status) => {
            let number = status.map_or(Value::Null, Value::Number);
            let answer = [("status", number), ("error", Value::from(meaning(status)))];
            Ok(Answer::ok(&Value::Object(Map::from(answer))))
        }
    }
}

/// The file of the one product of that name. A name is a text: an operator in its place finds nothing.
async fn download(call: &Call, product: &Value) -> Result<Answer> {
    let name = product.as_str().ok_or_else(Error::not_found)?;
    let clause = Value::Object(Map::from([("productIdentifier", Value::from(name))]));
    let found = find::find(call, "_Product", Map::from([("where", clause)])).await?;
    let found = wire::parse(&found.body, usize::MAX).map_err(|e| Error::internal(e.0))?;
    let results = found.as_object().and_then(|found| found.get("results")).and_then(Value::as_array);
    let Some([Value::Object(product)]) = results else { return Err(Error::not_found()) };
    product.get("download").map(Answer::ok).ok_or_else(Error::not_found)
}

/// What the store's numbers mean, as Parse Server tells it.
fn meaning(status: Refusal) -> &'static str {
    match status.unwrap_or_default() as i64 {
        21000 => "The App Store could not read the JSON object you provided.",
        21002 => "The data in the receipt-data property was malformed or missing.",
        21003 => "The receipt could not be authenticated.",
        21004 => "The shared secret you provided does not match the shared secret on file for your account.",
        21005 => "The receipt server is not currently available.",
        21006 => "This receipt is valid but the subscription has expired.",
        21007 => {
            "This receipt is from the test environment, but it was sent to the production environment for verification. \
             Send it to the test environment instead."
        }
        21008 => {
            "This receipt is from the production environment, but it was sent to the test environment for verification. \
             Send it to the production environment instead."
        }
        _ => "unknown error.",
    }
}

#[cfg(test)]
mod tests;
