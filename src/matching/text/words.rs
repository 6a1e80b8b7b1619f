//! Texts to words: parted, in lower case, without stop words, brought to their stems, without accents.

use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::char::{decompose_canonical, is_combining_mark};

use super::language::Language;

/// What of a word is kept that is usually taken away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Keep {
    /// Upper and lower case.
    pub case: bool,
    /// Accents.
    pub diacritics: bool,
    /// Stop words.
    pub stop_words: bool,
}

/// Whatever is in none of these classes is part of a word; underscores are, control characters are not.
macro_rules! separators {
    () => {
        r"\p{White_Space}\p{Dash}\p{Hyphen}\p{Quotation_Mark}\p{Terminal_Punctuation}\p{Pattern_Syntax}\p{STerm}\p{Cc}"
    };
}

static WORD: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(concat!("[^", separators!(), "]+")).ok());
static WORD_WITH_APOSTROPHES: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(concat!("(?:[^", separators!(), "]|')+")).ok());

/// The words of a text in its order.
pub fn words(text: &str, language: Language, keep: Keep) -> impl Iterator<Item = String> + '_ {
    let pattern = if language.keeps_apostrophes() { &*WORD_WITH_APOSTROPHES } else { &*WORD };
    let stemmer = language.stemmer();
    let stop_words = if keep.stop_words { None } else { language.stop_words() };
    pattern.iter().flat_map(move |pattern| pattern.find_iter(text)).filter_map(move |found| {
        let lower = lower(found.as_str(), language);
        if stop_words.is_some_and(|stop_words| stop_words.contains(lower.as_str())) {
            return None;
        }
        let word = if keep.case { found.as_str() } else { &lower };
        // Stems depend on accents, which therefore go last.
        let stem = stemmer.as_ref().map_or(word.into(), |stemmer| stemmer.stem(word));
        let word = if keep.diacritics { stem.into_owned() } else { without_diacritics(&stem) };
        (!word.is_empty()).then_some(word)
    })
}

/// A text as phrases are looked for in it: as it is, but for case and accents.
pub fn folded(text: &str, language: Language, keep: Keep) -> String {
    match (keep.case, keep.diacritics) {
        (true, true) => text.to_owned(),
        (true, false) => without_diacritics(text),
        (false, true) => lower(text, language),
        (false, false) => without_diacritics(&lower(text, language)),
    }
}

fn lower(text: &str, language: Language) -> String {
    if text.is_ascii() && !language.is_turkish() {
        return text.to_ascii_lowercase();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            'I' if language.is_turkish() => out.push('ı'),
            'İ' => out.push('i'),
            'ς' => out.push('σ'),
            c => out.extend(c.to_lowercase()),
        }
    }
    out
}

fn without_diacritics(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !is_combining_mark(*c)) {
        let (start, mut marked) = (out.len(), false);
        decompose_canonical(c, |part| match is_combining_mark(part) {
            true => marked = true,
            false => out.push(part),
        });
        // Only accents are taken off: what falls into parts for another reason (Hangul) stays whole.
        if !marked {
            out.truncate(start);
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str, language: &str, keep: Keep) -> Vec<String> {
        words(text, Language::from_name(language).unwrap(), keep).collect()
    }

    #[test]
    fn parts_texts_and_drops_stop_words() {
        let english = |text| of(text, "english", Keep::default());
        assert_eq!(english("The Cats, and the dog's running!"), ["cat", "dog", "run"]);
        assert_eq!(english("foo_bar a-b c.d e/f 3.14"), ["foo_bar", "b", "c", "d", "e", "f", "3", "14"]);
        assert_eq!(english("don't 'quoted' rock'n'roll"), ["quot", "rock'n'rol"]);
        assert_eq!(english("東京 привет\u{0}мир \u{1F600}"), ["東京", "привет", "мир", "\u{1F600}"]);
        assert_eq!(english(" … — « » "), [""; 0]);
        assert_eq!(of("don't l'eau", "none", Keep::default()), ["don", "t", "l", "eau"]);
    }

    #[test]
    fn stems_by_language_and_then_takes_accents_off() {
        assert_eq!(of("Bäume Häuser", "german", Keep::default()), ["baum", "haus"]);
        assert_eq!(of("l'été dernier", "fr", Keep::default()), ["derni"]);
        assert_eq!(of("Café déjà résumé", "english", Keep::default()), ["cafe", "deja", "resume"]);
        assert_eq!(of("running baking", "none", Keep::default()), ["running", "baking"]);
        assert_eq!(of("한국 ﬁne", "none", Keep::default()), ["한국", "ﬁne"]);
        assert_eq!(of("KIZ İzmir", "tr", Keep::default()), ["kız", "izmir"]);
        assert_eq!(of("ΟΔΟΣ οδος", "none", Keep::default()), ["οδοσ", "οδοσ"]);
    }

    #[test]
    fn keeps_what_is_asked_for() {
        let (case, diacritics) = (Keep { case: true, ..Keep::default() }, Keep { diacritics: true, ..Keep::default() });
        assert_eq!(of("The Running Café", "english", case), ["Run", "Cafe"]);
        assert_eq!(of("The Running Café", "english", diacritics), ["run", "café"]);
        let all = Keep { case: true, diacritics: true, stop_words: true };
        assert_eq!(of("The Café", "english", all), ["The", "Café"]);
    }

    #[test]
    fn folds_phrases() {
        let english = Language::default();
        let fold = |case, diacritics| folded("Café-Zoë", english, Keep { case, diacritics, stop_words: false });
        assert_eq!(fold(false, false), "cafe-zoe");
        assert_eq!(fold(true, false), "Cafe-Zoe");
        assert_eq!(fold(false, true), "café-zoë");
        assert_eq!(fold(true, true), "Café-Zoë");
        assert_eq!(folded("e\u{301}", english, Keep::default()), "e");
    }

    proptest! {
        #[test]
        fn survives_any_text(text in "\\PC{0,40}", language in 0..16_usize) {
            let names = ["english", "none", "ro", "da", "nl", "fi", "fr", "de", "hu", "it", "nb", "pt", "ru", "es", "sv", "tr"];
            for keep in [Keep::default(), Keep { case: true, diacritics: true, stop_words: true }] {
                for word in of(&text, names[language], keep) {
                    prop_assert!(!word.is_empty() && !word.contains([' ', '"', '-']), "{word:?}");
                }
            }
        }
    }
}
