//! A Parse value, as it stands in a field, in an array, in a query.

use super::{Date, Map};

/// One value. Fresh from the wire everything with a `__type` is an [`Value::Object`]; `wire` turns it into the typed form:
/// all of them at the top of a field, `Date`, `Pointer` and `Bytes` below (the rest stays an object there, as it was sent).
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// An explicit null, which is not the same as a missing field.
    #[default]
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A JavaScript number.
    Number(f64),
    /// Text.
    String(String),
    /// `{"__type":"Date"}`.
    Date(Date),
    /// `{"__type":"Pointer"}`.
    Pointer(Pointer),
    /// `{"__type":"GeoPoint"}` in a column.
    GeoPoint(GeoPoint),
    /// `{"__type":"Polygon"}` in a column: its points, closed.
    Polygon(Vec<GeoPoint>),
    /// `{"__type":"File"}` in a column: the stored name; the URL is made when it is read.
    File(String),
    /// `{"__type":"Bytes"}`.
    Bytes(Vec<u8>),
    /// `{"__type":"Relation"}` in a column: the class it leads to. Never stored, made from the schema on reading.
    Relation(String),
    /// A list.
    Array(Vec<Value>),
    /// Anything else with keys.
    Object(Map),
}

/// A reference to an object.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Pointer {
    /// The class of the object.
    pub class: String,
    /// Its id.
    pub id: String,
}

impl Pointer {
    /// The pointer that an object inside another value stands for; one with more keys than a pointer's three is none.
    pub fn from_keys(map: &Map) -> Option<Self> {
        let text = |key: &str| map.get(key).and_then(Value::as_str);
        (map.len() == 3 && text("__type") == Some("Pointer"))
            .then(|| Some(Self { class: text("className")?.to_owned(), id: text("objectId")?.to_owned() }))?
    }
}

/// A place on earth, in degrees.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GeoPoint {
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
}

impl GeoPoint {
    /// Are its degrees within what a globe has?
    pub fn is_on_earth(&self) -> bool {
        self.latitude.abs() <= 90.0 && self.longitude.abs() <= 180.0
    }
}

impl Value {
    /// Is it null?
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// Its text, if it is text.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(s) => Some(s),
            _ => None,
        }
    }

    /// Its number, if it is one.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(n) => Some(*n),
            _ => None,
        }
    }

    /// Its elements, if it is a list.
    pub fn as_array(&self) -> Option<&[Value]> {
        match self {
            Self::Array(a) => Some(a),
            _ => None,
        }
    }

    /// Its keys, if it is an object without a typed form.
    pub fn as_object(&self) -> Option<&Map> {
        match self {
            Self::Object(m) => Some(m),
            _ => None,
        }
    }

    /// Does JavaScript count it as true?
    pub fn truthy(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Bool(b) => *b,
            Self::Number(n) => *n != 0.0 && !n.is_nan(),
            Self::String(s) => !s.is_empty(),
            _ => true,
        }
    }

    /// How deep its lists and objects lie in each other; 0 for what is neither.
    pub fn depth(&self) -> usize {
        match self {
            Self::Array(list) => 1 + list.iter().map(Self::depth).max().unwrap_or(0),
            Self::Object(map) => 1 + map.values().map(Self::depth).max().unwrap_or(0),
            _ => 0,
        }
    }

    /// About how much memory it takes, bytes.
    pub fn weight(&self) -> usize {
        size_of::<Self>()
            + match self {
                Self::String(text) | Self::File(text) | Self::Relation(text) => text.len(),
                Self::Pointer(pointer) => pointer.class.len() + pointer.id.len(),
                Self::Polygon(points) => points.len() * size_of::<GeoPoint>(),
                Self::Bytes(bytes) => bytes.len(),
                Self::Array(list) => list.iter().map(Self::weight).sum(),
                Self::Object(map) => map.weight(),
                Self::Null | Self::Bool(_) | Self::Number(_) | Self::Date(_) | Self::GeoPoint(_) => 0,
            }
    }

    /// The text in `__type`, while the value is still in its wire form.
    pub fn wire_type(&self) -> Option<&str> {
        self.as_object()?.get("__type")?.as_str()
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<f64> for Value {
    fn from(n: f64) -> Self {
        Self::Number(n)
    }
}

impl From<bool> for Value {
    fn from(b: bool) -> Self {
        Self::Bool(b)
    }
}

impl From<Map> for Value {
    fn from(map: Map) -> Self {
        Self::Object(map)
    }
}

impl From<Vec<Value>> for Value {
    fn from(list: Vec<Value>) -> Self {
        Self::Array(list)
    }
}
