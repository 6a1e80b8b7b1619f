//! Are two objects the same, whatever the order of their keys, and whichever back end they are from?

use xxhash_rust::xxh3::Xxh3;

use crate::model::{Acl, Map, ParseObject, Value};

/// A number that two objects share if they are the same, and else never do.
pub fn of_object(object: &ParseObject) -> u128 {
    let mut sum = Sum(Xxh3::new());
    sum.text(0, &object.id);
    sum.map(&object.fields);
    sum.map(&object.internal);
    sum.acl(object.acl.as_ref());
    sum.0.digest128()
}

/// As [`of_object`], for an entry of a relation.
pub fn of_entry(owning: &str, related: &str) -> u128 {
    let mut sum = Sum(Xxh3::new());
    sum.text(0, owning);
    sum.text(0, related);
    sum.0.digest128()
}

/// The fields in which two objects differ.
pub fn differences(one: &ParseObject, other: &ParseObject) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (a, b) in [(&one.fields, &other.fields), (&one.internal, &other.internal)] {
        let differs = |name: &&crate::model::Key| a.get(name).map(of_value) != b.get(name).map(of_value);
        let own = a.keys().filter(differs);
        let theirs = b.keys().filter(|name| !a.contains_key(name));
        names.extend(own.chain(theirs).map(ToString::to_string));
    }
    let of_acl = |object: &ParseObject| {
        let mut sum = Sum(Xxh3::new());
        sum.acl(object.acl.as_ref());
        sum.0.digest128()
    };
    if of_acl(one) != of_acl(other) {
        names.push("ACL".to_owned());
    }
    names
}

/// A number for what stands in a field, missing or not.
pub fn of_field(object: &ParseObject, field: &str) -> u128 {
    object.fields.get(field).map_or(0, of_value)
}

fn of_value(value: &Value) -> u128 {
    let mut sum = Sum(Xxh3::new());
    sum.value(value);
    sum.0.digest128()
}

/// What has been seen so far. Each part begins with what it is, and with its length where it has one, so that no two read alike.
struct Sum(Xxh3);

impl Sum {
    fn number(&mut self, what: u8, number: u64) {
        self.0.update(&[what]);
        self.0.update(&number.to_le_bytes());
    }

    fn text(&mut self, what: u8, text: &str) {
        self.number(what, text.len() as u64);
        self.0.update(text.as_bytes());
    }

    fn map(&mut self, map: &Map) {
        self.number(1, map.len() as u64);
        let mut pairs: Vec<_> = map.iter().collect();
        pairs.sort_unstable_by(|(a, _), (b, _)| a.as_str().cmp(b.as_str()));
        for (key, value) in pairs {
            self.text(2, key);
            self.value(value);
        }
    }

    fn acl(&mut self, acl: Option<&Acl>) {
        for list in acl.into_iter().flat_map(|acl| [&acl.read, &acl.write]) {
            let mut entries: Vec<&String> = list.iter().collect();
            entries.sort_unstable();
            entries.dedup();
            self.number(3, entries.len() as u64);
            entries.into_iter().for_each(|entry| self.text(4, entry));
        }
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.number(5, 0),
            Value::Bool(b) => self.number(6, u64::from(*b)),
            // The two zeros are one number on the wire.
            Value::Number(n) => self.number(7, (n + 0.0).to_bits()),
            Value::String(text) => self.text(8, text),
            Value::Date(date) => self.number(9, date.0.cast_unsigned()),
            Value::Pointer(pointer) => {
                self.text(10, &pointer.class);
                self.text(10, &pointer.id);
            }
            Value::GeoPoint(point) => {
                self.number(11, (point.latitude + 0.0).to_bits());
                self.number(11, (point.longitude + 0.0).to_bits());
            }
            Value::Polygon(points) => {
                self.number(12, points.len() as u64);
                points.iter().for_each(|point| self.value(&Value::GeoPoint(*point)));
            }
            Value::File(name) => self.text(13, name),
            Value::Bytes(bytes) => {
                self.number(14, bytes.len() as u64);
                self.0.update(bytes);
            }
            Value::Relation(class) => self.text(15, class),
            Value::Array(list) => {
                self.number(16, list.len() as u64);
                list.iter().for_each(|value| self.value(value));
            }
            Value::Object(map) => self.map(map),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::wire;

    fn object(body: &str) -> ParseObject {
        let Ok(Value::Object(map)) = wire::parse(body.as_bytes(), 20) else { unreachable!() };
        let mut object = ParseObject { id: "x".into(), ..ParseObject::default() };
        for (key, value) in map {
            match key.as_str() {
                "ACL" => object.acl = Some(Acl::from_wire(&value)),
                key if key.starts_with('_') => drop(object.internal.set(key, value)),
                key => drop(object.fields.set(key, wire::field(value).unwrap())),
            }
        }
        object
    }

    #[test]
    fn what_is_the_same_is_equal_and_nothing_else() {
        let same = [
            (r#"{"a":1,"b":{"x":1,"y":[1,2]}}"#, r#"{"b":{"y":[1,2],"x":1},"a":1.0}"#),
            (r#"{"ACL":{"a":{"read":true},"b":{"read":true}}}"#, r#"{"ACL":{"b":{"read":true},"a":{"read":true}}}"#),
            (r#"{"a":-0}"#, r#"{"a":0}"#),
        ];
        for (a, b) in same {
            assert_eq!(of_object(&object(a)), of_object(&object(b)), "{a} {b}");
            assert!(differences(&object(a), &object(b)).is_empty(), "{a} {b}");
        }
        let all = [
            ("{}", ""),
            (r#"{"a":1}"#, "a"),
            (r#"{"a":null}"#, "a"),
            (r#"{"a":"1"}"#, "a"),
            (r#"{"a":[1]}"#, "a"),
            (r#"{"a":[[1]]}"#, "a"),
            (r#"{"a":{"__type":"Date","iso":"1970-01-01T00:00:00.001Z"}}"#, "a"),
            (r#"{"a":{"__type":"Bytes","base64":"MQ=="}}"#, "a"),
            (r#"{"a":{"__type":"File","name":"1"}}"#, "a"),
            (r#"{"ab":"c"}"#, "ab"),
            (r#"{"a":"bc"}"#, "a"),
            (r#"{"_a":1}"#, "_a"),
            (r#"{"ACL":{}}"#, "ACL"),
            (r#"{"ACL":{"a":{"read":true}}}"#, "ACL"),
            (r#"{"ACL":{"a":{"write":true}}}"#, "ACL"),
        ];
        for (i, (a, differs)) in all.iter().enumerate() {
            assert_eq!(differences(&object("{}"), &object(a)).join(","), *differs, "{a}");
            for (b, _) in &all[..i] {
                assert_ne!(of_object(&object(a)), of_object(&object(b)), "{a} {b}");
            }
        }
    }
}
