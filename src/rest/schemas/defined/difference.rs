//! What a stored class lacks, and has too much, against its definition.

use super::definition::{Definition, is_protected};
use crate::config::SchemaConfig;
use crate::model::schema::default_fields;
use crate::model::{ClassSchema, Field, FieldType, Map, Value};

/// A definition, and how far it may go.
pub(super) struct Difference<'a> {
    /// What is wanted.
    pub(super) definition: &'a Definition,
    /// What may be deleted on the way.
    pub(super) options: &'a SchemaConfig,
}

impl Difference<'_> {
    /// Columns to delete: those that are not defined, and those of another type, each if the options allow it.
    pub(super) fn fields_away(&self, stored: &ClassSchema) -> Map {
        let extra = self.extra(stored).filter(|_| self.options.delete_extra_fields);
        let retyped = self.retyped(stored).filter(|_| self.options.recreate_modified_fields).map(|(name, ..)| name);
        extra.chain(retyped).map(|name| (name, delete())).collect()
    }

    /// Columns to add, and those whose options changed.
    pub(super) fn fields(&self, stored: &ClassSchema) -> Map {
        let differs = |name: &str, wish: &Value| match stored.fields.get(name) {
            None => true,
            Some(field) => !is_retyped(field, wish) && field.to_wire() != *wish,
        };
        let wanted = self.definition.fields.iter().filter(|(name, wish)| differs(name, wish));
        wanted.map(|(name, wish)| (name.as_str(), wish.clone())).collect()
    }

    /// Indexes to add and to delete; one that changed is deleted first, and added when this is asked again.
    pub(super) fn indexes(&self, stored: &ClassSchema) -> Map {
        let wanted = &self.definition.indexes;
        let mut out: Map = wanted
            .iter()
            .filter(|(name, _)| !stored.indexes.contains_key(name))
            .map(|(name, keys)| (name.as_str(), keys.clone()))
            .collect();
        for (name, keys) in stored.indexes.iter().filter(|(name, _)| !is_protected(&stored.name, name)) {
            let away = match wanted.get(name) {
                None => !self.options.keep_unknown_indexes,
                Some(wish) => !same_keys(wish, keys),
            };
            if away {
                out.set(name.as_str(), delete());
            }
        }
        out
    }

    /// What `strict` warns of: differences that stay, as the options do not allow to remove them.
    pub(super) fn warnings(&self, stored: &ClassSchema) -> Vec<String> {
        let mut out = Vec::new();
        if !self.options.strict {
            return out;
        }
        let class = &stored.name;
        let extra: Vec<&str> = self.extra(stored).collect();
        if !self.options.delete_extra_fields && !extra.is_empty() {
            out.push(format!(
                "The following fields exist in the database for \"{class}\", but are missing in the schema : \"{}\"",
                extra.join("\" ,\"")
            ));
        }
        if !self.options.recreate_modified_fields {
            out.extend(self.retyped(stored).map(|(name, from, to)| {
                format!(
                    "The field \"{name}\" type differ between the schema and the database for \"{class}\"; Schema is \
                     defined as \"{to}\" and current database type is \"{from}\""
                )
            }));
        }
        out
    }

    fn extra<'s>(&'s self, stored: &'s ClassSchema) -> impl Iterator<Item = &'s str> {
        let own = default_fields(&stored.name);
        let names = stored.fields.keys().filter(move |name| !own.contains_key(*name));
        names.filter(|name| !self.definition.fields.contains_key(name)).map(String::as_str)
    }

    /// Name, stored type, defined type.
    fn retyped<'s>(&'s self, stored: &'s ClassSchema) -> impl Iterator<Item = (&'s str, String, String)> {
        stored.fields.iter().filter_map(|(name, field)| {
            let wish = self.definition.fields.get(name).filter(|wish| is_retyped(field, wish))?;
            let (ty, target) = type_of(wish);
            Some((name.as_str(), shown(field.ty.name(), field.ty.target()), shown(ty, target)))
        })
    }
}

fn delete() -> Value {
    Value::Object(Map::from([("__op", Value::from("Delete"))]))
}

fn type_of(wish: &Value) -> (&str, Option<&str>) {
    let text = |key: &str| wish.as_object().and_then(|wish| wish.get(key)).and_then(Value::as_str);
    (text("type").unwrap_or_default(), text("targetClass"))
}

/// Another type, as far as it is one: what is none is told when it is carried out.
fn is_retyped(field: &Field, wish: &Value) -> bool {
    let (ty, target) = type_of(wish);
    FieldType::from_name(ty, target).is_some_and(|ty| ty != field.ty)
}

fn shown(ty: &str, target: Option<&str>) -> String {
    target.map_or_else(|| ty.to_owned(), |target| format!("{ty} ({target})"))
}

