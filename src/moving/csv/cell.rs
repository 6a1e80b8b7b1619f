//! One cell: its text and the value, by the type of its column.

use crate::model::wire::{self, MAX_DEPTH};
use crate::model::{Date, Field, FieldType, Map, Value, schema};

/// What the cells of a column are.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// What the class says.
    Known(FieldType),
    /// What the cells say that have been seen so far; `None` before the first.
    Seen(Option<FieldType>),
}

impl Shape {
    /// The shape of a column by its name, and its type if the class has it.
    pub fn of(name: &str, ty: Option<&FieldType>) -> Self {
        match (name, ty) {
            ("objectId" | "bcryptPassword" | "_hashed_password", _) => Self::Known(FieldType::String),
            ("createdAt" | "updatedAt", _) => Self::Known(FieldType::String),
            (_, Some(ty)) => Self::Known(ty.clone()),
            (_, None) => Self::Seen(None),
        }
    }

    /// Looks at one more cell of a column that the class does not have.
    pub fn see(&mut self, cell: &str) {
        let Self::Seen(seen) = self else { return };
        if cell.is_empty() {
            return;
        }
        let own = alone(cell);
        *seen = match seen.take() {
            None => Some(own),
            Some(before) if before == own => Some(own),
            // Two kinds of things are texts, whatever each looks like.
            Some(_) => Some(FieldType::String),
        };
    }

    /// The column to make, if there is one to make.
    pub fn field(&self) -> Option<Field> {
        match self {
            Self::Seen(Some(ty)) => Some(Field::new(ty.clone())),
            _ => None,
        }
    }

    /// The value of a cell in wire form; an empty one has none.
    ///
    /// # Errors
    /// Why it is none of its type, in words.
    pub fn read(&self, cell: &str) -> Result<Option<Value>, String> {
        let (Self::Known(ty) | Self::Seen(Some(ty))) = self else { return Ok(None) };
        if cell.is_empty() {
            return Ok(None);
        }
        let is_json = cell.starts_with(['{', '[']);
        let not = |what: &str| format!("{cell:?} is no {what}");
        Ok(Some(match ty {
            FieldType::String => Value::from(cell),
            FieldType::Number => number(cell).map(Value::Number).ok_or_else(|| not("number"))?,
            FieldType::Boolean => match cell.to_ascii_lowercase().as_str() {
                "true" | "1" | "yes" => Value::Bool(true),
                "false" | "0" | "no" => Value::Bool(false),
                _ => return Err(not("true or false")),
            },
            FieldType::Date if !is_json => typed("Date", "iso", Date::parse(cell).ok_or_else(|| not("date"))?.iso()),
            FieldType::Pointer(class) if !is_json => Value::Object(Map::from([
                ("__type", Value::from("Pointer")),
                ("className", Value::from(class.as_str())),
                ("objectId", Value::from(cell)),
            ])),
            FieldType::File if !is_json => typed("File", "name", cell.to_owned()),
            FieldType::Bytes if !is_json => typed("Bytes", "base64", cell.to_owned()),
            _ => wire::parse(cell.as_bytes(), MAX_DEPTH).map_err(|_| not("JSON"))?,
        }))
    }
}

fn typed(ty: &str, key: &str, text: String) -> Value {
    Value::Object(Map::from([("__type", Value::from(ty)), (key, Value::String(text))]))
}

/// What a cell by itself would be.
fn alone(cell: &str) -> FieldType {
    if number(cell).is_some() {
        return FieldType::Number;
    }
    if matches!(cell, "true" | "false") {
        return FieldType::Boolean;
    }
    // A date alone might be anything.
    if cell.contains('T') && Date::parse(cell).is_some() {
        return FieldType::Date;
    }
    let json = if cell.starts_with(['{', '[']) { wire::parse(cell.as_bytes(), MAX_DEPTH).ok() } else { None };
    json.and_then(|value| schema::infer(&value).ok().flatten()).unwrap_or(FieldType::String)
}

/// A number as JSON writes it: a text with zeros in front (`007`) is a name, and stays one.
fn number(cell: &str) -> Option<f64> {
    match wire::parse(cell.as_bytes(), 1) {
        Ok(Value::Number(number)) => Some(number),
        _ => None,
    }
}

/// The text of a value.
pub fn text(value: &Value) -> String {
    match value {
        Value::String(text) | Value::File(text) => text.clone(),
        Value::Date(date) => date.iso(),
        other => wire::to_string(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_say_together_what_they_are() {
        for (cells, ty) in [
            (&["1", "", "-2.5e3"][..], "Number"),
            (&["1", "007"], "String"),
            (&["true", "false"], "Boolean"),
            (&["true", "1"], "String"),
            (&["2020-01-01T00:00:00Z"], "Date"),
            (&["2020-01-01"], "String"),
            (&[r#"{"a":1}"#, "{}"], "Object"),
            (&["[1]"], "Array"),
            (&["[1", "[2"], "String"),
            (&[r#"{"__type":"Pointer","className":"A","objectId":"x"}"#], "Pointer<A>"),
            (&[r#"{"__type":"GeoPoint","latitude":1,"longitude":2}"#], "GeoPoint"),
        ] {
            let mut shape = Shape::of("x", None);
            cells.iter().for_each(|cell| shape.see(cell));
            assert_eq!(shape.field().unwrap().ty.to_string(), ty, "{cells:?}");
        }
        assert_eq!(Shape::of("x", None).field(), None);
    }

    #[test]
    fn cells_are_read_in_the_types_of_columns() {
        let pointer = FieldType::Pointer("A".into());
        for (ty, cell, value) in [
            (FieldType::String, "1", r#""1""#),
            (FieldType::Number, "1.50", "1.5"),
            (FieldType::Boolean, "Yes", "true"),
            (FieldType::Date, "2020-01-01", r#"{"__type":"Date","iso":"2020-01-01T00:00:00.000Z"}"#),
            (pointer, "x", r#"{"__type":"Pointer","className":"A","objectId":"x"}"#),
            (FieldType::File, "a.jpg", r#"{"__type":"File","name":"a.jpg"}"#),
            (FieldType::Array, "[1]", "[1]"),
        ] {
            let read = Shape::Known(ty).read(cell).unwrap().unwrap();
            assert_eq!(wire::to_string(&read), value);
        }
        for (ty, cell, why) in [
            (FieldType::Number, "one", r#""one" is no number"#),
            (FieldType::Boolean, "maybe", r#""maybe" is no true or false"#),
            (FieldType::Date, "soon", r#""soon" is no date"#),
            (FieldType::Object, "{", r#""{" is no JSON"#),
        ] {
            assert_eq!(Shape::Known(ty).read(cell).unwrap_err(), why);
        }
    }
}
