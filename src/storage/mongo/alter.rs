//! Changes of classes: the documents of `_SCHEMA`, and the data where a change says so.

use mongodb::bson::{Bson, Document, RawDocumentBuf, doc};

use super::class::{self, SCHEMA, as_given, type_text};
use super::error::{self, Db};
use super::{Mongo, names};
use crate::error::Result;
use crate::model::names::VOLATILE_CLASSES;
use crate::model::{ClassSchema, Field, FieldType, Map};
use crate::storage::SchemaChange;

impl Mongo {
    /// Every class with a stored schema.
    pub(super) async fn classes(&self) -> Result<Vec<ClassSchema>> {
        let mut cursor = self.collection(SCHEMA).find(doc! {}).await.or_db()?;
        let mut classes = Vec::new();
        while cursor.advance().await.or_db()? {
            classes.extend(class::schema(cursor.current())?);
        }
        // Entries of relations may have a document of their own.
        classes.retain(|schema| !schema.name.starts_with("_Join:"));
        Ok(classes)
    }

    /// Makes one change.
    ///
    /// # Errors
    /// 137 for a unique index over values that are not; those of the database.
    pub(super) async fn change(&self, change: SchemaChange) -> Result<()> {
        match change {
            SchemaChange::CreateClass(schema) => self.create_class(&schema).await,
            SchemaChange::AddFields { class, fields } => {
                let fields = fields.iter().map(|(name, field)| (name.as_str(), field)).collect();
                self.add_fields(&class, fields).await
            }
            SchemaChange::SetFieldOptions { class, field, options } => {
                let key = format!("_metadata.fields_options.{field}");
                self.edit(&class, doc! { "$set": { key: as_given(&options) } }).await
            }
            SchemaChange::SetClp { class, clp: Some(clp) } => {
                self.edit(&class, doc! { "$set": { "_metadata.class_permissions": as_given(&clp) } }).await
            }
            SchemaChange::SetClp { class, clp: None } => {
                self.edit(&class, doc! { "$unset": { "_metadata.class_permissions": "" } }).await
            }
            SchemaChange::DeleteFields { class, fields } => self.delete_fields(&class, &fields).await,
            SchemaChange::CreateIndexes { class, indexes } => self.create_indexes(&class, &indexes).await,
            SchemaChange::DropIndexes { class, names } => self.drop_indexes(&class, &names).await,
            SchemaChange::EnsureUnique { class, field } => self.ensure_unique(&class, &field).await,
            SchemaChange::EnsureUniqueText { class, field } => self.ensure_unique_text(&class, &field).await,
            SchemaChange::DropClass(class) => self.drop_class(&class).await,
        }
    }

    /// The stored schema of a class.
    pub(super) async fn stored(&self, class: &str) -> Result<Option<ClassSchema>> {
        let found = self.collection(SCHEMA).find_one(doc! { "_id": class }).await.or_db()?;
        found.map_or(Ok(None), |document| class::schema(&document))
    }

    /// Changes the document of a class.
    pub(super) async fn edit(&self, class: &str, change: Document) -> Result<()> {
        self.collection(SCHEMA).update_one(doc! { "_id": class }, change).await.map(drop).or_db()
    }

    async fn create_class(&self, schema: &ClassSchema) -> Result<()> {
        if VOLATILE_CLASSES.contains(&schema.name.as_str()) {
            return Ok(());
        }
        let document = RawDocumentBuf::try_from(&class::document(schema))
            .map_err(|e| crate::error::Error::caused("a schema that cannot be stored", e))?;
        match self.collection(SCHEMA).insert_one(document).await {
            Ok(_) => return self.make_indexes(&schema.name, &schema.indexes).await,
            Err(error) if error::is_duplicate(&error) => {}
            Err(error) => return Err(error::any(error)),
        }
        if let Some(clp) = &schema.clp {
            let open = doc! { "_id": &schema.name, "_metadata.class_permissions": { "$exists": false } };
            let set = doc! { "$set": { "_metadata.class_permissions": as_given(clp) } };
            self.collection(SCHEMA).update_one(open, set).await.or_db()?;
        }
        let defaults = ClassSchema::new(schema.name.as_str());
        let own = schema.fields.iter().filter(|(name, _)| !defaults.fields.contains_key(*name));
        self.add_fields(&schema.name, own.map(|(name, field)| (name.as_str(), field)).collect()).await
    }

    /// New columns: one that another process made meanwhile stays as it is.
    async fn add_fields(&self, class: &str, fields: Vec<(&str, &Field)>) -> Result<()> {
        if VOLATILE_CLASSES.contains(&class) {
            return Ok(());
        }
        for (name, field) in fields {
            let mut set = doc! { name: type_text(&field.ty) };
            if !field.options.is_empty() {
                set.insert(format!("_metadata.fields_options.{name}"), as_given(&field.options));
            }
            let lacking = doc! { "_id": class, name: { "$exists": false } };
            let added = self.collection(SCHEMA).update_one(lacking, doc! { "$set": set }).upsert(true).await;
            match added {
                Err(error) if error::is_duplicate(&error) || error::is_constraint(&error) => {}
                added => drop(added.or_db()?),
            }
            if field.ty == FieldType::Polygon {
                let keys = Map::from([(name, "2dsphere".into())]);
                self.make_indexes(class, &Map::from([(format!("{name}_2dsphere"), keys.into())])).await?;
            }
        }
        Ok(())
    }

    async fn delete_fields(&self, class: &str, fields: &[String]) -> Result<()> {
        let Some(schema) = self.stored(class).await? else { return Ok(()) };
        let (mut there, mut data, mut columns) = (Vec::new(), Document::new(), Document::new());
        for name in fields.iter().filter(|name| schema.fields.contains_key(*name)) {
            columns.insert(name, Bson::Null);
            columns.insert(format!("_metadata.fields_options.{name}"), Bson::Null);
            // A null of a new object stands under the plain name of a pointer column.
            for key in [names::column(&schema, name), name.clone()] {
                if !data.contains_key(&key) {
                    there.push(doc! { &key: { "$exists": true } });
                    data.insert(key, Bson::Null);
                }
            }
        }
        if columns.is_empty() {
            return Ok(());
        }
        let data = doc! { "$unset": data };
        self.collection(class).update_many(doc! { "$or": there }, data).await.map_err(error::of_write)?;
        self.edit(class, doc! { "$unset": columns }).await?;
        for name in fields.iter().filter(|name| names::is_relation(&schema, name)) {
            self.drop_join(class, name).await?;
        }
        Ok(())
    }

    async fn drop_class(&self, class: &str) -> Result<()> {
        let schema = self.stored(class).await?;
        self.drop_collection(class).await?;
        self.collection(SCHEMA).find_one_and_delete(doc! { "_id": class }).await.or_db()?;
        for (field, _) in schema.iter().flat_map(ClassSchema::relations) {
            self.drop_join(class, field).await?;
        }
        Ok(())
    }

    async fn drop_join(&self, class: &str, field: &str) -> Result<()> {
        let name = names::join(class, field);
        self.drop_collection(&name).await?;
        self.collection(SCHEMA).find_one_and_delete(doc! { "_id": name }).await.map(drop).or_db()
    }

    async fn drop_collection(&self, name: &str) -> Result<()> {
        match self.collection(name).drop().await {
            Err(error) if error::is_missing(&error) => Ok(()),
            dropped => dropped.or_db(),
        }
    }
}
