//! Sets, objects, texts, dates, types.

use super::check;

#[test]
fn sets_and_objects() {
    check(
        r#"
        {"$setUnion":["$l",[2,4]]} => [1,2,3,4]
        {"$setUnion":["$w",["c"]]} => ["a","b","c"]
        {"$setUnion":["$l","$null"]} => null
        {"$setIntersection":["$w",["a","z"]]} => ["a"]
        {"$setDifference":["$l",[1]]} => [3,2]
        {"$setIsSubset":[["a"],"$w"]} => true
        {"$setIsSubset":["$w",["a"]]} => false
        {"$setEquals":["$w",["b","a","b"]]} => true
        {"$setEquals":["$w",1]} => !must be arrays
        {"$allElementsTrue":[["$t",1]]} => true
        {"$allElementsTrue":[["$t",0]]} => false
        {"$anyElementTrue":[["$f",null]]} => false
        {"$mergeObjects":["$o",{"k":2,"z":1},null]} => {"k":2,"x":{"y":"deep"},"z":1}
        {"$mergeObjects":"$os"} => {"k":1,"v":"b"}
        {"$mergeObjects":["$n"]} => !object
        {"$objectToArray":"$o.x"} => [{"k":"y","v":"deep"}]
        {"$objectToArray":"$nothing"} => null
        {"$arrayToObject":[[["a",1],["b","$n"]]]} => {"a":1,"b":5}
        {"$arrayToObject":[[{"k":"a","v":1}]]} => {"a":1}
        {"$arrayToObject":"$l"} => !pairs
        {"$getField":"n"} => 5
        {"$getField":{"field":"k","input":"$o"}} => 1
        {"$getField":{"field":"k","input":"$n"}} => -
        {"$setField":{"field":"a.b","input":{},"value":1}} => {"a.b":1}
        {"$setField":{"field":"k","input":"$o","value":"$$REMOVE"}} => {"x":{"y":"deep"}}
        "#,
    );
}

#[test]
fn texts() {
    check(
        r#"
        {"$concat":["$s","-","$u"]} => "aBc-é√x"
        {"$concat":["$s","$nothing",1]} => null
        {"$concat":["$s",1]} => !only supports strings
        {"$toUpper":"$s"} => "ABC"
        {"$toLower":"$u"} => "é√x"
        {"$toUpper":"$null"} => ""
        {"$strcasecmp":["$s","abd"]} => -1
        {"$strcasecmp":["$s","ABC"]} => 0
        {"$substr":["$s",1,1]} => "B"
        {"$substr":["$s",1,-1]} => "Bc"
        {"$substr":["$s",9,1]} => ""
        {"$substrBytes":["$u",1,1]} => !UTF-8
        {"$substrCP":["$u",1,2]} => "√x"
        {"$strLenBytes":"$u"} => 6
        {"$strLenCP":"$u"} => 3
        {"$strLenCP":"$nothing"} => !string
        {"$indexOfBytes":["$u","x"]} => 5
        {"$indexOfCP":["$u","x"]} => 2
        {"$indexOfCP":["$s","c",0,2]} => -1
        {"$indexOfCP":["$null","c"]} => null
        {"$split":["a-b--c","-"]} => ["a","b","","c"]
        {"$split":["$null","-"]} => null
        {"$split":["$s",""]} => !separator
        {"$replaceOne":{"input":"aXbX","find":"X","replacement":"-"}} => "a-bX"
        {"$replaceAll":{"input":"aXbX","find":"X","replacement":"-"}} => "a-b-"
        {"$trim":{"input":"  a b\t"}} => "a b"
        {"$ltrim":{"input":"xxaxx","chars":"x"}} => "axx"
        {"$rtrim":{"input":"xxaxx","chars":"x"}} => "xxa"
        {"$regexMatch":{"input":"$s","regex":"b"}} => false
        {"$regexMatch":{"input":"$s","regex":"b","options":"i"}} => true
        {"$regexMatch":{"input":"$null","regex":"b"}} => false
        {"$regexFind":{"input":"$u","regex":"(√)(x)?"}} => {"match":"√x","idx":1,"captures":["√","x"]}
        {"$regexFind":{"input":"$s","regex":"z"}} => null
        {"$regexFindAll":{"input":"aab","regex":"a(b)?"}} => [{"match":"a","idx":0,"captures":[null]},{"match":"ab","idx":1,"captures":["b"]}]
        {"$regexMatch":{"input":"$s","regex":"("}} => !invalid
        {"$regexMatch":{"input":"a.c","regex":"^\\Qa.\\E"}} => true
        "#,
    );
}

