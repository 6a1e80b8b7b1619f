//! A PCRE pattern rewritten for the engines: every construct is either given its PCRE meaning or refused by name.
//!
//! `x`, `s` and `m` are resolved here, so the engines see neither white space nor a dot or anchor that depends on a flag;
//! only `i` is passed on. The differences between the engines and PCRE that this evens out: `\w \d \s \b` are ASCII; `$`
//! matches before a final line feed and multi-line `^` not after one; `[` in a class is a character; `{` that opens no count
//! is one too.

use super::class;
use crate::model::query::Regex;

/// What the pattern is rewritten for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Engine {
    /// `regex`, on bytes; exact unless [`Plan::backtracks`], or the text ends with a line feed and that matters.
    Linear,
    /// `fancy-regex`; exact.
    Backtracking,
}

/// The rewritten pattern.
#[derive(Debug)]
pub(super) struct Plan {
    pub pattern: String,
    /// It has what only the backtracking engine can do.
    pub backtracks: bool,
    /// It has an anchor that treats a line feed at the end of the text in its own way.
    pub minds_final_newline: bool,
}

#[derive(Debug, Clone, Copy)]
struct Flags {
    multi_line: bool,
    dot_all: bool,
    extended: bool,
}

pub(super) struct Translator<'a> {
    pub rest: &'a str,
    pub out: String,
    pub engine: Engine,
    pub backtracks: bool,
    minds_final_newline: bool,
    flags: Flags,
    /// For each open group the flags outside of it, and what closes it.
    outer: Vec<(Flags, &'static str)>,
    /// How many capturing groups the whole pattern has.
    pub groups: usize,
}

/// Rewrites a pattern; the error says what is wrong with it.
pub(super) fn translate(source: &Regex, engine: Engine) -> Result<Plan, String> {
    let has = |flag| source.options.contains(flag);
    let mut t = Translator {
        rest: &source.pattern,
        out: String::with_capacity(source.pattern.len() + 16),
        engine,
        backtracks: false,
        minds_final_newline: false,
        flags: Flags { multi_line: has('m'), dot_all: has('s'), extended: has('x') },
        outer: Vec::new(),
        groups: count_groups(&source.pattern),
    };
    if has('i') {
        t.out.push_str("(?i)");
    }
    while t.verb_at_start()? {}
    while let Some(c) = t.next() {
        t.item(c)?;
    }
    if !t.outer.is_empty() {
        return Err("missing closing parenthesis".into());
    }
    Ok(Plan { pattern: t.out, backtracks: t.backtracks, minds_final_newline: t.minds_final_newline })
}

/// Capturing groups, near enough to tell `\12` the reference from `\12` the octal code.
fn count_groups(pattern: &str) -> usize {
    let bytes = pattern.as_bytes();
    let capturing = |i: usize| match bytes.get(i + 1) {
        Some(b'?') => match (bytes.get(i + 2), bytes.get(i + 3)) {
            (Some(b'P'), Some(b'<')) | (Some(b'\''), _) => true,
            (Some(b'<'), Some(next)) => !matches!(next, b'=' | b'!'),
            _ => false,
        },
        Some(b'*') => false,
        _ => true,
    };
    (0..bytes.len()).filter(|&i| bytes[i] == b'(' && (i == 0 || bytes[i - 1] != b'\\') && capturing(i)).count()
}

impl<'a> Translator<'a> {
    pub fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    pub fn peek(&self) -> Option<char> {
        self.rest.chars().next()
    }

    pub fn eat(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Takes what stands before `end`, and `end`.
    pub fn until(&mut self, end: &str) -> Option<&'a str> {
        let (head, rest) = self.rest.split_once(end)?;
        self.rest = rest;
        Some(head)
    }

    /// Appends a character that stands for itself.
    pub fn literal(&mut self, c: char) {
        if c.is_ascii() && !c.is_ascii_alphanumeric() && c != '_' {
            self.out.push_str(&format!("\\x{:02X}", u32::from(c)));
        } else {
            self.out.push(c);
        }
    }

