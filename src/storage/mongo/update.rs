//! The operations of an update in MongoDB's own words (`objects.md` section 2).

use mongodb::bson::{Bson, DateTime, Document, doc};

use super::{encode, names};
use crate::access::Update;
use crate::model::{ClassSchema, Op, Path, Value};

/// The update document of a plan.
pub fn document(plan: &Update) -> Document {
    let mut out = Operators::default();
    for (path, op) in plan.ops() {
        if !matches!(path.root(), "objectId" | "ACL" | "createdAt" | "updatedAt" | "") {
            out.op(plan.schema(), path, op);
        }
    }
    if let Some(acl) = plan.acl() {
        let [write, read, both] = encode::permissions(acl);
        [read, write, both].into_iter().for_each(|(name, list)| drop(out.set.insert(name, list)));
    }
    if !plan.is_silent() {
        out.set.insert("_updated_at", DateTime::from_millis(plan.updated().0));
    }
    out.finish()
}

#[derive(Default)]
struct Operators {
    set: Document,
    inc: Document,
    push: Document,
    add: Document,
    pull: Document,
    unset: Document,
}

impl Operators {
    fn op(&mut self, schema: &ClassSchema, path: &Path, op: &Op) {
        let key = names::stored(schema, path);
        let list = |list: &[Value]| Bson::Array(list.iter().map(encode::interior).collect());
        match op {
            Op::Set(Value::Object(all)) if schema.name == "_User" && path.as_str() == "authData" => {
                for (provider, data) in all {
                    self.set.insert(format!("{}{provider}", names::PROVIDER), encode::interior(data));
                }
            }
            Op::Set(value) => drop(self.set.insert(key, stored(path, value))),
            Op::Increment(by) => drop(self.inc.insert(key, encode::number(*by))),
            Op::Add(items) => drop(self.push.insert(key, doc! { "$each": list(items) })),
            Op::AddUnique(items) => drop(self.add.insert(key, doc! { "$each": list(items) })),
            Op::Remove(items) => drop(self.pull.insert(key, list(items))),
            Op::Delete => drop(self.unset.insert(key, "")),
            Op::Relate { .. } => {}
        }
    }

    fn finish(self) -> Document {
        let parts = [
            ("$inc", self.inc),
            ("$push", self.push),
            ("$addToSet", self.add),
            ("$pullAll", self.pull),
            ("$unset", self.unset),
            ("$set", self.set),
        ];
        let parts = parts.into_iter().filter(|(_, part)| !part.is_empty());
        parts.map(|(operator, part)| (operator.to_owned(), Bson::Document(part))).collect()
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
