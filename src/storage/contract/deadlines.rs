//! 124 when an answer is of no use any more.

use std::time::{Duration, Instant};

use super::kit::{Bed, Class};
use crate::access::{Limits, Read, internal};
use crate::error::Code;
use crate::model::Filter;

fn until(t: &Class<'_>, filter: Filter, deadline: Instant) -> Read {
    internal("a test").read(std::sync::Arc::clone(&t.schema), filter, Limits { deadline: Some(deadline) })
}

/// Nothing begins after the deadline; before it everything is as without one.
pub async fn passed(db: &Bed) {
    let t = db.class("T", "n Number, o Object").await;
    t.put([("a", r#"{"n":1,"o":{"k":1}}"#)]).await;
    for clause in ["{}", r#"{"n":1}"#, r#"{"o.k":1}"#, r#"{"objectId":"a"}"#] {
        let late = until(&t, t.filter(clause), Instant::now() - Duration::from_millis(1));
        assert_eq!(db.find(&late).await.err().map(|e| e.code()), Some(Some(Code::Timeout)), "{clause}");
        assert_eq!(db.count(&late).await.unwrap_err().code(), Some(Code::Timeout), "{clause}");
        assert_eq!(db.distinct(&late, &"n".into()).await.unwrap_err().code(), Some(Code::Timeout), "{clause}");
        let early = until(&t, t.filter(clause), Instant::now() + Duration::from_secs(600));
        assert_eq!(t.ids(&early).await, "a", "{clause}");
    }
}

/// A query that may run for minutes ends in the middle, and those after it are not the worse for it.
pub async fn passes(db: &Bed) {
    let t = db.class("T", "a Array").await;
    let numbers: Vec<String> = (0..2000).map(|i| i.to_string()).collect();
    let body = format!(r#"{{"a":[{}]}}"#, numbers.join(","));
    let ids: Vec<String> = (0..200).map(|i| format!("i{i}")).collect();
    t.put(ids.iter().map(|id| (id.as_str(), body.as_str()))).await;
    let strangers: Vec<String> = (0..2000).map(|i| format!("{i}.5")).collect();
    let heavy = format!(r#"{{"a":{{"$in":[{}]}}}}"#, strangers.join(","));
    let heavy = Filter::Or((0..200).map(|_| t.filter(&heavy)).collect());
    // An engine that hashes such lists needs a tenth of a second.
    let plan = until(&t, heavy, Instant::now() + Duration::from_millis(40));
    assert_eq!(db.find(&plan).await.err().map(|e| e.code()), Some(Some(Code::Timeout)));
    t.finds(&[(r#"{"a":5,"objectId":"i7"}"#, "i7")]).await;
}
