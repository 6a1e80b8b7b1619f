//! Indexes: those that `/schemas` asks for, unique ones, and those that the server's own look-ups need.

use rusqlite::params;

use super::alter::{edit, folded, known};
use super::catalog::{Catalog, Class};
use super::conn::Conn;
use super::error::Db;
use super::row::folded_name;
use super::text;
use crate::error::Result;
use crate::model::names::is_query_key;
use crate::model::schema::text_fields;
use crate::model::{Map, Value};

/// What the server itself looks for, by class.
const OWN: [(&str, &str); 9] = [
    ("_Session", "sessionToken"),
    ("_Session", "user"),
    ("_User", "username"),
    ("_User", "email"),
    ("_User", "_session_token"),
    ("_User", "_email_verify_token"),
    ("_User", "_perishable_token"),
    ("_Installation", "installationId"),
    ("_Installation", "deviceToken"),
];

/// The indexes for the server's own look-ups. `/schemas` does not show them.
pub fn own(conn: &Conn, catalog: &mut Catalog, class: &str) -> Result<()> {
    for (_, field) in OWN.iter().filter(|(name, _)| *name == class) {
        let kept = known(catalog, class)?;
        if let Some((column, _)) = kept.column(field) {
            make(conn, kept, &format!("own {field}"), Some(field), false, &column)?;
        }
    }
    catalog.reload(&conn.sql, class)
}

/// Indexes as `/schemas` gives them: `{name: {field: 1}}`. What SQLite cannot index is recorded and shown, and has no effect.
pub fn create(conn: &Conn, catalog: &mut Catalog, class: &str, wanted: &Map) -> Result<()> {
    for (name, keys) in wanted {
        let kept = known(catalog, class)?;
        if kept.indexes.contains_key(name.as_str()) || name == "_id_" {
            continue;
        }
        let fields = text_fields(keys);
        if !fields.is_empty() && !kept.schema.indexes.contains_key(name) {
            text::create(conn, kept, &fields)?;
            catalog.reload(&conn.sql, class)?;
        } else if let Some(expression) = expression(kept, keys) {
            make(conn, kept, name, None, false, &expression)?;
        }
    }
    edit(conn, catalog, class, |schema| {
        for (name, keys) in wanted {
            schema.indexes.set(name.as_str(), keys.clone());
        }
    })
}

/// `c3, c4 DESC`
fn expression(class: &Class, keys: &Value) -> Option<String> {
    let terms = keys.as_object()?.iter().map(|(key, direction)| {
        let field = match key.as_str() {
            "_id" => "objectId",
            "_created_at" => "createdAt",
            "_updated_at" => "updatedAt",
            key => key.strip_prefix("_p_").unwrap_or(key),
        };
        let (column, _) = class.column(field)?;
        match direction {
            Value::Number(n) if *n == 1.0 => Some(column),
            Value::Number(n) if *n == -1.0 => Some(format!("{column} DESC")),
            _ => None,
        }
    });
    let terms: Vec<String> = terms.collect::<Option<_>>()?;
    (!terms.is_empty()).then(|| terms.join(", "))
}

fn make(conn: &Conn, class: &Class, name: &str, field: Option<&str>, unique: bool, on: &str) -> Result<()> {
    let insert = "INSERT INTO ix(class, name, field, uniq) VALUES(?, ?, ?, ?)";
    conn.sql.execute(insert, params![class.id, name, field, unique]).or_db()?;
    let (id, table, unique) = (conn.sql.last_insert_rowid(), class.id, if unique { "UNIQUE " } else { "" });
    conn.sql.execute_batch(&format!("CREATE {unique}INDEX i{id} ON t{table}({on})")).or_db()
}

/// A unique index over a column, or over a text at a path below one (`authData.facebook.id`).
pub fn unique(conn: &Conn, catalog: &mut Catalog, class: &str, field: &str) -> Result<()> {
    let kept = known(catalog, class)?;
    let name = format!("unique {field}");
    if kept.indexes.contains_key(&name) {
        return Ok(());
    }
    let on = match kept.column(field) {
        Some((column, _)) => Some(column),
        None => below(field),
    };
    let Some(on) = on else {
        return Err(crate::error::Error::internal(format!("{class}.{field} cannot be unique")));
    };
    make(conn, kept, &name, Some(field), true, &on)?;
    catalog.reload(&conn.sql, class)
}

/// A unique index over the texts of a column, upper and lower case being the same: over a column beside it with the folded
/// text, for an index with a function of ours in it would make the file useless to every other program.
pub fn unique_text(conn: &Conn, catalog: &mut Catalog, class: &str, field: &str) -> Result<()> {
    let name = format!("unique text {field}");
    if known(catalog, class)?.indexes.contains_key(&name) {
        return Ok(());
    }
    let column = folded(conn, catalog, class, field)?;
    let kept = known(catalog, class)?;
    make(conn, kept, &name, Some(&folded_name(field)), true, &column)?;
    catalog.reload(&conn.sql, class)
}

/// The text at a dotted path as SQLite finds it; the path can stand in SQL because its characters are letters, digits, `_`.
pub fn below(path: &str) -> Option<String> {
    let document = if path.starts_with('_') { "priv" } else { "doc" };
    let named = path.strip_prefix('_').unwrap_or(path);
    (path.contains('.') && is_query_key(named)).then(|| {
        let keys: Vec<String> = path.split('.').map(|key| format!("\"{key}\"")).collect();
        format!("json_extract({document}, '$.{}')", keys.join("."))
    })
}

/// Takes indexes away by their names.
pub fn drop(conn: &Conn, catalog: &mut Catalog, class: &str, names: &[String]) -> Result<()> {
    for name in names {
        let kept = known(catalog, class)?;
        if let Some((id, _)) = kept.indexes.get(name) {
            remove(conn, *id)?;
        }
        if kept.text && kept.schema.indexes.get(name).is_some_and(|keys| !text_fields(keys).is_empty()) {
            text::drop(conn, kept)?;
        }
    }
    edit(conn, catalog, class, |schema| names.iter().for_each(|name| drop_name(&mut schema.indexes, name)))
}

fn drop_name(indexes: &mut Map, name: &str) {
    indexes.take(name);
}

fn remove(conn: &Conn, id: i64) -> Result<()> {
    conn.sql.execute_batch(&format!("DROP INDEX IF EXISTS i{id}; DELETE FROM ix WHERE id = {id}")).or_db()
}

/// Takes the indexes away that a column is part of, before it goes.
pub fn drop_of_field(conn: &Conn, catalog: &mut Catalog, class: &str, field: &str) -> Result<()> {
    let kept = known(catalog, class)?.clone();
    let over = |keys: &Value| {
        keys.as_object().is_some_and(|keys| keys.keys().any(|k| k.strip_prefix("_p_").unwrap_or(k) == field))
    };
    let below = |path: &String| {
        path == field
            || *path == folded_name(field)
            || path.strip_prefix(field).is_some_and(|rest| rest.starts_with('.'))
    };
    for (id, path) in kept.indexes.values() {
        if path.as_ref().is_some_and(below) {
            remove(conn, *id)?;
        }
    }
    let declared = kept.schema.indexes.iter().filter(|(_, keys)| over(keys));
    let names: Vec<String> = declared.map(|(name, _)| name.to_string()).collect();
    catalog.reload(&conn.sql, class)?;
    drop(conn, catalog, class, &names)
}
