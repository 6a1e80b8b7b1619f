//! Includes without a tree: rows go as bytes, and the objects that their pointers lead to are put in as bytes.
//!
//! Serves the plain case, pointers that stand in columns of their own. Pointers inside lists and objects, and classes with
//! hooks, are left to [`super::run`].

use std::collections::{BTreeMap, HashMap, HashSet};
use std::future::Future;
use std::ops::Range;
use std::pin::Pin;

use super::{Params, paths, plan};
use crate::access::Read;
use crate::cloud::Trigger;
use crate::error::Result;
use crate::model::{ClassSchema, Pointer, Value, wire};
use crate::rest::Call;
use crate::rest::find::{self, is_hooked};
use crate::rest::room::Trial;
use crate::storage::RowSet;

/// Rows as JSON, one behind the other.
#[derive(Default)]
struct Texts {
    bytes: Vec<u8>,
    rows: Vec<Range<usize>>,
}

impl Texts {
    fn of(room: &Trial<'_>, read: &Read, rows: &dyn RowSet) -> Result<Self> {
        let mut texts = Self::default();
        for i in 0..rows.len() {
            let start = texts.bytes.len();
            rows.write_json(i, read.render(), &mut texts.bytes)?;
            let bytes = texts.bytes.len() - start;
            room.take(bytes)?;
            texts.rows.push(start..texts.bytes.len());
            if i == 0 {
                texts.bytes.reserve(find::ahead(rows.len() - 1, bytes));
            }
        }
        Ok(texts)
    }

    fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.rows.iter().map(|row| &self.bytes[row.clone()])
    }
}

/// The columns to follow, and those to follow from there.
#[derive(Default)]
struct Tree(BTreeMap<String, Tree>);

impl Tree {
    fn of(paths: Vec<Vec<String>>) -> Self {
        let mut tree = Self::default();
        for path in paths {
            path.into_iter().fold(&mut tree, |tree, key| tree.0.entry(key).or_default());
        }
        tree
    }
}

/// What stands in a column that is to be followed.
enum Held {
    /// A pointer.
    Pointer(Pointer),
    /// Nothing that leads anywhere.
    Nothing,
    /// Something that may hold pointers.
    Other,
}

fn held(raw: &[u8], deeper: bool) -> Held {
    if raw.starts_with(b"{\"__type\":\"Pointer\"") {
        return match pointer(raw) {
            Some(pointer) => Held::Pointer(pointer),
            None => Held::Other,
        };
    }
    let leads = match raw.first() {
        Some(b'[') => raw.len() > 2,
        Some(b'{') => deeper && !raw.starts_with(b"{\"__type\":"),
        _ => false,
    };
    if leads { Held::Other } else { Held::Nothing }
}

/// The pointer of a text, its keys in the order in which they are written.
fn pointer(raw: &[u8]) -> Option<Pointer> {
    let mut pairs = wire::raw::pairs(raw).skip(1);
    let mut text = |name: &[u8]| pairs.next().filter(|(key, _)| *key == name).and_then(|(_, value)| raw_text(value));
    Some(Pointer { class: text(b"className")?, id: text(b"objectId")? })
}

fn raw_text(raw: &[u8]) -> Option<String> {
    let inner = raw.strip_prefix(b"\"")?.strip_suffix(b"\"")?;
    if !inner.contains(&b'\\') {
        return str::from_utf8(inner).ok().map(str::to_owned);
    }
    match wire::reread(raw) {
        Ok(Value::String(text)) => Some(text),
        _ => None,
    }
}

/// The included objects of one class and one path, and where each stands.
struct Found {
    texts: Texts,
    places: HashMap<String, usize>,
}

impl Found {
    fn object(&self, id: &str) -> Option<&[u8]> {
        let row = self.texts.rows.get(*self.places.get(id)?)?;
        Some(&self.texts.bytes[row.clone()])
    }
}

/// Writes rows as a JSON list with the objects in place of the pointers to them; `false`, and nothing written, if that takes
/// a tree.
///
/// # Errors
/// What reading the included classes says.
pub async fn splice(
    call: &Call,
    schema: &ClassSchema,
    params: &Params,
    (read, rows): (&Read, &dyn RowSet),
    out: &mut Vec<u8>,
) -> Result<bool> {
    let tree = Tree::of(paths(schema, params));
    let way = Way { call, params, room: call.room.trial() };
    let texts = Texts::of(&way.room, read, rows)?;
    let Some(texts) = expand(&way, &tree, &mut Vec::new(), texts).await? else { return Ok(false) };
    way.room.keep();
    out.push(b'[');
    for (i, row) in texts.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        out.extend_from_slice(row);
    }
    out.push(b']');
    Ok(true)
}

