//! The syntax of path-to-regexp 8, in which `rateLimit.requestPath` is written: `:name` and `*name` are parameters,
//! `{…}` is optional, `\` takes the next character as it is.

/// Checks a path; the error says what is wrong and at which character.
pub(super) fn check(path: &str) -> Result<(), String> {
    let chars: Vec<char> = path.chars().collect();
    let mut open = 0usize;
    let mut at = 0;
    while let Some(c) = chars.get(at) {
        at += 1;
        match c {
            '\\' if at == chars.len() => return Err(format!("Unexpected end after \\ at index {at}: {path}")),
            '\\' => at += 1,
            ':' | '*' => at = name(&chars, at).map_err(|why| named(&why, *c, path))?,
            '{' => open += 1,
            '}' if open > 0 => open -= 1,
            '}' | '(' | ')' | '[' | ']' | '+' | '?' | '!' => {
                return Err(format!("Unexpected {c} at index {}: {path}", at - 1));
            }
            _ => {}
        }
    }
    if open > 0 { Err(format!("Unexpected end at index {at}, expected }}: {path}")) } else { Ok(()) }
}

/// The index after the name that begins at `at`.
fn name(chars: &[char], at: usize) -> Result<usize, String> {
    if chars.get(at) == Some(&'"') {
        return quoted(chars, at);
    }
    let first = |c: &char| c.is_alphabetic() || matches!(c, '$' | '_');
    let next = |c: &&char| c.is_alphanumeric() || matches!(c, '$' | '_' | '\u{200c}' | '\u{200d}');
    if !chars.get(at).is_some_and(first) {
        return Err(format!("Missing parameter name at index {at}"));
    }
    Ok(at + chars[at..].iter().take_while(next).count())
}

fn quoted(chars: &[char], start: usize) -> Result<usize, String> {
    let mut at = start + 1;
    while let Some(c) = chars.get(at) {
        match c {
            '"' if at == start + 1 => return Err(format!("Missing parameter name at index {}", at + 1)),
            '"' => return Ok(at + 1),
            '\\' => at += 2,
            _ => at += 1,
        }
    }
    Err(format!("Unterminated quote at index {start}"))
}

fn named(why: &str, sign: char, path: &str) -> String {
    match (sign, why.starts_with("Missing")) {
        ('*', true) => format!("{why}: {path}; since Parse Server 9 a wildcard has a name, as in /functions/*path"),
        _ => format!("{why}: {path}"),
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn takes_what_path_to_regexp_takes() {
        for path in
            ["/functions/hello", "/functions/*path", "/classes/:className{/:id}", "/a/:\"b c\"/*$x", "/a\\*", "*p", ""]
        {
            assert_eq!(check(path), Ok(()), "{path}");
        }
    }

    #[test]
    fn names_the_fault() {
        assert_eq!(check("/a(b)").unwrap_err(), "Unexpected ( at index 2: /a(b)");
        assert_eq!(check("/a?").unwrap_err(), "Unexpected ? at index 2: /a?");
        assert_eq!(check("/a}").unwrap_err(), "Unexpected } at index 2: /a}");
        assert_eq!(check("/a{b").unwrap_err(), "Unexpected end at index 4, expected }: /a{b");
        assert_eq!(check("/a\\").unwrap_err(), "Unexpected end after \\ at index 3: /a\\");
        assert_eq!(check("/:\"a").unwrap_err(), "Unterminated quote at index 2: /:\"a");
        assert_eq!(check("/:").unwrap_err(), "Missing parameter name at index 2: /:");
        assert!(check("/functions/*").unwrap_err().contains("/functions/*path"));
    }
}
