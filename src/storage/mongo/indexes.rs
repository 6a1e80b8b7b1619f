//! Indexes: those of `/schemas`, those that Parse Server makes at the start, and those that queries need (`storage.md` A5).

use mongodb::IndexModel;
use mongodb::bson::{Bson, Document, doc};
use mongodb::options::IndexOptions;

use super::{Mongo, encode, error, names, unique};
use crate::config::OwnIndex;
use crate::error::{Error, Result};
use crate::model::{ClassSchema, Map, Path, Value};
use crate::storage::Index;

/// What the name of an index begins with to which texts are one that differ in case.
const ANY_CASE: &str = "case_insensitive_";

impl Mongo {
    /// Makes declared indexes, and notes them in the schema.
    pub(super) async fn create_indexes(&self, class: &str, wanted: &Map) -> Result<()> {
        self.make_indexes(class, wanted).await?;
        let stored = self.stored(class).await?.map(|schema| schema.indexes).filter(|known| !known.is_empty());
        let mut all =
            stored.unwrap_or_else(|| Map::from([("_id_", Value::Object(Map::from([("_id", Value::Number(1.0))])))]));
        for (name, keys) in wanted {
            all.set(name.as_str(), keys.clone());
        }
        self.edit(class, doc! { "$set": { "_metadata.indexes": encode::document(&all) } }).await
    }

    /// Makes declared indexes.
    pub(super) async fn make_indexes(&self, class: &str, wanted: &Map) -> Result<()> {
        let declared = wanted.iter().filter(|(name, _)| *name != "_id_");
        let declared = declared.filter_map(|(name, keys)| Some((name, encode::document(keys.as_object()?))));
        let models: Vec<IndexModel> =
            declared.map(|(name, keys)| model(keys, name, |options| options.sparse = None)).collect();
        if models.is_empty() {
            return Ok(());
        }
        self.collection(class).create_indexes(models).await.map(drop).map_err(refused)
    }

    /// Away with indexes; one that is not there is gone already.
    pub(super) async fn drop_indexes(&self, class: &str, names: &[String]) -> Result<()> {
        for name in names {
            match self.collection(class).drop_index(name).await {
                Err(error) if error::told(&error).is_some_and(|(code, _)| matches!(code, 26 | 27)) => {}
                Err(error) if error::is_agreed(&error) => {}
                dropped => dropped.map_err(error::any)?,
            }
            self.edit(class, doc! { "$unset": { format!("_metadata.indexes.{name}"): "" } }).await?;
        }
        Ok(())
    }

    /// A unique index over the values of a field.
    pub(super) async fn ensure_unique(&self, class: &str, field: &str) -> Result<()> {
        let key = names::stored(&ClassSchema::new(class), &Path::from(field));
        let provider = key.strip_prefix(names::PROVIDER).and_then(|rest| rest.strip_suffix(".id"));
        let name = match provider {
            Some(provider) => format!("{}{provider}_id", names::PROVIDER),
            None => format!("{key}_1"),
        };
        let index = model(doc! { &key: 1 }, &name, |options| options.unique = Some(true));
        self.unique.note(class, field);
        self.make_own(class, (field, false), index).await
    }

    /// The indexes by which texts are compared, as they are and whatever their case. Parse Server's for the latter is not
    /// unique; see `unique.rs`.
    pub(super) async fn ensure_unique_text(&self, class: &str, field: &str) -> Result<()> {
        let key = names::column(&ClassSchema::new(class), field);
        let name = format!("{ANY_CASE}{field}");
        let index = model(doc! { &key: 1 }, &name, |options| options.collation = Some(unique::collation()));
        self.unique.note_texts(class, &key);
        self.ensure_unique(class, field).await?;
        if self.config.collection_collation {
            return Ok(());
        }
        self.make_own(class, (field, true), index).await
    }

    /// Makes an index unless the operator wants to do so.
    async fn make_own(&self, class: &str, of: (&str, bool), index: IndexModel) -> Result<()> {
        let own = match (class, of) {
            ("_User", ("username", false)) => Some(OwnIndex::Username),
            ("_User", ("username", true)) => Some(OwnIndex::UsernameByCase),
            ("_User", ("email", false)) => Some(OwnIndex::Email),
            ("_User", ("email", true)) => Some(OwnIndex::EmailByCase),
            ("_User", ("_email_verify_token", _)) => Some(OwnIndex::VerifyToken),
            ("_User", ("_perishable_token", _)) => Some(OwnIndex::ResetToken),
            ("_User", (field, false)) if field.starts_with("authData.") => Some(OwnIndex::AuthData),
            ("_Role", ("name", false)) => Some(OwnIndex::RoleName),
            _ => None,
        };
        if own.is_some_and(|own| self.config.without.contains(&own)) {
            return Ok(());
        }
        self.collection(class).create_index(index).await.map(drop).map_err(refused)
    }

