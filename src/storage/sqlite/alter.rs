//! Changes of classes: the tables, and what the catalogue says of them. Runs in the writer's transaction.

use std::collections::{HashMap, HashSet};

use rusqlite::params;

use super::catalog::{Catalog, Class, schema_text};
use super::conn::Conn;
use super::error::Db;
use super::kind::Kind;
use super::row::folded_name;
use super::{doc, indexes};
use crate::error::{Error, Result};
use crate::model::names::{VOLATILE_CLASSES, fold};
use crate::model::{ClassSchema, Field, FieldType, Map};
use crate::storage::SchemaChange;

/// Columns that a new table has to spare. A new field takes one of them, so that it stands before the document, where a scan
/// finds it without reading through large texts.
const SPARE: i64 = 8;
/// Fields with a column of their own; those of later fields are looked for in the document. SQLite takes 2000 columns in all.
const MOST: i64 = 1000;
/// Rows that a deleted field is taken out of at once.
const BATCH: i64 = 500;

/// The internal columns that queries look at, with the type that they have in the catalogue.
const INTERNAL: [(&str, &str, Kind); 8] = [
    ("_User", "_email_verify_token", Kind::Text),
    ("_User", "_email_verify_token_expires_at", Kind::Date),
    ("_User", "_perishable_token", Kind::Text),
    ("_User", "_perishable_token_expires_at", Kind::Date),
    ("_User", "_failed_login_count", Kind::Number),
    ("_User", "_account_lockout_expires_at", Kind::Date),
    ("_User", "_password_changed_at", Kind::Date),
    ("_User", "_session_token", Kind::Text),
];

/// Makes one change; the catalogue follows.
///
/// # Errors
/// 137 for a unique index over values that are not; 1 for a class that is not there.
pub fn change(conn: &Conn, catalog: &mut Catalog, change: &SchemaChange) -> Result<()> {
    match change {
        SchemaChange::CreateClass(schema) => create(conn, catalog, schema, true),
        SchemaChange::AddFields { class, fields } => {
            add_fields(conn, catalog, class, fields.iter().map(|(name, field)| (name.as_str(), field)))
        }
        SchemaChange::SetFieldOptions { class, field, options } => edit(conn, catalog, class, |schema| {
            if let Some(declared) = schema.fields.get_mut(field) {
                declared.options = options.clone();
            }
        }),
        SchemaChange::SetClp { class, clp } => edit(conn, catalog, class, |schema| schema.clp = clp.clone()),
        SchemaChange::DeleteFields { class, fields } => {
            fields.iter().try_for_each(|field| delete_field(conn, catalog, class, field))
        }
        SchemaChange::CreateIndexes { class, indexes: wanted } => indexes::create(conn, catalog, class, wanted),
        SchemaChange::DropIndexes { class, names } => indexes::drop(conn, catalog, class, names),
        SchemaChange::EnsureUnique { class, field } => indexes::unique(conn, catalog, class, field),
        SchemaChange::EnsureUniqueText { class, field } => indexes::unique_text(conn, catalog, class, field),
        SchemaChange::DropClass(class) => drop_class(conn, catalog, class),
    }
}

/// The class, or the error that says that it is not there.
pub fn known<'c>(catalog: &'c Catalog, class: &str) -> Result<&'c Class> {
    catalog.get(class).map(|c| &**c).ok_or_else(|| Error::internal(format!("the class {class} has no table")))
}

/// Changes the stored schema and nothing else.
pub fn edit(conn: &Conn, catalog: &mut Catalog, class: &str, edit: impl FnOnce(&mut ClassSchema)) -> Result<()> {
    let mut schema = known(catalog, class)?.schema.clone();
    edit(&mut schema);
    let text = schema_text(&schema);
    conn.sql.execute("UPDATE class SET schema = ? WHERE name = ?", [text.as_str(), class]).or_db()?;
    catalog.reload(&conn.sql, class)
}

