//! Going through whole classes, and filling them.

use futures_util::TryStreamExt;

use super::kit::Bed;
use crate::storage::{Entry, Relation, Side};

/// Every row comes once, in the order of ids, whatever the size of the pages; internal columns come along.
pub async fn rows_in_order(db: &Bed) {
    let t = db.class("T", "n Number, s String").await;
    let ids: Vec<String> = (0..25).map(|n| format!("{}{n}", if n % 2 == 0 { "z" } else { "A" })).collect();
    let rows =
        ids.iter().enumerate().map(|(n, id)| (id.as_str(), ["{\"n\":1,\"_tombstone\":2}", "{\"s\":\"x\"}"][n % 2]));
    t.put(rows).await;
    let mut sorted = ids.clone();
    sorted.sort();
    for some in [1, 5, 24, 25, 26, 1000] {
        let plan = t.read("{}");
        let lying: Vec<_> = db.scan(&plan, some).try_collect().await.unwrap();
        let lying = lying.iter().flat_map(|page| (0..page.len()).map(|row| page.object(row).unwrap().id));
        assert_eq!(lying.collect::<Vec<_>>(), ids, "{some} at a time");
        let pages: Vec<_> = db.scan_by_id(&plan, some).try_collect().await.unwrap();
        let objects = pages.iter().flat_map(|page| (0..page.len()).map(|row| page.object(row).unwrap()));
        let objects: Vec<_> = objects.collect();
        assert_eq!(objects.iter().map(|object| object.id.as_str()).collect::<Vec<_>>(), sorted, "{some} at a time");
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
