//! Several writes at once: with `atomic` all or none.

use super::kit::{Bed, Class, text};
use crate::access::{Join, Write};
use crate::error::Code;
use crate::storage::{Outcome, Relation, Side};

async fn rows(db: &Bed) -> Class<'_> {
    let t = db.class("T", "n Number, r Relation T").await;
    t.put([("a", r#"{"n":1}"#), ("b", r#"{"n":1}"#)]).await;
    t
}

/// All of them, in their order, each seeing those before it.
pub async fn all(db: &Bed) {
    let t = rows(db).await;
    let done = db
        .write(
            vec![
                t.create("c", r#"{"n":1}"#),
                Write::Update(t.update(r#"{"objectId":"c"}"#, r#"{"n":{"__op":"Increment","amount":1}}"#)),
                Write::Delete(t.delete(r#"{"n":1}"#)),
                t.create("a", r#"{"n":9}"#),
            ],
            true,
        )
        .await
        .unwrap();
    let done: Vec<Outcome> = done.into_iter().map(Result::unwrap).collect();
    assert!(
        matches!(&done[..], [Outcome::Created, Outcome::Updated(Some(_)), Outcome::Deleted(2), Outcome::Created]),
        "{done:?}"
    );
    t.finds(&[("{}", "a c"), (r#"{"n":2}"#, "c")]).await;
    assert!(db.write(Vec::new(), true).await.unwrap().is_empty());
}

/// One that fails, or finds nothing to change, undoes the others; those behind it are not tried.
pub async fn all_or_none(db: &Bed) {
    let t = rows(db).await;
    let joined = |write: Write| match write {
        Write::Update(plan) => {
            Write::Update(plan.with_joins(vec![Join { field: "r".into(), related: "x".into(), add: true }]))
        }
        other => other,
    };
    let bad: [(&str, Write); 4] = [
        ("a duplicate", t.create("a", "{}")),
        ("no object to update", Write::Update(t.update(r#"{"objectId":"z"}"#, r#"{"n":1}"#))),
        ("a wrong type", Write::Update(t.update(r#"{"objectId":"a"}"#, r#"{"n.x":1}"#))),
        ("no object to delete", Write::Delete(t.delete(r#"{"objectId":"z"}"#))),
    ];
    for (why, bad) in bad {
        let writes = vec![
            t.create("c", r#"{"n":5}"#),
            joined(Write::Update(t.update(r#"{"objectId":"a"}"#, r#"{"n":5}"#))),
            Write::Delete(t.delete(r#"{"objectId":"b"}"#)),
            bad,
            t.create("d", "{}"),
        ];
        let done = db.write(writes, true).await.unwrap();
        assert_eq!(done.len(), 4, "{why}");
        assert!(done[..3].iter().all(Result::is_ok), "{why}");
        match &done[3] {
            Err(error) => assert_ne!(error.code(), Some(Code::InternalServerError), "{why}"),
            Ok(outcome) => assert!(matches!(outcome, Outcome::Updated(None) | Outcome::Deleted(0)), "{why}"),
        }
        t.finds(&[("{}", "a b"), (r#"{"n":1}"#, "a b")]).await;
        let r = Relation { class: "T".into(), field: "r".into() };
        assert!(db.joined(&r, Side::Owning, &["a".into()]).await.unwrap().is_empty(), "{why}");
    }
}

/// Without `atomic` each write stands for itself.
pub async fn one_by_one(db: &Bed) {
    let t = rows(db).await;
    let done = db
        .write(
            vec![
                t.create("a", "{}"),
                t.create("c", r#"{"n":3}"#),
                Write::Update(t.update(r#"{"objectId":"z"}"#, r#"{"n":1}"#)),
                Write::Update(t.update(r#"{"objectId":"a"}"#, r#"{"n":7}"#)),
                Write::Update(t.update(r#"{"objectId":"a"}"#, r#"{"n.x":7}"#)),
                Write::Delete(t.delete(r#"{"objectId":"z"}"#)),
                Write::Delete(t.delete(r#"{"objectId":"b"}"#)),
            ],
            false,
        )
        .await
        .unwrap();
    let ok: Vec<bool> = done.iter().map(Result::is_ok).collect();
    assert_eq!(ok, [false, true, true, true, false, true, true]);
    assert_eq!(done[0].as_ref().unwrap_err().code(), Some(Code::DuplicateValue));
    assert_eq!(done[2].as_ref().unwrap(), &Outcome::Updated(None));
    t.finds(&[("{}", "a c"), (r#"{"n":7}"#, "a")]).await;
    assert_eq!(text(&t.get("a").await.unwrap()), r#"{"n":7}"#);
}
