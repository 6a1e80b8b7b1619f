//! An adapter in any language, asked over HTTP: what it answers, and what its failure is told as.

use std::sync::Arc;

use crate::config::{BridgeConfig, Secret};
use crate::error::{Code, Error, Result};
use crate::model::Value;
use crate::outgoing::adapter::{self, Said};
use crate::outgoing::ask::Http;

/// What is told of an adapter that fails without a reason, or that cannot be asked.
pub const FAILED: &str = "Auth failed. Unknown error.";

/// The way to an adapter.
pub struct Bridge {
    url: Secret,
    methods: Vec<String>,
    http: Arc<Http>,
}

impl Bridge {
    /// As the configuration says.
    pub fn new(config: &BridgeConfig, http: Arc<Http>) -> Self {
        Self { url: config.url.clone(), methods: config.methods.clone(), http }
    }

    /// Has it this method?
    pub fn has(&self, method: &str) -> bool {
        self.methods.iter().any(|own| own == method)
    }

    /// Calls a method; what JavaScript takes for nothing is no result.
    ///
    /// # Errors
    /// What the adapter says, 141 where it gives no code; 141 with `failed` where it says nothing or cannot be asked.
    pub async fn call(&self, method: &str, args: Vec<Value>, failed: &'static str) -> Result<Option<Value>> {
        let question = adapter::call(&self.http.client, self.url.reveal(), method, args);
        let answer = self.http.ask(question).await.map_err(|error| {
            tracing::warn!(method, %error, "an auth adapter cannot be asked");
            Error::new(Code::ScriptFailed, failed)
        })?;
        match adapter::said(answer) {
            Said::Done(result) => Ok(result.filter(Value::truthy)),
            Said::Failed(None) => Err(Error::new(Code::ScriptFailed, failed)),
            Said::Failed(Some(reason)) => Err(thrown(&reason, failed)),
        }
    }
}

/// What an adapter has thrown: a text, or an error with a message and maybe a code.
fn thrown(reason: &Value, failed: &'static str) -> Error {
    let (code, words) = adapter::thrown(reason);
    let message = words.unwrap_or(failed).to_owned();
    match code {
        Some(code) => Error::numbered(code, message),
        None => Error::new(Code::ScriptFailed, message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::wire;

    #[test]
    fn what_is_thrown_keeps_its_code_and_its_words() {
        for (reason, told) in [
            (r#""no""#, "141: no"),
            (r#"{"message":"no"}"#, "141: no"),
            (r#"{"code":101,"message":"no"}"#, "101: no"),
            (r#"{"code":777,"message":"no"}"#, "777: no"),
            (r#"{"code":1.5,"message":"no"}"#, "141: no"),
            (r#"{"code":"101"}"#, "141: Auth failed. Unknown error."),
            ("[1]", "141: Auth failed. Unknown error."),
        ] {
            assert_eq!(thrown(&wire::parse(reason.as_bytes(), 9).unwrap(), FAILED).to_string(), told, "{reason}");
        }
    }
}
