//! Attempts that are made again after a pause.

use std::time::Duration;

use reqwest::header::{HeaderMap, RETRY_AFTER};

/// A service that asks for a longer pause is not asked again.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// What an attempt came to.
pub(super) enum Attempt<T> {
    /// It stays at that.
    Settled(T),
    /// It may come to something else, after the pause that the service asks for.
    Again(T, Option<Duration>),
}

/// Makes attempts until one is settled, with these pauses between them; the last one counts.
pub(super) async fn retried<T, F: Future<Output = Attempt<T>>>(
    pauses: &[Duration],
    mut attempt: impl FnMut() -> F,
) -> T {
    let mut pauses = pauses.iter();
    loop {
        match (attempt().await, pauses.next()) {
            (Attempt::Settled(what), _) | (Attempt::Again(what, _), None) => return what,
            (Attempt::Again(what, Some(wished)), _) if wished > LONGEST_PAUSE => return what,
            (Attempt::Again(_, wished), Some(pause)) => tokio::time::sleep(wished.unwrap_or(*pause)).await,
        }
    }
}

/// The pause that an answer asks for by `Retry-After`, if it says so in seconds.
pub(super) fn wished(headers: &HeaderMap) -> Option<Duration> {
    headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    async fn tries(pauses: &[Duration], wished: Option<Duration>, good: usize) -> (usize, bool) {
        let made = Cell::new(0);
        let attempt = || async {
            made.set(made.get() + 1);
            match made.get() >= good {
                true => Attempt::Settled(true),
                false => Attempt::Again(false, wished),
            }
        };
        let came_to = retried(pauses, attempt).await;
        (made.get(), came_to)
    }

    #[tokio::test]
    async fn tries_as_often_as_there_are_pauses() {
        let pauses = [Duration::ZERO; 4];
        assert_eq!(tries(&pauses, None, 1).await, (1, true));
        assert_eq!(tries(&pauses, None, 5).await, (5, true));
        assert_eq!(tries(&pauses, None, 6).await, (5, false));
        let never = [Duration::from_secs(3600); 4];
        assert_eq!(tries(&never, Some(Duration::ZERO), 3).await, (3, true), "the service says how long");
        assert_eq!(tries(&pauses, Some(Duration::from_secs(61)), 3).await, (1, false), "that is too long");
    }

    #[test]
    fn reads_seconds() {
        let headers = |value: &'static str| HeaderMap::from_iter([(RETRY_AFTER, value.parse().unwrap())]);
        assert_eq!(wished(&headers("7")), Some(Duration::from_secs(7)));
        assert_eq!(wished(&headers("Fri, 31 Dec 1999 23:59:59 GMT")), None);
        assert_eq!(wished(&headers("-1")), None);
        assert_eq!(wished(&HeaderMap::new()), None);
    }
}
