//! Every operator by what MongoDB documents of it: `expression => value` over one document, `-` for missing, `!` for an
//! error with a word of its text.

use std::cell::Cell;

use super::{Env, Names, Shared, parse};
use crate::error::Result;
use crate::model::{Date, Map, Value, wire};
use crate::storage::pipeline::budget::Budget;
use crate::storage::pipeline::ejson;

mod values;

/// What the expressions see.
const DOCUMENT: &str = r#"{"n":5,"m":-2.5,"z":0,"s":"aBc","u":"é√x","e":"","t":true,"f":false,"null":null,"l":[3,1,2],"w":["a","b","a"],
    "el":[],"nested":[1,[2]],"o":{"k":1,"x":{"y":"deep"}},"os":[{"k":1,"v":"a"},{"k":2},{"k":1,"v":"b"}],
    "d":{"$date":"2024-02-29T13:04:05.678Z"},"d0":{"$date":"2021-01-03T00:00:00Z"},"b":{"$binary":{"base64":"AAE=","subType":"00"}}}"#;

/// Extended JSON as values.
pub fn value(text: &str) -> Value {
    ejson::read(wire::parse(text.as_bytes(), 99).unwrap_or_else(|e| panic!("{text}: {e:?}"))).unwrap()
}

/// Extended JSON of an object.
pub fn object(text: &str) -> Map {
    match value(text) {
        Value::Object(map) => map,
        other => panic!("{other:?} is no object"),
    }
}

/// The value of an expression over a document.
pub fn evaluate(expression: &str, root: &Map) -> Result<Option<Value>> {
    let check = || Ok(());
    let budget = Budget::new(usize::MAX, &check);
    let shared = Shared { now: Date(86_400_000), random: Cell::new(1), budget };
    parse(&value(expression), &Names::default())?.value(&Env { root, scope: None, shared: &shared })
}

/// One `expression => value` a line.
fn check(table: &str) {
    let root = object(DOCUMENT);
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (expression, expected) = line.split_once(" => ").unwrap_or_else(|| panic!("{line}"));
        match (evaluate(expression, &root), expected.strip_prefix('!')) {
            (Ok(found), None) => {
                let found = found.map_or("-".to_owned(), |v| wire::to_string(&ejson::write(v)));
                assert_eq!(found, expected, "{expression}");
            }
            (Err(error), Some(word)) => {
                assert_eq!(error.status(), 400, "{expression}: {error}");
                assert!(error.to_string().starts_with("102: ") && error.to_string().contains(word), "{line}: {error}");
            }
            (other, _) => panic!("{line}: {other:?}"),
        }
    }
}

#[test]
fn paths_literals_and_variables() {
    check(
        r#"
        "text" => "text"
        7 => 7
        null => null
        "$n" => 5
        "$nothing" => -
        "$o.x.y" => "deep"
        "$o.x.z" => -
        "$os.k" => [1,2,1]
        "$os.v" => ["a","b"]
        "$nested.k" => []
        "$l.0" => []
        "$$ROOT.n" => 5
        "$$CURRENT.o.k" => 1
        "$$NOW" => {"$date":"1970-01-02T00:00:00Z"}
        "$$REMOVE" => -
        "$$nobody" => !undefined variable
        "$" => !FieldPath
        "$a." => !FieldPath
        "$a.$b" => !FieldPath
        {"$literal":"$n"} => "$n"
        {"$literal":{"$add":[1,2]}} => {"$add":[1,2]}
        {"a":"$n","b":{"c":"$nothing"}} => {"a":5,"b":{}}
        ["$n","$nothing"] => [5,null]
        {"a.b":1} => !may not contain
        {"$add":[1],"$abs":1} => !exactly one field
        {"$nonsense":1} => !Unrecognized expression '$nonsense'
        "#,
    );
}

