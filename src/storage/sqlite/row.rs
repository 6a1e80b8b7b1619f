//! Rows: how an object is written, and how rows are handed on.
//!
//! [`Encoded`] is the one place that makes both the document and the typed columns of a row, so that they cannot disagree.

use rusqlite::types::{ToSqlOutput, ValueRef};

use super::catalog::Class;
use super::conn::text;
use super::doc;
use super::error::Db;
use super::kind::Kind;
use crate::access::Render;
use crate::access::render::{Shown, internal, is_bare_date};
use crate::error::{Code, Error, Result};
use crate::model::names::fold;
use crate::model::{Acl, FieldType, ParseObject, Value, wire};
use crate::storage::RowSet;

/// What stands around each entry of a permission list.
const EDGE: char = '\u{1}';

/// The texts of a row.
pub struct Encoded {
    /// The Parse JSON.
    pub doc: Vec<u8>,
    /// The internal columns as JSON.
    pub priv_: Option<Vec<u8>>,
    /// Who may read.
    pub rperm: Option<String>,
    /// Who may write.
    pub wperm: Option<String>,
}

impl Encoded {
    /// The texts for an object.
    ///
    /// # Errors
    /// 123 for an ACL with an entry that cannot be kept, 111 for a value that its column cannot hold.
    pub fn of(class: &Class, object: &ParseObject) -> Result<Self> {
        let mut doc = Vec::with_capacity(256);
        doc.push(b'{');
        for (name, value) in &object.fields {
            if !is_kept(class, name) {
                continue;
            }
            if let Some(kind) = class.kind(name)
                && kind.sql(value).is_none()
            {
                let expected = class.schema.field_type(name).map_or(String::new(), FieldType::to_string);
                let class = &class.schema.name;
                let text = format!("schema mismatch for {class}.{name}; expected {expected}");
                return Err(Error::new(Code::IncorrectType, text));
            }
            let iso = match value {
                Value::Date(date) if matches!(name.as_str(), "createdAt" | "updatedAt") => Some(date.iso()),
                _ => None,
            };
            push(name, iso.map(Value::String).as_ref().unwrap_or(value), &mut doc);
        }
        doc.push(b'}');
        check_size(&doc)?;
        let priv_ = (!object.internal.is_empty()).then(|| {
            let mut out = vec![b'{'];
            object.internal.iter().for_each(|(name, value)| push(name, value, &mut out));
            out.push(b'}');
            out
        });
        let acl = object.acl.as_ref();
        let (rperm, wperm) = (acl.map(|a| list(&a.read)).transpose()?, acl.map(|a| list(&a.write)).transpose()?);
        Ok(Self { doc, priv_, rperm, wperm })
    }

    /// The texts by the names of their columns.
    pub fn text(&self, column: &str) -> ToSqlOutput<'_> {
        let bytes = match column {
            "doc" => Some(self.doc.as_slice()),
            "priv" => self.priv_.as_deref(),
            "rperm" => self.rperm.as_deref().map(str::as_bytes),
            _ => self.wperm.as_deref().map(str::as_bytes),
        };
        ToSqlOutput::Borrowed(bytes.map_or(ValueRef::Null, ValueRef::Text))
    }
}

/// The largest document, bytes: what MongoDB can hold is smaller as JSON.
const MOST: usize = 24 << 20;
/// Smaller documents are not worth a look at the number of their values.
const SMALL: usize = 1 << 20;

/// Objects can grow by operations beyond what a request could bring.
fn check_size(doc: &[u8]) -> Result<()> {
    if doc.len() > MOST || (doc.len() > SMALL && wire::count_values(doc) > wire::MAX_VALUES) {
        return Err(Error::new(Code::ObjectTooLarge, "The object is too large."));
    }
    Ok(())
}

/// Is a field part of the document? Neither the id, nor permissions, nor relations, nor anything internal are.
pub fn is_kept(class: &Class, name: &str) -> bool {
    !name.starts_with('_') && !matches!(name, "objectId" | "ACL") && !class.relations.contains_key(name)
}

/// What stands before the name of a field in that of the column beside it with its folded text; no field begins so.
const FOLDED: char = '~';

/// The name of the column with the folded text of a field.
pub fn folded_name(field: &str) -> String {
    format!("{FOLDED}{field}")
}

/// The field that a column with folded text belongs to.
pub fn folded_field(column: &str) -> Option<&str> {
    column.strip_prefix(FOLDED)
}

/// The value that a typed column gets; null for what is missing.
pub fn typed<'a>(kind: &Kind, object: &'a ParseObject, field: &str) -> ToSqlOutput<'a> {
    if let Some(field) = folded_field(field) {
        let text = object.fields.get(field).and_then(Value::as_str).map(fold);
        return text.map_or(ToSqlOutput::Borrowed(ValueRef::Null), ToSqlOutput::from);
    }
    let map = if field.starts_with('_') { &object.internal } else { &object.fields };
    map.get(field).and_then(|value| kind.sql(value)).unwrap_or(ToSqlOutput::Borrowed(ValueRef::Null))
}

