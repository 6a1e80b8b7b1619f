//! Parse's JSON as it lies: the top of an object looked at without a tree.
//!
//! The text was written by [`super::write`], so that it is taken as well-formed; a broken one ends early, it never panics.

use super::words::quote;

/// The keys (raw, without quotes) and values (raw) at the top of a JSON object.
pub struct Pairs<'a>(&'a [u8]);

/// Walks the top of a JSON object.
pub fn pairs(doc: &[u8]) -> Pairs<'_> {
    Pairs(doc.get(1..).unwrap_or_default())
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.0;
        if rest.first() != Some(&b'"') {
            return None;
        }
        let key_end = string_end(rest, 1)?;
        let value_start = key_end + 1;
        let value_end = value_end(rest, value_start)?;
        self.0 = rest.get(value_end + 1..).unwrap_or_default();
        Some((&rest[1..key_end - 1], &rest[value_start..value_end]))
    }
}

/// The raw value of a field.
pub fn find<'a>(doc: &'a [u8], field: &str) -> Option<&'a [u8]> {
    pairs(doc).find(|(key, _)| *key == field.as_bytes()).map(|(_, value)| value)
}

/// The document but for a field.
pub fn without(doc: &[u8], field: &str) -> Vec<u8> {
    let mut out = vec![b'{'];
    for (key, value) in pairs(doc).filter(|(key, _)| *key != field.as_bytes()) {
        out.extend_from_slice(if out.len() > 1 { b",\"" } else { b"\"" });
        out.extend_from_slice(key);
        out.extend_from_slice(b"\":");
        out.extend_from_slice(value);
    }
    out.push(b'}');
    out
}

/// Where a string ends that began before `at`: behind its closing quote.
fn string_end(text: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += quote(text.get(at..)?)?;
        match text.get(at)? {
            b'"' => return Some(at + 1),
            _ => at += 2,
        }
    }
}

/// Where the value ends that begins at `at`.
fn value_end(text: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    loop {
        match text.get(at)? {
            b'"' => {
                at = string_end(text, at + 1)?;
                if depth == 0 {
                    return Some(at);
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return Some(at),
            b'}' | b']' if depth == 1 => return Some(at + 1),
            b'}' | b']' => depth -= 1,
            b',' if depth == 0 => return Some(at),
            _ => {}
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_the_top() {
        let doc = br#"{"a":1,"b":"x\"},{","c":{"d":[1,{"e":"]"}]},"f":[],"g":null}"#;
        let seen: Vec<_> = pairs(doc).map(|(k, v)| (str::from_utf8(k).unwrap(), str::from_utf8(v).unwrap())).collect();
        assert_eq!(
            seen,
            [("a", "1"), ("b", r#""x\"},{""#), ("c", r#"{"d":[1,{"e":"]"}]}"#), ("f", "[]"), ("g", "null")]
        );
        assert_eq!(find(doc, "f"), Some(&b"[]"[..]));
        assert_eq!(find(doc, "d"), None);
        assert_eq!(pairs(b"{}").count(), 0);
        assert_eq!(without(br#"{"a":1,"b":[2],"c":"x"}"#, "b"), br#"{"a":1,"c":"x"}"#);
        assert_eq!(without(br#"{"a":1}"#, "a"), b"{}");
    }

    #[test]
    fn ends_early_on_what_is_broken() {
        for doc in
            [&b""[..], b"{", b"{\"a", b"{\"a\"", b"{\"a\":", b"{\"a\":\"x", b"{\"a\":[1", b"null", b"{\"a\":\"\\"]
        {
            assert_eq!(pairs(doc).count(), 0, "{}", String::from_utf8_lossy(doc));
        }
    }
}
