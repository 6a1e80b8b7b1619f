//! `GET /classes/:className`.

use std::collections::HashSet;
use std::sync::Arc;

use super::classes::auth_data;
use super::query::{Params, columns, include, relation, subquery, text};
use super::{Answer, Call};
use crate::access::authorise::{self, Door, Wanted};
use crate::access::clp::Action;
use crate::access::{Read, Select};
use crate::cloud::Trigger;
use crate::error::Result;
use crate::model::query::OrderKey;
use crate::model::{ClassSchema, FieldType, Filter, Map, Value, query, wire};
use crate::storage::Rows;

/// Finds objects: `{"results":[…],"count"?}`. `params` are the query parameters, already JSON where they were JSON.
///
/// # Errors
/// As `queries.md` has them.
pub async fn find(call: &Call, class: &str, params: Map) -> Result<Answer> {
    authorise::class(call.subject(), class, Action::Find)?;
    let mut call = call.clone();
    let mut params = Params::of_find(&call, params)?;
    if before_find(&mut call, class, &mut params, false).await? == Asked::Nothing {
        let mut none = Vec::new();
        after_find(&mut call, class, &params, false, &mut none).await?;
        let none = Value::Array(none.into_iter().map(Value::Object).collect());
        return Ok(Answer::ok(&Value::Object(Map::from([("results", none)]))));
    }
    let (class, redirected) = target(&call, class, &params)?;
    call.engine.check_class_exists(&call, &class)?;
    let mut query = Query::prepare(&call, &class, params, 0).await?;
    let mut body = b"{\"results\":".to_vec();
    if query.params.explain {
        let plan = query.ready_plan(&call, Action::Find).await?;
        wire::write(&call.engine.storage.explain(&plan).await?, &mut body);
    } else {
        query.write(&call, redirected, &mut body).await?;
    }
    if query.params.count {
        let plan = query.ready_plan(&call, Action::Count).await?;
        let count = call.engine.storage.count(&plan).await?;
        body.extend_from_slice(b",\"count\":");
        body.extend_from_slice(itoa::Buffer::new().format(count).as_bytes());
    }
    body.push(b'}');
    Ok(Answer::raw(body))
}

/// The rows of a sub-query, and the class they are of.
///
/// # Errors
/// As [`find`].
pub(super) async fn rows(call: &Call, class: &str, mut params: Params, depth: u64) -> Result<(String, Vec<Map>)> {
    let mut call = call.clone();
    authorise::class(call.subject(), class, Action::Find)?;
    before_find(&mut call, class, &mut params, false).await?;
    let (class, _) = target(&call, class, &params)?;
    call.engine.check_class_exists(&call, &class)?;
    let mut query = Query::prepare(&call, &class, params, depth).await?;
    let rows = query.objects(&call).await?;
    Ok((class, rows))
}

/// How many rows a find by the server itself would find.
///
/// # Errors
/// As [`find`].
pub(super) async fn count(call: &Call, class: &str, mut params: Params) -> Result<u64> {
    let mut call = call.clone();
    before_find(&mut call, class, &mut params, false).await?;
    let mut query = Query::prepare(&call, class, params, 0).await?;
    let plan = query.ready_plan(&call, Action::Count).await?;
    let count = call.engine.storage.count(&plan).await?;
    after_find(&mut call, class, &query.params, false, &mut Vec::new()).await?;
    Ok(count)
}

/// A query whose sub-queries and relations are resolved.
pub(super) struct Query {
    schema: Arc<ClassSchema>,
    params: Params,
    is_get: bool,
}

impl Query {
    /// Resolves what a where clause asks of other classes.
    ///
    /// # Errors
    /// As [`find`].
    pub(super) async fn prepare(call: &Call, class: &str, mut params: Params, depth: u64) -> Result<Self> {
        let schema = call.engine.schemas.know_columns(class, || columns(&params)).await?;
        let preference = params.subquery_preference.or(params.advice.preference);
        subquery::resolve(call, &mut params.clause, depth, preference).await?;
        relation::resolve(call, &schema, &mut params.clause).await?;
        Ok(Self { schema, params, is_get: false })
    }

    /// The plan for a find, a get or a count.
    pub(super) fn plan(&self, call: &Call, action: Action) -> Result<Read> {
        let by_id =
            matches!(self.params.clause.get("objectId"), Some(Value::String(_))) && self.params.clause.len() == 1;
        let counts = action == Action::Count;
        let action = match action {
            // A session is found among those of the caller, even by its id.
            Action::Get | Action::Find if self.schema.name == "_Session" => Action::Find,
            Action::Find if by_id => Action::Get,
            action => action,
        };
        // A client is told what it may not ask about, then what is wrong with the order, then that the class is closed, and
        // only then what is wrong with the query.
        let (door, order, filter) = self.asked(call, counts)?;
        let order = order?;
        let gate = door.open(action)?;
        let filter = if gate.is_blind() { Filter::all() } else { filter? };
        gate.read(Wanted {
            filter: Some(filter),
            order: if counts { Vec::new() } else { order },
            skip: self.params.skip,
            limit: self.params.limit,
            select: select(&self.schema, &self.params),
            file_base: call.engine.file_base.clone(),
            included: false,
        })
        .map(|read| read.advised(self.params.advice.clone()))
    }

