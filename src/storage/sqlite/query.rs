//! Reads of plans: the statement is made on the calling thread, run where there is a connection.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use rusqlite::types::Value as Sql;

use super::catalog::Class;
use super::conn::{Conn, text};
use super::doc;
use super::error::Db;
use super::filter::Builder;
use super::pred::Pred;
use super::row::{self, Arena, COLUMNS, COLUMNS_AND_PRIV, SCORE};
use super::slot::Slot;
use crate::access::Read;
use crate::error::{Error, Result};
use crate::matching;
use crate::model::query::OrderBy;
use crate::model::{Constraint, Filter, Map, ParseObject, Path, Value};
use crate::storage::{MOST_BYTES, Side, too_large};

/// A statement ready to run, owning all it needs.
pub struct Query {
    sql: String,
    args: Vec<Sql>,
    slots: Arc<Vec<Slot>>,
    deadline: Option<Instant>,
    /// Does each row come with the score of the full-text search?
    scored: bool,
}

/// What a query is made of besides its condition.
enum Shape<'p> {
    Rows,
    Count,
    Document(&'p Path),
    /// So many rows behind one, by the numbers in whose order they lie.
    Page(i64, u64),
}

impl Query {
    /// The rows of a plan; `None` if there can be none.
    pub fn rows(class: &Class, plan: &Read) -> Result<Option<Self>> {
        if plan.limit() == Some(0) {
            return Ok(None);
        }
        Self::make(class, plan, Shape::Rows)
    }

    /// Their number.
    pub fn count(class: &Class, plan: &Read) -> Result<Option<Self>> {
        Self::make(class, plan, Shape::Count)
    }

    /// The documents in which a path's values are.
    pub fn documents(class: &Class, plan: &Read, path: &Path) -> Result<Option<Self>> {
        Self::make(class, plan, Shape::Document(path))
    }

    /// So many rows behind the one with a number, in the order in which they lie, with their internal columns.
    pub fn page(class: &Class, plan: &Read, after: i64, many: u64) -> Result<Option<Self>> {
        Self::make(class, plan, Shape::Page(after, many))
    }

    fn make(class: &Class, plan: &Read, shape: Shape<'_>) -> Result<Option<Self>> {
        let mut builder = Builder::new(class);
        let condition = match builder.condition(plan.filter(), "rperm", plan.groups())? {
            Pred::Const(false) => return Ok(None),
            Pred::Const(true) => String::new(),
            Pred::Sql(text) => format!(" WHERE {text}"),
        };
        let table = class.id;
        let mut scored = false;
        let sql = match shape {
            Shape::Count => format!("SELECT count(*) FROM t{table}{condition}"),
            Shape::Document(path) => {
                let column = if path.root().starts_with('_') { "priv" } else { "doc" };
                let column = if path.root() == "objectId" { "id" } else { column };
                format!("SELECT {column} FROM t{table}{condition} ORDER BY rid")
            }
            Shape::Page(after, many) => {
                let condition =
                    condition.strip_prefix(" WHERE ").map_or_else(String::new, |text| format!("({text}) AND "));
                let (after, many) = (builder.arg(after), builder.arg(i64::try_from(many).unwrap_or(i64::MAX)));
                format!(
                    "SELECT {COLUMNS_AND_PRIV}, rid FROM t{table} WHERE {condition}rid > {after} ORDER BY rid LIMIT {many}"
                )
            }
            Shape::Rows => {
                let columns =
                    if plan.internals() || plan.render().shows_internals() { COLUMNS_AND_PRIV } else { COLUMNS };
                let score = score(&builder, plan)?;
                scored = plan.render().shows_score();
                let columns = match &score {
                    Some(score) if scored && columns == COLUMNS => format!("{columns}, NULL, {score}"),
                    Some(score) if scored => format!("{columns}, {score}"),
                    _ => columns.to_owned(),
                };
                let order = order(&mut builder, plan, score.as_deref());
                let window = window(&mut builder, plan);
                format!("SELECT {columns} FROM t{table}{condition} ORDER BY {order}{window}")
            }
        };
        let Builder { args, slots, .. } = builder;
        Ok(Some(Self { sql, args, slots: Arc::new(slots), deadline: plan.limits().deadline, scored }))
    }

