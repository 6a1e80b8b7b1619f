//! One connection: HTTP/1.1 with time limits.
//!
//! hyper's own header timeout needs a timer that is set anew for every request, ends idle connections as well, and does not
//! see one that never sends a byte. So the stream itself notes what it waits for, and one timer a connection looks at it.

use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::header::{CONNECTION, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{Instant, Sleep};

use crate::config::Timeouts;
use crate::http::Front;

/// Largest head of a request, bytes; also the most that hyper reads ahead.
const MAX_HEAD: usize = 64 * 1024;
/// How long a connection at rest may take to begin a request when the server drains: one may be on its way.
const LATE: Duration = Duration::from_millis(500);
/// As good as never, for a limit that is off.
const NEVER: Duration = Duration::from_secs(30 * 365 * 86_400);

/// How long a connection may wait for what.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// From its start to the first byte, and from the first byte of a request to the end of its head.
    head: Duration,
    /// Between two requests.
    idle: Duration,
}

impl Limits {
    /// Those of the configuration.
    pub fn of(timeouts: &Timeouts) -> Self {
        Self { head: timeouts.header.unwrap_or(NEVER), idle: timeouts.keep_alive.unwrap_or(NEVER) }
    }
}

/// Serves a connection to its end. When the server drains, the answer to a request is the last one, and says so.
pub async fn run(
    stream: TcpStream,
    peer: IpAddr,
    front: Arc<Front>,
    limits: Limits,
    mut closing: watch::Receiver<bool>,
) {
    let idle = AtomicU64::new(millis(limits.idle));
    let clock = Arc::new(Clock { born: Instant::now(), head: limits.head, idle, due: AtomicU64::new(0) });
    clock.wait(limits.head, Phase::Fresh);
    let io = TokioIo::new(Watched { stream, clock: clock.clone() });
    let service = {
        let (clock, closing) = (clock.clone(), closing.clone());
        service_fn(move |request| {
            clock.work();
            let (front, clock, closing) = (front.clone(), clock.clone(), closing.clone());
            async move {
                let mut response = front.handle(request, peer).await;
                if *closing.borrow() {
                    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
                }
                clock.rest();
                Ok::<_, std::convert::Infallible>(response)
            }
        })
    };
    let mut connection = pin!(
        http1::Builder::new()
            .max_header_size(MAX_HEAD)
            .max_buf_size(MAX_HEAD)
            .serve_connection(io, service)
            .with_upgrades()
    );
    let mut timed = pin!(Timed { sleep: None, clock: clock.clone() });
    let mut told = pin!(closing.wait_for(|closing| *closing));
    let (mut draining, mut last) = (false, false);
    std::future::poll_fn(|cx| {
        if !draining && told.as_mut().poll(cx).is_ready() {
            draining = true;
            clock.hurry();
        }
        loop {
            // Clients break off, send nonsense, or come too late: the connection ends, and that is all there is to it.
            if connection.as_mut().poll(cx).is_ready() {
                return Poll::Ready(());
            }
            ready!(timed.as_mut().poll(cx));
            if !draining || last || !clock.is(Phase::Idle) {
                return Poll::Ready(());
            }
            // No request came. Now hyper shuts the connection, or first writes to its end what is still being taken.
            last = true;
            connection.as_mut().graceful_shutdown();
            clock.idle.store(millis(limits.idle), Ordering::Relaxed);
            clock.rest();
        }
    })
    .await;
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// A request runs, or its body is read; that has limits of its own.
    Work,
    /// Nothing of the next request is here.
    Idle,
    /// The head of a request is on its way.
    Head,
    /// The connection has not said anything yet.
    Fresh,
}

/// What a connection waits for, and until when.
#[derive(Debug)]
struct Clock {
    born: Instant,
    /// The limit for the head of a request.
    head: Duration,
    /// The limit between two requests, milliseconds.
    idle: AtomicU64,
    /// The phase in the two lowest bits, the end of the wait in milliseconds since its birth above.
    due: AtomicU64,
}

impl Clock {
    fn wait(&self, limit: Duration, phase: Phase) {
        let due = millis(self.born.elapsed().saturating_add(limit));
        self.due.store(due << 2 | phase as u64, Ordering::Relaxed);
    }

    fn work(&self) {
        self.due.store(Phase::Work as u64, Ordering::Relaxed);
    }

    /// A request is answered.
    fn rest(&self) {
        self.wait(Duration::from_millis(self.idle.load(Ordering::Relaxed)), Phase::Idle);
    }

    /// The server drains: whoever is at rest has not long to begin a request.
    fn hurry(&self) {
        self.idle.fetch_min(millis(LATE), Ordering::Relaxed);
        if self.is(Phase::Idle) {
            self.rest();
        } else if self.is(Phase::Fresh) {
            self.wait(self.head.min(LATE), Phase::Fresh);
        }
    }

    fn is(&self, phase: Phase) -> bool {
        self.due.load(Ordering::Relaxed) & 3 == phase as u64
    }

    /// Bytes came in.
    fn heard(&self) {
        if self.is(Phase::Idle) || self.is(Phase::Fresh) {
            self.wait(self.head, Phase::Head);
        }
    }

    /// Bytes went out: a response that is taken slowly, but taken, is not idleness.
    fn said(&self) {
        if self.is(Phase::Idle) {
            self.rest();
        }
    }

    fn due(&self) -> Option<Instant> {
        let state = self.due.load(Ordering::Relaxed);
        (state & 3 != Phase::Work as u64).then(|| self.born + Duration::from_millis(state >> 2))
    }
}

/// Ready when the connection has waited too long.
struct Timed {
    sleep: Option<Pin<Box<Sleep>>>,
    clock: Arc<Clock>,
}

impl Future for Timed {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Some(mut due) = self.clock.due() else { return Poll::Pending };
        let clock = self.clock.clone();
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(due)));
        // A timer that is early costs one wake-up; moving it for every request would cost more.
        if due < sleep.deadline() {
            sleep.as_mut().reset(due);
        }
        loop {
            ready!(sleep.as_mut().poll(cx));
            match clock.due() {
                // Work will end, and then this is polled again.
                None => due = Instant::now() + Duration::from_millis(clock.idle.load(Ordering::Relaxed)).min(NEVER),
                Some(later) if later > Instant::now() => due = later,
                Some(_) => return Poll::Ready(()),
            }
            sleep.as_mut().reset(due);
        }
    }
}

/// A stream that notes when it hears and says something.
struct Watched {
    stream: TcpStream,
    clock: Arc<Clock>,
}

impl AsyncRead for Watched {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let result = ready!(Pin::new(&mut self.stream).poll_read(cx, buf));
        if buf.filled().len() > before {
            self.clock.heard();
        }
        Poll::Ready(result)
    }
}

impl AsyncWrite for Watched {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, bytes));
        self.clock.said();
        Poll::Ready(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write_vectored(cx, bytes));
        self.clock.said();
        Poll::Ready(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
