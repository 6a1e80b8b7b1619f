//! The columns that SQLite can compare by itself, and how values stand in them.

use rusqlite::types::{Null, ToSqlOutput, Value as Sql, ValueRef};

use super::row::entries;
use crate::model::{Date, FieldType, Pointer, Value};

/// What a typed column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// The name of a file.
    File,
    /// An integer where the number is one, else a double.
    Number,
    /// 0 or 1.
    Bool,
    /// Milliseconds since 1970.
    Date,
    /// The id of an object of this class.
    Pointer(String),
    /// A permission list; it has its own columns in every table.
    Groups,
}

/// Whole numbers up to here are the same as integer and as double.
const EXACT: f64 = 9_007_199_254_740_992.0;

impl Kind {
    /// The kind of column for a type; `None` for those that stand in the document alone.
    pub fn of(ty: &FieldType) -> Option<Self> {
        Some(match ty {
            FieldType::String => Self::Text,
            FieldType::File => Self::File,
            FieldType::Number => Self::Number,
            FieldType::Boolean => Self::Bool,
            FieldType::Date => Self::Date,
            FieldType::Pointer(class) => Self::Pointer(class.clone()),
            _ => return None,
        })
    }

    /// The value as it stands in the column; `None` if it cannot stand there.
    pub fn sql<'a>(&self, value: &'a Value) -> Option<ToSqlOutput<'a>> {
        Some(match (self, value) {
            (_, Value::Null) => ToSqlOutput::from(Null),
            (Self::Text, Value::String(text)) | (Self::File, Value::File(text)) => ToSqlOutput::from(text.as_str()),
            (Self::Number, Value::Number(n)) => ToSqlOutput::Owned(number(*n)),
            (Self::Bool, Value::Bool(b)) => ToSqlOutput::from(*b),
            (Self::Date, Value::Date(date)) => ToSqlOutput::from(date.0),
            (Self::Pointer(class), Value::Pointer(pointer)) if *class == pointer.class => {
                ToSqlOutput::from(pointer.id.as_str())
            }
            _ => return None,
        })
    }

    /// The value that an argument of a query stands for, owned; null is none.
    pub fn arg(&self, value: &Value) -> Option<Sql> {
        match self.sql(value)? {
            ToSqlOutput::Owned(Sql::Null) => None,
            ToSqlOutput::Owned(owned) => Some(owned),
            ToSqlOutput::Borrowed(borrowed) => borrowed.try_into().ok(),
            _ => None,
        }
    }

    /// The value that a column holds; `None` if it holds nothing.
    pub fn value(&self, sql: ValueRef<'_>) -> Option<Value> {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Some(match (self, sql) {
            (Self::Text, ValueRef::Text(t)) => Value::String(text(t)),
            (Self::File, ValueRef::Text(t)) => Value::File(text(t)),
            (Self::Pointer(class), ValueRef::Text(t)) => Value::Pointer(Pointer { class: class.clone(), id: text(t) }),
            (Self::Number, ValueRef::Integer(i)) => Value::Number(i as f64),
            (Self::Number, ValueRef::Real(n)) => Value::Number(n),
            (Self::Bool, ValueRef::Integer(i)) => Value::Bool(i != 0),
            (Self::Date, ValueRef::Integer(ms)) => Value::Date(Date(ms)),
            (Self::Groups, ValueRef::Text(t)) => Value::Array(entries(&text(t)).map(Value::from).collect()),
            _ => return None,
        })
    }

    /// The name in the catalogue.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::File => "file",
            Self::Number => "number",
            Self::Bool => "bool",
            Self::Date => "date",
            Self::Pointer(_) => "pointer",
            Self::Groups => "groups",
        }
    }
}

/// A number as it is stored and compared. Infinity and NaN, which JSON writes as null, are null here too.
fn number(n: f64) -> Sql {
    if !n.is_finite() {
        Sql::Null
    } else if n.trunc() == n && n.abs() <= EXACT {
        Sql::Integer(n as i64)
    } else {
        Sql::Real(n)
    }
}
