//! Schemas: the fields of a class, its permissions and indexes (`admin.md` section 1, `storage.md` A4).

mod infer;
mod system;

use std::fmt;

use super::{Map, Path, Value};
pub use infer::{infer, infer_path};
pub(crate) use infer::{invalid, unsupported};
pub use system::default_fields;

/// The type of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldType {
    /// Text.
    String,
    /// A JavaScript number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// An instant.
    Date,
    /// A JSON object.
    Object,
    /// A JSON array.
    Array,
    /// A place.
    GeoPoint,
    /// A stored file.
    File,
    /// Binary data.
    Bytes,
    /// An area.
    Polygon,
    /// The column `ACL`, which every class has.
    Acl,
    /// A reference to an object of a class.
    Pointer(String),
    /// A set of objects of a class.
    Relation(String),
}

impl FieldType {
    /// The name on the wire, without a target class.
    pub fn name(&self) -> &'static str {
        match self {
            Self::String => "String",
            Self::Number => "Number",
            Self::Boolean => "Boolean",
            Self::Date => "Date",
            Self::Object => "Object",
            Self::Array => "Array",
            Self::GeoPoint => "GeoPoint",
            Self::File => "File",
            Self::Bytes => "Bytes",
            Self::Polygon => "Polygon",
            Self::Acl => "ACL",
            Self::Pointer(_) => "Pointer",
            Self::Relation(_) => "Relation",
        }
    }

    /// The class a pointer or relation leads to.
    pub fn target(&self) -> Option<&str> {
        match self {
            Self::Pointer(class) | Self::Relation(class) => Some(class),
            _ => None,
        }
    }

    /// The type with this name; `target` is needed by `Pointer` and `Relation` and ignored by the others.
    pub fn from_name(name: &str, target: Option<&str>) -> Option<Self> {
        Some(match name {
            "String" => Self::String,
            "Number" => Self::Number,
            "Boolean" => Self::Boolean,
            "Date" => Self::Date,
            "Object" => Self::Object,
            "Array" => Self::Array,
            "GeoPoint" => Self::GeoPoint,
            "File" => Self::File,
            "Bytes" => Self::Bytes,
            "Polygon" => Self::Polygon,
            "ACL" => Self::Acl,
            "Pointer" => Self::Pointer(target?.to_owned()),
            "Relation" => Self::Relation(target?.to_owned()),
            _ => return None,
        })
    }
}

impl fmt::Display for FieldType {
    /// As error texts name it: `Number`, `Pointer<A>`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.target() {
            Some(target) if !target.is_empty() => write!(f, "{}<{target}>", self.name()),
            _ => f.write_str(self.name()),
        }
    }
}

/// One column.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its type.
    pub ty: FieldType,
    /// `required`, `defaultValue` and whatever else was declared with it, in wire form and order.
    pub options: Map,
}

impl Field {
    /// A column without options.
    pub fn new(ty: FieldType) -> Self {
        Self { ty, options: Map::new() }
    }

    /// Must an object have a value here?
    pub fn is_required(&self) -> bool {
        self.options.get("required").is_some_and(Value::truthy)
    }

    /// What an object gets that has no value here, in wire form.
    pub fn default_value(&self) -> Option<&Value> {
        self.options.get("defaultValue").filter(|v| !v.is_null())
    }

    /// `{"type", "targetClass"?, options…}`
    pub fn to_wire(&self) -> Value {
        let mut map = Map::with_capacity(2 + self.options.len());
        map.set("type", Value::from(self.ty.name()));
        if let Some(target) = self.ty.target() {
            map.set("targetClass", Value::from(target));
        }
        for (key, value) in &self.options {
            map.set(key.as_str(), value.clone());
        }
        Value::Object(map)
    }

    /// The column from the form of [`Field::to_wire`]; `None` for what is none.
    pub fn from_wire(value: Value) -> Option<Self> {
        let Value::Object(mut declared) = value else { return None };
        let (ty, target) = (declared.take("type"), declared.take("targetClass"));
        let ty = FieldType::from_name(ty.as_ref()?.as_str()?, target.as_ref().and_then(Value::as_str))?;
        Some(Self { ty, options: declared })
    }
}

/// Things by their names, in their order: looked up with every request.
pub type Named<T> = indexmap::IndexMap<String, T, foldhash::fast::RandomState>;

/// Everything known of a class.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassSchema {
    /// Its name.
    pub name: String,
    /// The columns in stored order. Those that every class has (`objectId`, `createdAt`, `updatedAt`, `ACL`) stand first.
    pub fields: Named<Field>,
    /// The stored class level permissions as they were given; `None` is the open default.
    pub clp: Option<Map>,
    /// Index name to its keys, as they were given.
    pub indexes: Map,
}

impl ClassSchema {
    /// A class with the columns that it has from the start: those of every class, and its own if Parse defines it.
    pub fn new(name: impl Into<String>) -> Self {
        let name = name.into();
        Self { fields: default_fields(&name), name, clp: None, indexes: Map::new() }
    }

    /// The type of a column.
    pub fn field_type(&self, name: &str) -> Option<&FieldType> {
        self.fields.get(name).map(|f| &f.ty)
    }

    /// The fields of the full-text index among the declared ones; a class has one such index at most.
    pub fn text_fields(&self) -> Vec<Path> {
        self.indexes.values().map(text_fields).find(|fields| !fields.is_empty()).unwrap_or_default()
    }

    /// The columns that `includeAll` follows.
    pub fn followed(&self) -> impl Iterator<Item = &String> {
        let followed = |field: &Field| matches!(field.ty, FieldType::Pointer(_) | FieldType::Array);
        self.fields.iter().filter(move |(_, field)| followed(field)).map(|(name, _)| name)
    }

    /// The relation columns with the classes they lead to.
    pub fn relations(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().filter_map(|(name, field)| match &field.ty {
            FieldType::Relation(target) => Some((name.as_str(), target.as_str())),
            _ => None,
        })
    }
}

/// The fields that a declared index takes full text of: those with the kind `text`.
pub fn text_fields(keys: &Value) -> Vec<Path> {
    let keys = keys.as_object().into_iter().flatten();
    keys.filter(|(_, kind)| kind.as_str() == Some("text")).map(|(key, _)| Path::from(key.as_str())).collect()
}