/// A table for a class that has none; a class that has one keeps it, and gets the columns that it lacks.
pub fn create(conn: &Conn, catalog: &mut Catalog, schema: &ClassSchema, stored: bool) -> Result<()> {
    let name = schema.name.as_str();
    let stored = stored && !VOLATILE_CLASSES.contains(&name);
    if catalog.get(name).is_none() {
        let mut bare = schema.clone();
        bare.fields.clear();
        bare.indexes = Map::new();
        let sql = &conn.sql;
        let insert = "INSERT INTO class(name, stored, physical, schema) VALUES(?, ?, ?, ?)";
        let wanted = schema.fields.values().filter(|f| Kind::of(&f.ty).is_some()).count() as i64;
        let own = INTERNAL.iter().filter(|(class, ..)| *class == name);
        let physical = (wanted + own.clone().count() as i64 + SPARE).min(MOST);
        sql.execute(insert, params![name, stored, physical, schema_text(&bare)]).or_db()?;
        let id = sql.last_insert_rowid();
        let columns: String = (1..=physical).map(|n| format!("c{n}, ")).collect();
        // To get at a column, SQLite passes all before it: first stand those that a search looks at.
        let table = format!(
            "CREATE TABLE t{id}(rid INTEGER PRIMARY KEY, rperm TEXT, {columns}id TEXT NOT NULL UNIQUE, \
             created INTEGER, updated INTEGER, wperm TEXT, priv TEXT, doc TEXT NOT NULL)"
        );
        sql.execute_batch(&table).or_db()?;
        for (number, (_, field, kind)) in own.enumerate() {
            let insert = "INSERT INTO col(class, name, number, type) VALUES(?, ?, ?, ?)";
            sql.execute(insert, params![id, field, number as i64 + 1, kind.name()]).or_db()?;
        }
        catalog.reload(sql, name)?;
        add_fields(conn, catalog, name, schema.fields.iter().map(|(name, field)| (name.as_str(), field)))?;
        indexes::own(conn, catalog, name)?;
        return indexes::create(conn, catalog, name, &schema.indexes);
    }
    if stored {
        conn.sql.execute("UPDATE class SET stored = 1 WHERE name = ?", [name]).or_db()?;
        edit(conn, catalog, name, |kept| kept.clp = kept.clp.take().or_else(|| schema.clp.clone()))?;
    }
    add_fields(conn, catalog, name, schema.fields.iter().map(|(name, field)| (name.as_str(), field)))
}

/// New columns of a class.
pub fn add_fields<'f>(
    conn: &Conn,
    catalog: &mut Catalog,
    class: &str,
    fields: impl Iterator<Item = (&'f str, &'f Field)>,
) -> Result<()> {
    let old = known(catalog, class)?;
    let (id, mut physical, mut schema) = (old.id, old.physical, old.schema.clone());
    let taken: HashSet<i64> = old.columns.values().map(|c| c.number).collect();
    let mut free = (1..=MOST).filter(|number| !taken.contains(number));
    let mut fresh = Vec::new();
    for (name, field) in fields.filter(|(name, _)| !old.schema.fields.contains_key(*name)) {
        if schema.fields.insert(name.to_owned(), field.clone()).is_some() {
            continue;
        }
        if let FieldType::Relation(_) = field.ty {
            relation(conn, id, name)?;
        }
        let Some(kind) = Kind::of(&field.ty).filter(|_| !is_common(name)) else { continue };
        let Some(number) = free.next() else { continue };
        if number > physical {
            conn.sql.execute_batch(&format!("ALTER TABLE t{id} ADD COLUMN c{number}")).or_db()?;
            physical = number;
        }
        let insert = "INSERT INTO col(class, name, number, type) VALUES(?, ?, ?, ?)";
        conn.sql.execute(insert, params![id, name, number, kind.name()]).or_db()?;
        fresh.push((name.to_owned(), number, kind));
    }
    let update = "UPDATE class SET physical = ?, schema = ? WHERE id = ?";
    conn.sql.execute(update, params![physical, schema_text(&schema), id]).or_db()?;
    fill(conn, id, &fresh)?;
    catalog.reload(&conn.sql, class)
}

/// The column with the folded texts of a field, made and filled if it is not there.
pub fn folded(conn: &Conn, catalog: &mut Catalog, class: &str, field: &str) -> Result<String> {
    let name = folded_name(field);
    let old = known(catalog, class)?;
    if let Some((column, _)) = old.column(&name) {
        return Ok(column);
    }
    let Some((source, Kind::Text)) = old.column(field) else {
        return Err(Error::internal(format!("{class}.{field} is no text")));
    };
    let (id, physical) = (old.id, old.physical);
    let is_taken = |n: &i64| old.columns.values().any(|c| c.number == *n);
    let number = (1..=physical).find(|n| !is_taken(n)).unwrap_or(physical + 1);
    if number > physical {
        conn.sql.execute_batch(&format!("ALTER TABLE t{id} ADD COLUMN c{number}")).or_db()?;
    }
    let update = "UPDATE class SET physical = ? WHERE id = ?";
    conn.sql.execute(update, params![physical.max(number), id]).or_db()?;
    let insert = "INSERT INTO col(class, name, number, type) VALUES(?, ?, ?, ?)";
    conn.sql.execute(insert, params![id, name, number, Kind::Text.name()]).or_db()?;
    let mut select =
        conn.sql.prepare(&format!("SELECT rid, {source} FROM t{id} WHERE {source} IS NOT NULL")).or_db()?;
    let texts = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).or_db()?;
    let texts: Vec<(i64, String)> = texts.collect::<Result<_, _>>().or_db()?;
    let mut update = conn.sql.prepare(&format!("UPDATE t{id} SET c{number} = ? WHERE rid = ?")).or_db()?;
    for (rid, text) in texts {
        update.execute(params![fold(&text), rid]).or_db()?;
    }
    catalog.reload(&conn.sql, class)?;
    Ok(format!("c{number}"))
}

/// The columns that every table has under names of their own.
fn is_common(field: &str) -> bool {
    matches!(field, "objectId" | "createdAt" | "updatedAt" | "ACL")
}