    /// The caller in front of the class, the order and the filter, none of which asks about what is hidden from it.
    fn asked<'a>(&self, call: &'a Call, counts: bool) -> Result<(Door<'a>, Result<Vec<OrderKey>>, Result<Filter>)> {
        let door = call.door(self.schema.clone());
        let (order, filter) = (self.params.order_keys(&self.schema), self.filter(call, counts));
        let order_keys = order.as_deref().unwrap_or_default();
        match &filter {
            Ok(filter) => door.check_asked(filter, order_keys)?,
            Err(_) => door.check_asked(&query::named(&self.params.clause), order_keys)?,
        }
        Ok((door, order, filter))
    }

    /// The plan, with the full-text index that it needs.
    async fn ready_plan(&mut self, call: &Call, action: Action) -> Result<Read> {
        let plan = self.plan(call, action)?;
        let Some(search) = plan.filter().text() else { return Ok(plan) };
        match Box::pin(text::ensure_index(call, &self.schema, search)).await? {
            Some(schema) => self.schema = schema,
            None => return Ok(plan),
        }
        self.plan(call, action)
    }

    fn filter(&self, call: &Call, count: bool) -> Result<Filter> {
        let limits = &call.engine.config.request_complexity;
        let free = call.subject().reads_all();
        let context = query::Context {
            schema: &self.schema,
            internals: free,
            allow_regex: limits.allow_regex || free,
            max_depth: limits.query_depth.filter(|_| !free),
            count,
            now: call.engine.clock.now(),
        };
        query::parse(&self.params.clause, &context)
    }

    /// Writes the results as a JSON list. Rows that nobody needs to look at go from the database's bytes to the answer's.
    async fn write(&mut self, call: &Call, redirected: bool, out: &mut Vec<u8>) -> Result<()> {
        if self.params.limit == Some(0) {
            // What is wrong with the query itself is not told then, and whether the class is open neither.
            drop(self.asked(call, false)?);
            let mut none = Vec::new();
            after_find(&mut call.clone(), &self.schema.name, &self.params, false, &mut none).await?;
            wire::write(&Value::Array(none.into_iter().map(Value::Object).collect()), out);
            return Ok(());
        }
        let looked_at = redirected
            || self.params.include_all
            || !self.params.include.is_empty()
            || is_hooked(call, &self.schema.name);
        if looked_at {
            let plan = self.ready_plan(call, Action::Find).await?;
            let rows = call.engine.storage.find(&plan).await?;
            if self.params.count {
                // That a count is denied is told before what is wrong with the includes.
                self.plan(call, Action::Count)?;
            }
            let plain = !redirected && !is_hooked(call, &self.schema.name);
            if plain && Box::pin(include::splice(call, &self.schema, &self.params, (&plan, &*rows), out)).await? {
                return Ok(());
            }
            let mut objects = self.taken(call, &plan, rows).await?;
            if redirected {
                objects.iter_mut().for_each(|row| drop(row.set("className", Value::from(self.schema.name.as_str()))));
            }
            wire::write(&Value::Array(objects.into_iter().map(Value::Object).collect()), out);
            return Ok(());
        }
        let plan = self.ready_plan(call, Action::Find).await?;
        let rows = call.engine.storage.find(&plan).await?;
        out.push(b'[');
        for i in 0..rows.len() {
            if i > 0 {
                out.push(b',');
            }
            let before = out.len();
            rows.write_json(i, plan.render(), out)?;
            let bytes = out.len() - before;
            call.room.take(bytes)?;
            if i == 0 {
                out.reserve(ahead(rows.len() - 1, bytes));
            }
        }
        out.push(b']');
        Ok(())
    }

    /// The results as objects, includes and hooks done.
    async fn objects(&mut self, call: &Call) -> Result<Vec<Map>> {
        let plan = self.ready_plan(call, Action::Find).await?;
        let rows = call.engine.storage.find(&plan).await?;
        self.taken(call, &plan, rows).await
    }

    /// Rows that a plan has read, as [`Query::objects`] gives them.
    async fn taken(&self, call: &Call, plan: &Read, rows: Rows) -> Result<Vec<Map>> {
        let mut objects = read(call, plan, rows).await?;
        Box::pin(include::run(call, &self.schema, &self.params, &mut objects)).await?;
        let mut call = call.clone();
        after_find(&mut call, &self.schema.name, &self.params, self.is_get, &mut objects).await?;
        Ok(objects)
    }
}