    /// The indexes of Parse's own classes that nobody asks for by name.
    pub(super) async fn own_indexes(&self) -> Result<()> {
        for key in ["_email_verify_token", "_perishable_token"] {
            self.make_own("_User", (key, false), model(doc! { key: 1 }, key, |_| ())).await?;
        }
        let once = model(doc! { "reqId": 1 }, "reqId_1", |options| options.unique = Some(true));
        let ttl = model(doc! { "expire": 1 }, "ttl", |options| options.expire_after = Some(Default::default()));
        self.collection("_Idempotency").create_indexes([once, ttl]).await.map(drop).map_err(refused)
    }

    /// Notes in every schema which indexes there really are, as Parse Server does at each start.
    pub(super) async fn note_indexes(&self) -> Result<()> {
        for class in self.classes().await? {
            let named = |index: IndexModel| {
                (index.options.unwrap_or_default().name.unwrap_or_default(), Bson::Document(index.keys))
            };
            let all: Document = self.listed(&class.name).await?.into_iter().map(named).collect();
            if !all.is_empty() {
                self.edit(&class.name, doc! { "$set": { "_metadata.indexes": all } }).await?;
            }
        }
        Ok(())
    }

    /// The indexes that a class has, those over texts with their columns; none of a class without a collection, as one without
    /// objects may be.
    async fn listed(&self, class: &str) -> Result<Vec<IndexModel>> {
        let mut there = match self.collection(class).list_indexes().await {
            Err(error) if error::told(&error).is_some_and(|(code, _)| code == 26) => return Ok(Vec::new()),
            listed => listed.map_err(error::any)?,
        };
        let mut all = Vec::new();
        while there.advance().await.map_err(error::any)? {
            let mut index = there.deserialize_current().map_err(error::any)?;
            if index.keys.remove("_fts").is_some() {
                index.keys.remove("_ftsx");
                let weights = index.options.iter().filter_map(|options| options.weights.as_ref());
                weights.flat_map(Document::keys).for_each(|field| drop(index.keys.insert(field, "text")));
            }
            all.push(index);
        }
        Ok(all)
    }

    /// The same in Parse's terms, but for that of the ids.
    pub(super) async fn real_indexes(&self, class: &str) -> Result<Vec<Index>> {
        let index = |index: IndexModel| {
            let options = index.options.unwrap_or_default();
            let name = options.name.unwrap_or_default();
            let strength = options.collation.and_then(|collation| collation.strength).map(u32::from);
            // Some engines take a collation and do not tell of it.
            let any_case = strength.is_some_and(|strength| strength < 3) || name.starts_with(ANY_CASE);
            let keys = index.keys.iter().map(|(key, kind)| (key.as_str(), decode_kind(kind))).collect();
            Index { name, keys, is_unique: options.unique == Some(true), any_case }
        };
        Ok(self.listed(class).await?.into_iter().map(index).filter(|index| index.name != "_id_").collect())
    }

    /// The index without which nothing is found near a place.
    pub(super) async fn index_place(&self, schema: &ClassSchema, field: &Path) -> Result<()> {
        let key = names::stored(schema, field);
        let index = model(doc! { &key: "2d" }, &format!("{key}_2d"), |options| options.sparse = None);
        self.collection(&schema.name).create_index(index).await.map(drop).map_err(refused)
    }
}

/// Up, down, or the kind of index.
fn decode_kind(kind: &Bson) -> Value {
    match kind {
        Bson::Int32(n) => Value::Number(f64::from(*n)),
        Bson::Int64(n) => Value::Number(*n as f64),
        Bson::Double(n) => Value::Number(*n),
        other => Value::from(other.as_str().unwrap_or_default()),
    }
}

/// An index that leaves out what has no value.
fn model(keys: Document, name: &str, more: impl FnOnce(&mut IndexOptions)) -> IndexModel {
    let mut options = IndexOptions::default();
    options.name = Some(name.to_owned());
    options.sparse = Some(true);
    more(&mut options);
    IndexModel::builder().keys(keys).options(options).build()
}

/// The error for one that the making of an index met.
fn refused(error: mongodb::error::Error) -> Error {
    match error::told(&error) {
        Some((11000, _)) => Error::duplicate(None),
        _ if error::is_constraint(&error) => Error::duplicate(None),
        Some((67 | 85 | 86 | 2 | 9 | 17194, text)) => Error::query(text.to_owned()),
        _ => error::any(error),
    }
}
