//! Indexes that every database has after a start of the server, and those that schemas name.

use std::collections::{BTreeSet, HashMap};

use super::findings::Findings;
use super::kinds::{self, Kind};
use super::{Setting, mend};
use crate::error::Result;
use crate::model::{ClassSchema, Map, Value};
use crate::storage::{Bulk, Index};

/// The index that MongoDB makes itself.
const OF_IDS: &str = "_id_";
/// The class of keys that may be used once; it is no class that has anything lasting.
const CLAIMS: &str = "_Idempotency";

/// What an index is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    Unique,
    AnyCase,
    LookUp,
}

/// What a start of the server makes, whichever the back end (`storage.md` A5).
const EXPECTED: [(&str, &str, Use); 9] = [
    ("_User", "username", Use::Unique),
    ("_User", "username", Use::AnyCase),
    ("_User", "email", Use::Unique),
    ("_User", "email", Use::AnyCase),
    ("_User", "_email_verify_token", Use::LookUp),
    ("_User", "_perishable_token", Use::LookUp),
    ("_Role", "name", Use::Unique),
    (CLAIMS, "reqId", Use::Unique),
    (CLAIMS, "expire", Use::LookUp),
];

/// The indexes of all classes; what is missing among them is noted.
///
/// # Errors
/// Those of the database.
pub async fn look(
    database: &dyn Bulk,
    classes: &[ClassSchema],
    setting: &Setting,
    found: &mut Findings,
) -> Result<HashMap<String, Vec<Index>>> {
    let mut all = HashMap::new();
    let names = classes.iter().map(|class| class.name.as_str()).chain(EXPECTED.map(|(class, ..)| class));
    for name in names.collect::<BTreeSet<_>>() {
        all.insert(name.to_owned(), database.indexes(name).await?);
    }
    let of = |class: &str| all.get(class).map_or(&[][..], Vec::as_slice);
    for (class, column, wanted) in EXPECTED {
        let serves = |index: &&Index| match wanted {
            Use::Unique => index.is_unique,
            Use::AnyCase => index.any_case,
            Use::LookUp => true,
        };
        if !of(class).iter().filter(serves).any(|index| is_over(index, column)) {
            let kind: &'static Kind =
                if wanted == Use::Unique { &kinds::MISSING_UNIQUE_INDEX } else { &kinds::MISSING_INDEX };
            let what = if wanted == Use::AnyCase { "whatever the case" } else { "" };
            found.note(kind, (class, Some(column)), None, || {
                // Look-ups of a file are indexed when their class is made, and never again.
                let is_made = wanted != Use::LookUp || setting.prefix.is_some();
                (what.to_owned(), if is_made { mend::start() } else { mend::copy() })
            });
        }
    }
    for class in classes {
        declared(class, of(&class.name), found);
    }
    Ok(all)
}

/// Notes the providers whose accounts no index keeps apart.
pub fn accounts(providers: &BTreeSet<String>, indexes: &[Index], found: &mut Findings) {
    for provider in providers {
        let column = format!("_auth_data_{provider}.id");
        if !indexes.iter().any(|index| index.is_unique && is_over(index, &column)) {
            let tell = || (String::new(), mend::start());
            found.note(&kinds::MISSING_ACCOUNT_INDEX, ("_User", Some(&column)), None, tell);
        }
    }
}

fn is_over(index: &Index, column: &str) -> bool {
    index.keys.len() == 1 && index.keys.contains_key(column)
}

fn declared(class: &ClassSchema, there: &[Index], found: &mut Findings) {
    for (name, keys) in class.indexes.iter().filter(|(name, _)| *name != OF_IDS) {
        let keys = keys.as_object();
        let is_there = |index: &Index| index.name == name.as_str() || Some(&index.keys) == keys;
        // Schemas name the indexes of a start, too, which are told by themselves.
        let is_own = |column: &str| EXPECTED.iter().any(|(own, expected, _)| *own == class.name && *expected == column);
        let is_told = keys.is_some_and(|keys| keys.keys().all(|key| is_own(key.as_str())));
        if !is_told && !there.iter().any(is_there) {
            found.note(&kinds::DECLARED_INDEX, (&class.name, Some(name)), None, || {
                // A start takes it out of MongoDB's schema: then there is nothing to delete, which does not matter.
                let set = |index: Value| {
                    let indexes = Value::Object(Map::from([(name.as_str(), index)]));
                    let body = Value::Object(Map::from([("indexes", indexes)]));
                    mend::curl("PUT", &["schemas", &class.name], Some(body))
                };
                (
                    String::new(),
                    format!("{}; {}", set(mend::deletion()), set(Value::Object(keys.cloned().unwrap_or_default()))),
                )
            });
        }
    }
}
