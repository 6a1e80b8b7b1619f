//! A class as a row of `_SCHEMA.json`, in the form of `GET /schemas`.

use crate::model::schema::Named;
use crate::model::{ClassSchema, Field, Map, Value};

/// The class of a row; `None` for what is none. Columns that every such class has may be left out of it.
pub fn read(value: Value) -> Option<ClassSchema> {
    let Value::Object(mut row) = value else { return None };
    let Some(Value::String(name)) = row.take("className") else { return None };
    let Some(Value::Object(declared)) = row.take("fields") else { return None };
    let mut fields = Named::default();
    for (name, field) in declared {
        fields.insert(name.into(), Field::from_wire(field)?);
    }
    for (name, field) in ClassSchema::new(&name).fields {
        if !fields.contains_key(&name) {
            fields.insert(name, field);
        }
    }
    let mut object = |key: &str| match row.take(key) {
        Some(Value::Object(map)) => Some(map),
        _ => None,
    };
    let (clp, indexes) = (object("classLevelPermissions"), object("indexes").unwrap_or_default());
    Some(ClassSchema { name, fields, clp, indexes })
}

/// The row of a class.
pub fn write(schema: &ClassSchema) -> Value {
    let fields: Map = schema.fields.iter().map(|(name, field)| (name.as_str(), field.to_wire())).collect();
    let mut row = Map::from([("className", Value::from(schema.name.as_str())), ("fields", Value::Object(fields))]);
    if let Some(clp) = &schema.clp {
        row.set("classLevelPermissions", Value::Object(clp.clone()));
    }
    if !schema.indexes.is_empty() {
        row.set("indexes", Value::Object(schema.indexes.clone()));
    }
    Value::Object(row)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::wire;

    #[test]
    fn a_class_comes_back_as_it_was() {
        let row = |more: &str| {
            let own = r#""p":{"type":"Pointer","targetClass":"B","required":true},"objectId":{"type":"String"}"#;
            let rest = r#""classLevelPermissions":{"find":{"*":true}},"indexes":{"i":{"p":1}}"#;
            format!(r#"{{"className":"A","fields":{{{own}{more}}},{rest}}}"#)
        };
        let whole = row(r#","createdAt":{"type":"Date"},"updatedAt":{"type":"Date"},"ACL":{"type":"ACL"}"#);
        for given in [row(""), whole.clone()] {
            let class = read(wire::parse(given.as_bytes(), 20).unwrap()).unwrap();
            assert_eq!(wire::to_string(&write(&class)), whole, "{given}");
        }
        for wrong in ["1", "{}", r#"{"className":"A"}"#, r#"{"className":"A","fields":{"a":{"type":"What"}}}"#] {
            assert!(read(wire::parse(wrong.as_bytes(), 20).unwrap()).is_none(), "{wrong}");
        }
    }
}
