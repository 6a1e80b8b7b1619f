//! Percent-encoding, as JavaScript's `decodeURIComponent` reads it.

use std::borrow::Cow;

/// Decodes a path segment; `None` for what `decodeURIComponent` throws on.
pub fn strict(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains('%') {
        return Some(Cow::Borrowed(text));
    }
    String::from_utf8(bytes(text)?).ok().map(Cow::Owned)
}

/// Decodes a part of a query string or form, `+` being a space; what cannot be decoded stays as it is.
pub fn form(text: &str) -> String {
    let spaced = if text.contains('+') { Cow::Owned(text.replace('+', " ")) } else { Cow::Borrowed(text) };
    match strict(&spaced) {
        Some(decoded) => decoded.into_owned(),
        None => spaced.into_owned(),
    }
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first == b'%' {
            let [high, low, ..] = tail else { return None };
            out.push(digit(*high)? << 4 | digit(*low)?);
            rest = &tail[2..];
        } else {
            out.push(first);
        }
    }
    Some(out)
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|d| d as u8)
}

#[cfg(test)]
mod tests {
    use super::{form, strict};

    #[test]
    fn strict_as_javascript() {
        assert_eq!(strict("a%20b%C3%A9").as_deref(), Some("a bé"));
        assert_eq!(strict("a+b").as_deref(), Some("a+b"));
        for bad in ["%", "%2", "%zz", "%+1", "%FF", "%C3"] {
            assert_eq!(strict(bad), None, "{bad}");
        }
    }

    #[test]
    fn forms_never_fail() {
        assert_eq!(form("a+b%2Bc"), "a b+c");
        assert_eq!(form("100%+x"), "100% x");
    }
}
