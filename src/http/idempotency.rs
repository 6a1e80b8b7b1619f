//! `X-Parse-Request-Id`: a request that is sent twice runs once (`http.md` section 14).

use fancy_regex::Regex;

use crate::config::IdempotencyConfig;
use crate::error::{Code, Error, Result};
use crate::model::Date;
use crate::rest::Engine;

/// The paths on which request ids count, compiled.
#[derive(Debug)]
pub struct Idempotency {
    paths: Vec<Regex>,
    /// How long an id is remembered, ms.
    ttl: i64,
}

impl Idempotency {
    /// Compiles `idempotencyOptions.paths`, each anchored at its start.
    ///
    /// # Errors
    /// 1 for a pattern that is none.
    pub fn new(config: &IdempotencyConfig) -> Result<Self> {
        let compile = |text: &String| {
            let anchored = if text.starts_with('^') { text.clone() } else { format!("^{text}") };
            Regex::new(&anchored).map_err(|e| Error::caused(format!("idempotencyOptions.paths \"{text}\""), e))
        };
        let ttl = i64::try_from(config.ttl.as_millis()).unwrap_or(i64::MAX);
        Ok(Self { paths: config.paths.iter().map(compile).collect::<Result<_>>()?, ttl })
    }

    /// Do request ids count on this path?
    pub fn covers(&self, path: &str) -> bool {
        // One slash goes, at the beginning or else at the end: so Parse Server reads it.
        let path = path.strip_prefix('/').or_else(|| path.strip_suffix('/')).unwrap_or(path);
        self.paths.iter().any(|regex| regex.is_match(path).unwrap_or(false))
    }

    /// Takes the id, once.
    ///
    /// # Errors
    /// 159 if it is taken.
    pub async fn claim(&self, engine: &Engine, id: &str) -> Result<()> {
        let now = engine.clock.now();
        if engine.storage.claim(id, now, Date(now.0.saturating_add(self.ttl))).await? {
            Ok(())
        } else {
            Err(Error::new(Code::DuplicateRequest, "Duplicate request"))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn paths_are_anchored_at_their_start() {
        let paths = vec!["functions/pay".into(), "^classes/.*".into()];
        let own = Idempotency::new(&IdempotencyConfig { paths, ttl: Duration::from_secs(300) }).unwrap();
        assert!(own.covers("/functions/pay") && own.covers("/functions/payments") && own.covers("/classes/A/x"));
        assert!(!own.covers("/x/functions/pay") && !own.covers("/users"));
        assert_eq!(own.ttl, 300_000);
    }
}
