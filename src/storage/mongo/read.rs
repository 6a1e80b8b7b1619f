//! Reads of plans.

use std::collections::HashSet;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use mongodb::bson::{Bson, Document, RawBsonRef, RawDocumentBuf, doc};
use mongodb::options::FindOptions;

use super::error::{self, Db};
use super::filter::{self, Near};
use super::rows::Found;
use super::{Mongo, decode, names};
use crate::access::Read;
use crate::error::{Error, Result};
use crate::model::query::OrderBy;
use crate::model::{Constraint, FieldType, Filter, Path, Pointer, Value};
use crate::storage::{MOST_BYTES, Relation, Side, too_large};

/// More rows than any class has; the sum of two such numbers is still one that the database can count with.
const MOST: u64 = 1 << 53;
/// How much longer than the database we wait, for the way of its answer.
const GRACE: Duration = Duration::from_secs(1);

/// Waits for the database as long as its answer is of use: one that hangs does not tell that the time is over.
pub async fn within<T>(left: Option<Duration>, work: impl Future<Output = Result<T>>) -> Result<T> {
    match left {
        Some(left) => tokio::time::timeout(left + GRACE, work).await.unwrap_or_else(|_| Err(error::timeout())),
        None => work.await,
    }
}

impl Mongo {
    /// What a read may take, until its deadline or as long as reads may take at all.
    ///
    /// # Errors
    /// 124 if the deadline has passed.
    pub(super) fn left(&self, deadline: Option<Instant>) -> Result<Option<Duration>> {
        let longest = self.config.max_time;
        let Some(deadline) = deadline else { return Ok(longest) };
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(error::timeout());
        }
        // A millisecond is the least that the database understands.
        Ok(Some(longest.map_or(left, |longest| left.min(longest)).max(Duration::from_millis(1))))
    }

    /// The rows of a plan.
    pub(super) async fn rows(&self, plan: &Read) -> Result<Found> {
        let mut found = Found {
            documents: Vec::new(),
            schema: Arc::clone(plan.schema()),
            internals: plan.internals() || plan.render().shows_internals(),
        };
        let left = self.left(plan.limits().deadline)?;
        // No collection has such a name, and the driver does not ask for it.
        if plan.limit() == Some(0) || plan.schema().name.contains('\0') {
            return Ok(found);
        }
        let (filter, mut options) = question(plan)?;
        options.max_time = left;
        options.batch_size = Some(self.config.batch_size);
        found.documents = within(left, self.fetch(plan, filter, options)).await?;
        Ok(found)
    }

    async fn fetch(&self, plan: &Read, filter: Document, options: FindOptions) -> Result<Vec<RawDocumentBuf>> {
        let collection = self.collection(&plan.schema().name);
        let find = || collection.find(filter.clone()).with_options(options.clone());
        let mut cursor = match find().await {
            Err(error) if error::wants_place_index(&error) => {
                let Some(field) = nearest(plan.filter()) else { return Err(error::of_read(error)) };
                self.index_place(plan.schema(), field).await?;
                find().await
            }
            found => found,
        }
        .map_err(error::of_read)?;
        let (mut documents, mut bytes) = (Vec::new(), 0);
        while cursor.advance().await.map_err(error::of_read)? {
            let document = cursor.current();
            bytes += document.as_bytes().len();
            if bytes > MOST_BYTES {
                return Err(too_large());
            }
            documents.push(document.to_owned());
        }
        Ok(documents)
    }

    /// How many rows there are.
    pub(super) async fn number(&self, plan: &Read) -> Result<u64> {
        let left = self.left(plan.limits().deadline)?;
        let filter = condition(plan, Near::Circle)?;
        let mut options = mongodb::options::CountOptions::default();
        options.max_time = left;
        let collection = self.collection(&plan.schema().name);
        let count = collection.count_documents(filter).with_options(options);
        within(left, async { count.await.map_err(error::of_read) }).await
    }

    /// The distinct values at a path.
    pub(super) async fn values(&self, plan: &Read, path: &Path) -> Result<Vec<Value>> {
        let left = self.left(plan.limits().deadline)?;
        let filter = condition(plan, Near::Circle)?;
        let mut options = mongodb::options::DistinctOptions::default();
        options.max_time = left;
        let collection = self.collection(&plan.schema().name);
        let distinct = collection.distinct(names::stored(plan.schema(), path), filter).with_options(options);
        let list = within(left, async { distinct.await.map_err(error::of_pipeline) }).await?;
        let ty = plan.schema().field_type(path.root()).filter(|_| !path.is_dotted());
        let list = RawDocumentBuf::try_from(&doc! { "values": list })
            .map_err(|e| Error::caused("values that cannot be read", e))?;
        let mut values = Vec::new();
        if let Ok(Some(RawBsonRef::Array(list))) = list.get("values") {
            for value in list {
                let value = value.map_err(|e| Error::caused("values that cannot be read", e))?;
                values.push(typed(decode::plain(value)?, ty));
            }
        }
        Ok(values)
    }

    /// How the database would run a plan.
    pub(super) async fn plan_of(&self, plan: &Read) -> Result<Value> {
        let left = self.left(plan.limits().deadline)?;
        let (filter, options) = question(plan)?;
        let mut find = doc! { "find": self.name(&plan.schema().name), "filter": filter };
        find.extend(options.sort.map(|sort| ("sort".to_owned(), Bson::Document(sort))));
        find.extend(options.projection.map(|shown| ("projection".to_owned(), Bson::Document(shown))));
        find.extend(options.skip.map(|n| ("skip".to_owned(), Bson::Int64(n as i64))));
        find.extend(options.limit.map(|n| ("limit".to_owned(), Bson::Int64(n))));
        let command = doc! { "explain": find, "verbosity": "allPlansExecution" };
        let answer = within(left, async { self.db.run_command(command).await.map_err(error::of_read) }).await?;
        let answer = RawDocumentBuf::try_from(&answer).map_err(|e| Error::caused("a plan that cannot be read", e))?;
        decode::map(&answer).map(Value::Object)
    }

    /// The other ids of a relation's entries.
    pub(super) async fn entries(&self, relation: &Relation, side: Side, ids: &[String]) -> Result<Vec<String>> {
        let (given, wanted) = match side {
            Side::Owning => ("owningId", "relatedId"),
            Side::Related => ("relatedId", "owningId"),
        };
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let collection = self.collection(&names::join(&relation.class, &relation.field));
        let find = collection.find(doc! { given: { "$in": ids } }).projection(doc! { wanted: 1, "_id": 0 });
        let mut cursor = find.batch_size(self.config.batch_size).await.or_db()?;
        let (mut seen, mut found) = (HashSet::new(), Vec::new());
        while cursor.advance().await.or_db()? {
            if let Ok(id) = cursor.current().get_str(wanted)
                && seen.insert(id.to_owned())
            {
                found.push(id.to_owned());
            }
        }
        Ok(found)
    }
}

