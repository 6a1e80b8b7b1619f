//! However many roles there are, each step of inheritance is two queries, and steps are bounded.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::access::{Aggregate, Read, Write};
use crate::app::SystemClock;
use crate::auth::Caller;
use crate::cloud::NoCode;
use crate::model::{ClassSchema, Map, Path};
use crate::rest::tests::{map, over};
use crate::rest::{Call, create};
use crate::storage::sqlite::Sqlite;
use crate::storage::{Answer, Outcome, Rows, SchemaChange, Storage};

/// Counts what is asked of a database.
struct Counted(Sqlite, AtomicUsize);

impl Counted {
    fn asked(&self) -> &Sqlite {
        self.1.fetch_add(1, Ordering::Relaxed);
        &self.0
    }
}

impl Storage for Counted {
    fn find<'a>(&'a self, plan: &'a Read) -> Answer<'a, Rows> {
        self.asked().find(plan)
    }
    fn count<'a>(&'a self, plan: &'a Read) -> Answer<'a, u64> {
        self.asked().count(plan)
    }
    fn distinct<'a>(&'a self, plan: &'a Read, path: &'a Path) -> Answer<'a, Vec<Value>> {
        self.asked().distinct(plan, path)
    }
    fn aggregate<'a>(&'a self, plan: &'a Aggregate) -> Answer<'a, Vec<Map>> {
        self.asked().aggregate(plan)
    }
    fn explain<'a>(&'a self, plan: &'a Read) -> Answer<'a, Value> {
        self.asked().explain(plan)
    }
    fn write<'a>(&'a self, writes: Vec<Write>, atomic: bool) -> Answer<'a, Vec<Result<Outcome>>> {
        self.asked().write(writes, atomic)
    }
    fn joined<'a>(&'a self, relation: &'a Relation, side: Side, ids: &'a [String]) -> Answer<'a, Vec<String>> {
        self.asked().joined(relation, side, ids)
    }
    fn claim<'a>(&'a self, key: &'a str, now: Date, until: Date) -> Answer<'a, bool> {
        self.asked().claim(key, now, until)
    }
    fn schemas(&self) -> Answer<'_, Vec<ClassSchema>> {
        self.asked().schemas()
    }
    fn alter(&self, change: SchemaChange) -> Answer<'_, ()> {
        self.asked().alter(change)
    }
    fn ping(&self) -> Answer<'_, ()> {
        self.asked().ping()
    }
    fn close(&self) -> Answer<'_, ()> {
        self.asked().close()
    }
}

/// A role that holds a user, or another role; its id.
async fn role(call: &Call, name: &str, field: &str, class: &str, held: &str) -> String {
    let pointer = format!(r#"{{"__type":"Pointer","className":"{class}","objectId":"{held}"}}"#);
    let holds = format!(r#""{field}":{{"__op":"AddRelation","objects":[{pointer}]}}"#);
    let body = map(&format!(r#"{{"name":"{name}","ACL":{{}},{holds}}}"#));
    let answer = create::create(call, "_Role", Value::Object(body)).await.unwrap();
    let told = map(std::str::from_utf8(&answer.body).unwrap());
    told.get("objectId").and_then(Value::as_str).unwrap().to_owned()
}

#[tokio::test]
async fn a_step_is_two_queries_however_many_roles_it_finds() {
    let dir = tempfile::TempDir::new().unwrap();
    let storage = Arc::new(Counted(Sqlite::open(&dir.path().join("x.db")).unwrap(), AtomicUsize::new(0)));
    let call = over(storage.clone(), Arc::new(SystemClock), "{}", Arc::new(NoCode)).await;
    let call = Call { caller: Arc::new(Caller::server()), ..call };
    for n in 0..40 {
        role(&call, &format!("wide{n}"), "users", "_User", "wide").await;
    }
    let mut last = role(&call, "deep0", "users", "_User", "deep").await;
    for n in 1..MOST_STEPS + 5 {
        last = role(&call, &format!("deep{n}"), "roles", "_Role", &last).await;
    }
    let now = call.engine.clock.now();
    for (user, roles, steps) in [("wide", 40, 1), ("deep", MOST_STEPS, MOST_STEPS), ("nobody", 0, 0)] {
        let before = storage.1.load(Ordering::Relaxed);
        assert_eq!(call.engine.auth.roles(user, now).await.unwrap().len(), roles, "{user}");
        let asked = storage.1.load(Ordering::Relaxed) - before;
        assert_eq!(asked, 1 + 2 * steps, "{user}");
        call.engine.auth.roles(user, now).await.unwrap();
        assert_eq!(storage.1.load(Ordering::Relaxed) - before, asked, "{user} is remembered");
    }
}
