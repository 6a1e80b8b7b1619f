//! JSON text into a value, nothing typed yet.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use crate::model::{Key, Map, Value};

/// Why a text is not JSON that we read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Syntax(pub String);

/// The deepest nesting that the house handles; a config may ask for less (`maxJsonDepth`).
pub const MAX_DEPTH: usize = 500;
/// The most values in one text. As values they take some thirty times the room that they take as `0,0,0`; an object with more
/// would be over MongoDB's 16 MB as well.
pub const MAX_VALUES: usize = 1_000_000;

/// Reads a whole text from the outside; objects and lists may lie in each other `depth` deep.
///
/// # Errors
/// [`Syntax`] for what is no JSON, is nested too deep, has too many values or a number beyond a double.
pub fn parse(text: &[u8], depth: usize) -> Result<Value, Syntax> {
    read(serde_json::Deserializer::from_slice(text), depth.min(MAX_DEPTH), MAX_VALUES)
}

/// As [`parse`], for what is known to be UTF-8.
///
/// # Errors
/// As [`parse`].
pub fn parse_text(text: &str, depth: usize) -> Result<Value, Syntax> {
    read(serde_json::Deserializer::from_str(text), depth.min(MAX_DEPTH), MAX_VALUES)
}

/// Reads a text that the house wrote itself, and bounded when it did.
///
/// # Errors
/// [`Syntax`] for what is no JSON.
pub fn reread(text: &[u8]) -> Result<Value, Syntax> {
    read(serde_json::Deserializer::from_slice(text), usize::MAX, usize::MAX)
}

fn read<'a>(
    mut reader: serde_json::Deserializer<impl serde_json::de::Read<'a>>,
    depth: usize,
    values: usize,
) -> Result<Value, Syntax> {
    // Its own limit of 128 is lower than some that a config may ask for.
    reader.disable_recursion_limit();
    let values = Cell::new(values);
    let value = Seed { depth, values: &values }.deserialize(&mut reader).map_err(|e| Syntax(e.to_string()))?;
    reader.end().map_err(|e| Syntax(e.to_string()))?;
    Ok(value)
}

/// How many values a JSON text has, found without reading it; near enough for a text that is none.
pub fn count_values(text: &[u8]) -> usize {
    let mut count = 1;
    let mut quoted = false;
    let mut bytes = text.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => quoted = !quoted,
            b'\\' => drop(bytes.next()),
            b',' | b'[' | b'{' if !quoted => count += 1,
            _ => {}
        }
    }
    count
}

/// At least as many as [`count_values`] finds, in a small part of its time: also what stands in texts counts.
pub fn most_values(text: &[u8]) -> usize {
    // Counted in pieces whose count fits a byte, many bytes at a time are compared at once.
    let count = |piece: &[u8]| piece.iter().map(|b| u8::from(matches!(b, b',' | b'[' | b'{'))).sum::<u8>();
    1 + text.chunks(usize::from(u8::MAX)).map(|piece| usize::from(count(piece))).sum::<usize>()
}

/// What is left of the bounds at one place of the text.
#[derive(Clone, Copy)]
struct Seed<'a> {
    depth: usize,
    values: &'a Cell<usize>,
}

impl Seed<'_> {
    fn below<E: serde::de::Error>(self) -> Result<Self, E> {
        let depth = self.depth.checked_sub(1).ok_or_else(|| E::custom("JSON is nested too deep"))?;
        Ok(Self { depth, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let left = self.values.get().checked_sub(1).ok_or_else(|| D::Error::custom("JSON has too many values"))?;
        self.values.set(left);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, b: bool) -> Result<Value, E> {
        Ok(Value::Bool(b))
    }

    fn visit_i64<E>(self, n: i64) -> Result<Value, E> {
        Ok(Value::Number(n as f64))
    }

    fn visit_u64<E>(self, n: u64) -> Result<Value, E> {
        Ok(Value::Number(n as f64))
    }

    fn visit_f64<E>(self, n: f64) -> Result<Value, E> {
        Ok(Value::Number(n))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::String(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::String(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let below = self.below()?;
        let mut list = Vec::new();
        while let Some(value) = seq.next_element_seed(below)? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let below = self.below()?;
        let next = || entries.next_entry_seed(PhantomData::<Key>, below).transpose();
        std::iter::from_fn(next).collect::<Result<Map, _>>().map(Value::Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::wire::to_string;

    #[test]
    fn keeps_order_as_javascript_does() {
        let value = parse(br#"{"b":1,"10":2,"a":3,"2":4,"b":5,"01":6}"#, 10).unwrap();
        assert_eq!(to_string(&value), r#"{"2":4,"10":2,"b":5,"a":3,"01":6}"#);
    }

    #[test]
    fn refuses_what_is_too_deep() {
        assert!(parse(b"[[[]]]", 3).is_ok());
        assert!(parse(b"[[[]]]", 2).is_err());
        assert!(parse(&[b'['; 100_000], usize::MAX).is_err());
        let deep = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
        assert!(parse(deep.as_bytes(), MAX_DEPTH).is_ok());
    }

    #[test]
    fn refuses_what_is_too_much() {
        let many = |n: usize| format!("[{}0]", "0,".repeat(n));
        assert!(parse(many(MAX_VALUES - 2).as_bytes(), 10).is_ok());
        assert!(parse(many(MAX_VALUES).as_bytes(), 10).is_err());
        assert!(reread(many(MAX_VALUES).as_bytes()).is_ok());
    }

    #[test]
    fn counts_without_reading() {
        for (text, count) in [("1", 1), (r#"{"a":[1,2],"b":"x,[{\",},\\"}"#, 5), ("[]", 2), ("[[[[", 5)] {
            assert_eq!(count_values(text.as_bytes()), count, "{text}");
            assert!(most_values(text.as_bytes()) >= count, "{text}");
        }
    }

    #[test]
    fn many_integer_like_keys_are_put_in_order() {
        let keys: Vec<String> = (0..100_000).rev().map(|n| format!("\"{n}\":{n}")).collect();
        let value = parse(format!("{{\"x\":0,{}}}", keys.join(",")).as_bytes(), 10).unwrap();
        let keys: Vec<&Key> = value.as_object().unwrap().keys().collect();
        assert_eq!((keys[0].as_str(), keys[99_999].as_str(), keys[100_000].as_str()), ("0", "99999", "x"));
    }
}