    /// Something for the backtracking engine alone; the linear form is then not used.
    pub fn backtracking(&mut self, text: &str) {
        self.backtracks = true;
        self.out.push_str(text);
    }

    fn item(&mut self, c: char) -> Result<(), String> {
        match c {
            '\\' => self.escape()?,
            '[' => class::class(self)?,
            '(' => self.open()?,
            ')' => {
                let (flags, close) = self.outer.pop().ok_or("unmatched closing parenthesis")?;
                self.flags = flags;
                self.out.push_str(close);
            }
            '|' => self.out.push('|'),
            '.' if self.flags.dot_all => self.out.push_str("(?s:.)"),
            '.' => self.out.push_str("[^\\n]"),
            '^' if self.flags.multi_line => self.line_start(),
            '^' => self.out.push_str("\\A"),
            '$' if self.flags.multi_line => self.out.push_str("(?m:$)"),
            '$' => self.end_or_final_newline(),
            '*' | '+' | '?' => {
                self.out.push(c);
                self.mode();
            }
            '{' => self.count(),
            c if self.flags.extended && (c.is_ascii_whitespace() || c == '\x0B') => {}
            '#' if self.flags.extended => {
                if self.until("\n").is_none() {
                    self.rest = "";
                }
            }
            c => self.literal(c),
        }
        Ok(())
    }

    /// A quantifier's `?` (lazy) or `+` (possessive).
    fn mode(&mut self) {
        if self.eat("?") {
            self.out.push('?');
        } else if self.eat("+") {
            self.backtracking("+");
        }
    }

    /// `{n}`, `{n,}` or `{n,m}`; any other brace is a character.
    fn count(&mut self) {
        let body = self.rest.split_once('}').map(|(body, _)| body).unwrap_or_default();
        let digits = |s: &str| !s.is_empty() && s.len() <= 5 && s.bytes().all(|b| b.is_ascii_digit());
        let counts = match body.split_once(',') {
            Some((least, most)) => digits(least) && (most.is_empty() || digits(most)),
            None => digits(body),
        };
        if !counts {
            return self.literal('{');
        }
        self.rest = &self.rest[body.len() + 1..];
        self.out.push_str(&format!("{{{body}}}"));
        self.mode();
    }

    /// Multi-line `^`: the start, or after a line feed that does not end the text.
    fn line_start(&mut self) {
        self.minds_final_newline = true;
        self.out.push_str(match self.engine {
            Engine::Linear => "(?m:^)",
            Engine::Backtracking => "(?:\\A|(?<=\\n)(?!\\z))",
        });
    }

    /// `$` and `\Z`: the end, or before the line feed that ends the text.
    pub fn end_or_final_newline(&mut self) {
        self.minds_final_newline = true;
        self.out.push_str(match self.engine {
            Engine::Linear => "\\z",
            Engine::Backtracking => "(?=\\n?\\z)",
        });
    }

