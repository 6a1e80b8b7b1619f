//! What the tests of the contract are written with: classes, rows and queries in Parse's own JSON.

use std::any::Any;
use std::ops::Deref;
use std::sync::Arc;

use crate::access::{Read, Update, Write, internal, plan};
use crate::error::Result;
use crate::model::query::{self, Context, OrderBy, OrderKey};
use crate::model::{Acl, ClassSchema, Date, Field, FieldType, Filter, Map, Op, ParseObject, Path, Value, wire};
use crate::storage::{Bulk, Outcome, Rows, SchemaChange, Storage};

/// `updatedAt` of every update here.
pub const LATER: Date = Date(1_600_000_000_000);
const WHY: &str = "the contract of the back ends";

/// A database for one test, and what must live as long as it (a directory, say).
pub struct Bed {
    storage: Box<dyn Bulk>,
    _keep: Box<dyn Any + Send + Sync>,
}

impl Bed {
    /// Takes an empty database.
    pub fn new(storage: impl Bulk + 'static, keep: impl Any + Send + Sync) -> Self {
        Self { storage: Box::new(storage), _keep: Box::new(keep) }
    }

    /// Makes a class; columns as `"n Number, p Pointer A"`.
    pub async fn class(&self, name: &str, columns: &str) -> Class<'_> {
        let mut schema = ClassSchema::new(name);
        schema.fields.extend(fields(columns));
        self.alter(SchemaChange::CreateClass(schema.clone())).await.unwrap();
        Class { db: &*self.storage, schema: Arc::new(schema) }
    }

    /// The stored schema of a class.
    pub async fn schema(&self, name: &str) -> Option<ClassSchema> {
        self.schemas().await.unwrap().into_iter().find(|schema| schema.name == name)
    }
}

impl Deref for Bed {
    type Target = dyn Bulk;
    fn deref(&self) -> &Self::Target {
        &*self.storage
    }
}

/// Columns from `"n Number, p Pointer A"`.
pub fn fields(columns: &str) -> Vec<(String, Field)> {
    let columns = columns.split(", ").filter(|c| !c.is_empty());
    let column = |text: &str| {
        let words: Vec<&str> = text.split(' ').collect();
        let ty = FieldType::from_name(words[1], words.get(2).copied()).unwrap();
        (words[0].to_owned(), Field::new(ty))
    };
    columns.map(column).collect()
}

/// JSON text as keys and values, untyped.
pub fn json(text: &str) -> Map {
    match wire::parse(text.as_bytes(), 100) {
        Ok(Value::Object(map)) => map,
        other => panic!("{text}: {other:?}"),
    }
}

/// The fields of an object as JSON text, but for its dates.
pub fn text(object: &ParseObject) -> String {
    let mut fields = object.fields.clone();
    fields.take("createdAt");
    fields.take("updatedAt");
    wire::to_string(&Value::Object(fields))
}

/// One class of a database.
pub struct Class<'d> {
    /// The database.
    pub db: &'d dyn Storage,
    /// The class.
    pub schema: Arc<ClassSchema>,
}

