//! The languages of full-text search, as MongoDB knows them: a stemmer and a list of stop words each.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::LazyLock;

use rust_stemmers::{Algorithm, Stemmer};

/// A language by its name.
#[derive(Clone, Copy)]
pub struct Language(&'static Known);

struct Known {
    name: &'static str,
    code: &'static str,
    algorithm: Option<Algorithm>,
    stop_words: &'static str,
}

macro_rules! known {
    ($name:literal, $code:literal, $algorithm:ident) => {
        Known {
            name: $name,
            code: $code,
            algorithm: Some(Algorithm::$algorithm),
            stop_words: include_str!(concat!("stop_words/", $name, ".txt")),
        }
    };
}

static ENGLISH: Known = known!("english", "en", English);
static OTHERS: [Known; 15] = [
    Known { name: "none", code: "none", algorithm: None, stop_words: "" },
    Known { name: "romanian", code: "ro", algorithm: Some(Algorithm::Romanian), stop_words: "" },
    known!("danish", "da", Danish),
    known!("dutch", "nl", Dutch),
    known!("finnish", "fi", Finnish),
    known!("french", "fr", French),
    known!("german", "de", German),
    known!("hungarian", "hu", Hungarian),
    known!("italian", "it", Italian),
    known!("norwegian", "nb", Norwegian),
    known!("portuguese", "pt", Portuguese),
    known!("russian", "ru", Russian),
    known!("spanish", "es", Spanish),
    known!("swedish", "sv", Swedish),
    known!("turkish", "tr", Turkish),
];

/// The stop words by language, made when the first text is read.
static STOP_WORDS: LazyLock<HashMap<&str, HashSet<&str>>> = LazyLock::new(|| {
    let words = |known: &'static Known| {
        let lines = known.stop_words.lines().filter(|line| !line.starts_with('#'));
        lines.flat_map(str::split_whitespace).collect()
    };
    std::iter::once(&ENGLISH).chain(&OTHERS).map(|known| (known.name, words(known))).collect()
});

impl Language {
    /// The language with this name (`german`) or code (`de`), in any case; `none` has neither stems nor stop words.
    pub fn from_name(name: &str) -> Option<Self> {
        let asked = |known: &&Known| name.eq_ignore_ascii_case(known.name) || name.eq_ignore_ascii_case(known.code);
        std::iter::once(&ENGLISH).chain(&OTHERS).find(asked).map(Self)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// What brings a word to its stem; nothing for `none`.
    pub(super) fn stemmer(self) -> Option<Stemmer> {
        self.0.algorithm.map(Stemmer::create)
    }

    /// The words, in lower case, that are too common to be searched for.
    pub(super) fn stop_words(self) -> Option<&'static HashSet<&'static str>> {
        STOP_WORDS.get(self.0.name).filter(|words| !words.is_empty())
    }

    /// `don't` is one word in English; other languages part words at an apostrophe (`l'eau`).
    pub(super) fn keeps_apostrophes(self) -> bool {
        self.0.name == "english"
    }

    /// Turkish has an `i` with and one without a dot, in both cases.
    pub(super) fn is_turkish(self) -> bool {
        self.0.name == "turkish"
    }
}

impl Default for Language {
    /// English, as in MongoDB.
    fn default() -> Self {
        Self(&ENGLISH)
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name)
    }
}

impl PartialEq for Language {
    fn eq(&self, other: &Self) -> bool {
        self.0.name == other.0.name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_names_and_codes_in_any_case() {
        let name = |name: &str| Language::from_name(name).map(Language::name);
        assert_eq!(name("English"), Some("english"));
        assert_eq!(name("de"), Some("german"));
        assert_eq!(name("NB"), Some("norwegian"));
        assert_eq!(name("none"), Some("none"));
        assert_eq!(name("klingon"), None);
        assert_eq!(name(""), None);
    }

    #[test]
    fn has_stop_words_where_there_is_a_list() {
        for known in std::iter::once(&ENGLISH).chain(&OTHERS) {
            let expected = !matches!(known.name, "none" | "romanian");
            assert_eq!(STOP_WORDS[known.name].len() > 40, expected, "{}", known.name);
        }
        let english = Language::default().stop_words().unwrap();
        assert!(english.contains("aren't") && !english.contains("#") && !english.contains("coffee"));
        assert!(Language::from_name("none").unwrap().stop_words().is_none());
    }
}
