//! Predicates and how they are joined. One may come out as NULL where MongoDB says no: whoever negates asks `IS TRUE` first.

/// How many terms stand side by side before a tree is made of them.
const FLAT: usize = 32;

/// A predicate: known now, or to be asked of each row.
#[derive(Debug, Clone, PartialEq)]
pub enum Pred {
    /// The same for every row.
    Const(bool),
    /// SQL.
    Sql(String),
}

/// All hold.
pub fn all(parts: Vec<Pred>) -> Pred {
    join(parts, " AND ", true)
}

/// One holds.
pub fn any(parts: Vec<Pred>) -> Pred {
    join(parts, " OR ", false)
}

/// `neutral` is what an empty list comes to; its opposite decides alone.
fn join(parts: Vec<Pred>, word: &str, neutral: bool) -> Pred {
    let mut texts = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            Pred::Const(known) if known == neutral => {}
            Pred::Const(known) => return Pred::Const(known),
            Pred::Sql(text) => texts.push(text),
        }
    }
    match texts.len() {
        0 => Pred::Const(neutral),
        1 => Pred::Sql(texts.remove(0)),
        _ => Pred::Sql(tree(&texts, word)),
    }
}

/// SQLite refuses expressions that are nested too deep, and `a OR b OR c` is one level a term.
fn tree(texts: &[String], word: &str) -> String {
    if texts.len() <= FLAT {
        return format!("({})", texts.join(word));
    }
    let (left, right) = texts.split_at(texts.len() / 2);
    format!("({}{word}{})", tree(left, word), tree(right, word))
}

/// It does not hold.
pub fn not(pred: Pred) -> Pred {
    match pred {
        Pred::Const(known) => Pred::Const(!known),
        Pred::Sql(text) => Pred::Sql(format!("({text}) IS NOT TRUE")),
    }
}
