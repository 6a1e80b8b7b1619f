//! The full-text index of a class: an FTS5 table `f<id>` with the words of each row, as `matching::text` makes them.
//!
//! Triggers keep it: whatever writes, changes or deletes a row does the same to its words, in the same transaction.

use std::borrow::Cow;

use rusqlite::Connection;
use rusqlite::functions::FunctionFlags;
use rusqlite::types::Value as Sql;

use super::catalog::Class;
use super::conn::{Conn, text};
use super::doc;
use super::error::Db;
use super::filter::{Builder, json};
use super::pred::{Pred, all};
use super::slot::Slot;
use crate::error::{Error, Result};
use crate::matching::Fields;
use crate::matching::text::{Document, Language, Search, terms};
use crate::model::query::TextSearch;
use crate::model::{Path, Value};

/// What stands between the parts of a text that a function takes or gives. No word has it.
const EDGE: char = '\u{1}';

/// The document of a row.
pub struct Doc<'a>(pub &'a [u8]);

impl Fields for Doc<'_> {
    fn field(&self, name: &str) -> Option<Cow<'_, Value>> {
        let value = doc::find(self.0, name).and_then(|raw| doc::value(raw).ok())?;
        Some(Cow::Owned(doc::named(name, value)))
    }
}

/// Makes the index over fields, and fills it with the rows that are there.
///
/// # Errors
/// 102 if the class has one already, or for an index over everything.
pub fn create(conn: &Conn, class: &Class, fields: &[Path]) -> Result<()> {
    if class.text {
        return Err(Error::query(format!("only one text index per class, {} has one already", class.schema.name)));
    }
    if fields.iter().any(|field| field.as_str().starts_with('$')) {
        return Err(Error::query("a text index names its fields, it cannot be over all of them"));
    }
    let names: Vec<&str> = fields.iter().map(Path::as_str).collect();
    let names: String =
        conn.sql.query_row("SELECT quote(?)", [names.join(&EDGE.to_string())], |row| row.get(0)).or_db()?;
    let id = class.id;
    let put = |row: &str| format!("INSERT INTO f{id}(rowid, words) VALUES({row}.rid, fw(ft({row}.doc, {names})));");
    let (insert, remove) = (put("new"), format!("DELETE FROM f{id} WHERE rowid = old.rid;"));
    // The tokens are words already: only blanks part them.
    conn.sql
        .execute_batch(&format!(
            "CREATE VIRTUAL TABLE f{id} USING fts5(words, content = '', contentless_delete = 1, detail = none, \
                 tokenize = \"ascii tokenchars '_'''\");
             INSERT INTO f{id}(rowid, words) SELECT rid, fw(ft(doc, {names})) FROM t{id};
             CREATE TRIGGER f{id}i AFTER INSERT ON t{id} BEGIN {insert} END;
             CREATE TRIGGER f{id}d AFTER DELETE ON t{id} BEGIN {remove} END;
             CREATE TRIGGER f{id}u AFTER UPDATE OF doc ON t{id} \
                 WHEN ft(old.doc, {names}) IS NOT ft(new.doc, {names}) BEGIN {remove} {insert} END;
             UPDATE class SET text = 1 WHERE id = {id}"
        ))
        .or_db()
}

/// Takes the index away.
///
/// # Errors
/// Those of the database.
pub fn drop(conn: &Conn, class: &Class) -> Result<()> {
    let id = class.id;
    conn.sql
        .execute_batch(&format!(
            "DROP TRIGGER f{id}i; DROP TRIGGER f{id}d; DROP TRIGGER f{id}u; DROP TABLE f{id}; \
             UPDATE class SET text = 0 WHERE id = {id}"
        ))
        .or_db()
}

/// The condition that a row is found by a search, and the mark of the search for whoever wants its score.
///
/// # Errors
/// 102 for a class without an index, and for a language that is not known.
pub fn found(builder: &mut Builder<'_>, search: &TextSearch) -> Result<Pred> {
    if !builder.class.text {
        return Err(Error::query("text index required for $text query"));
    }
    let search = Search::new(search)?;
    // No term has a quotation mark in it.
    let terms: Vec<Sql> = search.terms().map(|term| Sql::Text(format!("\"{term}\""))).collect();
    let is_decided = search.is_decided_by_terms();
    let fields = builder.class.schema.text_fields();
    let mark = builder.slot(Slot::Text { search, fields });
    builder.text = Some(mark.clone());
    if terms.is_empty() {
        return Ok(Pred::Const(false));
    }
    // One question to the index a term: a single one for all of many would be nested too deep.
    let (id, terms) = (builder.class.id, builder.arg(Sql::Text(json(&terms))));
    let rids = format!("SELECT f.rowid FROM json_each({terms}) w CROSS JOIN f{id} f WHERE f.f{id} MATCH w.value");
    let found = Pred::Sql(format!("rid IN ({rids})"));
    Ok(if is_decided { found } else { all(vec![found, Pred::Sql(format!("ht(doc, {mark})"))]) })
}

/// Makes the functions of the triggers known: `ft(doc, fields)` is the language of a document and its texts, `fw(texts)`
/// their words.
pub fn register(sql: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    sql.create_scalar_function("ft", 2, flags, |ctx| {
        let fields = ctx.get_raw(1);
        let fields: Vec<Path> = fields.as_str().unwrap_or_default().split(EDGE).map(Path::from).collect();
        let Document { language, texts } = Document::of(&fields, &Doc(text(ctx.get_raw(0))));
        let mut out = language.name().to_owned();
        for text in texts {
            out.push(EDGE);
            out.push_str(&text);
        }
        Ok(out)
    })?;
    sql.create_scalar_function("fw", 1, flags, |ctx| {
        let texts = ctx.get_raw(0);
        let (language, texts) = texts.as_str().unwrap_or_default().split_once(EDGE).unwrap_or_default();
        let language = Language::from_name(language).unwrap_or_default();
        Ok(terms(&Document { language, texts: vec![texts.to_owned()] }))
    })
}

#[cfg(test)]
mod tests;
