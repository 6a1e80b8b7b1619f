//! Passwords: bcrypt, off the request threads and not more at once than there are cores.

use std::sync::Arc;

use bcrypt::Version;
use tokio::sync::Semaphore;

use crate::error::{Code, Error, Result};
use crate::model::id::Random;

/// Rounds, as a power of two; Parse Server's.
const COST: u32 = 10;
/// A hash that no password has, to be compared where there is none: the work is the same then.
const DUMMY: &str = "$2b$10$.BfpfNXmMzsKdqR3gPc1nu3oTXh8n0vfGLgzKWTrUZNtaivmcSgfC";

/// So many may wait for a core; more would wait longer than anybody does for an answer.
const MOST_WAITING: usize = 1000;

/// Hashes and compares passwords.
pub struct Passwords {
    places: Arc<Semaphore>,
    waiting: Semaphore,
    /// How many times bcrypt was called.
    #[cfg(test)]
    pub calls: std::sync::atomic::AtomicUsize,
}

impl Passwords {
    /// For as many at once as there are cores.
    pub fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
        Self {
            places: Arc::new(Semaphore::new(cores)),
            waiting: Semaphore::new(MOST_WAITING),
            #[cfg(test)]
            calls: Default::default(),
        }
    }

    /// The hash of a password, salted by chance.
    ///
    /// # Errors
    /// 1 if it cannot be worked out.
    pub async fn hash(&self, password: &str, random: &dyn Random) -> Result<String> {
        let mut salt = [0; 16];
        random.fill(&mut salt);
        let password = password.to_owned();
        self.run(move || bcrypt::hash_with_salt(password, COST, salt))
            .await?
            .map(|parts| parts.format_for_version(Version::TwoB))
            .map_err(|e| Error::caused("a password could not be hashed", e))
    }

    /// Is it the password of the hash? `None`, for an account without one, takes as long and is never right; neither is an
    /// empty password, or a hash that is none.
    ///
    /// # Errors
    /// 1 if it cannot be worked out.
    pub async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool> {
        let hash = hash.filter(|hash| !hash.is_empty() && !password.is_empty());
        let (password, against) = (password.to_owned(), hash.unwrap_or(DUMMY).to_owned());
        let right = self.run(move || bcrypt::verify(password, &against).unwrap_or(false)).await?;
        Ok(right && hash.is_some())
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
        #[cfg(test)]
        self.calls.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let full = |_| Error::new(Code::RequestLimitExceeded, "Too many passwords are being checked.");
        let _waits = self.waiting.try_acquire().map_err(full)?;
        let closed = |e| Error::caused("no password is compared any more", e);
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(closed)?;
        let ended = |e| Error::caused("the work on a password ended in the middle", e);
        tokio::task::spawn_blocking(move || {
            let done = work();
            drop(place);
            done
        })
        .await
        .map_err(ended)
    }
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Zeros;
    impl Random for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    #[tokio::test]
    async fn hashes_verify_and_nothing_else_does() {
        let passwords = Passwords::new();
        let hash = passwords.hash("pw", &Zeros).await.unwrap();
        assert!(hash.starts_with("$2b$10$") && hash.len() == 60, "{hash}");
        assert!(passwords.verify("pw", Some(&hash)).await.unwrap());
        for prefix in ["$2a$", "$2y$"] {
            assert!(passwords.verify("pw", Some(&hash.replace("$2b$", prefix))).await.unwrap(), "{prefix}");
        }
        for (password, hash) in [("no", Some(hash.as_str())), ("pw", None), ("pw", Some("")), ("pw", Some("junk"))] {
            assert!(!passwords.verify(password, hash).await.unwrap(), "{password} {hash:?}");
        }
        // The dummy is a hash like any other, so that comparing with it takes as long.
        assert!(matches!(bcrypt::verify("pw", DUMMY), Ok(false)));
        let empty = passwords.hash("", &Zeros).await.unwrap();
        assert!(!passwords.verify("", Some(&empty)).await.unwrap());
    }
}