fn push(name: &str, value: &Value, out: &mut Vec<u8>) {
    if out.len() > 1 {
        out.push(b',');
    }
    wire::string(name, out);
    out.push(b':');
    wire::write(value, out);
}

fn list(entries: &[String]) -> Result<String> {
    if entries.iter().any(|e| e.contains(EDGE)) {
        return Err(Error::new(Code::InvalidAcl, "Invalid ACL."));
    }
    let mut out = String::from(EDGE);
    for entry in entries {
        out.push_str(entry);
        out.push(EDGE);
    }
    Ok(out)
}

/// The entries of a permission list.
pub fn entries(list: &str) -> impl Iterator<Item = &str> {
    list.strip_prefix(EDGE).and_then(|l| l.strip_suffix(EDGE)).into_iter().flat_map(|l| l.split(EDGE))
}

/// The permissions in the two lists.
pub fn acl(rperm: Option<&str>, wperm: Option<&str>) -> Option<Acl> {
    let read = |list: Option<&str>| list.into_iter().flat_map(entries).map(str::to_owned).collect();
    (rperm.is_some() || wperm.is_some()).then(|| Acl { read: read(rperm), write: read(wperm) })
}

/// The columns that a row is made of, in the order of [`Arena::push`].
pub const COLUMNS: &str = "id, rperm, wperm, doc";
/// With the internal columns.
pub const COLUMNS_AND_PRIV: &str = "id, rperm, wperm, doc, priv";
/// Where the score of a full-text search stands behind them, or the number of the row, if it is wanted.
pub const SCORE: usize = 5;

/// Rows one behind the other in one piece of memory.
#[derive(Default)]
pub struct Arena {
    bytes: Vec<u8>,
    rows: Vec<Lengths>,
}

/// Where a row begins, and where its texts end; a list that is not there has no end.
struct Lengths {
    start: usize,
    id: usize,
    rperm: Option<usize>,
    wperm: Option<usize>,
    doc: usize,
    priv_: usize,
}

/// The texts of a row in the arena.
struct Texts<'a> {
    id: &'a str,
    rperm: Option<&'a str>,
    wperm: Option<&'a str>,
    doc: &'a [u8],
    priv_: &'a [u8],
}

impl Arena {
    /// Takes a row of [`COLUMNS`] or [`COLUMNS_AND_PRIV`]; with a score, that is its field `score`.
    pub fn push(&mut self, row: &rusqlite::Row<'_>, score: Option<f64>) -> rusqlite::Result<()> {
        let start = self.bytes.len();
        let mut take = |value: ValueRef<'_>| match value {
            ValueRef::Text(bytes) => {
                self.bytes.extend_from_slice(bytes);
                Some(self.bytes.len())
            }
            _ => None,
        };
        let id = take(row.get_ref(0)?).unwrap_or(start);
        let (rperm, wperm) = (take(row.get_ref(1)?), take(row.get_ref(2)?));
        let lists = wperm.or(rperm).unwrap_or(id);
        let scored = score.map(|score| with_score(text(row.get_ref(3).unwrap_or(ValueRef::Null)), score));
        let doc = take(scored.as_deref().map_or(row.get_ref(3)?, ValueRef::Text)).unwrap_or(lists);
        let priv_ = row.get_ref(4).ok().and_then(take).unwrap_or(doc);
        self.rows.push(Lengths { start, id, rperm, wperm, doc, priv_ });
        Ok(())
    }

    /// How much memory the rows take.
    pub fn bytes(&self) -> usize {
        self.bytes.len() + self.rows.len() * size_of::<Lengths>()
    }

    fn texts(&self, row: usize) -> Result<Texts<'_>> {
        let at = self.rows.get(row).ok_or_else(|| Error::internal("no such row"))?;
        let text = |from: usize, to: usize| {
            str::from_utf8(&self.bytes[from..to]).map_err(|e| Error::caused("a stored text is not UTF-8", e))
        };
        let lists = at.wperm.or(at.rperm).unwrap_or(at.id);
        Ok(Texts {
            id: text(at.start, at.id)?,
            rperm: at.rperm.map(|end| text(at.id, end)).transpose()?,
            wperm: at.wperm.map(|end| text(at.rperm.unwrap_or(at.id), end)).transpose()?,
            doc: &self.bytes[lists..at.doc],
            priv_: &self.bytes[at.doc..at.priv_],
        })
    }
}

impl RowSet for Arena {
    fn len(&self) -> usize {
        self.rows.len()
    }

