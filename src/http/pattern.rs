//! Paths in the language of path-to-regexp 8, as rate limits use it: text, `:name`, `*name`, `{optional}`, `\` before a sign.

use fancy_regex::Regex;

use crate::error::{Error, Result};

/// A path pattern, compiled.
#[derive(Debug)]
pub struct Pattern(Regex);

impl Pattern {
    /// Compiles a pattern. It fits whole paths in any case of letters, and with one slash more at the end.
    ///
    /// # Errors
    /// 1 with what is wrong with it.
    pub fn new(text: &str) -> Result<Self> {
        let mut regex = String::from("(?i)^");
        let mut depth = 0_u32;
        let mut chars = text.chars().peekable();
        let wrong = |what: &str| Err(Error::internal(format!("rateLimit.requestPath \"{text}\": {what}")));
        while let Some(c) = chars.next() {
            match c {
                ':' | '*' => {
                    if !name(&mut chars) {
                        return wrong("a parameter has no name");
                    }
                    regex.push_str(if c == ':' { "[^/]+" } else { "[\\s\\S]+" });
                }
                '{' => {
                    depth += 1;
                    regex.push_str("(?:");
                }
                '}' if depth > 0 => {
                    depth -= 1;
                    regex.push_str(")?");
                }
                '}' | '(' | ')' | '[' | ']' | '+' | '?' | '!' => {
                    return wrong("a sign without meaning must follow a \\");
                }
                '\\' => match chars.next() {
                    Some(c) => literal(c, &mut regex),
                    None => return wrong("it ends in \\"),
                },
                c => literal(c, &mut regex),
            }
        }
        if depth > 0 {
            return wrong("a { is not closed");
        }
        regex.push_str("(?:/$)?$");
        Regex::new(&regex).map(Self).map_err(|e| Error::caused(format!("rateLimit.requestPath \"{text}\""), e))
    }

    /// Does a path fit?
    pub fn fits(&self, path: &str) -> bool {
        self.0.is_match(path).unwrap_or(false)
    }
}

/// Reads the name after `:` or `*`: an identifier, or any text in quotes.
fn name(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> bool {
    if chars.next_if_eq(&'"').is_some() {
        let mut any = false;
        while let Some(c) = chars.next() {
            match c {
                '"' => return any,
                '\\' => any = chars.next().is_some(),
                _ => any = true,
            }
        }
        return false;
    }
    let mut any = chars.next_if(|c| c.is_alphabetic() || *c == '_' || *c == '$').is_some();
    while any && chars.next_if(|c| c.is_alphanumeric() || *c == '_' || *c == '$').is_some() {}
    std::mem::take(&mut any)
}

fn literal(c: char, regex: &mut String) {
    if !c.is_alphanumeric() && c.is_ascii() && c != '/' && c != ' ' {
        regex.push('\\');
    }
    regex.push(c);
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    fn fits(pattern: &str, path: &str) -> bool {
        Pattern::new(pattern).unwrap().fits(path)
    }

    #[test]
    fn parameters_wildcards_and_options() {
        assert!(fits("/functions/*path", "/functions/a") && fits("/functions/*path", "/functions/a/b"));
        assert!(!fits("/functions/*path", "/functions/") && !fits("/functions/*path", "/functions"));
        assert!(fits("/classes/:c", "/Classes/A/") && !fits("/classes/:c", "/classes/A/b"));
        assert!(fits("/login", "/LOGIN") && fits("/login", "/login/") && !fits("/login", "/login2"));
        assert!(fits("/users{/:id}", "/users") && fits("/users{/:id}", "/users/x"));
        assert!(fits("/a.b", "/a.b") && !fits("/a.b", "/axb"));
        assert!(fits("/*path", "/anything/at/all") && fits("/:\"odd name\"", "/x"));
        assert!(fits("/a\\*", "/a*"));
    }

    #[test]
    fn says_what_is_wrong() {
        for bad in ["/*", "/:", "/a{b", "/a}", "/a(b)", "/a?", "/a\\", "/:\"x"] {
            assert!(Pattern::new(bad).is_err(), "{bad}");
        }
    }
}