/// What every step of the way down needs.
struct Way<'a> {
    call: &'a Call,
    params: &'a Params,
    room: Trial<'a>,
}

type Expanded<'a> = Pin<Box<dyn Future<Output = Result<Option<Texts>>> + Send + 'a>>;

fn expand<'a>(way: &'a Way<'a>, tree: &'a Tree, path: &'a mut Vec<String>, texts: Texts) -> Expanded<'a> {
    Box::pin(async move {
        let Way { call, params, room } = way;
        let Some(hits) = hits(tree, &texts) else { return Ok(None) };
        let mut wanted: BTreeMap<(&str, &str), HashSet<String>> = BTreeMap::new();
        for hit in &hits {
            wanted.entry((hit.column, &hit.pointer.class)).or_default().insert(hit.pointer.id.clone());
        }
        let mut found: HashMap<(&str, &str), Found> = HashMap::new();
        for ((column, class), ids) in wanted {
            if call.engine.invoker.has(class, Trigger::BeforeFind) || is_hooked(call, class) {
                return Ok(None);
            }
            path.push(column.to_owned());
            let read = plan(call, class, ids, path, params)?;
            let rows = call.engine.storage.find(&read).await?;
            let mut below = Texts::of(room, &read, &*rows)?;
            if let Some(deeper) = tree.0.get(column).filter(|tree| !tree.0.is_empty()) {
                match expand(way, deeper, path, below).await? {
                    Some(expanded) => below = expanded,
                    None => return Ok(None),
                }
            }
            path.pop();
            let id = |row: &[u8]| wire::raw::find(row, "objectId").and_then(raw_text).unwrap_or_default();
            let places = below.iter().map(id).enumerate().map(|(i, id)| (id, i)).collect();
            found.insert((column, class), Found { texts: below, places });
        }
        replaced(room, &texts, &hits, &found).map(Some)
    })
}

/// A pointer to follow, and where it stands.
struct Hit<'t> {
    column: &'t str,
    pointer: Pointer,
    /// The comma before its key. There is one: every row begins with its id.
    comma: usize,
    value: Range<usize>,
}

/// The pointers in the columns to follow; `None` if a column holds what takes a tree.
fn hits<'t>(tree: &'t Tree, texts: &Texts) -> Option<Vec<Hit<'t>>> {
    let base = texts.bytes.as_ptr() as usize;
    let columns: BTreeMap<&[u8], (&str, &Tree)> =
        tree.0.iter().map(|(column, deeper)| (column.as_bytes(), (column.as_str(), deeper))).collect();
    let mut hits = Vec::with_capacity(texts.rows.len());
    for row in texts.iter() {
        let followed = wire::raw::pairs(row).filter_map(|(key, raw)| Some((key, raw, *columns.get(key)?)));
        // A key stands once in a row: behind the last that is followed nothing needs to be looked at.
        for (key, raw, (column, deeper)) in followed.take(columns.len()) {
            match held(raw, !deeper.0.is_empty()) {
                Held::Pointer(pointer) => {
                    let start = raw.as_ptr() as usize - base;
                    let comma = key.as_ptr() as usize - base - 2;
                    hits.push(Hit { column, pointer, comma, value: start..start + raw.len() });
                }
                Held::Nothing => {}
                Held::Other => return None,
            }
        }
    }
    Some(hits)
}

/// The rows with the objects in place of the pointers; a pointer to nothing that the caller can see goes.
fn replaced(room: &Trial<'_>, texts: &Texts, hits: &[Hit<'_>], found: &HashMap<(&str, &str), Found>) -> Result<Texts> {
    let mut out =
        Texts { bytes: Vec::with_capacity(2 * texts.bytes.len()), rows: Vec::with_capacity(texts.rows.len()) };
    let mut hits = hits.iter().peekable();
    for row in &texts.rows {
        let start = out.bytes.len();
        let mut copied = row.start;
        while let Some(hit) = hits.next_if(|hit| hit.value.end <= row.end) {
            let object =
                found.get(&(hit.column, hit.pointer.class.as_str())).and_then(|found| found.object(&hit.pointer.id));
            let upto = if object.is_some() { hit.value.start } else { hit.comma };
            out.bytes.extend_from_slice(&texts.bytes[copied..upto]);
            copied = hit.value.end;
            let Some(object) = object else { continue };
            room.take(object.len())?;
            out.bytes.extend_from_slice(object.strip_suffix(b"}").unwrap_or(object));
            out.bytes.extend_from_slice(b",\"__type\":\"Object\",\"className\":");
            wire::string(&hit.pointer.class, &mut out.bytes);
            out.bytes.push(b'}');
        }
        out.bytes.extend_from_slice(&texts.bytes[copied..row.end]);
        out.rows.push(start..out.bytes.len());
    }
    Ok(out)
}
