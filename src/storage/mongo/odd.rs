//! What lies in a database in a form that has been given up, or that nobody reads (`storage.md` A2 to A4).

use std::collections::BTreeMap;

use mongodb::bson::{Bson, RawBsonRef, RawDocument, doc};

use super::Mongo;
use super::class::{SCHEMA, type_of};
use super::decode;
use super::error::Db;
use super::names::{POINTER, is_pointer};
use crate::error::Result;
use crate::model::ClassSchema;
use crate::model::names::is_identifier;
use crate::storage::Odd;

/// Classes whose rows are numbered, or named by the database.
const NUMBERED: [&str; 3] = ["_GlobalConfig", "_GraphQLConfig", "_Hooks"];
/// Names of columns that have been given up, with those that took their place.
const OLD_NAMES: [(&str, &str); 3] =
    [("createdAt", "_created_at"), ("updatedAt", "_updated_at"), ("_expiresAt", "expiresAt")];
/// What stands before the name of a collection with the entries of a relation.
const JOIN: &str = "_Join:";

/// What is odd about a document of a class.
pub fn of_row(document: &RawDocument, schema: &ClassSchema) -> Vec<Odd> {
    let mut odd = Vec::new();
    // Each of the three says something without the others.
    let mut acl = (0, false);
    for (key, value) in document.into_iter().flatten() {
        match key.as_str() {
            "_id" if !matches!(value, RawBsonRef::String(_)) && !NUMBERED.contains(&schema.name.as_str()) => {
                odd.push(Odd::Id);
            }
            "_rperm" | "_wperm" => acl.0 += 1,
            "_acl" => acl.1 = true,
            "authData" if schema.name == "_User" && !matches!(value, RawBsonRef::Null) => odd.push(Odd::AuthData),
            key => {
                let old = OLD_NAMES.iter().find(|(old, _)| *old == key);
                odd.extend(old.map(|(old, now)| Odd::OldName { column: (*old).to_owned(), now }));
                let lost = key.strip_prefix(POINTER).filter(|column| !is_pointer(schema, column));
                odd.extend(lost.filter(|_| !matches!(value, RawBsonRef::Null)).map(|column| {
                    let class = value.as_str().and_then(|text| text.split_once('$')).map_or("", |(class, _)| class);
                    Odd::LostPointer { column: column.to_owned(), target: class.to_owned() }
                }));
            }
        }
    }
    if matches!(acl, (1, _) | (0, true)) {
        odd.push(Odd::Acl);
    }
    odd
}

/// What is odd about the document of a class.
fn of_schema(document: &RawDocument) -> Result<Vec<Odd>> {
    let mut odd = Vec::new();
    for (key, value) in decode::map(document)? {
        let ty = value.as_str().unwrap_or_default();
        let now = match (key.as_str(), ty) {
            ("_client_permissions", _) => {
                odd.push(Odd::OldPermissions);
                continue;
            }
            ("objectId", _) => Some("string"),
            ("createdAt" | "updatedAt", _) => Some("date"),
            (key, _) if key.starts_with('_') => continue,
            (_, "map") => Some("object"),
            ("ACL", _) => continue,
            (_, ty) if type_of(ty).is_some() => continue,
            _ => None,
        };
        if now != Some(ty) {
            odd.push(Odd::TypeName { column: key.to_string(), ty: ty.to_owned(), now });
        }
    }
    Ok(odd)
}

impl Mongo {
    /// What is odd about schemas and relations.
    pub(super) async fn odd_classes(&self) -> Result<Vec<(String, Odd)>> {
        let mut all = Vec::new();
        let mut schemas = BTreeMap::new();
        let mut cursor = self.collection(SCHEMA).find(doc! {}).await.or_db()?;
        while cursor.advance().await.or_db()? {
            let Some(schema) = super::class::schema(cursor.current())? else { continue };
            if !schema.name.starts_with(JOIN) {
                all.extend(of_schema(cursor.current())?.into_iter().map(|odd| (schema.name.clone(), odd)));
                schemas.insert(schema.name.clone(), schema);
            }
        }
        let mut names = self.db.list_collection_names().await.or_db()?;
        names.sort();
        let others: Vec<&str> = names.iter().filter_map(|name| name.strip_suffix(SCHEMA)).collect();
        for name in names.iter().filter_map(|name| name.strip_prefix(&self.config.prefix)) {
            let Some((field, class)) = name.strip_prefix(JOIN).and_then(|rest| rest.split_once(':')) else {
                // Apps with prefixes may share the database with one that has none.
                let is_of_another = others.iter().any(|prefix| !prefix.is_empty() && name.starts_with(prefix));
                let is_class = is_identifier(name) && !is_of_another;
                if is_class && !schemas.contains_key(name) && self.has_documents(name).await? {
                    all.push((name.to_owned(), Odd::StrayClass));
                }
                continue;
            };
            let is_column = |schema: &ClassSchema| schema.relations().any(|(column, _)| column == field);
            if !schemas.get(class).is_some_and(is_column) && self.has_documents(name).await? {
                all.push((name.to_owned(), Odd::StrayRelation));
            }
            let no_text = |side: &str| doc! { side: { "$not": { "$type": "string" } } };
            let broken =
                doc! { "$or": Bson::Array(["owningId", "relatedId"].map(no_text).map(Bson::Document).to_vec()) };
            let broken = self.collection(name).count_documents(broken).await.or_db()?;
            all.extend((broken > 0).then(|| (name.to_owned(), Odd::BrokenEntries(broken))));
        }
        Ok(all)
    }

