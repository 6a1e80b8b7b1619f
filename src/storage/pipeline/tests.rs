//! Every stage and accumulator by what MongoDB documents of it: `pipeline => documents` over the same few documents.

use std::cell::Cell;
use std::collections::HashMap;

use super::expr::tests::{object, value};
use super::{Context, RawStage, Source, ejson, implied, run};
use crate::error::{Error, Result};
use crate::matching::{self, Work};
use crate::model::{ClassSchema, Date, Field, FieldType, Map, Value, wire};

/// The documents that the tables run over.
const ROWS: [&str; 5] = [
    r#"{"_id":1,"k":"a","n":2,"l":[1,2],"o":{"x":1},"p":[0,0]}"#,
    r#"{"_id":2,"k":"b","n":3.5,"l":[],"o":{"x":2,"y":3},"p":[1,1]}"#,
    r#"{"_id":3,"k":"a","n":-1,"l":[2,[3]],"os":[{"x":1},{"x":5}]}"#,
    r#"{"_id":4,"k":null,"n":"text","l":7,"d":{"$date":"2020-01-01T00:00:00Z"}}"#,
    r#"{"_id":5,"n":null,"o":{"x":[5,1]}}"#,
];

struct Classes(HashMap<&'static str, Vec<Map>>);

impl Source for Classes {
    fn documents(&self, class: &str, visit: &mut dyn FnMut(Map) -> Result<()>) -> Result<()> {
        self.0.get(class).into_iter().flatten().try_for_each(|row| visit(row.clone()))
    }
}

fn stages(pipeline: &str) -> Vec<RawStage> {
    let Value::Array(list) = value(pipeline) else { panic!("{pipeline} is no list") };
    list.iter().map(|v| RawStage::of_value(v).unwrap()).collect()
}

fn rows() -> impl Iterator<Item = Result<Map>> {
    ROWS.iter().map(|row| Ok(object(row)))
}

fn run_with(pipeline: &str, memory: usize, check: &dyn Fn() -> Result<()>) -> Result<Vec<Map>> {
    let others = [r#"{"_id":"a","name":"first"}"#, r#"{"_id":"b","name":"second"}"#, r#"{"_id":"c","tags":["a","b"]}"#];
    let source = Classes(HashMap::from([("Other", others.map(object).into())]));
    run(&stages(pipeline), rows(), &Context { now: Date(0), seed: 7, source: &source, memory, check })
}

fn evaluate(pipeline: &str) -> Result<Vec<Map>> {
    run_with(pipeline, super::DEFAULT_MEMORY, &|| Ok(()))
}

/// One `pipeline => documents` a line, or `=> !` and a word of the error's text.
fn check(table: &str) {
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (pipeline, expected) = line.split_once(" => ").unwrap_or_else(|| panic!("{line}"));
        match (evaluate(pipeline), expected.strip_prefix('!')) {
            (Ok(found), None) => {
                let found = found.into_iter().map(Value::Object).collect();
                assert_eq!(wire::to_string(&ejson::write(Value::Array(found))), expected, "{pipeline}");
            }
            (Err(error), Some(word)) => {
                assert!(error.to_string().starts_with("102: ") && error.to_string().contains(word), "{line}: {error}");
            }
            (other, _) => panic!("{line}: {other:?}"),
        }
    }
}

/// The ids that pass a `$match`, one `condition => ids` a line.
fn check_matches(table: &str) {
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (condition, expected) = line.split_once(" => ").unwrap_or_else(|| panic!("{line}"));
        match (evaluate(&format!(r#"[{{"$match":{condition}}}]"#)), expected.strip_prefix('!')) {
            (Ok(found), None) => {
                let ids: Vec<String> = found.iter().map(|row| wire::to_string(&row["_id"])).collect();
                assert_eq!(ids.join(" "), expected.trim_start_matches("none"), "{condition}");
            }
            (Err(error), Some(word)) => assert!(error.to_string().contains(word), "{line}: {error}"),
            (other, _) => panic!("{line}: {other:?}"),
        }
    }
}

#[test]
fn conditions() {
    check_matches(
        r#"
        {} => 1 2 3 4 5
        {"k":"a"} => 1 3
        {"k":null} => 4 5
        {"k":{"$eq":null}} => 4 5
        {"k":{"$ne":"a"}} => 2 4 5
        {"k":{"$exists":true}} => 1 2 3 4
        {"k":{"$exists":false}} => 5
        {"n":{"$gt":0}} => 1 2
        {"n":{"$gte":2,"$lt":3}} => 1
        {"n":{"$lte":-1}} => 3
        {"n":{"$gt":""}} => 4
        {"n":{"$gte":null}} => 5
        {"n":{"$in":[2,"text"]}} => 1 4
        {"n":{"$nin":[2,null]}} => 2 3 4
        {"k":{"$in":[{"$regularExpression":{"pattern":"^A","options":"i"}}]}} => 1 3
        {"k":{"$regex":"^A","$options":"i"}} => 1 3
        {"k":{"$not":{"$regex":"a"}}} => 2 4 5
        {"k":{"$regex":"("}} => !invalid
        {"l":2} => 1 3
        {"l":[1,2]} => 1
        {"l":{"$size":2}} => 1 3
        {"l":{"$all":[1,2]}} => 1
        {"l":{"$all":[]}} => none
        {"l":{"$elemMatch":{"$gt":1,"$lt":3}}} => 1 3
        {"l":{"$elemMatch":{"$eq":3}}} => none
        {"l":{"$elemMatch":{"$eq":[3]}}} => 3
        {"l":{"$elemMatch":{"$not":{"$lt":2},"$type":"number"}}} => 1 3
        {"os":{"$elemMatch":{"x":{"$gt":4}}}} => 3
        {"os":{"$all":[{"$elemMatch":{"x":1}},{"$elemMatch":{"x":5}}]}} => 3
        {"os.x":5} => 3
        {"os.0.x":1} => 3
        {"l.1":3} => none
        {"l.1":[3]} => 3
        {"l.1.0":3} => 3
        {"l.0":{"$not":{"$gt":1}}} => 1 2 4 5
        {"o.x":1} => 1 5
        {"o":{"x":1}} => 1
        {"o":{"y":3,"x":2}} => none
        {"n":{"$type":"int"}} => 1 3
        {"n":{"$type":["double","string"]}} => 2 4
        {"n":{"$type":"number"}} => 1 2 3
        {"l":{"$type":"array"}} => 1 2 3
        {"n":{"$mod":[2,0]}} => 1
        {"l":{"$mod":[2,0]}} => 1 3
        {"_id":{"$bitsAllSet":5}} => 5
        {"_id":{"$bitsAnySet":[0]}} => 1 3 5
        {"_id":{"$bitsAllClear":1}} => 2 4
        {"_id":{"$bitsAnyClear":3}} => 1 2 4 5
        {"d":{"$gt":{"$date":"2019-01-01T00:00:00Z"}}} => 4
        {"d":{"$gt":5}} => none
        {"$and":[{"k":"a"},{"n":2}]} => 1
        {"$or":[{"n":2},{"_id":5}]} => 1 5
        {"$nor":[{"k":"a"},{"n":null}]} => 2 4
        {"$expr":{"$gt":["$n","$_id"]}} => 1 2 4
        {"$comment":"all"} => 1 2 3 4 5
        {"p":{"$geoWithin":{"$box":[[0.5,0.5],[2,2]]}}} => 2
        {"p":{"$geoWithin":{"$centerSphere":[[0,0],0.01]}}} => 1
        {"p":{"$geoWithin":{"$polygon":[[-1,-1],[0.5,-1],[0.5,0.5],[-1,0.5]]}}} => 1
        {"p":{"$geoIntersects":{"$geometry":{"type":"Point","coordinates":[1,1]}}}} => 2
        {"p":{"$near":[0,0]}} => !not allowed in this context
        {"n":{"$foo":1}} => !unknown operator: $foo
        {"$foo":1} => !unknown top level operator: $foo
        {"$or":[]} => !non-empty array
        {"$where":"1"} => !$where is not supported
        {"n":{"$in":5}} => !$in needs an array
        "#,
    );
}

#[test]
fn projections() {
    check(
        r#"
        [{"$limit":1},{"$project":{"k":1}}] => [{"_id":1,"k":"a"}]
        [{"$limit":1},{"$project":{"_id":0,"n":1,"k":1}}] => [{"k":"a","n":2}]
        [{"$limit":1},{"$project":{"_id":0,"o.x":1,"l.x":1}}] => [{"l":[],"o":{"x":1}}]
        [{"$limit":1},{"$project":{"k":0,"n":0,"l":0,"p":0}}] => [{"_id":1,"o":{"x":1}}]
        [{"$limit":1},{"$project":{"_id":0,"twice":{"$multiply":["$n",2]},"none":"$zz","in":{"o":"$o.x"}}}] => [{"twice":4,"in":{"o":1}}]
        [{"$limit":1},{"$project":{"_id":0,"l":{"x":"$n"}}}] => [{"l":[{"x":2},{"x":2}]}]
        [{"$limit":1},{"$project":{"_id":"$k"}}] => [{"_id":"a"}]
        [{"$limit":1},{"$project":{"a":1,"k":0}}] => !Cannot do exclusion on field k in inclusion projection
        [{"$project":{}}] => !at least one field
        [{"$project":{"a":{}}}] => !empty
        [{"$limit":1},{"$addFields":{"n":"$k","o.z":"$n"}},{"$project":{"n":1,"o":1}}] => [{"_id":1,"n":"a","o":{"x":1,"z":2}}]
        [{"$limit":1},{"$set":{"l":"$$REMOVE","o":{"z":1},"p":"$$REMOVE"}}] => [{"_id":1,"k":"a","n":2,"o":{"x":1,"z":1}}]
        [{"$limit":1},{"$project":{"_id":0,"n":1}},{"$addFields":{"n.x":"$zz","m.x":"$zz"}}] => [{"n":{},"m":{}}]
        [{"$limit":1},{"$unset":["k","o.x","l","p"]}] => [{"_id":1,"n":2,"o":{}}]
        [{"$limit":1},{"$unset":"o"},{"$unset":["l","p"]}] => [{"_id":1,"k":"a","n":2}]
        [{"$unset":[]}] => !$unset
        [{"$limit":1},{"$replaceRoot":{"newRoot":"$o"}}] => [{"x":1}]
        [{"$limit":1},{"$replaceWith":{"id":"$_id"}}] => [{"id":1}]
        [{"$replaceRoot":{"newRoot":"$n"}}] => !must evaluate to an object
        "#,
    );
}

#[test]
fn order_and_number() {
    check(
        r#"
        [{"$sort":{"n":1}},{"$project":{"_id":1}}] => [{"_id":5},{"_id":3},{"_id":1},{"_id":2},{"_id":4}]
        [{"$sort":{"k":-1,"_id":-1}},{"$project":{"_id":1}}] => [{"_id":2},{"_id":3},{"_id":1},{"_id":5},{"_id":4}]
        [{"$sort":{"o.x":-1,"_id":1}},{"$limit":2},{"$project":{"_id":1}}] => [{"_id":5},{"_id":2}]
        [{"$sort":{}}] => !at least one sort key
        [{"$sort":{"a":5}}] => !must be 1
        [{"$skip":3},{"$project":{"_id":1}}] => [{"_id":4},{"_id":5}]
        [{"$skip":-1}] => !non-negative
        [{"$limit":0}] => !positive
        [{"$limit":"x"}] => !number
        [{"$match":{"k":"a"}},{"$count":"n"}] => [{"n":2}]
        [{"$match":{"k":"z"}},{"$count":"n"}] => []
        [{"$count":""}] => !non-empty string
        [{"$sortByCount":"$k"},{"$match":{"_id":"a"}}] => [{"_id":"a","count":2}]
        [{"$sortByCount":"k"}] => !path or an expression
        "#,
    );
    let mut seen: Vec<f64> =
        evaluate(r#"[{"$sample":{"size":9}}]"#).unwrap().iter().filter_map(|r| r["_id"].as_number()).collect();
    seen.sort_by(f64::total_cmp);
    assert_eq!(seen, [1.0, 2.0, 3.0, 4.0, 5.0]);
    assert_eq!(evaluate(r#"[{"$sample":{"size":2}}]"#).unwrap().len(), 2);
}

#[test]
fn groups() {
    check(
        r#"
        [{"$group":{"_id":"$k","n":{"$sum":"$n"},"c":{"$sum":1}}}] => [{"_id":"a","n":1,"c":2},{"_id":"b","n":3.5,"c":1},{"_id":null,"n":0,"c":2}]
        [{"$group":{"_id":null,"avg":{"$avg":"$n"},"min":{"$min":"$n"},"max":{"$max":"$n"},"n":{"$count":{}}}}] => [{"_id":null,"avg":1.5,"min":-1,"max":"text","n":5}]
        [{"$match":{"k":"a"}},{"$group":{"_id":null,"first":{"$first":"$n"},"last":{"$last":"$zz"},"all":{"$push":"$n"},"none":{"$push":"$zz"}}}] => [{"_id":null,"first":2,"last":null,"all":[2,-1],"none":[]}]
        [{"$group":{"_id":null,"set":{"$addToSet":"$k"}}}] => [{"_id":null,"set":["a","b",null]}]
        [{"$group":{"_id":null,"p":{"$stdDevPop":"$n"},"s":{"$stdDevSamp":"$zz"}}},{"$project":{"_id":0,"p":{"$round":["$p",3]},"s":1}}] => [{"s":null,"p":1.871}]
        [{"$group":{"_id":null,"o":{"$mergeObjects":"$o"}}}] => [{"_id":null,"o":{"x":[5,1],"y":3}}]
        [{"$group":{"_id":{"k":"$k","big":{"$gt":["$n",2]}}}},{"$limit":2}] => [{"_id":{"k":"a","big":false}},{"_id":{"k":"b","big":true}}]
        [{"$match":{"k":"z"}},{"$group":{"_id":null,"n":{"$sum":1}}}] => []
        [{"$group":{"_id":null,"n":{"$sum":["$n"]}}},{"$project":{"_id":0}}] => [{"n":4.5}]
        [{"$group":{"_id":null,"n":{"$avg":"$k"}}}] => [{"_id":null,"n":null}]
        [{"$group":{"n":{"$sum":1}}}] => !must include an _id
        [{"$group":{"_id":1,"n":{"$nope":1}}}] => !unknown group operator '$nope'
        [{"$group":{"_id":1,"n":1}}] => !accumulator object
        [{"$group":{"_id":1,"a.b":{"$sum":1}}}] => !cannot contain '.'
        [{"$group":{"_id":1,"n":{"$sum":[1,2]}}}] => !unary
        "#,
    );
}

#[test]
fn lists_taken_apart() {
    check(
        r#"
        [{"$match":{"_id":1}},{"$unwind":"$l"},{"$project":{"l":1}}] => [{"_id":1,"l":1},{"_id":1,"l":2}]
        [{"$unwind":"$l"},{"$group":{"_id":"$_id","n":{"$sum":1}}}] => [{"_id":1,"n":2},{"_id":3,"n":2},{"_id":4,"n":1}]
        [{"$unwind":{"path":"$l","includeArrayIndex":"i","preserveNullAndEmptyArrays":true}},{"$match":{"_id":{"$in":[1,2,4]}}},{"$project":{"l":1,"i":1}}] => [{"_id":1,"l":1,"i":0},{"_id":1,"l":2,"i":1},{"_id":2,"i":null},{"_id":4,"l":7,"i":null}]
        [{"$unwind":"$os"},{"$project":{"_id":0,"os":1}}] => [{"os":{"x":1}},{"os":{"x":5}}]
        [{"$unwind":"l"}] => !prefixed with a '$'
        [{"$unwind":{"paths":"$l"}}] => !unrecognized option
        "#,
    );
}

#[test]
fn buckets_and_facets() {
    check(
        r#"
        [{"$bucket":{"groupBy":"$_id","boundaries":[0,3,5],"default":"more"}}] => [{"_id":0,"count":2},{"_id":3,"count":2},{"_id":"more","count":1}]
        [{"$bucket":{"groupBy":"$_id","boundaries":[1,4,9],"output":{"top":{"$max":"$_id"}}}}] => [{"_id":1,"top":3},{"_id":4,"top":5}]
        [{"$bucket":{"groupBy":"$_id","boundaries":[0,3]}}] => !default
        [{"$bucket":{"groupBy":"$_id","boundaries":[5,1]}}] => !sorted
        [{"$bucket":{"groupBy":"$_id","boundaries":[1,"a"]}}] => !same type
        [{"$bucketAuto":{"groupBy":"$_id","buckets":2}}] => [{"_id":{"min":1,"max":4},"count":3},{"_id":{"min":4,"max":5},"count":2}]
        [{"$bucketAuto":{"groupBy":"$_id","buckets":0}}] => !positive whole number
        [{"$facet":{"n":[{"$count":"n"}],"top":[{"$sort":{"_id":-1}},{"$limit":1},{"$project":{"k":1}}]}}] => [{"n":[{"n":5}],"top":[{"_id":5}]}]
        [{"$facet":{}}] => !non-empty object
        [{"$facet":{"a":[{"$facet":{"b":[]}}]}}] => !not allowed
        "#,
    );
}

#[test]
fn other_classes() {
    check(
        r#"
        [{"$match":{"_id":1}},{"$lookup":{"from":"Other","localField":"k","foreignField":"_id","as":"found"}},{"$project":{"found":1}}] => [{"_id":1,"found":[{"_id":"a","name":"first"}]}]
        [{"$match":{"_id":{"$in":[2,5]}}},{"$lookup":{"from":"Other","localField":"k","foreignField":"tags","as":"found"}},{"$project":{"n":{"$size":"$found"}}}] => [{"_id":2,"n":1},{"_id":5,"n":2}]
        [{"$match":{"_id":3}},{"$lookup":{"from":"Other","localField":"os.y","foreignField":"name","as":"found"}},{"$project":{"found._id":1}}] => [{"_id":3,"found":[{"_id":"c"}]}]
        [{"$match":{"_id":2}},{"$lookup":{"from":"Other","localField":"l","foreignField":"name","as":"found"}},{"$project":{"found._id":1}}] => [{"_id":2,"found":[{"_id":"c"}]}]
        [{"$match":{"_id":1}},{"$lookup":{"from":"Nobody","localField":"k","foreignField":"_id","as":"found"}},{"$project":{"found":1}}] => [{"_id":1,"found":[]}]
        [{"$limit":1},{"$lookup":{"from":"Other","let":{"k":"$k"},"pipeline":[{"$match":{"$expr":{"$eq":["$_id","$$k"]}}},{"$project":{"_id":0}}],"as":"o"}},{"$project":{"o":1}}] => [{"_id":1,"o":[{"name":"first"}]}]
        [{"$limit":1},{"$lookup":{"from":"Other","pipeline":[{"$count":"n"}],"as":"x.y"}},{"$project":{"x":1}}] => [{"_id":1,"x":{"y":[{"n":3}]}}]
        [{"$lookup":{"from":"Other","as":"x"}}] => !requires either
        [{"$lookup":{"from":"Other","localField":"k","as":"x"}}] => !both or neither
        [{"$lookup":{"from":"Other","localField":"k","foreignField":"_id"}}] => !as
        "#,
    );
}

#[test]
fn places() {
    check(
        r#"
        [{"$geoNear":{"near":[1,1],"key":"p","distanceField":"far","spherical":true}},{"$project":{"far":{"$round":["$far",4]}}}] => [{"_id":2,"far":0},{"_id":1,"far":0.0247}]
        [{"$geoNear":{"near":{"type":"Point","coordinates":[0,0]},"key":"p","distanceField":"far","maxDistance":1000,"query":{"k":"a"}}},{"$project":{"far":1}}] => [{"_id":1,"far":0}]
        [{"$limit":1},{"$geoNear":{"near":[0,0]}}] => !first stage
        "#,
    );
}

#[test]
fn what_is_refused() {
    check(
        r#"
        [{"$out":"Other"}] => !'$out' is not supported
        [{"$merge":{"into":"Other"}}] => !'$merge' is not supported
        [{"$graphLookup":{}}] => !'$graphLookup' is not supported
        [{"$foo":1}] => !Unrecognized pipeline stage name: '$foo'
        [{"$facet":{"a":[{"$out":"Other"}]}}] => !'$out' is not supported
        [{"$lookup":{"from":"Other","as":"x","pipeline":[{"$merge":"Other"}]}}] => !'$merge' is not supported
        [{"$match":5}] => !must be an object
        "#,
    );
    for bad in [r#"{}"#, r#"{"$a":1,"$b":2}"#, "1"] {
        assert!(RawStage::of_value(&value(bad)).unwrap_err().to_string().contains("exactly one field"));
    }
}

#[test]
fn memory_and_time_are_bounded() {
    let heavy = r#"[{"$group":{"_id":"$_id","all":{"$push":"$$ROOT"}}}]"#;
    let error = run_with(heavy, 400, &|| Ok(())).unwrap_err();
    assert!(error.to_string().contains("memory limit"), "{error}");
    assert_eq!(run_with(heavy, 100_000, &|| Ok(())).unwrap().len(), 5);

    let looks = Cell::new(0);
    let late = || {
        looks.set(looks.get() + 1);
        if looks.get() > 2 { Err(Error::query("late")) } else { Ok(()) }
    };
    let long = r#"[{"$project":{"x":{"$map":{"input":{"$range":[0,100000]},"in":{"$add":["$$this",1]}}}}}]"#;
    assert!(run_with(long, super::DEFAULT_MEMORY, &late).unwrap_err().to_string().contains("late"));
}

/// Rows that pass the stage pass the filter; where the filter is known to say all, no others do.
#[test]
fn filters_follow_from_conditions() {
    let mut schema = ClassSchema::new("C");
    for (name, ty) in [("k", FieldType::String), ("n", FieldType::Number), ("l", FieldType::Array)] {
        schema.fields.insert(name.into(), Field { ty, options: Map::new() });
    }
    schema.fields.insert("p".into(), Field { ty: FieldType::Pointer("A".into()), options: Map::new() });
    let rows = [
        r#"{"k":"a","n":1,"l":[1]}"#,
        r#"{"k":"b","n":2,"l":["a"]}"#,
        r#"{"k":null,"n":3}"#,
        r#"{"n":null,"p":{"__type":"Pointer","className":"A","objectId":"x"}}"#,
    ];
    for (condition, passed) in [
        (r#"{"k":"a"}"#, [true, false, false, false]),
        (r#"{"k":null}"#, [false, false, true, true]),
        (r#"{"n":{"$gte":2,"$nope":1}}"#, [false, true, true, false]),
        (r#"{"$or":[{"k":"a"},{"n":{"$in":[3,null]}}]}"#, [true, false, true, true]),
        (r#"{"$and":[{"k":{"$ne":"a"}},{"n":{"$nin":[3]}}]}"#, [false, true, false, true]),
        (r#"{"_p_p":"A$x"}"#, [false, false, false, true]),
        // These say nothing that a filter could say for certain.
        (r#"{"_p_p":"B$x"}"#, [true; 4]),
        (r#"{"p":"A$x"}"#, [true; 4]),
        (r#"{"l":1}"#, [true; 4]),
        (r#"{"$nor":[{"k":"a"}]}"#, [true; 4]),
        (r#"{"k":{"$regex":"a"}}"#, [true; 4]),
        (r#"{"createdAt":null}"#, [true; 4]),
        (r#"{"$or":[{"k":"a"},{"l":1}]}"#, [true; 4]),
    ] {
        let filter = implied(&stages(&format!(r#"[{{"$match":{condition}}},{{"$limit":1}}]"#)), &schema);
        let found = rows.map(|row| {
            let fields = value(row).as_object().cloned().unwrap();
            let fields: Map = fields.into_iter().map(|(k, v)| (k, wire::field(v).unwrap())).collect();
            matching::matches(&filter, &fields, &mut Work::unlimited()).unwrap()
        });
        assert_eq!(found, passed, "{condition}");
    }
    let later = implied(&stages(r#"[{"$limit":1},{"$match":{"k":"a"}}]"#), &schema);
    assert_eq!(later, crate::model::Filter::all());
}

#[test]
fn work_that_multiplies_looks_at_the_deadline() {
    let looks = Cell::new(0);
    let check = || {
        looks.set(looks.get() + 1);
        if looks.get() < 50 { Ok(()) } else { Err(Error::internal("the deadline has passed")) }
    };
    let unwound = r#"{"$addFields":{"a":{"$range":[0,100]},"b":{"$range":[0,100]},"c":{"$range":[0,100]}}},
        {"$unwind":"$a"},{"$unwind":"$b"},{"$unwind":"$c"}"#;
    let error = run_with(&format!(r#"[{unwound},{{"$count":"n"}}]"#), super::DEFAULT_MEMORY, &check).unwrap_err();
    assert!(error.to_string().contains("deadline"), "{error}");
    assert_eq!(looks.get(), 50);
}
