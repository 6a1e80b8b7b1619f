//! Languages as pages and mails name them: `de`, `de-AT`, `zh-Hans-CN`.

/// Is it the name of a language? Nothing else may become part of a path.
pub fn is_one(text: &str) -> bool {
    let mut parts = text.split('-');
    let language = parts.next().unwrap_or_default();
    (2..=3).contains(&language.len())
        && language.bytes().all(|b| b.is_ascii_alphabetic())
        && parts.all(|part| (2..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Where something in a language is looked for, best first: as it is named, then without its country.
pub fn choices(locale: &str) -> [&str; 2] {
    [locale, locale.split('-').next().unwrap_or_default()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_names_a_language() {
        for (text, wanted) in [
            ("de", true),
            ("de-AT", true),
            ("zh-Hans-CN", true),
            ("gsw", true),
            ("", false),
            ("d", false),
            ("deut", false),
            ("de-", false),
            ("de-A", false),
            ("de_AT", false),
            ("../de", false),
            ("de-..", false),
            ("de\n", false),
            ("dé", false),
        ] {
            assert_eq!(is_one(text), wanted, "{text:?}");
        }
        assert_eq!(choices("de-AT"), ["de-AT", "de"]);
    }
}
