//! A row written straight to JSON is the object as the plan shows it.

use std::collections::HashSet;
use std::sync::Arc;

use super::kit::{Bed, json, shown};
use crate::access::authorise::{Door, Wanted};
use crate::access::clp::Action;
use crate::access::{Limits, Read, Select, Subject};
use crate::model::{ClassSchema, Value, wire};

/// Every way in which a plan shows rows: to whom, and which fields.
pub fn views(schema: &Arc<ClassSchema>) -> Vec<Read> {
    let mut hiding = ClassSchema::clone(schema);
    hiding.clp = Some(json(r#"{"find":{"*":true},"protectedFields":{"*":["n","f","r","o"]}}"#));
    let hiding = Arc::new(hiding);
    let some = |fields: &[&str]| fields.iter().map(|&f| f.to_owned()).collect::<HashSet<String>>();
    let selects = || {
        [Select::All, Select::Only(some(&["s", "o", "zz"])), Select::Only(some(&[])), Select::Except(some(&["s", "p"]))]
    };
    let client = Subject::anonymous();
    let subjects =
        [(Subject::Master, schema), (Subject::Maintenance, schema), (client.clone(), schema), (client, &hiding)];
    let mut plans = Vec::new();
    for (subject, schema) in subjects {
        for select in selects() {
            let gate =
                Door::new(&subject, Arc::clone(schema), None, true, Limits::default()).open(Action::Find).unwrap();
            let wanted = Wanted { select, file_base: "http://x/files/app".into(), ..Wanted::default() };
            plans.push(gate.read(wanted).unwrap());
        }
    }
    plans
}

/// The rows of a plan, as objects in JSON.
pub async fn as_objects(db: &Bed, plan: &Read) -> (Vec<String>, Vec<String>) {
    let rows = db.find(plan).await.unwrap();
    let object = |row| wire::to_string(&Value::Object(plan.render().object(rows.object(row).unwrap())));
    (shown(&rows, plan), (0..rows.len()).map(object).collect())
}

/// The two ways agree for every view, and show what they should.
pub async fn agrees_with_objects(db: &Bed) {
    let t = db.class("T", "n Number, s String, f File, p Pointer A, o Object, r Relation A").await;
    let f = r#"{"__type":"File","name":"a b.txt"}"#;
    let p = r#"{"__type":"Pointer","className":"A","objectId":"1"}"#;
    let full = format!(
        r#"{{"s":"x\"\n","f":{f},"n":1.5,"p":{p},"o":{{"f":{f}}},"_tombstone":{{"k":1}},
            "ACL":{{"*":{{"read":true}},"role:x":{{"write":true}}}}}}"#
    );
    t.put([
        ("a", full.as_str()),
        ("b", r#"{"ACL":{"*":{"read":true,"write":true}},"n":null}"#),
        ("c", r#"{"ACL":{},"s":""}"#),
        ("d", "{}"),
    ])
    .await;
    for plan in views(&t.schema) {
        let (written, objects) = as_objects(db, &plan).await;
        assert_eq!(written, objects, "{:?}", plan.render());
        assert!(written.iter().all(|row| row.contains("\"_tombstone\"") <= plan.internals()));
    }
    let master = &views(&t.schema)[0];
    let dates = r#""createdAt":"2017-07-14T02:40:00.000Z","updatedAt":"2017-07-14T02:40:00.000Z""#;
    let file = r#"{"__type":"File","name":"a b.txt","url":"http://x/files/app/a%20b.txt"}"#;
    let expected = format!(
        r#"{{"objectId":"a","s":"x\"\n","f":{file},"n":1.5,"p":{p},"o":{{"f":{f}}},{dates},"r":{{"__type":"Relation","className":"A"}},"ACL":{{"*":{{"read":true}},"role:x":{{"write":true}}}}}}"#
    );
    assert_eq!(as_objects(db, master).await.0[0], expected);
}
