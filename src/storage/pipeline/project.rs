//! `$project`, `$addFields`, `$unset`: trees of what stays, goes or is computed.

use indexmap::IndexMap;

use super::expr::{Env, Expr, Names, parse};
use super::path;
use crate::error::{Error, Result};
use crate::model::{Map, Value};

/// A tree over the fields of a document.
type Tree = IndexMap<String, Node>;

#[derive(Debug)]
enum Node {
    Leaf,
    /// Fields below; is one of them computed?
    Branch(Tree, bool),
}

/// What `$project` makes of a document.
#[derive(Debug)]
pub struct Projection {
    keep: Keep,
    computed: Vec<(Vec<String>, Expr)>,
}

#[derive(Debug)]
enum Keep {
    Only(Tree),
    AllBut(Tree),
    All,
}

/// One line of a specification.
enum Line {
    Flag(bool),
    Computed(Expr),
}

impl Projection {
    /// Reads the argument of `$project`.
    ///
    /// # Errors
    /// 102 for an empty specification, or one that both includes and excludes.
    pub fn project(spec: &Map, names: &Names) -> Result<Self> {
        let fail = |what: String| Error::query(format!("Invalid $project :: caused by :: {what}"));
        if spec.is_empty() {
            return Err(fail("projection specification must have at least one field".into()));
        }
        let mut lines = Vec::new();
        for (key, value) in spec {
            flags(path::split(key), value, names, &mut lines)?;
        }
        let is_id = |p: &[String]| p.len() == 1 && p[0] == "_id";
        let mut others = lines.iter().filter(|(p, _)| !is_id(p));
        let inclusion = match others.next() {
            Some((_, Line::Flag(keep))) => *keep,
            Some((_, Line::Computed(_))) => true,
            None => !matches!(lines.first(), Some((_, Line::Flag(false)))),
        };
        let (mut tree, mut computed, mut id) = (Tree::new(), Vec::new(), None);
        for (path, line) in lines {
            match line {
                Line::Flag(keep) if is_id(&path) => id = Some(keep),
                Line::Flag(keep) if keep == inclusion => insert(&mut tree, &path)?,
                Line::Flag(_) => {
                    let (is, not) = if inclusion { ("inclusion", "exclusion") } else { ("exclusion", "inclusion") };
                    return Err(fail(format!("Cannot do {not} on field {} in {is} projection", path.join("."))));
                }
                Line::Computed(_) if !inclusion => {
                    let path = path.join(".");
                    return Err(fail(format!("Cannot use an expression on field {path} in an exclusion projection")));
                }
                Line::Computed(expr) => {
                    // A computed field below another one needs the way to it.
                    if path.len() > 1 {
                        insert_way(&mut tree, &path[..path.len() - 1]);
                    }
                    id = if is_id(&path) { Some(false) } else { id };
                    computed.push((path, expr));
                }
            }
        }
        if (id.unwrap_or(true)) == inclusion {
            tree.insert("_id".into(), Node::Leaf);
        }
        let keep = if inclusion { Keep::Only(tree) } else { Keep::AllBut(tree) };
        Ok(Self { keep, computed })
    }

    /// Reads the argument of `$addFields` or `$set`.
    ///
    /// # Errors
    /// 102 for bad expressions.
    pub fn add_fields(spec: &Map, names: &Names) -> Result<Self> {
        if spec.is_empty() {
            return Err(Error::query("Invalid $addFields :: caused by :: specification must have at least one field"));
        }
        let mut computed = Vec::new();
        for (key, value) in spec {
            additions(path::split(key), value, names, &mut computed)?;
        }
        Ok(Self { keep: Keep::All, computed })
    }

    /// Reads the argument of `$unset`: a path or a list of them.
    ///
    /// # Errors
    /// 102 for anything else.
    pub fn unset(spec: &Value) -> Result<Self> {
        let bad = || Error::query("$unset specification must be a string or an array containing only string values");
        let paths = match spec {
            Value::String(path) => vec![path.as_str()],
            Value::Array(list) => list.iter().map(Value::as_str).collect::<Option<_>>().ok_or_else(bad)?,
            _ => return Err(bad()),
        };
        if paths.is_empty() {
            return Err(bad());
        }
        let mut tree = Tree::new();
        paths.iter().try_for_each(|p| insert(&mut tree, &path::split(p)))?;
        Ok(Self { keep: Keep::AllBut(tree), computed: Vec::new() })
    }

    /// The document that it makes of another.
    ///
    /// # Errors
    /// As evaluation.
    pub fn apply(&self, env: &Env<'_>) -> Result<Map> {
        let mut out = match &self.keep {
            Keep::Only(tree) => only(env.root, tree),
            Keep::AllBut(tree) => all_but(env.root, tree),
            Keep::All => env.root.clone(),
        };
        for (path, expr) in &self.computed {
            let value = expr.eval(env)?;
            path::write(&mut out, path, value.as_deref());
        }
        Ok(out)
    }
}

