//! Linear patterns on long texts. The `regex` crate never fails: where its quick automaton would need too many states it goes on
//! with a slow one, which takes time by the length of the text times the size of the pattern, half a minute for a megabyte.
//! Here the quick one gives up instead.

use regex_automata::hybrid::dfa::{Config, DFA};
use regex_automata::nfa::thompson;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, MatchErrorKind};

/// Bytes that its states may take at a time.
const CACHE: usize = 1 << 20;
/// After so many times of throwing all states away it gives up, unless each state served at least [`BYTES_A_STATE`].
const CLEARED: usize = 3;
const BYTES_A_STATE: usize = 1000;
/// The slow automaton may take so many steps: bytes of the text times parts of the pattern; a tenth of a second.
const STEPS: usize = 20_000_000;

/// What became of a search.
pub(super) enum Found {
    /// It came to its end.
    Known(bool),
    /// It gave up, but the slow way is short.
    Unknown,
    /// It gave up, and the slow way would be too long.
    TooMuch,
}

/// An automaton that gives up.
#[derive(Debug)]
pub(super) struct Long(DFA);

impl Long {
    pub fn new(pattern: &str) -> Result<Self, String> {
        let config = Config::new()
            .cache_capacity(CACHE)
            .skip_cache_capacity_check(true)
            .minimum_cache_clear_count(Some(CLEARED))
            .minimum_bytes_per_state(Some(BYTES_A_STATE));
        DFA::builder()
            .configure(config)
            .syntax(syntax::Config::new().utf8(false))
            .thompson(thompson::Config::new().utf8(false))
            .build(pattern)
            .map(Self)
            .map_err(|e| e.to_string())
    }

    pub fn search(&self, text: &str) -> Found {
        let mut cache = self.0.create_cache();
        let input = Input::new(text).anchored(Anchored::No).earliest(true);
        match self.0.try_search_fwd(&mut cache, &input) {
            Ok(hit) => Found::Known(hit.is_some()),
            Err(error) => {
                let gave_up = matches!(error.kind(), MatchErrorKind::GaveUp { .. });
                let steps = text.len().saturating_mul(self.0.get_nfa().states().len());
                if gave_up && steps > STEPS { Found::TooMuch } else { Found::Unknown }
            }
        }
    }
}
