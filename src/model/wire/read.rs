//! JSON text into a value, nothing typed yet.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

use crate::model::{Map, Value};

/// Why a text is not JSON that we read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Syntax(pub String);

/// Reads a whole text; objects and lists may lie in each other `depth` deep.
///
/// # Errors
/// [`Syntax`] for what is no JSON, is nested too deep, or has a number beyond a double.
pub fn parse(text: &[u8], depth: usize) -> Result<Value, Syntax> {
    let mut reader = serde_json::Deserializer::from_slice(text);
    // The limit is `depth`; serde_json's own of 128 would be lower than some that a config may ask for.
    let value = Seed(depth.min(MAX_DEPTH)).deserialize(&mut reader).map_err(|e| Syntax(e.to_string()))?;
    reader.end().map_err(|e| Syntax(e.to_string()))?;
    Ok(value)
}

/// serde_json stops at 128 levels by itself.
const MAX_DEPTH: usize = 127;

struct Seed(usize);

impl Seed {
    fn below<E: serde::de::Error>(&self) -> Result<Self, E> {
        self.0.checked_sub(1).map(Self).ok_or_else(|| E::custom("JSON is nested too deep"))
    }
}

impl<'de> DeserializeSeed<'de> for Seed {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed {
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
        while let Some(value) = seq.next_element_seed(Seed(below.0))? {
            list.push(value);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let below = self.below()?;
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(Seed(below.0))?;
            map.set(key, value);
        }
        if map.len() > MAX_KEYS {
            return Err(A::Error::custom("too many keys in one object"));
        }
        Ok(Value::Object(map))
    }
}

/// Integer-like keys are put in order one by one, so an object cannot have any number of keys.
const MAX_KEYS: usize = 100_000;

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
        assert!(parse(&[b'['; 100_000], 127).is_err());
    }
}
