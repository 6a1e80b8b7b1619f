//! The where tree in MongoDB's own words (`storage.md` A7).

use std::collections::HashSet;

use mongodb::bson::{Bson, Document, Regex as BsonRegex, doc};

use super::{encode, names};
use crate::error::Result;
use crate::model::query::{Regex, TextSearch};
use crate::model::{ClassSchema, Constraint, Filter, Path, Value};

/// May the database sort by distance where a filter asks for what is near?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Near {
    /// Yes.
    Sorted,
    /// No: a circle finds the same rows.
    Circle,
}

/// What a filter and a permission list ask for.
///
/// # Errors
/// 102 for a filter that cannot be asked.
pub fn condition(
    schema: &ClassSchema,
    filter: &Filter,
    list: &str,
    groups: Option<&[String]>,
    near: Near,
) -> Result<Document> {
    let mut all = vec![Builder { schema, near }.filter(filter)?];
    all.extend(groups.map(|groups| permitted(list, groups)));
    Ok(joined(all))
}

/// What a permission list asks for.
pub fn permitted(list: &str, groups: &[String]) -> Document {
    let mut entries = vec![Bson::Null];
    entries.extend(groups.iter().map(|group| Bson::String(group.clone())));
    doc! { list: { "$in": entries } }
}

/// One document for all conditions, side by side if no two of them have a key in common.
fn joined(all: Vec<Document>) -> Document {
    let mut seen = HashSet::new();
    match all.len() < 2 || all.iter().flat_map(Document::keys).all(|key| seen.insert(key)) {
        true => all
            .into_iter()
            .reduce(|mut all, part| {
                all.extend(part);
                all
            })
            .unwrap_or_default(),
        false => doc! { "$and": all.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>() },
    }
}

/// What no document fulfils.
fn never() -> Document {
    doc! { "_id": { "$in": [] } }
}

struct Builder<'a> {
    schema: &'a ClassSchema,
    near: Near,
}

