//! The where tree as storage and `matching/` take it: typed, bound to the class's schema, without sub-queries.
//!
//! `rest/` resolves sub-queries and relation constraints first, [`parse`] then makes this of what is left.

mod atom;
mod constraint;
mod geo;
mod parse;
mod relative_time;
mod text;

pub use parse::{Context, named, parse};

use super::value::GeoPoint;
use super::{Path, Value};

/// A condition on an object. Missing and null behave as in MongoDB.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// All hold; an empty list always holds.
    And(Vec<Filter>),
    /// One holds; an empty list never does.
    Or(Vec<Filter>),
    /// None holds.
    Nor(Vec<Filter>),
    /// All constraints hold for what stands at the path.
    Field(Path, Vec<Constraint>),
    /// The object's text columns match a full-text search.
    Text(TextSearch),
}

impl Filter {
    /// The condition that always holds.
    pub const fn all() -> Self {
        Self::And(Vec::new())
    }

    /// The condition that never holds.
    pub const fn none() -> Self {
        Self::Or(Vec::new())
    }

    /// One field equal to one value.
    pub fn eq(path: impl Into<Path>, value: impl Into<Value>) -> Self {
        Self::Field(path.into(), vec![Constraint::Eq(value.into())])
    }

    /// How many conditions there are in it, itself included.
    pub fn parts(&self) -> usize {
        match self {
            Self::And(list) | Self::Or(list) | Self::Nor(list) => 1 + list.iter().map(Self::parts).sum::<usize>(),
            Self::Field(..) | Self::Text(_) => 1,
        }
    }

    /// Is there a full-text search in it?
    pub fn searches(&self) -> bool {
        match self {
            Self::And(list) | Self::Or(list) | Self::Nor(list) => list.iter().any(Self::searches),
            Self::Field(..) => false,
            Self::Text(_) => true,
        }
    }

    /// Both hold.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::And(mut all), Self::And(more)) => {
                all.extend(more);
                Self::And(all)
            }
            (Self::And(mut all), one) => {
                all.push(one);
                Self::And(all)
            }
            (one, Self::And(mut all)) => {
                all.insert(0, one);
                Self::And(all)
            }
            (a, b) => Self::And(vec![a, b]),
        }
    }

    /// The id, if the condition is exactly `objectId = id` (Parse calls that a `get`).
    pub fn as_id(&self) -> Option<&str> {
        match self {
            Self::And(all) => match all.as_slice() {
                [one] => one.as_id(),
                _ => None,
            },
            Self::Field(path, constraints) if path.as_str() == "objectId" => match constraints.as_slice() {
                [Constraint::Eq(Value::String(id))] => Some(id),
                _ => None,
            },
            _ => None,
        }
    }

    /// Every path that the condition looks at; those of a clause come before those of its branches, as Parse Server looks at them.
    pub fn paths<'a>(&'a self, visit: &mut dyn FnMut(&'a Path)) {
        let is_branch = |filter: &&Self| matches!(filter, Self::And(_) | Self::Or(_) | Self::Nor(_));
        match self {
            Self::And(all) => {
                all.iter().filter(|filter| !is_branch(filter)).for_each(|f| f.paths(visit));
                all.iter().filter(is_branch).for_each(|f| f.paths(visit));
            }
            Self::Or(all) | Self::Nor(all) => all.iter().for_each(|f| f.paths(visit)),
            Self::Field(path, _) => visit(path),
            Self::Text(search) => visit(&search.field),
        }
    }

    /// The full-text search, if there is one.
    pub fn text(&self) -> Option<&TextSearch> {
        match self {
            Self::And(all) | Self::Or(all) | Self::Nor(all) => all.iter().find_map(Self::text),
            Self::Field(..) => None,
            Self::Text(search) => Some(search),
        }
    }
}

/// A constraint on the value at a path, values already in the form of the column (a file is a [`Value::File`], a date a
/// [`Value::Date`], a pointer a [`Value::Pointer`]).
#[derive(Debug, Clone, PartialEq)]
pub enum Constraint {
    /// Equal, or an array with an equal element; null also matches what is missing.
    Eq(Value),
    /// Not [`Constraint::Eq`].
    Ne(Value),
    /// Less, among values of one type.
    Lt(Value),
    /// Less or equal, among values of one type.
    Lte(Value),
    /// Greater, among values of one type.
    Gt(Value),
    /// Greater or equal, among values of one type.
    Gte(Value),
    /// Equal to one of them.
    In(Vec<Value>),
    /// Equal to none of them.
    Nin(Vec<Value>),
    /// An array that has each of them (or a single value that is the one asked for); an empty list never matches.
    All(Vec<Value>),
    /// An array in which each expression matches an element; an empty list never matches.
    AllMatch(Vec<Regex>),
    /// An array with no element outside the list; what is missing matches.
    ContainedBy(Vec<Value>),
    /// There, null included, or not there.
    Exists(bool),
    /// A text that matches, or an array with one.
    Regex(Regex),
    /// A place, nearest first, at most so many radians away.
    Near {
        /// The place to be near to.
        center: GeoPoint,
        /// The greatest distance in radians.
        max: Option<f64>,
    },
    /// A place within a box on the plane of longitude and latitude.
    WithinBox {
        /// The south-western corner.
        southwest: GeoPoint,
        /// The north-eastern corner.
        northeast: GeoPoint,
    },
    /// A place within a polygon on the plane.
    WithinPolygon(Vec<GeoPoint>),
    /// A place within so many radians of another.
    WithinSphere {
        /// The centre.
        center: GeoPoint,
        /// The radius in radians.
        radians: f64,
    },
    /// A polygon that has the point.
    Intersects(GeoPoint),
    /// Never holds: the value asked for cannot stand in this column.
    Never,
}

/// A regular expression as PCRE reads it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Regex {
    /// The pattern, `\Q…\E` included.
    pub pattern: String,
    /// A subset of `imsxu`.
    pub options: String,
}

/// A full-text search over the text columns of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextSearch {
    /// The field that the query named.
    pub field: Path,
    /// Words, `"phrases"` and `-negated` words, as MongoDB reads them.
    pub term: String,
    /// A language name; the default is English.
    pub language: Option<String>,
    /// Upper and lower case differ.
    pub case_sensitive: bool,
    /// Accents differ.
    pub diacritic_sensitive: bool,
}

/// One key of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderKey {
    /// What to sort by.
    pub by: OrderBy,
    /// From large to small.
    pub descending: bool,
}

/// What rows are sorted by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum OrderBy {
    /// The value at a path.
    Path(Path),
    /// The score of the full-text search.
    TextScore,
}
