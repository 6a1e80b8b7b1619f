//! Work that comes to its end even if nobody waits for it any more.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::Handle;

type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Work that is done where it is waited for, which costs less than a task of its own. What is left of it when the wait is given up
/// goes on by itself.
pub struct ToTheEnd<T: Send + 'static>(Option<Work<T>>);

impl<T: Send + 'static> ToTheEnd<T> {
    /// Of this work, which begins when it is waited for.
    pub fn of(work: impl Future<Output = T> + Send + 'static) -> Self {
        Self(Some(Box::pin(work)))
    }
}

impl<T: Send + 'static> Future for ToTheEnd<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        // It is put back only if there is something left: what has panicked is not to go on.
        let Some(mut work) = self.0.take() else { return Poll::Pending };
        let polled = work.as_mut().poll(cx);
        if polled.is_pending() {
            self.0 = Some(work);
        }
        polled
    }
}

impl<T: Send + 'static> Drop for ToTheEnd<T> {
    fn drop(&mut self) {
        // Without a runtime the process is at its end.
        if let (Some(work), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(async move { drop(work.await) });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::sync::Notify;

    use super::*;
    use crate::http::catch::Caught;

    #[tokio::test]
    async fn goes_on_when_nobody_waits() {
        let (go, done) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let (heard, tell) = (go.clone(), done.clone());
        let work = ToTheEnd::of(async move {
            heard.notified().await;
            tell.notify_one();
        });
        assert!(tokio::time::timeout(Duration::from_millis(1), work).await.is_err());
        go.notify_one();
        tokio::time::timeout(Duration::from_secs(10), done.notified()).await.unwrap();
        assert_eq!(ToTheEnd::of(async { 7 }).await, 7);
    }

    #[tokio::test]
    async fn what_has_panicked_does_not() {
        let work = ToTheEnd::of(async { [1][std::hint::black_box(1)] });
        assert!(Caught(Box::pin(work)).await.is_err());
    }
}
