//! Classes and their columns.

use super::kit::{Bed, fields, json, text};
use crate::model::{ClassSchema, FieldType, Map, Value};
use crate::storage::SchemaChange;

fn columns(schema: &ClassSchema) -> String {
    schema.fields.iter().map(|(name, field)| format!("{name} {}", field.ty)).collect::<Vec<_>>().join(", ")
}

const EVERY: &str = "objectId String, createdAt Date, updatedAt Date, ACL ACL";

/// Classes come back, whatever their order; making one again changes nothing of it.
pub async fn classes(db: &Bed) {
    assert!(db.schemas().await.unwrap().is_empty());
    db.class("B", "s String").await;
    db.class("A", "p Pointer B, r Relation A").await;
    db.class("_User", "").await;
    db.class("B", "s String").await;
    let mut all = db.schemas().await.unwrap();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    let names: Vec<&str> = all.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["A", "B", "_User"]);
    assert_eq!(columns(&all[0]), format!("{EVERY}, p Pointer<B>, r Relation<A>"));
    assert_eq!(columns(&all[1]), format!("{EVERY}, s String"));
    assert_eq!((all[0].clp.clone(), all[0].indexes.len()), (None, 0));
    assert_eq!(all[2], ClassSchema::new("_User"));
}

/// New columns, beside those that are there.
pub async fn more_fields(db: &Bed) {
    let t = db.class("T", "a Number").await;
    t.put([("x", r#"{"a":1}"#)]).await;
    let add = |columns| SchemaChange::AddFields { class: "T".into(), fields: fields(columns) };
    db.alter(add("b String, a String")).await.unwrap();
    db.alter(add("c Pointer A")).await.unwrap();
    assert_eq!(columns(&db.schema("T").await.unwrap()), format!("{EVERY}, a Number, b String, c Pointer<A>"));
    let wide: Vec<String> = (0..300).map(|i| format!("f{i} {}", ["Number", "String", "Array"][i % 3])).collect();
    db.alter(add(&wide.join(", "))).await.unwrap();
    let t = super::kit::Class { schema: db.schema("T").await.unwrap().into(), ..t };
    let row: Vec<String> = (0..300).step_by(3).map(|i| format!(r#""f{i}":{i}"#)).collect();
    let row = format!("{{{}}}", row.join(","));
    t.write(t.create("wide", &row)).await.unwrap();
    assert_eq!(text(&t.get("wide").await.unwrap()), row);
    t.finds(&[(r#"{"f297":297}"#, "wide"), (r#"{"a":1,"f297":null}"#, "x")]).await;
}

/// A deleted column takes its values along, and can come back with another type.
pub async fn deleted_fields(db: &Bed) {
    let t = db.class("T", "a Number, o Object, p Pointer A, s String").await;
    let p = r#"{"__type":"Pointer","className":"A","objectId":"1"}"#;
    t.put([("x", format!(r#"{{"a":1,"o":{{"k":1}},"p":{p},"s":"kept"}}"#).as_str()), ("y", r#"{"a":null}"#)]).await;
    let delete = |fields: &[&str]| SchemaChange::DeleteFields {
        class: "T".into(),
        fields: fields.iter().map(|&f| f.to_owned()).collect(),
    };
    db.alter(delete(&["a", "o", "p", "unknown"])).await.unwrap();
    assert_eq!(columns(&db.schema("T").await.unwrap()), format!("{EVERY}, s String"));
    assert_eq!(text(&t.get("x").await.unwrap()), r#"{"s":"kept"}"#);
    assert_eq!(text(&t.get("y").await.unwrap()), "{}");
    let again = fields("a String, o Array, p Number");
    db.alter(SchemaChange::AddFields { class: "T".into(), fields: again }).await.unwrap();
    let t = super::kit::Class { schema: db.schema("T").await.unwrap().into(), ..t };
    t.write(t.create("z", r#"{"a":"text","o":[1],"p":2}"#)).await.unwrap();
    t.finds(&[
        (r#"{"a":{"$exists":true}}"#, "z"),
        (r#"{"a":"text"}"#, "z"),
        (r#"{"o":1}"#, "z"),
        (r#"{"p":2}"#, "z"),
        (r#"{"p":null}"#, "x y"),
        (r#"{"s":"kept"}"#, "x"),
    ])
    .await;
}

/// Options of columns and class level permissions.
pub async fn declared(db: &Bed) {
    db.class("T", "a Number").await;
    let options = json(r#"{"required":true,"defaultValue":5}"#);
    let set = SchemaChange::SetFieldOptions { class: "T".into(), field: "a".into(), options: options.clone() };
    db.alter(set).await.unwrap();
    let clp = json(r#"{"find":{"*":true},"get":{},"protectedFields":{"*":["a"]}}"#);
    db.alter(SchemaChange::SetClp { class: "T".into(), clp: Some(clp.clone()) }).await.unwrap();
    let schema = db.schema("T").await.unwrap();
    assert_eq!((&schema.fields["a"].options, schema.clp), (&options, Some(clp)));
    assert_eq!(schema.fields["a"].ty, FieldType::Number);
    db.alter(SchemaChange::SetClp { class: "T".into(), clp: None }).await.unwrap();
    assert_eq!(db.schema("T").await.unwrap().clp, None);
}

/// Indexes are told as they were asked for, and change no answer.
pub async fn indexes(db: &Bed) {
    let t = db.class("T", "n Number, s String, p Pointer A").await;
    t.put([("a", r#"{"n":1,"s":"x"}"#), ("b", r#"{"n":1,"s":"x"}"#)]).await;
    let wanted = json(r#"{"one":{"n":1},"two":{"s":1,"n":-1},"ptr":{"_p_p":1}}"#);
    db.alter(SchemaChange::CreateIndexes { class: "T".into(), indexes: wanted.clone() }).await.unwrap();
    let own = |schema: ClassSchema| schema.indexes.into_iter().filter(|(name, _)| name != "_id_").collect::<Map>();
    assert_eq!(own(db.schema("T").await.unwrap()), wanted);
    t.finds(&[(r#"{"n":1}"#, "a b"), (r#"{"s":"x","n":1}"#, "a b"), (r#"{"n":null}"#, "")]).await;
    t.write(t.create("c", r#"{"n":2}"#)).await.unwrap();
    t.sorts(&[("-n,objectId", "c a b")]).await;
    let drop = SchemaChange::DropIndexes { class: "T".into(), names: vec!["one".into(), "ptr".into()] };
    db.alter(drop).await.unwrap();
    assert_eq!(own(db.schema("T").await.unwrap()), json(r#"{"two":{"s":1,"n":-1}}"#));
    db.alter(SchemaChange::DeleteFields { class: "T".into(), fields: vec!["s".into()] }).await.unwrap();
    t.finds(&[("{}", "a b c"), (r#"{"n":1}"#, "a b")]).await;
}

/// A dropped class is gone with its objects.
pub async fn dropped(db: &Bed) {
    let t = db.class("T", "a Number").await;
    t.put([("x", r#"{"a":1}"#)]).await;
    db.class("U", "").await.put([("u", "{}")]).await;
    db.alter(SchemaChange::DropClass("T".into())).await.unwrap();
    db.alter(SchemaChange::DropClass("Never".into())).await.unwrap();
    assert_eq!(db.schema("T").await, None);
    t.finds(&[("{}", "")]).await;
    let t = db.class("T", "a String").await;
    t.put([("x", r#"{"a":"text"}"#)]).await;
    assert_eq!(t.get("x").await.unwrap().fields["a"], Value::from("text"));
    assert_eq!(db.schemas().await.unwrap().len(), 2);
}

/// Names that differ in case alone, and names that a database may keep for itself.
pub async fn names(db: &Bed) {
    for name in ["name", "Name", "sqlite_master", "pg_class", "system_x", "select", "x".repeat(60).as_str()] {
        let columns = "a Number, A String, rowid Number, id Number, oid String, select Array, doc String";
        let t = db.class(name, columns).await;
        let row = r#"{"a":1,"A":"x","rowid":2,"id":3,"oid":"y","select":[1],"doc":"z"}"#;
        t.put([("i", row)]).await;
        assert_eq!(text(&t.get("i").await.unwrap()), row, "{name}");
        let all = r#"{"a":1,"A":"x","rowid":2,"id":3,"oid":"y","select":1,"doc":"z"}"#;
        t.finds(&[(all, "i"), (r#"{"id":2}"#, "")]).await;
    }
    assert_eq!(db.schemas().await.unwrap().len(), 7);
}
