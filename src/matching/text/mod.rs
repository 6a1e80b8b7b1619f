//! Full-text search with MongoDB's meaning: any of the words (by their stems), all of the phrases, none of what is negated.
//!
//! A database may keep [`terms`] of its rows and look for [`Search::terms`] there; [`Search::confirms`] then decides, and
//! [`Search::score`] says how well a row matches.

mod language;
mod phrase;
mod source;
mod words;

use std::collections::{BTreeSet, HashMap};

pub use language::Language;
pub use source::Document;

use self::words::{Keep, folded, words};
use super::Work;
use crate::error::{Error, Result};
use crate::model::query::TextSearch;

/// A full-text search, ready to be asked of many objects.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    terms: BTreeSet<String>,
    /// The words as case and accents have them, if those count.
    exact: Option<BTreeSet<String>>,
    unwanted: BTreeSet<String>,
    phrases: Vec<String>,
    unwanted_phrases: Vec<String>,
    keep: Keep,
}

impl Search {
    /// Reads a search.
    ///
    /// # Errors
    /// 102 for a language that is not known.
    pub fn new(search: &TextSearch) -> Result<Self> {
        let language = match search.language.as_deref() {
            None | Some("") => Language::default(),
            Some(name) => Language::from_name(name)
                .ok_or_else(|| Error::query(format!("unsupported language: \"{name}\" for text search")))?,
        };
        let keep = Keep { case: search.case_sensitive, diacritics: search.diacritic_sensitive, stop_words: false };
        let parts = phrase::parts(&search.term);
        let is_exact = keep != Keep::default();
        Ok(Self {
            terms: words(&parts.words, language, Keep::default()).collect(),
            exact: is_exact.then(|| words(&parts.words, language, keep).collect()),
            unwanted: words(&parts.unwanted_words, language, keep).collect(),
            phrases: parts.phrases,
            unwanted_phrases: parts.unwanted_phrases,
            keep,
        })
    }

    /// Every match has one of these among its [`terms`]; nothing matches if there are none.
    pub fn terms(&self) -> impl Iterator<Item = &str> {
        self.terms.iter().map(String::as_str)
    }

    /// Does whatever has one of the terms match?
    pub fn is_decided_by_terms(&self) -> bool {
        let phrases = self.phrases.is_empty() && self.unwanted_phrases.is_empty();
        self.exact.is_none() && self.unwanted.is_empty() && phrases
    }

    /// Does an object match?
    ///
    /// # Errors
    /// 124 when `work` is used up.
    pub fn matches(&self, document: &Document, work: &mut Work) -> Result<bool> {
        work.spend(document.size())?;
        Ok(document.has_any(&self.terms, Keep::default()) && self.confirms(document, work)?)
    }

    /// Does an object match that is known to have one of the terms?
    ///
    /// # Errors
    /// As [`Search::matches`].
    pub fn confirms(&self, document: &Document, work: &mut Work) -> Result<bool> {
        work.spend(document.size())?;
        // Stop words of the search have gone; a word of the text may be one of another language and count.
        let keep = Keep { stop_words: true, ..self.keep };
        Ok(self.exact.as_ref().is_none_or(|exact| document.has_any(exact, keep))
            && !document.has_any(&self.unwanted, keep)
            && self.phrases_match(document))
    }

    /// Phrases are looked for in the text as it was written, and may begin and end in the middle of a word.
    fn phrases_match(&self, document: &Document) -> bool {
        if self.phrases.is_empty() && self.unwanted_phrases.is_empty() {
            return true;
        }
        let fold = |text: &String| folded(text, document.language, self.keep);
        let texts: Vec<String> = document.texts.iter().map(fold).collect();
        let found = |phrase: &String| {
            let phrase = fold(phrase);
            texts.iter().any(|text| text.contains(&phrase))
        };
        self.phrases.iter().all(found) && !self.unwanted_phrases.iter().any(found)
    }

    /// How well an object matches, as MongoDB reckons it: for each word found, and each text that it is in, the first time
    /// counts whole, the second half, the third a quarter; more in a short text, a tenth more if it is the whole text.
    ///
    /// # Errors
    /// 124 when `work` is used up.
    pub fn score(&self, document: &Document, work: &mut Work) -> Result<f64> {
        work.spend(document.size())?;
        Ok(document.texts.iter().map(|text| self.score_of(text, document.language)).sum())
    }

    fn score_of(&self, text: &str, language: Language) -> f64 {
        let mut found: HashMap<String, i32> = HashMap::new();
        let mut total = 0.0;
        for word in words(text, language, Keep::default()) {
            total += 1.0;
            if self.terms.contains(&word) {
                *found.entry(word).or_default() += 1;
            }
        }
        let mut scores: Vec<f64> = found
            .into_iter()
            .map(|(word, count)| {
                let frequency = 2.0 - 0.5_f64.powi(count - 1);
                let share = 0.5 * f64::from(count) / total + 0.5;
                let whole = if text.eq_ignore_ascii_case(&word) { 1.1 } else { 1.0 };
                frequency * share * whole
            })
            .collect();
        // Sums of doubles depend on the order.
        scores.sort_by(f64::total_cmp);
        scores.into_iter().sum()
    }
}

/// The words of an object by which a search finds it, separated by blanks, as often as they occur.
pub fn terms(document: &Document) -> String {
    let mut out = String::new();
    for word in document.texts.iter().flat_map(|text| words(text, document.language, Keep::default())) {
        out.push_str(&word);
        out.push(' ');
    }
    out
}

#[cfg(test)]
mod tests;
