//! What was found, by kind, class and column. Of each only the first few are kept by name: memory stays small however many there are.

use indexmap::IndexMap;

use super::kinds::{Kind, Severity};

/// So many of each are named.
pub const NAMED: usize = 5;
/// Columns beyond so many are counted with their class: names in rows may be anything.
const MOST: usize = 1000;

/// One of many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The object, if it is one.
    pub id: Option<String>,
    /// What is wrong with it, where the kind does not say all.
    pub what: String,
}

/// What was found of one kind in one class or column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The kind.
    pub kind: &'static Kind,
    /// The class, or the relation as `_Join:<field>:<class>`.
    pub class: String,
    /// The column, if it is about one.
    pub column: Option<String>,
    /// How many there are.
    pub count: u64,
    /// The first of them.
    pub first: Vec<Example>,
    /// The command that mends the first; for the others it is the same with their ids.
    pub mend: String,
}

/// All that was found.
#[derive(Debug, Default)]
pub struct Findings {
    all: IndexMap<(&'static str, String, Option<String>), Finding>,
    /// Rows and entries that were looked at.
    pub rows: u64,
}

impl Findings {
    /// Notes one. What is wrong with it, and what mends it, are asked for only if it is named.
    pub fn note(
        &mut self,
        kind: &'static Kind,
        (class, column): (&str, Option<&str>),
        id: Option<&str>,
        tell: impl FnOnce() -> (String, String),
    ) {
        self.note_many(kind, (class, column), 1, id, tell);
    }

    /// Notes several, of which one is named.
    pub fn note_many(
        &mut self,
        kind: &'static Kind,
        (class, column): (&str, Option<&str>),
        count: u64,
        id: Option<&str>,
        tell: impl FnOnce() -> (String, String),
    ) {
        let mut key = (kind.name, class.to_owned(), column.map(str::to_owned));
        if self.all.len() >= MOST && !self.all.contains_key(&key) {
            key.2 = None;
        }
        let finding = self.all.entry(key).or_insert_with_key(|(_, class, column)| {
            let (class, column) = (class.clone(), column.clone());
            Finding { kind, class, column, count: 0, first: Vec::new(), mend: String::new() }
        });
        finding.count += count;
        if finding.first.len() < NAMED {
            let (what, mend) = tell();
            finding.first.push(Example { id: id.map(str::to_owned), what });
            if finding.mend.is_empty() {
                finding.mend = mend;
            }
        }
    }

    /// All of them, problems first, those of one kind together.
    pub fn sorted(&self) -> Vec<&Finding> {
        let mut all: Vec<&Finding> = self.all.values().collect();
        all.sort_by_key(|finding| (finding.kind.severity, finding.kind.name));
        all
    }

    /// How many there are of a severity.
    pub fn count(&self, severity: Severity) -> u64 {
        self.all.values().filter(|finding| finding.kind.severity == severity).map(|finding| finding.count).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::super::kinds;
    use super::*;

    #[test]
    fn a_few_are_named_and_all_counted() {
        let mut found = Findings::default();
        for n in 0..100 {
            found.note(&kinds::NO_CLP, ("A", None), Some("x"), || (n.to_string(), format!("mend {n}")));
        }
        for n in 0..2000 {
            let column = format!("c{n}");
            found.note(&kinds::UNKNOWN_COLUMN, ("A", Some(&column)), None, || (String::new(), column.clone()));
        }
        let sorted = found.sorted();
        assert_eq!((sorted.len(), sorted[0].kind), (MOST + 1, &kinds::UNKNOWN_COLUMN));
        let last = sorted[MOST];
        assert_eq!((last.count, last.first.len(), last.mend.as_str()), (100, NAMED, "mend 0"));
        assert_eq!((found.count(Severity::Problem), found.count(Severity::Advice)), (2000, 100));
    }
}