#[test]
fn dates() {
    check(
        r#"
        {"$year":"$d"} => 2024
        {"$month":"$d"} => 2
        {"$dayOfMonth":"$d"} => 29
        {"$hour":"$d"} => 13
        {"$hour":{"date":"$d","timezone":"+02:30"}} => 15
        {"$hour":{"date":"$d","timezone":"Mars/Base"}} => !time zone
        {"$minute":"$d"} => 4
        {"$second":"$d"} => 5
        {"$millisecond":"$d"} => 678
        {"$dayOfWeek":"$d"} => 5
        {"$isoDayOfWeek":"$d"} => 4
        {"$dayOfYear":"$d"} => 60
        {"$week":"$d0"} => 1
        {"$isoWeek":"$d0"} => 53
        {"$isoWeekYear":"$d0"} => 2020
        {"$year":"$nothing"} => null
        {"$year":"$s"} => !can't convert from BSON type string to Date
        {"$dateToString":{"date":"$d"}} => "2024-02-29T13:04:05.678Z"
        {"$dateToString":{"date":"$d","format":"%Y/%m/%d %H:%M:%S.%L %j %u %w %V %G %U %B %b %%"}} => "2024/02/29 13:04:05.678 060 4 5 09 2024 08 February Feb %"
        {"$dateToString":{"date":"$d","format":"%H %z %Z","timezone":"-0130"}} => "11 -0130 -90"
        {"$dateToString":{"date":"$null","onNull":"none"}} => "none"
        {"$dateToString":{"date":"$d","format":"%q"}} => !format
        {"$dateFromString":{"dateString":"2021-01-03T00:00:00Z"}} => {"$date":"2021-01-03T00:00:00Z"}
        {"$dateFromString":{"dateString":"03.01.2021","format":"%d.%m.%Y"}} => {"$date":"2021-01-03T00:00:00Z"}
        {"$dateFromString":{"dateString":"2021-01-03","timezone":"+01"}} => {"$date":"2021-01-02T23:00:00Z"}
        {"$dateFromString":{"dateString":"x","onError":"bad"}} => "bad"
        {"$dateFromString":{"dateString":"$null","onNull":"none"}} => "none"
        {"$dateFromString":{"dateString":"x"}} => !Error parsing date string
        {"$dateToParts":{"date":"$d0"}} => {"year":2021,"month":1,"day":3,"hour":0,"minute":0,"second":0,"millisecond":0}
        {"$dateToParts":{"date":"$d0","iso8601":true}} => {"isoWeekYear":2020,"isoWeek":53,"isoDayOfWeek":7,"hour":0,"minute":0,"second":0,"millisecond":0}
        {"$dateFromParts":{"year":2021,"month":14,"day":0}} => {"$date":"2022-01-31T00:00:00Z"}
        {"$dateFromParts":{"isoWeekYear":2020,"isoWeek":53,"isoDayOfWeek":7}} => {"$date":"2021-01-03T00:00:00Z"}
        {"$dateFromParts":{"month":1}} => !year
        {"$dateTrunc":{"date":"$d","unit":"month"}} => {"$date":"2024-02-01T00:00:00Z"}
        {"$dateTrunc":{"date":"$d","unit":"hour","binSize":6}} => {"$date":"2024-02-29T12:00:00Z"}
        {"$dateTrunc":{"date":"$d","unit":"week","startOfWeek":"monday"}} => {"$date":"2024-02-26T00:00:00Z"}
        {"$dateTrunc":{"date":"$d","unit":"quarter"}} => {"$date":"2024-01-01T00:00:00Z"}
        {"$dateAdd":{"startDate":"$d","unit":"year","amount":1}} => {"$date":"2025-02-28T13:04:05.678Z"}
        {"$dateSubtract":{"startDate":"$d0","unit":"day","amount":3}} => {"$date":"2020-12-31T00:00:00Z"}
        {"$dateDiff":{"startDate":"$d0","endDate":"$d","unit":"month"}} => 37
        {"$dateDiff":{"startDate":"$d0","endDate":"$d","unit":"week"}} => 164
        {"$dateDiff":{"startDate":"$d0","endDate":"$d","unit":"eon"}} => !time unit
        "#,
    );
}

#[test]
fn types_and_conversions() {
    check(
        r#"
        {"$type":"$n"} => "int"
        {"$type":"$m"} => "double"
        {"$type":"$s"} => "string"
        {"$type":"$nothing"} => "missing"
        {"$type":"$null"} => "null"
        {"$type":"$t"} => "bool"
        {"$type":"$l"} => "array"
        {"$type":"$o"} => "object"
        {"$type":"$d"} => "date"
        {"$type":"$b"} => "binData"
        {"$isNumber":"$m"} => true
        {"$isNumber":"$s"} => false
        {"$toInt":"42"} => 42
        {"$toInt":"$m"} => -2
        {"$toInt":"4.2"} => !Failed to parse number
        {"$toInt":3000000000} => !overflow
        {"$toLong":"$d0"} => 1609632000000
        {"$toDouble":"1.5e3"} => 1500
        {"$toDouble":"$t"} => 1
        {"$toDecimal":"2.5"} => 2.5
        {"$toBool":"$e"} => true
        {"$toBool":"$z"} => false
        {"$toDate":0} => {"$date":"1970-01-01T00:00:00Z"}
        {"$toDate":"2021-01-03"} => {"$date":"2021-01-03T00:00:00Z"}
        {"$toDate":"$t"} => !Unsupported conversion
        {"$toString":"$m"} => "-2.5"
        {"$toString":1e20} => "1e+20"
        {"$toString":-1.5e-7} => "-1.5e-07"
        {"$toString":{"$add":[0.1,0.2]}} => "0.3"
        {"$toString":3000000000} => "3000000000"
        {"$toString":1234.5678} => "1234.5678"
        {"$toString":"$d0"} => "2021-01-03T00:00:00.000Z"
        {"$toString":"$nothing"} => null
        {"$toString":"$l"} => !Unsupported conversion
        {"$convert":{"input":"x","to":"int","onError":"$n"}} => 5
        {"$convert":{"input":"$nothing","to":"int","onNull":0}} => 0
        {"$convert":{"input":"7","to":{"type":"double"}}} => 7
        {"$convert":{"input":"7","to":"minKey"}} => !does not support
        "#,
    );
}
