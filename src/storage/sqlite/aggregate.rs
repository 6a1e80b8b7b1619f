//! Pipelines: rows come from a reader's connection one by one, and the stages are evaluated on its thread.

use std::sync::Arc;
use std::time::Instant;

use super::catalog::{Catalog, Class};
use super::conn::Conn;
use super::error::{Db, timeout};
use super::query::Query;
use crate::access::Aggregate;
use crate::error::Result;
use crate::model::{Filter, Map, ParseObject, Value};
use crate::storage::pipeline::document::to_document;
use crate::storage::pipeline::{self, Context, DEFAULT_MEMORY, RawStage, Source};

/// A plan with the classes as they were when it was made.
pub struct Run {
    plan: Aggregate,
    stages: Vec<RawStage>,
    catalog: Arc<Catalog>,
}

impl Run {
    /// Makes ready to run a plan.
    ///
    /// # Errors
    /// 102 for a stage that is no object with one key.
    pub fn new(plan: &Aggregate, catalog: Arc<Catalog>) -> Result<Self> {
        let stages = plan.pipeline().stages.iter().map(RawStage::of_value).collect::<Result<_>>()?;
        Ok(Self { plan: plan.clone(), stages, catalog })
    }

    /// Runs it.
    ///
    /// # Errors
    /// 102 for a pipeline that is wrong or not supported, 124 when the deadline has passed, and those of the database.
    pub fn run(&self, conn: &Conn) -> Result<Vec<Map>> {
        let class = self.catalog.get(&self.plan.schema().name);
        let query = class.map(|class| self.rows(class, pipeline::implied(&self.stages, &class.schema))).transpose()?;
        let query = query.flatten();
        if self.plan.pipeline().explain {
            return self.explain(query, conn);
        }
        let deadline = conn.until(self.plan.limits().deadline);
        let check = || if deadline.is_some_and(|d| d <= Instant::now()) { Err(timeout()) } else { Ok(()) };
        let context = Context {
            now: self.plan.pipeline().now,
            seed: self.plan.pipeline().seed,
            source: &Classes { run: self, conn },
            memory: DEFAULT_MEMORY,
            check: &check,
        };
        let (Some(class), Some(query)) = (class, query) else {
            return pipeline::run(&self.stages, std::iter::empty(), &context);
        };
        let document = |object: Result<ParseObject>| object.map(|object| to_document(object, &class.schema));
        query.stream(conn, |objects| pipeline::run(&self.stages, objects.map(document), &context))
    }

    fn rows(&self, class: &Class, filter: Filter) -> Result<Option<Query>> {
        Query::rows(class, &self.plan.rows(Arc::new(class.schema.clone()), filter))
    }

    /// The statement that reads the rows, in the place where MongoDB has its cursor, and the stages.
    fn explain(&self, query: Option<Query>, conn: &Conn) -> Result<Vec<Map>> {
        pipeline::check(&self.stages)?;
        let cursor = query.map(|query| query.explain(conn)).transpose()?;
        let cursor = cursor.map(|plan| Value::Object(Map::from([("$cursor", plan)])));
        let stages = cursor.into_iter().chain(self.plan.pipeline().stages.iter().cloned()).collect();
        Ok(vec![Map::from([("stages", Value::Array(stages))])])
    }
}

/// The classes that `$lookup` sees, entries of relations among them.
struct Classes<'a> {
    run: &'a Run,
    conn: &'a Conn,
}

impl Source for Classes<'_> {
    fn documents(&self, name: &str, visit: &mut dyn FnMut(Map) -> Result<()>) -> Result<()> {
        if let Some((field, owner)) = name.strip_prefix("_Join:").and_then(|rest| rest.split_once(':')) {
            return self.entries(field, owner, visit);
        }
        let Some(class) = self.run.catalog.get(name) else { return Ok(()) };
        let Some(query) = self.run.rows(class, Filter::all())? else { return Ok(()) };
        query.stream(self.conn, |objects| {
            for object in objects {
                visit(to_document(object?, &class.schema))?;
            }
            Ok(())
        })
    }
}

impl Classes<'_> {
    fn entries(&self, field: &str, owner: &str, visit: &mut dyn FnMut(Map) -> Result<()>) -> Result<()> {
        let Some(table) = self.run.catalog.get(owner).and_then(|class| class.relations.get(field)) else {
            return Ok(());
        };
        let sql = format!("SELECT related, owning FROM j{table}");
        let deadline = self.run.plan.limits().deadline;
        self.conn.prepare(&sql, &[], Arc::default(), deadline)?.each(|row| {
            let id = |i| row.get::<_, String>(i).or_db().map(Value::String);
            visit(Map::from([("relatedId", id(0)?), ("owningId", id(1)?)])).map(|()| true)
        })
    }
}
