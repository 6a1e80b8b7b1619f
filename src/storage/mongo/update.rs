//! The operations of an update in MongoDB's own words (`objects.md` section 2).

use mongodb::bson::{Bson, DateTime, Document, doc};

use super::{encode, names};
use crate::access::Update;
use crate::model::{ClassSchema, Op, Path, Value};

/// The update document of a plan. Its operators stand in the order in which the changes name them, as Parse Server has it: some
/// engines add new keys in that order.
pub fn document(plan: &Update) -> Document {
    let mut out = Document::new();
    if let Some(acl) = plan.acl() {
        let [write, read, both] = encode::permissions(acl);
        [read, write, both].into_iter().for_each(|(name, list)| put(&mut out, "$set", name, list));
    }
    for (path, op) in plan.ops() {
        if !matches!(path.root(), "objectId" | "ACL" | "createdAt" | "updatedAt" | "") {
            change(&mut out, plan.schema(), path, op);
        }
    }
    if !plan.is_silent() {
        put(&mut out, "$set", "_updated_at", DateTime::from_millis(plan.updated().0));
    }
    out
}

fn put(out: &mut Document, operator: &str, key: impl Into<String>, value: impl Into<Bson>) {
    if let Bson::Document(part) = out.entry(operator.to_owned()).or_insert_with(|| Bson::Document(Document::new())) {
        part.insert(key, value);
    }
}

fn change(out: &mut Document, schema: &ClassSchema, path: &Path, op: &Op) {
    let key = names::stored(schema, path);
    let list = |list: &[Value]| Bson::Array(list.iter().map(encode::interior).collect());
    match op {
        Op::Set(Value::Object(all)) if schema.name == "_User" && path.as_str() == "authData" => {
            for (provider, data) in all {
                put(out, "$set", format!("{}{provider}", names::PROVIDER), encode::interior(data));
            }
        }
        Op::Set(value) => put(out, "$set", key, stored(path, value)),
        Op::Increment(by) => put(out, "$inc", key, encode::number(*by)),
        Op::Add(items) => put(out, "$push", key, doc! { "$each": list(items) }),
        Op::AddUnique(items) => put(out, "$addToSet", key, doc! { "$each": list(items) }),
        Op::Remove(items) => put(out, "$pullAll", key, list(items)),
        Op::Delete => put(out, "$unset", key, ""),
        Op::Relate { .. } => {}
    }
}

/// Below a column Parse Server stores what has a type of its own as it was sent, but not what lies in it.
fn stored(path: &Path, value: &Value) -> Bson {
    match value {
        Value::Array(_) | Value::Object(_) => encode::interior(value),
        value if path.is_dotted() && !is_provider(path) => encode::as_sent(value),
        value => encode::column(value),
    }
}

fn is_provider(path: &Path) -> bool {
    path.root() == "authData" && path.rest().count() == 1
}
