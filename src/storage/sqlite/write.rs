//! The writes of plans, carried out on the writer's connection within its transaction.

use std::sync::Arc;

use rusqlite::types::{ToSqlOutput, Value as Sql, ValueRef};

use super::alter;
use super::catalog::{Catalog, Class};
use super::conn::{Conn, text};
use super::error::{Db, of_write};
use super::filter::Builder;
use super::pred::Pred;
use super::row::{self, Encoded, folded_name, is_kept, typed};
use crate::access::{Absent, Create, Delete, Join, Update, Write};
use crate::error::{Error, Result};
use crate::model::{ClassSchema, Filter, Key, ParseObject, Value};
use crate::storage::sql::apply::apply;
use crate::storage::{Entry, Outcome, Relation};

/// Does a write change more than one table, so that it could be left half done?
pub fn is_compound(write: &Write) -> bool {
    match write {
        Write::Create(create) => !create.joins().is_empty(),
        Write::Update(update) => !update.joins().is_empty(),
        Write::Delete(_) | Write::Absent(_) => false,
    }
}

/// Carries out one write.
///
/// # Errors
/// 137 for a value that must be unique, 111 and 123 for values that cannot be kept, 102 for a filter that cannot be asked.
pub fn write(conn: &Conn, catalog: &mut Catalog, write: &Write) -> Result<Outcome> {
    match write {
        Write::Create(plan) => create(conn, catalog, plan),
        Write::Update(plan) => update(conn, catalog, plan).map(Outcome::Updated),
        Write::Delete(plan) => delete(conn, catalog, plan).map(Outcome::Deleted),
        Write::Absent(plan) => absent(conn, catalog, plan).map(Outcome::Absent),
    }
}

/// Did a write of an all-or-nothing group find what it was for?
pub fn is_hit(outcome: &Outcome) -> bool {
    !matches!(outcome, Outcome::Updated(None) | Outcome::Deleted(0) | Outcome::Absent(false))
}

/// The class with a column for every field that is written. Schemas are changed before objects are written; what is missing
/// here belongs to a volatile class, or has been taken away meanwhile.
fn ensure<'p>(
    conn: &Conn,
    catalog: &mut Catalog,
    schema: &ClassSchema,
    fields: impl Iterator<Item = &'p str>,
) -> Result<Arc<Class>> {
    if catalog.get(&schema.name).is_none() {
        alter::create(conn, catalog, schema, false)?;
    }
    let known = alter::known(catalog, &schema.name)?;
    let missing: Vec<_> = fields
        .filter(|name| !known.schema.fields.contains_key(*name))
        .filter_map(|name| schema.fields.get_key_value(name))
        .collect();
    if !missing.is_empty() {
        alter::add_fields(
            conn,
            catalog,
            &schema.name,
            missing.into_iter().map(|(name, field)| (name.as_str(), field)),
        )?;
    }
    catalog.get(&schema.name).cloned().ok_or_else(|| Error::internal("a class has gone"))
}

fn create(conn: &Conn, catalog: &mut Catalog, plan: &Create) -> Result<Outcome> {
    let object = plan.object();
    let joined = plan.joins().iter().map(|j| j.field.as_str());
    let class = ensure(conn, catalog, plan.schema(), object.fields.keys().map(Key::as_str).chain(joined))?;
    let texts = Encoded::of(&class, object)?;
    let mut insert = conn.sql.prepare_cached(&class.insert).or_db()?;
    let mut at = 0;
    let mut bind = |value: ToSqlOutput<'_>| {
        at += 1;
        insert.raw_bind_parameter(at, value).or_db()
    };
    bind(ToSqlOutput::from(object.id.as_str()))?;
    bind(date(object, "createdAt"))?;
    bind(date(object, "updatedAt"))?;
    for column in ["rperm", "wperm", "priv", "doc"] {
        bind(texts.text(column))?;
    }
    for (field, column) in &class.columns {
        bind(typed(&column.kind, object, field))?;
    }
    insert.raw_execute().map_err(|e| of_write(&class, e))?;
    join(conn, &class, &object.id, plan.joins())?;
    Ok(Outcome::Created)
}

fn date(object: &ParseObject, field: &str) -> ToSqlOutput<'static> {
    match object.fields.get(field) {
        Some(Value::Date(date)) => ToSqlOutput::from(date.0),
        _ => ToSqlOutput::Borrowed(ValueRef::Null),
    }
}