#[test]
fn arithmetic() {
    check(
        r#"
        {"$add":["$n",1,0.5]} => 6.5
        {"$add":[]} => 0
        {"$add":["$d0",1000]} => {"$date":"2021-01-03T00:00:01Z"}
        {"$add":["$d","$d0"]} => !only one date
        {"$add":["$s",1]} => !numeric or date types, not string
        {"$add":["$null","$s"]} => null
        {"$add":["$s","$null"]} => !not string
        {"$multiply":["$nothing","$s"]} => null
        {"$subtract":["$n",7]} => -2
        {"$subtract":["$d0",1]} => {"$date":"2021-01-02T23:59:59.999Z"}
        {"$subtract":["$d0",{"$subtract":["$d0",5]}]} => 5
        {"$subtract":[1,"$d"]} => !can't $subtract date from
        {"$subtract":[1,"$nothing"]} => null
        {"$multiply":["$n",2,"$m"]} => -25
        {"$multiply":["$n","$nothing"]} => null
        {"$divide":["$n",2]} => 2.5
        {"$divide":["$n",0]} => !by zero
        {"$mod":["$n",3]} => 2
        {"$mod":[-5,3]} => -2
        {"$mod":[5.5,2]} => 1.5
        {"$mod":[1,0]} => !by zero
        {"$pow":[2,10]} => 1024
        {"$pow":[0,-1]} => !negative exponent
        {"$abs":"$m"} => 2.5
        {"$ceil":"$m"} => -2
        {"$floor":"$m"} => -3
        {"$exp":0} => 1
        {"$sqrt":16} => 4
        {"$sqrt":-1} => !greater than or equal to 0
        {"$ln":1} => 0
        {"$ln":0} => !positive number
        {"$log10":1000} => 3
        {"$log":[8,2]} => 3
        {"$log":[8,1]} => !not equal to 1
        {"$round":2.5} => 2
        {"$round":3.5} => 4
        {"$round":[1.005,2]} => 1
        {"$round":[1234.5678,2]} => 1234.57
        {"$round":[1250,-2]} => 1200
        {"$round":[1,200]} => !place
        {"$trunc":-2.7} => -2
        {"$trunc":[1.999,2]} => 1.99
        {"$trunc":[1299,-2]} => 1200
        {"$abs":"$s"} => !numeric types, not string
        {"$abs":[1,2]} => !takes exactly 1 arguments
        {"$floor":"$nothing"} => null
        "#,
    );
}