fn relation(conn: &Conn, class: i64, field: &str) -> Result<()> {
    conn.sql.execute("INSERT INTO relation(class, field) VALUES(?, ?)", params![class, field]).or_db()?;
    let id = conn.sql.last_insert_rowid();
    let table = format!(
        "CREATE TABLE j{id}(owning TEXT NOT NULL, related TEXT NOT NULL, PRIMARY KEY(owning, related)) WITHOUT ROWID; \
         CREATE INDEX k{id} ON j{id}(related)"
    );
    conn.sql.execute_batch(&table).or_db()
}

/// Objects may have values already for columns that are new: those of a class whose schema was made anew.
fn fill(conn: &Conn, id: i64, fresh: &[(String, i64, Kind)]) -> Result<()> {
    if fresh.is_empty() {
        return Ok(());
    }
    let fresh: HashMap<&[u8], (i64, &Kind)> =
        fresh.iter().map(|(name, number, kind)| (name.as_bytes(), (*number, kind))).collect();
    let mut found = Vec::new();
    let mut statement = conn.sql.prepare(&format!("SELECT rid, doc FROM t{id}")).or_db()?;
    let mut rows = statement.query([]).or_db()?;
    while let Some(row) = rows.next().or_db()? {
        let doc = row.get_ref(1).or_db()?.as_bytes().unwrap_or_default();
        for (key, raw) in doc::pairs(doc) {
            let Some((number, kind)) = fresh.get(key) else { continue };
            if let Some(arg) = kind.arg(&doc::value(raw)?) {
                found.push((row.get::<_, i64>(0).or_db()?, *number, arg));
            }
        }
    }
    for (rid, number, arg) in found {
        let update = format!("UPDATE t{id} SET c{number} = ? WHERE rid = ?");
        conn.sql.prepare_cached(&update).or_db()?.execute(params![arg, rid]).or_db()?;
    }
    Ok(())
}

fn delete_field(conn: &Conn, catalog: &mut Catalog, class: &str, field: &str) -> Result<()> {
    if is_common(field) || !known(catalog, class)?.schema.fields.contains_key(field) {
        return Ok(());
    }
    indexes::drop_of_field(conn, catalog, class, field)?;
    let old = known(catalog, class)?;
    let id = old.id;
    if let Some(join) = old.relations.get(field) {
        conn.sql.execute_batch(&format!("DROP TABLE j{join}")).or_db()?;
        conn.sql.execute("DELETE FROM relation WHERE id = ?", [join]).or_db()?;
    }
    let column = old.columns.get(field).map(|c| c.number);
    strip(conn, id, field, column)?;
    if let Some(twin) = old.columns.get(&folded_name(field)) {
        conn.sql.execute(&format!("UPDATE t{id} SET c{} = NULL", twin.number), []).or_db()?;
    }
    let forget = "DELETE FROM col WHERE class = ? AND name IN (?, ?)";
    conn.sql.execute(forget, params![id, field, folded_name(field)]).or_db()?;
    edit(conn, catalog, class, |schema| {
        schema.fields.shift_remove(field);
    })
}

/// Takes a field out of the rows, a batch at a time, so that memory stays small.
fn strip(conn: &Conn, id: i64, field: &str, column: Option<i64>) -> Result<()> {
    let select = format!("SELECT rid, doc FROM t{id} WHERE rid > ? AND hf(doc, ?) ORDER BY rid LIMIT {BATCH}");
    let clear = column.map_or(String::new(), |n| format!(", c{n} = NULL"));
    let mut select = conn.sql.prepare(&select).or_db()?;
    let mut update = conn.sql.prepare(&format!("UPDATE t{id} SET doc = ?{clear} WHERE rid = ?")).or_db()?;
    let mut last = i64::MIN;
    loop {
        let mut batch = Vec::new();
        let mut rows = select.query(params![last, field]).or_db()?;
        while let Some(row) = rows.next().or_db()? {
            let rid: i64 = row.get(0).or_db()?;
            let doc = doc::without(row.get_ref(1).or_db()?.as_bytes().unwrap_or_default(), field);
            batch.push((rid, String::from_utf8(doc).unwrap_or_default()));
        }
        drop(rows);
        let Some((rid, _)) = batch.last() else { return Ok(()) };
        last = *rid;
        for (rid, doc) in batch {
            update.execute(params![doc, rid]).or_db()?;
        }
    }
}

fn drop_class(conn: &Conn, catalog: &mut Catalog, class: &str) -> Result<()> {
    let Some(old) = catalog.get(class).cloned() else { return Ok(()) };
    for join in old.relations.values() {
        conn.sql.execute_batch(&format!("DROP TABLE j{join}")).or_db()?;
    }
    let id = old.id;
    let text = if old.text { format!("DROP TABLE f{id};") } else { String::new() };
    let rows = format!(
        "DELETE FROM relation WHERE class = {id}; DELETE FROM ix WHERE class = {id}; \
         DELETE FROM col WHERE class = {id}; DELETE FROM class WHERE id = {id};"
    );
    conn.sql.execute_batch(&format!("{text} DROP TABLE t{id}; {rows}")).or_db()?;
    catalog.reload(&conn.sql, class)
}
