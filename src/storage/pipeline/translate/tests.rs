//! Pipelines as requests have them, against what Parse Server 9.10 sends to MongoDB.

use super::{RawStage, Style, read, translate};
use crate::model::{ClassSchema, Field, FieldType, Map, Value, wire};
use crate::storage::pipeline::ejson;

fn schema() -> ClassSchema {
    let mut schema = ClassSchema::new("C");
    for (name, ty) in [
        ("p", FieldType::Pointer("A".into())),
        ("d", FieldType::Date),
        ("n", FieldType::Number),
        ("createdAt", FieldType::Date),
    ] {
        schema.fields.insert(name.into(), Field { ty, options: Map::new() });
    }
    schema
}

fn json(text: &str) -> Value {
    wire::parse(text.as_bytes(), 99).unwrap()
}

fn stages(text: &str) -> Vec<RawStage> {
    json(text).as_array().unwrap().iter().map(|v| RawStage::of_value(v).unwrap()).collect()
}

fn translated(text: &str, style: Style) -> String {
    let stages = translate(stages(text), &schema(), style).unwrap().stages;
    wire::to_string(&ejson::write(Value::Array(stages.iter().map(RawStage::to_value).collect())))
}

#[test]
fn reads_requests() {
    for (body, expected) in [
        (r#"{"pipeline":[{"$match":{"a":1}},{"$limit":1}]}"#, Ok("$match $limit")),
        (r#"{"pipeline":{"$match":{},"$limit":1}}"#, Ok("$match $limit")),
        (r#"{"$group":{"_id":null},"$limit":1}"#, Ok("$group $limit")),
        (r#"{"pipeline":[]}"#, Ok("")),
        (r#"{"pipeline":5}"#, Ok("")),
        (r#"{}"#, Ok("")),
        (r#"{"pipeline":"x"}"#, Err("Invalid aggregate stage '0'.")),
        (r#"{"pipeline":[{}]}"#, Err("Pipeline stages should only have one key but found .")),
        (r#"{"pipeline":[1]}"#, Err("Pipeline stages should only have one key but found .")),
        (r#"{"pipeline":[{"$a":1,"$b":2}]}"#, Err("Pipeline stages should only have one key but found $a, $b.")),
        (r#"{"pipeline":[{"group":{}}]}"#, Err("Invalid aggregate stage 'group'.")),
        (r#"{"group":{"_id":null}}"#, Err("Invalid aggregate stage 'group'.")),
        (r#"{"rawValues":"yes"}"#, Err("Invalid aggregate stage 'rawValues'.")),
        (r#"{"pipeline":[{"$group":{"objectId":null}}]}"#, Err("Cannot use 'objectId' in aggregation stage $group.")),
        (r#"{"$group":{"n":1}}"#, Err("Invalid parameter for query: group. Missing key _id")),
        (r#"{"where":{}}"#, Err("'where' is no stage: it needs the parameter distinct with a field name.")),
    ] {
        let found = read(json(body).as_object().unwrap(), false);
        let names = found.map(|list| list.into_iter().map(|s| s.name).collect::<Vec<_>>().join(" "));
        let expected = expected.map(str::to_owned).map_err(|e| format!("102: {e}"));
        assert_eq!(names.map_err(|e| e.to_string()), expected, "{body}");
    }
    let body = json(r#"{"distinct":"s","where":{"a":1},"$limit":1}"#);
    assert_eq!(read(body.as_object().unwrap(), true).unwrap().len(), 1);
}

#[test]
fn renames_and_converts() {
    let plain = Style::default();
    let raw = |raw_values, raw_field_names| Style { raw_values, raw_field_names };
    for (style, given, expected) in [
        (plain, r#"[{"$group":{"_id":"$p","n":{"$sum":"$n"}}}]"#, r#"[{"$group":{"_id":"$_p_p","n":{"$sum":"$n"}}}]"#),
        (
            plain,
            r#"[{"$group":{"_id":{"d":"$createdAt"},"x":{"$max":["$updatedAt","$objectId"]}}}]"#,
            r#"[{"$group":{"_id":{"d":"$_created_at"},"x":{"$max":["$_updated_at","$objectId"]}}}]"#,
        ),
        (plain, r#"[{"$group":{"_id":null}}]"#, r#"[{"$group":{"_id":{}}}]"#),
        (plain, r#"[{"$match":{"p":"x","n":1}}]"#, r#"[{"$match":{"_p_p":"A$x","n":1}}]"#),
        (plain, r#"[{"$match":{"p":{"$in":["x"]}}}]"#, r#"[{"$match":{"_p_p":{"$in":["x"]}}}]"#),
        (
            plain,
            r#"[{"$match":{"$or":[{"objectId":"x"},{"updatedAt":{"$gt":5}}]}}]"#,
            r#"[{"$match":{"$or":[{"_id":"x"},{"_updated_at":{"$gt":5}}]}}]"#,
        ),
        (
            plain,
            r#"[{"$match":{"d":{"$gte":"2020-01-01T00:00:00.000Z","$ne":"no date"}}}]"#,
            r#"[{"$match":{"d":{"$gte":{"$date":"2020-01-01T00:00:00Z"},"$ne":"no date"}}}]"#,
        ),
        (
            plain,
            r#"[{"$match":{"createdAt":{"$lt":"2020-01-01"}}}]"#,
            r#"[{"$match":{"_created_at":{"$lt":{"$date":"2020-01-01T00:00:00Z"}}}}]"#,
        ),
        (plain, r#"[{"$match":{"n":"2020-01-01"}}]"#, r#"[{"$match":{"n":"2020-01-01"}}]"#),
        (
            plain,
            r#"[{"$geoNear":{"near":[0,0],"query":{"objectId":"x"}}}]"#,
            r#"[{"$geoNear":{"near":[0,0],"query":{"_id":"x"}}}]"#,
        ),
        (
            plain,
            r#"[{"$project":{"objectId":1,"p":1,"createdAt":1,"n":1,"x":"$p"}}]"#,
            r#"[{"$project":{"_id":1,"_p_p":1,"_created_at":1,"n":1,"x":"$p"}}]"#,
        ),
        (
            plain,
            r#"[{"$sort":{"createdAt":1}},{"$addFields":{"x":"$p"}}]"#,
            r#"[{"$sort":{"createdAt":1}},{"$addFields":{"x":"$p"}}]"#,
        ),
        (
            raw(true, false),
            r#"[{"$match":{"p":"A$x","d":{"$gt":{"$date":"2020-01-01T00:00:00Z"}},"n":{"$numberInt":"4"}}}]"#,
            r#"[{"$match":{"_p_p":"A$x","d":{"$gt":{"$date":"2020-01-01T00:00:00Z"}},"n":4}}]"#,
        ),
        (raw(true, false), r#"[{"$match":{"d":"2020-01-01"}}]"#, r#"[{"$match":{"d":"2020-01-01"}}]"#),
        (
            raw(false, true),
            r#"[{"$match":{"objectId":"x","p":"y","_id":"z"}},{"$group":{"_id":"$p"}}]"#,
            r#"[{"$match":{"objectId":"x","p":"y","_id":"z"}},{"$group":{"_id":"$p"}}]"#,
        ),
    ] {
        assert_eq!(translated(given, style), expected, "{given}");
    }
}

#[test]
fn knows_groups_by_a_pointer() {
    let by_pointer = |text: &str, style| translate(stages(text), &schema(), style).unwrap().pointer_key;
    assert!(by_pointer(r#"[{"$group":{"_id":"$p"}}]"#, Style::default()));
    assert!(by_pointer(r#"[{"$group":{"_id":"$_p_p"}}]"#, Style { raw_field_names: true, raw_values: false }));
    assert!(!by_pointer(r#"[{"$group":{"_id":"$n"}}]"#, Style::default()));
    assert!(!by_pointer(r#"[{"$group":{"_id":{"p":"$p"}}}]"#, Style::default()));
}

#[test]
fn refuses_what_is_no_extended_json() {
    let raw = Style { raw_values: true, raw_field_names: false };
    for bad in [r#"{"$date":"x"}"#, r#"{"$numberInt":"x"}"#, r#"{"$binary":"?"}"#, r#"{"$minKey":1}"#] {
        let text = format!(r#"[{{"$match":{{"n":{bad}}}}}]"#);
        assert!(translate(stages(&text), &schema(), raw).unwrap_err().to_string().starts_with("102: "), "{bad}");
    }
}