/// The same keys with the same directions, in whatever order.
fn same_keys(a: &Value, b: &Value) -> bool {
    match (a.as_object(), b.as_object()) {
        (Some(a), Some(b)) => a.len() == b.len() && a.iter().all(|(key, value)| b.get(key) == Some(value)),
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::wire;

    fn map(value: serde_json::Value) -> Map {
        match wire::parse(value.to_string().as_bytes(), 20).unwrap() {
            Value::Object(map) => map,
            _ => unreachable!(),
        }
    }

    fn stored() -> ClassSchema {
        let mut schema = ClassSchema::new("A");
        for (name, ty, options) in [
            ("same", FieldType::Number, json!({"required": true})),
            ("other", FieldType::Number, json!({})),
            ("loose", FieldType::String, json!({"required": true})),
            ("extra", FieldType::String, json!({})),
            ("to", FieldType::Pointer("B".into()), json!({})),
        ] {
            schema.fields.insert(name.into(), Field { ty, options: map(options) });
        }
        schema.indexes =
            map(json!({"_id_": {"_id": 1}, "same_1": {"same": 1}, "turned": {"same": 1}, "old": {"other": 1}}));
        schema
    }

    fn definition() -> Definition {
        let fields = json!({"same": {"type": "Number", "required": true}, "other": {"type": "String"},
            "loose": {"type": "String"}, "to": {"type": "Pointer", "targetClass": "C"}, "new": {"type": "Date"}});
        let indexes = json!({"same_1": {"same": 1}, "turned": {"same": -1}, "new_1": {"new": 1}});
        Definition { class: "A".into(), fields: map(fields), indexes: map(indexes), clp: None }
    }

    fn options() -> SchemaConfig {
        SchemaConfig {
            definitions: Vec::new(),
            strict: false,
            delete_extra_fields: false,
            recreate_modified_fields: false,
            lock_schemas: false,
            keep_unknown_indexes: false,
            must_succeed: false,
        }
    }

    fn keys(map: &Map) -> Vec<&str> {
        map.keys().map(crate::model::Key::as_str).collect()
    }

    #[test]
    fn fields_go_only_as_far_as_the_options_allow() {
        let definition = definition();
        let away = |options: SchemaConfig| {
            let map = Difference { definition: &definition, options: &options }.fields_away(&stored());
            map.keys().cloned().collect::<Vec<_>>()
        };
        assert_eq!(away(options()), [""; 0]);
        assert_eq!(away(SchemaConfig { delete_extra_fields: true, ..options() }), ["extra"]);
        assert_eq!(away(SchemaConfig { recreate_modified_fields: true, ..options() }), ["other", "to"]);
        let options = options();
        let difference = Difference { definition: &definition, options: &options };
        assert_eq!(keys(&difference.fields(&stored())), ["loose", "new"], "another type is not forced on a column");
    }

    #[test]
    fn indexes_are_added_dropped_and_turned() {
        let (definition, options) = (definition(), options());
        let difference = Difference { definition: &definition, options: &options };
        let delete = json!({"__op": "Delete"});
        let first = difference.indexes(&stored());
        assert_eq!(first, map(json!({"new_1": {"new": 1}, "turned": delete, "old": delete})));
        let mut after = stored();
        after.indexes = map(json!({"_id_": {"_id": 1}, "same_1": {"same": 1}, "new_1": {"new": 1}}));
        assert_eq!(difference.indexes(&after), map(json!({"turned": {"same": -1}})));
        let keep = SchemaConfig { keep_unknown_indexes: true, ..options.clone() };
        let kept = Difference { definition: &definition, options: &keep }.indexes(&stored());
        assert_eq!(keys(&kept), ["new_1", "turned"]);
    }

    #[test]
    fn strict_tells_what_stays() {
        let definition = definition();
        let told =
            |options: SchemaConfig| Difference { definition: &definition, options: &options }.warnings(&stored());
        assert_eq!(told(options()), [""; 0]);
        let strict = SchemaConfig { strict: true, ..options() };
        assert_eq!(
            told(strict.clone()),
            [
                "The following fields exist in the database for \"A\", but are missing in the schema : \"extra\"",
                "The field \"other\" type differ between the schema and the database for \"A\"; Schema is defined as \
                 \"String\" and current database type is \"Number\"",
                "The field \"to\" type differ between the schema and the database for \"A\"; Schema is defined as \
                 \"Pointer (C)\" and current database type is \"Pointer (B)\"",
            ]
        );
        assert_eq!(told(SchemaConfig { delete_extra_fields: true, recreate_modified_fields: true, ..strict }), [""; 0]);
    }
}
