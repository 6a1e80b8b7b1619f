//! However many roles there are, each step of inheritance is two queries, and steps are bounded.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use super::*;
use crate::access::{Aggregate, Read, Update, Write};
use crate::app::SystemClock;
use crate::auth::Caller;
use crate::cloud::NoCode;
use crate::model::{ClassSchema, Map, Path};
use crate::rest::tests::{map, over};
use crate::rest::{Call, create};
use crate::storage::sqlite::Sqlite;
use crate::storage::{Answer, Outcome, Rows, SchemaChange, Storage};

/// Counts what is asked of a database, and tells a lineage if there is one to tell.
struct Counted(Sqlite, AtomicUsize, Mutex<Option<Lineage>>);

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
    fn change_all<'a>(&'a self, plan: &'a Update) -> Answer<'a, u64> {
        self.asked().change_all(plan)
    }
    fn joined<'a>(&'a self, relation: &'a Relation, side: Side, ids: &'a [String]) -> Answer<'a, Vec<String>> {
        self.asked().joined(relation, side, ids)
    }
    fn lineage<'a>(&'a self, _: &'a Relation, _: &'a Relation, _: &'a str) -> Answer<'a, Option<Lineage>> {
        let told = self.2.lock().unwrap().clone();
        if told.is_some() {
            self.asked();
        }
        Box::pin(std::future::ready(Ok(told)))
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
    let storage =
        Arc::new(Counted(Sqlite::open(&dir.path().join("x.db")).unwrap(), AtomicUsize::new(0), Mutex::default()));
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

#[tokio::test]
async fn what_a_database_tells_at_once_is_two_queries() {
    let dir = tempfile::TempDir::new().unwrap();
    let sqlite = Sqlite::open(&dir.path().join("x.db")).unwrap();
    let storage = Arc::new(Counted(sqlite, AtomicUsize::new(0), Mutex::default()));
    let call = over(storage.clone(), Arc::new(SystemClock), "{}", Arc::new(NoCode)).await;
    let call = Call { caller: Arc::new(Caller::server()), ..call };
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(role(&call, &format!("r{n}"), "users", "_User", "somebody").await);
    }
    let above = |entries: &[(&str, &str)]| entries.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(|n| ids[n].as_str());
    let cases = [
        ("none", vec![], vec![], ""),
        ("one", vec![a], vec![], "r0"),
        ("a line", vec![a], vec![(c, b), (b, a), (d, c)], "r0 r1 r2 r3"),
        ("a circle", vec![a, b], vec![(a, c), (c, a), (b, b), (c, b)], "r0 r1 r2"),
        ("past one that was deleted", vec![a, "gone"], vec![("lost", a), (d, "lost"), (e, "gone")], "r0"),
    ];
    for (user, first, entries, roles) in cases {
        let first = first.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        let some = usize::from(!first.is_empty());
        *storage.2.lock().unwrap() = Some(Lineage { first, above: above(&entries) });
        let before = storage.1.load(Ordering::Relaxed);
        let mut found = call.engine.auth.roles(user, call.engine.clock.now()).await.unwrap();
        assert_eq!(storage.1.load(Ordering::Relaxed) - before, 1 + some, "{user}");
        found.sort();
        assert_eq!(found.join(" ").replace("role:", ""), roles, "{user}");
    }
}
