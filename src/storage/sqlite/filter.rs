//! A condition as SQL. Every value is bound, no name of a client stands in the text.
//!
//! What a typed column can tell is plain SQL; everything else is a call of `hd` (document) or `hv` (column), which ask
//! `matching/`. A predicate may come out as NULL where MongoDB says no: whoever negates asks `IS TRUE` first.

use rusqlite::types::Value as Sql;

use super::catalog::Class;
use super::indexes::below;
use super::kind::Kind;
use super::pred::{Pred, all, any, not};
use super::slot::Slot;
use super::text;
use crate::error::{Error, Result};
use crate::matching::{self, Work};
use crate::model::query::Regex;
use crate::model::{Constraint, Filter, Path, Value};

/// The most parameters that one statement may have (SQLite's default is 32,766).
const MAX_ARGS: usize = 32_000;
/// Longer lists go in as one parameter.
const LISTED: usize = 16;
/// So many conditions may stand beside each other for an index to serve.
const ALONE: usize = 32;
/// A condition with more parts is asked of `matching/` as a whole: SQLite would take longer over its text than over the rows.
const PARTS: usize = 64;

/// Gathers parameters and slots while the text is made.
pub struct Builder<'a> {
    /// The class that is asked.
    pub class: &'a Class,
    /// The parameters `?1`, `?2`, …
    pub args: Vec<Sql>,
    /// What the functions need.
    pub slots: Vec<Slot>,
    /// The mark of the full-text search, if there is one.
    pub text: Option<String>,
}

impl<'a> Builder<'a> {
    /// Nothing yet.
    pub fn new(class: &'a Class) -> Self {
        Self { class, args: Vec::new(), slots: Vec::new(), text: None }
    }

    /// Binds a value and gives its mark.
    pub fn arg(&mut self, value: impl Into<Sql>) -> String {
        self.args.push(value.into());
        format!("?{}", self.args.len())
    }

    /// Keeps a slot and gives the mark of its number.
    pub fn slot(&mut self, slot: Slot) -> String {
        self.slots.push(slot);
        self.arg(self.slots.len() as i64 - 1)
    }

    /// The condition for a filter and a permission list.
    ///
    /// # Errors
    /// 102 for a query that is too large or has a full-text search in the wrong place.
    pub fn condition(&mut self, filter: &Filter, list: &'static str, groups: Option<&[String]>) -> Result<Pred> {
        let mut parts = vec![self.filter(filter)?];
        if let Some(groups) = groups {
            parts.push(self.permission(list, groups));
        }
        if self.args.len() > MAX_ARGS {
            return Err(Error::query("The query has too many conditions."));
        }
        Ok(all(parts))
    }

    fn permission(&mut self, list: &str, groups: &[String]) -> Pred {
        let mut parts = vec![Pred::Sql(format!("{list} IS NULL"))];
        for group in groups.iter().filter(|g| !g.contains('\u{1}')) {
            let mark = self.arg(format!("\u{1}{group}\u{1}"));
            parts.push(Pred::Sql(format!("instr({list}, {mark})")));
        }
        any(parts)
    }

    fn filter(&mut self, filter: &Filter) -> Result<Pred> {
        let each = |this: &mut Self, list: &[Filter]| list.iter().map(|f| this.filter(f)).collect::<Result<Vec<_>>>();
        Ok(match filter {
            Filter::And(list) if filter.parts() > PARTS => self.long(list)?,
            Filter::Or(_) | Filter::Nor(_) if filter.parts() > PARTS => self.whole(filter.clone())?,
            Filter::And(list) => all(each(self, list)?),
            Filter::Or(list) => any(each(self, list)?),
            Filter::Nor(list) => not(any(each(self, list)?)),
            Filter::Field(path, constraints) => self.field(path, constraints)?,
            Filter::Text(search) => text::found(self, search)?,
        })
    }