/// Adds and removes entries of relations; an entry that is there, or is not, stays so.
fn join(conn: &Conn, class: &Class, owner: &str, joins: &[Join]) -> Result<()> {
    for Join { field, related, add } in joins {
        let table = class.relations.get(field);
        let Some(table) = table else { return Err(Error::internal(format!("{field} is no relation"))) };
        let sql = if *add {
            format!("INSERT OR IGNORE INTO j{table}(owning, related) VALUES(?, ?)")
        } else {
            format!("DELETE FROM j{table} WHERE owning = ? AND related = ?")
        };
        conn.sql.prepare_cached(&sql).or_db()?.execute([owner, related]).or_db()?;
    }
    Ok(())
}

/// `None` if no row can match: the class is not there, or the filter says so by itself.
fn condition<'c>(
    class: &'c Class,
    filter: &Filter,
    groups: Option<&[String]>,
) -> Result<Option<(String, Builder<'c>)>> {
    let mut builder = Builder::new(class);
    Ok(match builder.condition(filter, "wperm", groups)? {
        Pred::Const(false) => None,
        Pred::Const(true) => Some(("1".into(), builder)),
        Pred::Sql(text) => Some((text, builder)),
    })
}

fn update(conn: &Conn, catalog: &mut Catalog, plan: &Update) -> Result<Option<ParseObject>> {
    if catalog.get(&plan.schema().name).is_none() {
        return Ok(None);
    }
    let roots = plan.ops().iter().map(|(path, _)| path.root()).chain(plan.joins().iter().map(|j| j.field.as_str()));
    let class = ensure(conn, catalog, plan.schema(), roots)?;
    match found(conn, &class, plan, true)?.pop() {
        Some((rid, object)) => changed(conn, &class, plan, rid, object).map(Some),
        None => Ok(None),
    }
}

/// Changes all that match; how many.
///
/// # Errors
/// Those of an update.
pub fn update_all(conn: &Conn, catalog: &mut Catalog, plan: &Update) -> Result<u64> {
    if catalog.get(&plan.schema().name).is_none() {
        return Ok(0);
    }
    let class = ensure(conn, catalog, plan.schema(), plan.ops().iter().map(|(path, _)| path.root()))?;
    let all = found(conn, &class, plan, false)?;
    let many = all.len() as u64;
    all.into_iter().try_for_each(|(rid, object)| changed(conn, &class, plan, rid, object).map(drop))?;
    Ok(many)
}

/// Changes one row; the object as it is then.
fn changed(conn: &Conn, class: &Class, plan: &Update, rid: i64, mut object: ParseObject) -> Result<ParseObject> {
    let before = object.fields.get("updatedAt").cloned();
    apply(&mut object, plan.ops(), plan.updated())?;
    match before {
        Some(date) if plan.is_silent() => drop(object.fields.set("updatedAt", date)),
        None if plan.is_silent() => drop(object.fields.take("updatedAt")),
        _ => {}
    }
    if let Some(acl) = plan.acl() {
        object.acl = Some(acl.clone());
    }
    object.fields.retain(|name, _| is_kept(class, name));
    let texts = Encoded::of(class, &object)?;
    let folded: Vec<String> = plan.ops().iter().map(|(path, _)| folded_name(path.root())).collect();
    let mut touched: Vec<&str> = plan.ops().iter().map(|(path, _)| path.root()).collect();
    touched.extend(folded.iter().map(String::as_str));
    touched.sort_unstable();
    touched.dedup();
    touched.retain(|field| class.columns.contains_key(*field));
    let internal = plan.ops().iter().any(|(path, _)| path.root().starts_with('_'));
    store(conn, class, rid, &object, &texts, &touched, internal, plan.acl().is_some())?;
    join(conn, class, &object.id, plan.joins())?;
    Ok(object)
}

/// The rows that a plan changes, with their numbers: one, or all.
fn found(conn: &Conn, class: &Class, plan: &Update, one: bool) -> Result<Vec<(i64, ParseObject)>> {
    let Some((condition, builder)) = condition(class, plan.filter(), plan.groups())? else { return Ok(Vec::new()) };
    let (id, limit) = (class.id, if one { " LIMIT 1" } else { "" });
    let sql = format!("SELECT rid, id, rperm, wperm, doc, priv FROM t{id} WHERE {condition} ORDER BY rid{limit}");
    let mut found = Vec::new();
    conn.prepare(&sql, &builder.args, builder.slots.into(), None)?.each(|row| {
        let get = |i| row.get_ref(i).or_db();
        let list = |i| Ok::<_, Error>(get(i)?.as_str_or_null().ok().flatten());
        let id = get(1)?;
        let id = str::from_utf8(text(id)).unwrap_or_default();
        let object = row::object(id, list(2)?, list(3)?, text(get(4)?), text(get(5)?))?;
        found.push((row.get(0).or_db()?, object));
        Ok(!one)
    })?;
    Ok(found)
}