/// One object by its id, for a get; `None` if there is none that the caller may see.
pub(super) async fn one(call: &Call, class: &str, id: &str, mut params: Params) -> Result<Option<Answer>> {
    let mut call = call.clone();
    params.clause = Map::from([("objectId", Value::from(id))]);
    if before_find(&mut call, class, &mut params, true).await? == Asked::Nothing {
        let mut none = Vec::new();
        after_find(&mut call, class, &params, true, &mut none).await?;
        return Ok(none.pop().map(|object| Answer::ok(&Value::Object(object))));
    }
    call.engine.check_class_exists(&call, class)?;
    let mut query = Query { schema: call.engine.schemas.get_or_new(class), params, is_get: true };
    let looked_at = query.params.include_all || !query.params.include.is_empty() || is_hooked(&call, class);
    if looked_at {
        let mut objects = query.objects(&call).await?;
        return Ok(objects.pop().map(|object| Answer::ok(&Value::Object(object))));
    }
    let plan = query.ready_plan(&call, Action::Get).await?;
    let rows = call.engine.storage.find(&plan).await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let mut body = Vec::with_capacity(512);
    rows.write_json(0, plan.render(), &mut body)?;
    call.room.take(body.len())?;
    Ok(Some(Answer::raw(body)))
}

/// How much memory to take for further rows before they are there, if they are about as long as the first: 1 MB at most.
pub(super) fn ahead(rows: usize, first: usize) -> usize {
    rows.saturating_mul(first + first / 8).min(1 << 20)
}

/// Does anybody want to see the results of a class before the caller does: code, or providers whose data they hold?
pub(super) fn is_hooked(call: &Call, class: &str) -> bool {
    call.engine.invoker.has(class, Trigger::AfterFind) || asks_providers(call, class)
}

fn asks_providers(call: &Call, class: &str) -> bool {
    class == "_User" && call.engine.auth.providers.are_asked_what_to_show()
}

/// Rows that a plan has read, as the caller may see them.
pub(super) async fn read(call: &Call, plan: &Read, rows: Rows) -> Result<Vec<Map>> {
    let asks = asks_providers(call, &plan.schema().name);
    let mut objects = Vec::with_capacity(rows.len());
    for i in 0..rows.len() {
        let stored = rows.object(i)?;
        let providers = asks.then(|| auth_data::stored(&stored));
        let mut object = plan.render().object(stored);
        if let Some(providers) = providers {
            auth_data::show(call, &mut object, &providers).await?;
        }
        call.room.take(object.weight())?;
        objects.push(object);
    }
    Ok(objects)
}

fn select(schema: &ClassSchema, params: &Params) -> Select {
    let root = |key: &String| key.split('.').next().unwrap_or_default().to_owned();
    let except: HashSet<String> = params.exclude.iter().cloned().collect();
    match &params.keys {
        Some(keys) => {
            let followed = schema.followed().filter(|_| params.include_all);
            Select::Only(keys.iter().chain(followed).filter(|key| !except.contains(*key)).map(root).collect())
        }
        None if except.is_empty() => Select::All,
        // What the class has no column for (a null that never was anything else) is left out with them.
        None => Select::Only(schema.fields.keys().filter(|name| !except.contains(*name)).cloned().collect()),
    }
}

/// The class that a query really asks, and whether it is another one than it names.
fn target(call: &Call, class: &str, params: &Params) -> Result<(String, bool)> {
    let Some(key) = &params.redirect else { return Ok((class.to_owned(), false)) };
    let schema = call.engine.schemas.get_or_new(class);
    let target = match schema.field_type(key) {
        Some(FieldType::Relation(target)) => target.clone(),
        _ => class.to_owned(),
    };
    authorise::class(call.subject(), &target, Action::Find)?;
    Ok((target, true))
}

/// What beforeFind leaves to ask the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// The query.
    Query,
    /// Nothing: there are no results. Includes, sub-queries and aggregations ask all the same, as in Parse Server.
    Nothing,
}

/// Runs beforeFind, whose query replaces the caller's and is as little trusted.
pub(super) async fn before_find(call: &mut Call, class: &str, params: &mut Params, is_get: bool) -> Result<Asked> {
    let said = call
        .trigger(class, Trigger::BeforeFind, |request| {
            request.query = Some(params.told());
            request.count = params.count;
            request.is_get = is_get;
        })
        .await?;
    let Some(said) = said else { return Ok(Asked::Query) };
    if let Some(query) = said.query {
        *params = params.replaced_by(Params::of_find(call, query)?);
    }
    Ok(if said.objects.is_some() { Asked::Nothing } else { Asked::Query })
}

/// Runs afterFind, which may replace the results; those that it leaves carry their class.
pub(super) async fn after_find(
    call: &mut Call,
    class: &str,
    params: &Params,
    is_get: bool,
    rows: &mut Vec<Map>,
) -> Result<()> {
    if !call.engine.invoker.has(class, Trigger::AfterFind) {
        return Ok(());
    }
    let objects = rows.clone();
    let said = call
        .trigger(class, Trigger::AfterFind, |request| {
            request.objects = objects;
            request.query = Some(params.told());
            request.is_get = is_get;
        })
        .await?;
    match said.and_then(|said| said.objects) {
        Some(objects) => *rows = objects,
        None => rows.iter_mut().for_each(|row| drop(row.set("className", Value::from(class)))),
    }
    Ok(())
}