    /// Of many conditions that must all hold: a few that an index may serve as SQL, the rest as a whole.
    fn long(&mut self, list: &[Filter]) -> Result<Pred> {
        let mut list: Vec<&Filter> = list.iter().collect();
        list.sort_by_key(|filter| !self.is_key(filter));
        let mut room = ALONE;
        let (alone, rest): (Vec<&Filter>, Vec<&Filter>) = list.into_iter().partition(|filter| {
            let plain =
                matches!(filter, Filter::Field(path, _) if self.class.kind(path.as_str()).is_some()) && room > 0;
            room -= usize::from(plain);
            plain || filter.searches()
        });
        let mut parts = alone.into_iter().map(|filter| self.filter(filter)).collect::<Result<Vec<_>>>()?;
        parts.push(self.whole(Filter::And(rest.into_iter().cloned().collect()))?);
        Ok(all(parts))
    }

    /// Is it about a column whose values are all different?
    fn is_key(&self, filter: &Filter) -> bool {
        let is_unique = |path: &Path| self.class.unique.iter().any(|field| field == path.as_str());
        matches!(filter, Filter::Field(path, _) if path.as_str() == "objectId" || is_unique(path))
    }

    /// A condition that `matching/` is asked about, whatever is in it; but what a search looks at, the index alone knows.
    fn whole(&mut self, filter: Filter) -> Result<Pred> {
        if filter.searches() {
            return Err(Error::query("The query has too many conditions beside a full-text search."));
        }
        let mark = self.slot(Slot::Whole(filter));
        Ok(Pred::Sql(format!("hw(id, doc, priv, {mark})")))
    }

    fn field(&mut self, path: &Path, constraints: &[Constraint]) -> Result<Pred> {
        // A pattern that is none is an error even if no row is ever held against it.
        for constraint in constraints {
            match constraint {
                Constraint::Regex(regex) => drop(matching::regex::compile(regex)?),
                Constraint::AllMatch(all) => all.iter().try_for_each(|r| matching::regex::compile(r).map(drop))?,
                _ => {}
            }
        }
        if constraints.contains(&Constraint::Never) {
            return Ok(Pred::Const(false));
        }
        if let "_rperm" | "_wperm" = path.as_str() {
            return Ok(self.test(&path.as_str()[1..], Some(Kind::Groups), path, constraints.to_vec()));
        }
        if let Some((column, kind)) = self.class.column(path.root()) {
            return Ok(if path.is_dotted() {
                self.test(&column, Some(kind), path, constraints.to_vec())
            } else {
                self.typed(&column, &kind, path, constraints)
            });
        }
        let document = if path.root().starts_with('_') { "priv" } else { "doc" };
        if document == "doc" && !self.class.has(path.root()) {
            return matching::holds(constraints, path.rest(), None, &mut Work::unlimited()).map(Pred::Const);
        }
        let mut parts: Vec<Pred> = self.indexed(path, constraints).into_iter().collect();
        parts.push(self.test(document, None, path, constraints.to_vec()));
        Ok(all(parts))
    }

    /// What an index over a text below a column can serve (`authData.facebook.id`).
    fn indexed(&mut self, path: &Path, constraints: &[Constraint]) -> Option<Pred> {
        if !self.class.unique.iter().any(|field| field == path.as_str()) {
            return None;
        }
        let text = constraints.iter().find_map(|c| match c {
            Constraint::Eq(Value::String(text)) => Some(text.clone()),
            _ => None,
        })?;
        let expression = below(path.as_str())?;
        let mark = self.arg(text);
        Some(Pred::Sql(format!("{expression} = {mark}")))
    }

    /// A question that only `matching/` can answer.
    fn test(&mut self, subject: &str, kind: Option<Kind>, path: &Path, constraints: Vec<Constraint>) -> Pred {
        let function = if kind.is_some() { "hv" } else { "hd" };
        let mark = self.slot(Slot::Test { path: path.clone(), constraints, kind });
        Pred::Sql(format!("{function}({subject}, {mark})"))
    }

    fn typed(&mut self, column: &str, kind: &Kind, path: &Path, constraints: &[Constraint]) -> Pred {
        let (mut parts, mut others) = (Vec::new(), Vec::new());
        for constraint in constraints {
            match self.simple(column, kind, path, constraint) {
                Some(pred) => parts.push(pred),
                None => others.push(constraint.clone()),
            }
            if let Constraint::Regex(regex) = constraint
                && *kind == Kind::Text
            {
                parts.extend(self.prefix(column, regex));
            }
        }
        if !others.is_empty() {
            parts.push(self.test(column, Some(kind.clone()), path, others));
        }
        all(parts)
    }

