//! Which indexes the file really has, whatever the catalogue says.

use super::Sqlite;
use super::catalog::Class;
use super::conn::Conn;
use super::error::Db;
use super::row::folded_field;
use crate::error::Result;
use crate::model::schema::text_fields;
use crate::model::{FieldType, Map, Value};
use crate::storage::Index;

/// The class whose keys are taken in a table of their own.
const CLAIMS: &str = "_Idempotency";

impl Sqlite {
    /// The indexes of a class.
    pub(super) async fn real_indexes(&self, class: &str) -> Result<Vec<Index>> {
        if class == CLAIMS {
            return self.readers.run(of_claims).await;
        }
        let Some(class) = self.catalog.load().get(class).cloned() else { return Ok(Vec::new()) };
        self.readers.run(move |conn| of_class(conn, &class)).await
    }
}

fn of_class(conn: &Conn, class: &Class) -> Result<Vec<Index>> {
    let sql = "SELECT ix.name, ix.field, ix.uniq FROM ix JOIN sqlite_schema AS real ON real.name = 'i' || ix.id \
               WHERE ix.class = ? AND real.type = 'index' ORDER BY ix.id";
    let mut statement = conn.sql.prepare_cached(sql).or_db()?;
    let mut rows = statement.query([class.id]).or_db()?;
    let mut all = Vec::new();
    while let Some(row) = rows.next().or_db()? {
        let (name, field): (String, Option<String>) = (row.get(0).or_db()?, row.get(1).or_db()?);
        let folded = field.as_deref().and_then(folded_field);
        let keys = match (class.schema.indexes.get(&name), folded.or(field.as_deref())) {
            (Some(Value::Object(keys)), _) => keys.clone(),
            (_, Some(field)) => Map::from([(key(class, field), Value::Number(1.0))]),
            _ => Map::new(),
        };
        all.push(Index { name, keys, is_unique: row.get(2).or_db()?, any_case: folded.is_some() });
    }
    let texts = class.schema.indexes.iter().filter(|(_, keys)| class.text && !text_fields(keys).is_empty());
    for (name, keys) in texts {
        if is_there(conn, &format!("f{}", class.id))? {
            let keys = keys.as_object().cloned().unwrap_or_default();
            all.push(Index { name: name.to_string(), keys, is_unique: false, any_case: false });
        }
    }
    Ok(all)
}

fn of_claims(conn: &Conn) -> Result<Vec<Index>> {
    let mut all = Vec::new();
    for (name, key, is_unique) in [("claim", "reqId", true), ("claim_until", "expire", false)] {
        if is_there(conn, name)? {
            let keys = Map::from([(key, Value::Number(1.0))]);
            all.push(Index { name: name.to_owned(), keys, is_unique, any_case: false });
        }
    }
    Ok(all)
}

fn is_there(conn: &Conn, name: &str) -> Result<bool> {
    let sql = "SELECT count(*) FROM sqlite_schema WHERE name = ?";
    conn.sql.query_row(sql, [name], |row| row.get::<_, i64>(0)).or_db().map(|n| n > 0)
}

/// A field, or a path below one, as `/schemas` names it in an index.
fn key(class: &Class, field: &str) -> String {
    match (class.schema.field_type(field), field.strip_prefix("authData.")) {
        (Some(FieldType::Pointer(_)), _) => format!("_p_{field}"),
        _ if field == "sessionToken" => "_session_token".to_owned(),
        (_, Some(path)) => format!("_auth_data_{path}"),
        _ => field.to_owned(),
    }
}
