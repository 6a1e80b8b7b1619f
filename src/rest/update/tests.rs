//! What hooks are told of fields that the caller does not see.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use super::*;
use crate::cloud::{Invoker, TriggerAnswer, TriggerRequest};
use crate::rest::tests::{call, map};
use crate::rest::{create, delete};

/// Code that only notes what it was told.
#[derive(Default)]
struct Spy(Mutex<Vec<(Trigger, TriggerRequest)>>);

impl Invoker for Spy {
    fn has(&self, class: &str, _: Trigger) -> bool {
        class == "A"
    }

    fn run<'a>(
        &'a self,
        _: &'a str,
        trigger: Trigger,
        request: TriggerRequest,
    ) -> Pin<Box<dyn Future<Output = Result<TriggerAnswer>> + Send + 'a>> {
        self.0.lock().unwrap().push((trigger, request));
        Box::pin(async { Ok(TriggerAnswer::default()) })
    }
}

impl Spy {
    /// Which of the two protected fields the last run of a hook saw: in the object, and in the one before the change.
    fn saw(&self, wanted: Trigger) -> [String; 2] {
        let told = self.0.lock().unwrap();
        let (_, request) = told.iter().rev().find(|(trigger, _)| *trigger == wanted).unwrap();
        let seen = |map: &Option<Map>| {
            let has = |field: &&str| map.as_ref().is_some_and(|map| map.contains_key(field));
            ["a", "b"].into_iter().filter(has).collect::<String>()
        };
        [seen(&request.object), seen(&request.original)]
    }
}

#[tokio::test]
async fn hooks_see_what_the_caller_sees_unless_they_are_exempt() {
    for (exempt, saved) in [(false, ["a", ""]), (true, ["ab", "ab"])] {
        let (dir, spy) = (tempfile::TempDir::new().unwrap(), Arc::new(Spy::default()));
        let options = format!(
            r#"{{"allowClientClassCreation":true,"protectedFieldsTriggerExempt":{exempt},
            "protectedFields":{{"A":{{"*":["a","b"]}}}}}}"#
        );
        let call = call(&dir, &options, spy.clone()).await;
        create::create(&call, "A", Value::Object(map(r#"{"a":1,"b":2,"c":3}"#))).await.unwrap();
        let told = spy.0.lock().unwrap().last().unwrap().1.object.clone().unwrap();
        let id = told.get("objectId").and_then(Value::as_str).unwrap();
        update(&call, "A", id, Value::Object(map(r#"{"a":5}"#))).await.unwrap();
        assert_eq!(spy.saw(Trigger::AfterSave), saved, "{exempt}");
        delete::delete(&call, "A", id).await.unwrap();
        assert_eq!(spy.saw(Trigger::BeforeDelete), ["", ""], "{exempt}");
    }
}