fn flags(path: Vec<String>, value: &Value, names: &Names, out: &mut Vec<(Vec<String>, Line)>) -> Result<()> {
    check(&path)?;
    match value {
        Value::Bool(b) => out.push((path, Line::Flag(*b))),
        Value::Number(n) => out.push((path, Line::Flag(*n != 0.0))),
        Value::Object(map) if map.is_empty() => {
            let path = path.join(".");
            return Err(Error::query(format!(
                "Invalid $project :: caused by :: An empty sub-projection is not a valid value. Found empty object at path {path}"
            )));
        }
        Value::Object(map) if !map.keys().any(|k| k.starts_with('$')) => {
            for (key, value) in map {
                flags(longer(&path, key), value, names, out)?;
            }
        }
        other => out.push((path, Line::Computed(parse(other, names)?))),
    }
    Ok(())
}

fn additions(path: Vec<String>, value: &Value, names: &Names, out: &mut Vec<(Vec<String>, Expr)>) -> Result<()> {
    check(&path)?;
    match value {
        Value::Object(map) if !map.is_empty() && !map.keys().any(|k| k.starts_with('$')) => {
            map.iter().try_for_each(|(key, value)| additions(longer(&path, key), value, names, out))
        }
        other => {
            out.push((path, parse(other, names)?));
            Ok(())
        }
    }
}

fn longer(path: &[String], key: &str) -> Vec<String> {
    path.iter().cloned().chain(path::split(key)).collect()
}

fn check(path: &[String]) -> Result<()> {
    match path.iter().find(|p| p.is_empty() || p.starts_with('$')) {
        Some(part) if part.is_empty() => Err(Error::query("FieldPath field names may not be empty strings.")),
        Some(_) => Err(Error::query(format!("FieldPath field names may not start with '$': {}", path.join(".")))),
        None => Ok(()),
    }
}

fn insert(tree: &mut Tree, path: &[String]) -> Result<()> {
    let Some((first, rest)) = path.split_first() else { return Ok(()) };
    if rest.is_empty() {
        if matches!(tree.get(first), Some(Node::Branch(..))) {
            return Err(Error::query(format!("Path collision at {first}")));
        }
        tree.insert(first.clone(), Node::Leaf);
        return Ok(());
    }
    match tree.entry(first.clone()).or_insert_with(|| Node::Branch(Tree::new(), false)) {
        Node::Branch(below, _) => insert(below, rest),
        Node::Leaf => Err(Error::query(format!("Path collision at {}", path.join(".")))),
    }
}

fn insert_way(tree: &mut Tree, path: &[String]) {
    let Some((first, rest)) = path.split_first() else { return };
    if let Node::Branch(below, computed) = tree.entry(first.clone()).or_insert_with(|| Node::Branch(Tree::new(), true))
    {
        *computed = true;
        insert_way(below, rest);
    }
}

fn only(map: &Map, tree: &Tree) -> Map {
    let mut out = Map::with_capacity(tree.len());
    // MongoDB puts _id in front, wherever it stands.
    let id = map.get_key_value("_id");
    for (key, value) in id.into_iter().chain(map.iter().filter(|(k, _)| *k != "_id")) {
        match tree.get(key.as_str()) {
            Some(Node::Leaf) => {
                out.set(key.as_str(), value.clone());
            }
            Some(Node::Branch(below, computed)) => {
                if let Some(value) = only_in(value, below, *computed) {
                    out.set(key.as_str(), value);
                }
            }
            None => {}
        }
    }
    out
}

/// What is no object goes; in a list it keeps its place if something is to be computed there.
fn only_in(value: &Value, tree: &Tree, computed: bool) -> Option<Value> {
    match value {
        Value::Object(map) => Some(Value::Object(only(map, tree))),
        Value::Array(list) => {
            let kept = |v| only_in(v, tree, computed).or_else(|| computed.then_some(Value::Null));
            Some(Value::Array(list.iter().filter_map(kept).collect()))
        }
        _ => None,
    }
}

fn all_but(map: &Map, tree: &Tree) -> Map {
    let mut out = Map::with_capacity(map.len());
    for (key, value) in map {
        match tree.get(key.as_str()) {
            Some(Node::Leaf) => {}
            Some(Node::Branch(below, _)) => {
                out.set(key.as_str(), all_but_in(value, below));
            }
            None => {
                out.set(key.as_str(), value.clone());
            }
        }
    }
    out
}

fn all_but_in(value: &Value, tree: &Tree) -> Value {
    match value {
        Value::Object(map) => Value::Object(all_but(map, tree)),
        Value::Array(list) => Value::Array(list.iter().map(|v| all_but_in(v, tree)).collect()),
        other => other.clone(),
    }
}
