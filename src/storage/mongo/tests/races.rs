//! Two processes on one database: what both want at the same time, one gets at most.

use std::collections::BTreeSet;

use futures_util::future::join_all;

use super::{class, engine, open_at};
use crate::access::{Write, internal};
use crate::error::Code;
use crate::storage::{SchemaChange, Storage};

const TRIES: usize = 12;

async fn want_unique(mongo: &impl Storage) {
    for field in ["username", "email"] {
        mongo.alter(SchemaChange::EnsureUnique { class: "_User".into(), field: field.into() }).await.unwrap();
        mongo.alter(SchemaChange::EnsureUniqueText { class: "_User".into(), field: field.into() }).await.unwrap();
    }
}

#[tokio::test]
async fn names_that_differ_in_case() {
    let Some((uri, _keep)) = engine() else { return };
    let (one, two) = (open_at(&uri).await, open_at(&uri).await);
    want_unique(&one).await;
    want_unique(&two).await;
    let (here, there) = (class(&one, "_User", ""), class(&two, "_User", ""));
    for i in 0..TRIES {
        let creates = [(&here, "a", "Ann"), (&there, "b", "aNN"), (&here, "c", "ANN"), (&there, "d", "ann")];
        let creates = creates
            .map(|(t, id, name)| t.write(t.create(&format!("{id}{i}"), &format!(r#"{{"username":"{name}{i}"}}"#))));
        let done = join_all(creates).await;
        let refused = done.iter().filter_map(|done| done.as_ref().err());
        refused
            .for_each(|e| assert_eq!((e.code(), e.duplicate_field()), (Some(Code::DuplicateValue), Some("username"))));
        let kept = here
            .db
            .count(&here.read(&format!(r#"{{"username":{{"$regex":"^ann{i}$","$options":"i"}}}}"#)))
            .await
            .unwrap();
        assert!(kept <= 1, "{kept} users of one name");
        assert_eq!(done.iter().filter(|done| done.is_ok()).count() as u64, kept);
    }
}

#[tokio::test]
async fn renames_that_differ_in_case() {
    let Some((uri, _keep)) = engine() else { return };
    let (one, two) = (open_at(&uri).await, open_at(&uri).await);
    want_unique(&one).await;
    want_unique(&two).await;
    let (here, there) = (class(&one, "_User", "n Number"), class(&two, "_User", "n Number"));
    here.put([("a", r#"{"username":"first","email":"f@x"}"#), ("b", r#"{"username":"second","email":"s@x"}"#)]).await;
    for i in 0..TRIES {
        let body = |name: &str| {
            format!(r#"{{"username":"{name}{i}","email":"{name}{i}@x","n":{{"__op":"Increment","amount":1}}}}"#)
        };
        let (a, b) = (body("Bob"), body("bOB"));
        let changes = [here.change(r#"{"objectId":"a"}"#, &a), there.change(r#"{"objectId":"b"}"#, &b)];
        let done = join_all(changes).await;
        let rows = [here.get("a").await.unwrap(), here.get("b").await.unwrap()];
        let names: BTreeSet<String> =
            rows.iter().map(|row| row.fields["username"].as_str().unwrap().to_lowercase()).collect();
        assert_eq!(names.len(), 2, "{names:?}");
        for (row, done) in rows.iter().zip(done) {
            let name = row.fields["username"].as_str().unwrap();
            assert_eq!(done.is_ok(), name.ends_with(&i.to_string()), "{name}");
            assert_eq!(row.fields["email"].as_str().unwrap().starts_with(name), name.len() > 6 || done.is_ok());
        }
        for (id, name) in [("a", "first"), ("b", "second")] {
            let back = format!(r#"{{"username":"{name}"}}"#);
            here.change(&format!(r#"{{"objectId":"{id}"}}"#), &back).await.unwrap().unwrap();
        }
    }
}

#[tokio::test]
async fn rows_for_one_token() {
    let Some((uri, _keep)) = engine() else { return };
    let (one, two) = (open_at(&uri).await, open_at(&uri).await);
    let (here, there) = (class(&one, "T", "token String"), class(&two, "T", "token String"));
    let mut made = 0;
    for i in 0..TRIES {
        let clause = format!(r#"{{"token":"{i}"}}"#);
        let groups = [(&here, "a"), (&there, "b"), (&here, "c"), (&there, "d")].map(|(t, id)| {
            let absent = Write::Absent(internal("a test asks").absent(t.schema.clone(), t.filter(&clause)));
            t.db.write(vec![absent, t.create(&format!("{id}{i}"), &clause)], true)
        });
        let done: Vec<usize> = join_all(groups).await.into_iter().map(|done| done.unwrap().len()).collect();
        let kept = here.db.count(&here.read(&clause)).await.unwrap();
        assert!(kept <= 1, "{kept} rows for one token");
        assert_eq!(done.iter().filter(|written| **written == 2).count() as u64, kept);
        made += kept;
    }
    assert!(made > 0, "nobody ever gets it");
}
