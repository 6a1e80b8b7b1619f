//! What a push does to the badges of the installations that it goes to.

use super::increment;
use crate::error::{Error, Result};
use crate::model::{ClassSchema, Map, Op, Path, Value, js, wire};
use crate::schema::check::{self, Kind};

/// The column.
pub const COLUMN: &str = "badge";

/// A change of badges.
#[derive(Debug, Clone, PartialEq)]
pub struct Badge {
    /// The change, in wire form.
    change: Value,
    /// Does each device get the number that its installation has then?
    pub increments: bool,
}

impl Badge {
    /// The change that the data of a push ask for.
    ///
    /// # Errors
    /// 1 for a badge that is none: Parse Server says no more about it.
    pub fn of(data: Option<&Value>) -> Result<Option<Self>> {
        let badge = data.and_then(Value::as_object).and_then(|data| data.get(COLUMN));
        let Some(badge) = badge.filter(|badge| badge.truthy()) else { return Ok(None) };
        if badge.as_str().is_some_and(|text| text.eq_ignore_ascii_case("increment")) {
            return Ok(Some(Self { change: increment(Value::Number(1.0)), increments: true }));
        }
        let op = badge.as_object().filter(|op| op.get("__op").is_some_and(is_increment));
        let amount = op.and_then(|op| op.get("amount")).filter(|amount| counts(amount));
        match amount {
            Some(amount) => Ok(Some(Self { change: increment(amount.clone()), increments: true })),
            None if counts(badge) => Ok(Some(Self { change: badge.clone(), increments: false })),
            None => {
                Err(Error::internal("Invalid value for badge, expected number or 'Increment' or {increment: number}"))
            }
        }
    }

    /// The operation on the column.
    ///
    /// # Errors
    /// 111 and 107 for a value that the column does not take.
    pub fn op(&self, schema: &ClassSchema) -> Result<(Path, Op)> {
        let body = Map::from([(COLUMN, self.change.clone())]);
        check::fit(schema, &body, Kind { updating: true, internals: false })?;
        Ok((Path::from(COLUMN), wire::op(self.change.clone(), false, false)?))
    }
}

fn is_increment(op: &Value) -> bool {
    op.as_str().is_some_and(|op| op.eq_ignore_ascii_case("increment"))
}

/// Is it a number other than 0 to JavaScript?
fn counts(value: &Value) -> bool {
    let number = js::number(value);
    number != 0.0 && !number.is_nan()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Field;
    use crate::model::FieldType;

    fn badge(data: &str) -> String {
        let data = wire::parse(data.as_bytes(), 9).unwrap();
        let mut schema = ClassSchema::new("_Installation");
        schema.fields.insert(COLUMN.to_owned(), Field::new(FieldType::Number));
        match Badge::of(Some(&data)) {
            Ok(None) => "none".to_owned(),
            Ok(Some(badge)) => match badge.op(&schema) {
                Ok((_, op)) => format!("{op:?} {}", badge.increments),
                Err(error) => format!("later {error}"),
            },
            Err(_) => "refused".to_owned(),
        }
    }

    #[test]
    fn badges_are_read_as_javascript_reads_them() {
        for (data, wanted) in [
            ("{}", "none"),
            (r#"{"badge":0}"#, "none"),
            (r#"{"badge":null}"#, "none"),
            (r#"{"badge":3}"#, "Set(Number(3.0)) false"),
            (r#"{"badge":-1}"#, "Set(Number(-1.0)) false"),
            (r#"{"badge":"Increment"}"#, "Increment(1.0) true"),
            (r#"{"badge":"increment"}"#, "Increment(1.0) true"),
            (r#"{"badge":{"__op":"Increment","amount":4}}"#, "Increment(4.0) true"),
            (r#"{"badge":{"__op":"INCREMENT","amount":-4}}"#, "Increment(-4.0) true"),
            (r#"{"badge":{"__op":"Increment","amount":0}}"#, "refused"),
            (r#"{"badge":{}}"#, "refused"),
            (r#"{"badge":"x"}"#, "refused"),
            (r#"{"badge":"5"}"#, "later 111: schema mismatch for _Installation.badge; expected Number but got String"),
            (
                r#"{"badge":true}"#,
                "later 111: schema mismatch for _Installation.badge; expected Number but got Boolean",
            ),
        ] {
            assert_eq!(badge(data), wanted, "{data}");
        }
    }
}
