//! Reads of plans.

use std::collections::HashSet;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::Either;
use futures_util::{FutureExt, StreamExt};
use mongodb::bson::{Bson, Document, RawBsonRef, RawDocumentBuf, doc};
use mongodb::options::{FindOptions, Hint};
use mongodb::raw_batch_cursor::RawBatchCursor;

use super::error::{self, Db};
use super::filter::Near;
use super::question::{comment, condition, hint, members, nearest, question, verbosity};
use super::rows::{Found, SharedRow};
use super::{Mongo, decode, names};
use crate::access::Read;
use crate::error::{Error, Result};
use crate::model::{FieldType, Path, Pointer, Value};
use crate::storage::{Relation, Side};

/// How much longer than the database we wait, for the way of its answer.
const GRACE: Duration = Duration::from_secs(1);

/// Waits for the database as long as its answer is of use: one that hangs does not tell that the time is over. No `async fn`,
/// which would hold the work twice.
pub fn within<T>(left: Option<Duration>, work: impl Future<Output = Result<T>>) -> impl Future<Output = Result<T>> {
    match left {
        Some(left) => {
            let late = |_| Err(error::timeout());
            Either::Left(tokio::time::timeout(left + GRACE, work).map(move |done| done.unwrap_or_else(late)))
        }
        None => Either::Right(work),
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
        let left = self.left(plan.limits().deadline)?;
        let internals = plan.internals() || plan.render().shows_internals();
        let found = Found::new(Arc::clone(plan.schema()), internals, &self.left_for_answers);
        // No collection has such a name, and the driver does not ask for it.
        if plan.limit() == Some(0) || plan.schema().name.contains('\0') {
            return Ok(found);
        }
        let (filter, mut options) = question(plan)?;
        options.max_time = left;
        options.batch_size = Some(self.config.batch_size);
        within(left, self.fetch(plan, filter, options, found)).await
    }

    async fn fetch(&self, plan: &Read, filter: Document, options: FindOptions, found: Found) -> Result<Found> {
        let collection = self.collection(&plan.schema().name);
        let _place = match self.by_id(&filter, &options, plan.groups(), plan.schema()) {
            None => None,
            Some(way) => match way.answer().await {
                Ok(row) => return with(found, row.map_err(error::of_read)?),
                Err(place) => place,
            },
        };
        let Some(field) = nearest(plan.filter()) else {
            let answers = collection.find(filter).with_options(options).batch().await;
            return all(answers.map_err(error::of_read)?, found).await;
        };
        let find = || collection.find(filter.clone()).with_options(options.clone()).batch();
        // What is rare is kept out of the way, which every read carries along.
        let mut answers = Box::pin(find()).await;
        if answers.as_ref().is_err_and(error::wants_place_index) {
            Box::pin(self.index_place(plan.schema(), field)).await?;
            answers = Box::pin(find()).await;
        }
        all(answers.map_err(error::of_read)?, found).await
    }

    /// How many rows there are.
    pub(super) async fn number(&self, plan: &Read) -> Result<u64> {
        let left = self.left(plan.limits().deadline)?;
        let filter = condition(plan, Near::Circle)?;
        let mut options = mongodb::options::CountOptions::default();
        options.max_time = left;
        let advice = plan.advice();
        (options.hint, options.comment) = (hint(advice), comment(advice));
        options.selection_criteria = members(advice);
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
        find.extend(options.hint.and_then(|hint| Some(("hint".to_owned(), named(hint)?))));
        find.extend(options.comment.map(|comment| ("comment".to_owned(), comment)));
        let command = doc! { "explain": find, "verbosity": verbosity(plan.advice()) };
        let answer = within(left, async { self.db.run_command(command).await.map_err(error::of_read) }).await?;
        let answer = RawDocumentBuf::try_from(&answer).map_err(|e| Error::caused("a plan that cannot be read", e))?;
        decode::map(&answer).map(Value::Object)
    }

    /// The other ids of a relation's entries.
    pub(super) async fn others(&self, relation: &Relation, side: Side, ids: &[String]) -> Result<Vec<String>> {
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

/// Takes a row, if there is one.
fn with(mut found: Found, row: Option<SharedRow>) -> Result<Found> {
    row.map(|row| found.add(row)).transpose()?;
    Ok(found)
}

/// Takes the answers of a read as they come.
///
/// # Errors
/// As [`Found::push`], and what the database says.
pub async fn all(mut answers: RawBatchCursor, mut found: Found) -> Result<Found> {
    while let Some(answer) = answers.next().await {
        found.push(answer.map_err(error::of_read)?)?;
    }
    Ok(found)
}

fn named(hint: Hint) -> Option<Bson> {
    match hint {
        Hint::Name(name) => Some(Bson::String(name)),
        Hint::Keys(keys) => Some(Bson::Document(keys)),
        _ => None,
    }
}

/// A distinct value; of the types of columns, Parse Server knows pointers only here.
fn typed(value: Value, ty: Option<&FieldType>) -> Value {
    match (&value, ty) {
        (Value::String(text), Some(FieldType::Pointer(class))) => match text.split_once('$') {
            Some((found, id)) if found == class => Value::Pointer(Pointer { class: class.clone(), id: id.to_owned() }),
            _ => value,
        },
        _ => value,
    }
}
