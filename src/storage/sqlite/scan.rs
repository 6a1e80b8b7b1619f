//! Going through a whole class or relation, page by page: each page is a statement of its own, so that no reader is held for long.

use futures_util::StreamExt;
use futures_util::stream;
use rusqlite::types::Value as Sql;

use super::Sqlite;
use super::error::Db;
use super::query::Query;
use crate::access::Read;
use crate::error::{Code, Result};
use crate::model::query::{OrderBy, OrderKey};
use crate::model::{Constraint, Filter, Value};
use crate::storage::{Entry, Flow, Relation, RowSet, Rows};

/// What stands behind every id.
const FIRST: &str = "";

impl Sqlite {
    /// The rows of a plan as they lie. A page that would be too large is asked for again in parts.
    pub(super) fn pages<'a>(&'a self, plan: &'a Read, some: u32) -> Flow<'a, Rows> {
        let begin = (Some(i64::MIN), u64::from(some.max(1)));
        let pages = stream::try_unfold(begin, move |(after, mut many)| async move {
            let Some(after) = after else { return Ok(None) };
            let (rows, last) = loop {
                match self.read(plan, |class| Query::page(class, plan, after, many), Query::fetch_page).await {
                    Err(error) if error.code() == Some(Code::InvalidQuery) && many > 1 => many = many.div_ceil(4),
                    page => break page?.unwrap_or_default(),
                }
            };
            let last = last.filter(|_| rows.len() as u64 == many);
            Ok((!rows.is_empty()).then(|| (Box::new(rows) as Rows, (last, many))))
        });
        pages.boxed()
    }

    /// As [`Sqlite::pages`], in the order of ids.
    pub(super) fn pages_by_id<'a>(&'a self, plan: &'a Read, some: u32) -> Flow<'a, Rows> {
        let begin = (Some(FIRST.to_owned()), u64::from(some.max(1)));
        let pages = stream::try_unfold(begin, move |(after, mut many)| async move {
            let Some(after) = after else { return Ok(None) };
            let behind = Filter::Field("objectId".into(), vec![Constraint::Gt(Value::String(after))]);
            let by_id = OrderKey { by: OrderBy::Path("objectId".into()), descending: false };
            let plan = plan.clone().narrowed(behind).ordered(vec![by_id]);
            let rows = loop {
                let page = plan.clone().window(0, Some(many));
                match self.read(&page, |class| Query::rows(class, &page), Query::fetch).await {
                    Err(error) if error.code() == Some(Code::InvalidQuery) && many > 1 => many = many.div_ceil(4),
                    rows => break rows?.unwrap_or_default(),
                }
            };
            let rows: Rows = Box::new(rows);
            let Some(last) = rows.len().checked_sub(1) else { return Ok(None) };
            let last = (rows.len() as u64 == many).then(|| rows.id(last)).transpose()?;
            Ok(Some((rows, (last, many))))
        });
        pages.boxed()
    }

    /// The entries of a relation by their ids.
    pub(super) fn entries_of<'a>(&'a self, relation: &'a Relation, some: u32) -> Flow<'a, Vec<Entry>> {
        let pages = stream::try_unfold(Some((String::new(), String::new())), move |after| async move {
            let Some((owning, related)) = after else { return Ok(None) };
            let page = self.page_of(relation, [owning, related], some.max(1)).await?;
            let last = page.last().filter(|_| page.len() == some.max(1) as usize).cloned();
            Ok((!page.is_empty()).then_some((page, last)))
        });
        pages.boxed()
    }

    async fn page_of(&self, relation: &Relation, after: [String; 2], some: u32) -> Result<Vec<Entry>> {
        let catalog = self.catalog.load_full();
        let table = catalog.get(&relation.class).and_then(|class| class.relations.get(&relation.field).copied());
        let Some(table) = table else { return Ok(Vec::new()) };
        let sql = format!(
            "SELECT owning, related FROM j{table} WHERE (owning, related) > (?1, ?2) ORDER BY owning, related LIMIT {some}"
        );
        self.readers
            .run(move |conn| {
                let mut page = Vec::new();
                conn.prepare(&sql, &after.clone().map(Sql::Text), Default::default(), None)?.each(|row| {
                    page.push((row.get(0).or_db()?, row.get(1).or_db()?));
                    Ok(true)
                })?;
                Ok(page)
            })
            .await
    }
}
