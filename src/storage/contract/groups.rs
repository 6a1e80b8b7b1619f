//! Permission lists: who is in none of them does not see the object, nor change it.

use super::kit::{Bed, Class};
use crate::access::Write;
use crate::storage::Outcome;

fn list(groups: &[&str]) -> Vec<String> {
    groups.iter().map(|&g| g.to_owned()).collect()
}

async fn rows(db: &Bed) -> Class<'_> {
    let t = db.class("T", "n Number").await;
    let acl = |acl: &str| format!(r#"{{"n":1,"ACL":{acl}}}"#);
    t.put([
        ("all", acl(r#"{"*":{"read":true,"write":true}}"#).as_str()),
        ("none", &acl("{}")),
        ("open", r#"{"n":1}"#),
        ("read", &acl(r#"{"*":{"read":true},"u1":{"write":true}}"#)),
        ("role", &acl(r#"{"role:a b":{"read":true,"write":true}}"#)),
        ("two", &acl(r#"{"u1":{"read":true},"u12":{"read":true,"write":true}}"#)),
    ])
    .await;
    t
}

/// Finding, counting, distinct.
pub async fn reading(db: &Bed) {
    let t = rows(db).await;
    for (groups, ids) in [
        (vec!["*"], "all open read"),
        (vec!["*", "u1"], "all open read two"),
        (vec!["*", "u12"], "all open read two"),
        (vec!["*", "u"], "all open read"),
        (vec!["*", "1"], "all open read"),
        (vec!["*", "role:a b"], "all open read role"),
        (vec!["*", "role:a"], "all open read"),
        (vec!["*", "role:a b", "u1"], "all open read role two"),
        (vec![], "open"),
        (vec![""], "open"),
    ] {
        let plan = t.read(r#"{"n":1}"#).ordered(super::kit::keys("objectId")).for_groups(list(&groups));
        assert_eq!(t.ids(&plan).await, ids, "{groups:?}");
        let number = ids.split(' ').count();
        assert_eq!(db.count(&plan).await.unwrap(), number as u64, "{groups:?}");
        assert_eq!(db.distinct(&plan, &"objectId".into()).await.unwrap().len(), number, "{groups:?}");
    }
    t.finds(&[("{}", "all none open read role two")]).await;
    let one = t.read(r#"{"objectId":"none"}"#).for_groups(list(&["*", "u1"]));
    assert_eq!(t.ids(&one).await, "");
}

/// Updates and deletes, by the write list.
pub async fn writing(db: &Bed) {
    let t = rows(db).await;
    for (id, groups, may) in [
        ("all", vec!["*"], true),
        ("open", vec!["*"], true),
        ("none", vec!["*", "u1"], false),
        ("read", vec!["*"], false),
        ("read", vec!["*", "u1"], true),
        ("two", vec!["*", "u1"], false),
        ("two", vec!["*", "u12"], true),
        ("role", vec!["*", "role:a b"], true),
        ("role", vec!["*", "role:b"], false),
    ] {
        let own = format!(r#"{{"objectId":"{id}"}}"#);
        let update = t.update(&own, r#"{"n":2}"#).for_groups(list(&groups));
        let Outcome::Updated(after) = t.write(Write::Update(update)).await.unwrap() else { panic!("no update") };
        assert_eq!(after.is_some(), may, "{id} {groups:?}");
        let stored = t.get(id).await.unwrap().fields["n"].as_number();
        assert_eq!(stored == Some(2.0), may, "{id} {groups:?}");
        t.change(&own, r#"{"n":1}"#).await.unwrap().unwrap();
    }
    let delete = t.delete("{}").for_groups(list(&["*", "u1"]));
    assert_eq!(t.write(Write::Delete(delete)).await.unwrap(), Outcome::Deleted(3));
    t.finds(&[("{}", "none role two")]).await;
    t.change(r#"{"objectId":"none"}"#, r#"{"ACL":{"u1":{"read":true,"write":true}}}"#).await.unwrap();
    let delete = t.delete("{}").for_groups(list(&["*", "u1"]));
    assert_eq!(t.write(Write::Delete(delete)).await.unwrap(), Outcome::Deleted(1));
}
