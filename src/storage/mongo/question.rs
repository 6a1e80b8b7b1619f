//! What a plan to read asks the database: the filter, the order, the part of the rows, the fields of each, and the advice.

use mongodb::bson::{Bson, Document, doc};
use mongodb::options::{FindOptions, Hint, ReadPreference, SelectionCriteria};

use super::filter::{self, Near};
use super::{encode, names};
use crate::access::{Advice, Preference, Read};
use crate::error::Result;
use crate::model::query::OrderBy;
use crate::model::{Constraint, FieldType, Filter, Path, Value};

/// More rows than any class has; the sum of two such numbers is still one that the database can count with.
const MOST: u64 = 1 << 53;
/// What is read whatever fields are asked for: the columns that every row shows, by their older names too, and the permissions.
const ALWAYS: [&str; 5] = ["_id", "_created_at", "_updated_at", "_rperm", "_wperm"];

/// The rows that a plan's filter matches, for a caller that is in none but the plan's groups.
///
/// # Errors
/// 102 for a filter that cannot be asked.
pub fn condition(plan: &Read, near: Near) -> Result<Document> {
    filter::condition(plan.schema(), plan.filter(), "_rperm", plan.groups(), near)
}

/// The filter of a plan, and how its rows are wanted.
///
/// # Errors
/// As [`condition`].
pub fn question(plan: &Read) -> Result<(Document, FindOptions)> {
    // An order that was asked for counts more than the distance.
    let near = if plan.order().is_empty() { Near::Sorted } else { Near::Circle };
    let filter = condition(plan, near)?;
    let mut options = FindOptions::default();
    options.sort = Some(sort(plan)).filter(|sort| !sort.is_empty());
    options.skip = Some(plan.skip().min(MOST)).filter(|n| *n > 0);
    options.limit = plan.limit().map(|n| n.min(MOST) as i64);
    options.projection = projection(plan);
    let advice = plan.advice();
    options.hint = hint(advice);
    options.comment = comment(advice);
    options.selection_criteria = members(advice);
    Ok((filter, options))
}

fn sort(plan: &Read) -> Document {
    let mut sort = Document::new();
    for key in plan.order() {
        match &key.by {
            OrderBy::Path(path) => {
                let name = names::stored(plan.schema(), path);
                if !sort.contains_key(&name) {
                    sort.insert(name, if key.descending { -1 } else { 1 });
                }
            }
            OrderBy::TextScore => drop(sort.insert("score", doc! { "$meta": "textScore" })),
        }
    }
    sort
}

/// The fields to send; all, where what is shown may rest on any of them.
fn projection(plan: &Read) -> Option<Document> {
    let score = plan.render().shows_score().then(|| doc! { "score": { "$meta": "textScore" } });
    let Some(keys) = plan.render().reads_only() else { return score };
    let schema = plan.schema();
    if plan.internals() {
        return score;
    }
    if schema.name == "_User" && keys.contains(&"authData") {
        // Each provider has a column, and nobody knows which there are: all is sent but what could not be asked for by name.
        let pointers = schema.fields.iter().filter(|(_, field)| matches!(field.ty, FieldType::Pointer(_)));
        let shown: Document =
            pointers.map(|(name, _)| (name.clone(), Bson::Int32(0))).chain(score.into_iter().flatten()).collect();
        return (!shown.is_empty()).then_some(shown);
    }
    let mut shown: Document = ALWAYS.iter().map(|name| ((*name).to_owned(), Bson::Int32(1))).collect();
    let stored = |key: &&str| !matches!(schema.field_type(key), Some(FieldType::Relation(_))) && *key != "$score";
    for key in keys.iter().copied().filter(stored) {
        // What stands under another name, Parse Server does not ask for either: the null that a new object has in a pointer
        // column, times under the names that have been given up.
        shown.insert(names::column(schema, key), 1);
    }
    shown.extend(score.into_iter().flatten());
    Some(shown)
}

/// The index to use.
pub fn hint(advice: &Advice) -> Option<Hint> {
    match advice.hint.as_ref()? {
        Value::String(name) => Some(Hint::Name(name.clone())),
        Value::Object(keys) => Some(Hint::Keys(encode::document(keys))),
        _ => None,
    }
}

/// What is noted in the database's log.
pub fn comment(advice: &Advice) -> Option<Bson> {
    advice.comment.clone().map(Bson::String)
}

/// Which members of a replica set may answer.
pub fn members(advice: &Advice) -> Option<SelectionCriteria> {
    let any = Default::default;
    Some(SelectionCriteria::ReadPreference(match advice.preference? {
        Preference::Primary => ReadPreference::Primary,
        Preference::PrimaryPreferred => ReadPreference::PrimaryPreferred { options: any() },
        Preference::Secondary => ReadPreference::Secondary { options: any() },
        Preference::SecondaryPreferred => ReadPreference::SecondaryPreferred { options: any() },
        Preference::Nearest => ReadPreference::Nearest { options: any() },
    }))
}

/// How much is told of a plan that is explained: all, unless a part was asked for.
pub fn verbosity(advice: &Advice) -> &str {
    advice.verbosity.as_deref().unwrap_or("allPlansExecution")
}

/// The column with places that a filter sorts by. Inside alternatives nothing is sorted: see [`Near`].
pub fn nearest(filter: &Filter) -> Option<&Path> {
    match filter {
        Filter::And(all) => all.iter().find_map(nearest),
        Filter::Field(path, constraints) => {
            constraints.iter().any(|c| matches!(c, Constraint::Near { .. })).then_some(path)
        }
        Filter::Or(_) | Filter::Nor(_) | Filter::Text(_) => None,
    }
}
