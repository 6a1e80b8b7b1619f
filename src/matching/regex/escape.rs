//! What a backslash begins.

use super::translate::{Engine, Translator, is_name};

/// White space of a line, `\h`.
const BLANK: &str = "\\t\\x20\\x{A0}\\x{1680}\\x{180E}\\x{2000}-\\x{200A}\\x{202F}\\x{205F}\\x{3000}";
/// Ends of lines, `\v`.
const LINE: &str = "\\x0A-\\x0D\\x{85}\\x{2028}\\x{2029}";
const WORD: &str = "(?-i:[0-9A-Za-z_])";

/// An escape that means the same inside and outside a class.
pub(super) enum Escape {
    /// One character.
    Char(char),
    /// The inside of a class, negated or not.
    Set { negated: bool, items: String },
    /// None of them: the letter that follows the backslash.
    Other(char),
}

/// The characters of `\d`, `\w`, `\s`, `\h`, `\v`.
fn set(letter: char) -> Option<&'static str> {
    Some(match letter.to_ascii_lowercase() {
        'd' => "0-9",
        'w' => "0-9A-Za-z_",
        's' => "\\x09-\\x0D\\x20",
        'h' => BLANK,
        'v' => LINE,
        _ => return None,
    })
}

impl Translator<'_> {
    /// Reads on behind a backslash.
    pub(super) fn read_escape(&mut self) -> Result<Escape, String> {
        let c = self.next().ok_or("\\ at end of pattern")?;
        if let Some(items) = set(c) {
            return Ok(Escape::Set { negated: c.is_ascii_uppercase(), items: items.into() });
        }
        Ok(Escape::Char(match c {
            'a' => '\x07',
            'e' => '\x1B',
            'f' => '\x0C',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'c' => match self.next() {
                Some(c @ ' '..='~') => char::from(c.to_ascii_uppercase() as u8 ^ 64),
                _ => return Err("\\c must be followed by a printable ASCII character".into()),
            },
            'x' => self.hex()?,
            'o' if self.eat("{") => {
                let digits = self.until("}").ok_or("missing } after \\o{")?;
                code(digits, 8)?
            }
            '0' => self.octal(String::from("0"))?,
            'p' | 'P' => return self.property(c == 'P'),
            c if !c.is_ascii_alphanumeric() => c,
            other => return Ok(Escape::Other(other)),
        }))
    }

    /// An escape outside a class.
    pub(super) fn escape(&mut self) -> Result<(), String> {
        if self.eat("Q") {
            let quoted = self.until("\\E").unwrap_or_else(|| std::mem::take(&mut self.rest));
            quoted.chars().for_each(|c| self.literal(c));
            return Ok(());
        }
        match self.read_escape()? {
            Escape::Char(c) => self.literal(c),
            // `i` gives these no further characters.
            Escape::Set { negated, items } => {
                self.out.push_str(&format!("(?-i:[{}{items}])", if negated { "^" } else { "" }));
            }
            Escape::Other(letter) => return self.special(letter),
        }
        Ok(())
    }

    fn special(&mut self, letter: char) -> Result<(), String> {
        match letter {
            'A' | 'G' => self.out.push_str("\\A"),
            'z' => self.out.push_str("\\z"),
            'Z' => self.end_or_final_newline(),
            'N' => self.out.push_str("[^\\n]"),
            // Where the match begins does not matter here.
            'E' | 'K' => {}
            'R' => self.backtracking(&format!("(?>\\r\\n|[{LINE}])")),
            'b' | 'B' => self.boundary(letter == 'b'),
            '1'..='9' => return self.numbered(letter),
            'g' | 'k' => return self.named(letter),
            other => return Err(format!("\\{other} is not supported")),
        }
        Ok(())
    }

    /// A word boundary, or none, by ASCII.
    fn boundary(&mut self, wanted: bool) {
        let text = match (self.engine, wanted) {
            (Engine::Linear, true) => "(?-u:\\b)".into(),
            (Engine::Linear, false) => "(?-u:\\B)".into(),
            (Engine::Backtracking, true) => format!("(?:(?<={WORD})(?!{WORD})|(?<!{WORD})(?={WORD}))"),
            (Engine::Backtracking, false) => format!("(?:(?<={WORD})(?={WORD})|(?<!{WORD})(?!{WORD}))"),
        };
        self.out.push_str(&text);
    }

    /// `\1` to `\9`, and more digits if there are as many groups; else an octal code.
    fn numbered(&mut self, first: char) -> Result<(), String> {
        let more = self.rest.len() - self.rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let digits = format!("{first}{}", &self.rest[..more]);
        let number = digits.parse::<usize>().map_err(|_| "number is too big")?;
        if number >= 10 && number > self.groups {
            if first >= '8' {
                return Err(format!("reference to non-existent subpattern {number}"));
            }
            let c = self.octal(String::from(first))?;
            self.literal(c);
            return Ok(());
        }
        self.rest = &self.rest[more..];
        self.backtracking(&format!("\\k<{number}>"));
        Ok(())
    }

    /// `\k<name>` and `\g{…}` refer to what a group matched, `\g<…>` runs the group again.
    fn named(&mut self, letter: char) -> Result<(), String> {
        let bad = || format!("a name or number must follow \\{letter}");
        for (open, close) in [("{", "}"), ("<", ">"), ("'", "'")] {
            if self.eat(open) {
                let to = self.until(close).filter(|to| is_name(to) || is_number(to)).ok_or_else(bad)?;
                let call = letter == 'g' && open != "{";
                self.backtracking(&if call { format!("\\g<{to}>") } else { format!("\\k<{to}>") });
                return Ok(());
            }
        }
        let sign = usize::from(self.rest.starts_with(['-', '+']));
        let end = self.rest[sign..].find(|c: char| !c.is_ascii_digit()).map_or(self.rest.len(), |n| n + sign);
        let (number, rest) = self.rest.split_at(end);
        if letter == 'k' || !is_number(number) {
            return Err(bad());
        }
        self.rest = rest;
        self.backtracking(&format!("\\k<{number}>"));
        Ok(())
    }

    fn hex(&mut self) -> Result<char, String> {
        if self.eat("{") {
            let digits = self.until("}").ok_or("missing } after \\x{")?;
            return code(digits, 16);
        }
        let n = self.rest.bytes().take(2).take_while(u8::is_ascii_hexdigit).count();
        let (digits, rest) = self.rest.split_at(n);
        self.rest = rest;
        if digits.is_empty() { Ok('\0') } else { code(digits, 16) }
    }

    /// Up to three octal digits, the first taken already.
    pub(super) fn octal(&mut self, mut digits: String) -> Result<char, String> {
        while let Some(c @ '0'..='7') = self.peek()
            && digits.len() < 3
        {
            digits.push(c);
            self.next();
        }
        code(&digits, 8)
    }

    /// `\pL`, `\p{Lu}`, `\p{^Greek}`.
    fn property(&mut self, negated: bool) -> Result<Escape, String> {
        let name = if self.eat("{") {
            self.until("}").ok_or("malformed \\P or \\p sequence")?.to_owned()
        } else {
            self.next().ok_or("malformed \\P or \\p sequence")?.to_string()
        };
        let (name, negated) = match name.strip_prefix('^') {
            Some(name) => (name.to_owned(), !negated),
            None => (name, negated),
        };
        let items = match name.as_str() {
            "L&" => "\\p{Lu}\\p{Ll}\\p{Lt}".into(),
            "Xan" => "\\p{L}\\p{N}".into(),
            "Xwd" => "\\p{L}\\p{N}_".into(),
            "Xps" | "Xsp" => format!("{BLANK}{LINE}\\p{{Z}}"),
            name if !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') => {
                format!("\\p{{{name}}}")
            }
            _ => return Err("unknown property after \\P or \\p".into()),
        };
        Ok(Escape::Set { negated, items })
    }
}

fn code(digits: &str, radix: u32) -> Result<char, String> {
    let digits = digits.trim();
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return Err("a character code with digits that do not belong there".into());
    }
    u32::from_str_radix(digits, radix).ok().and_then(char::from_u32).ok_or_else(|| "character code is too large".into())
}

fn is_number(text: &str) -> bool {
    text.trim_start_matches(['-', '+']).parse::<u16>().is_ok()
}
