//! Single values of a query, brought to the form of the column that they are compared with.

use super::Constraint;
use crate::error::{Error, Result};
use crate::model::{FieldType, Pointer, Value, js, wire};

/// How values are read for one path.
pub(super) struct Atoms<'a> {
    /// The type of the column, if the path is one.
    pub column: Option<&'a FieldType>,
    /// Does the path lead below a column? Values are then compared as they are stored there.
    pub dotted: bool,
}

impl Atoms<'_> {
    /// A value compared directly; `None` if it cannot be (a plain object or a list against a column).
    pub fn direct(&self, value: &Value) -> Result<Option<Constraint>> {
        if self.dotted {
            return self.interior(value).map(|v| Some(Constraint::Eq(v)));
        }
        if let (Some(FieldType::Pointer(target)), Value::String(text)) = (self.column, value) {
            // Compared with the whole stored text, `Class$id`.
            let id = text.strip_prefix(target.as_str()).and_then(|rest| rest.strip_prefix('$'));
            return Ok(Some(match id {
                Some(id) => Constraint::Eq(Value::Pointer(Pointer { class: target.clone(), id: id.to_owned() })),
                None => Constraint::Never,
            }));
        }
        Ok(self.top(value)?.map(Constraint::Eq))
    }

    /// A value inside a constraint.
    ///
    /// # Errors
    /// 107 for one that cannot be compared with a column.
    pub fn operand(&self, value: &Value) -> Result<Value> {
        if self.dotted || self.column == Some(&FieldType::Array) {
            return self.interior(value);
        }
        if let (Some(FieldType::Pointer(target)), Value::String(id)) = (self.column, value) {
            return Ok(Value::Pointer(Pointer { class: target.clone(), id: id.clone() }));
        }
        self.top(value)?.ok_or_else(|| Error::json(format!("bad atom: {}", wire::to_string(value))))
    }

    /// A value as it stands inside arrays and objects.
    pub fn interior(&self, value: &Value) -> Result<Value> {
        wire::interior(value.clone())
    }

    fn top(&self, value: &Value) -> Result<Option<Value>> {
        let typed = match value {
            Value::Array(_) => return Ok(None),
            // One whose parts are no texts is none, and equal to nothing that is stored.
            Value::Object(map) if value.wire_type() == Some("Pointer") => Value::Pointer(Pointer {
                class: js::text_of(map.get("className")),
                id: js::text_of(map.get("objectId")),
            }),
            Value::Object(_) => match value.wire_type() {
                Some("Date" | "Bytes" | "GeoPoint" | "Polygon" | "File") => wire::field(value.clone())?,
                _ => return Ok(None),
            },
            other => other.clone(),
        };
        Ok(Some(match (typed, self.column) {
            (Value::String(name), Some(FieldType::File)) => Value::File(name),
            (Value::File(name), column) if column != Some(&FieldType::File) => Value::String(name),
            (Value::Pointer(p), column) if !matches!(column, Some(FieldType::Pointer(_))) => {
                Value::String(format!("{}${}", p.class, p.id))
            }
            (other, _) => other,
        }))
    }
}