#[test]
fn comparison_and_logic() {
    check(
        r#"
        {"$cmp":["$n",5]} => 0
        {"$cmp":["$n","$s"]} => -1
        {"$cmp":["$nothing",null]} => -1
        {"$eq":["$nothing",null]} => false
        {"$eq":["$o",{"k":1,"x":{"y":"deep"}}]} => true
        {"$ne":["$n",5]} => false
        {"$gt":["$t","$s"]} => true
        {"$gt":["$l",[3]]} => true
        {"$gte":["$d","$d0"]} => true
        {"$lt":[null,0]} => true
        {"$lte":["a","B"]} => false
        {"$and":["$t","$n"]} => true
        {"$and":["$t","$z"]} => false
        {"$and":[]} => true
        {"$and":["$f",{"$divide":[1,0]}]} => false
        {"$or":["$null","$nothing","$z"]} => false
        {"$or":["$e"]} => true
        {"$or":[]} => false
        {"$not":["$nothing"]} => true
        {"$not":["$el"]} => false
        {"$cond":["$t","yes",{"$divide":[1,0]}]} => "yes"
        {"$cond":{"if":"$z","then":1,"else":"$nothing"}} => -
        {"$cond":["$t",1]} => !exactly 3 arguments
        {"$cond":{"if":1,"then":2}} => !requires 'else'
        {"$ifNull":["$null","$nothing","$n"]} => 5
        {"$ifNull":["$null","$nothing"]} => -
        {"$ifNull":["$s"]} => !at least 2 arguments
        {"$switch":{"branches":[{"case":"$z","then":1},{"case":"$n","then":2}],"default":3}} => 2
        {"$switch":{"branches":[{"case":"$z","then":1}],"default":3}} => 3
        {"$switch":{"branches":[{"case":"$z","then":1}]}} => !matching branch
        {"$switch":{"branches":[]}} => !at least one branch
        {"$let":{"vars":{"a":"$n","b":2},"in":{"$multiply":["$$a","$$b"]}}} => 10
        {"$let":{"vars":{"a":"$o"},"in":"$$a.x.y"}} => "deep"
        {"$let":{"vars":{"A":1},"in":1}} => !invalid character
        "#,
    );
    let random = evaluate(r#"{"$rand":{}}"#, &Map::new()).unwrap().unwrap();
    assert!((0.0..1.0).contains(&random.as_number().unwrap()));
}

#[test]
fn lists() {
    check(
        r#"
        {"$size":"$l"} => 3
        {"$size":"$n"} => !must be an array, but was of type: int
        {"$size":"$nothing"} => !missing
        {"$arrayElemAt":["$l",0]} => 3
        {"$arrayElemAt":["$l",-1]} => 2
        {"$arrayElemAt":["$l",9]} => -
        {"$arrayElemAt":["$null",0]} => null
        {"$arrayElemAt":["$n",0]} => !array
        {"$first":"$l"} => 3
        {"$last":"$l"} => 2
        {"$first":"$el"} => -
        {"$slice":["$l",2]} => [3,1]
        {"$slice":["$l",-2]} => [1,2]
        {"$slice":["$l",1,5]} => [1,2]
        {"$slice":["$l",-9,1]} => [3]
        {"$slice":["$l",1,0]} => !must be positive
        {"$concatArrays":["$l",["x"]]} => [3,1,2,"x"]
        {"$concatArrays":["$l","$nothing"]} => null
        {"$concatArrays":["$l",1]} => !only supports arrays
        {"$in":[1,"$l"]} => true
        {"$in":["x","$w"]} => false
        {"$in":[1,"$nothing"]} => !array
        {"$indexOfArray":["$w","a"]} => 0
        {"$indexOfArray":["$w","a",1]} => 2
        {"$indexOfArray":["$w","b",0,1]} => -1
        {"$isArray":"$l"} => true
        {"$isArray":"$s"} => false
        {"$reverseArray":"$l"} => [2,1,3]
        {"$range":[0,5,2]} => [0,2,4]
        {"$range":[3,0,-1]} => [3,2,1]
        {"$range":[0,1,0]} => !non-zero
        {"$zip":{"inputs":["$l","$w"]}} => [[3,"a"],[1,"b"],[2,"a"]]
        {"$zip":{"inputs":["$l",["x"]],"useLongestLength":true,"defaults":[0,"-"]}} => [[3,"x"],[1,"-"],[2,"-"]]
        {"$map":{"input":"$l","as":"i","in":{"$add":["$$i",1]}}} => [4,2,3]
        {"$map":{"input":"$l","in":"$$this"}} => [3,1,2]
        {"$map":{"input":"$null","in":1}} => null
        {"$map":{"input":"$n","in":1}} => !must be an array
        {"$filter":{"input":"$l","as":"i","cond":{"$gt":["$$i",1]}}} => [3,2]
        {"$filter":{"input":"$l","cond":true,"limit":1}} => [3]
        {"$filter":{"input":"$l","cond":true,"limit":0}} => !limit
        {"$reduce":{"input":"$w","initialValue":"","in":{"$concat":["$$value","$$this"]}}} => "aba"
        {"$reduce":{"input":"$nothing","initialValue":0,"in":1}} => null
        {"$sortArray":{"input":"$l","sortBy":1}} => [1,2,3]
        {"$sortArray":{"input":"$l","sortBy":-1}} => [3,2,1]
        {"$sortArray":{"input":"$os","sortBy":{"k":-1,"v":1}}} => [{"k":2},{"k":1,"v":"a"},{"k":1,"v":"b"}]
        {"$sum":"$l"} => 6
        {"$sum":["$n","$m","$s"]} => 2.5
        {"$sum":"$nothing"} => 0
        {"$avg":"$l"} => 2
        {"$avg":"$w"} => null
        {"$min":["$n","$z"]} => 0
        {"$max":"$nested"} => [2]
        {"$max":["$null","$nothing"]} => null
        {"$stdDevPop":[1,3]} => 1
        {"$stdDevSamp":[1]} => null
        {"$avg":[]} => null
        "#,
    );
}

#[test]
fn nothing_grows_without_end() {
    let ones = format!("[{}1]", "1,".repeat(40));
    let doubled = format!(
        r#"{{"$reduce":{{"input":{ones},"initialValue":"xxxxxxxx","in":{{"$concat":["$$value","$$value"]}}}}}}"#
    );
    assert!(evaluate(&doubled, &Map::new()).unwrap_err().to_string().contains("too large"));
    let nested = format!(r#"{{"$reduce":{{"input":[{}1],"initialValue":1,"in":["$$value"]}}}}"#, "1,".repeat(120));
    assert!(evaluate(&nested, &Map::new()).unwrap_err().to_string().contains("too deep"));
}
