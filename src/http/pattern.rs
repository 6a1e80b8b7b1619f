//! Paths in the language of path-to-regexp 8, as rate limits and routes of pages use it: text, `:name`, `*name`, `{optional}`,
//! `\` before a sign.

use fancy_regex::Regex;

use crate::error::{Error, Result};

/// A path pattern, compiled.
#[derive(Debug)]
pub struct Pattern {
    regex: Regex,
    parameters: Vec<Parameter>,
}

/// What stands for a part of a path.
#[derive(Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// Does it stand for more than one segment?
    pub many: bool,
}

impl Pattern {
    /// Compiles a pattern, which `option` names. It fits whole paths in any case of letters, and with one slash more at the end.
    ///
    /// # Errors
    /// 1 with what is wrong with it.
    pub fn new(option: &str, text: &str) -> Result<Self> {
        let mut regex = String::from("(?i)^");
        let mut parameters = Vec::new();
        let mut depth = 0_u32;
        let mut chars = text.chars().peekable();
        let wrong = |what: &str| Err(Error::internal(format!("{option} \"{text}\": {what}")));
        while let Some(c) = chars.next() {
            match c {
                ':' | '*' => {
                    let Some(name) = name(&mut chars) else { return wrong("a parameter has no name") };
                    parameters.push(Parameter { name, many: c == '*' });
                    regex.push_str(if c == ':' { "([^/]+)" } else { "([\\s\\S]+)" });
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
        let regex = Regex::new(&regex).map_err(|e| Error::caused(format!("{option} \"{text}\""), e))?;
        Ok(Self { regex, parameters })
    }

    /// Does a path fit?
    pub fn fits(&self, path: &str) -> bool {
        self.regex.is_match(path).unwrap_or(false)
    }

    /// What its parameters stand for in a path, as it is written there; `None` if it does not fit.
    pub fn parts<'p>(&'p self, path: &'p str) -> Option<Vec<(&'p Parameter, &'p str)>> {
        let found = self.regex.captures(path).ok()??;
        let parts = self.parameters.iter().zip(found.iter().skip(1));
        Some(parts.filter_map(|(parameter, part)| Some((parameter, part?.as_str()))).collect())
    }
}

/// Reads the name after `:` or `*`: an identifier, or any text in quotes.
fn name(chars: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<String> {
    let mut name = String::new();
    if chars.next_if_eq(&'"').is_some() {
        loop {
            match chars.next()? {
                '"' => break,
                '\\' => name.push(chars.next()?),
                c => name.push(c),
            }
        }
    } else {
        let sign = |c: &char| *c == '_' || *c == '$';
        name.extend(chars.next_if(|c| c.is_alphabetic() || sign(c)));
        while !name.is_empty()
            && let Some(c) = chars.next_if(|c| c.is_alphanumeric() || sign(c))
        {
            name.push(c);
        }
    }
    Some(name).filter(|name| !name.is_empty())
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
        Pattern::new("path", pattern).unwrap().fits(path)
    }

    fn parts(pattern: &str, path: &str) -> Option<String> {
        let pattern = Pattern::new("path", pattern).unwrap();
        let parts =
            pattern.parts(path)?.into_iter().map(|(own, part)| format!("{}{}={part}", own.name, own.many as u8));
        Some(parts.collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn parameters_have_names() {
        assert_eq!(parts("/:app/items/:id", "/a/Items/x%20y/").as_deref(), Some("app0=a id0=x%20y"));
        assert_eq!(parts("/:a-:b", "/x-y-z").as_deref(), Some("a0=x-y b0=z"));
        assert_eq!(parts("/f/*rest", "/f/a/b").as_deref(), Some("rest1=a/b"));
        assert_eq!(parts("/x{/:\"odd name\"}", "/x").as_deref(), Some(""));
        assert_eq!(parts("/x{/:\"odd name\"}", "/x/1").as_deref(), Some("odd name0=1"));
        assert_eq!(parts("/x", "/y"), None);
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
            assert!(Pattern::new("path", bad).is_err(), "{bad}");
        }
    }
}
