//! Rows come back as they went in.

use super::kit::{Bed, shown, text};
use crate::model::{Date, Filter, Path, Value};

/// Every type, null, and nothing.
pub async fn keeps_every_type(db: &Bed) {
    let columns = "s String, n Number, b Boolean, d Date, o Object, arr Array, g GeoPoint, f File, by Bytes, pg Polygon, \
                   p Pointer A";
    let t = db.class("T", columns).await;
    let full = concat!(
        r#"{"s":"ä\"\\\n€😀","n":-1.5,"b":false,"d":{"__type":"Date","iso":"1969-12-31T23:59:59.999Z"},"#,
        r#""o":{"a":{"b":[1,{"c":null}]},"d":{"__type":"Date","iso":"2020-01-01T00:00:00.000Z"}},"#,
        r#""arr":[1,"x",null,true,[2],{"__type":"Pointer","className":"A","objectId":"x"},{"__type":"Bytes","base64":"AP8="}],"#,
        r#""g":{"__type":"GeoPoint","latitude":40.5,"longitude":-30.25},"f":{"__type":"File","name":"a b.txt"},"#,
        r#""by":{"__type":"Bytes","base64":"AAEC"},"#,
        r#""pg":{"__type":"Polygon","coordinates":[[0,0],[0,1],[1,1],[0,0]]},"#,
        r#""p":{"__type":"Pointer","className":"A","objectId":"x$1"}}"#,
    );
    let nulls = r#"{"s":null,"n":null,"b":null,"d":null,"o":null,"arr":null,"g":null,"f":null,"by":null,"p":null}"#;
    t.put([("full", full), ("nulls", nulls), ("none", "{}")]).await;
    assert_eq!(text(&t.get("full").await.unwrap()), full);
    assert_eq!(text(&t.get("nulls").await.unwrap()), nulls);
    assert_eq!(text(&t.get("none").await.unwrap()), "{}");
    assert_eq!(t.get("absent").await, None);
    let full = t.get("full").await.unwrap();
    assert_eq!(full.fields["createdAt"], Value::Date(Date(1_500_000_000_000)));
    assert_eq!((full.acl, full.internal.len()), (None, 0));
}

/// Keys stand as they came, whole numbers first, at the top and below.
pub async fn keeps_the_order_of_keys(db: &Bed) {
    let t = db.class("T", "z Number, a Object, m Array").await;
    let body = r#"{"z":1,"a":{"2":0,"10":0,"b":0,"a":0},"m":[{"y":1,"x":1}]}"#;
    t.put([("x", body)]).await;
    assert_eq!(text(&t.get("x").await.unwrap()), body);
    let plan = t.read("{}");
    let rows = db.find(&plan).await.unwrap();
    let dates = r#""createdAt":"2017-07-14T02:40:00.000Z","updatedAt":"2017-07-14T02:40:00.000Z""#;
    let expected = format!(r#"{{"objectId":"x",{},{dates}}}"#, &body[1..body.len() - 1]);
    assert_eq!(shown(&rows, &plan), [expected]);
}

/// Long texts, long ids, texts with a zero, large and small numbers.
pub async fn keeps_extremes(db: &Bed) {
    let t = db.class("T", "s String, n Number, arr Array, o Object").await;
    let long = "ö".repeat(300_000);
    let id = "i".repeat(400);
    let zero = r#"{"s":"a\u0000b","o":{"k":"\u0000"}}"#;
    let numbers = "[9007199254740993,1.7976931348623157e+308,5e-324,0.1,-0.3,123456789012345680000]";
    t.put([
        (id.as_str(), &*format!(r#"{{"s":"{long}"}}"#)),
        ("zero", zero),
        ("num", &format!(r#"{{"arr":{numbers}}}"#)),
    ])
    .await;
    assert_eq!(t.get(&id).await.unwrap().fields["s"], Value::String(long));
    assert_eq!(text(&t.get("zero").await.unwrap()), zero);
    let kept = text(&t.get("num").await.unwrap());
    let kept = kept.strip_prefix(r#"{"arr":"#).unwrap().strip_suffix('}').unwrap();
    assert_eq!(kept, numbers.replace("9007199254740993", "9007199254740992"));
    t.finds(&[(r#"{"s":"a\u0000b"}"#, "zero"), (r#"{"s":"a"}"#, ""), (r#"{"o.k":"\u0000"}"#, "zero")]).await;
}

/// Skip and limit take a part of the rows; a count does not mind them.
pub async fn windows(db: &Bed) {
    let t = db.class("T", "n Number").await;
    t.put([("a", r#"{"n":1}"#), ("b", r#"{"n":2}"#), ("c", r#"{"n":3}"#)]).await;
    for (skip, limit, ids) in [
        (0, None, "a b c"),
        (1, None, "b c"),
        (0, Some(2), "a b"),
        (1, Some(1), "b"),
        (0, Some(0), ""),
        (3, None, ""),
        (u64::MAX, Some(u64::MAX), ""),
    ] {
        let plan = t.read("{}").ordered(super::kit::keys("n")).window(skip, limit);
        assert_eq!(t.ids(&plan).await, ids, "{skip} {limit:?}");
        assert_eq!(db.count(&plan).await.unwrap(), 3, "{skip} {limit:?}");
    }
}

/// A class that was never made has no rows, and nothing to change.
pub async fn unknown_class(db: &Bed) {
    let t = super::kit::Class { db: &**db, schema: std::sync::Arc::new(crate::model::ClassSchema::new("Nowhere")) };
    t.finds(&[("{}", ""), (r#"{"a":null}"#, "")]).await;
    let plan = t.read_by(Filter::all());
    assert_eq!(db.distinct(&plan, &Path::from("a")).await.unwrap(), []);
    assert_eq!(t.change(r#"{"objectId":"x"}"#, r#"{"a":1}"#).await.unwrap(), None);
    let gone = t.write(crate::access::Write::Delete(t.delete("{}"))).await.unwrap();
    assert_eq!(gone, crate::storage::Outcome::Deleted(0));
    assert_eq!(db.schema("Nowhere").await, None);
}
