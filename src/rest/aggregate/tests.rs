//! Which code of an app runs around an aggregation, on a database in a file.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex};

use super::aggregate;
use crate::access::{Limits, Subject};
use crate::auth::Caller;
use crate::cloud::{Invoker, Trigger, TriggerAnswer, TriggerRequest};
use crate::config::{self, Input};
use crate::error::{Code, Error, Result};
use crate::model::id::Random;
use crate::model::{Date, Map, Value, wire};
use crate::rest::engine::Clock;
use crate::rest::{Call, Engine, create};
use crate::storage::sqlite::Sqlite;

/// Code that keeps what it was told; it narrows the class `Narrowed` and refuses `Refused`.
#[derive(Default)]
struct Spy(Mutex<Vec<String>>);

/// A clock that stands and chance that counts.
#[derive(Default)]
struct Even(AtomicU8);

impl Clock for Even {
    fn now(&self) -> Date {
        Date(0)
    }
}

impl Random for Even {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0.fetch_add(1, Ordering::Relaxed));
    }
}

impl Invoker for Spy {
    fn has(&self, _: &str, trigger: Trigger) -> bool {
        matches!(trigger, Trigger::BeforeFind | Trigger::AfterFind)
    }

    fn run<'a>(
        &'a self,
        class: &'a str,
        trigger: Trigger,
        request: TriggerRequest,
    ) -> Pin<Box<dyn Future<Output = Result<TriggerAnswer>> + Send + 'a>> {
        let query = request.query.map(|query| wire::to_string(&Value::Object(query)));
        self.0.lock().unwrap().push(format!("{class} {trigger:?} {}", query.unwrap_or_default()));
        let clause = Value::Object(Map::from([("n", Value::Number(1.0))]));
        Box::pin(async move {
            match class {
                "Refused" => Err(Error::new(Code::ScriptFailed, "no")),
                "Narrowed" => Ok(TriggerAnswer { query: Some(Map::from([("where", clause)])), ..Default::default() }),
                _ => Ok(TriggerAnswer::default()),
            }
        })
    }
}

async fn call(code: Arc<Spy>, dir: &tempfile::TempDir) -> Call {
    let input = Input {
        file: Some(std::path::Path::new("config.json")),
        flags: Vec::new(),
        env: &BTreeMap::new(),
        read_file: &|_| Ok(r#"{"appId":"app","masterKey":"mk"}"#.to_owned()),
        made_app: &mut |_| panic!("an app is configured"),
    };
    let config = config::load(input).unwrap().server.apps.remove(0);
    let storage = Arc::new(Sqlite::open(&dir.path().join("x.db")).unwrap());
    let engine =
        Engine::new(config, storage, code, Arc::new(Even::default()), Arc::new(Even::default())).await.unwrap();
    Call {
        engine: Arc::new(engine),
        caller: Arc::new(Caller { subject: Subject::Master, ..Caller::anonymous() }),
        context: Map::new(),
        headers: Arc::default(),
        ip: None,
        limits: Limits::default(),
        room: Arc::new(crate::rest::Room::new(Arc::default())),
        in_transaction: false,
    }
}

fn map(text: &str) -> Map {
    wire::parse(text.as_bytes(), 9).unwrap().as_object().cloned().unwrap()
}

#[tokio::test]
async fn before_find_runs_and_after_find_does_not() {
    let (dir, code) = (tempfile::TempDir::new().unwrap(), Arc::new(Spy::default()));
    let call = call(Arc::clone(&code), &dir).await;
    let ask = async |class: &str, params: &str| {
        let answer = aggregate(&call, class, map(params)).await;
        answer.map(|answer| String::from_utf8(answer.body).unwrap()).map_err(|e| e.to_string())
    };
    for row in [r#"{"n":1}"#, r#"{"n":2}"#] {
        create::create(&call, "Narrowed", Value::Object(map(row))).await.unwrap();
    }
    assert_eq!(ask("Narrowed", r#"{"distinct":"n","where":{"n":{"$gt":0}}}"#).await.unwrap(), r#"{"results":[1]}"#);
    assert_eq!(ask("Narrowed", r#"{"$count":"n"}"#).await.unwrap(), r#"{"results":[{"n":2}]}"#);
    assert_eq!(ask("Refused", r#"{"$count":"n"}"#).await.unwrap_err(), "141: no");
    let told = code.0.lock().unwrap();
    assert_eq!(
        *told,
        [
            r#"Narrowed BeforeFind {"where":{"n":{"$gt":0}}}"#,
            r#"Narrowed BeforeFind {"where":{}}"#,
            r#"Refused BeforeFind {"where":{}}"#
        ]
    );
}