fn condition(plan: &Read, near: Near) -> Result<Document> {
    filter::condition(plan.schema(), plan.filter(), "_rperm", plan.groups(), near)
}

/// The filter of a plan, and how its rows are wanted.
fn question(plan: &Read) -> Result<(Document, FindOptions)> {
    // An order that was asked for counts more than the distance.
    let near = if plan.order().is_empty() { Near::Sorted } else { Near::Circle };
    let filter = condition(plan, near)?;
    let score = || doc! { "$meta": "textScore" };
    let mut sort = Document::new();
    for key in plan.order() {
        match &key.by {
            OrderBy::Path(path) => {
                let name = names::stored(plan.schema(), path);
                if !sort.contains_key(&name) {
                    sort.insert(name, if key.descending { -1 } else { 1 });
                }
            }
            OrderBy::TextScore => drop(sort.insert("score", score())),
        }
    }
    let mut options = FindOptions::default();
    options.sort = Some(sort).filter(|sort| !sort.is_empty());
    options.skip = Some(plan.skip().min(MOST)).filter(|n| *n > 0);
    options.limit = plan.limit().map(|n| n.min(MOST) as i64);
    options.projection = plan.render().shows_score().then(|| doc! { "score": score() });
    Ok((filter, options))
}

/// The column with places that a filter wants to be near.
fn nearest(filter: &Filter) -> Option<&Path> {
    match filter {
        Filter::And(all) | Filter::Or(all) | Filter::Nor(all) => all.iter().find_map(nearest),
        Filter::Field(path, constraints) => {
            constraints.iter().any(|c| matches!(c, Constraint::Near { .. })).then_some(path)
        }
        Filter::Text(_) => None,
    }
}

/// A distinct value in the type of its column.
fn typed(value: Value, ty: Option<&FieldType>) -> Value {
    match (&value, ty) {
        (Value::String(text), Some(FieldType::Pointer(class))) => match text.split_once('$') {
            Some((found, id)) if found == class => Value::Pointer(Pointer { class: class.clone(), id: id.to_owned() }),
            _ => value,
        },
        _ => decode::column(value, ty),
    }
}