    fn write_json(&self, row: usize, render: &Render, out: &mut Vec<u8>) -> Result<()> {
        let texts = self.texts(row)?;
        // A value that cannot be read names no owner.
        let render =
            render.of_row(texts.id, |column| doc::find(texts.doc, column).and_then(|raw| doc::value(raw).ok()));
        out.extend_from_slice(b"{\"objectId\":");
        wire::string(texts.id, out);
        if render.is_plain() {
            let inner = texts.doc.get(1..texts.doc.len().saturating_sub(1)).unwrap_or_default();
            if !inner.is_empty() {
                out.push(b',');
                out.extend_from_slice(inner);
            }
        } else {
            self.selected(&texts, &render, out)?;
        }
        for (field, target) in render.relations() {
            next(field.as_bytes(), out);
            wire::write(&Value::Relation(target.to_owned()), out);
        }
        if render.shows_acl() {
            write_acl(&texts, out);
        }
        out.push(b'}');
        Ok(())
    }

    fn object(&self, row: usize) -> Result<ParseObject> {
        let texts = self.texts(row)?;
        object(texts.id, texts.rperm, texts.wperm, texts.doc, texts.priv_)
    }

    fn id(&self, row: usize) -> Result<String> {
        Ok(self.texts(row)?.id.to_owned())
    }
}

impl Arena {
    fn selected(&self, texts: &Texts<'_>, render: &Shown<'_>, out: &mut Vec<u8>) -> Result<()> {
        for (key, raw) in doc::pairs(texts.doc) {
            let name = str::from_utf8(key).unwrap_or_default();
            if !render.shows(name) || (raw == b"{}" && render.drops_empty(name)) {
                continue;
            }
            next(key, out);
            if render.is_veiled(name) {
                wire::write(&render.veiled(doc::value(raw)?), out);
                continue;
            }
            let typed = |ty: &[u8]| raw.strip_prefix(b"{\"__type\":\"").is_some_and(|rest| rest.starts_with(ty));
            let is_shown_otherwise = typed(b"File") || (typed(b"Date") && is_bare_date(name));
            match is_shown_otherwise.then(|| doc::value(raw)).transpose()? {
                Some(Value::File(file)) => wire::write(&render.file(file), out),
                Some(Value::Date(date)) => wire::write(&Value::String(date.iso()), out),
                _ => out.extend_from_slice(raw),
            }
        }
        if render.shows_internals() {
            for (key, raw) in doc::pairs(texts.priv_) {
                if render.shows_internal(str::from_utf8(key).unwrap_or_default()) {
                    next(key, out);
                    wire::write(&internal(doc::value(raw)?), out);
                }
            }
        }
        Ok(())
    }
}

/// The document with a score in its place, behind all that is stored.
fn with_score(doc: &[u8], score: f64) -> Vec<u8> {
    let mut out = doc::without(doc, "score");
    out.pop();
    push("score", &Value::Number(score), &mut out);
    out.push(b'}');
    out
}

/// A comma and a raw key.
fn next(key: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(key);
    out.extend_from_slice(b"\":");
}

fn write_acl(texts: &Texts<'_>, out: &mut Vec<u8>) {
    if texts.rperm.is_none() && texts.wperm.is_none() {
        return;
    }
    match (texts.rperm, texts.wperm) {
        // What most objects have.
        (Some("\u{1}*\u{1}"), Some("\u{1}*\u{1}")) => {
            out.extend_from_slice(br#","ACL":{"*":{"read":true,"write":true}}"#);
        }
        (rperm, wperm) => {
            next(b"ACL", out);
            super::acl::write(rperm, wperm, out);
        }
    }
}

/// An object from the texts of its row.
///
/// # Errors
/// 1 for texts that cannot be read.
pub fn object(id: &str, rperm: Option<&str>, wperm: Option<&str>, doc: &[u8], priv_: &[u8]) -> Result<ParseObject> {
    let internal = if priv_.is_empty() { Default::default() } else { doc::fields(priv_)? };
    Ok(ParseObject { id: id.to_owned(), fields: doc::fields(doc)?, acl: acl(rperm, wperm), internal })
}

/// An object from a row of [`COLUMNS_AND_PRIV`].
///
/// # Errors
/// As [`object`], and those of the database.
pub fn read(row: &rusqlite::Row<'_>) -> Result<ParseObject> {
    let bytes = |i| row.get_ref(i).or_db().map(text);
    let text = |i| str::from_utf8(bytes(i)?).map_err(|e| Error::caused("a stored text is not UTF-8", e));
    let list = |i| text(i).map(|list| Some(list).filter(|list| !list.is_empty()));
    object(text(0)?, list(1)?, list(2)?, bytes(3)?, bytes(4)?)
}