    /// Its text.
    pub fn text(&self) -> &str {
        &self.sql
    }

    /// Is all of it SQLite's own work, which stops when it is told to?
    pub fn is_pure(&self) -> bool {
        self.slots.is_empty() && !self.scored
    }

    /// Runs it for its rows.
    pub fn fetch(&self, conn: &Conn) -> Result<Arena> {
        let mut arena = Arena::default();
        let statement = conn.prepare(&self.sql, &self.args, self.slots.clone(), self.deadline)?;
        statement.each(|row| {
            let score = if self.scored { Some(row.get(SCORE).or_db()?) } else { None };
            arena.push(row, score).or_db()?;
            if arena.bytes() > MOST_BYTES { Err(too_large()) } else { Ok(true) }
        })?;
        Ok(arena)
    }

    /// Runs it for a page of rows, and the number of its last.
    pub fn fetch_page(&self, conn: &Conn) -> Result<(Arena, Option<i64>)> {
        let (mut arena, mut last) = (Arena::default(), None);
        conn.prepare(&self.sql, &self.args, self.slots.clone(), self.deadline)?.each(|row| {
            arena.push(row, None).or_db()?;
            last = Some(row.get(SCORE).or_db()?);
            if arena.bytes() > MOST_BYTES { Err(too_large()) } else { Ok(true) }
        })?;
        Ok((arena, last))
    }

    /// Runs it for the objects of its rows, which are read as they are taken.
    pub fn stream<T>(
        &self,
        conn: &Conn,
        take: impl FnOnce(&mut dyn Iterator<Item = Result<ParseObject>>) -> Result<T>,
    ) -> Result<T> {
        let mut statement = conn.prepare(&self.sql, &self.args, self.slots.clone(), self.deadline)?;
        take(&mut statement.iter(row::read))
    }

    /// Runs it for a number.
    pub fn number(&self, conn: &Conn) -> Result<u64> {
        let mut number = 0;
        conn.prepare(&self.sql, &self.args, self.slots.clone(), self.deadline)?.each(|row| {
            number = row.get::<_, i64>(0).or_db()?.unsigned_abs();
            Ok(false)
        })?;
        Ok(number)
    }

    /// Runs it for the distinct values at a path, in the order in which they first turn up.
    pub fn distinct(&self, conn: &Conn, path: &Path) -> Result<Vec<Value>> {
        let (mut seen, mut values) = (HashSet::new(), Vec::new());
        conn.prepare(&self.sql, &self.args, self.slots.clone(), self.deadline)?.each(|row| {
            let bytes = row.get_ref(0).or_db()?;
            let value = match path.root() {
                "objectId" => Some(Value::String(String::from_utf8_lossy(text(bytes)).into_owned())),
                root => {
                    let value = doc::find(text(bytes), root).map(doc::value).transpose()?;
                    value.map(|value| doc::named(root, value))
                }
            };
            for value in value.iter().flat_map(|v| matching::values_at(v, path.rest())) {
                if seen.insert(matching::sort_key(Some(&Value::Array(vec![value.clone()])), ["0"].into_iter(), false)) {
                    values.push(value);
                }
            }
            Ok(true)
        })?;
        Ok(values)
    }

    /// How SQLite would run it.
    pub fn explain(&self, conn: &Conn) -> Result<Value> {
        let mut steps = Vec::new();
        let sql = format!("EXPLAIN QUERY PLAN {}", self.sql);
        conn.prepare(&sql, &self.args, self.slots.clone(), self.deadline)?.each(|row| {
            let number = |i| row.get::<_, i64>(i).or_db().map(|n| Value::Number(n as f64));
            let detail: String = row.get(3).or_db()?;
            let step = [("id", number(0)?), ("parent", number(1)?), ("detail", Value::String(detail))];
            steps.push(Value::Object(Map::from(step)));
            Ok(true)
        })?;
        Ok(Value::Object(Map::from([("sql", Value::from(self.sql.as_str())), ("plan", Value::Array(steps))])))
    }
}