impl Class<'_> {
    /// An object from its JSON; `ACL` and internal columns go where they belong.
    pub fn object(id: &str, body: &str) -> ParseObject {
        let mut object = ParseObject { id: id.to_owned(), ..ParseObject::default() };
        for (key, value) in json(body) {
            match key.as_str() {
                "ACL" => object.acl = Some(Acl::from_wire(&value)),
                key if key.starts_with('_') => drop(object.internal.set(key, wire::field(value).unwrap())),
                key => drop(object.fields.set(key, wire::field(value).unwrap())),
            }
        }
        for key in ["createdAt", "updatedAt"] {
            if !object.fields.contains_key(key) {
                object.fields.set(key, Value::Date(Date(1_500_000_000_000)));
            }
        }
        object
    }

    /// A plan to create an object.
    pub fn create(&self, id: &str, body: &str) -> Write {
        let object = Self::object(id, body);
        Write::Create(internal(WHY).create(Arc::clone(&self.schema), object, Vec::new()))
    }

    /// A plan to update the object that a where clause finds.
    pub fn update(&self, clause: &str, body: &str) -> Update {
        let (mut ops, mut acl) = (Vec::<(Path, Op)>::new(), None);
        for (key, value) in json(body) {
            if key == "ACL" {
                acl = Some(Acl::from_wire(&value));
                continue;
            }
            let op = wire::op(value, false, key.contains('.')).unwrap();
            ops.push((Path::from(key.as_str()), op));
        }
        let plan = internal(WHY).update(Arc::clone(&self.schema), self.filter(clause), ops, LATER);
        if let Some(acl) = acl { plan.with_acl(acl) } else { plan }
    }

    /// A plan to delete what a where clause finds.
    pub fn delete(&self, clause: &str) -> plan::Delete {
        internal(WHY).delete(Arc::clone(&self.schema), self.filter(clause))
    }

    /// A plan to read what a where clause finds.
    pub fn read(&self, clause: &str) -> Read {
        self.read_by(self.filter(clause))
    }

    /// A plan to read what a filter finds.
    pub fn read_by(&self, filter: Filter) -> Read {
        internal(WHY).read(Arc::clone(&self.schema), filter, plan::Limits::default())
    }

    /// A where clause against the class, as the master key may write it.
    pub fn filter(&self, clause: &str) -> Filter {
        let context = Context {
            schema: &self.schema,
            internals: true,
            allow_regex: true,
            max_depth: None,
            count: false,
            now: Date(0),
        };
        query::parse(&json(clause), &context).unwrap()
    }

    /// Carries out one write.
    pub async fn write(&self, write: Write) -> Result<Outcome> {
        self.db.write(vec![write], false).await.unwrap().remove(0)
    }

    /// Stores objects: ids with their JSON.
    pub async fn put<'t>(&self, rows: impl IntoIterator<Item = (&'t str, &'t str)>) {
        let writes: Vec<Write> = rows.into_iter().map(|(id, body)| self.create(id, body)).collect();
        let wanted = writes.len();
        let done = self.db.write(writes, true).await.unwrap();
        done.into_iter().for_each(|outcome| assert_eq!(outcome.unwrap(), Outcome::Created));
        assert_eq!(self.db.count(&self.read("{}")).await.unwrap(), wanted as u64);
    }

    /// Updates one object and gives it as it is then.
    pub async fn change(&self, clause: &str, body: &str) -> Result<Option<ParseObject>> {
        match self.write(Write::Update(self.update(clause, body))).await? {
            Outcome::Updated(object) => Ok(object),
            other => panic!("an update ended as {other:?}"),
        }
    }

    /// The object with an id as it is stored.
    pub async fn get(&self, id: &str) -> Option<ParseObject> {
        let rows = self.db.find(&self.read_by(Filter::eq("objectId", id))).await.unwrap();
        (rows.len() == 1).then(|| rows.object(0).unwrap())
    }

    /// The ids of the rows of a plan, in their order, as one text.
    pub async fn ids(&self, plan: &Read) -> String {
        ids(&*self.db.find(plan).await.unwrap_or_else(|e| panic!("{e}: {:?}", plan.filter()))).join(" ")
    }

    /// Each where clause finds, and counts, the ids that stand beside it in the order of ids.
    pub async fn finds(&self, expected: &[(&str, &str)]) {
        let by_id = vec![OrderKey { by: OrderBy::Path("objectId".into()), descending: false }];
        for (clause, ids) in expected {
            let plan = self.read(clause).ordered(by_id.clone());
            assert_eq!(self.ids(&plan).await, *ids, "{clause}");
            assert_eq!(self.db.count(&plan).await.unwrap(), ids.split_whitespace().count() as u64, "count {clause}");
        }
    }

    /// Each order (`"a,-b"`) gives the ids that stand beside it.
    pub async fn sorts(&self, expected: &[(&str, &str)]) {
        for (order, ids) in expected {
            assert_eq!(self.ids(&self.read("{}").ordered(keys(order))).await, *ids, "{order}");
        }
    }
}

/// An order from `"a,-b"`.
pub fn keys(order: &str) -> Vec<OrderKey> {
    let key = |text: &str| {
        let (descending, path) = text.strip_prefix('-').map_or((false, text), |path| (true, path));
        OrderKey { by: OrderBy::Path(path.into()), descending }
    };
    order.split(',').map(key).collect()
}

fn ids(rows: &dyn crate::storage::RowSet) -> Vec<String> {
    (0..rows.len()).map(|row| rows.object(row).unwrap().id).collect()
}

/// Rows as the JSON that a plan shows of them.
pub fn shown(rows: &Rows, plan: &Read) -> Vec<String> {
    let show = |row| {
        let mut out = Vec::new();
        rows.write_json(row, plan.render(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    (0..rows.len()).map(show).collect()
}