    async fn has_documents(&self, class: &str) -> Result<bool> {
        let one = self.collection(class).find_one(doc! {}).projection(doc! { "_id": 1 }).await;
        Ok(one.or_db()?.is_some())
    }
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{Document, RawDocumentBuf, oid::ObjectId};

    use super::*;

    fn rows(schema: &ClassSchema, document: Document) -> Vec<Odd> {
        of_row(&RawDocumentBuf::try_from(&document).unwrap(), schema)
    }

    #[test]
    fn what_servers_write_is_not_odd() {
        let user = ClassSchema::new("_User");
        let good = doc! { "_id": "a", "_rperm": ["*"], "_wperm": [], "_acl": { "*": { "r": true } }, "_p_x": Bson::Null,
        "_auth_data_a": { "id": "1" }, "_created_at": 1, "_updated_at": 1, "_session_token": "t" };
        assert_eq!(rows(&user, good), []);
        let session = doc! { "_id": "a", "_p_user": "_User$b", "expiresAt": 1, "_session_token": "r:t" };
        assert_eq!(rows(&ClassSchema::new("_Session"), session), []);
        assert_eq!(rows(&ClassSchema::new("_GlobalConfig"), doc! { "_id": 1 }), []);
        let schema = doc! { "_id": "A", "objectId": "string", "createdAt": "date", "updatedAt": "date", "a": "*B",
        "r": "relation<B>", "_metadata": {} };
        assert_eq!(of_schema(&RawDocumentBuf::try_from(&schema).unwrap()).unwrap(), []);
    }

    #[test]
    fn old_forms_are_found() {
        let old = |column: &str, now| Odd::OldName { column: column.to_owned(), now };
        let lost = |target: &str| Odd::LostPointer { column: "x".into(), target: target.to_owned() };
        for (class, document, odd) in [
            ("A", doc! { "_id": ObjectId::new() }, Odd::Id),
            ("A", doc! { "_id": 1 }, Odd::Id),
            ("A", doc! { "_id": "a", "_acl": {} }, Odd::Acl),
            ("A", doc! { "_id": "a", "_acl": {}, "_rperm": [] }, Odd::Acl),
            ("A", doc! { "_id": "a", "_wperm": [] }, Odd::Acl),
            ("_User", doc! { "_id": "a", "authData": {} }, Odd::AuthData),
            ("A", doc! { "_id": "a", "createdAt": 1 }, old("createdAt", "_created_at")),
            ("_Session", doc! { "_id": "a", "_expiresAt": 1 }, old("_expiresAt", "expiresAt")),
            ("A", doc! { "_id": "a", "_p_x": "B$b" }, lost("B")),
            ("A", doc! { "_id": "a", "_p_x": 1 }, lost("")),
        ] {
            assert_eq!(rows(&ClassSchema::new(class), document.clone()), [odd], "{document}");
        }
        let ty = |column: &str, ty: &str, now| Odd::TypeName { column: column.into(), ty: ty.into(), now };
        let schema = doc! { "_id": "A", "createdAt": "string", "m": "map", "x": "strange", "_client_permissions": {} };
        assert_eq!(
            of_schema(&RawDocumentBuf::try_from(&schema).unwrap()).unwrap(),
            [
                ty("createdAt", "string", Some("date")),
                ty("m", "map", Some("object")),
                ty("x", "strange", None),
                Odd::OldPermissions
            ]
        );
    }
}
