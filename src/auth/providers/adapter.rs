//! Providers with the module `http-auth-adapter`: an adapter of the app's own, asked over HTTP (`accounts-auth.md` section 2).

use super::bridge::{Bridge, FAILED};
use super::{Asked, Asker, Challenge, Checked, Provider, Question, Role, Verdict};
use crate::config::AdapterConfig;
use crate::error::Result;
use crate::model::{Map, Value, wire};

/// What is told of a challenge that fails without a reason.
const NO_CHALLENGE: &str = "Challenge failed. Unknown error.";
/// The method that checks in all cases.
const WHOLE: &str = "validateAuthData";

/// The provider.
pub struct Adapter {
    bridge: Bridge,
    role: Role,
    /// What it is told besides, and `appIds` of it.
    options: Value,
    app_ids: Option<Value>,
}

impl Adapter {
    /// As the configuration says.
    pub fn new(config: &AdapterConfig, bridge: Bridge) -> Self {
        let options = wire::reread(config.options.to_string().as_bytes()).unwrap_or_default();
        let app_ids = options.as_object().and_then(|options| options.get("appIds")).filter(|ids| ids.truthy()).cloned();
        Self { bridge, role: config.role, options, app_ids }
    }

    async fn answer(&self, question: Question<'_>) -> Result<Verdict> {
        let Question { sent, stored, asker, mut request, .. } = question;
        let sent = Value::Object(sent.clone());
        if let Some(ids) = self.app_ids.as_ref().filter(|_| self.bridge.has("validateAppId")) {
            let args = vec![ids.clone(), sent.clone(), self.options.clone(), Value::Object(request.clone())];
            self.bridge.call("validateAppId", args, FAILED).await?;
        }
        let method = match (stored, asker) {
            _ if self.bridge.has(WHOLE) => WHOLE,
            (Some(_), Asker::Stranger) => "validateLogin",
            (Some(_), _) => "validateUpdate",
            (None, _) => "validateSetUp",
        };
        if method != WHOLE {
            request.set("triggerName", Value::from(method));
        }
        let args = vec![sent, self.options.clone(), Value::Object(request)];
        Ok(verdict(self.bridge.call(method, args, FAILED).await?))
    }
}

impl Provider for Adapter {
    fn role(&self, _: &Map) -> Role {
        self.role
    }

    fn check<'a>(&'a self, question: Question<'a>) -> Checked<'a> {
        Box::pin(self.answer(question))
    }

    fn wants_request(&self) -> bool {
        true
    }

    fn challenge<'a>(&'a self, challenge: Challenge<'a>) -> Asked<'a> {
        Box::pin(async move {
            if !self.bridge.has("challenge") {
                return Ok(None);
            }
            let Challenge { wish, sent, request } = challenge;
            let sent = sent.cloned().unwrap_or_default();
            let args = vec![wish.clone(), sent, self.options.clone(), Value::Object(request)];
            let said = self.bridge.call("challenge", args, NO_CHALLENGE).await?;
            Ok(Some(said.unwrap_or(Value::Bool(true))))
        })
    }

    fn is_asked_what_to_show(&self) -> bool {
        self.bridge.has("afterFind")
    }

    /// Where it cannot be asked, nothing of what it may want hidden is shown.
    fn shown(&self, _: &Map) -> Option<Map> {
        self.is_asked_what_to_show().then(Map::new)
    }

    fn after_find<'a>(&'a self, request: &'a Map, stored: &'a Map) -> Asked<'a> {
        let args = vec![Value::Object(request.clone()), Value::Object(stored.clone()), self.options.clone()];
        Box::pin(self.bridge.call("afterFind", args, FAILED))
    }
}

/// What an adapter's result means; nothing, and anything but an object, says that all is well.
fn verdict(result: Option<Value>) -> Verdict {
    let Some(Value::Object(mut result)) = result else { return Verdict::default() };
    let mut taken = |key: &str| result.take(key).filter(Value::truthy);
    let save = taken("save").and_then(|save| save.as_object().cloned());
    Verdict { save, keep: taken("doNotSave").is_some(), response: taken("response"), refused: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(result: &str) -> (Option<String>, bool, Option<String>) {
        let Verdict { save, keep, response, .. } = verdict(wire::parse(result.as_bytes(), 9).ok());
        (save.map(|save| wire::to_string(&Value::Object(save))), keep, response.map(|told| wire::to_string(&told)))
    }

    #[test]
    fn a_result_says_what_is_stored_and_what_is_told() {
        assert_eq!(read("{}"), (None, false, None));
        assert_eq!(read("true"), (None, false, None));
        assert_eq!(read(r#"{"save":{"id":"1"}}"#), (Some(r#"{"id":"1"}"#.into()), false, None));
        assert_eq!(read(r#"{"doNotSave":true,"response":{"a":1}}"#), (None, true, Some(r#"{"a":1}"#.into())));
        assert_eq!(read(r#"{"save":"text","doNotSave":0,"response":""}"#), (None, false, None));
    }
}