    /// A constraint in SQL's own terms, if it has them.
    fn simple(&mut self, column: &str, kind: &Kind, path: &Path, constraint: &Constraint) -> Option<Pred> {
        let (value, comparison) = match constraint {
            Constraint::Eq(value) => return self.equal(column, kind, value),
            Constraint::Ne(value) => return self.equal(column, kind, value).map(not),
            Constraint::In(list) => return self.one_of(column, kind, list),
            Constraint::Nin(list) => return self.one_of(column, kind, list).map(not),
            Constraint::Exists(wanted) => return Some(self.exists(column, path, *wanted)),
            Constraint::Lt(value) => (value, "<"),
            Constraint::Lte(value) => (value, "<="),
            Constraint::Gt(value) => (value, ">"),
            Constraint::Gte(value) => (value, ">="),
            _ => return None,
        };
        let arg = match fits(kind, value) {
            Fit::Null if comparison.len() == 2 => return Some(Pred::Sql(format!("{column} IS NULL"))),
            Fit::Null | Fit::Never => return Some(Pred::Const(false)),
            Fit::Ask => return None,
            Fit::Value(arg) => arg,
        };
        let mark = self.arg(arg);
        Some(Pred::Sql(format!("{column} {comparison} {mark}")))
    }

    fn equal(&mut self, column: &str, kind: &Kind, value: &Value) -> Option<Pred> {
        Some(match fits(kind, value) {
            Fit::Null => Pred::Sql(format!("{column} IS NULL")),
            Fit::Never => Pred::Const(false),
            Fit::Ask => return None,
            Fit::Value(arg) => {
                let mark = self.arg(arg);
                Pred::Sql(format!("{column} = {mark}"))
            }
        })
    }

    fn one_of(&mut self, column: &str, kind: &Kind, list: &[Value]) -> Option<Pred> {
        let (mut values, mut null) = (Vec::new(), false);
        for value in list {
            match fits(kind, value) {
                Fit::Null => null = true,
                Fit::Never => {}
                Fit::Ask => return None,
                Fit::Value(arg) => values.push(arg),
            }
        }
        let mut parts = Vec::new();
        if null {
            parts.push(Pred::Sql(format!("{column} IS NULL")));
        }
        match self.list(values) {
            Ok(Some(list)) => parts.push(Pred::Sql(format!("{column} IN ({list})"))),
            Ok(None) => {}
            Err(()) => return None,
        }
        Some(any(parts))
    }

    /// What stands in the brackets of `IN`; nothing for an empty list. Short lists are filled up to a power of two, so that
    /// there are few statements to prepare. SQLite does not read every double back from JSON as it was: many of those are
    /// left to `matching/`.
    fn list(&mut self, mut values: Vec<Sql>) -> Result<Option<String>, ()> {
        let Some(last) = values.last().cloned() else { return Ok(None) };
        if values.len() > LISTED {
            if values.iter().any(|v| matches!(v, Sql::Real(_))) {
                return Err(());
            }
            let mark = self.arg(json(&values));
            return Ok(Some(format!("SELECT value FROM json_each({mark})")));
        }
        values.resize(values.len().next_power_of_two(), last);
        let marks: Vec<_> = values.into_iter().map(|v| self.arg(v)).collect();
        Ok(Some(marks.join(",")))
    }

    fn exists(&mut self, column: &str, path: &Path, wanted: bool) -> Pred {
        let there = Pred::Sql(format!("{column} IS NOT NULL"));
        let document = if path.root().starts_with('_') { "priv" } else { "doc" };
        let there = match column.starts_with('c') && column != "created" {
            // An explicit null is there, and no column can tell it from what is missing.
            true => {
                let mark = self.arg(path.root().to_owned());
                any(vec![there, Pred::Sql(format!("hf({document}, {mark})"))])
            }
            false => there,
        };
        if wanted { there } else { not(there) }
    }

