//! Mails on their way: made and sent in the background, a bounded number of them, each tried again if it fails.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Failed, Mail, Mailer};
use crate::error::{Code, Error, Result};

/// So many may be on their way.
const MOST: u32 = 1000;
/// So many are sent at once; the others wait.
pub(super) const AT_ONCE: usize = 8;
/// The pauses before further tries.
const PAUSES: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(10), Duration::from_secs(60)];
/// How long the end of the process waits for mails; of its grace the requests have had most.
const DRAIN: Duration = Duration::from_secs(3);

/// Sends mails in the background.
pub struct Outbox {
    mailer: Arc<dyn Mailer>,
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    pauses: &'static [Duration],
}

/// Room for one mail.
pub struct Place(#[expect(dead_code, reason = "it is there to be dropped")] OwnedSemaphorePermit);

impl Outbox {
    /// One that hands mails to this.
    pub fn new(mailer: Arc<dyn Mailer>) -> Self {
        Self::with_pauses(mailer, &PAUSES)
    }

    fn with_pauses(mailer: Arc<dyn Mailer>, pauses: &'static [Duration]) -> Self {
        let (places, turns) = (Semaphore::new(MOST as usize), Semaphore::new(AT_ONCE));
        Self { mailer, places: Arc::new(places), turns: Arc::new(turns), pauses }
    }

    /// Room for a mail. Asked for before anything else, so that who is refused learns nothing.
    ///
    /// # Errors
    /// 155 if too many are on their way.
    pub fn place(&self) -> Result<Place> {
        let full = |_| Error::new(Code::RequestLimitExceeded, "Too many mails are waiting to be sent.");
        self.places.clone().try_acquire_owned().map(Place).map_err(full)
    }

    /// Sends what `make` comes to, if that is a mail. Both happen in the background.
    pub fn send(&self, place: Place, make: impl Future<Output = Result<Option<Mail>>> + Send + 'static) {
        let (mailer, turns, pauses) = (self.mailer.clone(), self.turns.clone(), self.pauses);
        tokio::spawn(async move {
            match make.await {
                Ok(Some(mail)) => carry(&*mailer, &turns, pauses, &mail).await,
                Ok(None) => {}
                Err(error) => tracing::error!(%error, "a mail could not be made"),
            }
            drop(place);
        });
    }

    /// Waits for a moment until all are sent.
    pub async fn close(&self) {
        if tokio::time::timeout(DRAIN, self.places.acquire_many(MOST)).await.is_err() {
            let left = MOST as usize - self.places.available_permits();
            tracing::error!(left, "mails that were on their way are lost");
        }
    }
}

/// Tries to send a mail until it is sent or there is no hope. Who it is for is not logged, and neither is its link.
async fn carry(mailer: &dyn Mailer, turns: &Semaphore, pauses: &[Duration], mail: &Mail) {
    for pause in pauses.iter().map(Some).chain([None]) {
        let sent = {
            let _turn = turns.acquire().await;
            mailer.send(mail).await
        };
        match (sent, pause) {
            (Ok(()), _) => return,
            (Err(Failed::Later(error)), Some(pause)) => {
                tracing::warn!(%error, purpose = ?mail.purpose, "a mail was not sent and is tried again");
                tokio::time::sleep(*pause).await;
            }
            (Err(Failed::Later(error) | Failed::Refused(error)), _) => {
                tracing::error!(%error, purpose = ?mail.purpose, "a mail was not sent");
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::super::{Plain, Purpose, Sent};
    use super::*;
    use crate::model::Map;

    /// Fails so often, and then no more; counts the tries.
    struct Flaky {
        failures: usize,
        refuses: bool,
        tries: AtomicUsize,
    }

    impl Mailer for Flaky {
        fn send<'a>(&'a self, _: &'a Mail) -> Sent<'a> {
            let fails = self.tries.fetch_add(1, Ordering::SeqCst) < self.failures;
            let failed = if self.refuses { Failed::Refused } else { Failed::Later };
            Box::pin(async move { if fails { Err(failed(Error::internal("no"))) } else { Ok(()) } })
        }

        fn send_plain<'a>(&'a self, _: &'a Plain) -> Sent<'a> {
            Box::pin(async { Ok(()) })
        }
    }

    async fn tries(failures: usize, refuses: bool) -> usize {
        let mailer = Arc::new(Flaky { failures, refuses, tries: AtomicUsize::new(0) });
        let outbox = Outbox::with_pauses(mailer.clone(), &[Duration::ZERO; 3]);
        let mail =
            Mail { purpose: Purpose::Verification, app_name: String::new(), link: String::new(), user: Map::new() };
        outbox.send(outbox.place().unwrap(), async { Ok(Some(mail)) });
        outbox.close().await;
        mailer.tries.load(Ordering::SeqCst)
    }

    #[tokio::test]
    async fn what_fails_is_tried_again_and_what_is_refused_is_not() {
        assert_eq!(tries(0, false).await, 1);
        assert_eq!(tries(2, false).await, 3);
        assert_eq!(tries(99, false).await, 4);
        assert_eq!(tries(99, true).await, 1);
    }

    #[tokio::test]
    async fn there_is_room_for_so_many_and_no_more() {
        let outbox = Outbox::new(Arc::new(Flaky { failures: 0, refuses: false, tries: AtomicUsize::new(0) }));
        let mut places: Vec<Place> = (0..MOST).map(|_| outbox.place().unwrap()).collect();
        assert_eq!(outbox.place().err().map(|e| e.to_string()).unwrap(), "155: Too many mails are waiting to be sent.");
        places.pop();
        assert!(outbox.place().is_ok());
    }
}