fn window(builder: &mut Builder<'_>, plan: &Read) -> String {
    let bounded = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let limit = plan.limit().map_or(-1, bounded);
    match (plan.limit(), plan.skip()) {
        (None, 0) => String::new(),
        (_, 0) => format!(" LIMIT {}", builder.arg(limit)),
        (_, skip) => format!(" LIMIT {} OFFSET {}", builder.arg(limit), builder.arg(bounded(skip))),
    }
}

/// The score of the full-text search, if the plan sorts by it or shows it.
fn score(builder: &Builder<'_>, plan: &Read) -> Result<Option<String>> {
    let is_sorted = plan.order().iter().any(|key| key.by == OrderBy::TextScore);
    match &builder.text {
        _ if !is_sorted && !plan.render().shows_score() => Ok(None),
        Some(mark) => Ok(Some(format!("ts(doc, {mark})"))),
        None => Err(Error::query("query requires text score metadata, but it is not available")),
    }
}

/// The terms behind `ORDER BY`; the natural order is the last.
fn order(builder: &mut Builder<'_>, plan: &Read, score: Option<&str>) -> String {
    let mut terms = Vec::new();
    for key in plan.order() {
        let term = match &key.by {
            OrderBy::Path(path) => sort_term(builder, path, key.descending),
            OrderBy::TextScore => score.map(str::to_owned),
        };
        // The best match comes first, whatever direction is asked for.
        let descending = key.descending || key.by == OrderBy::TextScore;
        terms.extend(term.map(|term| if descending { format!("{term} DESC") } else { term }));
    }
    if plan.order().is_empty()
        && let Some((path, center)) = nearest(plan.filter())
    {
        let mark = builder.slot(Slot::Distance { path: path.clone(), center });
        terms.push(format!("nd(doc, {mark})"));
    }
    terms.push("rid".into());
    terms.join(", ")
}

/// `None` for a field that no row has.
fn sort_term(builder: &mut Builder<'_>, path: &Path, descending: bool) -> Option<String> {
    if !path.is_dotted()
        && let Some((column, _)) = builder.class.column(path.root())
    {
        return Some(column);
    }
    let document = if path.root().starts_with('_') { "priv" } else { "doc" };
    if document == "doc" && !builder.class.has(path.root()) {
        return None;
    }
    let mark = builder.slot(Slot::Sort { path: path.clone(), descending });
    Some(format!("sk({document}, {mark})"))
}

/// The place that a filter wants objects near to.
fn nearest(filter: &Filter) -> Option<(&Path, crate::model::value::GeoPoint)> {
    match filter {
        Filter::And(all) => all.iter().find_map(nearest),
        Filter::Field(path, constraints) => constraints.iter().find_map(|c| match c {
            Constraint::Near { center, .. } => Some((path, *center)),
            _ => None,
        }),
        _ => None,
    }
}

/// The other ids of a relation's entries.
///
/// # Errors
/// Those of the database.
pub fn joined(conn: &Conn, table: i64, side: Side, ids: &[String], deadline: Option<Instant>) -> Result<Vec<String>> {
    let (given, wanted) = match side {
        Side::Owning => ("owning", "related"),
        Side::Related => ("related", "owning"),
    };
    let list = Value::Array(ids.iter().map(|id| Value::from(id.as_str())).collect());
    let sql = format!("SELECT DISTINCT {wanted} FROM j{table} WHERE {given} IN (SELECT value FROM json_each(?1))");
    let mut found = Vec::new();
    conn.prepare(&sql, &[Sql::Text(crate::model::wire::to_string(&list))], Arc::default(), deadline)?.each(|row| {
        found.push(row.get(0).or_db()?);
        Ok(true)
    })?;
    Ok(found)
}