    /// For a pattern that begins with plain text: the range that an index can serve.
    fn prefix(&mut self, column: &str, regex: &Regex) -> Option<Pred> {
        let prefix = plain_prefix(regex)?;
        // The greatest text with this prefix ends below the prefix followed by the greatest character.
        let (from, to) = (self.arg(prefix.clone()), self.arg(format!("{prefix}\u{10ffff}\u{10ffff}\u{10ffff}")));
        Some(Pred::Sql(format!("{column} BETWEEN {from} AND {to}")))
    }
}

/// How an argument fits a column.
enum Fit {
    /// It asks for what is missing or null.
    Null,
    /// No value of the column is ever of its type.
    Never,
    /// It is of the column's type.
    Value(Sql),
    /// SQL cannot tell.
    Ask,
}

fn fits(kind: &Kind, value: &Value) -> Fit {
    match (kind, value) {
        (_, Value::Null) => Fit::Null,
        (Kind::Number, Value::Number(n)) if !n.is_finite() => Fit::Ask,
        (Kind::Pointer(_), Value::Pointer(_) | Value::String(_) | Value::File(_)) => {
            kind.arg(value).map_or(Fit::Ask, Fit::Value)
        }
        (Kind::Text, Value::File(name)) | (Kind::File, Value::String(name)) => Fit::Value(Sql::Text(name.clone())),
        (Kind::Text | Kind::File, Value::Pointer(_)) => Fit::Ask,
        _ => kind.arg(value).map_or(Fit::Never, Fit::Value),
    }
}

/// Whole numbers and texts as a list that `json_each` takes apart again.
pub fn json(values: &[Sql]) -> String {
    let mut out = vec![b'['];
    for (i, value) in values.iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        match value {
            Sql::Integer(n) => out.extend_from_slice(itoa::Buffer::new().format(*n).as_bytes()),
            Sql::Text(text) => crate::model::wire::string(text, &mut out),
            _ => out.extend_from_slice(b"null"),
        }
    }
    out.push(b']');
    String::from_utf8(out).unwrap_or_default()
}

/// The text that everything begins with that the pattern matches, if the pattern says so plainly: `^abc` or `^\Qa.c\E`.
fn plain_prefix(regex: &Regex) -> Option<String> {
    let mut rest = regex.pattern.strip_prefix('^').filter(|_| regex.options.is_empty())?;
    // An alternative at the top would not share the beginning.
    if rest.contains('|') {
        return None;
    }
    let mut prefix = String::new();
    while let Some(quoted) = rest.strip_prefix("\\Q") {
        let (text, behind) = quoted.split_once("\\E").unwrap_or((quoted, ""));
        prefix.push_str(text);
        rest = behind;
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '-' | '@' | '/' | ':' | ',');
    let end = rest.find(|c: char| !plain(c)).unwrap_or(rest.len());
    let mut head = &rest[..end];
    if rest[end..].starts_with(['*', '?', '{']) {
        // The last character may be left out.
        if head.is_empty() {
            return None;
        }
        head = &head[..head.len() - 1];
    }
    prefix.push_str(head);
    (!prefix.is_empty()).then_some(prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_plain_prefixes() {
        let prefix = |pattern: &str| plain_prefix(&Regex { pattern: pattern.into(), options: String::new() });
        for (pattern, expected) in [
            ("^abc", Some("abc")),
            ("^\\Qa.c\\E", Some("a.c")),
            ("^\\Qa\\E\\Qb\\Ec", Some("abc")),
            ("^ab?c", Some("a")),
            ("^ab*", Some("a")),
            ("^ab+", Some("ab")),
            ("^a{2}", None),
            ("^a.c", Some("a")),
            ("^ab|c", None),
            ("abc", None),
            ("^(a)", None),
            ("^", None),
        ] {
            assert_eq!(prefix(pattern).as_deref(), expected, "{pattern}");
        }
        assert_eq!(plain_prefix(&Regex { pattern: "^a".into(), options: "i".into() }), None);
        assert_eq!(prefix("^\\Qab\\E?").as_deref(), None);
    }
}