/// Writes what has changed of a row; the document always, `updated` with it.
#[expect(clippy::too_many_arguments, reason = "the parts of one row")]
fn store(
    conn: &Conn,
    class: &Class,
    rid: i64,
    object: &ParseObject,
    texts: &Encoded,
    touched: &[&str],
    internal: bool,
    acl: bool,
) -> Result<()> {
    let mut sets = vec!["doc = ?".to_owned(), "created = ?".to_owned(), "updated = ?".to_owned()];
    let mut values = vec![texts.text("doc"), date(object, "createdAt"), date(object, "updatedAt")];
    if internal {
        sets.push("priv = ?".into());
        values.push(texts.text("priv"));
    }
    if acl {
        sets.extend(["rperm = ?".to_owned(), "wperm = ?".to_owned()]);
        values.extend([texts.text("rperm"), texts.text("wperm")]);
    }
    for field in touched {
        if let Some(column) = class.columns.get(*field) {
            sets.push(format!("c{} = ?", column.number));
            values.push(typed(&column.kind, object, field));
        }
    }
    let mut update =
        conn.sql.prepare_cached(&format!("UPDATE t{} SET {} WHERE rid = ?", class.id, sets.join(", "))).or_db()?;
    for (i, value) in values.iter().enumerate() {
        update.raw_bind_parameter(i + 1, value).or_db()?;
    }
    update.raw_bind_parameter(values.len() + 1, rid).or_db()?;
    update.raw_execute().map_err(|e| of_write(class, e))?;
    Ok(())
}

fn delete(conn: &Conn, catalog: &Catalog, plan: &Delete) -> Result<u64> {
    let Some(class) = catalog.get(&plan.schema().name) else { return Ok(0) };
    let Some((condition, builder)) = condition(class, plan.filter(), plan.groups())? else { return Ok(0) };
    let sql = format!("DELETE FROM t{} WHERE {condition}", class.id);
    let gone = conn.prepare(&sql, &builder.args, builder.slots.into(), None)?.run()?;
    Ok(gone as u64)
}

fn absent(conn: &Conn, catalog: &Catalog, plan: &Absent) -> Result<bool> {
    let Some(class) = catalog.get(&plan.schema().name) else { return Ok(true) };
    let Some((condition, builder)) = condition(class, plan.filter(), None)? else { return Ok(true) };
    let sql = format!("SELECT 1 FROM t{} WHERE {condition} LIMIT 1", class.id);
    let mut none = true;
    conn.prepare(&sql, &builder.args, builder.slots.into(), None)?.each(|_| {
        none = false;
        Ok(false)
    })?;
    Ok(none)
}

/// Stores entries of a relation.
///
/// # Errors
/// 1 for a relation that no class has, and those of the database.
pub fn relate(conn: &Conn, catalog: &Catalog, relation: &Relation, entries: &[Entry]) -> Result<()> {
    let Relation { class, field } = relation;
    let table = catalog.get(class).and_then(|class| class.relations.get(field));
    let table = table.ok_or_else(|| Error::internal(format!("{class}.{field} is no relation")))?;
    let sql = format!("INSERT OR IGNORE INTO j{table}(owning, related) VALUES(?, ?)");
    let mut insert = conn.sql.prepare_cached(&sql).or_db()?;
    entries.iter().try_for_each(|(owning, related)| insert.execute([owning, related]).map(drop).or_db())
}

/// A key that is free, or has been since an instant, is taken until another.
///
/// # Errors
/// Those of the database.
pub fn claim(conn: &Conn, key: &str, now: i64, until: i64) -> Result<bool> {
    let old = "DELETE FROM claim WHERE key IN (SELECT key FROM claim WHERE until <= ? LIMIT 100)";
    conn.sql.prepare_cached(old).or_db()?.execute([now]).or_db()?;
    let take = "INSERT INTO claim(key, until) VALUES(?1, ?2)
                ON CONFLICT(key) DO UPDATE SET until = excluded.until WHERE claim.until <= ?3";
    let args = [Sql::Text(key.to_owned()), Sql::Integer(until), Sql::Integer(now)];
    let taken = conn.sql.prepare_cached(take).or_db()?.execute(rusqlite::params_from_iter(args)).or_db()?;
    Ok(taken == 1)
}
