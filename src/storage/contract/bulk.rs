//! Going through whole classes, and filling them.

use futures_util::TryStreamExt;

use super::kit::{Bed, json};
use crate::storage::{Entry, Relation, SchemaChange, Side};

/// Every row comes once, in the order of a query that asks for none, or in that of ids, whatever the size of the pages; internal columns
/// come along.
pub async fn rows_in_order(db: &Bed) {
    let t = db.class("T", "n Number, s String").await;
    let ids: Vec<String> = (0..25).map(|n| format!("{}{n}", if n % 2 == 0 { "z" } else { "A" })).collect();
    let rows =
        ids.iter().enumerate().map(|(n, id)| (id.as_str(), ["{\"n\":1,\"_tombstone\":2}", "{\"s\":\"x\"}"][n % 2]));
    t.put(rows).await;
    let mut sorted = ids.clone();
    sorted.sort();
    let found = t.ids(&t.read("{}")).await;
    for some in [1, 5, 24, 25, 26, 1000] {
        let plan = t.read("{}");
        let lying: Vec<_> = db.scan(&plan, some).try_collect().await.unwrap();
        let lying = lying.iter().flat_map(|page| (0..page.len()).map(|row| page.object(row).unwrap().id));
        assert_eq!(lying.collect::<Vec<_>>().join(" "), found, "{some} at a time");
        let pages: Vec<_> = db.scan_by_id(&plan, some).try_collect().await.unwrap();
        let objects = pages.iter().flat_map(|page| (0..page.len()).map(|row| page.object(row).unwrap()));
        let objects: Vec<_> = objects.collect();
        assert_eq!(objects.iter().map(|object| object.id.as_str()).collect::<Vec<_>>(), sorted, "{some} at a time");
        let named = pages.iter().flat_map(|page| (0..page.len()).map(|row| page.id(row).unwrap()));
        assert_eq!(named.collect::<Vec<_>>(), sorted);
        assert!(pages.iter().all(|page| (0..page.len()).all(|row| page.odd(row).is_empty())));
        assert!(objects.iter().all(|object| object.fields.contains_key("n") != object.internal.is_empty()));
    }
    let plan = t.read(r#"{"s":"x"}"#);
    for pages in [db.scan(&plan, 5), db.scan_by_id(&plan, 5)] {
        let pages: Vec<_> = pages.try_collect().await.unwrap();
        assert_eq!(pages.iter().map(|page| page.len()).sum::<usize>(), 12);
    }
    let unknown = super::kit::Class { db: &**db, schema: std::sync::Arc::new(crate::model::ClassSchema::new("No")) };
    assert!(db.scan(&unknown.read("{}"), 5).try_collect::<Vec<_>>().await.unwrap().iter().all(|page| page.is_empty()));
}

/// Entries that are put in come out again, each once.
pub async fn relations(db: &Bed) {
    db.class("T", "likes Relation U, other Relation U").await;
    let likes = Relation { class: "T".into(), field: "likes".into() };
    let entry = |n: usize| -> Entry { (format!("o{}", n % 7), format!("r{n}")) };
    db.relate(&likes, (0..30).map(entry).collect()).await.unwrap();
    db.relate(&likes, Vec::new()).await.unwrap();
    let mut expected: Vec<Entry> = (0..30).map(entry).collect();
    expected.sort();
    for some in [1, 7, 30, 1000] {
        let pages: Vec<Vec<Entry>> = db.entries(&likes, some).try_collect().await.unwrap();
        let mut all = pages.concat();
        all.sort();
        assert_eq!(all, expected, "{some} at a time");
    }
    let mut related = db.joined(&likes, Side::Owning, &["o3".to_owned()]).await.unwrap();
    related.sort();
    assert_eq!(related, ["r10", "r17", "r24", "r3"]);
    let other = Relation { class: "T".into(), field: "other".into() };
    assert!(db.entries(&other, 5).try_collect::<Vec<_>>().await.unwrap().concat().is_empty());
}

/// Indexes are told as they are: declared ones, unique ones, those of any case; none that has been taken away.
pub async fn real_indexes(db: &Bed) {
    assert_eq!(db.indexes("T").await.unwrap(), []);
    db.class("T", "n Number, s String, p Pointer U").await;
    db.class("_User", "").await;
    let indexes = json(r#"{"one":{"n":1},"two":{"s":1,"n":-1},"three":{"_p_p":1},"words":{"s":"text"}}"#);
    db.alter(SchemaChange::CreateIndexes { class: "T".into(), indexes: indexes.clone() }).await.unwrap();
    let unique = |field: &str| SchemaChange::EnsureUnique { class: "_User".into(), field: field.into() };
    let change = SchemaChange::EnsureUniqueText { class: "_User".into(), field: "username".into() };
    for change in [unique("authData.facebook.id"), change] {
        db.alter(change).await.unwrap();
    }
    let there = db.indexes("T").await.unwrap();
    for (name, keys) in &indexes {
        let index = there.iter().find(|index| index.name == name.as_str()).unwrap();
        assert_eq!(Some(&index.keys), keys.as_object(), "{name}");
        assert!(!index.is_unique && !index.any_case, "{name}");
    }
    assert_eq!(there.len(), indexes.len(), "{there:?}");
    let there = db.indexes("_User").await.unwrap();
    let over = |keys: &str| there.iter().filter(move |index| index.keys == json(keys)).collect::<Vec<_>>();
    assert!(over(r#"{"_auth_data_facebook.id":1}"#).iter().any(|index| index.is_unique), "{there:?}");
    let names = over(r#"{"username":1}"#);
    assert!(names.iter().any(|index| index.is_unique) && names.iter().any(|index| index.any_case), "{there:?}");
    assert!(over(r#"{"email":1}"#).iter().all(|index| !index.is_unique), "{there:?}");
    db.alter(SchemaChange::DropIndexes { class: "T".into(), names: vec!["one".into(), "words".into()] }).await.unwrap();
    let left: Vec<String> = db.indexes("T").await.unwrap().into_iter().map(|index| index.name).collect();
    assert_eq!(left, ["two", "three"]);
    assert_eq!(db.oddities().await.unwrap(), []);
}