impl Builder<'_> {
    fn filter(&self, filter: &Filter) -> Result<Document> {
        let list = |list: &[Filter]| list.iter().map(|f| self.filter(f)).collect::<Result<Vec<_>>>();
        // The database sorts by distance in no alternative, and refuses to look near there.
        let circles = Self { schema: self.schema, near: Near::Circle };
        let apart = |list: &[Filter]| list.iter().map(|f| circles.filter(f)).collect::<Result<Vec<_>>>();
        Ok(match filter {
            Filter::And(all) => joined(list(all)?),
            Filter::Or(any) if any.is_empty() => never(),
            Filter::Or(any) => doc! { "$or": apart(any)? },
            Filter::Nor(none) if none.is_empty() => Document::new(),
            Filter::Nor(none) => doc! { "$nor": apart(none)? },
            Filter::Field(path, constraints) => self.field(path, constraints)?,
            Filter::Text(search) => text(search),
        })
    }

    fn field(&self, path: &Path, constraints: &[Constraint]) -> Result<Document> {
        let key = names::stored(self.schema, path);
        if let [Constraint::Eq(value)] = constraints {
            return Ok(doc! { key: self.value(path, value) });
        }
        let (mut operators, mut apart) = (Document::new(), Vec::new());
        for constraint in constraints {
            for (operator, value) in self.operators(path, constraint) {
                match operator {
                    "" => apart.push(value),
                    // An operator can stand in a document once.
                    _ if operators.contains_key(operator) => apart.push(doc! { &key: { operator: value } }.into()),
                    _ => drop(operators.insert(operator, value)),
                }
            }
        }
        if !operators.is_empty() {
            apart.insert(0, doc! { key: operators }.into());
        }
        let part = |part| match part {
            Bson::Document(part) => Some(part),
            _ => None,
        };
        Ok(joined(apart.into_iter().filter_map(part).collect()))
    }

    /// Operators on the path; one without a name is a condition of its own.
    fn operators(&self, path: &Path, constraint: &Constraint) -> Vec<(&'static str, Bson)> {
        let one = |value: &Value| self.value(path, value);
        let list = |list: &[Value]| Bson::Array(list.iter().map(one).collect());
        let apart = |document: Document| vec![("", Bson::Document(document))];
        let key = || names::stored(self.schema, path);
        vec![match constraint {
            Constraint::Eq(value) => ("$eq", one(value)),
            Constraint::Ne(value) => ("$ne", one(value)),
            Constraint::Lt(value) => ("$lt", one(value)),
            Constraint::Lte(value) => ("$lte", one(value)),
            Constraint::Gt(value) => ("$gt", one(value)),
            Constraint::Gte(value) => ("$gte", one(value)),
            Constraint::In(values) => ("$in", list(values)),
            Constraint::Nin(values) => ("$nin", list(values)),
            Constraint::All(values) if values.is_empty() => return apart(never()),
            Constraint::All(values) => ("$all", list(values)),
            Constraint::AllMatch(regexes) if regexes.is_empty() => return apart(never()),
            Constraint::AllMatch(regexes) => ("$all", Bson::Array(regexes.iter().filter_map(expression).collect())),
            Constraint::ContainedBy(values) => {
                return apart(doc! { "$nor": [{ key(): { "$elemMatch": { "$nin": list(values) } } }] });
            }
            Constraint::Exists(wanted) => ("$exists", Bson::Boolean(*wanted)),
            Constraint::Regex(regex) => {
                return vec![
                    ("$regex", Bson::String(regex.pattern.clone())),
                    ("$options", Bson::String(regex.options.clone())),
                ];
            }
            Constraint::Never => return apart(never()),
            place => return self.place(place),
        }]
    }

    fn place(&self, constraint: &Constraint) -> Vec<(&'static str, Bson)> {
        let circle = |center, radians: f64| {
            vec![("$geoWithin", doc! { "$centerSphere": [encode::pair(center), encode::number(radians)] }.into())]
        };
        match constraint {
            Constraint::Near { center, max } if self.near == Near::Circle => {
                circle(*center, max.unwrap_or(std::f64::consts::PI))
            }
            Constraint::Near { center, max } => {
                let far = max.map(|max| ("$maxDistance", encode::number(max)));
                std::iter::once(("$nearSphere", encode::pair(*center))).chain(far).collect()
            }
            Constraint::WithinBox { southwest, northeast } => {
                let corners = [southwest, northeast].map(|corner| encode::pair(*corner));
                vec![("$within", doc! { "$box": corners.to_vec() }.into())]
            }
            Constraint::WithinPolygon(points) => {
                let points: Vec<Bson> = points.iter().map(|p| encode::pair(*p)).collect();
                vec![("$geoWithin", doc! { "$polygon": points }.into())]
            }
            Constraint::WithinSphere { center, radians } => circle(*center, *radians),
            Constraint::Intersects(point) => {
                let point = doc! { "type": "Point", "coordinates": encode::pair(*point) };
                vec![("$geoIntersects", doc! { "$geometry": point }.into())]
            }
            _ => Vec::new(),
        }
    }

    fn value(&self, path: &Path, value: &Value) -> Bson {
        match (path.as_str(), value) {
            ("objectId", Value::String(id)) => names::id(&self.schema.name, id),
            _ if path.is_dotted() => encode::interior(value),
            (field, Value::Pointer(_)) if !names::is_pointer(self.schema, field) => encode::interior(value),
            _ => encode::column(value),
        }
    }
}

/// A regular expression as a value; `None` for one with a NUL, which BSON cannot hold.
fn expression(regex: &Regex) -> Option<Bson> {
    let (pattern, options) = (regex.pattern.clone().try_into().ok()?, regex.options.clone().try_into().ok()?);
    Some(Bson::RegularExpression(BsonRegex { pattern, options }))
}

fn text(search: &TextSearch) -> Document {
    let mut inner = doc! { "$search": &search.term };
    if let Some(language) = &search.language {
        inner.insert("$language", language);
    }
    for (key, wanted) in
        [("$caseSensitive", search.case_sensitive), ("$diacriticSensitive", search.diacritic_sensitive)]
    {
        if wanted {
            inner.insert(key, true);
        }
    }
    doc! { "$text": inner }
}
