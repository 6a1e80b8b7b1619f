//! Reading: a few threads with a connection each.
//!
//! A read gets a short time at first. One that needs longer begins anew on other threads, where only such wait for each other:
//! a few dear queries, or many, never keep the cheap ones waiting for long.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::conn::{Conn, Role, lock};
use super::writer::closed;
use crate::error::{Code, Error, Result};

/// Reads that may wait; who comes then waits outside.
const QUEUE: usize = 1024;
/// How long a read may take on its first try.
const FIRST_TRY: Duration = Duration::from_millis(100);
/// How long closing waits for reads that are under way.
const PATIENCE: Duration = Duration::from_secs(1);
/// Stack of a thread that evaluates conditions on values as deep as a body may be nested, bytes.
pub const STACK: usize = 8 << 20;

/// Runs a read; `false` if it takes longer than a first try may.
type Run = Box<dyn FnMut(&Conn, Try) -> bool + Send>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Try {
    First,
    Last,
}

struct Job {
    run: Run,
    /// Held until the first try is over.
    room: Option<OwnedSemaphorePermit>,
}

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    more: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    closed: bool,
}

/// The way to the readers.
pub struct Readers {
    first: Arc<Queue>,
    last: Arc<Queue>,
    room: Arc<Semaphore>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Readers {
    /// Opens connections and starts threads, so many for first tries and for long reads.
    ///
    /// # Errors
    /// Those of opening the file.
    pub fn start(path: &Path, many: usize) -> Result<Self> {
        let (first, last) = (Arc::<Queue>::default(), Arc::<Queue>::default());
        let mut threads = Vec::with_capacity(2 * many);
        for i in 0..many {
            let (own, next) = (Arc::clone(&first), Arc::clone(&last));
            threads.push(thread(format!("sqlite-reader-{i}"), path, own, Some(next))?);
            threads.push(thread(format!("sqlite-long-{i}"), path, Arc::clone(&last), None)?);
        }
        Ok(Self { first, last, room: Arc::new(Semaphore::new(QUEUE)), threads: Mutex::new(threads) })
    }

    /// Runs a read on one of the threads; a second time, from its beginning, if it takes long.
    ///
    /// # Errors
    /// Those of the read; 1 if the database has been closed.
    pub async fn run<T: Send + 'static>(&self, read: impl Fn(&Conn) -> Result<T> + Send + 'static) -> Result<T> {
        let room = Arc::clone(&self.room).acquire_owned().await.map_err(|_| closed())?;
        let (answer, answered) = oneshot::channel();
        let mut answer = Some(answer);
        let run = Box::new(move |conn: &Conn, which: Try| {
            // Nobody waits any more for a call that has been given up.
            if answer.as_ref().is_none_or(oneshot::Sender::is_closed) {
                return true;
            }
            let done = read(conn);
            if which == Try::First && done.as_ref().is_err_and(|error| error.code() == Some(Code::Timeout)) {
                return false;
            }
            if let Some(answer) = answer.take() {
                let _ = answer.send(done);
            }
            true
        });
        if !self.first.push(Job { run, room: Some(room) }) {
            return Err(closed());
        }
        answered.await.map_err(|_| unanswered())?
    }

    /// Lets the threads finish what is waiting, and ends them. A read that takes long is left to its deadline: it changes
    /// nothing, and the process may end under it.
    pub fn close(&self) {
        for queue in [&self.first, &self.last] {
            lock(&queue.state).closed = true;
            queue.more.notify_all();
        }
        let patience = Instant::now() + PATIENCE;
        for thread in lock(&self.threads).drain(..) {
            while !thread.is_finished() && Instant::now() < patience {
                std::thread::sleep(Duration::from_millis(1));
            }
            if thread.is_finished() {
                let _ = thread.join();
            }
        }
    }
}

impl Queue {
    /// Puts a job at the end; `false` if nobody will take it.
    fn push(&self, job: Job) -> bool {
        let mut state = lock(&self.state);
        if state.closed || state.jobs.len() > QUEUE {
            return false;
        }
        state.jobs.push_back(job);
        drop(state);
        self.more.notify_one();
        true
    }

    /// Waits for a job; `None` when there will be none any more.
    fn pop(&self) -> Option<Job> {
        let mut state = lock(&self.state);
        loop {
            match state.jobs.pop_front() {
                None if !state.closed => state = self.more.wait(state).unwrap_or_else(PoisonError::into_inner),
                job => return job,
            }
        }
    }
}

/// A job that was dropped: too many long reads are waiting, or the server ends.
fn unanswered() -> Error {
    Error::new(Code::Timeout, "The database has too much to do.")
}

fn thread(name: String, path: &Path, own: Arc<Queue>, next: Option<Arc<Queue>>) -> Result<JoinHandle<()>> {
    let conn = Conn::open(path, Role::Reader)?;
    let run = move || serve(&conn, &own, next.as_deref());
    let thread = std::thread::Builder::new().name(name).stack_size(STACK).spawn(run);
    thread.map_err(|e| Error::caused("a reader cannot be started", e))
}

/// Runs jobs until there are no more; those that take too long go on to the next queue.
fn serve(conn: &Conn, own: &Queue, next: Option<&Queue>) {
    while let Some(mut job) = own.pop() {
        let which = if next.is_some() { Try::First } else { Try::Last };
        conn.bound(next.map(|_| Instant::now() + FIRST_TRY));
        let done = catch_unwind(AssertUnwindSafe(|| (job.run)(conn, which))).unwrap_or(true);
        if let (false, Some(next)) = (done, next) {
            // A job that finds no place there is dropped, which tells the one who waits for it.
            job.room = None;
            next.push(job);
        }
    }
}