    /// `(*UTF)` and the like at the very start change nothing here.
    fn verb_at_start(&mut self) -> Result<bool, String> {
        for verb in ["(*UTF)", "(*UTF8)", "(*LF)", "(*NO_JIT)", "(*NO_START_OPT)", "(*NO_AUTO_POSSESS)"] {
            if self.eat(verb) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn enter(&mut self, text: &str) {
        self.outer.push((self.flags, ")"));
        self.out.push_str(text);
    }

    fn open(&mut self) -> Result<(), String> {
        if self.eat("*") {
            return self.verb();
        }
        if !self.eat("?") {
            self.enter("(");
            return Ok(());
        }
        if self.eat("#") {
            return self.until(")").map(drop).ok_or_else(|| "missing ) after (?# comment".into());
        }
        for (pcre, ours) in [("<=", "(?<="), ("<!", "(?<!"), ("=", "(?="), ("!", "(?!"), (">", "(?>"), ("(", "(?(")] {
            if self.eat(pcre) {
                self.backtracks = true;
                self.enter(ours);
                return if pcre == "(" { self.condition() } else { Ok(()) };
            }
        }
        if self.eat(":") {
            self.enter("(?:");
            return Ok(());
        }
        for (open, close) in [("P<", ">"), ("<", ">"), ("'", "'")] {
            if self.eat(open) {
                let name = self.until(close).filter(|n| is_name(n)).ok_or("subpattern name expected")?;
                self.enter(&format!("(?P<{name}>"));
                return Ok(());
            }
        }
        self.reference_or_flags()
    }

    /// The condition of `(?(…)yes|no)`: a group, or an assertion.
    fn condition(&mut self) -> Result<(), String> {
        if self.rest.starts_with('?') {
            // The engine wants an assertion there in parentheses of its own.
            self.open()?;
            self.outer.last_mut().into_iter().for_each(|(_, close)| *close = "))");
            return Ok(());
        }
        let body = self.until(")").ok_or("missing ) for a condition")?;
        let name = body.trim_start_matches(['<', '\'']).trim_end_matches(['>', '\'']);
        let known = name == "DEFINE" || is_name(name) || name.trim_start_matches(['+', '-']).parse::<u32>().is_ok();
        if !known || name == "R" || name.starts_with("R&") {
            return Err(format!("the condition ({body}) is not supported"));
        }
        let bare = name == "DEFINE" || !is_name(name);
        self.out.push_str(&if bare { format!("{name})") } else { format!("<{name}>)") });
        Ok(())
    }

    /// `(?R)`, `(?1)`, `(?&name)`, `(?P>name)`, `(?P=name)`, or flags.
    fn reference_or_flags(&mut self) -> Result<(), String> {
        let bad = || "missing ) after a reference".to_owned();
        if self.eat("P=") {
            let name = self.until(")").filter(|n| is_name(n)).ok_or_else(bad)?;
            self.backtracking(&format!("\\k<{name}>"));
            return Ok(());
        }
        if self.eat("P>") || self.eat("&") {
            let name = self.until(")").filter(|n| is_name(n)).ok_or_else(bad)?;
            self.backtracking(&format!("\\g<{name}>"));
            return Ok(());
        }
        if let Some((head, rest)) = self.rest.split_once(')') {
            let number = if head == "R" { "0" } else { head };
            if number.trim_start_matches(['+', '-']).parse::<u16>().is_ok() {
                self.rest = rest;
                self.backtracking(&format!("\\g<{number}>"));
                return Ok(());
            }
        }
        self.inline_flags()
    }

    /// `(?im-s)` or `(?im-s:`.
    fn inline_flags(&mut self) -> Result<(), String> {
        let (outside, mut on, mut case) = (self.flags, true, None);
        loop {
            match self.next() {
                Some('-') if on => on = false,
                Some('i') => case = Some(on),
                Some('m') => self.flags.multi_line = on,
                Some('s') => self.flags.dot_all = on,
                Some('x') => self.flags.extended = on,
                Some(end @ (')' | ':')) => {
                    let end = if end == ')' { ")" } else { ":" };
                    if end == ":" {
                        self.outer.push((outside, ")"));
                    }
                    match case {
                        Some(true) => self.out.push_str(&format!("(?i{end}")),
                        Some(false) => self.out.push_str(&format!("(?-i{end}")),
                        None if end == ":" => self.out.push_str("(?:"),
                        None => {}
                    }
                    return Ok(());
                }
                Some(other) => return Err(format!("(?{other} is not supported")),
                None => return Err("missing ) for a group".into()),
            }
        }
    }

    /// Verbs that steer backtracking.
    fn verb(&mut self) -> Result<(), String> {
        let name = self.until(")").ok_or("missing ) for a (*VERB)")?;
        match name {
            "FAIL" | "F" | "ACCEPT" | "COMMIT" | "SKIP" | "PRUNE" => {
                self.backtracking(&format!("(*{name})"));
                Ok(())
            }
            _ => Err(format!("(*{name}) is not supported")),
        }
    }
}

pub(super) fn is_name(text: &str) -> bool {
    text.len() <= 128
        && text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}
