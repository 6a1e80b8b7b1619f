//! What a search asks for: `coffee "hot milk" -sugar` to words and phrases, wanted and unwanted.

/// The parts of a search as they were written.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Parts {
    /// Words to find, those of phrases among them.
    pub words: String,
    /// Words that must not be there.
    pub unwanted_words: String,
    /// Phrases that must be there.
    pub phrases: Vec<String>,
    /// Phrases that must not be there.
    pub unwanted_phrases: Vec<String>,
}

/// Takes a search apart. A minus behind a blank (or at the beginning) negates what follows up to the next blank, `-a-b` both
/// words; behind anything else it only parts words. A quotation mark that is never closed means nothing.
pub fn parts(term: &str) -> Parts {
    let mut parts = Parts::default();
    let (mut negated, mut phrase) = (false, None);
    let mut behind_blank = true;
    let mut rest = term.trim_start_matches(is_blank);
    while let Some(first) = rest.chars().next() {
        let at = term.len() - rest.len();
        let length = match first {
            '-' | '"' => 1,
            _ => rest.find(|c| is_blank(c) || matches!(c, '-' | '"')).unwrap_or(rest.len()),
        };
        match (first, phrase) {
            ('-', None) if behind_blank => negated = true,
            ('-', _) => {}
            ('"', Some(start)) => {
                let list = if negated { &mut parts.unwanted_phrases } else { &mut parts.phrases };
                list.push(term[start..at].to_owned());
                phrase = None;
            }
            ('"', None) => {
                negated &= !behind_blank;
                phrase = Some(at + 1);
            }
            (_, Some(_)) if negated => {}
            _ => {
                negated &= !behind_blank;
                let list = if negated { &mut parts.unwanted_words } else { &mut parts.words };
                list.push_str(&rest[..length]);
                list.push(' ');
            }
        }
        let behind = &rest[length..];
        rest = behind.trim_start_matches(is_blank);
        behind_blank = rest.len() < behind.len();
    }
    parts
}

fn is_blank(c: char) -> bool {
    matches!(c, '\n' | '\u{b}' | '\u{c}' | '\r' | ' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(term: &str) -> String {
        let parts = parts(term);
        let phrases = |list: Vec<String>| list.iter().map(|p| format!("[{p}]")).collect::<String>();
        let (wanted, unwanted) = (phrases(parts.phrases), phrases(parts.unwanted_phrases));
        format!("{}|{}|{wanted}|{unwanted}", parts.words.trim(), parts.unwanted_words.trim())
    }

    #[test]
    fn reads_searches_as_mongodb_does() {
        for (term, expected) in [
            ("", "|||"),
            ("hot coffee", "hot coffee|||"),
            ("-hot coffee", "coffee|hot||"),
            ("--hot coffee", "coffee|hot||"),
            ("- hot coffee", "hot coffee|||"),
            ("hot-coffee", "hot coffee|||"),
            ("-hot-coffee tea", "tea|hot coffee||"),
            ("a \"hot coffee\" b", "a hot coffee b||[hot coffee]|"),
            ("a -\"hot coffee\" b", "a b|||[hot coffee]"),
            ("a - \"hot coffee\" b", "a hot coffee b||[hot coffee]|"),
            ("a-\"hot coffee\" b", "a hot coffee b||[hot coffee]|"),
            ("-\"a b\"-\"c d\" \"e\"", "e||[e]|[a b][c d]"),
            ("a \"-b\"", "a b||[-b]|"),
            ("a \" -b\"", "a b||[ -b]|"),
            ("a -\" -b\"", "a|||[ -b]"),
            ("say \"never closed", "say never closed|||"),
            ("\"\"", "||[]|"),
            ("\r\n-é è", "è|é||"),
        ] {
            assert_eq!(shown(term), expected, "{term}");
        }
    }
}
